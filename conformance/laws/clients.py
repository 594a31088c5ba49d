"""Laws of the client libraries: what boto3 makes of an answer, and how its paginator goes over the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.contract import Node
from conformance.laws.listing import Difference
from conformance.laws.verdict import Tally, Verdict, failed, passed
from conformance.wire.exchange import Exchange

_CLOSE_S = 0.001


def raised(exception: str, message: str, expected: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge a call that ended in an exception where an answer was due."""
    return failed(
        "client-raised",
        "the client raised instead of returning",
        expected=expected,
        received=f"{exception}: {message}",
        exchanges=exchanges[:1],
    )


def parses(node: Node, raw: Mapping[str, Any], result: Mapping[str, Any], exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that the client gives every member of the wire answer that the contract knows, with its value."""
    tally = Tally("members")
    _compare(node, raw, result, tally, exchanges)
    return tally.verdict(
        "client-differs",
        "every member of the wire answer, as the client's own type",
        lacking="the answer has no members",
    )


def _compare(
    node: Node, raw: Mapping[str, Any], result: Mapping[str, Any], tally: Tally, exchanges: tuple[Exchange, ...]
) -> None:
    for name, member in node.members.items():
        if raw.get(name) is None:
            continue
        if member.basis == "modelled" and name not in result:
            continue  # the installed client may be older than the model
        value = result.get(name)
        if member.type == "structure" and isinstance(value, Mapping) and isinstance(raw[name], Mapping):
            _compare(member, raw[name], value, tally, exchanges)
        elif member.type == "list" and isinstance(value, list) and isinstance(raw[name], list):
            tally.hold(
                len(value) == len(raw[name]), f"{member.path}: {len(value)} of {len(raw[name])} entries", *exchanges
            )
        else:
            tally.hold(
                _equal(member.type, raw[name], value),
                f"{member.path}: {value!r} for {raw[name]!r} on the wire",
                *exchanges,
            )


def _equal(kind: str, wire: Any, value: Any) -> bool:
    if kind == "timestamp":
        return isinstance(value, dt.datetime) and abs(value.timestamp() - wire) < _CLOSE_S
    return bool(value == wire)


def requests_carry(exchanges: Sequence[Exchange], wanted: Mapping[str, Any], lacking: Sequence[str] = ()) -> Verdict:
    """Judge that every request of a client carries these members, and none of those."""
    tally = Tally("requests")
    for exchange in exchanges:
        members = exchange.input or {}
        wrong = [f"{name} is {members.get(name)!r}" for name, value in wanted.items() if members.get(name) != value]
        wrong += [f"{name} is sent" for name in lacking if name in members]
        tally.hold(not wrong, "; ".join(wrong), exchange)
    told = ", ".join(f"{name} {value!r}" for name, value in wanted.items())
    return tally.verdict(
        "other-request",
        f"every request with {told or 'none of ' + ', '.join(lacking)}",
        lacking="the client sent nothing",
    )


def same_items(wanted: Sequence[str], got: Sequence[str], what: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that a client hands out just these items in this order."""
    rests_on = {"items": len(wanted)}
    if tuple(wanted) == tuple(got):
        return passed(rests_on)
    difference = Difference.between(wanted, got)
    return failed(
        "other-items",
        f"{what} are not the items of the listing",
        expected=f"{len(wanted)} items in the listing's order",
        received=str(difference) or "the same items in another order",
        rests_on=rests_on,
        exchanges=exchanges[:2],
    )
