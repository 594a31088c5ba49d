"""What servers score that answer without having understood anything.

    python benchmarks/null_servers.py [--json]

Each server is held against every check but those of client libraries, in this process and without a socket. A check
counts as exercised where it came to a verdict: passed, failed, or the target broke. Checks that were put aside because
one finding speaks for them all (the target answers everything alike, say) count as skipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.servers import (
    Answer,
    Answered,
    closing,
    constant,
    echo,
    rejecting,
    right,
    session_at,
    with_every_list_empty,
)
from conformance.suite.catalogue import catalogue
from conformance.wire.exchange import Fault
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

_DESCRIBE = "DescribeHyperParameterTuningJob"
_LIST = "ListTrainingJobsForHyperParameterTuningJob"
_ANOTHER = "churn-57-in-all-statuses"
_OK = 200


def _canned(operation: str) -> Answered | Fault:
    return right()(Request.call(operation, {"HyperParameterTuningJobName": _ANOTHER}))


def canned() -> Answer:
    """Return one good answer, the description of one job, to everything."""
    answer = _canned(_DESCRIBE)
    return lambda _: answer


def canned_by_operation() -> Answer:
    """Return to each operation one good answer, whatever is asked for, and refuse rightly what aims elsewhere."""
    answers = {name: _canned(name) for name in (_DESCRIBE, _LIST)}
    otherwise = right()

    def answer(request: Request) -> Answered | Fault:
        got = otherwise(request)
        aimed = request.target in {None, f"SageMaker.{request.operation}"} and request.body.startswith(b"{")
        return answers[request.operation] if aimed else got

    return answer


SERVERS: dict[str, Callable[[], Answer]] = {
    "200 `{}`": lambda: constant(_OK, {}),
    "200, one good answer of another job": canned,
    "200, one good answer for each operation; nonsense refused rightly": canned_by_operation,
    "400 `ValidationException`": lambda: rejecting("ValidationException"),
    "400 `ResourceNotFound`": lambda: rejecting("ResourceNotFound"),
    "500": lambda: rejecting("InternalFailure", 500),
    "echo of the request": lambda: echo,
    "closes the connection at once": lambda: closing,
    "right, but every list is empty": with_every_list_empty,
    "right (the reference, to compare)": right,
}
"""The servers of the table, by what they answer to everything."""


@dataclass(frozen=True)
class Score:
    """What one server came to, in checks of level must; `passed_ids` names those that passed."""

    server: str
    passed: int
    failed: int
    broke: int
    skipped: int
    conforms: bool
    passed_ids: tuple[str, ...]

    @property
    def exercised(self) -> int:
        """How many checks came to a verdict."""
        return self.passed + self.failed + self.broke

    @property
    def share(self) -> float:
        """The share of the exercised checks that passed; 0 where none was exercised."""
        return self.passed / self.exercised if self.exercised else 0.0


def score(server: str, contract: Contract) -> Score:
    """Hold one server against every check that needs no client library, its jobs known to exist and no more."""
    session = session_at(contract, SERVERS[server](), load_world("default").jobs)
    checks = [check for check in catalogue(contract) if check.area != "client"]
    runner = Runner(session, checks)
    outcomes = {check.id: runner.verdict(check).outcome for check in checks if check.level == "must"}
    counts = Counter(outcomes.values())
    passed, failed, broke = counts[Outcome.PASSED], counts[Outcome.FAILED], counts[Outcome.ERROR]
    ids = tuple(item for item, outcome in outcomes.items() if outcome is Outcome.PASSED)
    conforms = passed > 0 and failed == broke == 0
    return Score(server, passed, failed, broke, counts[Outcome.SKIPPED], conforms, ids)


def table(scores: list[Score]) -> str:
    """Write the table in Markdown."""
    lines = [
        "| every request is answered with | exercised | passed | failed | broke | skipped | share passed | conforms |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {item.server} | {item.exercised:,} | {item.passed:,} | {item.failed:,} | {item.broke:,} | {item.skipped:,} "
        f"| {item.share:.1%} | {'yes' if item.conforms else 'no'} |"
        for item in scores
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 where anything but the reference conforms."""
    parser = argparse.ArgumentParser(description="What servers score that have understood nothing.")
    parser.add_argument("--json", action="store_true", help="print JSON, with the ids of the checks that passed")
    options = parser.parse_args()
    contract = load()
    scores = [score(server, contract) for server in SERVERS]
    if options.json:
        print(
            json.dumps([asdict(item) | {"exercised": item.exercised, "share": item.share} for item in scores], indent=2)
        )
    else:
        print(table(scores))
    return int(any(item.conforms for item in scores[:-1]) or not scores[-1].conforms)


if __name__ == "__main__":
    sys.exit(main())
