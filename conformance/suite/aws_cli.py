"""The AWS CLI in a run that was asked to call it: looked for beforehand, and led through the run's own client."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.awscli import AwsCli, AwsCliSettings, find, version_of
from conformance.targets import Kind
from conformance.wire.turns import Turns

if TYPE_CHECKING:
    from conformance.suite.stage import Plan
    from conformance.targets import OpenTarget
    from conformance.wire.session import Client


@cache
def check(choice: str) -> str:
    """Return the version of the program, empty where none was asked for.

    Raises AwsCliError where it is not there, or is something else.
    """
    program = find(choice)
    if program is None:
        return ""
    with tempfile.TemporaryDirectory() as home:
        return version_of(program, Path(home))


def led(plan: Plan, target: OpenTarget, client: Client) -> tuple[Turns, AwsCli | None]:
    """Give the client, to be shared from now on, and the program whose requests go through it."""
    turns = Turns(client)
    program = find(plan.settings.aws_cli or "")
    if program is None:
        return turns, None
    aws = plan.spec.kind is Kind.AWS
    settings = AwsCliSettings(
        program,
        "" if aws else target.endpoint_url,
        target.region,
        frozenset(plan.contract.operations),
        ca_bundle=plan.wiring.ca_bundle,
        signed=aws or plan.spec.capabilities.auth,
        # Of several processes each has only some of the checks, and nobody knows which: they begin nothing ahead.
        wanted=frozenset() if plan.processes else frozenset(check.id for check in plan.checks),
    )
    return turns, AwsCli(settings, turns.send)
