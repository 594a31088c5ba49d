"""What a fault is: one thing that a server does wrong, what it breaks, and which checks must see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.reference.http import Answer, Call

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
EVERY = "*"
"""In the place of an operation: both of them."""

Members = dict[str, Any]
Forward = Callable[[Call], Answer]
"""Sends a call on to the server behind, and gives its answer."""
Apply = Callable[[Call, Forward], Answer]
"""What a faulty proxy makes of a call."""

_OK = 200


@dataclass(frozen=True)
class Fault:
    """One fault.

    `breaks` is the id of the fact or behaviour that it breaks. Each pattern of `shows` must have a failed check. `runs`
    are the patterns of the checks that can see it at all. `known_only`: it shows only where the state is known
    beforehand. `signed`: it needs a server that verifies signatures. `jobs` are the tuning
    jobs to look at; all, where there are none.
    """

    name: str
    group: str
    breaks: str
    shows: tuple[str, ...]
    runs: tuple[str, ...]
    apply: Apply
    known_only: bool = False
    signed: bool = False
    jobs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.group}/{self.name}"


class Faults:
    """The faults of one group, in the order in which they are written down.

    Patterns are written without the operation, which is the group's; `runs` are the checks that see a fault of this
    group at all, beside those that each fault names.
    """

    def __init__(  # noqa: PLR0913 - what the faults of a group have in common
        self,
        group: str,
        operation: str,
        runs: tuple[str, ...] = (),
        *,
        within: str = EVERY,
        known_only: bool = False,
        jobs: tuple[str, ...] = (),
    ) -> None:
        """Begin without any; `within` is the operation whose checks `runs` are."""
        self.group = group
        self.operation = operation
        self._runs = runs
        self._known_only = known_only
        self._within = within
        self._jobs = jobs
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(  # noqa: PLR0913 - the parts of a fault, each by its name
        self,
        name: str,
        breaks: str,
        shows: tuple[str, ...],
        apply: Apply,
        *,
        known_only: bool = False,
        signed: bool = False,
    ) -> None:
        """Take up a fault."""
        patterns = tuple(f"{self.operation}/{show}" for show in shows)
        runs = tuple(f"{self._within}/{run}" for run in self._runs)
        known_only = known_only or self._known_only
        fault = Fault(name, self.group, breaks, patterns, (*patterns, *runs), apply, known_only, signed, self._jobs)
        self._faults.append(fault)

    def request(self, breaks: str, *shows: str) -> Callable[[Callable[[Members], None]], Callable[[Members], None]]:
        """Take up a function that edits the members of a request before they go on."""

        def keep(edit: Callable[[Members], None]) -> Callable[[Members], None]:
            self.add(_name(edit), breaks, shows, on_request(self.operation, edit))
            return edit

        return keep

    def answer(
        self, breaks: str, *shows: str, known_only: bool = False
    ) -> Callable[[Callable[[Members, Members], None]], Callable[[Members, Members], None]]:
        """Take up a function that edits an accepted answer, given the members that were asked for."""

        def keep(edit: Callable[[Members, Members], None]) -> Callable[[Members, Members], None]:
            self.add(_name(edit), breaks, shows, on_answer(self.operation, edit), known_only=known_only)
            return edit

        return keep

    def exchange(self, breaks: str, *shows: str, signed: bool = False) -> Callable[[Apply], Apply]:
        """Take up a function that has the whole exchange in hand."""

        def keep(apply: Apply) -> Apply:
            self.add(_name(apply), breaks, shows, apply, signed=signed)
            return apply

        return keep


def _name(function: Callable[..., object]) -> str:
    return function.__name__.replace("_", "-")


def aims_at(call: Call, operation: str) -> bool:
    """Tell whether a call names this operation."""
    named = call.headers.get("x-amz-target", "").rpartition(".")[2]
    return operation in {EVERY, named}


def asked_of(call: Call) -> Members | None:
    """Return the members of a call; None where its body is no JSON object, or one too deep to read."""
    try:
        found = json.loads(call.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def having(call: Call, members: Members) -> Call:
    """Return the call with other members."""
    return replace(call, body=json.dumps(members, separators=(",", ":")).encode())


def answered(answer: Answer, content: Members, status: int = _OK) -> Answer:
    """Return the answer with another content."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return replace(answer, status=status, body=body)


def on_request(operation: str, edit: Callable[[Members], None]) -> Apply:
    """Edit the members of each request of an operation; what is no JSON object goes on as it is."""

    def apply(call: Call, forward: Forward) -> Answer:
        asked = asked_of(call) if aims_at(call, operation) else None
        if asked is None:
            return forward(call)
        edit(asked)
        return forward(having(call, asked))

    return apply


def on_answer(operation: str, edit: Callable[[Members, Members], None]) -> Apply:
    """Edit each accepted answer of an operation."""

    def apply(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        asked = asked_of(call) if aims_at(call, operation) else None
        if asked is None or answer.status != _OK:
            return answer
        content = json.loads(answer.body)
        edit(asked, content)
        return answered(answer, content)

    return apply


def on_error(operation: str, edit: Callable[[Answer, Members], Answer]) -> Apply:
    """Change each answer of an operation that is an error, given what it says."""

    def apply(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        if answer.status == _OK or not aims_at(call, operation):
            return answer
        return edit(answer, json.loads(answer.body))

    return apply
