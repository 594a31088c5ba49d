"""Servers that are correct in a way of their own fail none of the checks that could accuse them."""

from __future__ import annotations

import pytest

from faults.different import ANSWERS, DIFFERENT, Different
from faults.judging import Mode, evaluate

_CASES = [
    pytest.param(server, mode, id=f"{server}-{mode.value}")
    for server in DIFFERENT
    for mode in Mode
    if mode is Mode.EXISTING or (server.known and server.runs == ANSWERS)
]


@pytest.mark.parametrize(("server", "mode"), _CASES)
def test_a_correct_server_fails_no_must(server: Different, mode: Mode) -> None:
    judged = evaluate(server.apply, mode, server.runs)
    assert {check_id: judged.failed[check_id] for check_id in sorted(judged.musts)} == {}
    assert judged.errors == {}
