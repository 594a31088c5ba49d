"""The checks run on a proxied server without a pytest of its own: one catalogue, a session for each server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from conformance.checks.check import Check, matches
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.clients.boto3_client import Boto3Client
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue
from conformance.wire.client import Client, Protocol
from conformance.wire.signing import Credentials
from conformance.worlds.loading import load_world
from conformance.worlds.model import World
from faults.fault import Apply
from faults.proxy import KEYS, proxied


class Mode(Enum):
    """What is known of the server's state."""

    KNOWN = "known"
    """The world, as on a target that was filled with it."""
    EXISTING = "existing"
    """The names of its tuning jobs and nothing else, as on a URL that is only read."""


@dataclass(frozen=True)
class Judged:
    """What a run over a server came to: the ids of checks that failed, and what each said.

    `behind` are those that were not judged because one of the failed checks is closer to the cause.
    """

    failed: dict[str, str]
    behind: frozenset[str]
    musts: frozenset[str]
    errors: dict[str, str]

    def seen_by(self, pattern: str) -> list[str]:
        """Return the checks that a pattern selects and that failed, or are reported by one that did."""
        return [check_id for check_id in (*self.failed, *self.behind) if matches(pattern, check_id)]


@lru_cache(maxsize=1)
def contract() -> Contract:
    """Return the contract, read once."""
    return load()


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """Return every check, made once."""
    return catalogue(contract())


@lru_cache(maxsize=1)
def world() -> World:
    """Return the world that the servers hold."""
    return load_world("default")


def selected(patterns: Iterable[str] | None) -> tuple[Check, ...]:
    """Return the checks that any of the patterns selects, in order; None selects all."""
    if patterns is None:
        return checks()
    wanted = {check_id for pattern in patterns for check_id in _of(pattern)}
    return tuple(check for check in checks() if check.id in wanted)


@cache
def _of(pattern: str) -> frozenset[str]:
    return frozenset(check.id for check in checks() if matches(pattern, check.id))


def evaluate(
    apply: Apply,
    mode: Mode,
    patterns: Iterable[str] | None = None,
    *,
    signed: bool = False,
    jobs: tuple[str, ...] = (),
) -> Judged:
    """Run the selected checks over a server that is proxied through a fault; `jobs` are those looked at, or all."""
    chosen = selected(patterns)
    with proxied(world(), contract(), apply, signed=signed) as endpoint_url:
        runner = Runner(session(endpoint_url, mode, signed=signed, jobs=jobs), chosen)
        verdicts = {check: runner.verdict(check) for check in chosen}
    failed = {check: verdict for check, verdict in verdicts.items() if verdict.outcome is Outcome.FAILED}
    return Judged(
        failed={check.id: f"{verdict.reason}: {verdict.received}"[:300] for check, verdict in failed.items()},
        behind=frozenset(
            check.id
            for check, verdict in verdicts.items()
            if verdict.kind == "behind" and any(verdict.reason.endswith(f": see {closer.id}") for closer in failed)
        ),
        musts=frozenset(check.id for check in failed if check.level == "must"),
        errors={check.id: item.reason for check, item in verdicts.items() if item.outcome is Outcome.ERROR},
    )


def session(endpoint_url: str, mode: Mode, *, signed: bool, jobs: tuple[str, ...]) -> TargetSession:
    """Put a session together as a run does."""
    service = contract().service
    keys = Credentials(*next(iter(KEYS.items()))) if signed else None
    protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
    known = mode is Mode.KNOWN
    return TargetSession(
        contract(),
        Client(endpoint_url, protocol, keys),
        tuple(
            Resource(job.name, job if known else None, listed_known=known)
            for job in world().jobs
            if job.name in jobs or not jobs
        ),
        clients=Boto3Client(endpoint_url, service, keys, region="us-east-1", operations=contract().operations),
        related=related,
        auth=signed,
    )
