"""Judging one mutant: the checks that can see it, first where its answers differ, then on the whole world."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.catalogue.lab import SURVEY, Lab, Resource
from conformance.catalogue.runner import Runner
from conformance.laws.verdict import Outcome
from conformance.mutants import Kind, mutants
from conformance.proof.claims import Claims
from conformance.proof.clients import CommandsInProcess, boto3_in_process
from conformance.proof.sender import CREDENTIALS, InProcess
from conformance.reference import Service
from conformance.tuning.related import related
from conformance.wire.request import Request
from conformance.worlds import load_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.catalogue.check import Check
    from conformance.contract import Contract
    from conformance.laws.verdict import Verdict
    from conformance.mutants import Mutant
    from conformance.worlds import World, WorldJob

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


class _StillLab(Lab):
    """A lab at a target whose resources hold still: what is asked again is the exchange, not the whole survey."""

    @contextmanager
    def asking_again(self) -> Iterator[None]:
        survey = self._memory.found.get(SURVEY)
        with super().asking_again():
            self._memory.found |= {SURVEY: survey} if survey is not None else {}
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
        """Give the checks that accuse the unbroken server, with and without signatures."""
        found: dict[str, None] = {}
        for signed in (False, True):
            verdicts = self._run(
                Service, self.checks if not signed else self._of_servers, self.world.jobs, signed=signed
            )
            accused = (check for check, one in verdicts.items() if one.outcome in {Outcome.FAILED, Outcome.ERROR})
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
        told = tuple((one, _words(verdicts[one])) for one in (*about, *others))
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
        lab = _StillLab(
            self.contract,
            sender,
            resources,
            clients=boto3_in_process(self.contract, sender, broken),
            commands=CommandsInProcess(self.contract, sender, broken),
            related=related,
            auth=signed,
            owned=known,
        )
        runner = Runner(lab, checks)
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
        """Give the resources on which broken clients are tried: lists of more than one page, the shortest of them."""
        ended = [job for job in self.world.jobs if job.ended is not None]
        return tuple(sorted(ended, key=lambda job: (len(job.training_jobs) <= _PAGE, len(job.training_jobs)))[:_FEW])

    def _telling(self, kind: type[Service], mutant: Mutant) -> tuple[WorldJob, ...]:
        """Give a few of the resources whose answers differ from the unbroken server's: ended ones, and short ones."""
        if mutant.path and mutant.path == self._told_of[0]:
            return self._told_of[1]
        sender = InProcess(self.contract, kind(self.world, contract=self.contract))
        differing = [job for job in self.world.jobs if any(self._differs(sender, one, job) for one in mutant.sees)]
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
    """Give the world that proofs are run on."""
    return load_world("default")


def every_mutant(contract: Contract) -> tuple[Mutant, ...]:
    """Give every mutant of the reference server with that world."""
    return mutants(contract, world())
