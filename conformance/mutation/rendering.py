"""A proof as text and as JSON: survivors first, then the matrix, precision, counts and time."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.mutation.collection import ALLOWED, allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from conformance.checks.check import Check
    from conformance.contract.model import Contract
    from conformance.mutation.bench import Bench
    from conformance.mutation.mutant import Mutant
    from conformance.mutation.running import Proof


LOUD = 20
"""Unrelated failing checks beyond which a mutant is looked into."""


@dataclass(frozen=True)
class Row:
    """One fact or behaviour: the mutants that break it, and the checks about it that caught any."""

    claim: str
    mutants: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """A fact or behaviour that checks claim and no mutant breaks, and why."""

    claim: str
    reason: str


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
    """Return what a mutant breaks, and the behaviours that facts of it stand for."""
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


NO_MUTANT = "nobody has written a mutant for it yet"
_TAKES_ALL = frozenset({r"[\S\s]*", r"[\s\S]*"})


@dataclass(frozen=True)
class Precision:
    """How many checks a caught mutant fails: the median, and the mutants with many unrelated ones."""

    median: float
    loud: Mapping[str, int]


def precision(proof: Proof) -> Precision:
    """Count the findings of each mutant."""
    caught = [trial for trial in proof.trials if trial.caught]
    median = statistics.median(trial.findings for trial in caught) if caught else 0.0
    return Precision(median, {trial.mutant: len(trial.others) for trial in caught if len(trial.others) > LOUD})


_FEW = 3
_SIZE = (80, 24)
"""Columns and lines of the smallest screen."""


def as_json(bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check]) -> dict[str, Any]:
    """Return the whole proof; `every` are all mutants there are, `checks` all checks."""
    found = precision(proof)
    return {
        "schema": 1,
        "whole": proof.whole,
        "counts": counts(proof, every),
        "seconds": round(proof.seconds, 2),
        "survivors": [
            {"id": item.id, "words": item.words, "breaks": list(item.breaks), "unrelated": list(trial.others)}
            for item, trial in proof.survivors
        ],
        "mutants": [
            {
                "id": item.id, "words": item.words, "breaks": list(item.breaks), "derived": item.derived,
                "caught": trial.caught, "about": list(trial.about), "unrelated": list(trial.others),
                "errors": list(trial.errors),
            }
            for item, trial in zip(proof.mutants, proof.trials, strict=True)
        ],
        "matrix": [
            {"claim": row.claim, "mutants": list(row.mutants), "checks": list(row.checks)} for row in rows(bench, proof)
        ],
        "equivalent": [
            {"id": mutant.id, "sentence": item.sentence, "source": item.source}
            for mutant in every
            if (item := allowed(mutant.id)) is not None
        ],
        "without_mutant": [{"claim": gap.claim, "reason": gap.reason} for gap in gaps(bench, checks, every)],
        "precision": {"median_findings": found.median, "loud": dict(found.loud)},
    }  # fmt: skip


def counts(proof: Proof, every: Sequence[Mutant]) -> dict[str, int]:
    """Count the mutants there are, and those of the proof."""
    equivalent = [item for item in every if allowed(item.id) is not None]
    return {
        "derived": sum(item.derived for item in every),
        "written": sum(not item.derived for item in every),
        "equivalent": len(equivalent),
        "tried": len(proof.trials),
        "caught": len(proof.trials) - len(proof.survivors),
        "survived": len(proof.survivors),
    }


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
    yield from ("", f"Precision: a caught mutant fails {found.median:g} checks (median)")
    if found.loud:
        yield f"  more than {LOUD} of them unrelated to what it breaks:"
        yield from (
            f"  {number:5}  {mutant}" for mutant, number in sorted(found.loud.items(), key=lambda item: -item[1])
        )
    totals = counts(proof, every)
    yield ""
    yield "{derived} derived and {written} written mutants, {equivalent} of them equivalent".format(**totals)
    yield (
        f"{totals['tried']} tried{'' if proof.whole else ' (a selection)'}, {totals['caught']} caught,"
        f" {totals['survived']} survived, in {proof.seconds:.1f} s"
    )


def as_screen(
    bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check], size: tuple[int, int] = _SIZE
) -> Iterator[str]:
    """Return the lines that fit a screen of this size: counts, a line a survivor, and what the proof comes to last."""
    width, height = size
    totals, found = counts(proof, every), precision(proof)
    head = [
        "",
        "  mutants     {derived:,} derived and {written:,} written, {equivalent:,} equivalent".format(**totals),
        f"  tried       {totals['tried']:,}{'' if proof.whole else ' (a selection)'} in {proof.seconds:.1f} s",
        f"  broken      {len(rows(bench, proof)):,} facts and behaviours",
        f"  precision   a caught mutant fails {found.median:g} checks (median), {len(found.loud):,} fail many others",
        f"  gaps        {len(gaps(bench, checks, every)):,} claims of checks that no mutant breaks",
        "",
    ]
    survivors = [f"  {mutant.id}: {mutant.words}" for mutant, _ in proof.survivors]
    room = max(height, _SIZE[1]) - len(head) - 5  # the title, the rest in a line, two lines of the end, the prompt
    if len(survivors) > room:
        survivors[room:] = [f"  and {len(survivors) - room:,} more: -v"]
    if survivors:
        head += ["Survived", *survivors, ""]
        end = f"Survived: {totals['survived']:,} of {totals['tried']:,} mutants; each is a bug of the suite, or allowed"
    else:
        end = f"Proven: {totals['caught']:,} of {totals['tried']:,} mutants were caught, none survived"
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


_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_COUNT: Final = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "additionalProperties": False, "required": list(properties), "properties": properties
    }  # fmt: skip


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A proof of the suite by mutants",
    **_object(
        schema={"const": 1},
        whole={"type": "boolean"},
        counts=_object(derived=_COUNT, written=_COUNT, equivalent=_COUNT, tried=_COUNT, caught=_COUNT, survived=_COUNT),
        seconds={"type": "number", "minimum": 0},
        survivors=_list(id=_TEXT, words=_TEXT, breaks=_TEXTS, unrelated=_TEXTS),
        mutants=_list(
            id=_TEXT,
            words=_TEXT,
            breaks=_TEXTS,
            derived={"type": "boolean"},
            caught={"type": "boolean"},
            about=_TEXTS,
            unrelated=_TEXTS,
            errors=_TEXTS,
        ),
        matrix=_list(claim=_TEXT, mutants=_TEXTS, checks=_TEXTS),
        equivalent=_list(id=_TEXT, sentence=_TEXT, source=_TEXT),
        without_mutant=_list(claim=_TEXT, reason=_TEXT),
        precision=_object(
            median_findings={"type": "number", "minimum": 0},
            loud={"type": "object", "additionalProperties": _COUNT},
        ),
    ),
}
"""The JSON Schema of the JSON form."""
