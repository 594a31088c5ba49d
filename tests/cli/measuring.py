"""A whole run as a process of its own, its work and memory watched: how long it takes is a matter of the machine."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from raw_servers import RawServer

from cli.command import command, report_of, write_targets
from cli.processes import running

LIMITS = "{connect_s: 5, read_s: 10, total_s: 10}"
IMPATIENT = "{connect_s: 5, read_s: 2, total_s: 0.5}"
MOST_BYTES = 300_000_000
MOST_CPU_S = 120.0
MOST_REQUESTS = 20_000
_KIB = 1 if sys.platform == "darwin" else 1024
_WATCH = """
import os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as told:
    told.write(f"{usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process that starts the one to be measured: of the child of a large one the system tells that one's peak."""


@dataclass(frozen=True)
class Measured:
    """A run that has ended: exit code, peak memory in bytes, seconds of computing, requests, folder of reports."""

    code: int
    peak_bytes: int
    cpu_s: float
    requests: int
    folder: Path

    @property
    def findings(self) -> dict[str, dict[str, str]]:
        rows = report_of(self.folder)["results"]
        return {row["id"]: row for row in rows if row["outcome"] in {"failed", "error"}}


def measured(server: RawServer, folder: Path, *arguments: str, limits: str = LIMITS) -> Measured:
    """Run on a server, and see what the run took; its record is whole."""
    write_targets(folder, mine=f"{{endpoint_url: '{server.url}', limits: {limits}}}")
    with (folder / "said").open("wb") as said:
        words = command("run", "mine", "--report-dir", "out", *arguments)
        watch = [sys.executable, "-I", "-S", "-c", _WATCH, str(folder / "peak"), *words]
        with running(watch, cwd=folder, stdout=said, stderr=said) as process:
            code = process.wait()
    assert b"Traceback" not in (folder / "said").read_bytes()
    lines = (folder / "out" / "run.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["type"] for line in (lines[0], lines[-1])] == ["header", "footer"]
    peak, cpu_s = (folder / "peak").read_text(encoding="ascii").split()
    return Measured(code, int(peak) * _KIB, float(cpu_s), len(server.received), folder / "out")


def within_bounds(run: Measured) -> None:
    assert run.peak_bytes < MOST_BYTES, f"{run.peak_bytes / 1e6:.0f} MB"
    assert run.cpu_s < MOST_CPU_S
    assert run.requests < MOST_REQUESTS
    assert "suite-error" not in {row["kind"] for row in run.findings.values()}
