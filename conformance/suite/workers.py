"""Workers of pytest-xdist, on this machine or on others: what each is given, and why one can't take part."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

import conformance
from conformance.errors import ExitCode, UserError
from conformance.suite.settings import Settings
from conformance.suite.stage import Plan
from conformance.targets import Kind, OpenTarget, UnreachableError
from conformance.targets.endpoint import check_reachable
from conformance.targets.handover import spec_from_json, spec_to_json

_SAME = "install the same version of sagemaker-tuning-conformance on every host, and give --contract the same files"
HANDED_OVER = "conformance"
"""The name under which a worker finds what it is given."""
_LAST_WORDS = 300
"""Characters of what a worker said last."""


class WorkerError(UserError):
    """A worker can't take part in the run; the exit code tells whether it is a matter of use or of reach."""

    def __init__(self, problem: str, *, where: str, remedy: str, exit_code: ExitCode = ExitCode.USAGE) -> None:
        """Keep the parts; a mistake in the set-up of the worker is the default."""
        super().__init__(problem, where=where, remedy=remedy)
        self.exit_code = exit_code


def given_to(config: pytest.Config) -> Mapping[str, Any] | None:
    """Give what the process that was started handed to this worker; None in that process itself."""
    given = getattr(config, "workerinput", None)
    return cast("Mapping[str, Any]", json.loads(given[HANDED_OVER])) if given is not None else None


def is_worker(config: pytest.Config) -> bool:
    """Whether this process was started by another one to do a part of its run."""
    return hasattr(config, "workerinput")


def module(parent: pytest.Collector, path: Path) -> pytest.Module:
    """Give a module of the suite, named alike in every process of a run: each host has it in a folder of its own."""
    return pytest.Module.from_parent(parent, path=path, nodeid=f"conformance/suite/{path.name}")


def is_spread(config: Any) -> bool:
    """Tell whether a run goes to gateways that somebody named, rather than to so many processes on this machine."""
    return bool(config.getoption("tx", None)) and not config.getoption("numprocesses", None)


def isolate(spec: Any, *, of_a_command: bool) -> None:
    """Have the worker of a gateway import nothing from the folder that it starts in.

    With `of_a_command`, for `conformance run`, it also takes no settings and no plugins of pytest from its host.
    """
    if spec.popen or spec.ssh or spec.vagrant_ssh:
        program = spec.python or (shlex.quote(sys.executable) if spec.popen else "python")
        spec.python = f"{program} -P" + (" -W ignore" if of_a_command else "")
    if of_a_command:
        spec.env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}


def handed_over(plan: Plan, target: OpenTarget, *, processes: int = 1) -> str:
    """Return, as JSON in ASCII, what a worker can't find out itself. It holds the credentials: never write it down."""
    given = {
        "version": conformance.__version__,
        "processes": processes,
        "contract": plan.contract.digest,
        "host": socket.gethostname(),
        "started_here": plan.spec.launch is not None or plan.spec.kind is Kind.REFERENCE,
        "spec": spec_to_json(plan.spec),
        "target": target.to_worker(),
        "known_failures": plan.gatekeeper.to_json() if plan.gatekeeper else None,
        "checks": [check.id for check in plan.own],
    }
    return json.dumps(given)


def plan_in_worker(settings: Settings, given: Mapping[str, Any]) -> Plan:
    """Make in a worker the plan of the run, from its own installation. Raises UserError where that would be another."""
    if given["version"] != conformance.__version__:
        raise WorkerError(
            f"version {conformance.__version__} of the suite is installed here, the run has {given['version']}",
            where=_here(),
            remedy=_SAME,
        )
    spec = spec_from_json(given["spec"])
    plan = Plan.in_worker(settings, spec, given["known_failures"], processes=given["processes"])
    if plan.contract.digest != given["contract"]:
        raise WorkerError("the contract here is another than that of the run", where=_here(), remedy=_SAME)
    if [check.id for check in plan.own] != given["checks"]:
        raise WorkerError("the installation here has other checks than the run", where=_here(), remedy=_SAME)
    return plan


def target_in_worker(plan: Plan, given: Mapping[str, Any]) -> OpenTarget:
    """Take over the open target. Raises WorkerError where it can't be reached from here."""
    target = OpenTarget.in_worker(plan.spec, given["target"])
    url = target.endpoint_url
    elsewhere = given["host"] != socket.gethostname()
    if elsewhere and given["started_here"] and _is_loopback(url):
        # Something may well listen at that port here: it would be another server.
        raise _out_of_reach("the target was started on another host and listens to that host alone", url)
    try:
        check_reachable(url, timeout_s=plan.spec.limits.connect_s)
    except UnreachableError as error:
        problem = error.problem.removeprefix("the target can't be reached: ")
        raise _out_of_reach(f"the target can't be reached from here: {problem}", url) from error
    return target


def _out_of_reach(problem: str, url: str) -> WorkerError:
    remedy = "let the target listen at an address that every host reaches, and name that one as its endpoint"
    return WorkerError(problem, where=f"{url}, {_here()}", remedy=remedy, exit_code=ExitCode.TARGET_BROKE)


def refusal(error: UserError) -> dict[str, Any]:
    """Give the reason for which a worker takes no part, as JSON for the process that started it."""
    return {"problem": error.problem, "where": error.where, "remedy": error.remedy, "exit_code": int(error.exit_code)}


def refused(gateway: str, told: Mapping[str, Any]) -> WorkerError:
    """Give back the error that a worker has told."""
    return WorkerError(
        f"the worker {gateway} can't take part: {told['problem']}",
        where=told["where"],
        remedy=told["remedy"],
        exit_code=ExitCode(told["exit_code"]),
    )


def not_started(gateway: str, error: object) -> WorkerError:
    """Say that a worker never came up, in the last line that it left."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = lines[-1][:_LAST_WORDS] if lines else type(error).__name__
    return WorkerError(
        f"the worker {gateway} did not start: {last}",
        where=gateway,
        remedy="try the connection by hand; the host needs a Python with sagemaker-tuning-conformance installed "
        "(`//python=` names it)",
        exit_code=ExitCode.USAGE,
    )


def no_gateway(error: Exception) -> WorkerError:
    """Say that pytest-xdist could not reach a host, or did not understand what it was given."""
    return WorkerError(
        f"the workers can't be started: {type(error).__name__}: {error}",
        where="--tx",
        remedy="try the connection by hand, such as `ssh HOST python --version`; under pytest itself, write options as "
        "--option=value",
    )


def gateway_name(spec: object) -> str:
    """Name a gateway as its user did."""
    # What pytest-xdist adds by itself is left out.
    added = ("execmodel=", "id=", "chdir=pyexecnetcache")
    parts = [part for part in str(spec).split("//") if not part.startswith(added)]
    return "//".join(parts)


def _here() -> str:
    return f"on {socket.gethostname()}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
