"""All mutants, and which of them are no defects: `mutants.yaml` has the sentence that allows each, and its source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase

from conformance.contract.model import Contract
from conformance.mutation import answers, clients, envelopes, listings
from conformance.mutation.inputs import input_mutants
from conformance.mutation.lifecycles import lifecycle_mutants
from conformance.mutation.mutant import NAME, Group, Members, Mutant, is_shipped
from conformance.mutation.outputs import output_mutants
from conformance.mutation.queries import listing_mutants
from conformance.mutation.servers import InProcess, ask_plainly
from conformance.reference.generic import service_of
from conformance.reference.service import Service
from conformance.session.session import TargetSession
from conformance.worlds.model import World


def mutants(contract: Contract, world: World) -> tuple[Mutant, ...]:
    """Return every mutant of the server of a contract, the derived ones first.

    Written ones, and those of clients, are of the contract that ships. Raises ValueError where two have one id.
    """
    shipped = is_shipped(contract)
    every = (
        *output_mutants(contract, _answers(contract, world), known=shipped),
        *input_mutants(contract),
        *envelopes.error_mutants(contract),
        *(() if shipped else (*listing_mutants(contract), *envelopes.protocol_mutants(contract))),
        *(() if shipped else lifecycle_mutants(_session(contract, world))),
        *(mutant for group in _written() for mutant in group.mutants if shipped),
        *envelopes.rejection_mutants(contract),
        *(clients.option_mutants(contract) if shipped else ()),
    )
    twice = [name for name, number in Counter(mutant.id for mutant in every).items() if number > 1]
    if twice:
        raise ValueError(f"several mutants have one id: {sorted(twice)}")
    return every


def _answers(contract: Contract, world: World) -> dict[str, list[Members]]:
    """Return answers of the original by operation: of the contract that ships, those about each tuning job."""
    if is_shipped(contract):
        service = Service(world, contract=contract)
        return {name: [service.perform(name, {NAME: job.name}) for job in world.jobs] for name in contract.operations}
    session = _session(contract, world)
    ask_plainly(session, writing=True)
    return {name: [dict(it.answer or {}) for it in session.answers(name)] for name in contract.operations}


def _session(contract: Contract, world: World) -> TargetSession:
    """Return a session with the original in this process."""
    sender = InProcess(contract, service_of(contract)(world, contract=contract))
    return TargetSession(contract, sender, (), sleep=lambda _: None)


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
