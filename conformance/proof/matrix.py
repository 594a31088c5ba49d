"""The matrix of a proof: what the checks claim, the mutants that break it, the checks that caught them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.catalogue.check import Check
    from conformance.contract import Contract
    from conformance.mutants import Mutant
    from conformance.proof.bench import Bench
    from conformance.proof.running import Proof

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
    """Give a row for everything that a mutant of the proof breaks."""
    by_id = {check.id: check for check in bench.checks}
    mutants: dict[str, list[str]] = {}
    checks: dict[str, dict[str, None]] = {}
    for mutant, trial in zip(proof.mutants, proof.trials, strict=True):
        for claim in _broken(bench, mutant):
            mutants.setdefault(claim, []).append(mutant.id)
            about = (one for one in trial.about if claim in bench.claims.of(by_id[one]))
            checks.setdefault(claim, {}).update(dict.fromkeys(about))
    return tuple(Row(claim, tuple(found), tuple(checks[claim])) for claim, found in sorted(mutants.items()))


def _broken(bench: Bench, mutant: Mutant) -> tuple[str, ...]:
    """Give what a mutant breaks, and the behaviours that facts of it stand for."""
    found = (
        behaviour.id
        for behaviour in bench.contract.behaviours
        if any(claim.startswith(prefix) for claim in mutant.breaks for prefix in behaviour.facts)
    )
    return tuple(dict.fromkeys((*mutant.breaks, *found)))


def gaps(bench: Bench, checks: Iterable[Check], mutants: Iterable[Mutant]) -> tuple[Gap, ...]:
    """Give what the checks claim and none of the mutants breaks."""
    broken = {claim for mutant in mutants for claim in mutant.breaks}
    claimed = {claim for check in checks for claim in bench.claims.own(check)}
    return tuple(Gap(claim, _reason(bench.contract, claim)) for claim in sorted(claimed) if claim not in broken)


def _reason(contract: Contract, claim: str) -> str:
    fact = next((one for one in contract.facts if one.id == claim), None)
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
