"""This suite and Schemathesis held against the same mutants of the reference server, over HTTP, and who caught which.

Schemathesis has caught a mutant where a check fails that does not fail on the unbroken server (with two seeds), told
apart by check, operation, title and the first line of its words; it ends there. Ours has caught one where a check
fails: those that are about what is broken are run first, and where none fails all of them but those of client
libraries.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from mutant_kinds import DefectKind
from schemathesis_run import SEED, Alarm, hold, names, prepare

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.mutation.bench import Claims, every_mutant
from conformance.mutation.mutant import Mutant
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue
from conformance.wire.client import Client, Protocol
from conformance.worlds.loading import load_world


@dataclass(frozen=True)
class Trial:
    """What became of one mutant: how many of our checks failed, how many of them about it, what Schemathesis said."""

    mutant: str
    kind: DefectKind
    ours: int
    ours_about: int
    theirs: tuple[Alarm, ...]
    ours_s: float
    theirs_s: float


@dataclass(frozen=True)
class Row:
    """One kind of defect: how many there are, how many were tried, and who caught how many."""

    name: str
    there_are: int
    tried: int
    ours: int
    theirs: int


class Bench:
    """What a process needs to try mutants: all of them by id, our checks, and the alarms on the unbroken server."""

    def __init__(self) -> None:
        """Learn what Schemathesis says of the unbroken server."""
        logging.disable(logging.CRITICAL)  # mutants break the server on purpose, and it would tell of each
        self._contract = load()
        self._world = load_world("default")
        self._mutants = {mutant.id: mutant for mutant in every_mutant(self._contract)}
        self._checks = [check for check in catalogue(self._contract) if check.area != "client"]
        self._claims = Claims(self._contract)
        self._known: frozenset[Alarm] = frozenset()
        prepare(self._contract)
        with self._serving(Service) as server:
            for seed in (SEED, SEED + 1):
                self._known |= hold(self._contract, names(), server.endpoint_url, seed=seed).alarms

    def try_out(self, mutant_id: str, kind: DefectKind) -> Trial:
        """Hold both against one mutant, each against a server of its own: neither meets what the other has left."""
        mutant = self._mutants[mutant_id]
        with self._serving(mutant.make(Service)) as server:
            started = time.perf_counter()
            failed, about = self._ours(server.endpoint_url, mutant)
            ours_s = time.perf_counter() - started
        with self._serving(mutant.make(Service)) as server:
            started = time.perf_counter()
            held = hold(self._contract, names(), server.endpoint_url, until=lambda alarm: alarm not in self._known)
            theirs_s = time.perf_counter() - started
        return Trial(mutant.id, kind, failed, about, tuple(sorted(held.alarms - self._known)), ours_s, theirs_s)

    def _serving(self, service: type[Service]) -> ReferenceServer:
        return ReferenceServer(self._world, contract=self._contract, service=service)

    def _ours(self, url: str, mutant: Mutant) -> tuple[int, int]:
        """Return how many of our checks fail, and how many of those are about what is broken."""
        broken = set(mutant.breaks)
        about = self._failed(url, [check for check in self._checks if broken & self._claims.of(check)])
        return (about, about) if about else (self._failed(url, self._checks), 0)

    def _failed(self, url: str, checks: Sequence[Check]) -> int:
        service = self._contract.service
        client = Client(url, Protocol(service.signing_name, service.target_prefix, service.content_type), None)
        resources = tuple(Resource(job.name, job, listed_known=True) for job in self._world.jobs)
        runner = Runner(TargetSession(self._contract, client, resources, related=related), checks)
        failed = sum(runner.verdict(check).outcome is Outcome.FAILED for check in checks)
        client.close()
        return failed


_bench: list[Bench] = []
"""What a process of the pool has made for itself: mutants are functions, which can't be sent to it."""


def try_out(sample: Mapping[DefectKind, Sequence[Mutant]]) -> Iterator[Trial]:
    """Try every mutant of a sample, spread over processes, one a core."""
    tasks = [(mutant.id, kind) for kind, mutants in sample.items() for mutant in mutants]
    if tasks:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(_try_out, tasks)


def _try_out(task: tuple[str, DefectKind]) -> Trial:
    if not _bench:
        _bench.append(Bench())
    return _bench[0].try_out(*task)


def table(kinds: Mapping[DefectKind, Sequence[Mutant]], trials: Sequence[Trial]) -> Iterator[Row]:
    """Yield the rows: the kinds that a document has words for, their sum, the other kinds, theirs, and all."""
    for stated, words in ((True, "a document has words for it"), (False, "it has none")):
        those = [kind for kind in kinds if kind.stated is stated]
        for kind in those:
            yield _row(kind.name, len(kinds[kind]), [trial for trial in trials if trial.kind == kind])
        there_are = sum(len(kinds[kind]) for kind in those)
        yield _row(f"together: {words}", there_are, [trial for trial in trials if trial.kind.stated is stated])
    yield _row("all", sum(map(len, kinds.values())), trials)


def _row(name: str, there_are: int, trials: Sequence[Trial]) -> Row:
    ours, theirs = sum(trial.ours > 0 for trial in trials), sum(bool(trial.theirs) for trial in trials)
    return Row(name, there_are, len(trials), ours, theirs)
