"""What a run has seen beside the rows of its checks: answers with content, unknown members, the end of the target."""

from __future__ import annotations

import pytest

from conformance.catalogue.answer_checks import sightings
from conformance.catalogue.exchanges import Crash
from conformance.contract import Operation
from conformance.errors import UserError
from conformance.suite.judgement import BENCH, TARGET
from conformance.suite.timings import Judging
from conformance.wire.exchange import Exchange


def unknown_members(config: pytest.Config) -> list[str]:
    """Give the members that answers carried and the contract does not know."""
    bench = config.stash.get(BENCH, None)
    if bench is None:
        return []
    lab = bench.lab
    return sorted(
        f"{operation.name}.{path}"
        for operation in lab.contract.operations.values()
        for path in sightings(lab, operation).unknown
    )


def crashes(config: pytest.Config) -> list[Crash]:
    """Return the requests after which the server was gone."""
    bench = config.stash.get(BENCH, None)
    return [] if bench is None else bench.lab.crashes


def answered(config: pytest.Config) -> list[str]:
    """Return the operations that were answered with content: a resource, or a listing that has an item."""
    bench = config.stash.get(BENCH, None)
    if bench is None:
        return []
    operations = bench.lab.contract.operations.values()
    return [one.name for one in operations if any(_has_content(one, each) for each in bench.lab.answers(one.name))]


def _has_content(operation: Operation, exchange: Exchange) -> bool:
    answer = exchange.answer or {}
    return bool(answer.get(operation.pagination.result) if operation.pagination else answer)


def judging(config: pytest.Config) -> list[Judging]:
    """Give what this process spent on checks, where it had any."""
    bench = config.stash.get(BENCH, None)
    return [bench.judging] if bench is not None and bench.judging.checks_s else []


def why_gone(config: pytest.Config) -> str:
    """Say why the target was given up; empty where it was not. A launched server that died tells it better itself."""
    bench = config.stash.get(BENCH, None)
    if bench is None or bench.lab.gone is None:
        return ""
    try:
        config.stash[TARGET].check_alive()
    except UserError as error:
        return f"{error.problem}: {bench.lab.gone.detail}"
    return bench.lab.gone.detail
