"""Laws that compare an answer with the request that it answers, with other answers, and with the clock.

What an answer names by an ARN of its own is in the region and the partition that the request was signed for, and of one
account; and what it says has happened is not still to come.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Node, Operation
from conformance.wire.exchange import Exchange, shown
from conformance.wire.signing import partition_of

_LACKING = "the target gave no such answer"
_PAIR = 2
_TYPE, _LENGTH, _ID, _DATE = "Content-Type", "Content-Length", "x-amzn-RequestId", "Date"
_SINGLE = (_TYPE, _LENGTH, _ID, _DATE, "Server")
"""Headers that no answer has twice: their values can't be joined by commas (RFC 9110, section 5.3)."""
_SHOWN = 200
"""Characters of a body that are shown."""
_FEW = 5
"""Kinds of answers that are shown where more break a law."""
SLACK_S = 900.0
"""Seconds that a Date may be off: from there on AWS takes no signature that was made by it."""

Evaluate = Callable[[tuple[Exchange, ...], str], Verdict]
"""Judges answers; the second is the content type of the protocol."""


def status(exchanges: tuple[Exchange, ...], wanted: int) -> Verdict:
    """Judge that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in exchanges:
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking=_LACKING)


@dataclass
class _Kind:
    """What the answers of one kind showed: how many there were, and the first that broke the law."""

    seen: int = 0
    broken: int = 0
    received: str = ""
    first: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True)
class _Each:
    """A law that each answer keeps or breaks by itself; the verdict says on which kinds of answers it rests."""

    kind: str
    expected: str
    """With `{content_type}` where it speaks of the protocol's."""
    holds: Callable[[Exchange, str], bool | None]
    """None for an answer that the law says nothing about."""
    tells: Callable[[Exchange], str]
    """Says of an answer that breaks the law what the law looked at."""

    def __call__(self, exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:
        kinds: dict[str, _Kind] = {}
        for exchange in exchanges:
            held = self.holds(exchange, content_type) if exchange.response is not None else None
            if held is None:
                continue
            item = kinds.setdefault(_kind_of(exchange), _Kind())
            item.seen += 1
            if not held:
                item.broken += 1
                item.received = item.received or self.tells(exchange)
                item.first = item.first or [exchange]
        return self._verdict(kinds, self.expected.format(content_type=content_type))

    def _verdict(self, kinds: Mapping[str, _Kind], expected: str) -> Verdict:
        if not kinds:
            return skipped(_LACKING)
        rests_on = {name: kinds[name].seen for name in sorted(kinds)}
        broken = {name: item for name, item in kinds.items() if item.broken}
        if not broken:
            return passed(rests_on)
        shown_kinds = list(broken.items())[:_FEW]
        received = [f"{item.received} ({item.broken} of {item.seen} {name})" for name, item in shown_kinds]
        count, seen = sum(item.broken for item in broken.values()), sum(rests_on.values())
        return failed(
            self.kind,
            f"{count} of {seen} answers break this",
            expected=expected,
            received="; ".join(received),
            exchanges=tuple(exchange for _, item in shown_kinds for exchange in item.first),
            rests_on=rests_on,
        )


def _kind_of(exchange: Exchange) -> str:
    """Name the kind of an answer: answers, or errors by their code."""
    return "answers" if exchange.ok else exchange.error_code or f"answers with HTTP {exchange.status}"


def _header(exchange: Exchange, name: str) -> str | None:
    return exchange.response.header(name) if exchange.response else None


def _telling(name: str) -> Callable[[Exchange], str]:
    """Return what says which value a header has, and how long the body is."""

    def tell(exchange: Exchange) -> str:
        value, length = _header(exchange, name), len(exchange.response.body) if exchange.response else 0
        return f"HTTP {exchange.status} with {f'no {name}' if value is None else f'{name}: {value}'}, {length} bytes"

    return tell


def _body(exchange: Exchange) -> str:
    body = exchange.response.body if exchange.response else b""
    return f"HTTP {exchange.status}: {body[:_SHOWN].decode('utf-8', 'replace')}{'…' if len(body) > _SHOWN else ''}"


def _has_content_type(exchange: Exchange, content_type: str) -> bool:
    values = exchange.response.headers_named(_TYPE) if exchange.response else ()
    return {value.split(";", 1)[0].strip().lower() for value in values} == {content_type}


def _has_its_length(exchange: Exchange, _: str) -> bool | None:
    length = _header(exchange, _LENGTH)
    if length is None or exchange.response is None or _header(exchange, "content-encoding"):
        return None
    return length.isdecimal() and int(length) == len(exchange.response.body)


def _has_bare_type(exchange: Exchange, _: str) -> bool:
    return (exchange.answer or {}).get("__type") == exchange.error_code != ""


_OFTEN_WITHOUT_MESSAGE = frozenset({"SerializationException", "UnknownOperationException"})
"""Errors that were seen without a message (O33, O34)."""


def _has_message(exchange: Exchange, _: str) -> bool | None:
    if exchange.error_code in _OFTEN_WITHOUT_MESSAGE:
        return None
    return any(isinstance((exchange.answer or {}).get(name), str) for name in ("message", "Message"))


def _repeated(exchange: Exchange) -> list[tuple[str, tuple[str, ...]]]:
    found = [(name, exchange.response.headers_named(name)) for name in _SINGLE] if exchange.response else []
    return [(name, values) for name, values in found if len(values) > 1]


def _tell_repeated(exchange: Exchange) -> str:
    return ", ".join(f"{name} {len(values)} times: {', '.join(values)}" for name, values in _repeated(exchange))


def date_of(exchange: Exchange) -> float | None:
    """Return the time of an answer's Date header in epoch seconds; None where it has none that HTTP knows."""
    text = _header(exchange, _DATE)
    try:
        return parsedate_to_datetime(text).timestamp() if text and text.endswith("GMT") else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_dated_now(exchange: Exchange, _: str) -> bool | None:
    date, at = date_of(exchange), exchange.response.at if exchange.response else 0.0
    return None if date is None or not at else abs(date - at) <= SLACK_S


def _tell_date(exchange: Exchange) -> str:
    off = (date_of(exchange) or 0.0) - (exchange.response.at if exchange.response else 0.0)
    return f"Date: {_header(exchange, _DATE)}, {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the suite's clock"


def _unique_ids(exchanges: tuple[Exchange, ...], _: str) -> Verdict:
    ids = [(found, exchange) for exchange in exchanges if (found := _header(exchange, _ID))]
    counts = Counter(found for found, _ in ids)
    tally = Tally("answers", needs=_PAIR)
    for found, exchange in dict(reversed(ids)).items():
        tally.hold(counts[found] == 1, f"{found} {counts[found]} times", exchange)
    lacking = "fewer than two answers carry a request id"
    tally.seen = len(ids)
    return tally.verdict("request-id-repeated", "another id for each request", lacking=lacking)


def error_status(exchanges: tuple[Exchange, ...], statuses: Mapping[str, tuple[int, ...]]) -> Verdict:
    """Judge that each error has the HTTP status of its code, those of codes that are not known aside."""

    def holds(exchange: Exchange, _: str) -> bool | None:
        known = statuses.get(exchange.error_code)
        return None if known is None else exchange.status in known

    law = _Each("error-status", "the HTTP status of the error's code", holds, shown)
    return law(exchanges, "")


LAWS: Mapping[str, Evaluate] = MappingProxyType(
    {
        "json_object": _Each("no-json", "one JSON object", lambda item, _: item.answer is not None, shown),
        "content_type": _Each("content-type", "Content-Type: {content_type}", _has_content_type, _telling(_TYPE)),
        "request_id": _Each(
            "request-id", "x-amzn-RequestId with a value", lambda item, _: bool(_header(item, _ID)), _telling(_ID)
        ),
        "unique_ids": _unique_ids,
        "content_length": _Each("content-length", "the length of the body", _has_its_length, _telling(_LENGTH)),
        "single_headers": _Each(
            "header-repeated", "each of these headers at most once", lambda item, _: not _repeated(item), _tell_repeated
        ),
        "date": _Each("no-date", "a Date of HTTP, in GMT", lambda item, _: date_of(item) is not None, _telling(_DATE)),
        "date_now": _Each("date-off", f"a Date within {SLACK_S:.0f} s of now", _is_dated_now, _tell_date),
        "error_type": _Each(
            "no-error-code", "an error code in __type or x-amzn-errortype", lambda item, _: bool(item.error_code), _body
        ),
        "bare_type": _Each("error-type-form", "__type with the bare name of the error", _has_bare_type, _body),
        "error_message": _Each("no-message", "message or Message, a string", _has_message, _body),
    }
)
"""The laws by name."""


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
"""An ARN that the service made: its path, its parts, the name of what it names, and where it stands."""


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

    `ThingArn` with `ThingName` beside it is one; an ARN without a name beside it (a role, a key) is the caller's.
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


def _each_arn(kind: str, expected: str, holds: Holds) -> Callable[[Operation, tuple[Exchange, ...]], Verdict]:
    def evaluate(operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
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


def of_one_account(operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that all ARNs of all answers name one account."""
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


def elsewhere(operation: Operation, exchange: Exchange, here: str) -> Verdict:
    """Judge the answer to a request for a resource of one region (`here`) that is signed for another one.

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
    verdict = in_the_region(operation, (exchange,))
    if not verdict.rests_on:
        return skipped(f"the answer in {region} has no ARN that would tell its region", exchanges=(exchange,))
    return verdict


def has_happened(node: Node) -> Iterator[Members]:
    """Return the members of a structure that are times of what has happened, by the conventions of names."""
    times = [name for name, member in node.members.items() if member.type == "timestamp"]
    lives = any(_HAPPENED.search(name) for name in times)
    return ((name,) for name in times if _HAPPENED.search(name) or (lives and _SPAN.search(name)))


def tells_times(operation: Operation) -> bool:
    """Say whether answers of an operation have times of what has happened."""
    return any(True for node in (operation.output, *operation.output.walk()) for _ in has_happened(node))


def nothing_to_come(operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that no time of what has happened is later than the answer, by the answer's own Date where it has one."""
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
