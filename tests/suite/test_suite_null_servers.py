"""Servers that answer without having understood anything score next to nothing, and never conform."""

from __future__ import annotations

from collections import Counter

import pytest
from in_process import checks, counted, judged, refuses_what_is_well_formed, with_bodies

from conformance.checks.verdict import Outcome
from conformance.mutation.servers import Answer, constant, echo, rejecting, right, with_every_list_empty
from conformance.wire.exchange import Fault
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

NULL_SERVERS: dict[str, Answer] = {
    "always-an-empty-object": constant(200, {}),
    "always-an-empty-list": constant(200, []),
    "always-the-same-answer": constant(200, {"HyperParameterTuningJobName": "a", "TrainingJobSummaries": []}),
    "always-invalid": rejecting("ValidationException"),
    "always-unreadable": rejecting("SerializationException"),
    "always-an-unknown-name": rejecting("ResourceNotFound"),
    "always-an-unknown-operation": rejecting("UnknownOperationException"),
    "always-denied": rejecting("AccessDeniedException"),
    "always-broken": rejecting("InternalFailure", 500),
    "always-a-page": constant(200, b"<html></html>"),
    "always-a-broken-page": constant(502, b"<html></html>"),
    "echo": echo,
    "refuses-what-is-well-formed": refuses_what_is_well_formed,
}


@pytest.mark.parametrize(
    ("defect", "names"),
    [
        *((defect, True) for defect in NULL_SERVERS),
        ("always-an-empty-object", False),
        ("always-an-unknown-name", False),
    ],
)
def test_a_null_server_passes_next_to_nothing(defect: str, names: bool) -> None:  # noqa: FBT001 - a parameter of the table
    verdicts = judged(NULL_SERVERS[defect], names=names)
    counts = counted(verdicts)
    # What is behind a failure was not judged because of it: it counts against the server as well.
    behind = sum(verdict.kind == "behind" for verdict in verdicts)
    exercised = counts[Outcome.PASSED] + counts[Outcome.FAILED] + counts[Outcome.ERROR] + behind
    assert counts[Outcome.FAILED] > 0
    assert counts[Outcome.PASSED] < 0.05 * exercised
    assert counts[Outcome.PASSED] < 10


@pytest.mark.parametrize("defect", ["always-an-empty-object", "always-invalid", "always-a-broken-page", "echo"])
def test_a_server_that_answers_everything_alike_gives_one_finding(defect: str) -> None:
    verdicts = judged(NULL_SERVERS[defect])
    failed = [check.id for check, item in zip(checks(), verdicts, strict=True) if item.outcome is Outcome.FAILED]
    assert [item.split("/", 1)[1] for item in failed] == ["protocol/operation/available"]
    assert all("see " in item.reason for item in verdicts if item.outcome is Outcome.SKIPPED)


@pytest.mark.parametrize("names", [True, False])
def test_a_target_that_knows_neither_operation_gives_one_finding_in_its_own_words(names: bool) -> None:  # noqa: FBT001 - as above
    verdicts = judged(NULL_SERVERS["always-an-unknown-operation"], names=names)
    (finding,) = (verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED)
    assert finding.kind == "service-unknown"
    lacks = "has none of the 2 operations" if names else "does not serve sagemaker"
    assert finding.reason == f"the target {lacks}: no"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (501, b'{"__type":"InternalFailure","message":"Service sagemaker is not"}', "Service sagemaker is not"),
        (400, b'{"__type":"UnknownOperationException"}', "UnknownOperationException"),
        (404, b"<UnknownOperationException/>\n", "UnknownOperationException"),
        (400, b"<Error><Code>InvalidAction</Code><Message>Could not find it</Message></Error>", "Could not find it"),
        (500, b'{"message":"Unsupported service: sagemaker"}', "Unsupported service: sagemaker"),
        (500, b'{"__type":"InternalFailure","message":"It has not been implemented"}', "It has not been implemented"),
        (400, b'{"__type":"NotYetImplementedException"}', "NotYetImplementedException"),
        (400, b'{"error":"Unsupported service: sagemaker"}', "Unsupported service: sagemaker"),
    ],
)
def test_an_emulator_of_other_services_is_said_not_to_serve_this_one(status: int, body: bytes, words: str) -> None:
    verdicts = judged(lambda _: (status, body), names=False)
    (finding,) = (verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED)
    assert finding.reason.startswith(f"the target does not serve sagemaker: {words}")
    assert finding.reason in {item.reason.partition(": see")[0] for item in verdicts if item.outcome is Outcome.SKIPPED}


def test_a_page_of_an_error_is_said_of_the_operations_that_were_asked() -> None:
    verdicts = judged(lambda _: (500, b"<h1>Internal Server Error</h1>"), names=False)
    (finding,) = (verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED)
    assert finding.reason == "only server errors come from all 2 operations"


@pytest.mark.parametrize("body", [b'{"TrainingJobSummaries":[{"A":NaN}]}', b'{"TrainingJobSummaries":["\xff"]}'])
def test_one_broken_answer_takes_no_operation_away(body: bytes) -> None:
    well, broken = right(), load_world("default").jobs[0].name.encode()

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        listed = request.operation.startswith("List") and b'"%b"' % broken in request.body
        return (200, body) if listed else well(request)

    verdicts = judged(answer)
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    assert outcomes[Outcome.PASSED] > 1_500
    kinds = {verdict.kind for verdict in verdicts if verdict.outcome is Outcome.FAILED}
    assert "resource-not-served" in kinds
    assert len(kinds) <= 3


def test_answers_that_can_not_be_read_are_few_findings() -> None:
    failed = [verdict for verdict in judged(with_bodies(lambda body: body[:-7])) if verdict.outcome is Outcome.FAILED]
    assert {verdict.kind for verdict in failed} >= {"no-json", "resource-not-served"}
    assert len(failed) <= 6
    assert all("it ends after" in verdict.received for verdict in failed if verdict.kind == "no-json")


@pytest.mark.parametrize("known", [True, False], ids=["known", "found"])
def test_empty_lists_are_noticed_even_where_nothing_is_known(known: bool) -> None:  # noqa: FBT001 - as above
    verdicts = judged(with_every_list_empty(), known=known)
    failed = {
        check.id for check, verdict in zip(checks(), verdicts, strict=True)
        if verdict.outcome is Outcome.FAILED and check.level == "must"
    }  # fmt: skip
    assert failed
    if not known:
        assert all("/consistency/" in item for item in failed)


def test_the_reference_fails_nothing_whatever_is_known() -> None:
    for known in (True, False):
        counts = counted(judged(right(), known=known))
        assert counts[Outcome.FAILED] == counts[Outcome.ERROR] == 0
        assert counts[Outcome.PASSED] > 1000
