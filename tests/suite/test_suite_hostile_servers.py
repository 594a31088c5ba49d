"""Whole runs in the process on malicious servers: bounded in exchanges and memory, with the right verdicts."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from in_process import checks, contract, judged, session_at, with_bodies

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.mutation.servers import Answer, Answering, constant, right
from conformance.session.session import Resource, TargetSession
from conformance.wire.encoding import dump, weight
from conformance.wire.exchange import Fault
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

LISTING = "ListTrainingJobsForHyperParameterTuningJob"
TO_THE_END = f"{LISTING}/pagination/token/leads-to-the-end"
TOKEN_TYPE = f"{LISTING}/response/NextToken/type"
TOKEN_TEXT = f"{LISTING}/pagination/token/string"
LONG = "x" * 1_000_000
BROKEN = frozenset({Outcome.FAILED, Outcome.ERROR})


def listing_with(token: Callable[[int], Any], *, items: bool = True) -> Answer:
    """Answer rightly, but that every page has a token of the test's own, and an item that no other page has."""
    well, numbers = right(), itertools.count()

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        carries_one = b'"NextToken"' in request.body and request.body.startswith(b"{")
        got = well(request.lacking("NextToken") if carries_one else request)
        if isinstance(got, Fault) or got[0] != 200 or request.operation != LISTING:
            return got
        number = next(numbers)
        page = [{"TrainingJobName": f"job-{number}"}] if items else []
        return 200, dump({"TrainingJobSummaries": page, "NextToken": token(number)})

    return answer


def run(answer: Answer, *, operation: str = "") -> tuple[TargetSession, dict[str, Verdict]]:
    session = session_at(answer)
    selected = [check for check in checks() if check.operation.startswith(operation)]
    runner = Runner(session, selected)
    verdicts = {check.id: runner.verdict(check) for check in selected}
    return session, {check_id: item for check_id, item in verdicts.items() if item.outcome in BROKEN}


@pytest.mark.parametrize(
    ("token", "items"),
    [
        (lambda number: f"token-{number}", False),
        (lambda number: f"token-{number % 3}", True),
        (lambda number: number, True),
    ],
    ids=["never-end", "repeat", "numbers"],
)
def test_tokens_that_lead_nowhere_are_given_up_and_reported(token: Callable[[int], Any], items: bool) -> None:  # noqa: FBT001 - a row of the table
    session, broken = run(listing_with(token, items=items), operation=LISTING)
    assert any(check_id in broken for check_id in (TO_THE_END, TOKEN_TYPE, TOKEN_TEXT)), (
        "a token that is a number is the cause"
    )
    assert "suite-error" not in {verdict.kind for verdict in broken.values()}
    assert session.gone is None
    assert isinstance(sender := session._sender, Answering)  # noqa: SLF001 - what was sent is what is bounded
    assert len(sender.sent) < 20_000


def test_a_token_of_a_megabyte_is_not_sent_back() -> None:
    session, broken = run(listing_with(lambda number: f"{number}{LONG}"))
    assert f"{LISTING}/response/NextToken/max_length" in broken
    assert isinstance(sender := session._sender, Answering)  # noqa: SLF001 - as above
    # One check offers a token to other queries, whatever its length: that is a handful of requests.
    assert sum(len(request.body) > 100_000 for request in sender.sent) < 20


def test_answers_that_are_large_one_by_one_are_bounded_together() -> None:
    size = 4_000_000
    served = itertools.count(1)
    heavy = {"HyperParameterTuningJobName": "x" * size, "TrainingJobSummaries": []}
    session, broken = run(with_bodies(lambda _: dump(heavy | {"NextToken": f"{next(served)}"})))
    assert session.gone is not None
    assert session.gone.kind == "too-large"
    assert "max_kept_bytes" in session.gone.detail
    assert next(served) * size < 128 * 1024 * 1024
    assert any(verdict.outcome is Outcome.ERROR for verdict in broken.values())


def test_the_memory_of_a_run_can_be_set() -> None:
    sender = Answering(right(), contract().service.content_type)
    session = TargetSession(contract(), sender, (Resource("exactly-ten"),), most_bytes=1)
    runner = Runner(session, checks())
    outcomes = Counter(runner.verdict(check).outcome for check in checks())
    assert len(sender.sent) == 1
    assert session.gone is not None
    # What the one answer shows is judged; whatever needs another one is reported once and put aside.
    assert 0 < outcomes[Outcome.ERROR] <= 5
    assert outcomes[Outcome.FAILED] == 0
    assert outcomes[Outcome.SKIPPED] > outcomes[Outcome.PASSED]


@pytest.mark.parametrize(
    ("tokens", "kept"), [(itertools.repeat("a"), 1), (itertools.count(), 2)], ids=["same", "other"]
)
def test_an_answer_is_kept_once_and_another_answer_to_the_same_request_as_well(
    tokens: Iterator[object], kept: int
) -> None:
    session = session_at(lambda _: (200, dump({"TrainingJobSummaries": [], "NextToken": f"{next(tokens)}"})))
    request = Request.call(LISTING, {"HyperParameterTuningJobName": "exactly-ten"})
    session.exchange(request)
    with session.asking_again():
        session.exchange(request)
    assert len(session.answers(LISTING)) == kept


ODD_VALUES = {
    "large-integers": ((int, float), b"1" + b"0" * 299),
    "lists-for-numbers": ((int, float), b"[]"),
    "objects-for-strings": ((str,), b"{}"),
    "lone-surrogates": ((str,), rb'"\ud800"'),
}


@pytest.mark.parametrize("defect", ODD_VALUES)
def test_odd_values_wherever_a_kind_of_value_stands_break_nothing(defect: str) -> None:
    kinds, odd = ODD_VALUES[defect]

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: changed(member) for name, member in value.items()}
        if isinstance(value, list):
            return [changed(member) for member in value]
        return "@@" if isinstance(value, kinds) and not isinstance(value, bool) else value

    answer = with_bodies(lambda body: dump(changed(json.loads(body))).replace(b'"@@"', odd))
    selected = [check for check in checks() if check.area in {"consistency", "order", "filter", "response"}]
    outcomes = {verdict.outcome for verdict in judged(answer, selected=selected)}
    assert Outcome.FAILED in outcomes
    assert Outcome.ERROR not in outcomes


SHAPELESS = {
    "nested": b'{"A":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "broken-utf8": b'{"A":"\xc3\x28"}',
    "nan": b'{"HyperParameterTuningJobName":NaN}',
    "duplicate-keys": b'{"A":1,"A":2}',
    "many-values": b'{"A":[' + b"," * 510_000 + b"0]}",
    "lone-surrogate": b'{"HyperParameterTuningJobName":"\\ud800","TrainingJobSummaries":[]}',
    "huge-numbers": b'{"CreationTime":1e400,"TrainingJobSummaries":[{"CreationTime":1e308}]}',
    "huge-integers": b'{"CreationTime":1%b,"TrainingJobSummaries":[{"CreationTime":-1%b}]}' % ((b"0" * 400,) * 2),
}


@pytest.mark.parametrize(
    ("defect", "everywhere"), [*((defect, False) for defect in SHAPELESS), ("nested", True), ("broken-utf8", True)]
)
def test_a_shapeless_body_is_a_failure_of_the_target_and_none_of_the_suite(defect: str, everywhere: bool) -> None:  # noqa: FBT001 - a parameter of the table
    answer = constant(200, SHAPELESS[defect]) if everywhere else with_bodies(lambda _: SHAPELESS[defect])
    _, broken = run(answer)
    assert broken
    assert {verdict.outcome for verdict in broken.values()} == {Outcome.FAILED}


def changing(when: Callable[[int], bool]) -> Answer:
    """Answer rightly of one of two states: at some requests the last training job of each tuning job is not there."""
    world = load_world("default")
    jobs = (replace(job, training_jobs=job.training_jobs[:-1]) for job in world.jobs)
    before, after, numbers = right(world), right(replace(world, jobs=tuple(jobs))), itertools.count()

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        return after(request) if when(next(numbers)) else before(request)

    return answer


@pytest.mark.parametrize("moment", [60, 600])
def test_a_listing_that_changes_while_it_is_paged_is_asked_again_before_it_is_accused(moment: int) -> None:
    verdicts = judged(changing(lambda number: number >= moment))
    assert not BROKEN & {verdict.outcome for verdict in verdicts}
    assert "asked again" in next(verdict.reason for verdict in verdicts if verdict.kind == "did-not-repeat")


def test_a_listing_that_never_holds_still_is_reported_and_breaks_nothing() -> None:
    _, broken = run(changing(lambda number: number % 7 < 3))
    assert broken
    assert {verdict.outcome for verdict in broken.values()} == {Outcome.FAILED}
    assert {item.split("/")[1] for item in broken} <= {"pagination", "order", "filter", "consistency"}


def test_answers_out_of_order_are_failures() -> None:
    well = right()
    waiting: list[tuple[int, bytes] | Fault] = [(400, b'{"__type":"ValidationException"}')]

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        waiting.append(well(request))
        return waiting.pop(0)

    _, broken = run(answer)
    assert broken
    assert {verdict.outcome for verdict in broken.values()} == {Outcome.FAILED}


@pytest.mark.parametrize("kind", ["timeout", "dropped"])
@pytest.mark.parametrize("good", [0, 3, 300])
def test_a_server_that_dies_is_asked_five_times_more_and_reported_once(kind: str, good: int) -> None:
    left = [good]
    well = right()

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        left[0] -= 1
        return well(request) if left[0] >= 0 else Fault(kind, "gone")

    session, broken = run(answer)
    assert session.gone is not None
    # One that drops connections, and has answered before, is asked that twice more.
    assert left[0] == (-7 if kind == "dropped" and good else -5)
    # A request that must be rejected, and whose connection is dropped instead, is a failure; all else is an error.
    accused = {item for item, verdict in broken.items() if verdict.outcome is Outcome.FAILED}
    assert all(broken[item].kind == "dropped" for item in accused)
    assert len(broken) <= 10


def test_the_reference_takes_a_quarter_of_the_memory_that_a_run_may_take() -> None:
    session = session_at(right())
    runner = Runner(session, checks())
    for check in checks():
        runner.verdict(check)
    bodies = (
        exchange.response.body
        for name in contract().operations
        for exchange in session.answers(name)
        if exchange.response
    )
    assert sum(map(weight, bodies)) < 32 * 1024 * 1024
