"""Real HTTP changes nothing: behind a port, a broken server fails the same checks as in this process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.clients.boto3_client import Boto3Client
from conformance.contract.loading import load
from conformance.mutation.collection import mutants
from conformance.mutation.mutant import Mutant
from conformance.mutation.servers import CREDENTIALS, URL, InProcess
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.session.session import Resource, Sender, TargetSession
from conformance.suite.catalogue import catalogue, select
from conformance.wire.client import Client, Protocol
from conformance.worlds.loading import load_world
from faults.altered import DESCRIBE, LIST, Alter, Forward, Members, altered, answered, asked_of, on_answer, on_request

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

CONTRACT = load()
WORLD = load_world("default")
JOBS = ("churn-57-in-all-statuses", "exactly-ten", "eleven-is-a-page-and-one", "two-algorithms", "random-until-target")
_STATUS = f"{DESCRIBE}/output/HyperParameterTuningJobStatus"

MUTANTS = {
    f"{_STATUS}/left-out": f"{DESCRIBE}/response",
    "counters/TrainingJobStatusCounters.Completed-one-too-many": f"{DESCRIBE}/consistency",
    "errors/bad-input-is-ValidationException-422": f"{DESCRIBE}/request",
    "errors/html-page": "*/error",
    "filters/ignored": f"{LIST}/filter",
    "order/always-ascending": f"{LIST}/order",
    "pages/drops-its-last-item": f"{LIST}/pagination/default",
    "protocol/any-method": "*/protocol/method",
    "protocol/json-content-type": "*/protocol/answer",
    "protocol/no-request-id": "*/protocol/answer",
    "protocol/unsigned-let-in": "*/protocol/signature",
    "training-jobs/another-tuning-job": f"{LIST}/consistency",
}
"""Mutants of every kind, and the checks that look at what they break."""


def _empty_token(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer["NextToken"] = ""


def _fall_by_default_under_a_key(asked: Members) -> None:
    if asked.get("SortBy") is not None:
        asked.setdefault("SortOrder", "Descending")


def _creation_zero(_: Members, answer: Members) -> None:
    answer["CreationTime"] = 0


def _break_on_an_unknown_member(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call, DESCRIBE, LIST)
    if asked is not None and isinstance(asked.get("NoSuchMember"), list):
        return answered(forward(call), {"__type": "InternalFailure"}, 500)
    return forward(call)


DEFECTS: dict[str, tuple[Alter, str]] = {
    "tokens-are-empty": (on_answer(_empty_token, LIST), f"{LIST}/pagination/token/string"),
    "the-order-falls-by-default-under-a-key": (
        on_request(LIST, _fall_by_default_under_a_key),
        f"{LIST}/order/Name/default-direction",
    ),
    "a-tuning-job-was-created-in-1970": (
        on_answer(_creation_zero, DESCRIBE),
        f"{DESCRIBE}/consistency/plausible-times",
    ),
    "an-unknown-member-breaks-the-server": (_break_on_an_unknown_member, "*/protocol/body/nested-200"),
}
"""Defects that fail checks that no mutant fails."""


@cache
def every_mutant() -> dict[str, Mutant]:
    return {mutant.id: mutant for mutant in mutants(CONTRACT, WORLD)}


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(CONTRACT)


def session(
    sender: Sender, *, known: bool, signed: bool, jobs: tuple[str, ...], endpoint_url: str = ""
) -> TargetSession:
    resources = tuple(
        Resource(job.name, job if known else None, listed_known=known)
        for job in WORLD.jobs
        if job.name in jobs or not jobs
    )
    keys = CREDENTIALS if signed else None
    clients = Boto3Client(
        endpoint_url or URL, CONTRACT.service, keys, region="us-east-1", operations=CONTRACT.operations
    )
    return TargetSession(CONTRACT, sender, resources, clients=clients, related=related, auth=signed)


def failed_over_http(
    service: type[Service], pattern: str, *, signed: bool = False, known: bool = False, jobs: tuple[str, ...] = JOBS
) -> dict[str, str]:
    """Return the checks that fail on a server behind a port, or break, and what they say."""
    keys = CREDENTIALS if signed else None
    with ReferenceServer(WORLD, contract=CONTRACT, credentials=_keys(signed=signed), service=service) as server:
        url, spoken = server.endpoint_url, CONTRACT.service
        client = Client(url, Protocol(spoken.signing_name, spoken.target_prefix, spoken.content_type), keys)
        return failed(session(client, known=known, signed=signed, jobs=jobs, endpoint_url=url), pattern)


def failed(at: TargetSession, pattern: str) -> dict[str, str]:
    chosen = select(checks(), [pattern])
    runner = Runner(at, chosen)
    verdicts = {check.id: runner.verdict(check) for check in chosen}
    bad = {Outcome.FAILED, Outcome.ERROR}
    return {name: f"{item.reason}: {item.received}" for name, item in verdicts.items() if item.outcome in bad}


def _keys(*, signed: bool) -> dict[str, str] | None:
    return {CREDENTIALS.access_key: CREDENTIALS.secret_key} if signed else None


@pytest.mark.parametrize("known", [True, False], ids=["known", "existing"])
def test_the_original_is_not_accused(known: bool) -> None:  # noqa: FBT001 - a row
    assert failed_over_http(Service, "*", known=known, jobs=()) == {}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_fails_the_same_checks_behind_a_port(name: str) -> None:
    mutant, pattern = every_mutant()[name], MUTANTS[name]
    broken, signed = mutant.make(Service), mutant.signed
    service = broken(WORLD, contract=CONTRACT, credentials=_keys(signed=signed))
    sender = InProcess(CONTRACT, service, signed=signed)
    in_process = failed(session(sender, known=False, signed=signed, jobs=JOBS), pattern)
    assert in_process
    assert failed_over_http(broken, pattern, signed=signed) == in_process


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_that_is_no_mutant_is_caught_behind_a_port(name: str) -> None:
    alter, pattern = DEFECTS[name]
    assert failed_over_http(altered(alter), pattern)
