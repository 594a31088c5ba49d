"""Schemathesis, held against a server of the two operations from the document that benchmarks/openapi.py makes.

    python benchmarks/schemathesis_run.py URL [--max-examples N] [--seed N] [--to FILE]

All of its checks and phases are on, as they are by default: examples, coverage, fuzzing, and stateful testing where it
finds links. What it is given next to the document is what a user who wants to get anywhere would give it:

- how a body of the content type is written and read: it is JSON, which Schemathesis can't know;
- the names of the tuning jobs that exist, as examples, and in place of most other names that keep their constraints;
- tokens that the server has given out, in place of those that keep their constraints (both: benchmarks/known_names.py);
- that a name which is unknown may be rejected although it keeps its constraints.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import schemathesis
from known_names import KnownNames
from openapi import document
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData

from conformance.contract.loading import load
from conformance.contract.model import Contract, Operation
from conformance.worlds.loading import load_world

MAX_EXAMPLES = 100
"""How many cases are made up for an operation when fuzzing: what Schemathesis does by default."""
SEED = 20_261_121
_OK = 200


class Alarm(NamedTuple):
    """What one failed check comes down to: the check, the operation, its title, and the first line of what it says.

    An error, such as a connection that was dropped, has the check `error`.
    """

    check: str
    operation: str
    title: str
    line: str


@dataclass(frozen=True)
class Held:
    """What a run came to."""

    cases: int
    """Requests that were sent and judged."""
    checks: int
    """Checks on their answers: each check on each answer counts as one."""
    alarms: frozenset[Alarm]


@dataclass(frozen=True)
class Hooks:
    """What is called around each request."""

    contract: Contract
    known_names: KnownNames

    def before(self, context: Any, case: Any) -> None:
        """Put what exists into a request."""
        if isinstance(case.body, dict):
            self.known_names.put_into(self._operation(context), case.body)

    def after(self, context: Any, case: Any, response: Any) -> None:
        """Learn the tokens of an answer."""
        if response.status_code == _OK:
            try:
                answer = json.loads(response.content)
            except ValueError:
                return
            self.known_names.learn(self._operation(context), case.body, answer)

    def counts(self, context: Any, failure: Any, case: Any) -> bool:
        """Return whether a failure counts: an unknown name is no reason to accept a request."""
        rejected = isinstance(failure, RejectedPositiveData)
        return not (rejected and self.known_names.asks_for_unknown(self._operation(context), case.body))

    def _operation(self, context: Any) -> Operation:
        return self.contract.operations[context.operation.definition.raw["operationId"]]


_hooks: list[Hooks] = []
"""Those of the run: what Schemathesis is given once stays for the whole process."""


def prepare(contract: Contract) -> None:
    """Tell Schemathesis how bodies are written and read, and what to put into requests. Once a process."""
    media_type = contract.service.content_type
    schemathesis.serializer(media_type)(_written)
    schemathesis.deserializer(media_type)(_read)
    schemathesis.hook("before_call")(_before_call)
    schemathesis.hook("after_call")(_after_call)
    schemathesis.hook("filter_failure")(_filter_failure)


def hold(  # noqa: PLR0913 - the settings of a run
    contract: Contract,
    names: Sequence[str],
    url: str,
    *,
    max_examples: int = MAX_EXAMPLES,
    seed: int = SEED,
    until: Callable[[Alarm], bool] = lambda _: False,
) -> Held:
    """Run Schemathesis against a server; it ends early after an alarm that `until` is true of."""
    _hooks[:] = [Hooks(contract, KnownNames(names))]
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": url,
            "continue-on-failure": True,
            # Failures are counted here and shown to nobody: making them small would be time for nothing.
            "generation": {"max-examples": max_examples, "no-shrink": True, "database": "none"},
        }
    )
    schema = schemathesis.openapi.from_dict(document(contract, server=url, names=names), config=config)
    stream = from_schema(schema).execute()
    cases = checks = 0
    alarms: set[Alarm] = set()
    for event in stream:
        found = set(_alarms(event))
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.interactions)
            checks += sum(len(made) for made in event.recorder.checks.values())
        alarms |= found
        if any(until(item) for item in found):
            stream.stop()
    return Held(cases, checks, frozenset(alarms))


def _alarms(event: Any) -> Iterator[Alarm]:
    if isinstance(event, events.ScenarioFinished):
        for node in itertools.chain.from_iterable(event.recorder.checks.values()):
            if node.status == Status.FAILURE:
                failure = node.failure_info.failure
                yield Alarm(node.name, failure.operation or "", failure.title, _first_line(failure.message))
    elif isinstance(event, events.NonFatalError):
        yield Alarm("error", event.label, event.info.title, "")
    elif isinstance(event, events.FatalError):
        raise event.exception


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")


def _written(_: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def _read(_: Any, response: Any) -> Any:
    return json.loads(response.content)


def _before_call(context: Any, case: Any, kwargs: Any) -> None:
    del kwargs
    _hooks[0].before(context, case)


def _after_call(context: Any, case: Any, response: Any) -> None:
    _hooks[0].after(context, case, response)


def _filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    del response
    return _hooks[0].counts(context, failure, case)


def main() -> None:
    """Run, and print the counts and the alarms as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", metavar="URL", help="the server")
    parser.add_argument("--max-examples", type=int, default=MAX_EXAMPLES, metavar="N", help="cases when fuzzing")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="seed of all chance")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write to a file instead")
    options = parser.parse_args()
    contract = load()
    prepare(contract)
    held = hold(contract, names(), options.url, max_examples=options.max_examples, seed=options.seed)
    received = json.dumps({**asdict(held), "alarms": listed(held.alarms)}, indent=1)
    if options.to:
        options.to.write_text(received, encoding="utf-8")
    else:
        print(received)


def names() -> tuple[str, ...]:
    """Return the names of the tuning jobs of the shipped world."""
    return tuple(job.name for job in load_world("default").jobs)


def listed(alarms: Iterable[Alarm]) -> list[dict[str, str]]:
    """Return alarms as JSON, in order."""
    return [alarm._asdict() for alarm in sorted(alarms)]


if __name__ == "__main__":
    main()
