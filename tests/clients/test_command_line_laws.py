"""The laws of a command-line client, on runs as they might be: what keeps them, and each way of breaking them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clients.at_hand import LIST, contract
from conformance.checks.verdict import Outcome, Verdict
from conformance.clients.laws import (
    Command,
    CommandRun,
    carries,
    hands_out,
    leaves_out,
    one_request,
    page_sizes,
    prints,
    prints_items,
    refuses_unsent,
    reports_error,
    skeleton,
)
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

INPUT, OUTPUT = contract().operations[LIST].input, contract().operations[LIST].output
PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
JOB = {
    "TrainingJobName": "a-001",
    "CreationTime": 1718006461.5,
    "TrainingJobStatus": "Completed",
    "TunedHyperParameters": {"eta": "0.1"},
    "FinalHyperParameterTuningJobObjectiveMetric": {"Value": 0.5},
}


def exchange(members: dict[str, Any], answer: dict[str, Any] | None = None, status: int = 200) -> Exchange:
    response = HttpResponse(status, (), json.dumps(answer or {}).encode(), 0.0)
    return Exchange(LIST, HttpRequest("POST", "http://target/", (), json.dumps(members).encode()), response)


def ran(out: Any = "", *exchanges: Exchange, status: int = 0, err: str = "") -> CommandRun:
    text = out if isinstance(out, str) else json.dumps(out)
    return CommandRun(Command(("sagemaker", "list")), status, text, err, exchanges, line="aws sagemaker list")


def kind(verdict: Verdict) -> tuple[Outcome, str]:
    return verdict.outcome, verdict.kind if verdict.outcome is FAILED else ""


@pytest.mark.parametrize(
    ("sent", "wanted", "outcome"),
    [
        ({"MaxResults": 3}, {"MaxResults": 3}, PASSED),
        ({"MaxResults": "3"}, {"MaxResults": 3}, FAILED),
        ({"MaxResults": 3.0}, {"MaxResults": 3}, FAILED),
        ({"MaxResults": True}, {"MaxResults": 1}, FAILED),
        ({}, {"MaxResults": 3}, FAILED),
        ({"SortBy": "Name", "SortOrder": "Descending"}, {"SortBy": "Name"}, PASSED),
    ],
)
def test_an_option_is_on_the_wire_with_its_value_and_type(
    sent: dict[str, Any], wanted: dict[str, Any], outcome: Outcome
) -> None:
    assert carries([(ran({}, exchange(sent)), wanted)]).outcome is outcome


def test_an_option_of_a_command_that_sent_nothing_is_lost_and_its_words_are_reported() -> None:
    verdict = carries([(ran("", status=252, err="\nUnknown options: --sort-by\n"), {"SortBy": "Name"})])
    assert kind(verdict) == (FAILED, "option-lost")
    assert "Unknown options: --sort-by" in verdict.received
    assert verdict.reproduce == "aws sagemaker list"


def test_what_nobody_asked_for_is_not_sent() -> None:
    assert leaves_out(ran({}, exchange({"A": 1})), ["B"]).outcome is PASSED
    assert kind(leaves_out(ran({}, exchange({"B": 1})), ["B"])) == (FAILED, "sent-unasked")
    assert kind(leaves_out(ran(""), ["B"])) == (FAILED, "nothing-sent")


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (ran("", status=252), PASSED),
        (ran("", status=0), FAILED),
        (ran("", exchange({}), status=252), FAILED),
    ],
)
def test_a_rejection_sends_nothing_and_ends_otherwise_than_with_0(run: CommandRun, outcome: Outcome) -> None:
    assert refuses_unsent(run).outcome is outcome


DUE = frozenset({"HyperParameterTuningJobName", "MaxResults"})
FULL = {"HyperParameterTuningJobName": "", "MaxResults": 0}


@pytest.mark.parametrize(
    ("run", "received"),
    [
        (ran(FULL), (PASSED, "")),
        (ran(FULL | {"Newer": {"any": 1}}), (PASSED, "")),
        (ran({"MaxResults": 0}), (FAILED, "skeleton-differs")),
        (ran(FULL | {"MaxResults": "0"}), (FAILED, "skeleton-differs")),
        (ran(FULL | {"MaxResults": 0.5}), (FAILED, "skeleton-differs")),
        (ran("- yaml"), (FAILED, "no-skeleton")),
        (ran(FULL, status=1), (FAILED, "no-skeleton")),
        (ran(FULL, exchange({})), (FAILED, "skeleton-sends")),
    ],
)
def test_a_skeleton_has_each_member_of_the_page_and_sends_nothing(
    run: CommandRun, received: tuple[Outcome, str]
) -> None:
    assert kind(skeleton(run, INPUT, DUE)) == received


@pytest.mark.parametrize(
    ("sample", "outcome"),
    [
        ([{"TunedHyperParameters": {"KeyName": "x"}, "CreationTime": "1970-01-01T00:00:00"}], PASSED),
        ([{"TunedHyperParameters": {"KeyName": 1}, "CreationTime": 0}], FAILED),
        ([{"TunedHyperParameters": {}, "CreationTime": 0}], FAILED),
        ([{"TunedHyperParameters": {"KeyName": "x"}, "CreationTime": "yesterday"}], FAILED),
        ([], FAILED),
        ({}, FAILED),
    ],
)
def test_a_sample_is_looked_at_all_the_way_down(sample: Any, outcome: Outcome) -> None:
    assert skeleton(ran({"TrainingJobSummaries": sample}), OUTPUT, ()).outcome is outcome


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, PASSED),
        ({"CreationTime": "2024-06-10T08:01:01.500000+00:00"}, PASSED),
        ({"CreationTime": "2024-06-10T10:01:01+02:00"}, PASSED),
        ({"CreationTime": "2024-06-10T08:01:01Z"}, PASSED),
        ({"CreationTime": "2024-06-10T10:01:01Z"}, FAILED),
        ({"CreationTime": 1718006462.5}, FAILED),
        ({"CreationTime": None}, FAILED),
        ({"TrainingJobStatus": "completed"}, FAILED),
        ({"TunedHyperParameters": {"eta": 0.1}}, FAILED),
        ({"TunedHyperParameters": [{"eta": "0.1"}]}, FAILED),
        ({"FinalHyperParameterTuningJobObjectiveMetric": {"Value": "0.5"}}, FAILED),
    ],
)
def test_each_member_is_printed_with_its_value(change: dict[str, Any], outcome: Outcome) -> None:
    run = ran({"TrainingJobSummaries": [JOB | change]}, exchange({}, {"TrainingJobSummaries": [JOB]}))
    assert prints(run, OUTPUT, "TrainingJobSummaries").outcome is outcome


def test_the_items_of_several_pages_are_printed_as_one_list() -> None:
    first = exchange({}, {"TrainingJobSummaries": [JOB], "NextToken": "t"})
    last = exchange({"NextToken": "t"}, {"TrainingJobSummaries": [JOB]})
    assert prints(ran({"TrainingJobSummaries": [JOB, JOB]}, first, last), OUTPUT, "TrainingJobSummaries").kind == ""
    half = prints(ran({"TrainingJobSummaries": [JOB]}, first, last), OUTPUT, "TrainingJobSummaries")
    assert "1 of 2 entries" in half.received
    page = prints(ran({"TrainingJobSummaries": [JOB]}, first), OUTPUT, "TrainingJobSummaries")
    assert "NextToken" in page.received


def test_a_client_may_be_older_than_a_member_but_not_print_it_wrongly() -> None:
    answer = exchange({}, {"TrainingJobSummaries": [JOB]})
    older = {name: value for name, value in JOB.items() if name != "TunedHyperParameters"}
    due = {"TrainingJobSummaries", "TrainingJobSummaries[].TrainingJobName"}

    def judged(printed: dict[str, Any]) -> Outcome:
        return prints(ran({"TrainingJobSummaries": [printed]}, answer), OUTPUT, "TrainingJobSummaries", due).outcome

    assert judged(older) is PASSED
    assert judged({**older, "TunedHyperParameters": {}}) is FAILED
    assert judged({name: value for name, value in JOB.items() if name != "TrainingJobName"}) is FAILED


def test_floats_that_json_has_no_numbers_for_are_the_same_in_both_writings() -> None:
    metric = {"FinalHyperParameterTuningJobObjectiveMetric": {"Value": "NaN"}}
    printed = json.dumps({"TrainingJobSummaries": [metric]}).replace('"NaN"', "NaN")
    run = ran(printed, exchange({}, {"TrainingJobSummaries": [metric]}))
    assert prints(run, OUTPUT, "TrainingJobSummaries").outcome is PASSED


def test_one_page_is_enough_where_it_was_asked_for_and_there_is_more() -> None:
    first, last = exchange({}, {"NextToken": "t"}), exchange({})
    assert one_request(ran({}, first), "NextToken").outcome is PASSED
    assert kind(one_request(ran({}, first, last), "NextToken")) == (FAILED, "pages-gone-over")
    assert one_request(ran({}, last), "NextToken").outcome is SKIPPED


def test_the_page_size_is_that_of_every_request() -> None:
    first, other = exchange({"MaxResults": 2}), exchange({"MaxResults": 10})
    assert page_sizes(ran({}, first, first), "MaxResults", 2).outcome is PASSED
    assert page_sizes(ran({}, first, other), "MaxResults", 2).outcome is FAILED


REFUSED = exchange({}, {"__type": "ResourceNotFound", "message": "no"}, 400)


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (ran("", REFUSED, status=254, err="An error occurred (ResourceNotFound)"), PASSED),
        (ran("", REFUSED, status=254, err="An error occurred"), FAILED),
        (ran("{}", REFUSED, status=0, err="ResourceNotFound"), FAILED),
        (ran({}, exchange({}), status=0), PASSED),
        (ran("", exchange({}), status=0), FAILED),
        (ran({}, exchange({}), status=254), FAILED),
        (ran("", status=252, err="refused by the client itself"), PASSED),
    ],
)
def test_a_command_ends_as_its_answer_did(run: CommandRun, outcome: Outcome) -> None:
    assert reports_error(run).outcome is outcome


def test_items_are_checked_against_what_was_printed_and_a_command_without_output_has_failed() -> None:
    run = ran({}, exchange({}))
    assert prints_items(run, ["a", "b"], ["a", "b"], "items").outcome is PASSED
    assert prints_items(run, ["a", "b"], ["b", "a"], "items").outcome is FAILED
    assert kind(prints_items(ran("", exchange({})), ["a"], ["a"], "items")) == (FAILED, "no-output")
    assert hands_out(ran({"NextToken": "t"}, exchange({})), "NextToken").outcome is PASSED
    assert hands_out(ran({"NextToken": ""}, exchange({})), "NextToken").outcome is FAILED
