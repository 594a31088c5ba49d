"""A defect of a server behind real HTTP: what it breaks, which checks must see it, and how exchanges are changed."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    """One defect of a server.

    `breaks` is the id of the fact or behaviour that it breaks. Each pattern of `shows` must have a failed check.
    `signed`: it needs a server that verifies signatures. `jobs` are the tuning jobs that are looked at, or all.
    """

    name: str
    breaks: str
    shows: tuple[str, ...]
    apply: Apply
    signed: bool = False
    jobs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


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
