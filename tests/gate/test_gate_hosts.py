"""A run over several hosts: one with a network of its own, and what is reported where a host can't take part."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command import Ended, by_id, command, conformance, ran, report_of, under_pytest
from cli.processes import first_line, running

from gate.broken_server import LIST
from gate.hosts import Hosts, Network, NoNamespacesError, hosts_below, network

pytestmark = pytest.mark.slow

SOME = (f"--select={LIST}/order", f"--select={LIST}/response", f"--select={LIST}/filter/Completed")
TESTS = Path(__file__).parents[1]


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return hosts_below(tmp_path / "hosts")


def spread(folder: Path, hosts: Hosts, *arguments: str) -> Ended:
    chosen = ("--area", "order", "--report-dir", folder / "reports")
    return conformance("run", *chosen, *arguments, cwd=folder, PATH=hosts.path)


def test_a_host_that_is_not_set_up_or_out_of_reach_is_reported(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("bare", installed=False)
    for gateways, words in (
        (
            ("--tx", "popen", "--tx", "ssh=bare"),
            (
                "ssh=bare did not start: ModuleNotFoundError",
                "needs a Python with sagemaker-tuning-conformance installed",
            ),
        ),
        (
            ("--tx", "ssh=nowhere"),
            ("error: the workers can't be started", "try the connection by hand, such as `ssh HOST python --version`"),
        ),
    ):
        ended = spread(tmp_path, hosts, *gateways)
        assert ended.code == 2
        received = ended.told_without_traceback()
        assert all(item in received for item in words)


def test_a_host_with_another_version_is_reported_while_others_are_fine(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("older")
    (hosts.suite_of("older") / "__init__.py").write_text('__version__ = "0.0.1"\n', encoding="utf-8")
    ended = spread(tmp_path, hosts, "--tx", "popen", "--tx", "ssh=older")
    assert ended.code == 2
    received = ended.told_without_traceback()
    assert "the worker ssh=older can't take part: version 0.0.1 of the suite is installed" in received
    assert "install the same version of sagemaker-tuning-conformance on every host" in received
    assert not (tmp_path / "reports" / "report.json").exists()


DIES = """

import os

_original = catalogue


def catalogue(contract):
    checks = list(_original(contract))
    place = [number for number, check in enumerate(checks) if check.area == "order"][5]
    checks[place] = replace(checks[place], run=lambda session: os._exit(9))
    return tuple(checks)
"""


def test_a_worker_that_is_lost_leaves_what_was_recorded(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("dying")
    module = hosts.suite_of("dying") / "suite" / "catalogue.py"
    module.write_text(module.read_text(encoding="utf-8") + DIES, encoding="utf-8")
    ended = spread(tmp_path, hosts, "--tx", "ssh=dying")
    assert ended.code == 3, ended.said
    report = report_of(tmp_path / "reports")
    assert not report["complete"]
    assert report["stopped"].startswith("the worker ssh=dying")


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        (("--tx", "ftp=there"), "--tx ftp=there: it names no way to a host"),
        (("--tx", "2*nonsense"), "--tx 2*nonsense: it names no way to a host"),
        (("--tx", "popen", "-n", "2"), "-n and --tx don't go together"),
    ],
)
def test_what_is_no_gateway_is_reported_before_anything_is_opened(
    arguments: tuple[str, ...], received: str, tmp_path: Path
) -> None:
    ended = conformance("run", *arguments, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert received in ended.told_without_traceback()


def test_pytest_itself_takes_gateways(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("other")
    hands = ("--dist=loadgroup", "--tx=ssh=other", "--tx=popen")
    options = (f"--select={LIST}/order", "-q", f"--report-dir={tmp_path}", *hands)
    ended = under_pytest(*options, cwd=tmp_path, PATH=hosts.path)
    assert ended.code == 0, ended.said
    assert report_of(tmp_path)["summary"]["passed"] == 24


@pytest.fixture
def two_networks(worker_id: str) -> Iterator[Network]:
    number = os.getpid() % 10_000 * 10 + int(worker_id.removeprefix("gw") if worker_id.startswith("gw") else 9) % 10
    try:
        with network(str(number)) as made:
            yield made
    except NoNamespacesError as error:
        pytest.skip(f"no network namespaces here: {error}")


@contextmanager
def serving_in(enter: str, folder: Path, address: str) -> Iterator[Path]:
    """Serve the broken server inside a namespace; give its file of targets."""
    words = [*enter.split(), sys.executable, str(TESTS / "gate" / "broken_server.py"), str(folder), address]
    kept = {**os.environ, "PYTHONPATH": os.pathsep.join((str(TESTS.parent), str(TESTS)))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with running(words, cwd=folder, env=kept, **pipes) as process:
        assert first_line(process) == "ready\n"
        yield folder / "targets.yaml"


def received(folder: Path) -> dict[str, object]:
    rows = by_id(report_of(folder)).values()
    return {row["id"]: [row[name] for name in ("outcome", "kind", "reason", "received", "rests_on")] for row in rows}


def test_two_hosts_with_networks_of_their_own_give_the_report_of_one(
    tmp_path: Path, hosts: Hosts, two_networks: Network
) -> None:
    here = two_networks.here
    hosts.add("far", enter=two_networks.there)

    def run(*arguments: str) -> Ended:
        words = [*here.split(), *command("run", "broken", *SOME, f"--targets={targets}", *arguments)]
        return ran(words, cwd=tmp_path, env={"PATH": hosts.path})

    with serving_in(here, tmp_path, two_networks.address) as targets:
        alone, both = run("--report-dir=alone"), run("--report-dir=both", "--tx=popen", "--tx=ssh=far")
    assert (alone.code, both.code) == (1, 1), alone.said + both.said
    assert received(tmp_path / "both") == received(tmp_path / "alone")
    for name in ("summary", "facts", "unknown_members"):
        assert report_of(tmp_path / "both")[name] == report_of(tmp_path / "alone")[name]
    with serving_in(here, tmp_path, "127.0.0.1") as targets:
        ended = run("--tx=popen", "--tx=ssh=far")
    assert ended.code == 3
    said = ended.told_without_traceback()
    assert "the worker ssh=far can't take part: the target can't be reached from here" in said
    assert "let the target listen at an address that every host reaches" in said
