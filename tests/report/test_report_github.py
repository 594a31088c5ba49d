"""What a job on GitHub shows of a run: annotations, outputs, and badge.json in the form that shields.io reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    FAILED,
    FOOTER,
    HOSTILE,
    KNOWN,
    NOTED,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    STALE,
    UNANSWERED,
    narrowed,
    record,
    shard,
)

from conformance.report.github import LIMIT, github_annotations, outputs, render_badge
from conformance.report.run import Record, Thresholds
from conformance.report.summary import with_thresholds


def received(run: Record, *, file: str = "", strict: bool = False) -> list[str]:
    return list(github_annotations(run, file=file, strict=strict))


def kinds(run: Record, *, strict: bool = False) -> list[str]:
    return [line.split(" ")[0] for line in received(run, strict=strict)]


def test_a_failure_is_an_error_that_explains_itself() -> None:
    (line,) = received(record(PASSED, FAILED), file="targets.yaml")
    assert line.startswith("::error file=targets.yaml,title=")
    for part in (FAILED.reason[1:], FAILED.id, "%0AExpected: HTTP 400", "%0AReceived: HTTP 200 with 57", "api-list:24"):
        assert part in line


def test_what_is_only_recommended_is_a_warning_and_what_was_declared_gives_none() -> None:
    assert kinds(record(FAILED, BROKE, RECOMMENDED, KNOWN, SKIPPED)) == ["::error", "::error", "::warning"]
    assert kinds(record(RECOMMENDED), strict=True) == ["::error"]
    assert kinds(record(PASSED, KNOWN)) == kinds(CONFORMING) == []


STOPPED = replace(FOOTER, complete=False, stopped="the target died")


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (record(SKIPPED), "Nothing was checked"),
        (record(PASSED, footer=None), "Cut short"),
        (record(PASSED, footer=STOPPED), "the target died"),
        (record(FAILED, footer=STOPPED), "the target died"),
    ],
    ids=["nothing", "cut-short", "stopped", "stopped-with-failures"],
)
def test_a_run_that_did_not_end_well_says_so(run: Record, words: str) -> None:
    assert words in received(run)[0]
    assert received(run)[0].startswith("::error title=")


def test_an_entry_out_of_date_is_reported_at_its_line() -> None:
    (line,) = received(record(PASSED, footer=replace(FOOTER, gate=STALE)), file="targets.yaml")
    title = "Known failures are out of date"
    assert line == f"::error file=known.yaml,line=2,title={title}::a/b/c: it passes%0Ahint: delete it"


def test_no_more_than_are_shown_and_the_last_counts_the_rest() -> None:
    unlike = (
        replace(FAILED, id=f"{FAILED.operation}/request/Member{n}/case", kind=f"kind-{n}", reason=f"cause {n}")
        for n in range(40)
    )
    lines = received(record(*unlike))
    assert len(lines) == LIMIT
    assert "31 more findings" in lines[-1]
    assert all(line.startswith("::error ") for line in lines)


def test_nothing_in_them_ends_a_command_or_begins_another() -> None:
    malicious = f"{HOSTILE}\n::set-output name=a::b\r\n::error::x,title=y:z%0A"
    failed = replace(FAILED, reason=malicious, received=malicious, expected=malicious)
    (line,) = received(record(failed), file="a,b:c%\n.yaml")
    assert not {"\n", "\r", "\x1b"} & set(line)
    head, _, _ = line.removeprefix("::").partition("::")
    assert head.count(",") == 1
    assert head.startswith("error file=a%2Cb%3Ac%25%0A.yaml,title=")
    assert "%250A" in line
    line.encode("utf-8")


def test_outputs_are_texts_of_one_line() -> None:
    assert outputs(record(PASSED, FAILED, KNOWN, SKIPPED)) == {
        "exit-code": "1", "verdict": "Does not conform", "passed": "1", "failed": "2", "error": "0", "skipped": "1",
        "known": "1", "partial": "false", "judged": "3", "selected": "4",
    }  # fmt: skip
    assert [outputs(record(RECOMMENDED), strict=strict)["exit-code"] for strict in (False, True)] == ["0", "1"]


# What the badge service's page on its endpoint badge asks for; further members of it are about looks.
ENDPOINT = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "green", "yellowgreen", "yellow", "orange", "red", "blue", "lightgrey"]},
        "isError": {"type": "boolean"},
    },
}
ALLOWED = with_thresholds(record(PASSED, SKIPPED, footer=UNANSWERED), Thresholds(0, allow_partial=True))


def badge(run: Record, *, strict: bool = False) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(render_badge(run, strict=strict))
    return value


@pytest.mark.parametrize(
    ("run", "message", "colour"),
    [
        (CONFORMING, "conforms, 2 of 3 checks", "brightgreen"),
        (record(PASSED, KNOWN), "conforms, 2 of 2 checks, 1 known", "yellowgreen"),
        (record(PASSED, RECOMMENDED), "conforms, 2 of 2 checks", "brightgreen"),
        (record(PASSED, FAILED), "1 of 2 fail", "red"),
        (record(PASSED, footer=replace(FOOTER, gate=STALE)), "known failures out of date", "red"),
        (record(PASSED, BROKE), "no verdict", "orange"),
        (record(PASSED, footer=None), "no verdict", "orange"),
        (record(SKIPPED), "nothing checked", "lightgrey"),
        (record(PASSED, SKIPPED, KNOWN, footer=UNANSWERED), "partly judged, 2 of 3 checks, 1 known", "yellow"),
        (ALLOWED, "partly judged, 1 of 2 checks", "yellow"),
        (narrowed(record(PASSED, NOTED)), "2 of 2,339 checks conform", "blue"),
        (shard(record(PASSED, SKIPPED, footer=UNANSWERED)), "shard 1 of 3 conforms", "blue"),
    ],
)
def test_words_and_colour_of_the_badge_follow_the_verdict(run: Record, message: str, colour: str) -> None:
    value = badge(run)
    jsonschema.validate(value, ENDPOINT)
    assert (value["message"], value["color"]) == (message, colour)
    assert value.get("isError", False) is (message == "no verdict")


def test_a_strict_badge_counts_what_is_only_recommended() -> None:
    assert badge(record(PASSED, RECOMMENDED), strict=True)["message"] == "1 of 2 fail"
