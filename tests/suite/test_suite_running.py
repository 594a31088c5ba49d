"""How checks are run: what is put aside and which says why, when a target is given up, and what is asked twice."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from in_process import checks, judged, session_at

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict, failed, passed
from conformance.errors import UserError
from conformance.mutation.servers import Answer, Answered, Answering, constant, rejected, right
from conformance.suite.catalogue import select
from conformance.wire.exchange import Fault
from conformance.wire.request import Request

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NO_ENDPOINT = constant(404, b"<html>")


def received(answer: Answer, *, pattern: str = "", **selection: str) -> dict[str, Verdict]:
    """Return the verdicts that are no skips, by check."""
    chosen = select(checks(), [pattern] if pattern else [], **{f"{key}s": [item] for key, item in selection.items()})
    verdicts = judged(answer, selected=chosen)
    found = {check.id: verdict for check, verdict in zip(chosen, verdicts, strict=True)}
    return {item: verdict for item, verdict in found.items() if verdict.outcome is not Outcome.SKIPPED}


@pytest.mark.parametrize(
    ("selection", "check_id"),
    [
        ({}, f"{DESCRIBE}/protocol/operation/available"),
        ({"operation": LIST}, f"{LIST}/protocol/operation/available"),
        ({"area": "order"}, f"{LIST}/order/Name/Ascending"),
        ({"area": "response"}, f"{DESCRIBE}/response/http/status"),
    ],
)
def test_one_selected_check_reports_that_nothing_can_be_judged(selection: dict[str, str], check_id: str) -> None:
    ((found, verdict),) = received(NO_ENDPOINT, **selection).items()
    assert (found, verdict.outcome, verdict.kind) == (check_id, Outcome.FAILED, "no-aws-endpoint")


def test_recommended_checks_alone_can_not_excuse_a_target_that_lacks_everything() -> None:
    (verdict,) = received(NO_ENDPOINT, area="protocol", level="should").values()
    assert verdict.outcome is Outcome.ERROR


def lacking_the_list(code: str, status: int) -> Answer:
    well = right()
    return lambda request: rejected(code, status) if request.operation == LIST else well(request)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("UnknownOperationException", 400, "operation-unknown"),
        ("InternalFailure", 501, "operation-unknown"),
        ("InternalFailure", 500, "operation-broken"),
        ("AccessDeniedException", 400, "answers-alike"),
    ],
)
def test_an_operation_that_is_lacking_takes_nothing_else_along(code: str, status: int, kind: str) -> None:
    findings = received(lacking_the_list(code, status), area="protocol")
    assert findings.pop(f"{LIST}/protocol/operation/available").kind == kind
    assert {name: verdict.reason for name, verdict in findings.items() if verdict.outcome is not Outcome.PASSED} == {}
    assert all(finding.startswith(DESCRIBE) for finding in findings)


@pytest.mark.parametrize("kind", ["unreachable", "timeout", "dropped", "not-http", "too-large", "throttled"])
def test_a_target_that_falls_silent_is_given_up_after_five_requests(kind: str) -> None:
    well, sent = right(), [0]

    def falls_silent(request: Request) -> tuple[int, bytes] | Fault:
        sent[0] += 1
        return well(request) if sent[0] <= 200 else Fault(kind, "nothing comes")

    session = session_at(falls_silent)
    chosen = select(checks(), areas=["pagination"])
    runner = Runner(session, chosen)
    outcomes = Counter(runner.verdict(check).outcome for check in chosen)
    # One that drops connections is asked twice more for what it has answered; one that is not there is not.
    assert sent[0] == {"dropped": 207, "unreachable": 201}.get(kind, 205)
    assert session.gone is not None
    assert "nothing comes" in session.gone.detail
    assert outcomes[Outcome.FAILED] + outcomes[Outcome.ERROR] <= 5


def test_a_target_that_drops_what_it_can_not_read_is_judged_to_the_end() -> None:
    well = right()

    def dies_of_strange_bodies(request: Request) -> tuple[int, bytes] | Fault:
        received = request.body.startswith(b'{"') and request.body.endswith(b"}")
        return well(request) if received else Fault("dropped", "the handler died")

    session = session_at(dies_of_strange_bodies)
    chosen = select(checks(), areas=["protocol"])
    runner = Runner(session, chosen)
    verdicts = {check.id: runner.verdict(check) for check in chosen}
    assert session.gone is None
    assert {verdict.outcome for verdict in verdicts.values()} <= {Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED}
    failed = {item for item, verdict in verdicts.items() if verdict.outcome is Outcome.FAILED}
    assert len(failed) > 10
    assert [item for item in failed if "body" not in item] == []


def test_a_single_silence_is_no_end() -> None:
    well, sent = right(), [0]

    def silent_now_and_then(request: Request) -> tuple[int, bytes] | Fault:
        sent[0] += 1
        return Fault("timeout", "nothing comes") if sent[0] % 5 == 0 else well(request)

    session = session_at(silent_now_and_then)
    for number in range(50):
        session.exchange(Request.call(DESCRIBE, {"HyperParameterTuningJobName": f"a{number}"}))
    assert session.gone is None


def test_a_spent_budget_is_reported_in_its_own_words() -> None:
    spent = Fault("budget", "the budget of 7 requests is spent")
    session = session_at(lambda _: spent)
    session.exchange(Request.call(DESCRIBE, {}))
    assert session.gone == spent


def test_each_request_is_sent_once() -> None:
    session = session_at(right())
    runner = Runner(session, checks())
    for check in select(checks(), areas=["request"]):
        runner.verdict(check)
    sender = session._sender  # noqa: SLF001 - what really went out
    assert isinstance(sender, Answering)
    assert len(sender.sent) == len(set(sender.sent))


def comparing(*outcomes: Verdict) -> tuple[Check, list[Verdict]]:
    left = list(outcomes)
    check = Check(f"{DESCRIBE}/order/a/b", "must", "documented", "", (), lambda _: left.pop(0), compares=True)
    return check, left


def test_a_comparison_that_fails_is_asked_again_before_it_accuses() -> None:
    wrong = failed("order", "out of order", expected="a", received="b")
    for second, kind in ((passed({"items": 1}), "did-not-repeat"), (replace(wrong, reason="still"), wrong.kind)):
        check, left = comparing(wrong, second)
        verdict = Runner(session_at(right()), (check,)).verdict(check)
        assert (verdict.kind, verdict == wrong, left) == (kind, kind == wrong.kind, [])


def test_a_target_that_breaks_for_good_is_not_excused_for_leaving_nothing_to_compare() -> None:
    # The second asking finds answers that can't be read, and so nothing that could be out of order.
    original, asked = right(), itertools.count()

    def breaking(request: Request) -> Answered | Fault:
        return original(request) if next(asked) < 100 else (200, b'{"TrainingJobSummaries": "\xff"}')

    verdicts = judged(breaking, selected=select(checks(), [], areas=["pagination"]))
    assert Outcome.FAILED in {verdict.outcome for verdict in verdicts}


PATTERNS = [
    (f"{DESCRIBE}/error/ResourceNotFound/plain", 1),
    (f"{DESCRIBE}/error", 6),
    (f"{DESCRIBE}/error/", 6),
    (f"{DESCRIBE}/error/ResourceNotFound/p", 0),
    (f"{DESCRIBE}/error/ResourceNotFound/p*", 2),
    ("*/error/*/plain", 2),
    ("*/error/*/plai?", 2),
    ("describe*", 0),
    ("*[[]*", 0),
    (f"{LIST}/response/TrainingJobSummaries[]", None),
    (f"{LIST}/response/TrainingJobSummaries[].TrainingJobName/type", 1),
    ("", 0),
]


@pytest.mark.parametrize(("pattern", "count"), PATTERNS)
def test_a_pattern_selects_ids_beginnings_and_wildcards(pattern: str, count: int | None) -> None:
    if count == 0:
        with pytest.raises(UserError):
            select(checks(), [pattern])
        return
    chosen = select(checks(), [pattern])
    assert len(chosen) == count if count else chosen
    assert all(check in checks() for check in chosen)


def test_several_patterns_all_count_and_keep_the_order_of_a_run() -> None:
    chosen = select(checks(), [f"{LIST}/error", f"{DESCRIBE}/error"])
    assert {check.operation for check in chosen} == {DESCRIBE, LIST}
    assert [check.id for check in chosen] == [check.id for check in checks() if check in chosen]
    with pytest.raises(UserError, match="nothing-of-it"):
        select(checks(), [f"{LIST}/error", "nothing-of-it"])


def test_patterns_and_areas_narrow_each_other() -> None:
    assert {check.level for check in select(checks(), ["*/protocol/*"], levels=["should"])} == {"should"}
    with pytest.raises(UserError):
        select(checks(), ["*/protocol/*"], areas=["error"])
