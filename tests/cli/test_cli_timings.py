"""`conformance run --timings`, and the line about a target that keeps every answer waiting."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

from raw_servers import Behaviour, RawServer, Received, reference

from cli.command import conformance
from conformance.suite.timings import CheckTimes, Timings

SOME = ("--select", "*/error/*", "--select", "*/protocol/body/*")
LOCAL = "http://127.0.0.1:8080"
STALLED = re.compile(r"^slow target: each answer takes (\d+) ms", re.MULTILINE)


def late() -> Behaviour:
    """Answer as the reference server does, 100 ms later: what a busy machine adds to that is little beside it."""
    answer = reference()

    def behaviour(connection: socket.socket, received: Received) -> bool:
        time.sleep(0.1)
        return answer(connection, received)

    return behaviour


def test_a_target_that_keeps_every_answer_waiting_is_reported_in_one_line(tmp_path: Path) -> None:
    with RawServer(late()) as server:
        ended = conformance("run", server.url, "--select", "*/error/*", cwd=tmp_path)
    found = STALLED.search(ended.out)
    assert found is not None, ended.said
    assert 100 <= int(found[1]) < 200
    assert "where the time went" not in ended.out


def test_the_table_says_where_the_time_went(tmp_path: Path) -> None:
    ended = conformance("run", *SOME, "--timings", cwd=tmp_path)
    table = ended.out.partition("where the time went\n")[2].partition("\n\n")[0].splitlines()
    assert [re.split(r"\s{2,}", line.strip())[0] for line in table] == [
        "start (imports, contract, checks)",
        "opening the target",
        "exchanges",
        "judging",
        "closing the target",
        "reports",
        "all else",
        "in all",
    ]
    assert all(len(line) <= 80 for line in table)
    *parts, whole = (float(re.findall(r"([\d.]+) s", line)[0]) for line in table)
    assert abs(sum(parts) - whole) < 0.1
    assert not STALLED.search(ended.out)


def test_the_table_sums_what_several_processes_did(tmp_path: Path) -> None:
    ended = conformance("run", *SOME, "--timings", "-n", "2", cwd=tmp_path)
    table = ended.out.partition("where the time went\n")[2]
    assert "exchanges, 2 processes together" in table
    assert "waiting for the processes" in table
    assert all(len(line) <= 80 for line in table.splitlines())


def test_only_answers_that_are_all_late_by_about_as_much_count_as_stalled() -> None:
    quick, late, few = [0.001] * 30, [0.044, 0.041, 0.043] * 10, [0.044] * 5
    mixed = [0.03, 0.2, 0.9] * 10
    assert Timings(processes=[CheckTimes([*quick[:2], *late])]).stall_s(LOCAL) == 0.043
    for times in (quick, few, mixed, [*quick, *late]):
        assert Timings(processes=[CheckTimes(times)]).stall_s(LOCAL) is None, times
    assert Timings(processes=[CheckTimes(late)]).stall_s("http://localhost:1/") is not None
    assert Timings(processes=[CheckTimes(late)]).stall_s("https://api.sagemaker.us-east-1.amazonaws.com") is None
