"""What a terminal shows: the summary, under snapshot, and the progress."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from sample_records import (
    CONFORMING,
    EVERY_KIND,
    FAILED,
    FOOTER,
    HEADER,
    HOSTILE,
    HOSTILE_ONE,
    KNOWN,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    STALE,
    UNANSWERED,
    many,
    record,
)
from syrupy.assertion import SnapshotAssertion
from text_snapshots import Text

from conformance.report import terminal
from conformance.report.progress import Progress, time_left
from conformance.report.result import Outcome
from conformance.report.run import Record
from conformance.report.terminal import print_summary

PATHS = {
    name: Path("reports/moto") / name for name in ("report.html", "report.md", "report.json", "junit.xml", "badge.json")
}


def shown(run: Record, *, width: int = 80, strict: bool = False, verbose: bool = True) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_summary(console, run, PATHS, strict=strict, verbose=verbose)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


RUNS = {
    "every-kind": EVERY_KIND,
    "conforming": CONFORMING,
    "many": many(60),
    "cut-short": replace(record(PASSED, FAILED, footer=None), header=replace(HEADER, planned=1012)),
    "stopped": record(PASSED, footer=replace(FOOTER, complete=False, stopped="the target went away")),
    "nothing-checked": record(SKIPPED),
    "recommended": record(PASSED, RECOMMENDED),
    "partly-judged": record(PASSED, SKIPPED, footer=UNANSWERED),
    "out-of-date": record(PASSED, FAILED, KNOWN, footer=replace(FOOTER, gate=replace(STALE, not_judged=()))),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_summary_in_short_fits_a_screen(name: str, snapshot: SnapshotAssertion) -> None:
    text = shown(RUNS[name], verbose=False)
    assert len(text.splitlines()) <= 22
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text == snapshot(extension_class=Text)
    assert RUNS[name].results


@pytest.mark.parametrize(("height", "findings"), [(24, 7), (30, 13), (100, 31)])
def test_a_higher_screen_shows_more_findings_and_the_rest_is_counted(height: int, findings: int) -> None:
    console = Console(file=io.StringIO(), width=80, height=height, force_terminal=True, color_system=None)
    print_summary(console, many(60), PATHS)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) <= height - 2
    assert sum("Claim" in line or "rejected was accepted" in line for line in lines) == findings
    assert any(f"and {31 - findings} more finding" in line for line in lines) is (findings < 31)


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_summary_at_80_columns(
    name: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "LIMIT", 5 if name == "many" else 25)
    assert shown(RUNS[name]) == snapshot(extension_class=Text)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_only_ids_and_commands_are_wider_than_the_terminal(width: int) -> None:
    for line in shown(EVERY_KIND, width=width).splitlines():
        assert line == line.rstrip()
        assert len(line) <= width or "Parameter" in line or "curl" in line or "report" in line or "target" in line


def test_a_command_is_never_broken_and_its_further_lines_stay_as_they_are() -> None:
    assert f"\n     {FAILED.reproduce}\n" in shown(record(FAILED), width=40)
    command = "curl --data @- http://127.0.0.1 <<'END'\n{}\nEND"
    assert f"     {command}\n" in shown(record(replace(FAILED, reproduce=command)))


def test_square_brackets_are_no_markup() -> None:
    text = shown(record(replace(FAILED, id="A/response/B[].C{value}/type", reason="[red]x[/red] :smile:")))
    assert "A/response/B[].C{value}/type" in text
    assert "[red]x[/red] :smile:" in text


def test_hostile_text_does_not_steer_the_terminal() -> None:
    text = shown(record(replace(HOSTILE_ONE, reason=HOSTILE, notes=(HOSTILE,), id=f"A/response/{HOSTILE}")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31mred\\x00" in text


def test_a_long_body_is_clipped() -> None:
    text = shown(record(replace(FAILED, received="x" * 3000)))
    assert "(2,520 more characters)" in " ".join(text.split())


def test_what_is_beyond_the_limit_is_counted() -> None:
    text = shown(many(60))
    assert text.count("Reproduce") == 25
    assert "6 more findings: see reports/moto/report.html" in text


def test_without_reports_none_is_named() -> None:
    console = Console(file=io.StringIO(), width=80)
    print_summary(console, many(60), {})
    assert "  report " not in console.file.getvalue()  # type: ignore[attr-defined]


def test_colours_come_on_a_terminal_and_not_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed() -> str:
        console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
        print_summary(console, EVERY_KIND, PATHS)
        return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m2 passed" in printed()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed()


def progressed(console: Console, total: int, outcomes: list[Outcome]) -> str:
    progress = Progress(console)
    progress.start(total)
    for outcome in outcomes:
        progress.advance(outcome)
    progress.stop()
    progress.stop()
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_progress_in_a_pipe_is_a_line_each_quarter() -> None:
    outcomes = [*[Outcome.PASSED] * 1000, *[Outcome.FAILED] * 12]
    assert progressed(Console(file=io.StringIO(), width=80), 1012, outcomes) == (
        "running 1,012 checks\n"
        "253 of 1,012: 253 passed\n"
        "506 of 1,012: 506 passed\n"
        "759 of 1,012: 759 passed\n"
        "1,012 of 1,012: 1,000 passed, 12 failed\n"
    )


@pytest.mark.parametrize("total", [0, 1, 2, 3])
def test_progress_of_few_checks_is_short(total: int) -> None:
    text = progressed(Console(file=io.StringIO(), width=80), total, [Outcome.PASSED] * total)
    assert text.count("\n") == total + 1


def test_progress_on_a_terminal_is_one_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    text = progressed(console, 3, [Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED])
    assert "3 of 3  1 passed, 1 failed, 1 skipped" in text
    assert text.endswith("\x1b[2K")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_progress_on_a_terminal_stays_one_line(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    outcomes = [*[Outcome.PASSED] * 1400, *[Outcome.FAILED] * 300, *[Outcome.ERROR] * 20, *[Outcome.SKIPPED] * 280]
    text = progressed(console, 2000, outcomes)
    shown = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "\r", text)
    assert max(len(line) for line in re.split(r"[\r\n]+", shown)) <= width
    assert text.count("\n") == 1
    assert ("━" in text) is (width > 70)


def test_progress_tells_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    clock = iter(range(0, 1_000_000, 2))
    console = Console(
        file=io.StringIO(), width=80, force_terminal=True, color_system=None, get_time=lambda: float(next(clock))
    )
    text = progressed(console, 100, [Outcome.PASSED] * 10)
    assert re.search(r"10 of 100  10 passed  \d min \d\d s left", text)


def test_a_time_span_reads_as_people_say_it() -> None:
    assert [time_left(seconds) for seconds in (0.2, 8.4, 59.6, 125)] == ["0 s", "8 s", "1 min 00 s", "2 min 05 s"]


def test_progress_on_a_dumb_terminal_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    assert progressed(console, 1, [Outcome.PASSED]) == "running 1 checks\n1 of 1: 1 passed\n"


def test_stopping_before_the_start_does_no_harm() -> None:
    Progress(Console(file=io.StringIO(), force_terminal=True)).stop()
