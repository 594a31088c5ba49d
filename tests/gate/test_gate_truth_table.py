"""What becomes of one check under one entry: every combination of outcome, level, signature and expiry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from conformance.errors import ExitCode
from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Wrong
from conformance.report.summary import exit_code
from conformance.suite.known_failures import Entry, KnownFailureMatcher, KnownFailures, apply_known_failures
from gate.results import CATALOGUE, CHECK, OTHER, THIRD, TODAY, entry, matcher, record, result

ENDINGS = {
    "passed": (Outcome.PASSED, ""),
    "skipped": (Outcome.SKIPPED, "no-such-job"),
    "failed": (Outcome.FAILED, "accepted"),
    "error": (Outcome.ERROR, "timeout"),
    "suite-error": (Outcome.ERROR, "suite-error"),
}
DECLARED: dict[str, Entry | None] = {
    "undeclared": None,
    "plain": entry(),
    "right-kind": entry(kind="accepted"),
    "wrong-kind": entry(kind="another-code"),
    "error": entry(outcome=Outcome.ERROR),
    "error-right-kind": entry(outcome=Outcome.ERROR, kind="timeout"),
    "error-wrong-kind": entry(outcome=Outcome.ERROR, kind="dropped"),
    "error-of-the-suite": entry(outcome=Outcome.ERROR, kind="suite-error"),
}
COVERS = {
    "failed": {"plain", "right-kind"},
    "error": {"error", "error-right-kind"},
}
BESIDE = result(OTHER, Outcome.PASSED, "")
"""Another check, so that something was judged in any case."""


def by_the_book(ending: str, declared: str, *, expired: bool, must: bool, strict: bool) -> tuple[int, bool, set[Wrong]]:
    """Return the exit code, whether the result is known, and what is wrong with the entry, as the guide words it."""
    there = declared != "undeclared"
    covered = declared in COVERS.get(ending, set())
    known = covered and not expired
    wrong = {Wrong.EXPIRED} if there and expired else set()
    if there and ending == "passed":
        wrong.add(Wrong.STALE)
    if there and ending in {"failed", "error"} and not covered:
        wrong.add(Wrong.CHANGED)
    if ending in {"error", "suite-error"} and not known:
        return 3, known, wrong
    counts = ending == "failed" and not known and (must or strict)
    return (1 if counts or wrong else 0), known, wrong


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_combination_ends_as_the_guide_says(ending: str, declared: str) -> None:
    for expired, must, strict in product([False, True], repeat=3):
        day = TODAY - timedelta(days=1) if expired else TODAY
        item = DECLARED[declared]
        level = Level.MUST if must else Level.SHOULD
        outcome, kind = ENDINGS[ending]
        run = record(result(CHECK, outcome, kind, level=level), BESIDE)
        judged = apply_known_failures(run, matcher(*([replace(item, expires=day)] if item else [])))
        assert judged.gate is not None
        code = exit_code(judged, strict=strict)
        found = {finding.wrong for finding in judged.gate.findings}
        received = (int(code), judged.results[0].known, found)
        expected = by_the_book(ending, declared, expired=expired, must=must, strict=strict)
        assert received == expected, (expired, must, strict)
        assert judged.results[0].outcome is outcome
        assert bool(judged.results[0].declared) is (declared != "undeclared" and ending in {"failed", "error"})
        assert judged.results[1] == BESIDE


def test_the_last_day_of_an_entry_is_a_day_on_which_it_holds() -> None:
    run = record(result(), BESIDE)
    for days, code in ((-1, ExitCode.CONFORMS), (0, ExitCode.CONFORMS), (1, ExitCode.DOES_NOT_CONFORM)):
        judged = apply_known_failures(run, matcher(entry(expires=TODAY), today=TODAY + timedelta(days=days)))
        assert exit_code(judged) is code


@pytest.mark.parametrize(
    ("item", "known", "declared"),
    [
        (entry(), True, "known.yaml:2: not built yet"),
        (entry(issue="https://example.org/7"), True, "known.yaml:2: not built yet (https://example.org/7)"),
        (entry(kind="another-code"), False, "known.yaml:2 declares another failure: failed (another-code)"),
        (entry(expires=date(2027, 3, 30)), False, "until 2027-03-30, known.yaml:2: not built yet"),
    ],
)
def test_a_failure_says_what_the_entry_about_it_declares(item: Entry, known: bool, declared: str) -> None:  # noqa: FBT001 - a row of the table
    marked = matcher(item).mark(result())
    assert (marked.known, marked.declared) == (known, declared)


def findings(*entries: Entry, results: tuple[Result, ...], selected: tuple[str, ...] = CATALOGUE) -> list[str]:
    gate = matcher(*entries).evaluate({item.id: item for item in results}, set(selected))
    return [f"{item.wrong} {item.check} {item.where}" for item in gate.findings]


def test_every_passing_check_of_a_pattern_is_stale() -> None:
    passing = (result(CHECK, Outcome.PASSED, ""), result(OTHER, Outcome.PASSED, ""))
    assert findings(entry("Get/request"), results=passing) == [
        f"stale {CHECK} known.yaml:2",
        f"stale {OTHER} known.yaml:2",
    ]
    assert findings(entry("*/Name/*"), results=(passing[0], result(OTHER), result(THIRD))) == [
        f"stale {CHECK} known.yaml:2"
    ]


def test_an_entry_about_no_check_is_unmatched_however_narrow_the_run() -> None:
    (finding,) = matcher(entry("Get/request/Name/to-long")).evaluate({}, set()).findings
    assert (finding.wrong, finding.check) == (Wrong.UNMATCHED, "Get/request/Name/to-long")
    assert finding.remedy == f"did you mean {CHECK}?"
    (finding,) = matcher(entry("zzz")).evaluate({}, set()).findings
    assert finding.remedy == "list the ids with `conformance checks`, or delete the entry"


def test_entries_outside_of_the_selection_are_not_judged() -> None:
    late = entry(expires=date(2027, 3, 30))
    passing = (result(OTHER, Outcome.PASSED, ""),)
    assert findings(late, results=passing, selected=(OTHER,)) == []
    assert findings(entry("Get/request"), results=passing, selected=(OTHER,)) == [f"stale {OTHER} known.yaml:2"]


def test_a_check_belongs_to_the_first_entry_that_matches_it() -> None:
    special = entry(CHECK, kind="another-code", where="known.yaml:2", reason="special")
    general = entry("Get/*", where="known.yaml:5", reason="general")
    both = matcher(special, general)
    assert not both.mark(result()).known
    assert both.mark(result(kind="another-code")).declared == "known.yaml:2: special"
    assert both.mark(result(OTHER)).declared == "known.yaml:5: general"
    assert findings(special, general, results=(result(), result(OTHER), result(THIRD))) == [
        f"changed {CHECK} known.yaml:2"
    ]


def test_an_entry_behind_a_more_general_one_is_reported() -> None:
    general = entry("Get/*", where="known.yaml:2")
    hidden = entry(CHECK, where="known.yaml:5")
    failing = (result(), result(OTHER), result(THIRD))
    gate = matcher(general, hidden).evaluate({item.id: item for item in failing}, set(CATALOGUE))
    (finding,) = gate.findings
    assert (finding.wrong, finding.where) == (Wrong.SHADOWED, "known.yaml:5")
    assert finding.problem == "known.yaml:2 is about all of its checks already"
    assert findings(general, hidden, results=failing, selected=(OTHER,)) == []


def test_entries_whose_checks_were_all_skipped_are_counted_and_not_accused() -> None:
    skipped = (result(CHECK, Outcome.SKIPPED, ""), result(OTHER))
    gate = matcher(entry(CHECK), entry(OTHER, where="known.yaml:5")).evaluate(
        {item.id: item for item in skipped}, set(CATALOGUE)
    )
    assert gate.findings == ()
    assert gate.not_judged == (f"known.yaml:2: {CHECK}",)


def test_a_check_without_a_result_is_neither_stale_nor_covered() -> None:
    gate = matcher(entry(CHECK)).evaluate({}, set(CATALOGUE))
    assert (gate.findings, gate.not_judged) == ((), (f"known.yaml:2: {CHECK}",))


def test_known_failures_apply_to_a_record_once() -> None:
    run = record(result(), BESIDE)
    first = apply_known_failures(run, matcher(entry()))
    assert apply_known_failures(first, matcher(entry())) == first
    nothing = apply_known_failures(first, KnownFailureMatcher(KnownFailures("none.yaml", ()), CATALOGUE, TODAY))
    assert nothing.results == run.results
