"""One mutant: the checks that can see it, first where its answers differ, then on the whole world."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from conformance.checks.check import place_in_run
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.mutation.collection import mutants
from conformance.mutation.mutant import Kind, Mutant, is_shipped
from conformance.mutation.servers import CREDENTIALS, CommandsInProcess, InProcess, ask_plainly, boto3_in_process
from conformance.reference.generic import service_of
from conformance.session.session import SNAPSHOT, Resource, TargetSession
from conformance.wire.limits import kept_bytes
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.checks.check import Check
    from conformance.checks.verdict import Verdict
    from conformance.contract.model import Contract
    from conformance.worlds.model import World, WorldJob


class Claims:
    """What the checks of a contract are about."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.of = cache(self._of)

    def _of(self, check: Check) -> frozenset[str]:
        """Return the ids of facts and behaviours that a check is about; the protocol's as `protocol/<subject>`.

        What a client does is `client/<subject>/<case>` where it is no fact of the contract.
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
        """Yield the behaviours of its facts, and the facts of the paths that it covers."""
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
}
"""Areas of checks that can see a mutant of a kind at all."""
_CLIENT = "client"
"""The area of checks that see broken clients: they look at what a client makes of answers that others evaluate."""
_ACCUSING = {Outcome.FAILED, Outcome.ERROR}
_ORIGINAL = Mutant("original", "nothing is broken", (), (), Kind.ANSWER)
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
    reports: tuple[tuple[str, str], ...] = ()
    """What the failed checks say, by id, those about it first: the reason, and what was received."""

    @property
    def caught(self) -> bool:
        """Whether a check that is about what the mutant breaks has failed."""
        return bool(self.about)

    @property
    def findings(self) -> int:
        """How many checks failed."""
        return len(self.about) + len(self.others)


class _StillSession(TargetSession):
    """A session with a target whose resources do not change: asking again repeats the exchange, not the snapshot."""

    @contextmanager
    def asking_again(self) -> Iterator[None]:
        snapshot = self._memory.found.get(SNAPSHOT)
        with super().asking_again():
            self._memory.found |= {SNAPSHOT: snapshot} if snapshot is not None else {}
            yield


class Bench:
    """A contract, its checks and a world, on which mutants are tried."""

    def __init__(self, contract: Contract, checks: Sequence[Check], world: World) -> None:
        self.contract = contract
        self._shipped = is_shipped(contract)
        self.checks = tuple(check for check in checks if self._shipped or check.area != _CLIENT)
        self._of_servers = tuple(check for check in checks if check.area != _CLIENT)
        self.world = world
        self.claims = Claims(contract)
        self._original_answers: dict[tuple[str, str], bytes] = {}
        self._paths = {
            check.id: contract.fact(check.facts[0]).path
            for check in self.checks
            if check.area == "response" and check.facts
        }
        self._showing_at: tuple[str, tuple[WorldJob, ...]] = ("", ())

    def false_alarms(self) -> tuple[str, ...]:
        """Return the checks that accuse the unbroken server; those of the protocol also with signatures."""
        found: dict[str, None] = {}
        of_protocol = tuple(check for check in self.checks if check.area == "protocol")
        for original, checks in ((_ORIGINAL, self.checks), (replace(_ORIGINAL, signed=True), of_protocol)):
            verdicts = self._run(original, checks, self.world.jobs)
            found |= dict.fromkeys(name for name, verdict in verdicts.items() if verdict.outcome in _ACCUSING)
        return tuple(found)

    def run_of(self, mutant: Mutant, jobs: Iterable[WorldJob]) -> dict[str, Verdict]:
        """Run every check of a server on a mutant and these resources, as a run of the suite does."""
        return self._run(mutant, self._of_servers, jobs)

    def try_out(self, mutant: Mutant) -> Trial:
        """Run the checks that can see a mutant; where those catch nothing, all others about it."""
        seeing = tuple(check for check in self.checks if self._can_see(check, mutant))
        if mutant.kind is Kind.CLIENT:
            return self._trial(mutant, seeing, self._short_listings(), everywhere=False)
        shown = mutant.kind is Kind.ANSWER and self._shipped
        jobs = self._showing(mutant) if shown else self.world.jobs
        trial = self._trial(mutant, seeing, jobs, everywhere=False) if jobs else None
        if trial is None or not trial.caught:
            trial = self._trial(mutant, self._all_about(mutant), self.world.jobs, everywhere=True)
        return trial

    def _all_about(self, mutant: Mutant) -> tuple[Check, ...]:
        """Return the checks of the operations that a mutant affects, and those of others about what it breaks."""
        broken = set(mutant.breaks)
        return tuple(it for it in self._of_servers if it.operation in mutant.sees or broken & self.claims.of(it))

    def _trial(self, mutant: Mutant, checks: Sequence[Check], jobs: Sequence[WorldJob], *, everywhere: bool) -> Trial:
        verdicts = self._run(mutant, checks, jobs)
        broken = set(mutant.breaks)
        failed = [check for check in checks if verdicts[check.id].outcome is Outcome.FAILED]
        about = tuple(check.id for check in failed if broken & self.claims.of(check))
        others = tuple(check.id for check in failed if check.id not in set(about))
        errors = tuple(check.id for check in checks if verdicts[check.id].outcome is Outcome.ERROR)
        reports = tuple((item, _report(verdicts[item])) for item in (*about, *others))
        return Trial(mutant.id, about, others, errors, everywhere, reports)

    def _run(self, mutant: Mutant, checks: Sequence[Check], jobs: Iterable[WorldJob]) -> dict[str, Verdict]:
        sender = self._sender(mutant)
        known = not mutant.found
        there = jobs if self._shipped else ()  # what another contract is about, its listings show
        session = _StillSession(
            self.contract,
            sender,
            tuple(Resource(job.name, job if known else None, listed_known=known) for job in there),
            clients=boto3_in_process(self.contract, sender, mutant),
            commands=CommandsInProcess(self.contract, sender, mutant),
            related=related,
            auth=mutant.signed,
            owned=known,
            sleep=lambda _: None,
            most_bytes=kept_bytes(len(self.contract.operations)),
        )
        if not self._shipped:
            ask_plainly(session)
            checks = sorted(checks, key=place_in_run)
        runner = Runner(session, checks)
        return {check.id: runner.verdict(check) for check in checks}

    def _can_see(self, check: Check, mutant: Mutant) -> bool:
        """Whether a check can see a mutant: by its area and operation, and by the path where there is just one."""
        if mutant.kind is Kind.CLIENT:
            by_program = check.id.split("/")[2].startswith("cli")
            return check.area == _CLIENT and by_program is (mutant.program is not None)
        if check.area not in _SEEN_IN[mutant.kind] or check.operation not in mutant.sees:
            return False
        if not mutant.path or check.area != "response":
            return True
        path = self._paths.get(check.id, "")
        return path.startswith(mutant.path) or mutant.path.startswith(path)

    def _short_listings(self) -> tuple[WorldJob, ...]:
        """Return the resources on which broken clients are tried: lists of more than one page, the shortest of them."""
        ended = [job for job in self.world.jobs if job.ended is not None]
        return tuple(sorted(ended, key=lambda job: (len(job.training_jobs) <= _PAGE, len(job.training_jobs)))[:_FEW])

    def _showing(self, mutant: Mutant) -> tuple[WorldJob, ...]:
        """Return a few of the resources whose answers differ from the unbroken server's: ended ones, and short ones."""
        if mutant.path and mutant.path == self._showing_at[0]:
            return self._showing_at[1]
        sender = self._sender(replace(mutant, signed=False))
        differing = [job for job in self.world.jobs if any(self._differs(sender, see, job) for see in mutant.sees)]
        differing.sort(key=lambda job: (job.ended is None, not job.training_jobs, len(job.training_jobs)))
        self._showing_at = (mutant.path, tuple(differing[:_FEW]))
        return self._showing_at[1]

    def _differs(self, sender: InProcess, operation: str, job: WorldJob) -> bool:
        request = Request.call(operation, {self.contract.operations[operation].subject: job.name})
        if (operation, job.name) not in self._original_answers:
            self._original_answers[operation, job.name] = _answer(self._sender(_ORIGINAL), request)
        return _answer(sender, request) != self._original_answers[operation, job.name]

    def _sender(self, mutant: Mutant) -> InProcess:
        keys = {CREDENTIALS.access_key: CREDENTIALS.secret_key} if mutant.signed else None
        service = mutant.make(service_of(self.contract))(self.world, contract=self.contract, credentials=keys)
        return InProcess(self.contract, service, signed=mutant.signed)


def _report(verdict: Verdict) -> str:
    return " ".join(f"{verdict.reason}: {verdict.received}".split())[:_LONGEST]


def _answer(sender: InProcess, request: Request) -> bytes:
    response = sender.send(request).response
    return b"%d " % response.status + response.body if response else b""


def world() -> World:
    """Return the world that proofs are run on."""
    return load_world("default")


def every_mutant(contract: Contract) -> tuple[Mutant, ...]:
    """Return every mutant of the server of a contract with that world."""
    return mutants(contract, world())
