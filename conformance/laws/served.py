"""The law that each resource is answered for: one that breaks must not vanish from what the other laws judge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.contract import Operation
from conformance.laws.requests import fault_of, shown
from conformance.laws.verdict import Tally, Verdict
from conformance.wire.exchange import Exchange

_SUCCESS = range(200, 300)


@dataclass(frozen=True)
class Served:
    """What an operation said of one resource: every page of it, or the one answer.

    `vouched` is whether the resource must be there: the suite made it, or another operation knows it.
    """

    name: str
    exchanges: tuple[Exchange, ...]
    vouched: bool


def every_resource(operation: Operation, seen: Iterable[Served]) -> Verdict:
    """Judge that each resource is answered for, to the last page; one that nobody vouches for may have been deleted."""
    tally = Tally("resources")
    result = operation.pagination.result if operation.pagination else ""
    for served in seen:
        last = served.exchanges[-1]
        if last.response is None and (verdict := fault_of(last, "an answer")):
            return verdict
        if last.error_code in operation.errors and not served.vouched:
            continue
        whole = last.ok and (not result or isinstance((last.answer or {}).get(result), list))
        page = f", page {len(served.exchanges)}" if len(served.exchanges) > 1 else ""
        tally.hold(whole, f"{served.name}{page}: {shown(last)}{_why(last)}", last)
    return tally.verdict(
        "resource-not-served",
        f"HTTP 2xx with a JSON object{f' that has {result}' if result else ''}, for each resource",
        wrong=f"{operation.name} does not answer for every resource",
        lacking="the state has no resource",
    )


def _why(exchange: Exchange) -> str:
    return " (not a JSON object)" if exchange.status in _SUCCESS and exchange.answer is None else ""
