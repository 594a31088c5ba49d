"""The check that what has ended is described in the same way twice: the plain request is sent twice in any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.checks.check import Check, because
from conformance.checks.listing.walks import MOST_NAMED, differing_members
from conformance.checks.request.laws import failed_by
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.contract.model import Contract, Operation
from conformance.session.listing import Item, Reader
from conformance.session.session import TargetSession
from conformance.session.snapshot import ResourceSnapshot
from conformance.wire.exchange import Exchange
from conformance.wire.limits import reads
from conformance.wire.request import Request

_EXPECTED = "the same answer, its members in any order"


def same_again(first: Exchange, second: Exchange, reader: Reader | None) -> Verdict:
    """Check that two answers to one request say the same; with a reader they are pages of a listing.

    Objects are compared whatever the order of their members. Pages have the same items, but for those whose keys of the
    default order are equal: they may change places, over the end of the page too. Two tokens may be two texts.
    """
    if not first.ok:
        return skipped("the target did not answer the request", exchanges=(first,))
    if not second.ok:
        return failed_by(second, "not-repeated", "the same request is rejected the second time", _EXPECTED, first)
    each, other = first.answer or {}, second.answer or {}
    received = list(differing_members(each, other) if reader is None else _pages(reader, first, second))
    rests_on = {"answers": 2}
    if not received:
        return passed(rests_on)
    more = f" (and {len(received) - MOST_NAMED} more)" if len(received) > MOST_NAMED else ""
    return failed(
        "not-repeated",
        "asked for twice, what has ended is described in two ways",
        expected=_EXPECTED,
        received=f"{'; '.join(received[:MOST_NAMED])}{more}",
        exchanges=(first, second),
        rests_on=rests_on,
    )


def _pages(reader: Reader, first: Exchange, second: Exchange) -> Iterator[str]:
    result = reader.pagination.result
    yield from differing_members(_around(reader, first), _around(reader, second))
    each, other = (_objects(reader, page) for page in (first, second))
    if not any(reader.keys(key, each) == reader.keys(key, other) for key in _orders(reader)):
        yield f"{result} are {_shown_items(reader, each)}, then {_shown_items(reader, other)}"
    again = {reader.identity(item): item for item in other}
    for item in each:
        name = reader.identity(item)
        if name in again:
            yield from differing_members(item, again[name], f"{name}: ")


def _around(reader: Reader, page: Exchange) -> dict[str, Any]:
    """Return the members of a page but its items; of a token no more than that there is one."""
    result, token = reader.pagination.result, reader.pagination.output_token
    return {name: "…" if name == token else value for name, value in (page.answer or {}).items() if name != result}


def _objects(reader: Reader, page: Exchange) -> list[Item]:
    return [item for item in reader.items(page) if isinstance(item, Mapping)]


def _shown_items(reader: Reader, items: Sequence[Item]) -> str:
    names = reader.identities(items)
    return f"{len(names)} items ({', '.join(names[:MOST_NAMED])}{', …' if len(names) > MOST_NAMED else ''})"


def _orders(reader: Reader) -> set[str]:
    """Return the keys by which a listing may be in order where none is asked for."""
    written = reader.operation.input.members[reader.spec.sort_by].effective("default") if reader.spec.sort_by else None
    seen = reader.spec.observed_default
    return {str(key) for key in (written, seen and seen.sort_by) if key in reader.spec.keys} or set(reader.spec.keys)


_STATEMENT = "asked twice about a resource that has ended, the target says the same"


def repeat_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the one check; none for what writes, nor where resources do not show whether they have ended."""
    describing = next((each for each in contract.operations.values() if each.settled is not None), None)
    if describing is None or describing.settled is None or operation.subject != describing.subject:
        return
    if not reads(operation.name):
        return
    ended = contract.stated([f"{describing.name}/output/{describing.settled.path}/enum"])
    yield Check(
        f"{operation.name}/protocol/answer/repeated",
        "should",
        "inferred",  # no document promises it: it is read into the words for what has ended
        _STATEMENT,
        because(contract, ended, ("O7",)),
        partial(_repeated, operation),
        compares=True,
        request="a plain request about a resource that has ended, sent twice",
        accepts="answers that differ in the order of members, texts of tokens and places of equal sort keys, if at all",
    )


def _repeated(operation: Operation, session: TargetSession) -> Verdict:
    asked = session.cached(("repeated", operation.name), lambda: _asked(operation, session))
    if asked is None:
        return skipped("the target has no resource that has ended and answers this operation")
    plain, resource = asked
    reader = Reader.of(operation) if operation.listing is not None else None
    return same_again(*_answers(session, plain, resource), reader)


def _asked(operation: Operation, session: TargetSession) -> tuple[Request, ResourceSnapshot] | None:
    """Return the request that other checks have sent twice, and what is known of its resource, if that has ended."""
    resource = session.snapshot.by_name.get(session.existing(operation) or "")
    return (session.plain(operation), resource) if resource is not None and resource.settled else None


def _answers(session: TargetSession, plain: Request, resource: ResourceSnapshot) -> tuple[Exchange, Exchange]:
    """Return the two answers that the run has had; others when it is asked again.

    Where the suite alone has the resource in hand, nothing can have changed in between: the first two answers do.
    """
    first: Exchange = session.cached(("once", plain), lambda: session.exchange(plain))
    second: Exchange = session.cached(("again", plain), lambda: session.send_again(plain))
    now = session.exchange(plain) if resource.known is None else first
    return (first, second) if now is first else (now, session.send_again(plain))
