"""All mutants, and which of them are no defects: `mutants.yaml` has the sentence that allows each, and its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from conformance.contract.model import Contract
from conformance.mutation import answers, clients, envelopes, listings
from conformance.mutation.inputs import input_mutants
from conformance.mutation.lifecycles import lifecycle_mutants
from conformance.mutation.mutant import NAME, Group, Mutant, is_shipped
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
    every = (
        *(_of_the_shipped(contract, world) if is_shipped(contract) else _of_another(contract, world)),
        *envelopes.error_mutants(contract),
        *envelopes.rejection_mutants(contract),
    )
    twice = [name for name, number in Counter(mutant.id for mutant in every).items() if number > 1]
    if twice:
        raise ValueError(f"several mutants have one id: {sorted(twice)}")
    return every


def _of_the_shipped(contract: Contract, world: World) -> Iterator[Mutant]:
    service = Service(world, contract=contract)
    answers = {name: [service.perform(name, {NAME: job.name}) for job in world.jobs] for name in contract.operations}
    yield from output_mutants(contract, answers)
    yield from input_mutants(contract, contract.operations)
    yield from (mutant for group in _written() for mutant in group.mutants)
    yield from clients.option_mutants(contract)


def _of_another(contract: Contract, world: World) -> Iterator[Mutant]:
    """Yield the mutants of a contract that its server shows: those of listings that can be asked for, for example."""
    session = _session(contract, world)
    ask_plainly(session, writing=True)
    answers = {name: [dict(it.answer or {}) for it in session.answers(name)] for name in contract.operations}
    operations = contract.operations.values()
    listed = {it.name for it in operations if it.listing is not None and session.listings(it)}
    paging = [(it.name, it.pagination.output_token) for it in operations if it.pagination is not None]
    paged = {name for name, token in paging if any(token in answer for answer in answers[name])}
    yield from output_mutants(contract, answers, known=False)
    yield from input_mutants(contract, paged)
    yield from listing_mutants(contract, listed, listed & paged)
    yield from envelopes.protocol_mutants(contract)
    yield from lifecycle_mutants(_session(contract, world))


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
