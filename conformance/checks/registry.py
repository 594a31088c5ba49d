"""Which members a law reads: it is run once more on answers that note what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from conformance.checks.verdict import Verdict
from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.wire.exchange import Exchange

Evaluate = Callable[[Snapshot], Verdict]


@dataclass(frozen=True)
class Law:
    """A pure judgement over a snapshot, and where its check is filed.

    `subject` is the third segment of the check id, `<Operation>/consistency/<subject>/<behaviour id>`.
    """

    name: str
    operation: str
    subject: str
    compares: bool
    """Whether it compares several answers, so that a live target may change between them."""
    evaluate: Evaluate
    facts: tuple[str, ...] = ()
    """Ids of the facts that it judges, without the operation."""
    observed: tuple[str, ...] = ()
    """The observations on which it rests, where no document says it: no behaviour names it then."""
    statement: str = ""
    """What it claims, where it rests on observations alone; else its behaviour says so."""
    shows: tuple[str, ...] = ()
    """Paths of the output that are wrong where it is broken: a law that reads one of them fails because of that."""


_LAWS: dict[str, Law] = {}


def law(  # noqa: PLR0913 - what a law is filed under, each by its name
    name: str,
    *,
    operation: str,
    subject: str,
    compares: bool = False,
    facts: tuple[str, ...] = (),
    observed: tuple[str, ...] = (),
    statement: str = "",
    shows: tuple[str, ...] = (),
) -> Callable[[Evaluate], Evaluate]:
    """Register the decorated function as the law of that name. Raises ValueError when the name is taken."""

    def register(evaluate: Evaluate) -> Evaluate:
        if name in _LAWS:
            raise ValueError(f"the law {name!r} is defined twice")
        _LAWS[name] = Law(name, operation, subject, compares, evaluate, facts, observed, statement, shows)
        return evaluate

    return register


def laws() -> Mapping[str, Law]:
    """Return every registered law by name."""
    return MappingProxyType(_LAWS)


Paths = frozenset[tuple[str, str]]
"""Members as pairs of an operation and the path in its output."""


def paths_read(evaluate: Callable[[Snapshot], object], snapshot: Snapshot, results: Mapping[str, str]) -> Paths:
    """Return the members that a judgement of a snapshot reads; `results` names the list of items of each operation."""
    notes: set[tuple[str, str]] = set()
    evaluate(Snapshot(tuple(_noting_view(resource, results, notes) for resource in snapshot.resources)))
    return frozenset(notes)


def paths_read_in(evaluate: Callable[[tuple[Exchange, ...]], object], exchanges: Iterable[Exchange]) -> Paths:
    """Return the members that a judgement of answers reads."""
    notes: set[tuple[str, str]] = set()
    evaluate(tuple(_noting(exchange, notes) for exchange in exchanges))
    return frozenset(notes)


def innermost(paths: Paths) -> Paths:
    """Leave out members of which only members inside them are read."""
    return frozenset(
        (operation, path)
        for operation, path in paths
        if not any(operation == other and _inside(deeper, path) for other, deeper in paths)
    )


def concerns(path: str, read: str) -> bool:
    """Tell whether what stands at a path shows where another one is read: it is that, around it or inside it."""
    return path == read or _inside(path, read) or _inside(read, path)


def _inside(path: str, outer: str) -> bool:
    return path.startswith((f"{outer}.", f"{outer}[", f"{outer}{{"))


class _Noting(dict[str, Any]):
    """An object of an answer that notes the members that are asked for."""

    def __init__(self, members: Mapping[str, Any], place: tuple[str, str], notes: set[tuple[str, str]]) -> None:
        self._prefix = f"{place[1]}." if place[1] else ""
        self._operation, self._notes = place[0], notes
        super().__init__(
            (name, _copied(value, (place[0], f"{self._prefix}{name}"), notes)) for name, value in members.items()
        )

    def get(self, name: str, default: Any = None) -> Any:
        self._notes.add((self._operation, f"{self._prefix}{name}"))
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self._notes.add((self._operation, f"{self._prefix}{name}"))
        return super().__getitem__(name)


def _copied(value: Any, place: tuple[str, str], notes: set[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return _Noting(value, place, notes)
    if isinstance(value, list):
        return [_copied(entry, (place[0], f"{place[1]}[]"), notes) for entry in value]
    return value


def _noting(exchange: Exchange, notes: set[tuple[str, str]]) -> Exchange:
    copy = replace(exchange)
    if exchange.answer is not None:
        copy.__dict__["answer"] = _Noting(exchange.answer, (exchange.operation, ""), notes)
    return copy


def _noting_view(
    resource: ResourceSnapshot, results: Mapping[str, str], notes: set[tuple[str, str]]
) -> ResourceSnapshot:
    listing = resource.listing
    if listing is not None:
        operation = listing.pages[0].operation if listing.pages else ""
        place = (operation, f"{results.get(operation, '')}[]")
        listing = replace(listing, items=tuple(_Noting(item, place, notes) for item in listing.items))
    return replace(resource, description=_noting(resource.description, notes), listing=listing)
