"""How the cost of a run grows: with the training jobs of one tuning job, and with the facts of the contract.

    python benchmarks/growth.py [--sizes 10,100,1000,10000]

For each size a world is made in memory, with one tuning job that has so many training jobs, and the checks that look at
whole listings (order, consistency, every output fact) are run on it over HTTP, the server in the same process. Page by
page in the smallest pages is left out: the documents allow a tuning job some hundred training jobs, not 10,000.

For the facts, the checks of every output fact are judged on the same answers, with ever more of the contract's facts.
Seconds are of the processor and of the suite's own thread: the reference server, which sorts a whole listing for each
page of it, is left out. A cost that is linear grows by no more than the size does.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.reference.server import ReferenceServer
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue
from conformance.wire.client import Client, Protocol
from conformance.worlds.loading import load_world
from conformance.worlds.model import World, WorldJob

_AREAS = frozenset({"order", "consistency", "response"})
_HEADINGS = ("", "checks", "requests", "processor s", "size grows", "cost grows")


@dataclass(frozen=True)
class Point:
    """What one size came to."""

    size: int
    checks: int
    requests: int
    seconds: float
    outcomes: Counter[str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--sizes", default="10,100,1000,10000", metavar="N,N", help="training jobs (default: 10,100,1000,10000)"
    )
    options = parser.parse_args()
    contract = load()
    print("training jobs of one tuning job")
    show([by_jobs(contract, int(size)) for size in options.sizes.split(",")])
    print("\noutput facts judged, on the answers of the shipped world")
    show(list(by_facts(contract)))


def by_jobs(contract: Contract, size: int) -> Point:
    """Run the checks that look at whole listings on a tuning job with so many training jobs."""
    checks = [check for check in catalogue(contract) if check.area in _AREAS]
    return run(contract, world_of(size), checks, size)


def by_facts(contract: Contract) -> Iterator[Point]:
    """Run the checks of a quarter, a half and all of the output facts, the answers fetched before the clock starts."""
    checks = [check for check in catalogue(contract) if check.area == "response"]
    world = load_world("default")
    for share in (4, 2, 1):
        some = checks[::share]
        yield run(contract, world, some, len(some), fetched=True)


def run(contract: Contract, world: World, checks: Sequence[Check], size: int, *, fetched: bool = False) -> Point:
    """Run checks on a world served in this process; the clock starts when the answers are in if they are `fetched`."""
    service = contract.service
    protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
    with ReferenceServer(world, contract=contract) as server:
        client = Client(server.endpoint_url, protocol, None)
        resources = tuple(Resource(job.name, job, listed_known=True) for job in world.jobs)
        # A run bounds what it keeps of a target; here the listings are to come in whole.
        session = TargetSession(
            contract, client, resources, related=related, most_items=2 * size + 1_000, most_bytes=2**40
        )
        runner = Runner(session, checks)
        if fetched:
            _ = session.snapshot
        started = time.thread_time()
        outcomes = Counter(str(runner.verdict(check).outcome) for check in checks)
        seconds = time.thread_time() - started
        client.close()
    return Point(size, len(checks), client.sent, seconds, outcomes)


def world_of(size: int) -> World:
    """Return a world with one tuning job, of the richest kind that ships, with so many training jobs."""
    shipped = load_world("default")
    model = max(shipped.jobs, key=lambda job: len(job.training_jobs) if job.status == "Completed" else 0)
    return World("growth", (grown(model, size),), shipped.account, shipped.region)


def grown(model: WorldJob, size: int) -> WorldJob:
    """Return a tuning job whose training jobs are those of a model, over and over under other names."""
    of_model = model.training_jobs
    jobs = (
        replace(of_model[number % len(of_model)], name=f"{model.name[:40]}-{number:06}", arn=None)
        for number in range(size)
    )
    config = model.create["HyperParameterTuningJobConfig"]
    limits = config["ResourceLimits"] | {"MaxNumberOfTrainingJobs": size}
    create = {**model.create, "HyperParameterTuningJobConfig": {**config, "ResourceLimits": limits}}
    return replace(model, create=create, training_jobs=tuple(jobs))


def show(points: Sequence[Point]) -> None:
    """Print a table, each row against the one before."""
    print("".join(f"{heading:>13}" for heading in _HEADINGS))
    for number, point in enumerate(points):
        row = f"{point.size:>13,}{point.checks:>13,}{point.requests:>13,}{point.seconds:>13.2f}"
        if number:
            before = points[number - 1]
            row += f"{point.size / before.size:>12.1f}x{point.seconds / before.seconds:>12.1f}x"
        print(row)
    print("   " + "; ".join(f"{point.size:,}: {received(point.outcomes)}" for point in points))


def received(outcomes: Counter[str]) -> str:
    """Say how many checks came to what."""
    return ", ".join(f"{number:,} {name}" for name, number in sorted(outcomes.items()))


if __name__ == "__main__":
    main()
