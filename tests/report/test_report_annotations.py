"""Findings as workflow commands: what they say, how many there are, and that nothing in them is one of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_records import BROKE, CONFORMING, FAILED, FOOTER, HOSTILE, KNOWN, PASSED, RECOMMENDED, SKIPPED, record

from conformance.report.github import LIMIT, github_annotations, outputs
from conformance.report.run import Gate, GateFinding, Record, Wrong


def received(run: Record, *, file: str = "", strict: bool = False) -> list[str]:
    return list(github_annotations(run, file=file, strict=strict))


def test_a_failure_is_an_error_that_explains_itself() -> None:
    (line,) = received(record(PASSED, FAILED), file="targets.yaml")
    assert line.startswith("::error file=targets.yaml,title=")
    for part in (FAILED.reason[1:], FAILED.id, "%0AExpected: HTTP 400", "%0AReceived: HTTP 200 with 57", "api-list:24"):
        assert part in line


def test_levels() -> None:
    assert [line.split(" ")[0] for line in received(record(FAILED, BROKE, RECOMMENDED, KNOWN, SKIPPED))] == [
        "::error",
        "::error",
        "::warning",
    ]
    assert [line.split(" ")[0] for line in received(record(RECOMMENDED), strict=True)] == ["::error"]
    assert received(CONFORMING) == []
    assert received(record(PASSED, KNOWN)) == []


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (record(SKIPPED), "Nothing was checked"),
        (record(PASSED, footer=None), "Cut short"),
        (record(PASSED, footer=replace(FOOTER, complete=False, stopped="the target died")), "the target died"),
        (record(FAILED, footer=replace(FOOTER, complete=False, stopped="the target died")), "the target died"),
    ],
    ids=["nothing", "cut-short", "stopped", "stopped-with-failures"],
)
def test_a_run_that_did_not_end_well_says_so(run: Record, words: str) -> None:
    assert words in received(run)[0]
    assert received(run)[0].startswith("::error title=")


STALE = Gate(
    "known.yaml", "2026-11-21", 2,
    (GateFinding(Wrong.STALE, FAILED.id, "known.yaml:12", "it passes now", "delete the entry"),),
    (),
)  # fmt: skip


def test_an_entry_out_of_date_is_reported_at_its_line() -> None:
    (line,) = received(record(PASSED, footer=replace(FOOTER, gate=STALE)), file="targets.yaml")
    assert line == (
        "::error file=known.yaml,line=12,title=Known failures are out of date::"
        f"{FAILED.id}: it passes now%0ATo do: delete the entry"
    )


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
    vicious = f"{HOSTILE}\n::set-output name=a::b\r\n::error::x,title=y:z%0A"
    lines = received(record(replace(FAILED, reason=vicious, received=vicious, expected=vicious)), file="a,b:c%\n.yaml")
    (line,) = lines
    assert "\n" not in line
    assert "\r" not in line
    head, _, _ = line.removeprefix("::").partition("::")
    assert head.count(",") == 1
    assert head.startswith("error file=a%2Cb%3Ac%25%0A.yaml,title=")
    assert "%250A" in line
    assert "\x1b" not in line
    line.encode("utf-8")


def test_outputs_are_texts_of_one_line() -> None:
    values = outputs(record(PASSED, FAILED, KNOWN, SKIPPED))
    assert values == {
        "exit-code": "1", "verdict": "Does not conform", "passed": "1", "failed": "2", "error": "0", "skipped": "1",
        "known": "1", "partial": "false", "judged": "3", "selected": "4",
    }  # fmt: skip
    assert outputs(record(RECOMMENDED))["exit-code"] == "0"
    assert outputs(record(RECOMMENDED), strict=True)["exit-code"] == "1"
