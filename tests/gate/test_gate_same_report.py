"""However a run is divided, its report is the same: processes, shards that are merged, gateways to other hosts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cli.command import Ended, conformance, report_of
from made_once import MadeOnce

from gate.hosts import Hosts, hosts_below, socket_server

pytestmark = pytest.mark.slow

_TIMES = {"started", "duration_s", "elapsed_s", "Date", "date", "x-amzn-RequestId", "command"}
"""Members that differ from run to run: times, what the server counts on, and the command line."""


def timeless(value: Any) -> Any:
    """Take the times out of a report, and the port of the server that it is about."""
    if isinstance(value, dict):
        return {name: timeless(member) for name, member in value.items() if name not in _TIMES}
    if isinstance(value, list):
        return [timeless(member) for member in value]
    if isinstance(value, str):
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", value)
        return re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "REQUEST-ID", text)
    return value


def run(targets: Path, folder: Path, *arguments: str | Path, **env: str) -> Ended:
    shared = ("--targets", targets, "--report-dir", folder)
    return conformance("run", "broken", *shared, *arguments, cwd=folder.parent, **env)


@pytest.fixture(scope="session")
def alone(made_once: MadeOnce, broken: Path) -> dict[str, Any]:
    def make(folder: Path) -> None:
        assert run(broken, folder / "alone").code == 1

    report: dict[str, Any] = timeless(report_of(made_once("gate-alone", make) / "alone"))
    return report


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    hosts = hosts_below(tmp_path / "hosts")
    hosts.add("other")
    return hosts


def assert_same(folder: Path, alone: dict[str, Any]) -> None:
    report = timeless(report_of(folder))
    assert {name: report[name] for name in report if name != "results"} == {
        name: alone[name] for name in alone if name != "results"
    }
    expected = {row["id"]: row for row in alone["results"]}
    for row in report["results"]:
        assert row == expected[row["id"]]
    assert [row["id"] for row in report["results"]] == [row["id"] for row in alone["results"]]


def test_the_report_to_compare_with_has_failures_of_all_kinds(alone: dict[str, Any]) -> None:
    failed = [row for row in alone["results"] if row["outcome"] == "failed"]
    assert {row["level"] for row in failed} == {"must", "should"}
    assert {"response", "order", "filter", "pagination"} <= {row["area"] for row in failed}


def test_two_processes_give_the_same_report(tmp_path: Path, broken: Path, alone: dict[str, Any]) -> None:
    assert run(broken, tmp_path / "two", "-n", "2").code == 1
    assert_same(tmp_path / "two", alone)


def test_three_merged_shards_give_the_same_report(tmp_path: Path, broken: Path, alone: dict[str, Any]) -> None:
    seeds: list[dict[str, str]] = [{"PYTHONHASHSEED": "1"}, {}, {}]  # without a seed of its own, a command is forked
    codes = {
        run(broken, tmp_path / f"shard-{part}", "--shard", f"{part}/3", **seed).code
        for part, seed in enumerate(seeds, 1)
    }
    assert codes == {1}
    records = [tmp_path / f"shard-{item}" for item in (2, 3, 1)]
    ended = conformance("merge", *records, "--report-dir", tmp_path / "whole", cwd=tmp_path)
    assert ended.code == 1, ended.said
    assert_same(tmp_path / "whole", alone)
    again = conformance("merge", tmp_path / "whole", "--report-dir", tmp_path / "twice", cwd=tmp_path)
    assert (again.code, "this is the record of a whole run" in again.told_without_traceback()) == (2, True)


def test_gateways_to_another_host_by_ssh_and_by_a_socket(
    tmp_path: Path, broken: Path, alone: dict[str, Any], hosts: Hosts
) -> None:
    with socket_server(hosts.python_of("other"), tmp_path / "elsewhere") as spec:
        ended = run(broken, tmp_path / "spread", f"--tx={spec}", "--tx=ssh=other", PATH=hosts.path)
    assert ended.code == 1, ended.said
    assert_same(tmp_path / "spread", alone)
    assert (hosts.root / "other" / "home" / "pyexecnetcache").is_dir()
