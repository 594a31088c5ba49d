"""Laws of the client libraries: what boto3 makes of an answer, and how its paginator goes over the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.contract import Node
from conformance.laws.listing import Difference
from conformance.laws.shapes import SPECIAL_FLOATS, is_number
from conformance.laws.verdict import Tally, Verdict, failed, passed
from conformance.wire.exchange import Exchange

CLOSE_S = 0.001
"""Seconds by which a time may differ for being written in another way."""


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
    Comparison(tally, exchanges, as_python).members(node, raw, result)
    return tally.verdict(
        "client-differs",
        "every member of the wire answer, as the client's own type",
        lacking="the answer has no members",
    )


Same = Callable[[str, Any, Any], bool]
"""Tells whether a client's value of a type is the value on the wire: type, wire, client."""


@dataclass(frozen=True)
class Comparison:
    """What a client gives, held against the wire; `same` is how values are compared, and `exchanges` show them.

    `due` are the paths of the members that any client has to know; None for all that are documented.
    """

    tally: Tally
    exchanges: tuple[Exchange, ...]
    same: Same
    due: Collection[str] | None = None

    def members(self, node: Node, raw: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Compare the members of a structure, all the way down."""
        for name, member in node.members.items():
            if raw.get(name) is None:
                continue
            if name not in result and not self._is_due(member):
                continue  # the installed client may be older than the model, or than the newest document
            self._value(member, raw[name], result.get(name))

    def _is_due(self, member: Node) -> bool:
        return member.basis != "modelled" and (self.due is None or member.path in self.due)

    def _value(self, node: Node, raw: Any, value: Any) -> None:
        if node.type == "structure" and isinstance(value, Mapping) and isinstance(raw, Mapping):
            self.members(node, raw, value)
        elif node.type == "list" and isinstance(value, list) and isinstance(raw, list):
            told = f"{node.path}: {len(value)} of {len(raw)} entries"
            self.tally.hold(len(value) == len(raw), told, *self.exchanges)
            if node.element is not None:
                for entry, given in zip(raw, value, strict=False):
                    self._value(node.element, entry, given)
        else:
            told = f"{node.path}: {value!r} for {raw!r} on the wire"
            self.tally.hold(self.same(node.type, raw, value), told, *self.exchanges)


def as_python(kind: str, wire: Any, value: Any) -> bool:
    """Tell whether a value is the wire's as Python has it: a time as a datetime, everything else as it is."""
    if kind == "timestamp":
        return isinstance(value, dt.datetime) and is_number(wire) and abs(value.timestamp() - wire) < CLOSE_S
    if kind == "float" and isinstance(wire, str):
        return isinstance(value, float) and wire in SPECIAL_FLOATS and str(value) == SPECIAL_FLOATS[wire]
    return bool(value == wire) and isinstance(value, bool) == isinstance(wire, bool)


def tells_error(exception: str, told: Mapping[str, Any] | None, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that an exception is an error of the service, with the code, the message and the status of the answer."""
    if told is None or not exchanges:
        return failed(
            "no-client-error",
            "the exception is no ClientError",
            expected="a ClientError",
            received=exception or "no exception",
            exchanges=exchanges[-1:],
        )
    exchange = exchanges[-1]
    wanted = {
        "Error.Code": exchange.error_code,
        "Error.Message": exchange.error_message,
        "ResponseMetadata.HTTPStatusCode": exchange.status,
    }
    tally = Tally("members")
    for path, value in wanted.items():
        outer, _, name = path.partition(".")
        given = (told.get(outer) or {}).get(name)
        tally.hold(given == value, f"{path} is {given!r}, and {value!r} on the wire", exchange)
    return tally.verdict("error-differs", "the error as the service told it", lacking="nothing was told")


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
