"""A proof as text and as JSON: survivors first, then the matrix, precision, counts and time."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from conformance import forms
from conformance.contract.model import Contract
from conformance.forms import Count
from conformance.mutation.bench import Bench
from conformance.mutation.collection import ALLOWED, allowed
from conformance.mutation.mutant import Mutant
from conformance.mutation.running import Proof

LOUD = 20
"""Unrelated failing checks beyond which a mutant needs a look."""

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One fact or behaviour: the mutants that break it, and the checks about it that caught any."""

    claim: str
    mutants: Texts
    checks: Texts


@dataclass(frozen=True)
class Gap:
    """A fact or behaviour that checks claim and no mutant breaks, and why."""

    claim: str
    reason: str


@dataclass(frozen=True)
class Precision:
    """How many checks a caught mutant fails: the median, and the mutants with many unrelated ones."""

    median_findings: float
    loud: Mapping[str, Count]


@dataclass(frozen=True)
class Counts:
    """The mutants that exist, and those of the proof."""

    derived: Count
    written: Count
    equivalent: Count
    tried: Count
    caught: Count
    survived: Count


@dataclass(frozen=True)
class Survivor:
    """A mutant that no check about what it breaks caught."""

    id: str
    words: str
    breaks: Texts
    unrelated: Texts


@dataclass(frozen=True)
class TriedMutant:
    """A mutant, and the checks that failed: those about what it breaks, and others."""

    id: str
    words: str
    breaks: Texts
    derived: bool
    caught: bool
    about: Texts
    unrelated: Texts
    errors: Texts


@dataclass(frozen=True)
class EquivalentMutant:
    """A mutant that is no defect, and what allows it."""

    id: str
    sentence: str
    source: str


@dataclass(frozen=True)
class ProofReport:
    """The whole proof."""

    schema: Literal[1]
    whole: bool
    counts: Counts
    seconds: Annotated[float, Meta(ge=0)]
    survivors: tuple[Survivor, ...]
    mutants: tuple[TriedMutant, ...]
    matrix: tuple[Row, ...]
    equivalent: tuple[EquivalentMutant, ...]
    without_mutant: tuple[Gap, ...]
    precision: Precision


def rows(bench: Bench, proof: Proof) -> tuple[Row, ...]:
    """Return a row for everything that a mutant of the proof breaks."""
    by_id = {check.id: check for check in bench.checks}
    mutants: dict[str, list[str]] = {}
    checks: dict[str, dict[str, None]] = {}
    for mutant, trial in proof.tried:
        for claim in _broken(bench.contract, mutant):
            mutants.setdefault(claim, []).append(mutant.id)
            about = (item for item in trial.about if claim in bench.claims.of(by_id[item]))
            checks.setdefault(claim, {}).update(dict.fromkeys(about))
    return tuple(Row(claim, tuple(found), tuple(checks[claim])) for claim, found in sorted(mutants.items()))


def _broken(contract: Contract, mutant: Mutant) -> tuple[str, ...]:
    """Return what a mutant breaks, and the behaviours whose facts it breaks."""
    found = (
        behaviour.id
        for behaviour in contract.behaviours
        if any(claim.startswith(prefix) for claim in mutant.breaks for prefix in behaviour.facts)
    )
    return tuple(dict.fromkeys((*mutant.breaks, *found)))


def gaps(bench: Bench, mutants: Iterable[Mutant]) -> tuple[Gap, ...]:
    """Return what the checks claim and none of the mutants breaks."""
    broken = {claim for mutant in mutants for claim in mutant.breaks}
    claimed = {claim for check in bench.checks for claim in bench.claims.own(check)}
    return tuple(Gap(claim, _reason(bench.contract, claim)) for claim in sorted(claimed - broken))


def _reason(contract: Contract, claim: str) -> str:
    fact = next((item for item in contract.facts if item.id == claim), None)
    if fact is None:
        return NO_MUTANT
    if fact.path.endswith("{key}") and fact.facet == "type":
        return "in JSON the name of a member is always a string"
    if fact.facet == "min_length" and fact.value == 0:
        return "nothing is shorter than nothing"
    if fact.facet == "pattern" and fact.value in _TAKES_ALL:
        return "its pattern takes every text"
    if fact.direction == "output":
        return "no answer on the default world has it"
    return NO_MUTANT


NO_MUTANT = "there is no mutant for it yet"
_TAKES_ALL = frozenset({r"[\S\s]*", r"[\s\S]*"})
_FEW = 3
_SIZE = (80, 24)
"""Columns and lines of the smallest screen."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the JSON form."""
    return forms.schema("A proof of the suite by mutants", ProofReport)


def report_of(bench: Bench, proof: Proof, every: Sequence[Mutant]) -> ProofReport:
    """Return the report of a proof; `every` are all mutants that exist."""
    derived, tried, survived = sum(it.derived for it in every), len(proof.tried), len(proof.survivors)
    equivalent = tuple(
        EquivalentMutant(it.id, why.sentence, why.source) for it in every if (why := allowed(it.id)) is not None
    )
    caught = [trial for _, trial in proof.tried if trial.caught]
    return ProofReport(
        schema=1,
        whole=proof.whole,
        counts=Counts(derived, len(every) - derived, len(equivalent), tried, tried - survived, survived),
        seconds=round(proof.seconds, 2),
        survivors=tuple(Survivor(it.id, it.words, it.breaks, trial.others) for it, trial in proof.survivors),
        mutants=tuple(
            TriedMutant(
                it.id, it.words, it.breaks, it.derived, trial.caught, trial.about, trial.others, trial.errors
            )
            for it, trial in proof.tried
        ),
        matrix=rows(bench, proof),
        equivalent=equivalent,
        without_mutant=gaps(bench, every),
        precision=Precision(
            statistics.median(trial.findings for trial in caught) if caught else 0.0,
            {trial.mutant: len(trial.others) for trial in caught if len(trial.others) > LOUD},
        ),
    )  # fmt: skip


def as_text(report: ProofReport) -> Iterator[str]:
    """Yield the lines that people read."""
    totals, median, loud = report.counts, report.precision.median_findings, report.precision.loud
    if report.survivors:
        yield f"{totals.survived} survived: each is a bug of the suite, or allowed by the documents"
    else:
        yield "No mutant survived."
    for survivor in report.survivors:
        yield f"  {survivor.id}: {survivor.words}"
        yield f"    breaks {_few(survivor.breaks)}"
        if survivor.unrelated:
            yield f"    caught by {len(survivor.unrelated)} unrelated checks only, such as {survivor.unrelated[0]}"
    yield from ("", "Fact or behaviour: mutants: checks about it that caught them")
    yield from (f"  {row.claim}: {len(row.mutants)}: {_few(row.checks) or '-'}" for row in report.matrix)
    if report.without_mutant:
        yield from ("", "Claimed by a check, and no mutant breaks it")
    for reason in dict.fromkeys(gap.reason for gap in report.without_mutant):
        claims = [gap.claim for gap in report.without_mutant if gap.reason == reason]
        yield f"  {reason} ({len(claims)})"
        yield from (f"    {claim}" for claim in claims)
    allowing = [item for item in ALLOWED if any(item.covers(mutant.id) for mutant in report.equivalent)]
    if allowing:
        yield from ("", "Equivalent, and not tried: the documents allow them")
    for item in allowing:
        yield f"  {', '.join(item.patterns)}"
        yield f"    {item.sentence} [{item.source}]"
    yield from ("", f"Precision: a caught mutant fails {median:g} checks (median)")
    if loud:
        yield f"  more than {LOUD} of them unrelated to what it breaks:"
        yield from (f"  {loud[mutant]:5}  {mutant}" for mutant in sorted(loud, key=lambda mutant: -loud[mutant]))
    yield ""
    yield f"{totals.derived} derived and {totals.written} written mutants, {totals.equivalent} of them equivalent"
    yield (
        f"{totals.tried} tried{'' if report.whole else ' (a selection)'}, {totals.caught} caught,"
        f" {totals.survived} survived, in {report.seconds:.1f} s"
    )


def as_screen(report: ProofReport, size: tuple[int, int] = _SIZE) -> Iterator[str]:
    """Return the lines that fit a screen of this size: counts, a line a survivor, and what the proof comes to last."""
    width, height = size
    totals, median, loud = report.counts, report.precision.median_findings, len(report.precision.loud)
    lines = [
        "",
        f"  mutants     {totals.derived:,} derived and {totals.written:,} written, {totals.equivalent:,} equivalent",
        f"  tried       {totals.tried:,}{'' if report.whole else ' (a selection)'} in {report.seconds:.1f} s",
        f"  broken      {len(report.matrix):,} facts and behaviours",
        f"  precision   a caught mutant fails {median:g} checks (median), {loud:,} fail many others",
        f"  gaps        {len(report.without_mutant):,} claims of checks that no mutant breaks",
        "",
    ]
    survivors = [f"  {survivor.id}: {survivor.words}" for survivor in report.survivors]
    room = max(height, _SIZE[1]) - len(lines) - 5  # the title, the rest in a line, two lines of the end, the prompt
    if len(survivors) > room:
        survivors[room:] = [f"  and {len(survivors) - room:,} more: -v"]
    if survivors:
        end = f"Survived: {totals.survived:,} of {totals.tried:,} mutants; each is a bug of the suite, or allowed"
        lines += ["Survived", *survivors, "", end]
    else:
        lines.append(f"Proven: {totals.caught:,} of {totals.tried:,} mutants were caught, none survived")
    yield from (line if len(line) <= width else f"{line[: width - 1]}…" for line in lines)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
