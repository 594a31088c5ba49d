"""What a whole run costs against its floor: its requests sent bare, and as many pytest items that do nothing.

    python benchmarks/run_against_floor.py [--repeats N] [--json]

Three things are timed in turn, and the medians over the repeats are told:

- the run: `conformance run` on the reference server, as a process of its own, from start to exit;
- the requests: the very requests of that run (recorded once, byte for byte but for the port), sent one after the other
  over one connection by `requests` to a reference server in the same process, each answer read to its end;
- the items: a pytest process with as many empty items as the run has checks.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.httpsession
import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from conformance.reference import ReferenceServer
from conformance.worlds import load_world

_EMPTY = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_nothing(n):\n    pass\n"


@dataclass(frozen=True)
class Sent:
    """One request of the run, without the address that it went to. A body in parts goes out in chunks."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | tuple[bytes, ...] | None


@dataclass(frozen=True)
class Result:
    """Medians, in seconds, bytes and counts."""

    checks: int
    requests: int
    run_s: float
    run_peak_bytes: int
    requests_s: float
    items_s: float

    @property
    def ratio(self) -> float:
        """How many times the floor the run takes."""
        return self.run_s / (self.requests_s + self.items_s)


def main() -> None:
    """Measure and print; or, as the child that records, run and write down what is sent."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="how often each is timed (default: 5)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.record:
        sys.exit(record(options.record))
    result = measure(max(1, options.repeats))
    print(json.dumps({**asdict(result), "ratio": result.ratio}, indent=1) if options.json else told(result))


def measure(repeats: int) -> Result:
    """Time the three in turn, so that a machine that gets slower slows all of them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sent, checks = recorded(folder)
        module = folder / "test_nothing.py"
        module.write_text(_EMPTY.format(count=checks), encoding="utf-8")
        runs, peaks, loops, items = [], [], [], []
        for _ in range(repeats):
            seconds, peak = child("-m", "conformance", "run", "--report-dir", str(folder / "reports"), cwd=folder)
            runs.append(seconds)
            peaks.append(peak)
            loops.append(bare_loop(sent))
            items.append(child("-m", "pytest", "-q", "-c", os.devnull, "--rootdir", name, str(module), cwd=folder)[0])
    return Result(
        checks,
        len(sent),
        statistics.median(runs),
        int(statistics.median(peaks)),
        statistics.median(loops),
        statistics.median(items),
    )


def recorded(folder: Path) -> tuple[list[Sent], int]:
    """Run once while everything that is sent is written down; give that, and the number of checks."""
    path = folder / "sent.pickle"
    child(__file__, "--record", str(path), cwd=folder)
    sent: list[Sent] = pickle.loads(path.read_bytes())  # noqa: S301 - our own child wrote it a moment ago
    report = json.loads((folder / "reports" / "reference" / "report.json").read_text(encoding="utf-8"))
    return sent, len(report["results"])


def child(*arguments: str, cwd: Path) -> tuple[float, int]:
    """Run Python with these arguments; give wall seconds and peak memory in bytes. Ends the program if it fails."""
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=cwd, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode} of: python {' '.join(arguments)}")
    # Linux counts kilobytes, macOS bytes.
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def bare_loop(sent: Iterable[Sent]) -> float:
    """Send the requests one after the other over one connection; give the seconds."""
    with ReferenceServer(load_world("default")) as server, requests.Session() as session:
        session.trust_env = False
        url = f"{server.endpoint_url}/"
        started = time.perf_counter()
        for one in sent:
            prepared = requests.PreparedRequest()
            prepared.method, prepared.url = one.method, url
            prepared.headers = CaseInsensitiveDict(one.headers)
            prepared.body = iter(one.body) if isinstance(one.body, tuple) else one.body  # type: ignore[assignment]
            prepared.hooks = {}
            session.send(prepared, allow_redirects=False, timeout=60).content  # noqa: B018 - reading it is the point
        return time.perf_counter() - started


def record(path: Path) -> int:
    """Do a run in this process and write down what its two clients send; give the run's exit code."""
    from conformance.cli.main import cli  # noqa: PLC0415 - only the child that records needs it

    sent: list[Sent] = []

    def note(request: Any) -> None:
        body = request.body
        if body is not None and not isinstance(body, str | bytes):
            body = tuple(body)
            request.body = iter(body)
        own = {"host"}  # the address is that of the server of the day
        headers = tuple((str(name), _text(value)) for name, value in request.headers.items() if name.lower() not in own)
        sent.append(Sent(request.method, headers, body.encode() if isinstance(body, str) else body))

    def noting(send: Any) -> Any:
        def wrapped(self: Any, request: Any, *arguments: Any, **named: Any) -> Any:
            note(request)
            return send(self, request, *arguments, **named)

        return wrapped

    HTTPAdapter.send = noting(HTTPAdapter.send)  # type: ignore[method-assign]
    botocore.httpsession.URLLib3Session.send = noting(botocore.httpsession.URLLib3Session.send)
    code = cli.main(["run"], standalone_mode=False)
    path.write_bytes(pickle.dumps(sent))
    return int(code)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def told(result: Result) -> str:
    """Give the figures in words."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("pytest", "requests", "botocore"))
    each = result.requests_s / result.requests * 1000
    item = result.items_s / result.checks * 1000
    return "\n".join(
        (
            f"{result.checks:,} checks, {result.requests:,} requests; {os.cpu_count()} cores, {python}, {versions}",
            f"a whole run             {result.run_s:6.2f} s, {result.checks / result.run_s:,.0f} checks a second",
            f"its requests, bare      {result.requests_s:6.2f} s, {each:.2f} ms each",
            f"empty pytest items      {result.items_s:6.2f} s, {item:.2f} ms each",
            f"ratio to the floor      {result.ratio:6.2f}",
            f"peak memory of the run  {result.run_peak_bytes / 2**20:6.0f} MiB",
        )
    )


if __name__ == "__main__":
    main()
