"""A service in this process, and clients whose requests are led to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from conformance.awscli import AwsCli, AwsCliSettings
from conformance.catalogue.cli_calls import Scene
from conformance.catalogue.cli_steps import AFTER, Steps
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.client_session import ClientSession
from conformance.catalogue.lab import Lab, Resource
from conformance.contract import Contract, load
from conformance.proof.clients import CommandsInProcess
from conformance.proof.sender import URL, InProcess
from conformance.reference import Service
from conformance.tuning.related import related
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse
from conformance.wire.request import Request
from conformance.wire.sending import Sending
from conformance.worlds import World, load_world

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


def lab_with(program: AwsCli | CommandsInProcess) -> Lab:
    resources = tuple(Resource(job.name) for job in world().jobs)
    return Lab(contract(), sender(), resources, commands=program, related=related)


def scene_of(program: AwsCli | CommandsInProcess, operation: str) -> Scene:
    steps = Steps(contract(), contract().operations[operation])
    return Scene(lab_with(program), program, operation, steps.table, AFTER, {})


def aws_cli_at(program: Path, send: Callable[[Request], Exchange], *, time_s: float = 60.0) -> AwsCli:
    """Give the program with its requests led to a function."""
    operations = frozenset(contract().operations)
    return AwsCli(AwsCliSettings(program, "http://127.0.0.1:4566", "us-east-1", operations, time_s=time_s), send)


def boto3_at(status: int, body: bytes) -> ClientLab:
    """Give boto3 at a server that answers everything alike."""

    def relay(sending: Sending, shown: HttpRequest) -> Exchange:
        return Exchange(sending.operation, shown, HttpResponse(status, (), body, 0.0))

    session = ClientSession(URL, contract().service, None, region="us-east-1", relay=relay)
    return ClientLab(session, frozenset(contract().operations))
