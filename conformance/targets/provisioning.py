"""State by Create: the jobs of a world made through the API of the target, and removed again, those and no others."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from conformance.targets.caller import Access, Caller
from conformance.targets.credentials import insist_on_credentials
from conformance.targets.errors import TargetError, UnreachableError
from conformance.targets.spec import Origin, TargetSpec
from conformance.targets.state import State, StateJob
from conformance.targets.tuning_jobs import CREATE, DELETE, IN_USE, NAME, STOP, parents_of
from conformance.wire.exchange import RUN_TIME, Exchange
from conformance.worlds import World, WorldJob

_UNKNOWN_OPERATION: Final = "UnknownOperationException"
_NOT_FOUND: Final = "ResourceNotFound"
_SILENCES: Final = 3
"""After how many requests in a row without any answer the rest is not tried."""
_CLIENT_ERRORS: Final = range(400, 500)
_SERVER_ERRORS: Final = range(500, 600)
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
"""Seconds between two attempts to delete what is stopping: the pause doubles up to the longest."""
_LOST: Final = frozenset({"unreachable", "budget", "refused-by-client", "credentials"})
"""Faults after which no further request has a chance."""


class Provision:
    """The making of one world at one target. It notes each name before it is sent, so that an interrupt loses none."""

    def __init__(
        self,
        caller: Caller,
        access: Access,
        *,
        on_wait: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send nothing yet. `on_wait` hears what takes long."""
        self._caller = caller
        self._access = access
        self._on_wait = on_wait
        self._sleep = sleep
        self._clock = clock
        self._made: list[str] = []
        self._silences = 0

    def run(self, world: World) -> State:
        """Send one Create for each job, parents before the jobs that they warm-start; a rejection is part of the state.

        Raises UnreachableError where the target does not answer any more.
        """
        done: dict[str, StateJob] = {}
        given_up = ""
        for job in _parents_first(world.jobs):
            if given_up:
                done[job.name] = StateJob(job.name, created=False, problem=f"not tried: {given_up}")
                continue
            self._made.append(job.name)
            exchange = self._caller.call(CREATE, dict(job.create))
            done[job.name] = self._outcome(job, exchange)
            given_up = self._given_up(exchange)
        jobs = tuple(done[job.name] for job in world.jobs)
        return State(Origin.CREATE, jobs, tuple(self._notes(jobs, given_up)))

    def tear_down(self) -> tuple[str, ...]:
        """Delete what this run made, the last first, and wait for what has to stop before it can be deleted.

        The wait ends after the seconds that one answer may take (`limits.total_s`), and with Ctrl-C. Returns lines for
        the user: what is left and the command that removes it; none where nothing is left.
        """
        left: dict[str, str] = {}
        stopping: dict[str, str] = {}
        lost = ""
        while self._made:
            name = self._made.pop()
            exchange = None if lost else self._caller.call(DELETE, {NAME: name})
            if exchange is None or not _is_gone(exchange):
                lost = lost or (_no_use(exchange) if exchange else "")
                stops = not lost and self._caller.call(STOP, {NAME: name}).ok
                (stopping if stops else left)[name] = lost or (refusal(exchange) if exchange else "")
        left |= self._delete_stopped(stopping)
        return tuple(self._leftovers(left)) if left else ()

    def _delete_stopped(self, stopping: dict[str, str]) -> Mapping[str, str]:
        """Delete jobs as soon as they have stopped; return those that are left, and why."""
        patience_s = self._access.spec.limits.total_s
        ends, pause = self._clock() + patience_s, 0.0
        if stopping:
            self._on_wait(
                f"{len(stopping)} tuning jobs to stop, so that they can be deleted (at most {patience_s:g} s)"
            )
        try:
            while stopping and self._clock() + pause <= ends:
                if pause:
                    self._sleep(pause)
                pause = min(max(2 * pause, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
                for name in list(stopping):
                    exchange = self._caller.call(DELETE, {NAME: name})
                    if _is_gone(exchange):
                        del stopping[name]
                    elif lost := _no_use(exchange):
                        return dict.fromkeys(stopping, lost)
                    else:
                        stopping[name] = refusal(exchange)
        except KeyboardInterrupt:
            return dict.fromkeys(stopping, "the wait for its stop was interrupted")
        return stopping

    def _leftovers(self, left: Mapping[str, str]) -> Iterable[str]:
        reasons = "; ".join(dict.fromkeys(left.values()))
        jobs = "1 tuning job" if len(left) == 1 else f"{len(left)} tuning jobs"
        yield f"{jobs} of this run could not be deleted from the target ({reasons})"
        yield f"to delete what is left: {self._removal(left)}"

    def _removal(self, names: Iterable[str]) -> str:
        """Return the shell line that deletes tuning jobs at the target."""
        access = self._access
        keys = "" if access.spec.capabilities.auth else "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
        where = shlex.join(["--region", access.region, "--endpoint-url", access.endpoint_url])
        command = f'aws sagemaker delete-hyper-parameter-tuning-job --hyper-parameter-tuning-job-name "$job" {where}'
        return f"for job in {shlex.join(names)}; do {keys}{command}; done"

    def _outcome(self, job: WorldJob, exchange: Exchange) -> StateJob:
        if exchange.ok:
            return StateJob(job.name, known=job, made=True)
        if exchange.error_code == IN_USE:
            self._made.remove(job.name)  # it is somebody else's
            return StateJob(job.name, problem="it was there before this run, so that nothing is known of it")
        if exchange.status in _CLIENT_ERRORS:
            self._made.remove(job.name)
            return StateJob(job.name, created=False, problem=f"Create was rejected: {refusal(exchange)}")
        if exchange.response is None:
            return StateJob(job.name, created=False, problem=f"Create was not answered: {refusal(exchange)}")
        what = "failed with a server error" if exchange.status in _SERVER_ERRORS else "was answered in no known form"
        return StateJob(job.name, created=False, problem=f"Create {what}: {refusal(exchange)}")

    def _given_up(self, exchange: Exchange) -> str:
        """Say why the jobs that follow need not be tried; empty where they should be."""
        fault = exchange.fault
        insist_on_credentials(exchange, self._access.spec)
        if fault and fault.kind == "unreachable":
            raise UnreachableError(
                f"the target was lost while its state was made: {fault.detail}",
                where=exchange.request.url,
                remedy="see its log",
            )
        if fault and fault.kind in {"budget", "refused-by-client", RUN_TIME}:
            return fault.detail
        self._silences = self._silences + 1 if exchange.response is None else 0
        if self._silences >= _SILENCES:
            return f"the target left {self._silences} requests in a row unanswered"
        return f"the target does not know {CREATE}" if exchange.error_code == _UNKNOWN_OPERATION else ""

    def _notes(self, jobs: tuple[StateJob, ...], given_up: str) -> Iterable[str]:
        missing = [job for job in jobs if not job.created]
        found = [job.name for job in jobs if job.created and not job.made]
        if given_up:
            yield given_up
        if missing:
            yield f"{len(missing)} of {len(jobs)} jobs of the world are not at the target"
        if found:
            yield (
                f"{len(found)} of {len(jobs)} jobs were at the target before this run, and less can be judged of them. "
                f"If an earlier run has left them, delete them first: {self._removal(found)}"
            )


def calls_of_a_world(spec: TargetSpec, world: World) -> dict[str, int]:
    """Give how many requests making the jobs of a world takes, and removing them where the target stays."""
    if spec.state.origin is not Origin.CREATE:
        return {}
    made = {CREATE: len(world.jobs)}
    return made if spec.launch else {**made, DELETE: len(world.jobs)}


def _is_gone(exchange: Exchange) -> bool:
    """Whether a Delete has done its work, or found that there is nothing to do."""
    return exchange.ok or exchange.error_code == _NOT_FOUND


def _no_use(exchange: Exchange) -> str:
    """Say why no Delete of another job can succeed either; empty where it may."""
    fault = exchange.fault
    if fault and fault.kind in _LOST:
        return fault.detail
    return f"the target does not know {DELETE}" if exchange.error_code == _UNKNOWN_OPERATION else ""


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
