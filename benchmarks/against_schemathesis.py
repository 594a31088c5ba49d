"""What this suite and Schemathesis do on the same reference server: how fast, and which defects each of them catches.

    python benchmarks/against_schemathesis.py [--each N] [--repeats N] [--json]

**Speed.** One reference server, in this process, is held by `conformance run` and by Schemathesis in turn, each as a
process of its own from start to exit; the medians over the repeats are told. The server counts the requests. Each has
its own notion of a check: one of ours is one claim, on as many answers as it takes; one of Schemathesis's is one of its
checks on one answer, also where that check has nothing to look at. So requests a second stand beside checks a second.

**Defects.** Of each kind of mutant (benchmarks/mutant_kinds.py) so many, evenly spread, are served one after the other,
and both are held against each (benchmarks/mutant_trials.py). How Schemathesis is set up is told in
benchmarks/schemathesis_run.py.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import schemathesis_run
from mutant_kinds import by_kind, spread
from mutant_trials import Row, Trial, table, try_out
from run_against_floor import Cost, child

from conformance.contract.loading import load
from conformance.mutation.bench import every_mutant
from conformance.reference.http import Answer, Call
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

_NAMES = ("conformance run", "Schemathesis")
# The world is in it already: nothing has to be loaded.
_TARGETS = 'targets:\n  served:\n    endpoint_url: {url}\n    state: {{command: ["true"]}}\n'


@dataclass(frozen=True)
class Speed:
    """One tool on the unbroken server: medians, in seconds and bytes; checks as the tool counts them."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    requests: int
    checks: int


class Counting(Service):
    """The unbroken service, which counts what it is asked."""

    asked = 0

    def answer(self, call: Call) -> Answer:
        """Count, and answer."""
        self.asked += 1
        return super().answer(call)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--each", type=int, default=5, metavar="N", help="mutants of each kind (default: 5; 0: none)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="how often each is timed (default: 3)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON, with each mutant")
    options = parser.parse_args()
    started = time.perf_counter()
    contract = load()
    speeds = measure(options.repeats) if options.repeats else []
    kinds = by_kind(contract, every_mutant(contract))
    trials = list(try_out({kind: spread(mutants, options.each) for kind, mutants in kinds.items()}))
    rows = list(table(kinds, trials))
    seconds = time.perf_counter() - started
    if options.json:
        received = {
            "versions": versions(),
            "seconds": seconds,
            "speed": [asdict(item) for item in speeds],
            "defects": [asdict(row) for row in rows],
            "mutants": [asdict(item) for item in trials],
        }
        print(json.dumps(received, indent=1))
    else:
        parts = ([versions()], speed_lines(speeds), defect_lines(rows, trials), [f"All of this took {seconds:.0f} s."])
        print("\n\n".join("\n".join(part) for part in parts))


def measure(repeats: int) -> list[Speed]:
    """Hold both against one server, in turn, so that a machine that gets slower slows both."""
    runs: dict[str, list[tuple[Cost, int, int]]] = {name: [] for name in _NAMES}
    with TemporaryDirectory() as name, ReferenceServer(load_world("default"), service=Counting) as server:
        service = server.service
        if not isinstance(service, Counting):
            raise TypeError(type(service))
        for _ in range(repeats):
            for tool, once in zip(_NAMES, (run_ours, run_theirs), strict=True):
                before = service.asked
                cost, checks = once(server.endpoint_url, Path(name))
                runs[tool].append((cost, service.asked - before, checks))
    return [speed(tool, found) for tool, found in runs.items()]


def speed(tool: str, found: Sequence[tuple[Cost, int, int]]) -> Speed:
    """Return the medians of what the repeats took: costs, requests, checks."""
    costs = [cost for cost, _, _ in found]
    return Speed(
        tool,
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.cpu_seconds for cost in costs),
        int(statistics.median(cost.peak_bytes for cost in costs)),
        int(statistics.median(requests for _, requests, _ in found)),
        int(statistics.median(checks for _, _, checks in found)),
    )


def run_ours(url: str, folder: Path) -> tuple[Cost, int]:
    """Do a whole run, reports and all; give what it took, and the number of checks."""
    (folder / "targets.yaml").write_text(_TARGETS.format(url=url), encoding="utf-8")
    reports = folder / "reports"
    cost = child("-m", "conformance", "run", "served", "--report-dir", str(reports), cwd=folder)
    return cost, len(json.loads((reports / "report.json").read_text(encoding="utf-8"))["results"])


def run_theirs(url: str, folder: Path) -> tuple[Cost, int]:
    """Do a whole run of Schemathesis, without any report; give what it took, and the number of checks."""
    path = folder / "held.json"
    cost = child(str(schemathesis_run.__file__), url, "--to", str(path), cwd=folder)
    return cost, int(json.loads(path.read_text(encoding="utf-8"))["checks"])


def versions() -> str:
    """Say what was measured with."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    tools = ", ".join(f"{name} {version(name)}" for name in ("schemathesis", "hypothesis", "pytest", "requests"))
    return f"{os.cpu_count()} cores, {python}, {tools}"


def speed_lines(speeds: Sequence[Speed]) -> Iterator[str]:
    """Yield the table of speed, in Markdown."""
    yield "| | " + " | ".join(item.name for item in speeds) + " |"
    yield "|---|" + "---:|" * len(speeds)
    lines = {
        "from start to exit": [f"{item.seconds:.2f} s" for item in speeds],
        "processor, without the server's": [f"{item.cpu_seconds:.2f} s" for item in speeds],
        "requests": [f"{item.requests:,}" for item in speeds],
        "requests a second": [f"{item.requests / item.seconds:,.0f}" for item in speeds],
        "checks, as each counts them": [f"{item.checks:,}" for item in speeds],
        "checks a second": [f"{item.checks / item.seconds:,.0f}" for item in speeds],
        "peak memory": [f"{item.peak_bytes / 2**20:.0f} MiB" for item in speeds],
    }
    for name, values in lines.items():
        yield f"| {name} | {' | '.join(values)} |"


def defect_lines(rows: Sequence[Row], trials: Sequence[Trial]) -> Iterator[str]:
    """Yield the table of defects, in Markdown, and what the trials took."""
    yield "| kind of defect | there are | tried | caught by us | caught by Schemathesis |"
    yield "|---|---:|---:|---:|---:|"
    for row in rows:
        yield f"| {row.name} | {row.there_are:,} | {row.tried} | {row.ours} | {row.theirs} |"
    if not trials:
        return
    about = sum(trial.ours_about > 0 for trial in trials)
    ours = statistics.mean(trial.ours_s for trial in trials)
    theirs = statistics.mean(trial.theirs_s for trial in trials)
    yield ""
    yield f"Of ours, {about} by a check that is about what is broken."
    yield f"A mutant took ours {ours:.1f} s and Schemathesis {theirs:.1f} s, on average."


if __name__ == "__main__":
    main()
