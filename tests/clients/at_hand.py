"""A service in this process, and clients whose requests are led to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from conformance.checks.tuning.answers import related
from conformance.clients.awscli import AwsCli, AwsCliSettings
from conformance.clients.boto3_client import Boto3Client
from conformance.clients.cli_commands import SharedCommands
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.servers import URL, CommandsInProcess, InProcess
from conformance.reference.service import Service
from conformance.session.session import Resource, TargetSession
from conformance.wire.exchange import Exchange, Headers, HttpRequest, HttpResponse
from conformance.wire.request import OutgoingRequest, Request
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


@cache
def contract() -> Contract:
    return load()


@cache
def world() -> World:
    return load_world("default")


def sender() -> InProcess:
    return InProcess(contract(), Service(world(), contract=contract()))


def session_with(program: AwsCli | CommandsInProcess) -> TargetSession:
    resources = tuple(Resource(job.name) for job in world().jobs)
    return TargetSession(contract(), sender(), resources, commands=program, related=related)


def commands_of(session: TargetSession, operation: str) -> SharedCommands:
    return SharedCommands(session, contract().operations[operation])


def aws_cli_at(program: Path, send: Callable[[Request], Exchange], *, time_s: float = 60.0) -> AwsCli:
    """Return the program with its requests led to a function."""
    operations = frozenset(contract().operations)
    return AwsCli(AwsCliSettings(program, "http://127.0.0.1:4566", "us-east-1", operations, time_s=time_s), send)


def boto3_at(status: int, body: bytes, headers: Headers = ()) -> Boto3Client:
    """Return boto3 at a server that answers everything alike."""

    def relay(outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        return Exchange(outgoing.operation, shown, HttpResponse(status, headers, body, 0.0))

    operations = contract().operations
    return Boto3Client(URL, contract().service, None, region="us-east-1", operations=operations, relay=relay)
