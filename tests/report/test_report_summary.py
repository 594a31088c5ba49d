"""The exit code as a truth table, and the words that go with it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    EVERY_KIND,
    FAILED,
    FOOTER,
    KNOWN,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    record,
)

from conformance.errors import ExitCode
from conformance.report import Footer, Gate, GateFinding, Level, Result, Shard, Wrong, exit_code, headline, summarise

COMPLETE = FOOTER
STOPPED = replace(FOOTER, complete=False, stopped="the target went away")
INCOMPLETE = replace(FOOTER, complete=False)
UP_TO_DATE = replace(FOOTER, gate=Gate("known.yaml", "2026-01-02", 1))
STALE = GateFinding(Wrong.STALE, "a/b/c", "known.yaml:2", "it passes", "delete the entry")
OUT_OF_DATE = replace(FOOTER, gate=Gate("known.yaml", "2026-01-02", 1, (STALE,)))
CUT_SHORT = None
FOOTERS = {
    "complete": COMPLETE,
    "up-to-date": UP_TO_DATE,
    "out-of-date": OUT_OF_DATE,
    "stopped": STOPPED,
    "incomplete": INCOMPLETE,
    "cut-short": CUT_SHORT,
}

KNOWN_RECOMMENDED = replace(RECOMMENDED, id=f"{RECOMMENDED.id}-2", known=True)
KNOWN_ERROR = replace(BROKE, id=f"{BROKE.id}-2", known=True)
KINDS = {
    "passed": PASSED,
    "failed": FAILED,
    "recommended": RECOMMENDED,
    "known": KNOWN,
    "known-recommended": KNOWN_RECOMMENDED,
    "skipped": SKIPPED,
    "error": BROKE,
    "known-error": KNOWN_ERROR,
}


def by_the_book(present: frozenset[str], ending: str, *, strict: bool) -> int:
    """Give the code as the promise words it, over names instead of records."""
    if ending == "stopped" or "error" in present:
        return 3
    if "failed" in present or (strict and "recommended" in present) or ending == "out-of-date":
        return 1
    if not present & {"passed", "recommended", "known", "known-recommended", "known-error"}:
        return 4
    return 0 if ending in {"complete", "up-to-date"} else 3


@pytest.mark.parametrize("ending", FOOTERS)
@pytest.mark.parametrize("strict", [False, True])
def test_every_combination_of_results_has_its_exit_code(ending: str, *, strict: bool) -> None:
    for choice in product([False, True], repeat=len(KINDS)):
        names = frozenset(name for name, chosen in zip(KINDS, choice, strict=True) if chosen)
        run = record(*(KINDS[name] for name in names), footer=FOOTERS[ending])
        assert exit_code(run, strict=strict) == by_the_book(names, ending, strict=strict), sorted(names)


@pytest.mark.parametrize(
    ("results", "footer", "strict", "code"),
    [
        ((), COMPLETE, False, 4),
        ((), CUT_SHORT, False, 4),
        ((SKIPPED,), COMPLETE, False, 4),
        ((PASSED,), COMPLETE, False, 0),
        ((PASSED, SKIPPED), COMPLETE, True, 0),
        ((PASSED,), CUT_SHORT, False, 3),
        ((PASSED, FAILED), CUT_SHORT, False, 1),
        ((PASSED, RECOMMENDED), COMPLETE, False, 0),
        ((PASSED, RECOMMENDED), COMPLETE, True, 1),
        ((KNOWN,), COMPLETE, True, 0),
        ((FAILED, BROKE), COMPLETE, False, 3),
        ((PASSED, KNOWN_ERROR), COMPLETE, False, 0),
        ((PASSED, KNOWN_ERROR, BROKE), COMPLETE, False, 3),
        ((PASSED, KNOWN), OUT_OF_DATE, False, 1),
        ((PASSED, BROKE), OUT_OF_DATE, False, 3),
        ((PASSED,), STOPPED, False, 3),
    ],
)
def test_the_exit_codes_that_people_ask_about(
    results: tuple[Result, ...], footer: Footer | None, code: int, *, strict: bool
) -> None:
    assert exit_code(record(*results, footer=footer), strict=strict) == code


@pytest.mark.parametrize("ending", ["incomplete", "cut-short", "stopped"])
def test_a_run_that_did_not_end_never_conforms(ending: str) -> None:
    for choice in product([False, True], repeat=len(KINDS)):
        run = record(
            *(one for one, chosen in zip(KINDS.values(), choice, strict=True) if chosen), footer=FOOTERS[ending]
        )
        assert exit_code(run) is not ExitCode.CONFORMS


def test_outcomes_add_up_and_known_is_counted_among_them() -> None:
    summary = summarise(EVERY_KIND)
    assert summary.to_json() == {"passed": 2, "failed": 5, "skipped": 1, "error": 1, "known": 1}
    assert summary.results == len(EVERY_KIND.results)
    assert (summary.recommended, summary.facts_exercised, summary.facts_total) == (1, 1338, 1340)


def test_a_record_cut_short_does_not_tell_how_many_facts_were_exercised() -> None:
    assert summarise(record(PASSED, footer=None)).facts_exercised is None
    assert summarise(record(PASSED, footer=None)).facts_total == 1340


@pytest.mark.parametrize(
    ("results", "footer", "strict", "words"),
    [
        ((PASSED,), COMPLETE, False, "Conforms: 1 check passed, none failed"),
        ((PASSED, KNOWN), COMPLETE, False, "Conforms: 1 check passed, 1 known failure left out"),
        (
            (PASSED, RECOMMENDED),
            COMPLETE,
            False,
            "Conforms: 1 check passed, 1 recommended check failed (only --strict counts them)",
        ),
        ((PASSED, RECOMMENDED), COMPLETE, True, "Does not conform: 1 of 2 checks failed"),
        ((PASSED, FAILED), CUT_SHORT, False, "Does not conform: 1 of 2 checks failed; the record is cut short"),
        ((PASSED, FAILED, BROKE), COMPLETE, False, "The target broke: 1 check ended in an error, 1 check failed"),
        ((PASSED, FAILED), STOPPED, False, "Stopped: the target went away; until then 1 check failed"),
        ((PASSED,), CUT_SHORT, False, "Cut short: 1 of 1 planned check have a result, no check failed"),
        ((SKIPPED,), COMPLETE, False, "Nothing was checked: the only check was skipped"),
        ((SKIPPED, replace(SKIPPED, id="a/b/c")), COMPLETE, False, "Nothing was checked: all 2 checks were skipped"),
        ((), COMPLETE, False, "Nothing was checked: the record has no results"),
        (
            (PASSED, KNOWN),
            OUT_OF_DATE,
            False,
            "Known failures out of date: 1 place in known.yaml; no check failed beyond what it declares",
        ),
        (
            (PASSED, KNOWN, FAILED),
            OUT_OF_DATE,
            False,
            "Does not conform: 1 of 3 checks failed beyond 1 declared; the known failures are out of date in 1 place",
        ),
        ((PASSED, KNOWN_ERROR, BROKE), COMPLETE, False, "The target broke: 1 check ended in an error, no check failed"),
    ],
)
def test_the_headline_says_what_the_code_says(
    results: tuple[Result, ...], footer: Footer | None, words: str, *, strict: bool
) -> None:
    verdict = headline(record(*results, footer=footer), strict=strict)
    assert f"{verdict.title}: {verdict.detail}" == words


def test_a_known_recommended_failure_is_left_out_once() -> None:
    known = replace(RECOMMENDED, known=True, level=Level.SHOULD)
    assert headline(record(PASSED, known)).detail == "1 check passed, 1 known failure left out"


def test_the_headline_of_a_conforming_record_has_its_code() -> None:
    assert headline(CONFORMING).code is ExitCode.CONFORMS


def test_a_shard_that_no_check_fell_into_has_nothing_against_it() -> None:
    whole = record()
    empty = replace(whole, header=replace(whole.header, planned=0, shard=Shard(2, 3, 1, "0" * 64)))
    assert exit_code(empty) is ExitCode.CONFORMS
    assert headline(empty).detail == "no check falls into this shard"
