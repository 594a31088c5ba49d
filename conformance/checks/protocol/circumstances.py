"""Laws that compare an answer with the request that it answers, with other answers, and with the clock.

What an answer names by an ARN of its own is in the region and the partition that the request was signed for, and of one
account; and what it says has happened is not still to come.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Node, Operation, Service
from conformance.wire.exchange import Exchange
from conformance.wire.signing import partition_of

_ARN = re.compile(r"arn:(?P<partition>[^:]*):[^:]*:(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)", re.DOTALL)
_ARN_MEMBER = re.compile(r"(?P<of>.*)(?:Arn|ARN)")
_HAPPENED = re.compile(r"Creat|Modif|Updat|Detect")
"""Names of times that have been, by convention."""
_SPAN = re.compile(r"(?:Start|End)(?:ed)?(?:Time|At)$")
"""Names of start and end: those of a plan may be to come, so that they count only where a time of creation is."""
_SLACK_S = 300.0
"""Seconds that a time may lie after the answer: clocks of one service differ."""
_CLIENT_ERRORS = range(400, 500)

Found = tuple[str, re.Match[str], str, Exchange]
"""An ARN that the service made: its path, its parts, the name of what it names, and the answer that has it."""


Members = tuple[str, ...]


@dataclass(frozen=True)
class _Route:
    """The way to the structures of an answer that have some members: what leads to none of them is not looked at."""

    node: Node
    members: tuple[Members, ...]
    """What the structure has of the members that are looked for, a row each; empty where it only leads further."""
    structures: tuple[tuple[str, _Route], ...] = ()
    entries: _Route | None = None
    """The way through the entries of a list, or the values of a map."""

    @classmethod
    def to(cls, node: Node, looked_for: Callable[[Node], Iterator[Members]]) -> _Route | None:
        """Return the way through a node; None where it leads nowhere."""
        ways = ((name, cls.to(member, looked_for)) for name, member in node.members.items())
        inner = node.element or node.value
        route = cls(
            node,
            tuple(looked_for(node)),
            tuple((name, way) for name, way in ways if way is not None),
            cls.to(inner, looked_for) if inner is not None else None,
        )
        return route if route.members or route.structures or route.entries else None

    def follow(self, value: Any) -> Iterator[tuple[_Route, Mapping[str, Any]]]:
        """Return each structure of a value that has some of the members, outermost first."""
        if self.entries is not None:
            entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
            for entry in entries:
                yield from self.entries.follow(entry)
        elif isinstance(value, Mapping):
            if self.members:
                yield self, value
            for name, way in self.structures:
                if name in value:
                    yield from way.follow(value[name])

    def path(self, name: str) -> str:
        """Return the path of a member of this structure."""
        return f"{self.node.path}.{name}" if self.node.path else name


def minted(node: Node) -> Iterator[Members]:
    """Return the members of a structure that are ARNs of what it describes, each with the member that names the same.

    `ThingArn` next to `ThingName` is one; an ARN without such a name (a role, a key) is the caller's.
    """
    for name in node.members:
        found = _ARN_MEMBER.fullmatch(name)
        if found and (named := f"{found['of']}Name") in node.members:
            yield name, named


def names_resources(operation: Operation) -> bool:
    """Say whether answers of an operation have ARNs that the service made."""
    return any(True for node in (operation.output, *operation.output.walk()) for _ in minted(node))


def _arns(operation: Operation, exchanges: Iterable[Exchange]) -> Iterator[Found]:
    route = _Route.to(operation.output, minted)
    for exchange in exchanges:
        for place, value in route.follow(exchange.answer) if route and exchange.ok else ():
            for name, named in place.members:
                arn = value.get(name)
                parts = _ARN.fullmatch(arn) if isinstance(arn, str) else None
                if parts is not None:
                    yield place.path(name), parts, str(value.get(named, "")), exchange


Holds = Callable[[re.Match[str], str, str], bool | None]
"""Whether an ARN is right; given are its parts, the name of its resource and the region of the request."""


def _each_arn(kind: str, expected: str, holds: Holds) -> Callable[[Service, Operation, tuple[Exchange, ...]], Verdict]:
    def evaluate(_: Service, operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
        tally = Tally("ARNs")
        for path, parts, name, exchange in _arns(operation, exchanges):
            region = exchange.request.region
            held = holds(parts, name, region)
            if held is not None:
                signed = f", signed for {region}" if region else ""
                tally.hold(held, f"{path} of {name or 'no name'}{signed}: {parts.group()}", exchange)
        return tally.verdict(kind, expected, lacking="no answer has an ARN of which this could be said")

    return evaluate


def _in_the_region(parts: re.Match[str], _: str, region: str) -> bool | None:
    return parts["region"] == region if parts["region"] and region else None


def _in_the_partition(parts: re.Match[str], _: str, region: str) -> bool | None:
    partition = partition_of(parts["region"] or region)
    return parts["partition"] == partition if partition else None


def _of_the_name(parts: re.Match[str], name: str, _: str) -> bool | None:
    return name.casefold() in parts["resource"].casefold() if name else None


in_the_region = _each_arn("another-region", "an ARN in the region that the request was signed for", _in_the_region)
in_the_partition = _each_arn("another-partition", "an ARN in the partition of its region", _in_the_partition)
of_the_name = _each_arn("another-resource", "an ARN with the name of its resource", _of_the_name)


def of_one_account(_service: Service, operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that all ARNs of all answers name one account."""
    found = [(path, parts, exchange) for path, parts, _, exchange in _arns(operation, exchanges) if parts["account"]]
    accounts = Counter(parts["account"] for _, parts, _ in found)
    if not accounts:
        return skipped("no answer has an ARN with an account")
    rests_on = {"ARNs": len(found)}
    if len(accounts) == 1:
        return passed(rests_on)
    (usual, _), *others = accounts.most_common()
    first = [next(item for item in found if item[1]["account"] == account) for account, _ in others[:3]]
    return failed(
        "several-accounts",
        f"{sum(count for _, count in others)} of {len(found)} ARNs name another account than the rest",
        expected="one account in all ARNs",
        received=f"mostly {usual}; " + "; ".join(f"{path}: {parts.group()}" for path, parts, _ in first),
        exchanges=tuple(exchange for _, _, exchange in first),
        rests_on=rests_on,
    )


def elsewhere(service: Service, operation: Operation, exchange: Exchange, here: str) -> Verdict:
    """Evaluate the answer to a request for a resource of one region (`here`) that is signed for another one.

    The resource is unknown there; a target with the same resources in every region names that region in their ARNs.
    """
    region = exchange.request.region
    if not region or region == here:
        return skipped("requests are not signed, or there is no second region that they could be signed for")
    expected = f"an error, or ARNs in {region}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.status in _CLIENT_ERRORS:
        return passed({"answers": 1}, notes=(f"in another region it is an error: {exchange.error_code}",))
    if not exchange.ok:
        return failed_by(exchange, "no-answer-of-the-operation", "neither an answer nor an error", expected)
    verdict = in_the_region(service, operation, (exchange,))
    if not verdict.rests_on:
        return skipped(f"the answer in {region} has no ARN that would tell its region", exchanges=(exchange,))
    return verdict


def date_of(exchange: Exchange) -> float | None:
    """Return the time of an answer's Date header in epoch seconds; None where it has none that HTTP knows."""
    text = exchange.response.header("Date") if exchange.response else None
    try:
        return parsedate_to_datetime(text).timestamp() if text and text.endswith("GMT") else None
    except (ValueError, OverflowError, OSError):
        return None


def has_happened(node: Node) -> Iterator[Members]:
    """Return the members of a structure that are times of what has happened, by the conventions of names."""
    times = [name for name, member in node.members.items() if member.type == "timestamp"]
    lives = any(_HAPPENED.search(name) for name in times)
    return ((name,) for name in times if _HAPPENED.search(name) or (lives and _SPAN.search(name)))


def tells_times(operation: Operation) -> bool:
    """Say whether answers of an operation have times of what has happened."""
    return any(True for node in (operation.output, *operation.output.walk()) for _ in has_happened(node))


def nothing_to_come(_service: Service, operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that no time of what has happened is later than the answer, by the answer's own Date where it has one."""
    tally = Tally("times")
    route = _Route.to(operation.output, has_happened)
    for exchange in exchanges:
        now = date_of(exchange) or (exchange.response.at if exchange.response else 0.0)
        for place, value in route.follow(exchange.answer) if route and exchange.ok and now else ():
            for (name,) in place.members:
                time = value.get(name)
                if isinstance(time, int | float) and not isinstance(time, bool):
                    words = f"{place.path(name)} is {time:.0f}, the answer is of {now:.0f}"
                    tally.hold(time <= now + _SLACK_S, words, exchange)
    return tally.verdict(
        "not-yet", "no time after that of the answer", lacking="no answer has a time of what has happened"
    )
