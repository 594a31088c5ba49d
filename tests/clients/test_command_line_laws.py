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
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
JOB = {
    "TrainingJobName": "a-001",
    "CreationTime": 1718006461.5,
    "TrainingJobStatus": "Completed",
    "TunedHyperParameters": {"eta": "0.1"},
    METRIC: {"Value": 0.5},
}


def exchange(members: dict[str, Any], answer: dict[str, Any] | None = None, status: int = 200) -> Exchange:
    response = HttpResponse(status, (), json.dumps(answer or {}).encode(), 0.0)
    return Exchange(LIST, HttpRequest("POST", "http://target/", (), json.dumps(members).encode()), response)


def ran(out: Any = "", *exchanges: Exchange, status: int = 0, err: str = "") -> CommandRun:
    text = out if isinstance(out, str) else json.dumps(out)
    return CommandRun(Command(("sagemaker", "list")), status, text, err, exchanges, line="aws sagemaker list")


FULL = {"HyperParameterTuningJobName": "", "MaxResults": 0}
DUE = frozenset(FULL)
FIRST, LAST = exchange({}, {"NextToken": "t"}), exchange({})
REJECTED = exchange({}, {"__type": "ResourceNotFound", "message": "no"}, 400)


def sent(wanted: dict[str, Any], **members: Any) -> Verdict:
    return carries([(ran({}, exchange(members)), wanted)])


def printed(*jobs: Any, pages: int = 1, **more: Any) -> Verdict:
    """Evaluate what is printed of pages with one job each."""
    run = ran({"TrainingJobSummaries": list(jobs)}, *[exchange({}, {"TrainingJobSummaries": [JOB]})] * pages)
    return prints(run, OUTPUT, "TrainingJobSummaries", **more)


def sampled(sample: Any) -> Verdict:
    return skeleton(ran({"TrainingJobSummaries": sample}), OUTPUT, ())


MAP = {"TunedHyperParameters": {"KeyName": "x"}}
VERDICTS: dict[str, list[tuple[Verdict, Outcome, str]]] = {
    "an option is on the wire with its value and type": [
        (sent({"MaxResults": 3}, MaxResults=3), PASSED, ""),
        (sent({"MaxResults": 3}, MaxResults="3"), FAILED, "option-lost"),
        (sent({"MaxResults": 3}, MaxResults=3.0), FAILED, "option-lost"),
        (sent({"MaxResults": 1}, MaxResults=True), FAILED, "option-lost"),
        (sent({"MaxResults": 3}), FAILED, "option-lost"),
        (sent({"SortBy": "Name"}, SortBy="Name", SortOrder="Descending"), PASSED, ""),
    ],
    "what nobody asked for is not sent": [
        (leaves_out(ran({}, exchange({"A": 1})), ["B"]), PASSED, ""),
        (leaves_out(ran({}, exchange({"B": 1})), ["B"]), FAILED, "sent-unasked"),
        (leaves_out(ran(""), ["B"]), FAILED, "nothing-sent"),
    ],
    "a rejection sends nothing and ends otherwise than with 0": [
        (refuses_unsent(ran("", status=252)), PASSED, ""),
        (refuses_unsent(ran("", status=0)), FAILED, "not-refused"),
        (refuses_unsent(ran("", exchange({}), status=252)), FAILED, "not-refused"),
    ],
    "a skeleton has each member of the page and sends nothing": [
        (skeleton(ran(FULL), INPUT, DUE), PASSED, ""),
        (skeleton(ran(FULL | {"Newer": {"any": 1}}), INPUT, DUE), PASSED, ""),
        (skeleton(ran({"MaxResults": 0}), INPUT, DUE), FAILED, "skeleton-differs"),
        (skeleton(ran(FULL | {"MaxResults": "0"}), INPUT, DUE), FAILED, "skeleton-differs"),
        (skeleton(ran(FULL | {"MaxResults": 0.5}), INPUT, DUE), FAILED, "skeleton-differs"),
        (skeleton(ran("- yaml"), INPUT, DUE), FAILED, "no-skeleton"),
        (skeleton(ran(FULL, status=1), INPUT, DUE), FAILED, "no-skeleton"),
        (skeleton(ran(FULL, exchange({})), INPUT, DUE), FAILED, "skeleton-sends"),
    ],
    "a sample is looked at all the way down": [
        (sampled([MAP | {"CreationTime": "1970-01-01T00:00:00"}]), PASSED, ""),
        (sampled([{"TunedHyperParameters": {"KeyName": 1}, "CreationTime": 0}]), FAILED, "skeleton-differs"),
        (sampled([{"TunedHyperParameters": {}, "CreationTime": 0}]), FAILED, "skeleton-differs"),
        (sampled([MAP | {"CreationTime": "yesterday"}]), FAILED, "skeleton-differs"),
        (sampled([]), FAILED, "skeleton-differs"),
        (sampled({}), FAILED, "skeleton-differs"),
    ],
    "each member is printed with its value": [
        (printed(JOB), PASSED, ""),
        (printed(JOB | {"CreationTime": "2024-06-10T08:01:01.500000+00:00"}), PASSED, ""),
        (printed(JOB | {"CreationTime": "2024-06-10T10:01:01+02:00"}), PASSED, ""),
        (printed(JOB | {"CreationTime": "2024-06-10T08:01:01Z"}), PASSED, ""),
        (printed(JOB | {"CreationTime": "2024-06-10T10:01:01Z"}), FAILED, "output-differs"),
        (printed(JOB | {"CreationTime": 1718006462.5}), FAILED, "output-differs"),
        (printed(JOB | {"CreationTime": None}), FAILED, "output-differs"),
        (printed(JOB | {"TrainingJobStatus": "completed"}), FAILED, "output-differs"),
        (printed(JOB | {"TunedHyperParameters": {"eta": 0.1}}), FAILED, "output-differs"),
        (printed(JOB | {"TunedHyperParameters": [{"eta": "0.1"}]}), FAILED, "output-differs"),
        (printed(JOB | {METRIC: {"Value": "0.5"}}), FAILED, "output-differs"),
    ],
    "the items of several pages are printed as one list": [
        (printed(JOB, JOB, pages=2), PASSED, ""),
        (printed(JOB, pages=2), FAILED, "output-differs"),
    ],
    "one page is enough where it was asked for and there is more": [
        (one_request(ran({}, FIRST), "NextToken"), PASSED, ""),
        (one_request(ran({}, FIRST, LAST), "NextToken"), FAILED, "pages-gone-over"),
        (one_request(ran({}, LAST), "NextToken"), SKIPPED, "not-exercised"),
    ],
    "the page size is that of every request": [
        (page_sizes(ran({}, *[exchange({"MaxResults": 2})] * 2), "MaxResults", 2), PASSED, ""),
        (page_sizes(ran({}, exchange({"MaxResults": 2}), LAST), "MaxResults", 2), FAILED, "other-page-size"),
    ],
    "a command ends as its answer did": [
        (reports_error(ran("", REJECTED, status=254, err="An error (ResourceNotFound)")), PASSED, ""),
        (reports_error(ran("", REJECTED, status=254, err="An error")), FAILED, "error-not-told"),
        (reports_error(ran("{}", REJECTED, status=0, err="ResourceNotFound")), FAILED, "error-not-told"),
        (reports_error(ran({}, LAST, status=0)), PASSED, ""),
        (reports_error(ran("", LAST, status=0)), FAILED, "no-output"),
        (reports_error(ran({}, LAST, status=254)), FAILED, "no-output"),
        (reports_error(ran("", status=252, err="rejected by the client itself")), PASSED, ""),
    ],
    "items are checked against what was printed": [
        (prints_items(ran({}, LAST), ["a", "b"], ["a", "b"], "items"), PASSED, ""),
        (prints_items(ran({}, LAST), ["a", "b"], ["b", "a"], "items"), FAILED, "other-items"),
        (prints_items(ran("", LAST), ["a"], ["a"], "items"), FAILED, "no-output"),
        (hands_out(ran({"NextToken": "t"}, LAST), "NextToken"), PASSED, ""),
        (hands_out(ran({"NextToken": ""}, LAST), "NextToken"), FAILED, "no-token"),
    ],
}


@pytest.mark.parametrize("claim", VERDICTS)
def test_a_law_passes_what_keeps_it_and_fails_each_way_of_breaking_it(claim: str) -> None:
    for verdict, outcome, kind in VERDICTS[claim]:
        assert (verdict.outcome, verdict.kind) == (outcome, kind), verdict


def test_a_failure_says_what_the_command_said_and_how_to_repeat_it() -> None:
    verdict = carries([(ran("", status=252, err="\nUnknown options: --sort-by\n"), {"SortBy": "Name"})])
    assert "Unknown options: --sort-by" in verdict.received
    assert verdict.reproduce == "aws sagemaker list"
    assert "1 of 2 entries" in printed(JOB, pages=2).received
    page = ran({"TrainingJobSummaries": [JOB]}, exchange({}, {"TrainingJobSummaries": [JOB], "NextToken": "t"}))
    assert "NextToken" in prints(page, OUTPUT, "TrainingJobSummaries").received


def test_a_client_may_be_older_than_a_member_but_not_print_it_wrongly() -> None:
    due = {"TrainingJobSummaries", "TrainingJobSummaries[].TrainingJobName"}
    older = {name: value for name, value in JOB.items() if name != "TunedHyperParameters"}
    nameless = {name: value for name, value in JOB.items() if name != "TrainingJobName"}
    assert printed(older, due=due).outcome is PASSED
    assert printed({**older, "TunedHyperParameters": {}}, due=due).outcome is FAILED
    assert printed(nameless, due=due).outcome is FAILED


def test_floats_that_json_has_no_numbers_for_are_the_same_in_both_writings() -> None:
    answer = {"TrainingJobSummaries": [{METRIC: {"Value": "NaN"}}]}
    run = ran(json.dumps(answer).replace('"NaN"', "NaN"), exchange({}, answer))
    assert prints(run, OUTPUT, "TrainingJobSummaries").outcome is PASSED
