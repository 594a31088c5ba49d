"""Laws that compare an answer with the request that it answers, with other answers, and with the clock.

What an answer names by an ARN of its own is in the region and the partition that the request was signed for, and of one
account; and what it says has happened is not still to come.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from functools import lru_cache
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

_STEP = re.compile(r"\[\]|\{value\}|[^.\[{]+")
"""A step of a path: through the entries of a list, the values of a map, or to a member."""

Members = tuple[str, ...]
LookedFor = Callable[[Node], Iterator[Members]]
"""Yields the members of a structure that belong together and are looked for."""


def _places(operation: Operation, looked_for: LookedFor) -> list[tuple[list[str], list[tuple[str, Members]]]]:
    """Return where an answer has what is looked for: steps to a structure; members, and the path of the first."""
    places = []
    for node in operation.output.walk():
        prefix = f"{node.path}." if node.path else ""
        rows = [(f"{prefix}{members[0]}", members) for members in looked_for(node)]
        if rows:
            places.append((_STEP.findall(node.path), rows))
    return places


def _structures(answer: Any, steps: list[str]) -> list[dict[str, Any]]:
    """Return the structures of an answer at the end of some steps."""
    reached = [answer]
    for step in steps:
        if step == "[]":
            reached = [entry for value in reached if isinstance(value, list) for entry in value]
        elif step == "{value}":
            reached = [entry for value in reached if isinstance(value, dict) for entry in value.values()]
        else:
            reached = [value[step] for value in reached if isinstance(value, dict) and step in value]
    return [value for value in reached if isinstance(value, dict)]


def _found(
    operation: Operation, exchanges: Iterable[Exchange], looked_for: LookedFor
) -> Iterator[tuple[Exchange, list[tuple[str, list[Any]]]]]:
    """Yield each accepted answer with the values that it has of what is looked for, and the path of the first."""
    places = _places(operation, looked_for)
    for exchange in exchanges:
        if exchange.ok:
            yield (
                exchange,
                [
                    (path, [structure.get(name) for name in members])
                    for steps, rows in places
                    for structure in _structures(exchange.answer, steps)
                    for path, members in rows
                ],
            )


def minted(node: Node) -> Iterator[Members]:
    """Yield the members of a structure that are ARNs of what it describes, each with the member that names the same.

    `ThingArn` next to `ThingName` is one; an ARN without such a name (a role, a key) is the caller's.
    """
    for name in node.members:
        found = _ARN_MEMBER.fullmatch(name)
        if found and (named := f"{found['of']}Name") in node.members:
            yield name, named


def names_resources(operation: Operation) -> bool:
    """Say whether answers of an operation have ARNs that the service made."""
    return bool(_places(operation, minted))


def _arns(operation: Operation, exchanges: Iterable[Exchange]) -> Iterator[tuple[str, re.Match[str], str, Exchange]]:
    """Yield each ARN that the service made: its path, its parts, the name of what it names, the answer that has it."""
    for exchange, found in _found(operation, exchanges, minted):
        for path, (arn, name) in found:
            parts = _ARN.fullmatch(arn) if isinstance(arn, str) else None
            if parts is not None:
                yield path, parts, name if isinstance(name, str) else "", exchange


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
                words = "" if held else f"{path} of {name or 'no name'}{signed}: {parts.group()}"
                tally.hold(held, words, exchange)
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
    """Check that all ARNs of all answers name one account; `aws` is none: it stands for what AWS itself provides."""
    found = [
        (path, parts, exchange)
        for path, parts, _, exchange in _arns(operation, exchanges)
        if parts["account"].isdigit()
    ]
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
    return _seconds_of(text) if text and text.endswith("GMT") else None


@lru_cache(maxsize=256)  # answers of one second have one date
def _seconds_of(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def has_happened(node: Node) -> Iterator[Members]:
    """Return the members of a structure that are times of what has happened, by the conventions of names."""
    times = [name for name, member in node.members.items() if member.type == "timestamp"]
    lives = any(_HAPPENED.search(name) for name in times)
    return ((name,) for name in times if _HAPPENED.search(name) or (lives and _SPAN.search(name)))


def tells_times(operation: Operation) -> bool:
    """Say whether answers of an operation have times of what has happened."""
    return bool(_places(operation, has_happened))


def nothing_to_come(_service: Service, operation: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that no time of what has happened is later than the answer, by the answer's own Date where it has one."""
    tally = Tally("times")
    for exchange, found in _found(operation, exchanges, has_happened):
        now = date_of(exchange) or (exchange.response.at if exchange.response else 0.0)
        for path, (time,) in found if now else ():
            if isinstance(time, int | float) and not isinstance(time, bool):
                held = time <= now + _SLACK_S
                tally.hold(held, "" if held else f"{path} is {time:.0f}, the answer is of {now:.0f}", exchange)
    return tally.verdict(
        "not-yet", "no time after that of the answer", lacking="no answer has a time of what has happened"
    )
