"""A proof as text and as JSON: survivors first, then the matrix, precision, counts and time."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from conformance import forms
from conformance.checks.check import Check
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
    for mutant, trial in zip(proof.mutants, proof.trials, strict=True):
        for claim in _broken(bench, mutant):
            mutants.setdefault(claim, []).append(mutant.id)
            about = (item for item in trial.about if claim in bench.claims.of(by_id[item]))
            checks.setdefault(claim, {}).update(dict.fromkeys(about))
    return tuple(Row(claim, tuple(found), tuple(checks[claim])) for claim, found in sorted(mutants.items()))


def _broken(bench: Bench, mutant: Mutant) -> tuple[str, ...]:
    """Return what a mutant breaks, and the behaviours whose facts it breaks."""
    found = (
        behaviour.id
        for behaviour in bench.contract.behaviours
        if any(claim.startswith(prefix) for claim in mutant.breaks for prefix in behaviour.facts)
    )
    return tuple(dict.fromkeys((*mutant.breaks, *found)))


def gaps(bench: Bench, checks: Iterable[Check], mutants: Iterable[Mutant]) -> tuple[Gap, ...]:
    """Return what the checks claim and none of the mutants breaks."""
    broken = {claim for mutant in mutants for claim in mutant.breaks}
    claimed = {claim for check in checks for claim in bench.claims.own(check)}
    return tuple(Gap(claim, _reason(bench.contract, claim)) for claim in sorted(claimed) if claim not in broken)


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


def precision(proof: Proof) -> Precision:
    """Count the findings of each mutant."""
    caught = [trial for trial in proof.trials if trial.caught]
    median = statistics.median(trial.findings for trial in caught) if caught else 0.0
    return Precision(median, {trial.mutant: len(trial.others) for trial in caught if len(trial.others) > LOUD})


_FEW = 3
_SIZE = (80, 24)
"""Columns and lines of the smallest screen."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the JSON form."""
    return forms.schema("A proof of the suite by mutants", ProofReport)


def as_json(bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check]) -> Any:
    """Return the whole proof as JSON; `every` are all mutants that exist, `checks` all checks."""
    tried = list(zip(proof.mutants, proof.trials, strict=True))
    report = ProofReport(
        schema=1,
        whole=proof.whole,
        counts=counts(proof, every),
        seconds=round(proof.seconds, 2),
        survivors=tuple(Survivor(it.id, it.words, it.breaks, trial.others) for it, trial in proof.survivors),
        mutants=tuple(
            TriedMutant(
                it.id, it.words, it.breaks, it.derived, trial.caught, trial.about, trial.others, trial.errors
            )
            for it, trial in tried
        ),
        matrix=rows(bench, proof),
        equivalent=tuple(
            EquivalentMutant(it.id, why.sentence, why.source) for it in every if (why := allowed(it.id)) is not None
        ),
        without_mutant=gaps(bench, checks, every),
        precision=precision(proof),
    )  # fmt: skip
    return forms.to_json(report)


def counts(proof: Proof, every: Sequence[Mutant]) -> Counts:
    """Count the mutants that exist, and those of the proof."""
    derived, tried, survived = sum(it.derived for it in every), len(proof.trials), len(proof.survivors)
    equivalent = sum(allowed(it.id) is not None for it in every)
    return Counts(derived, len(every) - derived, equivalent, tried, tried - survived, survived)


def as_text(bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check]) -> Iterator[str]:
    """Yield the lines that people read."""
    yield from _survivors(proof)
    yield from _matrix(bench, proof)
    yield from _gaps(bench, every, checks)
    yield from ("", "Equivalent, and not tried: the documents allow them")
    for item in ALLOWED:
        yield f"  {', '.join(item.patterns)}"
        yield f"    {item.sentence} [{item.source}]"
    found = precision(proof)
    yield from ("", f"Precision: a caught mutant fails {found.median_findings:g} checks (median)")
    if found.loud:
        yield f"  more than {LOUD} of them unrelated to what it breaks:"
        yield from (
            f"  {number:5}  {mutant}" for mutant, number in sorted(found.loud.items(), key=lambda item: -item[1])
        )
    totals = counts(proof, every)
    yield ""
    yield f"{totals.derived} derived and {totals.written} written mutants, {totals.equivalent} of them equivalent"
    yield (
        f"{totals.tried} tried{'' if proof.whole else ' (a selection)'}, {totals.caught} caught,"
        f" {totals.survived} survived, in {proof.seconds:.1f} s"
    )


def as_screen(
    bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check], size: tuple[int, int] = _SIZE
) -> Iterator[str]:
    """Return the lines that fit a screen of this size: counts, a line a survivor, and what the proof comes to last."""
    width, height = size
    totals, found = counts(proof, every), precision(proof)
    median, loud = found.median_findings, len(found.loud)
    head = [
        "",
        f"  mutants     {totals.derived:,} derived and {totals.written:,} written, {totals.equivalent:,} equivalent",
        f"  tried       {totals.tried:,}{'' if proof.whole else ' (a selection)'} in {proof.seconds:.1f} s",
        f"  broken      {len(rows(bench, proof)):,} facts and behaviours",
        f"  precision   a caught mutant fails {median:g} checks (median), {loud:,} fail many others",
        f"  gaps        {len(gaps(bench, checks, every)):,} claims of checks that no mutant breaks",
        "",
    ]
    survivors = [f"  {mutant.id}: {mutant.words}" for mutant, _ in proof.survivors]
    room = max(height, _SIZE[1]) - len(head) - 5  # the title, the rest in a line, two lines of the end, the prompt
    if len(survivors) > room:
        survivors[room:] = [f"  and {len(survivors) - room:,} more: -v"]
    if survivors:
        head += ["Survived", *survivors, ""]
        end = f"Survived: {totals.survived:,} of {totals.tried:,} mutants; each is a bug of the suite, or allowed"
    else:
        end = f"Proven: {totals.caught:,} of {totals.tried:,} mutants were caught, none survived"
    yield from (line if len(line) <= width else f"{line[: width - 1]}…" for line in (*head, end))


def _survivors(proof: Proof) -> Iterator[str]:
    if not proof.survivors:
        yield "No mutant survived."
        return
    yield f"{len(proof.survivors)} survived: each is a bug of the suite, or allowed by the documents"
    for mutant, trial in proof.survivors:
        yield f"  {mutant.id}: {mutant.words}"
        yield f"    breaks {_few(mutant.breaks)}"
        if trial.others:
            yield f"    caught by {len(trial.others)} unrelated checks only, such as {trial.others[0]}"


def _matrix(bench: Bench, proof: Proof) -> Iterator[str]:
    yield from ("", "Fact or behaviour: mutants: checks about it that caught them")
    for row in rows(bench, proof):
        yield f"  {row.claim}: {len(row.mutants)}: {_few(row.checks) if row.checks else '-'}"


def _gaps(bench: Bench, every: Sequence[Mutant], checks: Sequence[Check]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for gap in gaps(bench, checks, every):
        by_reason.setdefault(gap.reason, []).append(gap.claim)
    if by_reason:
        yield from ("", "Claimed by a check, and no mutant breaks it")
    for reason, claims in by_reason.items():
        yield f"  {reason} ({len(claims)})"
        yield from (f"    {claim}" for claim in claims)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
