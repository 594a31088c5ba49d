"""Servers that are correct in a way of their own fail no check of a `must`, and break none."""

from __future__ import annotations

import pytest

from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.mutation.servers import InProcess, boto3_in_process
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue, select
from conformance.worlds.loading import load_world
from faults.altered import altered
from faults.correct_servers import CORRECT

CONTRACT = load()
WORLD = load_world("default")
CHECKS = catalogue(CONTRACT)


@pytest.mark.parametrize(
    ("name", "known"),
    [(name, known) for name, server in CORRECT.items() for known in (False, True) if server.known or not known],
)
def test_a_correct_server_fails_no_must(name: str, known: bool) -> None:  # noqa: FBT001 - a row
    server = CORRECT[name]
    sender = InProcess(CONTRACT, altered(server.alter)(WORLD, contract=CONTRACT))
    resources = tuple(Resource(job.name, job if known else None, listed_known=known) for job in WORLD.jobs)
    clients = boto3_in_process(CONTRACT, sender)
    checks = select(CHECKS, server.checks)
    runner = Runner(TargetSession(CONTRACT, sender, resources, clients=clients, related=related), checks)
    verdicts = {check: runner.verdict(check) for check in checks}
    assert {check.id: item.reason for check, item in verdicts.items() if item.outcome is Outcome.ERROR} == {}
    failed = {check: item for check, item in verdicts.items() if item.outcome is Outcome.FAILED}
    assert {
        check.id: f"{item.reason}: {item.received}" for check, item in failed.items() if check.level == "must"
    } == {}
