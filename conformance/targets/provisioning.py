"""State by Create: the jobs of a world made through the API of the target, and removed again, those and no others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.targets.caller import Caller
from conformance.targets.errors import TargetError, UnreachableError
from conformance.targets.spec import Origin, TargetSpec
from conformance.targets.state import State, StateJob
from conformance.targets.tuning_jobs import CREATE, DELETE, IN_USE, NAME, STOP, parents_of
from conformance.wire.exchange import Exchange
from conformance.worlds import World, WorldJob

_UNKNOWN_OPERATION: Final = "UnknownOperationException"
_SILENCES: Final = 3
"""After how many requests in a row without any answer the rest is not tried."""


class Provision:
    """The making of one world at one target; it remembers what it made, also where it was interrupted."""

    def __init__(self, caller: Caller) -> None:
        """Send nothing yet."""
        self._caller = caller
        self._made: list[str] = []
        self._silences = 0

    def run(self, world: World) -> State:
        """Send one Create for each job, parents before the jobs that they warm-start; a refusal is part of the state.

        Raises UnreachableError where nobody answers any more.
        """
        done: dict[str, StateJob] = {}
        given_up = ""
        for job in _parents_first(world.jobs):
            if given_up:
                done[job.name] = StateJob(job.name, created=False, problem=f"not tried: {given_up}")
                continue
            exchange = self._caller.call(CREATE, dict(job.create))
            done[job.name] = self._outcome(job, exchange)
            given_up = self._given_up(exchange)
        jobs = tuple(done[job.name] for job in world.jobs)
        return State(Origin.CREATE, jobs, tuple(_notes(jobs, given_up)))

    def tear_down(self) -> tuple[str, ...]:
        """Delete what this run made, the last first; give the names of those that the target did not delete."""
        left: list[str] = []
        while self._made:
            name = self._made.pop()
            if not self._delete(name):
                left.append(name)
        return tuple(left)

    def _delete(self, name: str) -> bool:
        if self._caller.call(DELETE, {NAME: name}).ok:
            return True
        self._caller.call(STOP, {NAME: name})
        return self._caller.call(DELETE, {NAME: name}).ok

    def _outcome(self, job: WorldJob, exchange: Exchange) -> StateJob:
        if exchange.ok:
            self._made.append(job.name)
            return StateJob(job.name, known=job, made=True)
        if exchange.error_code == IN_USE:
            return StateJob(job.name, problem="it was there before this run, so that nothing is known of it")
        return StateJob(job.name, created=False, problem=f"Create was refused: {refusal(exchange)}")

    def _given_up(self, exchange: Exchange) -> str:
        """Say why the jobs that follow need not be tried; empty where they should be."""
        fault = exchange.fault
        if fault and fault.kind == "unreachable":
            raise UnreachableError(
                f"the target was lost while its state was made: {fault.detail}",
                where=exchange.request.url,
                remedy="see its log",
            )
        if fault and fault.kind in {"budget", "refused-by-client"}:
            return fault.detail
        self._silences = self._silences + 1 if exchange.response is None else 0
        if self._silences >= _SILENCES:
            return f"the target left {self._silences} requests in a row unanswered"
        return f"the target does not know {CREATE}" if exchange.error_code == _UNKNOWN_OPERATION else ""


def calls_of_a_world(spec: TargetSpec, world: World) -> dict[str, int]:
    """Give how many requests making the jobs of a world takes, and removing them where the target stays."""
    if spec.state.origin is not Origin.CREATE:
        return {}
    made = {CREATE: len(world.jobs)}
    return made if spec.launch else {**made, DELETE: len(world.jobs)}


def provision(caller: Caller, world: World) -> State:
    """Make the jobs of a world at a target that is thrown away afterwards. See Provision for one that is not."""
    return Provision(caller).run(world)


def refusal(exchange: Exchange) -> str:
    """Say in a line how a target did not do what it was asked."""
    if exchange.response is None:
        return exchange.fault.detail if exchange.fault else "no answer"
    if exchange.error_code:
        return f"{exchange.error_code}: {exchange.error_message}".rstrip(": ")
    return (
        f"HTTP {exchange.status} without an error code"
        if not exchange.body_problem
        else (f"HTTP {exchange.status}, {exchange.body_problem}")
    )


def _parents_first(jobs: Iterable[WorldJob]) -> list[WorldJob]:
    """Order jobs so that a parent comes before its children, and otherwise as they are."""
    by_name = {job.name: job for job in jobs}
    ordered: dict[str, WorldJob] = {}

    def place(name: str, descent: tuple[str, ...]) -> None:
        if name in descent:
            raise TargetError(
                f"the warm starts of this world go round in a circle: {', '.join(descent)}",
                remedy="take one of these parents away",
            )
        if name in ordered or name not in by_name:
            return
        for parent in parents_of(by_name[name]):
            place(parent, (*descent, name))
        ordered[name] = by_name[name]

    for name in by_name:
        place(name, ())
    return list(ordered.values())


def _notes(jobs: tuple[StateJob, ...], given_up: str) -> Iterable[str]:
    refused = [job for job in jobs if not job.created]
    found = [job for job in jobs if job.created and not job.made]
    if given_up:
        yield given_up
    if refused:
        yield f"{len(refused)} of {len(jobs)} jobs of the world are not at the target"
    if found:
        yield f"{len(found)} of {len(jobs)} jobs were at the target before this run"
