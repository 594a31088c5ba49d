"""The exit code as a truth table, and the words that go with it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    DESCRIBE,
    EVERY_KIND,
    FAILED,
    FOOTER,
    KNOWN,
    LIST,
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

from conformance.errors import ExitCode
from conformance.forms import to_json
from conformance.report.result import Result
from conformance.report.run import Facts, Footer, Record, Shard, Target, Thresholds
from conformance.report.summary import exit_code, headline, operation_shares, summarise, with_thresholds

COMPLETE = FOOTER
STOPPED = replace(FOOTER, complete=False, stopped="the target went away")
INCOMPLETE = replace(FOOTER, complete=False)
UP_TO_DATE = replace(FOOTER, gate=replace(STALE, findings=()))
OUT_OF_DATE = replace(FOOTER, gate=STALE)
CUT_SHORT = None
FOOTERS = {
    "complete": COMPLETE, "up-to-date": UP_TO_DATE, "out-of-date": OUT_OF_DATE, "stopped": STOPPED,
    "incomplete": INCOMPLETE, "cut-short": CUT_SHORT,
}  # fmt: skip

KNOWN_RECOMMENDED = replace(RECOMMENDED, id=f"{RECOMMENDED.id}-2", known=True)
KNOWN_ERROR = replace(BROKE, id=f"{BROKE.id}-2", known=True)
KINDS = {
    "passed": PASSED, "failed": FAILED, "recommended": RECOMMENDED, "known": KNOWN,
    "known-recommended": KNOWN_RECOMMENDED, "skipped": SKIPPED, "error": BROKE, "known-error": KNOWN_ERROR,
}  # fmt: skip


def by_the_book(present: frozenset[str], ending: str, *, strict: bool) -> int:
    """Return the code as the promise words it, over names instead of records."""
    if ending == "stopped" or "error" in present:
        return 3
    if "failed" in present or (strict and "recommended" in present) or ending == "out-of-date":
        return 1
    if ending not in {"complete", "up-to-date"}:
        return 3
    # The skipped check is of the operation that these are of: without one of them nothing of it was judged.
    return 4 if not present or ("skipped" in present and not present & {"passed", "known"}) else 0


@pytest.mark.parametrize("ending", FOOTERS)
@pytest.mark.parametrize("strict", [False, True])
def test_every_combination_of_results_has_its_exit_code(ending: str, *, strict: bool) -> None:
    for choice in product([False, True], repeat=len(KINDS)):
        names = frozenset(name for name, chosen in zip(KINDS, choice, strict=True) if chosen)
        run = record(*(KINDS[name] for name in names), footer=FOOTERS[ending])
        assert exit_code(run, strict=strict) == by_the_book(names, ending, strict=strict), sorted(names)


def test_outcomes_add_up_and_known_is_counted_among_them() -> None:
    summary = summarise(EVERY_KIND)
    assert to_json(summary.counts) == {"passed": 2, "failed": 5, "skipped": 1, "error": 1, "known": 1}
    assert summary.results == len(EVERY_KIND.results)
    assert (summary.recommended, summary.facts_exercised, summary.facts_total) == (1, 1338, 1340)


def test_a_record_cut_short_does_not_tell_how_many_facts_were_exercised() -> None:
    assert summarise(record(PASSED, footer=None)).facts_exercised is None
    assert summarise(record(PASSED, footer=None)).facts_total == 1340


ANOTHER_SKIPPED = replace(SKIPPED, id=f"{SKIPPED.id}-2")
HEADLINES: dict[str, tuple[tuple[Result, ...], Footer | None]] = {
    "Conforms: 1 check passed, none failed": ((PASSED,), COMPLETE),
    "Conforms: 1 check passed, 1 known failure left out": ((PASSED, KNOWN), COMPLETE),
    "Conforms: 1 check passed, 1 recommended check failed (only --strict counts them)": (
        (PASSED, RECOMMENDED), COMPLETE,
    ),
    "Does not conform: 1 of 2 checks failed; the record is cut short": ((PASSED, FAILED), CUT_SHORT),
    "The target broke: 1 check ended in an error, 1 check failed": ((PASSED, FAILED, BROKE), COMPLETE),
    "The target broke: 1 check ended in an error, no check failed": ((PASSED, KNOWN_ERROR, BROKE), COMPLETE),
    "Stopped: the target went away; until then 1 check failed": ((PASSED, FAILED), STOPPED),
    "Cut short: 1 of 1 planned check have a result, no check failed": ((PASSED,), CUT_SHORT),
    "Nothing was checked: the only check was skipped: no training job has the status Stopping": ((SKIPPED,), COMPLETE),
    "Nothing was checked: all 2 checks were skipped: no training job has the status Stopping": (
        (SKIPPED, ANOTHER_SKIPPED), COMPLETE,
    ),
    "Nothing was checked: the record has no results": ((), COMPLETE),
    "Known failures out of date: 1 place in known.yaml; no check failed beyond what it declares": (
        (PASSED, KNOWN), OUT_OF_DATE,
    ),
    "Does not conform: 1 of 3 checks failed beyond 1 declared; the known failures are out of date in 1 place": (
        (PASSED, KNOWN, FAILED), OUT_OF_DATE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", HEADLINES)
def test_the_headline_says_what_the_code_says(words: str) -> None:
    results, footer = HEADLINES[words]
    verdict = headline(record(*results, footer=footer))
    assert f"{verdict.title}: {verdict.detail}" == words


def test_a_strict_headline_counts_what_is_only_recommended() -> None:
    assert headline(record(PASSED, RECOMMENDED), strict=True).detail == "1 of 2 checks failed"


def test_a_shard_that_no_check_fell_into_has_nothing_against_it() -> None:
    whole = record()
    empty = replace(whole, header=replace(whole.header, planned=0, shard=Shard(2, 3, 1, "0" * 64)))
    assert exit_code(empty) is ExitCode.CONFORMS
    words = "shard 2 of 3: no check falls into it; conformance merge gives the verdict on the whole"
    assert headline(empty).detail == words


ALLOWED = Thresholds(0, allow_partial=True)
DENIED = replace(
    SKIPPED, kind="denied", reason=f"the caller may not call it: AccessDenied; it takes the IAM action sagemaker:{LIST}"
)
BEHIND = replace(SKIPPED, kind="behind", reason=f"the target does not have the operation: see {LIST}/protocol/a/b")
NOT_HELD = replace(SKIPPED, kind="not-in-the-evidence", reason="the evidence does not hold this request")
UNKNOWN = replace(UNANSWERED, answered=(), state_problem="the listing could not be read (HTTP 200, bad UTF-8)")


def of(target: Target, run: Record) -> Record:
    return replace(run, header=replace(run.header, target=target))


def target(kind: str = "endpoint", state: str = "existing") -> Target:
    return Target("mine", kind, "http://127.0.0.1:5001", state)


@pytest.mark.parametrize(
    ("run", "reason", "hint"),
    [
        (record(PASSED, SKIPPED, footer=UNANSWERED), "no answer of it has an item", "see why the resources"),
        (record(NOTED, DENIED, footer=UNANSWERED), "may not call it: AccessDenied", f"allow sagemaker:{LIST} to"),
        (record(NOTED, BEHIND, footer=UNANSWERED), "does not have the operation", f"--operation {DESCRIBE} "),
        (record(NOTED, NOT_HELD, footer=UNANSWERED), "the evidence does not hold", "--record FILE"),
        (of(target(), record(PASSED, SKIPPED, footer=UNANSWERED)), "no answer of it", "state: create in targets.yaml"),
        (of(target("aws"), record(PASSED, SKIPPED, footer=UNANSWERED)), "no answer of it", "names: [NAME]"),
        (of(target(), record(PASSED, SKIPPED, footer=replace(FOOTER, answered=()))), "no resource", "state: create"),
        (record(PASSED, SKIPPED, footer=UNKNOWN), "could not be read (HTTP 200, bad UTF-8)", "names: [NAME]"),
        (record(PASSED, footer=UNKNOWN), "could not be read (HTTP 200, bad UTF-8)", "names: [NAME]"),
        (record(NOTED, SKIPPED), "no training job has the status Stopping", "select other checks"),
    ],
)
def test_what_was_not_judged_on_real_answers_makes_a_run_partly_judged(run: Record, reason: str, hint: str) -> None:
    verdict = headline(run)
    assert (verdict.code, verdict.title) == (ExitCode.PARTLY_JUDGED, "Partly judged")
    assert reason in verdict.detail
    assert hint in verdict.hints[0]
    allowed = headline(with_thresholds(run, ALLOWED))
    assert (allowed.code, allowed.title) == (ExitCode.CONFORMS, "Partly judged")
    assert allowed.is_partial


def test_known_failures_do_not_make_up_for_an_operation_that_was_not_answered() -> None:
    behind = [replace(BEHIND, id=f"{BEHIND.id}-{number}") for number in range(3)]
    run = record(NOTED, KNOWN, *behind, footer=UNANSWERED)
    assert exit_code(run) is ExitCode.PARTLY_JUDGED
    assert "1 known failure left out" in headline(run).detail


@pytest.mark.parametrize("footer", [UNANSWERED, UNKNOWN])
def test_a_failure_counts_more_than_what_was_not_judged(footer: Footer) -> None:
    verdict = headline(with_thresholds(record(FAILED, SKIPPED, footer=footer), ALLOWED))
    assert verdict.code is ExitCode.DOES_NOT_CONFORM
    assert "only partly judged" in verdict.detail
    assert not verdict.is_partial


def test_checks_that_need_no_accepted_answer_are_judged_without_one() -> None:
    not_asked = replace(SKIPPED, kind="not-asked", reason="this run was not asked to")
    for results in ((PASSED,), (PASSED, not_asked)):
        verdict = headline(narrowed(record(*results, footer=replace(FOOTER, answered=()))))
        assert (verdict.code, verdict.title) == (ExitCode.CONFORMS, "Selection conforms")
        assert f"{len(results)} of 2,339 checks were selected" in verdict.detail


@pytest.mark.parametrize(("least", "code"), [(0, 0), (66, 0), (67, 4), (100, 4)])
def test_a_run_below_its_minimum_is_partly_judged(least: int, code: int) -> None:
    run = with_thresholds(CONFORMING, Thresholds(least, allow_partial=False))
    assert exit_code(run) == code
    assert ("66.7 % of the checks were judged" in headline(run).detail) is bool(code)
    assert exit_code(with_thresholds(CONFORMING, Thresholds(least, allow_partial=True))) == code
    assert exit_code(with_thresholds(record(SKIPPED), ALLOWED)) is ExitCode.PARTLY_JUDGED


def test_one_of_several_shards_is_never_partly_judged_and_the_only_one_is() -> None:
    run = record(SKIPPED, footer=UNKNOWN)
    assert headline(shard(run)).title == "Part conforms"
    alone = replace(run, header=replace(run.header, shard=Shard(1, 1, 1, "0" * 64)))
    assert exit_code(alone) is ExitCode.PARTLY_JUDGED


def test_the_share_of_checks_and_facts_is_counted_by_operation() -> None:
    passed = replace(PASSED, facts=(f"{LIST}/input/MaxResults/maximum", f"{LIST}/input/MaxResults/minimum"))
    left = (f"{LIST}/output//http_status", f"{DESCRIBE}/output//http_status")
    run = record(passed, SKIPPED, NOTED, footer=replace(UNANSWERED, facts=Facts(4, 2, left)))
    described, listed = operation_shares(run)
    assert str(listed) == f"{LIST}: 1 of 2 checks judged, 2 of 3 facts exercised"
    assert str(described) == f"{DESCRIBE}: 1 of 1 checks judged, 0 of 1 facts exercised"
    assert (described.answered, listed.answered) == (True, False)


def test_a_record_that_does_not_name_the_facts_of_its_checks_has_no_share_of_facts() -> None:
    assert {share.facts_text for share in operation_shares(CONFORMING)} == {"unknown"}
