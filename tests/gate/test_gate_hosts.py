"""A run over several hosts: two with networks of their own, and what is told where a host can't take part."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command import Ended, by_id, command, conformance, ran, report_of, under_pytest
from cli.processes import first_line, running

from conformance.errors import ExitCode
from conformance.suite.known_failures import KnownFailures
from conformance.suite.plan import Plan
from conformance.suite.settings import Settings
from conformance.suite.workers import WorkerError, plan_in_worker, target_in_worker, worker_input
from gate.broken_server import LIST
from gate.hosts import Hosts, Network, NoNamespacesError, hosts_below, network, socket_server
from gate.results import TODAY, entry

pytestmark = pytest.mark.slow

ONE = ("--select", f"{LIST}/order/Name/Ascending")
SOME = (f"--select={LIST}/order", f"--select={LIST}/response", f"--select={LIST}/filter/Completed")
TESTS = Path(__file__).parents[1]


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return hosts_below(tmp_path / "hosts")


def spread(folder: Path, hosts: Hosts, *arguments: str | Path) -> Ended:
    return conformance("run", *ONE, "--report-dir", folder / "reports", *arguments, cwd=folder, PATH=hosts.path)


def test_a_host_without_the_suite_is_reported(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("bare", installed=False)
    ended = spread(tmp_path, hosts, "--tx", "popen", "--tx", "ssh=bare")
    assert ended.code == 2
    received = ended.told_without_traceback()
    assert "the worker ssh=bare did not start: ModuleNotFoundError" in received
    assert "needs a Python with sagemaker-tuning-conformance installed" in received


def test_a_host_that_nobody_reaches_is_reported(tmp_path: Path, hosts: Hosts) -> None:
    ended = spread(tmp_path, hosts, "--tx", "ssh=nowhere")
    assert ended.code == 2
    received = ended.told_without_traceback()
    assert "error: the workers can't be started" in received
    assert "try the connection by hand, such as `ssh HOST python --version`" in received


def test_a_host_with_another_version_is_reported(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("older")
    module = hosts.suite_of("older") / "__init__.py"
    module.write_text('__version__ = "0.0.1"\n', encoding="utf-8")
    ended = spread(tmp_path, hosts, "--tx", "ssh=older")
    assert ended.code == 2
    received = ended.told_without_traceback()
    assert "the worker ssh=older can't take part: version 0.0.1 of the suite is installed" in received
    assert "install the same version of sagemaker-tuning-conformance on every host" in received


def test_a_host_with_another_contract_is_reported_while_others_are_fine(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("edited")
    shapes = next((hosts.suite_of("edited") / "_contract" / "shapes").glob("*.yaml"))
    shapes.write_text(shapes.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    ended = spread(tmp_path, hosts, "--tx", "popen", "--tx", "ssh=edited")
    assert ended.code == 2
    assert "the contract here is another than that of the run" in ended.told_without_traceback()
    assert not (tmp_path / "reports" / "report.json").exists()


def test_a_worker_that_is_lost_leaves_what_was_recorded(tmp_path: Path, hosts: Hosts) -> None:
    hosts.add("dying")
    module = hosts.suite_of("dying") / "suite" / "catalogue.py"
    module.write_text(module.read_text(encoding="utf-8") + DIES, encoding="utf-8")
    ended = conformance(
        "run", "--area", "order", "--report-dir", tmp_path, "--tx", "ssh=dying", cwd=tmp_path, PATH=hosts.path
    )
    assert ended.code == 3, ended.said
    report = report_of(tmp_path)
    assert not report["complete"]
    assert report["stopped"].startswith("the worker ssh=dying")


DIES = """

import os

_original = catalogue


def catalogue(contract):
    checks = list(_original(contract))
    place = [number for number, check in enumerate(checks) if check.area == "order"][5]
    checks[place] = replace(checks[place], run=lambda session: os._exit(9))
    return tuple(checks)
"""


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


def test_known_failures_need_not_be_on_other_hosts(tmp_path: Path, broken: Path, hosts: Hosts) -> None:
    (tmp_path / "known.yaml").write_text(
        f"known_failures:\n- {{check: {LIST}/order/Status/reverse, reason: sorting is not built yet}}\n",
        encoding="utf-8",
    )
    hosts.add("other")
    with socket_server(hosts.python_of("other"), tmp_path / "elsewhere") as spec:
        ended = conformance(
            "run", "broken", "--targets", broken, "--area", "order", "--known-failures", "known.yaml", f"--tx={spec}",
            cwd=tmp_path,
        )  # fmt: skip
    assert ended.code == 0, ended.said


def test_what_is_handed_to_a_worker_is_json_and_all_that_it_needs() -> None:
    plan = Plan.of(Settings(select=(f"{LIST}/order",)))
    known = KnownFailures("known.yaml", (entry(f"{LIST}/order", expires=TODAY),))
    plan = plan.with_known_failures(known, TODAY)
    with plan.opened() as target:
        given = json.loads(worker_input(plan, target))
        again = plan_in_worker(given)
        assert [check.id for check in again.own] == [check.id for check in plan.own]
        assert again.known_failures is not None
        assert (again.known_failures.known, again.known_failures.today) == (known, TODAY)
        for name in ("name", "kind", "capabilities", "limits", "budget", "pace"):
            assert getattr(again.spec, name) == getattr(plan.spec, name)
        assert target_in_worker(again, given).endpoint_url == target.endpoint_url
        with pytest.raises(WorkerError, match="was started on another host and listens to that host alone") as caught:
            target_in_worker(again, {**given, "host": "somewhere-else"})
        assert caught.value.exit_code is ExitCode.TARGET_BROKE
    with pytest.raises(WorkerError, match="the target can't be reached from here") as caught:
        target_in_worker(again, given)
    assert "let the target listen at an address that every host reaches" in caught.value.hint


# -- two hosts with networks of their own


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


def run_in(enter: str, folder: Path, hosts: Hosts, *arguments: str | Path) -> Ended:
    return ran([*enter.split(), *command("run", "broken", *SOME, *arguments)], cwd=folder, env={"PATH": hosts.path})


def received(folder: Path) -> dict[str, object]:
    rows = by_id(report_of(folder)).values()
    return {row["id"]: [row[name] for name in ("outcome", "kind", "reason", "received", "rests_on")] for row in rows}


def test_two_hosts_with_networks_of_their_own_give_the_report_of_one(
    tmp_path: Path, hosts: Hosts, two_networks: Network
) -> None:
    here, there = two_networks.inside(two_networks.here), two_networks.inside(two_networks.there)
    hosts.add("far", enter=there)
    with serving_in(here, tmp_path, two_networks.address) as targets:
        shared = (f"--targets={targets}",)
        alone = run_in(here, tmp_path, hosts, *shared, "--report-dir=alone")
        spread = run_in(here, tmp_path, hosts, *shared, "--report-dir=spread", "--tx=popen", "--tx=ssh=far")
    assert (alone.code, spread.code) == (1, 1), alone.said + spread.said
    assert received(tmp_path / "spread") == received(tmp_path / "alone")
    for name in ("summary", "facts", "unknown_members"):
        assert report_of(tmp_path / "spread")[name] == report_of(tmp_path / "alone")[name]


def test_a_target_on_the_loopback_of_one_host_is_out_of_reach_for_the_other(
    tmp_path: Path, hosts: Hosts, two_networks: Network
) -> None:
    here, there = two_networks.inside(two_networks.here), two_networks.inside(two_networks.there)
    hosts.add("far", enter=there)
    with serving_in(here, tmp_path, "127.0.0.1") as targets:
        ended = run_in(here, tmp_path, hosts, f"--targets={targets}", "--tx=popen", "--tx=ssh=far")
    assert ended.code == 3
    said = ended.told_without_traceback()
    assert "the worker ssh=far can't take part: the target can't be reached from here" in said
    assert "let the target listen at an address that every host reaches" in said
