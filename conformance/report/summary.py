"""What a record comes to: counts, the exit code, and the line that says so in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from conformance.errors import ExitCode
from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Record

_JUDGED = (Outcome.PASSED, Outcome.FAILED)


@dataclass(frozen=True)
class Summary:
    """The counts of a record.

    `passed`, `failed`, `skipped` and `error` add up to the results; `known` counts those among them that were declared
    beforehand, `recommended` the failures at level should that were not. `facts_exercised` is None where the record
    does not tell.
    """

    passed: int
    failed: int
    skipped: int
    error: int
    known: int
    recommended: int
    facts_total: int
    facts_exercised: int | None

    @property
    def results(self) -> int:
        """How many checks have a result."""
        return self.passed + self.failed + self.skipped + self.error

    def to_json(self) -> dict[str, int]:
        """Give the counts as report.json has them."""
        return {
            "passed": self.passed,
            "failed": self.failed,
            "skipped": self.skipped,
            "error": self.error,
            "known": self.known,
        }


@dataclass(frozen=True)
class Headline:
    """The verdict on a target: the exit code, two or three words, and a sentence."""

    code: ExitCode
    title: str
    detail: str


def summarise(record: Record) -> Summary:
    """Count what a record holds."""
    counts = Counter(one.outcome for one in record.results)
    facts = record.footer.facts if record.footer else None
    return Summary(
        passed=counts[Outcome.PASSED],
        failed=counts[Outcome.FAILED],
        skipped=counts[Outcome.SKIPPED],
        error=counts[Outcome.ERROR],
        known=sum(one.known for one in record.results),
        recommended=sum(counts_against(one, strict=True) and not counts_against(one) for one in record.results),
        facts_total=facts.total if facts else record.header.contract.facts,
        facts_exercised=facts.exercised if facts else None,
    )


def counts_against(result: Result, *, strict: bool = False) -> bool:
    """Tell whether a result alone makes its target non-conforming.

    A failure at level should does so only where `strict`; a failure that was declared beforehand never does.
    """
    return result.outcome is Outcome.FAILED and not result.known and (strict or result.level is Level.MUST)


def exit_code(record: Record, *, strict: bool = False) -> ExitCode:
    """Give what a run with this record tells its caller.

    An error that was not itself declared beats everything. A file of known failures that is out of date counts as a
    failure does. A record cut short never conforms: what is missing might have failed. A shard that no check fell into
    has nothing against it.
    """
    if record.stopped or any(_broke(one) for one in record.results):
        return ExitCode.TARGET_BROKE
    if any(counts_against(one, strict=strict) for one in record.results) or (record.gate and record.gate.findings):
        return ExitCode.DOES_NOT_CONFORM
    idle = record.header.shard is not None and not record.header.planned
    if not idle and not any(one.outcome in _JUDGED or one.known for one in record.results):
        return ExitCode.NOTHING_CHECKED
    return ExitCode.CONFORMS if record.complete else ExitCode.TARGET_BROKE


def headline(record: Record, *, strict: bool = False) -> Headline:
    """Say in words what the exit code says."""
    code = exit_code(record, strict=strict)
    against = sum(counts_against(one, strict=strict) for one in record.results)
    summary = summarise(record)
    failures = f"{count(against, 'check')} failed" if against else "no check failed"
    errors = sum(_broke(one) for one in record.results)
    if code is ExitCode.CONFORMS:
        return Headline(code, "Conforms", _conforming(summary, strict=strict))
    if code is ExitCode.DOES_NOT_CONFORM:
        return _red(code, record, summary, against, strict=strict)
    if code is ExitCode.NOTHING_CHECKED:
        return Headline(code, "Nothing was checked", _idle(summary))
    if record.stopped:
        return Headline(code, "Stopped", f"{record.stopped}; until then {failures}")
    if errors:
        return Headline(code, "The target broke", f"{count(errors, 'check')} ended in an error, {failures}")
    done = f"{summary.results:,} of {count(record.header.planned, 'planned check')} have a result"
    return Headline(code, "Cut short", f"{done}, {failures}")


def _red(code: ExitCode, record: Record, summary: Summary, against: int, *, strict: bool) -> Headline:
    """Say why a run is red: failures that nobody declared, a file of known failures that is out of date, or both."""
    beyond = f" beyond {summary.known:,} declared" if summary.known else ""
    softly = f", and {summary.recommended:,} recommended" if summary.recommended and not strict else ""
    parts = [f"{against:,} of {count(summary.results, 'check')} failed{beyond}{softly}"] if against else []
    if record.gate and record.gate.findings:
        places = count(len(record.gate.findings), "place")
        parts.append(
            f"the known failures are out of date in {places}" if against else f"{places} in {record.gate.file}"
        )
    if not against:
        parts.append("no check failed beyond what it declares")
    if not record.complete:
        parts.append("the record is cut short")
    return Headline(code, "Does not conform" if against else "Known failures out of date", "; ".join(parts))


def _broke(result: Result) -> bool:
    """Tell whether a check ended in an error that nobody declared."""
    return result.outcome is Outcome.ERROR and not result.known


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun, in the plural where there is not exactly one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or f'{noun}s'}"


def _conforming(summary: Summary, *, strict: bool) -> str:
    if not summary.results:
        return "no check falls into this shard"
    parts = [f"{count(summary.passed, 'check')} passed"]
    if summary.known:
        parts.append(f"{count(summary.known, 'known failure')} left out")
    if summary.recommended and not strict:
        parts.append(f"{count(summary.recommended, 'recommended check')} failed (only --strict counts them)")
    if len(parts) == 1:
        parts.append("none failed")
    if summary.skipped:
        parts.append(f"{summary.skipped:,} skipped")
    return ", ".join(parts)


def _idle(summary: Summary) -> str:
    if not summary.results:
        return "the record has no results"
    return "the only check was skipped" if summary.results == 1 else f"all {summary.results:,} checks were skipped"
