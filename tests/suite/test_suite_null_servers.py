"""Servers that answer without having understood anything score next to nothing, and never conform."""

from __future__ import annotations

import pytest
from in_process import checks, counted, judged, refuses_what_is_well_formed

from conformance.laws.verdict import Outcome
from conformance.proof.answering import Answer, constant, echo, refusing, right, with_every_list_empty

NULL_SERVERS: dict[str, Answer] = {
    "always-an-empty-object": constant(200, {}),
    "always-an-empty-list": constant(200, []),
    "always-the-same-answer": constant(200, {"HyperParameterTuningJobName": "a", "TrainingJobSummaries": []}),
    "always-invalid": refusing("ValidationException"),
    "always-unreadable": refusing("SerializationException"),
    "always-an-unknown-name": refusing("ResourceNotFound"),
    "always-an-unknown-operation": refusing("UnknownOperationException"),
    "always-denied": refusing("AccessDeniedException"),
    "always-broken": refusing("InternalFailure", 500),
    "always-a-page": constant(200, b"<html></html>"),
    "always-a-broken-page": constant(502, b"<html></html>"),
    "echo": echo,
    "refuses-what-is-well-formed": refuses_what_is_well_formed,
}


@pytest.mark.parametrize("names", [True, False], ids=["named-jobs", "no-jobs"])
@pytest.mark.parametrize("vice", NULL_SERVERS)
def test_a_null_server_passes_next_to_nothing(vice: str, names: bool) -> None:  # noqa: FBT001 - a parameter of the table
    counts = counted(judged(NULL_SERVERS[vice], names=names))
    exercised = counts[Outcome.PASSED] + counts[Outcome.FAILED] + counts[Outcome.ERROR]
    assert counts[Outcome.FAILED] > 0
    assert counts[Outcome.PASSED] < 0.05 * exercised


@pytest.mark.parametrize("vice", ["always-an-empty-object", "always-invalid", "always-a-broken-page", "echo"])
def test_a_server_that_answers_everything_alike_gives_one_finding(vice: str) -> None:
    verdicts = judged(NULL_SERVERS[vice])
    failed = [check.id for check, one in zip(checks(), verdicts, strict=True) if one.outcome is Outcome.FAILED]
    assert [one.split("/", 1)[1] for one in failed] == ["protocol/operation/available"]
    assert all("see " in one.reason for one in verdicts if one.outcome is Outcome.SKIPPED)


def test_a_target_that_knows_neither_operation_gives_a_finding_for_each() -> None:
    verdicts = judged(NULL_SERVERS["always-an-unknown-operation"])
    assert [verdict.kind for verdict in verdicts if verdict.outcome is Outcome.FAILED] == ["operation-unknown"] * 2


@pytest.mark.parametrize("known", [True, False], ids=["known", "found"])
def test_empty_lists_are_noticed_even_where_nothing_is_known(known: bool) -> None:  # noqa: FBT001 - as above
    verdicts = judged(with_every_list_empty(), known=known)
    failed = {
        check.id for check, verdict in zip(checks(), verdicts, strict=True)
        if verdict.outcome is Outcome.FAILED and check.level == "must"
    }  # fmt: skip
    assert failed
    if not known:
        assert all("/consistency/" in one for one in failed)


def test_the_reference_fails_nothing_whatever_is_known() -> None:
    for known in (True, False):
        counts = counted(judged(right(), known=known))
        assert counts[Outcome.FAILED] == counts[Outcome.ERROR] == 0
        assert counts[Outcome.PASSED] > 1000
