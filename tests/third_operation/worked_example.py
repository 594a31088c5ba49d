"""The worked example, loaded; its checks run in this process against variants of the reference server."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Verdict
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.servers import InProcess
from conformance.reference.service import Service
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "third-operation"
OPERATION = "ListHyperParameterTuningJobs"


@lru_cache(maxsize=1)
def example() -> Contract:
    return load(FOLDER)


@lru_cache(maxsize=1)
def all_three() -> Contract:
    """Return the contract that comes along with the third operation added to its two."""
    shipped, third = load(), example()
    facts = (*shipped.facts, *third.facts)
    return replace(
        shipped,
        operations={**shipped.operations, **third.operations},
        facts=facts,
        behaviours=(*shipped.behaviours, *third.behaviours),
        _facts_by_id={fact.id: fact for fact in facts},
    )


@lru_cache(maxsize=2)
def checks_of(contract_of_all: bool = False) -> tuple[Check, ...]:  # noqa: FBT001, FBT002 - a key of the cache
    """Return the checks but for those of client libraries, which need a server behind a port."""
    contract = all_three() if contract_of_all else example()
    return tuple(check for check in catalogue(contract) if check.area != "client")


@lru_cache(maxsize=1)
def world() -> World:
    return load_world("default")


def session(contract: Contract, service: type[Service] = Service, *, names: bool = False) -> TargetSession:
    """Return a session at a server of the default world; `names` tells it the tuning jobs, as a state does."""
    resources = tuple(Resource(job.name) for job in world().jobs) if names else ()
    sender = InProcess(contract, service(world()))
    return TargetSession(contract, sender, resources, related=related, sleep=lambda _: None)


def judged(service: type[Service], *, area: str = "") -> dict[str, Verdict]:
    """Return the verdicts of the example's checks on a server, by id without the operation."""
    chosen = tuple(check for check in checks_of() if area in {"", check.area})
    runner = Runner(session(example(), service), chosen)
    return {check.id.partition("/")[2]: runner.verdict(check) for check in chosen}
