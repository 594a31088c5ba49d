"""A proof as text and as JSON: survivors first, then the matrix, precision, counts and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.mutants import ALLOWED, allowed
from conformance.proof.matrix import LOUD, gaps, precision, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.catalogue.check import Check
    from conformance.mutants import Mutant
    from conformance.proof.bench import Bench
    from conformance.proof.running import Proof

_FEW = 3
_SIZE = (80, 24)
"""Columns and lines of the smallest screen."""


def as_json(bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check]) -> dict[str, Any]:
    """Give the whole proof; `every` are all mutants there are, `checks` all checks."""
    found = precision(proof)
    return {
        "schema": 1,
        "whole": proof.whole,
        "counts": counts(proof, every),
        "seconds": round(proof.seconds, 2),
        "survivors": [
            {"id": one.id, "words": one.words, "breaks": list(one.breaks), "unrelated": list(trial.others)}
            for one, trial in proof.survivors
        ],
        "mutants": [
            {
                "id": one.id, "words": one.words, "breaks": list(one.breaks), "derived": one.derived,
                "caught": trial.caught, "about": list(trial.about), "unrelated": list(trial.others),
                "errors": list(trial.errors),
            }
            for one, trial in zip(proof.mutants, proof.trials, strict=True)
        ],
        "matrix": [
            {"claim": row.claim, "mutants": list(row.mutants), "checks": list(row.checks)} for row in rows(bench, proof)
        ],
        "equivalent": [
            {"id": mutant.id, "sentence": one.sentence, "source": one.source}
            for mutant in every
            if (one := allowed(mutant.id)) is not None
        ],
        "without_mutant": [{"claim": gap.claim, "reason": gap.reason} for gap in gaps(bench, checks, every)],
        "precision": {"median_findings": found.median, "loud": dict(found.loud)},
    }  # fmt: skip


def counts(proof: Proof, every: Sequence[Mutant]) -> dict[str, int]:
    """Count the mutants there are, and those of the proof."""
    equivalent = [one for one in every if allowed(one.id) is not None]
    return {
        "derived": sum(one.derived for one in every),
        "written": sum(not one.derived for one in every),
        "equivalent": len(equivalent),
        "tried": len(proof.trials),
        "caught": len(proof.trials) - len(proof.survivors),
        "survived": len(proof.survivors),
    }


def as_text(bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check]) -> Iterator[str]:
    """Give the lines that people read."""
    yield from _survivors(proof)
    yield from _matrix(bench, proof)
    yield from _gaps(bench, every, checks)
    yield from ("", "Equivalent, and not tried: the documents allow them")
    for one in ALLOWED:
        yield f"  {', '.join(one.patterns)}"
        yield f"    {one.sentence} [{one.source}]"
    found = precision(proof)
    yield from ("", f"Precision: a caught mutant fails {found.median:g} checks (median)")
    if found.loud:
        yield f"  more than {LOUD} of them unrelated to what it breaks:"
        yield from (f"  {number:5}  {mutant}" for mutant, number in sorted(found.loud.items(), key=lambda one: -one[1]))
    told = counts(proof, every)
    yield ""
    yield f"{told['derived']} derived and {told['written']} written mutants, {told['equivalent']} of them equivalent"
    yield (
        f"{told['tried']} tried{'' if proof.whole else ' (a selection)'}, {told['caught']} caught,"
        f" {told['survived']} survived, in {proof.seconds:.1f} s"
    )


def as_screen(
    bench: Bench, proof: Proof, every: Sequence[Mutant], checks: Sequence[Check], size: tuple[int, int] = _SIZE
) -> Iterator[str]:
    """Return the lines that fit a screen of this size: counts, a line a survivor, and what the proof comes to last."""
    width, height = size
    told, found = counts(proof, every), precision(proof)
    head = [
        "",
        f"  mutants     {told['derived']:,} derived and {told['written']:,} written, {told['equivalent']:,} equivalent",
        f"  tried       {told['tried']:,}{'' if proof.whole else ' (a selection)'} in {proof.seconds:.1f} s",
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
        end = f"Survived: {told['survived']:,} of {told['tried']:,} mutants; each is a bug of the suite, or allowed"
    else:
        end = f"Proven: {told['caught']:,} of {told['tried']:,} mutants were caught, none survived"
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
