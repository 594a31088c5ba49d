"""Servers whose calls and answers are altered, each a function: `alter(call, forward)` returns the answer to a call."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.reference.service import Service

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
BOTH = (DESCRIBE, LIST)
RESULT = "TrainingJobSummaries"
OK = 200

Members = dict[str, Any]
Forward = Callable[["Call"], "Answer"]
"""Sends a call to the unaltered service."""
Alter = Callable[["Call", Forward], "Answer"]


def altered(alter: Alter) -> type[Service]:
    """Return a service that answers so."""

    class Altered(Service):
        def answer(self, call: Call) -> Answer:
            return alter(call, super().answer)

    return Altered


def aims_at(call: Call, *operations: str) -> bool:
    """Return whether a call names one of the operations."""
    return call.headers.get("x-amz-target", "").rpartition(".")[2] in operations


def asked_of(call: Call, *operations: str) -> Members | None:
    """Return the members of a call of one of the operations; None where its body is no JSON object."""
    try:
        found = json.loads(call.body) if aims_at(call, *operations) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def having(call: Call, members: Members) -> Call:
    """Return the call with other members."""
    return replace(call, body=json.dumps(members, separators=(",", ":")).encode())


def answered(answer: Answer, content: Members, status: int = OK) -> Answer:
    """Return the answer with another content."""
    return replace(answer, status=status, body=json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode())


def on_request(operation: str, edit: Callable[[Members], None]) -> Alter:
    """Edit the members of each request of an operation; what is no JSON object goes on as it is."""

    def alter(call: Call, forward: Forward) -> Answer:
        asked = asked_of(call, operation)
        if asked is None:
            return forward(call)
        edit(asked)
        return forward(having(call, asked))

    return alter


def on_answer(edit: Callable[[Members, Members], None], *operations: str) -> Alter:
    """Edit each successful answer of the operations, given the members of the request and of the answer."""

    def alter(call: Call, forward: Forward) -> Answer:
        answer, asked = forward(call), asked_of(call, *operations)
        if asked is None or answer.status != OK:
            return answer
        content = json.loads(answer.body)
        edit(asked, content)
        return answered(answer, content)

    return alter


def on_error(edit: Callable[[Members], Members]) -> Alter:
    """Change what each error of an operation says."""

    def alter(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        if answer.status == OK or not aims_at(call, *BOTH):
            return answer
        return answered(answer, edit(json.loads(answer.body)), answer.status)

    return alter


def then(*steps: Alter) -> Alter:
    """Lead a call through several changes, the first of them on the outside."""

    def alter(call: Call, forward: Forward) -> Answer:
        for step in reversed(steps):
            forward = _led(step, forward)
        return forward(call)

    return alter


def _led(step: Alter, forward: Forward) -> Forward:
    return lambda call: step(call, forward)
