"""Laws of a life: what is created is described and listed as it was asked for, and what is deleted is gone.

Each check makes a resource of its own and deletes it, so that what other checks look at stays as it is. A service may
take a moment to show what has changed: it is asked again before it is accused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from conformance.checks.check import Check, Unfit, because, bound_by, of_behaviour
from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.contract.model import Contract, FinalState, Node, Operation
from conformance.contract.names import DELETING, verb_of
from conformance.contract.resources import ResourceKind, folded, kind_ended_by, kind_of
from conformance.session.listing import member
from conformance.session.session import TargetSession, follow
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, shown
from conformance.wire.request import Request

_MOST_TRIES = 3
"""How often a Create is sent that is rejected for want of members."""
_MOST_ITEMS = 2_000
_NUMBERS = {
    "described": 101,
    "listed": 102,
    "twice": 103,
    "not-described": 104,
    "not-listed": 105,
    "stops": 107,
    "comes-back": 110,
}
_TWICE_DELETED = 106
_LAW = "lifecycle-"
LIFECYCLE_LAWS = frozenset(f"{_LAW}{case}" for case in _NUMBERS if case != "comes-back")
"""The names by which behaviours call for these checks; of `twice`, that the second request is rejected."""
_AGAIN = 500
"""Numbers in the names of the resources that checks make; what is added when a check is asked again."""
_CLIENT_ERRORS = range(400, 500)
_ENDING = ("delet", "inactive", "terminat", "deregister", "removed", "archiv")
"""Parts of words by which a service says of what it still shows that it is gone, or going."""
_OTHER_FORMS = ("arn", "id", "key", "token", "password", "secret")
"""Ends of names of members that a service may answer in another form, or not at all."""
_SHOWN, _DEEP = 120, 4
"""Characters of a value that are shown; structures inside of each other whose members are compared."""


class _Life:
    """One resource, from its creation to its end."""

    def __init__(self, session: TargetSession, kind: ResourceKind, number: int) -> None:
        self.session = session
        self.kind = kind
        self.members: dict[str, Any] = {}
        self._known: dict[str, Any] = {}
        self._is_there = False
        self._number = number + (_AGAIN if session.asks_again else 0)

    def create(self, *more: str) -> None:
        """Make the resource, with what the target says that it needs. Raises Unfit where it is rejected."""
        kind, session = self.kind, self.session
        parents = {name: session.named(kind.create, name) for name in kind.parents}
        needed: list[str] = session.cached(("needed too", kind.create.name), list)
        for _ in range(_MOST_TRIES):
            self.members = kind.input(session.tag, self._number, parents, *needed, *more)
            exchange = session.exchange(Request.call(kind.create.name, self.members))
            if exchange.accepted:
                self._known, self._is_there = kind.known(self.members, exchange.answer or {}), True
                return
            lacking = kind.needed_too(exchange.error_message, self.members)
            if not lacking:
                break
            needed += lacking
        raise Unfit(skipped(f"nothing could be made: {shown(exchange)}", exchanges=(exchange,)))

    def create_again(self) -> Exchange:
        """Send the same request again; what it makes besides is deleted."""
        exchange, delete = self.session.send_again(Request.call(self.kind.create.name, self.members)), self.kind.delete
        other = self.kind.known(self.members, exchange.answer or {}) if exchange.accepted else self._known
        twin = self.kind.about(delete, other)
        if delete is not None and twin is not None and twin != self.kind.about(delete, self._known):
            self.session.send_again(Request.call(delete.name, twin))
        return exchange

    def ask(self, operation: Operation | None) -> Exchange:
        """Send the request of an operation about the resource. Raises Unfit where nothing names it there."""
        members = self.kind.about(operation, self._known)
        if operation is None or members is None:
            raise Unfit(skipped("nothing that is known of the resource names it in the request"))
        return self.session.send_again(Request.call(operation.name, members))

    def describe(self) -> Exchange:
        """Ask for the description."""
        return self.ask(self.kind.describe)

    def delete(self) -> None:
        """Delete the resource, once it can be deleted. Raises Unfit where it can't."""
        exchange = self.ask(self.kind.delete)
        if not exchange.accepted:
            if self.kind.stop is not None:
                self.ask(self.kind.stop)
            exchange = self.session.eventually(lambda: self.ask(self.kind.delete), lambda found: found.accepted)
        self._is_there = False  # it has been tried
        if not exchange.accepted:
            raise Unfit(skipped(f"it can't be deleted: {shown(exchange)}", exchanges=(exchange,)))

    def end(self) -> None:
        """Delete the resource if it is still there."""
        if self._is_there and self.session.gone is None and self.kind.about(self.kind.delete, self._known) is not None:
            self.delete()

    @property
    def is_identified(self) -> bool:
        """Whether what is known of the resource says which item of the listing it is."""
        return bool(self.kind.own) or not self.kind.lacks_identity(self._known)

    def item(self) -> _Found:
        """Return the listed item that is the resource, None where it is not listed, with the pages.

        Raises Unfit where the listing can't be read.
        """
        listing = self.kind.listing
        if listing is None or listing.pagination is None:
            raise Unfit(skipped("the contract has no listing of it"))
        by_name = {folded(name): value for name, value in self._known.items()}
        plain = self.session.plain(listing).members
        members = {name: by_name.get(folded(name), value) for name, value in plain.items() if name in listing.needed}
        first = Request.call(listing.name, members)
        found = follow(self.session.send_again, first, listing.pagination, _MOST_ITEMS)
        if not found.complete:
            raise Unfit(skipped(f"{listing.name} can't be read: {found.problem}", exchanges=found.pages[-1:]))
        return _Found(self.kind.item_named(found.items, self._known), found.pages[:2])


class _Found(NamedTuple):
    """What a target shows of a resource, None where it shows nothing; and where."""

    value: Any
    exchanges: tuple[Exchange, ...]


_Law = Callable[[_Life], Verdict]


def lifecycle_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the checks of what an operation creates, or deletes; none where the contract lacks one of the two."""
    made = kind_of(contract, operation)
    if made is not None and made.delete is not None:
        yield from _of_create(contract, made)
    ended = kind_ended_by(contract, operation)
    if ended is not None and ended.delete is operation and verb_of(operation.name) in DELETING:
        yield from _of_delete(contract, ended, operation)
    elif ended is not None and ended.stop is operation and ended.describe is not None and ended.describe.settled:
        words, accepts = f"what {operation.name} stops comes to its end", f"a final answer of {ended.describe.name}"
        law = partial(_stops, ended.describe, ended.describe.settled)
        yield _check(contract, ended, operation, "stops", words, accepts, law)


def _of_create(contract: Contract, kind: ResourceKind) -> Iterator[Check]:
    create = kind.create
    if kind.describe is not None:
        words, accepts = f"what {create.name} makes is described", f"an answer of {kind.describe.name}"
        yield _check(contract, kind, create, "described", words, accepts, _described)
    if kind.listing is not None:
        words, accepts = f"what {create.name} makes is listed", f"an item of {kind.listing.name}"
        yield _check(contract, kind, create, "listed", words, accepts, _listed)
    if kind.own:
        yield _twice(contract, kind, create, _created_twice)
    for place, (name, echo) in enumerate(echoing(kind).items()):
        words = f"{name} of what {create.name} makes comes back as it was asked for"
        accepts, law = f"{name} as in the request", partial(_comes_back, name, echo)
        more = () if name in {kind.own, *create.needed} else (name,)
        yield _check(contract, kind, create, "comes-back", words, accepts, law, of=(name, place, more))


def _of_delete(contract: Contract, kind: ResourceKind, delete: Operation) -> Iterator[Check]:
    describe = kind.describe
    if describe is not None:
        accepts = " or ".join(describe.not_found) or "an error"
        stated = verb_of(delete.name) == "Delete" and any(item.level == "must" for item in describe.not_found.values())
        facts = [f"{describe.name}/error/{code}/present" for code in describe.not_found] if stated else []
        words = f"what {delete.name} deletes is described no more"
        law = partial(_not_described, describe)
        yield _check(contract, kind, delete, "not-described", words, accepts, law, stated=facts)
    if kind.listing is not None:
        words, accepts = f"what {delete.name} deletes is listed no more", f"no such item of {kind.listing.name}"
        yield _check(contract, kind, delete, "not-listed", words, accepts, _not_listed)
    yield _twice(contract, kind, delete, _deleted_twice)


def _twice(contract: Contract, kind: ResourceKind, operation: Operation, law: Callable[..., Verdict]) -> Check:
    """Return the check of a second request, which may be accepted unless a behaviour says that it is rejected."""
    once = bool(bound_by(contract, operation.name, [f"{_LAW}twice"]))
    words = f"the same {operation.name} again is {'' if once else 'accepted, or '}rejected by an error of the operation"
    accepts = _documented(operation, accepted=not once)
    return _check(contract, kind, operation, "twice", words, accepts, partial(law, accepted=not once))


def _check(  # noqa: PLR0913, PLR0917 - a row of a table
    contract: Contract,
    kind: ResourceKind,
    operation: Operation,
    case: str,
    statement: str,
    accepts: str,
    law: _Law,
    *,
    of: tuple[str, int, tuple[str, ...]] = ("lifecycle", 0, ()),
    stated: Sequence[str] = (),
) -> Check:
    """Return a check; `of` is its subject, what is added to the number of its resource, and members that this has."""
    subject, place, more = of
    name = f"{operation.name}/consistency/{subject}/{case}"
    bound = bound_by(contract, operation.name, [f"{_LAW}{case}"])
    documented = bool(stated) or any(behaviour.basis == "documented" for behaviour in bound)
    cited = (place for behaviour in bound for place in of_behaviour(behaviour))
    number = _TWICE_DELETED if case == "twice" and operation is kind.delete else _NUMBERS[case] + place
    return Check(
        name,
        "must" if documented else "should",
        "documented" if documented else "inferred",
        statement,
        tuple(dict.fromkeys((*because(contract, contract.stated(stated)), *cited))),
        partial(_run, kind, number, more, law),
        compares=True,
        behaviours=tuple(behaviour.id for behaviour in bound),
        request=f"{kind.create.name} of a resource that only this check uses, and which it deletes",
        accepts=accepts,
        shares=(name,),
    )


def _run(kind: ResourceKind, number: int, more: tuple[str, ...], law: _Law, session: TargetSession) -> Verdict:
    life = _Life(session, kind, number)
    try:
        life.create(*more)
        verdict = law(life)
    except Unfit as unfit:
        verdict = unfit.verdict
    with suppress(Unfit):
        life.end()
    return verdict


def _described(life: _Life) -> Verdict:
    exchange = life.session.eventually(life.describe, lambda found: found.ok)
    if exchange.ok:
        return passed({"answers": 1})
    expected, reason = f"an answer of {exchange.operation}", "what was created is not described"
    return fault_of(exchange, expected) or failed_by(exchange, "not-described", reason, expected)


def _listed(life: _Life) -> Verdict:
    if not life.is_identified:
        return skipped("nothing that is known of the resource identifies it in the listing")
    item, pages = life.session.eventually(life.item, lambda found: found.value is not None)
    if item is not None:
        return passed({"items": 1})
    words = f"an item for {_shown(life.members)}"
    verdict = failed("not-listed", "what was created is not listed", expected=words, received="none", exchanges=pages)
    # Where pages don't lead to the end of a listing, it may be on those that are left out.
    return verdict if life.kind.listing is None else replace(verdict, see=(f"{life.kind.listing.name}/pagination/*",))


def _documented(operation: Operation, *, accepted: bool) -> str:
    errors = " or ".join(operation.errors) or "an error of the caller"
    return f"HTTP 200, or {errors}" if accepted else errors


def _accepted_or_documented(life: _Life, exchange: Exchange, *, accepted: bool) -> Verdict:
    operation, service = life.session.contract.operations[exchange.operation], life.session.contract.service
    expected = _documented(operation, accepted=accepted)
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.accepted and not accepted:
        return failed_by(exchange, "accepted-twice", f"a second {operation.name} is accepted", expected)
    known, code = {*operation.errors, *service.common_errors, *service.rejections}, exchange.error_code
    if exchange.accepted or (exchange.status in _CLIENT_ERRORS and (code in known or (code and not operation.errors))):
        return passed({"answers": 1})
    reason = f"a second {operation.name} is rejected by an error that it does not have"
    return failed_by(exchange, "undocumented-error", reason, expected)


def _created_twice(life: _Life, *, accepted: bool) -> Verdict:
    return _accepted_or_documented(life, life.create_again(), accepted=accepted)


def _deleted_twice(life: _Life, *, accepted: bool) -> Verdict:
    life.delete()
    return _accepted_or_documented(life, life.ask(life.kind.delete), accepted=accepted)


def _stops(describe: Operation, final: FinalState, life: _Life) -> Verdict:
    node = describe.output.descend(final.path)
    words = (node.accepted_values() if node is not None else None) or ()
    ending = {*final.values, *(word for word in words if word.lower().startswith("stop"))}
    if member(life.describe().answer, final.path) in final.values:
        return skipped("it has ended before it could be stopped")
    stopped = life.ask(life.kind.stop)
    if not stopped.accepted:
        return skipped(f"it can't be stopped: {shown(stopped)}", exchanges=(stopped,))
    exchange = life.session.eventually(
        life.describe, lambda found: not found.ok or member(found.answer, final.path) in ending
    )
    status = member(exchange.answer, final.path)
    if not exchange.ok or status in ending:
        return passed({"answers": 2})
    reason, expected = "what was stopped goes on", f"{final.path} {' or '.join(sorted(ending))}"
    return failed("goes-on", reason, expected=expected, received=f"{status}", exchanges=(stopped, exchange))


def _not_described(describe: Operation, life: _Life) -> Verdict:
    before = life.describe()
    if not before.ok:
        return skipped("it was not described before it was deleted", exchanges=(before,))
    life.delete()
    exchange = life.session.eventually(life.describe, lambda found: not found.ok)
    expected = " or ".join(describe.not_found) or "an error"
    if exchange.ok:
        reason = "what was deleted is still described"
        word = "" if _ending(before.answer) else _ending(exchange.answer)
        still = failed_by(exchange, "still-described", reason, expected, before)
        return skipped(f"it is still described, as {word}", exchanges=(exchange,)) if word else still
    if describe.not_found and exchange.error_code not in describe.not_found:
        reason = f"it is described no more; which error says so, {describe.name}/error judges"
        return fault_of(exchange, expected) or passed({"answers": 2}, reason=reason)
    return passed({"answers": 2})


def _ending(value: Any) -> str:
    """Return the word or the time by which a service says that something is gone or going; empty where none does."""
    if isinstance(value, Mapping):
        times = [name for name, inner in value.items() if "delet" in name.lower() and type(inner) in {int, float}]
        return next(filter(None, (*times, *map(_ending, value.values()))), "")
    is_word = isinstance(value, str) and len(value) < _SHOWN
    return value if is_word and any(part in value.lower() for part in _ENDING) else ""


def _not_listed(life: _Life) -> Verdict:
    before = life.item().value
    if before is None:
        return skipped("it was not listed before it was deleted")
    life.delete()
    item, pages = life.session.eventually(life.item, lambda found: found.value is None)
    if item is None:
        return passed({"items": 1})
    if not _ending(before) and (word := _ending(item)):
        return skipped(f"it is still listed, as {word}", exchanges=pages)
    reason, received = "what was deleted is still listed", _shown(item)
    return failed("still-listed", reason, expected="no such item", received=received, exchanges=pages)


class _Echo(NamedTuple):
    """Where a member comes back: in the listed item or the description, in a structure or (empty) at the top."""

    listed: bool
    inside: str


def echoing(kind: ResourceKind) -> Mapping[str, _Echo]:
    """Return the members of Create that come back under the same name and type, in the description or the listing."""
    found: dict[str, _Echo] = {}
    for name, node in kind.create.input.members.items():
        if node.type in {"blob", "document"} or (name != kind.own and folded(name).endswith(_OTHER_FORMS)):
            continue
        places = (echo for echo, parts in _places(kind) if name in parts and _is_alike(node, parts[name]))
        if (echo := next(places, None)) is not None:
            found[name] = echo
    return found


def _places(kind: ResourceKind) -> Iterator[tuple[_Echo, Mapping[str, Node]]]:
    if kind.describe is not None:
        parts = kind.describe.output.members
        yield _Echo(listed=False, inside=""), parts
        inner = [node for node in parts.values() if node.type == "structure"]
        own = {folded(kind.own), f"{folded(kind.noun)}name", f"{folded(kind.noun)}arn", "arn"}
        about = (node for node in inner if own & {folded(name) for name in node.members})
        yield from ((_Echo(listed=False, inside=node.name), node.members) for node in about)
    pagination = kind.listing.pagination if kind.listing is not None else None
    result = kind.listing.output.descend(f"{pagination.result}[]") if kind.listing is not None and pagination else None
    if result is not None:
        yield _Echo(listed=True, inside=""), result.members


def _is_alike(node: Node, other: Node, depth: int = _DEEP) -> bool:
    """Whether a value of one member may be one of the other: what describes a connection, say, has no password."""
    names = {*node.members, *(name for name, member in other.members.items() if member.effective("required"))}
    inner = [(node.members.get(name), other.members.get(name)) for name in names] if depth and node.members else []
    inner += [(node.element, other.element)] if node.element and other.element else []
    return node.type == other.type and all(
        member is not None and there is not None and _is_alike(member, there, depth - 1) for member, there in inner
    )


def _comes_back(name: str, echo: _Echo, life: _Life) -> Verdict:
    asked = life.members.get(name)
    if asked is None:
        return skipped(f"no valid value of {name} was found")

    def answered() -> _Found:
        if echo.listed:
            found = life.item()
        else:
            exchange = life.describe()
            answer: Any = exchange.answer if exchange.ok else None
            found = _Found(answer.get(echo.inside) if echo.inside and answer else answer, (exchange,))
        if not isinstance(found.value, dict):
            raise Unfit(skipped("it is not shown", exchanges=found.exchanges))
        return _Found(found.value.get(name), found.exchanges)

    got, exchanges = life.session.eventually(answered, lambda found: _same(asked, found.value))
    if _same(asked, got):
        return passed({"answers": 1})
    way, how = ("dropped", "does not come back") if got is None else ("changed", "comes back as another value")
    received = "no such member" if got is None else _shown(got)
    reason = f"{name} of what was created {how}"
    return failed(way, reason, expected=f"{name}: {_shown(asked)}", received=received, exchanges=exchanges)


def _same(asked: Any, got: Any) -> bool:
    """Whether a value comes back: all that was asked for, in any order, and whatever a service adds."""
    if isinstance(asked, dict):
        return isinstance(got, dict) and all(_same(value, got.get(name)) for name, value in asked.items())
    if isinstance(asked, list):
        return isinstance(got, list) and all(any(_same(value, other) for other in got) for value in asked)
    return isinstance(got, bool) is isinstance(asked, bool) and bool(asked == got)


def _shown(value: Any) -> str:
    text = dump(value).decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
