"""What workers saw of a target, on its way to the process that started them, which judges all answers of the run."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

import conformance
from conformance.checks.check import Check, place_in_run
from conformance.errors import ExitCode, UserError
from conformance.session.exchanges import Crash
from conformance.session.session import TargetSession
from conformance.suite.settings import Settings
from conformance.suite.stage import Plan
from conformance.targets.endpoint import check_reachable
from conformance.targets.opening import OpenTarget, spec_from_json, spec_to_json
from conformance.targets.spec import Kind, UnreachableError
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import HeaderCase, Request, Signing

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
    """Return what the process that was started handed to this worker; None in that process itself."""
    given = getattr(config, "workerinput", None)
    return cast("Mapping[str, Any]", json.loads(given[HANDED_OVER])) if given is not None else None


def is_worker(config: pytest.Config) -> bool:
    """Whether this process was started by another one to do a part of its run."""
    return hasattr(config, "workerinput")


def module(parent: pytest.Collector, path: Path) -> pytest.Module:
    """Return a module of the suite, named alike in every process of a run: each host has it in a folder of its own."""
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


def rejection(error: UserError) -> dict[str, Any]:
    """Return the reason for which a worker takes no part, as JSON for the process that started it."""
    return {"problem": error.problem, "where": error.where, "remedy": error.remedy, "exit_code": int(error.exit_code)}


def rejected(gateway: str, received: Mapping[str, Any]) -> WorkerError:
    """Return back the error that a worker has told."""
    return WorkerError(
        f"the worker {gateway} can't take part: {received['problem']}",
        where=received["where"],
        remedy=received["remedy"],
        exit_code=ExitCode(received["exit_code"]),
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


_Packed = Sequence[Any]
"""A value of the wire as execnet takes it: tuples of plain values."""


class AnswerLog:
    """The answers that a worker has seen, each with the place in the run of the check that saw it first."""

    def __init__(self, session: TargetSession, checks: Iterable[Check]) -> None:
        """Note nothing yet; `checks` are those of the whole run."""
        self._session = session
        self._places = {check.id: place for place, check in enumerate(sorted(checks, key=place_in_run))}
        self._seen = dict.fromkeys(session.contract.operations, 0)
        self._answers: list[tuple[int, Exchange]] = []

    def note(self, check: Check) -> None:
        """Note whatever has come in since the last time as seen by this check."""
        for operation, seen in self._seen.items():
            new = self._session.answers(operation)[seen:]
            self._seen[operation] += len(new)
            self._answers += [(self._places[check.id], exchange) for exchange in new]

    def packed(self) -> dict[str, Any]:
        """Return it as plain values, each exchange once."""
        numbers: dict[int, int] = {}
        exchanges: list[_Packed] = []

        def numbered(exchange: Exchange) -> int:
            number = numbers.setdefault(id(exchange), len(exchanges))
            if number == len(exchanges):
                exchanges.append(_crossing(astuple(exchange)))
            return number

        asked = [(_packed(request), numbered(exchange)) for request, exchange in self._session.asked.items()]
        answers = [(place, numbered(exchange)) for place, exchange in self._answers]
        gone = self._session.gone
        crashes = [_crossing(astuple(crash)) for crash in self._session.crashes]
        return {
            "exchanges": exchanges, "asked": asked, "answers": answers, "gone": gone and _crossing(astuple(gone)),
            "crashes": crashes,
        }  # fmt: skip


class Gathering:
    """What several workers saw, put together in the order in which one process would have seen it."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._asked: dict[Request, Exchange] = {}
        self._answers: list[tuple[int, Exchange]] = []
        self._gone: Fault | None = None
        self._crashes: list[Crash] = []

    def hear(self, packed: Mapping[str, Any]) -> None:
        """Take what one worker saw."""
        exchanges = [_exchange(item) for item in packed["exchanges"]]
        for request, number in packed["asked"]:
            self._remember(_request(request), exchanges[number])
        self._answers += [(place, exchanges[number]) for place, number in packed["answers"]]
        self._crashes += (Crash(*item) for item in packed["crashes"])
        self._gone = self._gone or (Fault(*packed["gone"]) if packed["gone"] else None)

    def _remember(self, request: Request, exchange: Exchange) -> None:
        known = self._asked.get(request)
        if known is None or known.response is None:
            self._asked[request] = exchange

    def into(self, session: TargetSession) -> None:
        """Let a session know it all, as if it had asked itself."""
        answers = [exchange for _, exchange in sorted(self._answers, key=lambda item: item[0])]
        session.take_over(self._asked, answers, self._gone, self._crashes)


def _crossing(value: Any) -> Any:
    """Return tuples of plain values as execnet takes them: it has no way to write half of a surrogate pair."""
    if isinstance(value, tuple):
        return tuple(_crossing(item) for item in value)
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _packed(request: Request) -> _Packed:
    # execnet knows strings, and no kinds of them.
    fields = (getattr(request, field.name) for field in dataclass_fields(request))
    return tuple(
        str(item) if isinstance(item, StrEnum) else _packed(item) if isinstance(item, Request) else item
        for item in fields
    )


def _request(packed: _Packed) -> Request:
    request = Request(*packed)
    after = _request(cast("_Packed", request.after)) if request.after else None
    spelled = HeaderCase(request.header_case)
    return replace(request, signing=Signing(request.signing), after=after, header_case=spelled)


def _exchange(packed: _Packed) -> Exchange:
    operation, request, response, fault = packed
    return Exchange(
        operation,
        HttpRequest(*request),
        HttpResponse(*response) if response else None,
        Fault(*fault) if fault else None,
    )
