"""What a record comes to: counts, how much was judged, the exit code, and the line that says so in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated

from msgspec import Meta

from conformance.errors import ExitCode
from conformance.forms import Count
from conformance.report.findings import BEHIND
from conformance.report.result import Level, Outcome, Result, sort_results
from conformance.report.run import Record, Thresholds

_JUDGED = (Outcome.PASSED, Outcome.FAILED)
_DENIED = "denied"
_NOT_IN_EVIDENCE = "not-in-the-evidence"
_NOT_ASKED = "not-asked"
_ELSEWHERE = "run a URL that has it, or with --service NAME what is there"
_NOT_SENT = "refused-by-client"
"""Kinds of skipped checks: see `conformance.checks.runner`."""
_ACTION = re.compile(r"the IAM action (\S+)")
_NAMED = 3
"""How many operations a sentence names."""
_NAMES = "state: {existing: {names: [NAME]}} in targets.yaml"


VerdictCode = Annotated[int, Meta(extra_json_schema={"enum": [0, 1, 3, 4]})]
"""The exit code that a run can come to."""


@dataclass(frozen=True)
class Counts:
    """Counts by outcome: the first four add up to the number of results."""

    passed: Count
    failed: Count
    skipped: Count
    error: Count
    known: Count
    """How many of the others were declared beforehand."""


@dataclass(frozen=True)
class Summary(Counts):
    """The counts of a record.

    `recommended` counts the failures at level should that were not declared. `facts_exercised` is None where the record
    does not say.
    """

    recommended: int
    facts_total: int
    facts_exercised: int | None

    @property
    def counts(self) -> Counts:
        """The counts by outcome alone, as JSON forms have them."""
        return Counts(self.passed, self.failed, self.skipped, self.error, self.known)

    @property
    def results(self) -> int:
        """How many checks have a result."""
        return self.passed + self.failed + self.skipped + self.error

    @property
    def judged(self) -> int:
        """How many checks were judged."""
        return self.passed + self.failed


@dataclass(frozen=True)
class CheckShare:
    """How many checks were judged."""

    judged: Count
    """Checks that passed or failed."""
    selected: Count
    """Checks that have a result."""


@dataclass(frozen=True)
class FactShare:
    """How many facts were exercised; null where the record does not say."""

    exercised: Count | None
    """Facts that some exchange exercised."""
    total: Count | None
    """Facts that the contract has on the operation."""


@dataclass(frozen=True)
class OperationShare:
    """How much of one operation a run judged."""

    operation: str
    checks: CheckShare
    facts: FactShare
    answered: bool | None
    """Whether the target answered it with content; null where the record does not say."""

    @property
    def checks_text(self) -> str:
        """The share of checks, as `6 of 12`."""
        return f"{self.checks.judged:,} of {self.checks.selected:,}"

    @property
    def facts_text(self) -> str:
        """The share of facts, as `6 of 12`; `unknown` where the record does not say."""
        return "unknown" if self.facts.exercised is None else f"{self.facts.exercised:,} of {self.facts.total:,}"

    def __str__(self) -> str:
        return f"{self.operation}: {self.checks_text} checks judged, {self.facts_text} facts exercised"


@dataclass(frozen=True)
class Missing:
    """What keeps a run from judging all that was selected."""

    reason: str
    """What is missing."""
    hint: str
    """What would provide it."""
    operations: tuple[str, ...]
    """The operations that were not judged because of it; none where it is about the whole run."""

    def __str__(self) -> str:
        return f"{', '.join(self.operations)}: {self.reason}" if self.operations else self.reason


@dataclass(frozen=True)
class Headline:
    """The verdict on a target: the exit code, two or three words, and a sentence.

    `shares` says how much of each operation the verdict rests on, `missing` why it does not rest on everything.
    """

    code: ExitCode
    title: str
    detail: str
    shares: tuple[OperationShare, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether nothing is wrong, and too little was judged to say more; exit code 0 only where that is allowed."""
        return bool(self.missing) and self.code in {ExitCode.CONFORMS, ExitCode.PARTLY_JUDGED}

    @property
    def judged(self) -> str:
        """How much of each operation the verdict rests on, in a line."""
        return "; ".join(str(item) for item in self.shares)

    @property
    def hints(self) -> tuple[str, ...]:
        """What would provide what is missing, each line once."""
        return tuple(dict.fromkeys(item.hint for item in self.missing))


def summarise(record: Record) -> Summary:
    """Count what a record holds."""
    counts = Counter(item.outcome for item in record.results)
    facts = record.footer.facts if record.footer else None
    return Summary(
        **{outcome.value: counts[outcome] for outcome in Outcome},
        known=sum(item.known for item in record.results),
        recommended=sum(counts_against(item, strict=True) and not counts_against(item) for item in record.results),
        facts_total=facts.total if facts else record.header.contract.facts,
        facts_exercised=facts.exercised if facts else None,
    )


def counts_against(result: Result, *, strict: bool = False) -> bool:
    """Return whether a result alone makes its target non-conforming.

    A failure at level should does so only where `strict`; a failure that was declared beforehand never does.
    """
    return result.outcome is Outcome.FAILED and not result.known and (strict or result.level is Level.MUST)


def with_thresholds(record: Record, thresholds: Thresholds) -> Record:
    """Return a record that is judged by these thresholds."""
    return replace(record, header=replace(record.header, thresholds=thresholds))


def exit_code(record: Record, *, strict: bool = False) -> ExitCode:
    """Return the exit code of a run with this record.

    An error that was not itself declared beats everything. A file of known failures that is out of date counts as a
    failure does. A record cut short never conforms: what is missing might have failed. One of several shards is never
    partly judged, since the verdict on what was judged is that of the merged record.
    """
    return _code(record, missing(record), strict=strict)


def headline(record: Record, *, strict: bool = False) -> Headline:
    """Say in words what the exit code says, and how much of the contract it is about."""
    summary, lacking = summarise(record), missing(record)
    code = _code(record, lacking, strict=strict)
    if code in {ExitCode.CONFORMS, ExitCode.PARTLY_JUDGED}:
        title, detail = _green(record, summary, lacking, strict=strict)
    elif code is ExitCode.DOES_NOT_CONFORM:
        title, detail = _red(record, summary, lacking, strict=strict)
    else:
        title, detail = _broken(record, summary, strict=strict)
    return Headline(code, title, detail, operation_shares(record), lacking)


def operation_shares(record: Record) -> tuple[OperationShare, ...]:
    """Return how much of each selected operation was judged, in the order of the results."""
    facts, answered = record.end.facts, record.end.answered
    exercised = {fact for item in record.results if item.outcome in _JUDGED for fact in item.facts}
    # An older record does not name the facts of its checks.
    knows_facts = record.footer is not None and len(exercised) == facts.exercised
    done = Counter(fact.partition("/")[0] for fact in exercised)
    left = Counter(fact.partition("/")[0] for fact in facts.not_exercised)
    return tuple(
        OperationShare(
            operation,
            CheckShare(sum(item.outcome in _JUDGED for item in results), len(results)),
            FactShare(done[operation], done[operation] + left[operation]) if knows_facts else FactShare(None, None),
            None if answered is None else operation in answered,
        )
        for operation, results in _by_operation(record)
    )


def missing(record: Record) -> tuple[Missing, ...]:
    """Return what keeps the verdict from being about everything that was selected; nothing for one of several shards.

    An operation is judged where the target answered it with content and a check of it was judged, or where each of its
    selected checks was judged: some need no accepted answer.
    """
    if record.is_shard:
        return ()
    lacks: dict[tuple[str, str], list[str]] = {}
    by_operation = tuple(_by_operation(record))
    passing = [name for name, results in by_operation if any(item.outcome is Outcome.PASSED for item in results)]
    for operation, results in by_operation:
        if (lack := _lack(record, operation, results, passing)) is not None:
            lacks.setdefault(lack, []).append(operation)
    problem = record.end.state_problem
    if problem and not any(reason == problem for reason, _ in lacks):
        lacks[problem, _NAMES] = []
    found = [Missing(reason, hint, tuple(operations)) for (reason, hint), operations in lacks.items()]
    if _under_minimum(record):
        share, least = _percent_judged(record), record.header.thresholds.min_exercised
        reason = f"{share:.1f} % of the checks were judged, and {least} % are asked for"
        found.append(Missing(reason, "a lower --min-exercised accepts that", ()))
    if not record.results and record.header.release and record.newer:
        reason = f"all checks are newer than the release {record.header.release.date}"
        found.append(Missing(reason, "select other checks, or name a later release", ()))
    if not found and not record.results:
        found.append(Missing("the record has no results", "conformance run", ()))
    return tuple(found)


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun, in the plural where there is not exactly one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or f'{noun}s'}"


def _code(record: Record, lacking: Sequence[Missing], *, strict: bool) -> ExitCode:
    if record.stopped or any(_broke(item) for item in record.results):
        return ExitCode.TARGET_BROKE
    if any(counts_against(item, strict=strict) for item in record.results) or record.outdated:
        return ExitCode.DOES_NOT_CONFORM
    if not record.complete:
        return ExitCode.TARGET_BROKE
    allowed = record.header.thresholds.allow_partial and _is_judged(record.results) and not _under_minimum(record)
    return ExitCode.CONFORMS if not lacking or allowed else ExitCode.PARTLY_JUDGED


def _by_operation(record: Record) -> Iterator[tuple[str, tuple[Result, ...]]]:
    for operation, results in groupby(sort_results(record.results), key=lambda item: item.operation):
        yield operation, tuple(results)


def _is_judged(results: Sequence[Result]) -> bool:
    """Return whether any check was judged, or ended as it was declared to."""
    return any(item.outcome in _JUDGED or item.known for item in results)


def _percent_judged(record: Record) -> float:
    return 100 * sum(_is_judged((item,)) for item in record.results) / max(len(record.results), 1)


def _under_minimum(record: Record) -> bool:
    return _percent_judged(record) < record.header.thresholds.min_exercised


def _lack(record: Record, operation: str, results: Sequence[Result], passing: Sequence[str]) -> tuple[str, str] | None:
    """Return why an operation counts as not judged, and the hint; None where it is judged."""
    answered = record.end.answered
    has_content = answered is None or operation in answered
    skipped = [item for item in results if item.outcome is Outcome.SKIPPED and item.kind != _NOT_ASKED]
    if _is_judged(results) and (has_content or not skipped):
        return None
    if (lack := _blocked(operation, skipped, passing)) is not None:
        return lack
    if not has_content:
        return _without_content(record, others_answered=bool(answered))
    often = Counter(item.reason for item in skipped or results).most_common(1)[0][0]
    return often, "select other checks as well"


def _blocked(operation: str, skipped: Sequence[Result], passing: Sequence[str]) -> tuple[str, str] | None:
    """Return what the skipped checks of an operation say of why it was not judged; None where they say nothing."""
    by_kind = {item.kind: item.reason for item in reversed(skipped)}
    if reason := by_kind.get(_NOT_SENT):
        return reason, "--may-write sends it, to a server that is yours"
    if (reason := by_kind.get(_DENIED)) and (action := _ACTION.search(reason)):
        return f"{reason.partition(';')[0]}", f"allow {action[1]} to the caller"
    if reason := by_kind.get(BEHIND):
        narrower = " ".join(f"--operation {item}" for item in passing if item != operation)
        hint = f"{narrower} judges what the target has" if narrower else _ELSEWHERE
        return reason.partition(": see ")[0], hint
    if _NOT_IN_EVIDENCE in by_kind:
        return "the evidence does not hold its answers", "conformance run --record FILE records them"
    return None


def _without_content(record: Record, *, others_answered: bool) -> tuple[str, str]:
    """Say that the target has nothing to answer an operation with, and how it gets something."""
    target = record.header.target
    if record.end.state_problem:
        return record.end.state_problem, _NAMES
    reason = "no answer of it has an item" if others_answered else "the target has no resource to answer with"
    origin = target.state.partition(",")[0]
    if target.kind == "aws" or "," in target.state:
        return reason, f"name resources that have some: {_NAMES}"
    hints = {
        "existing": "state: create in targets.yaml, or --may-write, lets the suite create some, or says why not",
        "create": "see why the resources were not created: they are named at the start of the run",
        "command": "let the adapter of the target load some",
    }
    return reason, hints.get(origin, "--world NAME prepares some")


def _green(record: Record, summary: Summary, lacking: Sequence[Missing], *, strict: bool) -> tuple[str, str]:
    """Say how far nothing is wrong."""
    if lacking and not _is_judged(record.results):
        return "Nothing was checked", _unchecked(summary, lacking)
    if lacking:
        judged = f"{summary.judged:,} of {count(summary.results, 'check')} judged"
        reasons = "; ".join(str(item) for item in lacking)
        return "Partly judged", f"{judged}, {', '.join(_failures(summary, strict=strict))}; {reasons}"
    words = _conforming(summary, strict=strict)
    if record.is_shard:
        return "Part conforms", f"{record.header.shard}: {words}; conformance merge gives the verdict on the whole"
    if record.is_narrowed:
        all_of_them = count(record.header.contract.checks, "check")
        return "Selection conforms", f"{record.selected:,} of {all_of_them} were selected: {words}"
    return "Conforms", words


def _red(record: Record, summary: Summary, lacking: Sequence[Missing], *, strict: bool) -> tuple[str, str]:
    """Say why a run is red: undeclared failures, a file of known failures that is out of date, or both."""
    against = sum(counts_against(item, strict=strict) for item in record.results)
    beyond = f" beyond {summary.known:,} declared" if summary.known else ""
    softly = f", and {summary.recommended:,} recommended" if summary.recommended and not strict else ""
    parts = [f"{against:,} of {count(summary.results, 'check')} failed{beyond}{softly}"] if against else []
    if record.gate and record.outdated:
        places = count(len(record.outdated), "place")
        parts.append(
            f"the known failures are out of date in {places}" if against else f"{places} in {record.gate.file}"
        )
    if not against:
        parts.append("no check failed beyond what it declares")
    if not record.complete:
        parts.append("the record is cut short")
    if lacking:
        names = [operation for item in lacking for operation in item.operations]
        parts.append(f"only partly judged: {_few(names) or lacking[0].reason}")
    return "Does not conform" if against else "Known failures out of date", "; ".join(parts)


def _few(names: Sequence[str]) -> str:
    """Return some names in a line: all of a few, else the first, and how many more there are."""
    more = f" and {count(len(names) - _NAMED, 'more operation')}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _broken(record: Record, summary: Summary, *, strict: bool) -> tuple[str, str]:
    """Say what ended a run before its end, or kept checks from a verdict."""
    against = sum(counts_against(item, strict=strict) for item in record.results)
    failures = f"{count(against, 'check')} failed" if against else "no check failed"
    if record.stopped:
        return "Stopped", f"{record.stopped}; until then {failures}"
    if errors := sum(_broke(item) for item in record.results):
        return "The target broke", f"{count(errors, 'check')} ended in an error, {failures}"
    done = f"{summary.results:,} of {count(record.header.planned, 'planned check')} have a result"
    return "Cut short", f"{done}, {failures}"


def _broke(result: Result) -> bool:
    """Return whether a check ended in an undeclared error."""
    return result.outcome is Outcome.ERROR and not result.known


def _conforming(summary: Summary, *, strict: bool) -> str:
    if not summary.results:
        return "no check falls into it"
    skipped = [f"{summary.skipped:,} skipped"] if summary.skipped else []
    return ", ".join([f"{count(summary.passed, 'check')} passed", *_failures(summary, strict=strict), *skipped])


def _failures(summary: Summary, *, strict: bool) -> list[str]:
    """Return what failed without making the target non-conforming, in words."""
    parts = [f"{count(summary.known, 'known failure')} left out"] if summary.known else []
    if summary.recommended and not strict:
        parts.append(f"{count(summary.recommended, 'recommended check')} failed (only --strict counts them)")
    return parts or ["none failed"]


def _unchecked(summary: Summary, lacking: Sequence[Missing]) -> str:
    reasons = "; ".join(dict.fromkeys(item.reason for item in lacking))
    if not summary.results:
        return reasons
    skipped = "the only check was skipped" if summary.results == 1 else f"all {summary.results:,} checks were skipped"
    return f"{skipped}: {reasons}"
