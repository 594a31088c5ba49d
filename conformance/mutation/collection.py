"""All mutants, and which of them are no defects: `mutants.yaml` has the sentence that allows each, and its source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase

from conformance.contract.model import Contract
from conformance.mutation import answers, clients, envelopes, listings
from conformance.mutation.inputs import input_mutants
from conformance.mutation.mutant import Group, Mutant
from conformance.mutation.outputs import output_mutants
from conformance.worlds.model import World


def mutants(contract: Contract, world: World) -> tuple[Mutant, ...]:
    """Return every mutant, the derived ones first. Raises ValueError where two have one id."""
    every = (
        *output_mutants(contract, world),
        *input_mutants(contract),
        *envelopes.error_mutants(contract),
        *(mutant for group in _written() for mutant in group.mutants),
        *envelopes.rejection_mutants(contract),
        *clients.option_mutants(contract),
    )
    twice = [name for name, number in Counter(mutant.id for mutant in every).items() if number > 1]
    if twice:
        raise ValueError(f"several mutants have one id: {sorted(twice)}")
    return every


def _written() -> list[Group]:
    """Return the groups of written mutants: whatever is one in the modules that have them."""
    modules = (listings, answers, envelopes, clients)
    return [item for module in modules for item in vars(module).values() if isinstance(item, Group)]


@dataclass(frozen=True)
class Allowed:
    """Why some mutants are no defects: ids, or patterns with `*`, the sentence that allows them, and its source."""

    patterns: tuple[str, ...]
    sentence: str
    source: str

    def covers(self, mutant_id: str) -> bool:
        """Whether it is about a mutant. Brackets in a pattern mean themselves: paths are full of them."""
        return any(fnmatchcase(mutant_id, pattern.replace("[", "[[]")) for pattern in self.patterns)


ALLOWED: tuple[Allowed, ...] = tuple(
    Allowed(tuple(row["mutants"]), row["sentence"], row["source"]) for row in answers.tables()["equivalent"]
)


def allowed(mutant_id: str) -> Allowed | None:
    """Return what allows a mutant; None for one that is a defect."""
    return next((item for item in ALLOWED if item.covers(mutant_id)), None)
