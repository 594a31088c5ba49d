"""Judging one mutant: the checks that can see it, first where its answers differ, then on the whole world."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.mutation.collection import mutants
from conformance.mutation.mutant import Kind
from conformance.mutation.servers import CREDENTIALS, CommandsInProcess, InProcess, boto3_in_process
from conformance.reference.service import Service
from conformance.session.session import SNAPSHOT, Resource, TargetSession
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.checks.check import Check
    from conformance.checks.verdict import Verdict
    from conformance.contract.model import Contract
    from conformance.mutation.mutant import Mutant
    from conformance.worlds.model import World, WorldJob


class Claims:
    """What the checks of a contract are about."""

    def __init__(self, contract: Contract) -> None:
        """Look up which behaviours each law judges."""
        self._contract = contract
        self.of = cache(self._of)

    def _of(self, check: Check) -> frozenset[str]:
        """Return the ids of facts and behaviours that a check is about; the protocol's as `protocol/<subject>`.

        What a client does is told as `client/<subject>/<case>` where it is no fact of the contract.
        """
        return frozenset(self.own(check)) | frozenset(self._wider(check))

    def own(self, check: Check) -> Iterator[str]:
        """Yield what a check itself says that it is about: its facts and its behaviours."""
        yield from check.facts
        _, area, subject, case = check.id.split("/", 3)
        yield from check.behaviours
        yield from check.shares
        if area == "protocol":
            yield f"protocol/{subject}"
        if area == "client" and not check.facts and not check.behaviours:
            yield f"client/{subject}/{case}"

    def _wider(self, check: Check) -> Iterator[str]:
        """Yield the behaviours that its facts stand for, and the facts of the paths that it covers."""
        for behaviour in self._contract.behaviours:
            if any(fact.startswith(prefix) for fact in check.facts for prefix in behaviour.facts):
                yield behaviour.id
        for fact in self._contract.facts_of(check.operation, "output") if check.covers else ():
            for path in check.covers:
                # What shows a member shows what it stands in as well.
                around = fact.facet == "present" and _within(path.removesuffix(".*"), fact.path)
                if around or fact.path == path or (path.endswith(".*") and _within(fact.path, path.removesuffix(".*"))):
                    yield fact.id


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith((f"{root}.", f"{root}[", f"{root}{{"))


_SEEN_IN: dict[Kind, tuple[str, ...]] = {
    Kind.ANSWER: ("response", "consistency"),
    Kind.REQUEST: ("request", "error"),
    Kind.LISTING: ("pagination", "order", "filter"),
    Kind.ERROR: ("error", "protocol", "request"),
    Kind.WIRE: ("protocol",),
    Kind.CLIENT: ("client",),
}
"""Areas of checks that can see a mutant of a kind at all."""
CLIENT = frozenset({"client"})
"""Checks of clients: they look at what a client makes of answers that other checks judge, and see broken clients."""
_PAGE = 10
"""Items of a page by default."""
_LONGEST = 160
"""Characters of what a failed check says that are kept."""
_FEW = 3
"""Resources, of those that a mutant shows on, that are looked at first."""


@dataclass(frozen=True)
class Trial:
    """What became of one mutant: the failed checks that are about what it breaks, and the other failed ones."""

    mutant: str
    about: tuple[str, ...]
    others: tuple[str, ...]
    errors: tuple[str, ...]
    everywhere: bool
    """Whether it took every check on the whole world."""
    told: tuple[tuple[str, str], ...] = ()
    """What the failed checks say, by id, those about it first: the reason, and what was received."""

    @property
    def caught(self) -> bool:
        """Whether a check that is about what the mutant breaks has failed."""
        return bool(self.about)

    @property
    def findings(self) -> int:
        """How many checks failed."""
        return len(self.about) + len(self.others)


class _StillLab(TargetSession):
    """A lab at a target whose resources hold still: what is asked again is the exchange, not the whole snapshot."""

    @contextmanager
    def asking_again(self) -> Iterator[None]:
        snapshot = self._memory.found.get(SNAPSHOT)
        with super().asking_again():
            self._memory.found |= {SNAPSHOT: snapshot} if snapshot is not None else {}
            yield


class Bench:
    """A contract, its checks and a world, on which mutants are tried."""

    def __init__(self, contract: Contract, checks: Sequence[Check], world: World) -> None:
        """Run nothing yet."""
        self.contract = contract
        self.checks = tuple(checks)
        self._of_servers = tuple(check for check in checks if check.area not in CLIENT)
        self._of_clients = tuple(check for check in checks if check.area in CLIENT)
        self.world = world
        self.claims = Claims(contract)
        self._faithful: dict[tuple[str, str], bytes] = {}
        self._paths = {
            check.id: contract.fact(check.facts[0]).path
            for check in self.checks
            if check.area == "response" and check.facts
        }
        self._told_of: tuple[str, tuple[WorldJob, ...]] = ("", ())

    def false_alarms(self) -> tuple[str, ...]:
        """Return the checks that accuse the unbroken server, with and without signatures."""
        found: dict[str, None] = {}
        for signed in (False, True):
            verdicts = self._run(
                Service, self.checks if not signed else self._of_servers, self.world.jobs, signed=signed
            )
            accused = (check for check, item in verdicts.items() if item.outcome in {Outcome.FAILED, Outcome.ERROR})
            found |= dict.fromkeys(accused)
        return tuple(found)

    def run_of(self, mutant: Mutant, jobs: Iterable[WorldJob]) -> dict[str, Verdict]:
        """Run every check of a server on a mutant and these resources, as a run of the suite does."""
        return self._run(mutant.make(Service), self._of_servers, jobs, signed=mutant.signed, broken=mutant)

    def try_out(self, mutant: Mutant) -> Trial:
        """Run the checks that can see a mutant; all of them, on the whole world, where those catch nothing."""
        if mutant.kind is Kind.CLIENT:
            played = mutant.program is not None
            seeing = tuple(check for check in self._of_clients if check.id.split("/")[2].startswith("cli") is played)
            return self._trial(mutant, Service, seeing, self._handy(), everywhere=False)
        kind = mutant.make(Service)
        seeing = tuple(check for check in self._of_servers if self._can_see(check, mutant))
        jobs = self._telling(kind, mutant) if mutant.kind is Kind.ANSWER else self.world.jobs
        trial = self._trial(mutant, kind, seeing, jobs, everywhere=False) if jobs else None
        if trial is None or not trial.caught:
            trial = self._trial(mutant, kind, self._of_servers, self.world.jobs, everywhere=True)
        return trial

    def _trial(
        self,
        mutant: Mutant,
        kind: type[Service],
        checks: Sequence[Check],
        jobs: Sequence[WorldJob],
        *,
        everywhere: bool,
    ) -> Trial:
        verdicts = self._run(kind, checks, jobs, signed=mutant.signed, broken=mutant)
        broken = set(mutant.breaks)
        failed = [check for check in checks if verdicts[check.id].outcome is Outcome.FAILED]
        about = tuple(check.id for check in failed if broken & self.claims.of(check))
        others = tuple(check.id for check in failed if check.id not in set(about))
        errors = tuple(check.id for check in checks if verdicts[check.id].outcome is Outcome.ERROR)
        told = tuple((item, _words(verdicts[item])) for item in (*about, *others))
        return Trial(mutant.id, about, others, errors, everywhere, told)

    def _run(
        self,
        kind: type[Service],
        checks: Sequence[Check],
        jobs: Iterable[WorldJob],
        *,
        signed: bool,
        broken: Mutant | None = None,
    ) -> dict[str, Verdict]:
        keys = {CREDENTIALS.access_key: CREDENTIALS.secret_key} if signed else None
        service = kind(self.world, contract=self.contract, credentials=keys)
        sender = InProcess(self.contract, service, signed=signed)
        known = broken is None or not broken.found
        resources = tuple(Resource(job.name, job if known else None, listed_known=known) for job in jobs)
        session = _StillLab(
            self.contract,
            sender,
            resources,
            clients=boto3_in_process(self.contract, sender, broken),
            commands=CommandsInProcess(self.contract, sender, broken),
            related=related,
            auth=signed,
            owned=known,
        )
        runner = Runner(session, checks)
        return {check.id: runner.verdict(check) for check in checks}

    def _can_see(self, check: Check, mutant: Mutant) -> bool:
        """Tell whether a check can see a mutant: by its area and operation, and by the path where there is just one."""
        if check.area not in _SEEN_IN[mutant.kind] or check.operation not in mutant.sees:
            return False
        if not mutant.path or check.area != "response":
            return True
        path = self._paths.get(check.id, "")
        return path.startswith(mutant.path) or mutant.path.startswith(path)

    def _handy(self) -> tuple[WorldJob, ...]:
        """Return the resources on which broken clients are tried: lists of more than one page, the shortest of them."""
        ended = [job for job in self.world.jobs if job.ended is not None]
        return tuple(sorted(ended, key=lambda job: (len(job.training_jobs) <= _PAGE, len(job.training_jobs)))[:_FEW])

    def _telling(self, kind: type[Service], mutant: Mutant) -> tuple[WorldJob, ...]:
        """Return a few of the resources whose answers differ from the unbroken server's: ended ones, and short ones."""
        if mutant.path and mutant.path == self._told_of[0]:
            return self._told_of[1]
        sender = InProcess(self.contract, kind(self.world, contract=self.contract))
        differing = [job for job in self.world.jobs if any(self._differs(sender, see, job) for see in mutant.sees)]
        differing.sort(key=lambda job: (job.ended is None, not job.training_jobs, len(job.training_jobs)))
        self._told_of = (mutant.path, tuple(differing[:_FEW]))
        return self._told_of[1]

    def _differs(self, sender: InProcess, operation: str, job: WorldJob) -> bool:
        request = Request.call(operation, {self.contract.operations[operation].subject: job.name})
        known = self._faithful.get((operation, job.name))
        if known is None:
            known = self._faithful[operation, job.name] = _said(InProcess(self.contract, self._unbroken()), request)
        return _said(sender, request) != known

    def _unbroken(self) -> Service:
        return Service(self.world, contract=self.contract)


def _words(verdict: Verdict) -> str:
    return " ".join(f"{verdict.reason}: {verdict.received}".split())[:_LONGEST]


def _said(sender: InProcess, request: Request) -> bytes:
    response = sender.send(request).response
    return b"%d " % response.status + response.body if response else b""


def world() -> World:
    """Return the world that proofs are run on."""
    return load_world("default")


def every_mutant(contract: Contract) -> tuple[Mutant, ...]:
    """Return every mutant of the reference server with that world."""
    return mutants(contract, world())
