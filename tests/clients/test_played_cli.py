"""The played AWS CLI, by which the checks are proven, does what the real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.at_hand import DESCRIBE, LIST, aws_cli_at, contract, scene_of, sender
from conformance.clients.cli_steps import Scene, Steps
from conformance.clients.laws import CommandRun
from conformance.mutation.servers import CommandsInProcess

OWN_TOKENS = {"max-items", "resumed"}
"""Steps whose token is the client's own affair."""


@pytest.fixture(scope="module")
def real(aws_cli: Path) -> Iterator[dict[str, dict[str, CommandRun]]]:
    """Yield what the real program makes of every step."""
    program = aws_cli_at(aws_cli, sender().send)
    try:
        yield {operation: _runs(scene_of(program, operation)) for operation in (DESCRIBE, LIST)}
    finally:
        program.close()


def _runs(scene: Scene) -> dict[str, CommandRun]:
    scene.program.ahead([scene.steps[step](scene) for step in scene.steps if step not in scene.after])
    return {step: scene.ran(step) for step in scene.steps}


STEPS = [(operation, step) for operation in (DESCRIBE, LIST)
         for step in Steps(contract(), contract().operations[operation]).table]  # fmt: skip


@pytest.mark.parametrize(("operation", "step"), STEPS)
def test_it_sends_and_prints_and_ends_like_the_program(
    real: dict[str, dict[str, CommandRun]], operation: str, step: str
) -> None:
    program = real[operation][step]
    played = scene_of(CommandsInProcess(contract(), sender()), operation).ran(step)
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
