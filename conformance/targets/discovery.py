"""State that exists already: the tuning jobs that are named, or those that a listing finds, and nothing but reading."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

from conformance.targets.caller import Caller
from conformance.targets.credentials import DENIED, denied, expired, insist_on_credentials
from conformance.targets.errors import UnreachableError
from conformance.targets.provisioning import refusal
from conformance.targets.spec import Kind, Origin, TargetSpec
from conformance.targets.state import State, StateJob
from conformance.targets.tuning_jobs import LIST, NAME, SUMMARIES
from conformance.wire.encoding import NotJsonError, parse_first
from conformance.wire.exchange import Exchange

_PAGE: Final = 100
_PAGES: Final = 100
"""How many pages are read at most: a listing may send empty ones, but not for ever."""


_MOST_TOLD: Final = 300
"""Characters of an error that say why a listing could not be read."""


def calls_at_most(spec: TargetSpec) -> dict[str, int]:
    """Give how many requests finding the jobs of an entry takes: one a page, as long as the pages are full."""
    if spec.state.names:
        return {LIST: 1}
    return {LIST: math.ceil(spec.state.bound / _PAGE)}


def existing(caller: Caller, spec: TargetSpec, allowed: Collection[str] = ()) -> State:
    """Give the jobs that the entry names, else those that are found. `allowed` are the operations that a run may send.

    Raises CredentialsError where AWS does not take the credentials, and UnreachableError where nobody answers.
    """
    if not spec.state.names:
        return discover(caller, spec, allowed)
    insist_on_access(caller, spec)
    return State(Origin.EXISTING, tuple(StateJob(name) for name in spec.state.names))


def insist_on_access(caller: Caller, spec: TargetSpec) -> None:
    """Ask one cheap question beforehand: bad credentials are one clear error, not a failure of every check.

    Raises as `existing` does.
    """
    _insist(caller.call(LIST, {"MaxResults": 1}), spec)


def discover(caller: Caller, spec: TargetSpec, allowed: Collection[str] = ()) -> State:
    """Give the first jobs that the target lists, up to the bound of the entry.

    Where the listing can't be read, or can't be read to its end, the state is unknown, and its `problem` and a note say
    why: that is no target without jobs. Raises as `existing` does.
    """
    bound = spec.state.bound
    names: dict[str, None] = {}
    notes: list[str] = []
    problem = ""
    tokens: set[str] = set()
    query: dict[str, Any] = {"MaxResults": min(bound, _PAGE)}
    for _ in range(_PAGES):
        exchange = caller.call(LIST, query)
        _insist(exchange, spec)
        if spec.kind is Kind.AWS and exchange.error_code in DENIED:
            raise denied(spec, LIST, exchange.error_code, allowed)
        answer = _answered(exchange)
        summaries = answer.get(SUMMARIES)
        found = _names(summaries) if isinstance(summaries, list) else None
        if found is None or (summaries and not found):
            problem = _unreadable(exchange, SUMMARIES if found is None else f"{NAME} in {SUMMARIES}")
            notes.append(f"{problem}; what was found until then is used" if names else problem)
            break
        names |= dict.fromkeys(found)
        token = answer.get("NextToken")
        if len(names) >= bound or not isinstance(token, str) or not token:
            break
        if token in tokens:
            notes.append(f"{LIST} gave the same NextToken twice; what was found until then is used")
            break
        tokens.add(token)
        query = {**query, "NextToken": token}
    if not names and not notes:
        notes.append("the target has no tuning jobs")
    return State(Origin.EXISTING, tuple(StateJob(name) for name in list(names)[:bound]), tuple(notes), problem)


def _answered(exchange: Exchange) -> Mapping[str, Any]:
    """Return what a listing says; empty where it says nothing.

    What follows the object makes it no less clear which jobs there are. That each answer is one object is judged of the
    operations under test, and can be only where their resources are known.
    """
    if exchange.ok:
        return exchange.answer or {}
    if exchange.response is None or exchange.status != HTTPStatus.OK:
        return {}
    try:
        value = parse_first(exchange.response.body)
    except NotJsonError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(summaries: list[Any]) -> list[str]:
    found = (summary.get(NAME) for summary in summaries if isinstance(summary, dict))
    return [name for name in found if isinstance(name, str) and name]


def _insist(exchange: Exchange, spec: TargetSpec) -> None:
    fault = exchange.fault
    if fault and fault.kind == "unreachable":
        raise UnreachableError(
            f"the target can't be reached: {fault.detail}",
            where=exchange.request.url,
            remedy="check the endpoint and the network",
        )
    if fault and fault.kind == "credentials" and spec.kind is Kind.AWS:
        raise expired(spec, fault.detail)
    if fault and spec.kind is Kind.AWS:
        raise UnreachableError(
            f"AWS gave no answer to the first question: {fault.detail}",
            where=exchange.request.url,
            remedy="try again later; where requests are throttled, others in this account use up what it may send",
        )
    insist_on_credentials(exchange, spec)


def _unreadable(exchange: Exchange, lacking: str) -> str:
    why = f"HTTP {exchange.status} without {lacking}" if exchange.ok else refusal(exchange)[:_MOST_TOLD]
    return f"{LIST} could not be read, so that the tuning jobs of the target are unknown ({why})"
