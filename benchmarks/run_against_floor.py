"""What a whole run costs against its floor: its requests sent bare, and as many pytest items that do nothing.

    python benchmarks/run_against_floor.py [--repeats N] [--json]

Three things are timed in turn, and the medians over the repeats are told, in seconds by the clock and of the processor
(user and system), which a machine that is busy with other things disturbs less:

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
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from conformance.reference.server import ReferenceServer
from conformance.wire.transport import HttpTransport
from conformance.worlds.loading import load_world

_EMPTY = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_nothing(n):\n    pass\n"


@dataclass(frozen=True)
class Sent:
    """One request of the run, without the address that it went to. A body in parts goes out in chunks."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | tuple[bytes, ...]


@dataclass(frozen=True)
class Result:
    """Medians, in seconds, bytes and counts."""

    checks: int
    requests: int
    run_s: float
    run_peak_bytes: int
    requests_s: float
    items_s: float
    run_cpu_s: float
    requests_cpu_s: float
    items_cpu_s: float

    @property
    def ratio(self) -> float:
        """How many times the floor the run takes, by the clock."""
        return self.run_s / (self.requests_s + self.items_s)

    @property
    def cpu_ratio(self) -> float:
        """How many times the floor the run takes of the processor."""
        return self.run_cpu_s / (self.requests_cpu_s + self.items_cpu_s)


@dataclass(frozen=True)
class Cost:
    """What something took: seconds by the clock, seconds of the processor, and peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int = 0


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
    print(
        json.dumps({**asdict(result), "ratio": result.ratio, "cpu_ratio": result.cpu_ratio}, indent=1)
        if options.json
        else received(result)
    )


def measure(repeats: int) -> Result:
    """Time the three in turn, so that a machine that gets slower slows all of them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sent, checks = recorded(folder)
        module = folder / "test_nothing.py"
        module.write_text(_EMPTY.format(count=checks), encoding="utf-8")
        runs, loops, items = [], [], []
        for _ in range(repeats):
            runs.append(child("-m", "conformance", "run", "--report-dir", str(folder / "reports"), cwd=folder))
            loops.append(bare_loop(sent))
            items.append(child("-m", "pytest", "-q", "-c", os.devnull, "--rootdir", name, str(module), cwd=folder))
    return Result(
        checks,
        len(sent),
        run_s=statistics.median(run.seconds for run in runs),
        run_peak_bytes=int(statistics.median(run.peak_bytes for run in runs)),
        requests_s=statistics.median(loop.seconds for loop in loops),
        items_s=statistics.median(element.seconds for element in items),
        run_cpu_s=statistics.median(run.cpu_seconds for run in runs),
        requests_cpu_s=statistics.median(loop.cpu_seconds for loop in loops),
        items_cpu_s=statistics.median(element.cpu_seconds for element in items),
    )


def recorded(folder: Path) -> tuple[list[Sent], int]:
    """Run once while everything that is sent is written down; give that, and the number of checks."""
    path = folder / "sent.pickle"
    child(__file__, "--record", str(path), cwd=folder)
    sent: list[Sent] = pickle.loads(path.read_bytes())  # noqa: S301 - our own child wrote it a moment ago
    report = json.loads((folder / "reports" / "reference" / "report.json").read_text(encoding="utf-8"))
    return sent, len(report["results"])


def child(*arguments: str, cwd: Path) -> Cost:
    """Run Python with these arguments; give what it took. Ends the program if it fails."""
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=cwd, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode} of: python {' '.join(arguments)}")
    # Linux counts kilobytes, macOS bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak)


def bare_loop(sent: Iterable[Sent]) -> Cost:
    """Send the requests one after the other over one connection; give what it took, the server's part included."""
    with ReferenceServer(load_world("default")) as server, requests.Session() as session:
        session.trust_env = False
        url = f"{server.endpoint_url}/"
        started, worked = time.perf_counter(), time.process_time()
        for element in sent:
            prepared = requests.PreparedRequest()
            prepared.method, prepared.url = element.method, url
            prepared.headers = CaseInsensitiveDict(element.headers)
            prepared.body = iter(element.body) if isinstance(element.body, tuple) else element.body  # type: ignore[assignment]
            prepared.hooks = {}
            session.send(prepared, allow_redirects=False, timeout=60).content  # noqa: B018 - reading it is the point
        return Cost(time.perf_counter() - started, time.process_time() - worked)


def record(path: Path) -> int:
    """Do a run in this process and write down what it sends, its client libraries included; give its exit code."""
    from conformance.cli.main import cli  # noqa: PLC0415 - only the child that records needs it

    sent: list[Sent] = []

    def noting(self: HttpTransport, method: str, url: str, headers: Mapping[str, str], body: Any, **rest: Any) -> Any:
        kept = body if isinstance(body, bytes) else tuple(body)
        # The address is that of the server of the day.
        own = tuple((name, value) for name, value in headers.items() if name.lower() != "host")
        sent.append(Sent(method, own, kept))
        return send(self, method, url, headers, body if isinstance(body, bytes) else iter(kept), **rest)

    send = HttpTransport.send
    HttpTransport.send = noting  # type: ignore[method-assign]
    code = cli.main(["run"], standalone_mode=False)
    path.write_bytes(pickle.dumps(sent))
    return int(code)


def received(result: Result) -> str:
    """Return the figures in words."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("pytest", "requests", "botocore"))
    each = result.requests_cpu_s / result.requests * 1000
    item = result.items_cpu_s / result.checks * 1000
    head = f"{result.checks:,} checks, {result.requests:,} requests; {os.cpu_count()} cores, {python}, {versions}"
    pace = f"{result.checks / result.run_s:,.0f} checks a second by the clock"
    rows = (
        ("a whole run", result.run_s, result.run_cpu_s, pace),
        ("its requests, bare", result.requests_s, result.requests_cpu_s, f"{each:.2f} ms of the processor each"),
        ("empty pytest items", result.items_s, result.items_cpu_s, f"{item:.2f} ms of the processor each"),
        ("ratio to the floor", result.ratio, result.cpu_ratio, ""),
    )
    return "\n".join(
        (
            head,
            f"{'':22}{'clock s':>9}{'processor s':>13}",
            *(f"{name:<22}{clock:9.2f}{cpu:13.2f}  {words}".rstrip() for name, clock, cpu, words in rows),
            f"peak memory of the run {result.run_peak_bytes / 2**20:8.0f} MiB",
        )
    )


if __name__ == "__main__":
    main()
