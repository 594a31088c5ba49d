"""The played AWS CLI, by which the checks are proven, does what the real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clients.at_hand import DESCRIBE, LIST, aws_cli_at, commands_of, contract, sender, session_with
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.clients.cli_commands import SharedCommands, steps_of
from conformance.clients.laws import CommandRun
from conformance.mutation.servers import CommandsInProcess
from conformance.session.session import TargetSession
from conformance.suite.catalogue import catalogue

OWN_TOKENS = {"max-items", "resumed"}
"""Steps whose token is the client's own affair."""


pytestmark = pytest.mark.slow


class Real(NamedTuple):
    """What the real program made of every step, in the session that remembers it."""

    session: TargetSession
    runs: dict[str, dict[str, CommandRun]]


@pytest.fixture(scope="module")
def real(aws_cli: Path) -> Iterator[Real]:
    """Yield the session in which the real program has been called once for each step."""
    program = aws_cli_at(aws_cli, sender().send)
    session = session_with(program)
    try:
        yield Real(session, {operation: _runs(commands_of(session, operation)) for operation in (DESCRIBE, LIST)})
    finally:
        program.close()


def test_the_real_program_passes_every_check_on_the_reference_server(real: Real) -> None:
    checks = [check for check in catalogue(contract()) if "/client/cli/" in check.id]
    runner = Runner(real.session, checks)
    verdicts = {check.id: runner.verdict(check) for check in checks}
    assert len(verdicts) > 30
    assert {name: item.reason for name, item in verdicts.items() if item.outcome is not Outcome.PASSED} == {}
    of_the_client = {fact.id for fact in contract().facts if "/input/--" in fact.id}
    assert of_the_client
    assert of_the_client <= {fact for check in checks for fact in check.facts}


def _runs(commands: SharedCommands) -> dict[str, CommandRun]:
    steps = steps_of(commands.operation)
    commands.program.ahead([commands.command(name) for name, step in steps.items() if not step.after])
    return {step: commands.ran(step) for step in steps}


STEPS = [(name, step) for name in (DESCRIBE, LIST) for step in steps_of(contract().operations[name])]


@pytest.mark.parametrize(("operation", "step"), STEPS)
def test_it_sends_and_prints_and_ends_like_the_program(real: Real, operation: str, step: str) -> None:
    program = real.runs[operation][step]
    played = commands_of(session_with(CommandsInProcess(contract(), sender())), operation).ran(step)
    assert (played.status == 0) == (program.status == 0), program.ended
    assert [_sent(item) for item in played.exchanges] == [_sent(item) for item in program.exchanges]
    assert _shape(played.printed, own=step in OWN_TOKENS) == _shape(program.printed, own=step in OWN_TOKENS)


def _sent(exchange: Any) -> tuple[str, dict[str, Any]]:
    return exchange.operation, exchange.input


def _shape(printed: dict[str, Any] | None, *, own: bool) -> Any:
    """Return what was printed: of a sample its member names, of the client's own token that there is one."""
    if printed is None:
        return None
    if "KeyName" in json.dumps(printed) or "MaxResults" in printed:
        return sorted(_names(printed))
    return {name: bool(value) if own and name == "NextToken" else value for name, value in printed.items()}


def _names(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield f"{path}.{name}"
            yield from _names(member, f"{path}.{name}")
    for item in value if isinstance(value, list) else ():
        yield from _names(item, f"{path}[]")
