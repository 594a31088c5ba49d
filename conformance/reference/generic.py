"""A server of any contract, made from the contract alone: it lists, describes, creates and deletes what it makes up.

It is the control of a drafted contract: what the contract claims is true of it, so that no check fails.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.contract.asking import top, values_at
from conformance.contract.examples import ACCOUNT, example, text
from conformance.contract.model import Contract, Listing, Node, Operation, Pagination
from conformance.contract.names import DELETING, noun_of, verb_of
from conformance.contract.resources import ResourceKind, kind_of
from conformance.reference.http import Answer, Call
from conformance.reference.inputs import Rejection, read_members, serves_tuning_jobs, validation, violations
from conformance.reference.listing import PageTokens
from conformance.reference.service import Service
from conformance.reference.signatures import region_of
from conformance.reference.stages import Members, Stages
from conformance.wire.signing import is_region
from conformance.worlds.model import World

_KEY = b"conformance server of any contract"
_TAKEN = ("InUse", "AlreadyExists", "Exists", "Conflict", "Duplicate")
_PAGE, _FIXED_PAGE = 100, 10
"""Items of a page at most, and where the size can't be asked for: a listing has several pages then."""
_HOME = "us-east-1"
"""The region of made ARNs."""
_TOKENS, _TRIES = 10_000, 100
"""The number of the first valid text that is a token, far from those that others make; how many are tried."""
ITEMS = 26
"""How many items each listing has: two pages and a half of ten."""


class ContractService(Stages):
    """Serves the operations of a contract from a state that it makes up: some items for each listing."""

    def __init__(
        self,
        world: World,
        *,
        contract: Contract,
        credentials: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make nothing yet: the items of a listing are made when it is first asked for.

        Of the world only its size counts: a listing has as many items as it has tuning jobs, up to 26.
        """
        super().__init__(contract, {name: item.input for name, item in contract.operations.items()}, credentials, clock)
        self._many = min(len(world.jobs), ITEMS)
        self._store: dict[tuple[str, str, str], list[Any]] = {}
        self._kinds = {name: kind_of(contract, operation) for name, operation in contract.operations.items()}
        self._created: list[_Created] = []
        self._lock = threading.RLock()
        self._asked = threading.local()
        self.tokens = PageTokens(_KEY)
        self._given: dict[str, str] = {}
        """Tokens of the form that a contract asks for, each with the one that it stands for."""

    @property
    def _region(self) -> str:
        return getattr(self._asked, "region", _HOME)

    def answer(self, call: Call) -> Answer:
        """Answer a call in the region that it is signed for: each has items of its own, and ARNs name it."""
        region = region_of(call)
        self._asked.region = region if is_region(region) else _HOME
        return super().answer(call)

    def reject(self, rejection: Rejection) -> Answer:
        """Write the answer to a request that is rejected, by a code of this service."""
        known = self.contract.service.rejections
        if rejection.code == "ValidationException" and rejection.code not in known:
            rejection = Rejection(min(known), rejection.text, status=rejection.status, member=rejection.member)
        return super().reject(rejection)

    def validate(self, name: str, members: Members) -> None:
        """Check every constraint of the input, and that one of several alternatives is given."""
        super().validate(name, members)
        for group in self.contract.operations[name].either:
            given = sum(member in members for member in group.members)
            if not given or (group.exactly and given > 1):
                raise validation(f"{'exactly' if group.exactly else 'at least'} one of {', '.join(group.members)}")

    def perform(self, name: str, members: Members) -> Members:
        """Do what an operation does, as its name and the contract say."""
        operation, members = self.contract.operations[name], _moved(members, self._region, _HOME)
        with self._lock:
            return _moved(self._performed(operation, members), _HOME, self._region)

    def _performed(self, operation: Operation, members: Members) -> Members:
        members = self._by_first_names(operation, members)
        here = (item for item in self._created if item.region == self._region)
        created = next((item for item in here if item.is_named_in(operation, members)), None)
        if created is not None and created.is_gone:
            raise self._not_found(operation, created.given.get(created.kind.own))
        found = created.item if created is not None else self._found(operation, members)
        if operation.pagination is not None and operation.listing is not None:
            return self._page(operation, operation.pagination, operation.listing, members)
        given: Members = created.given if created is not None else {}
        if (kind := self._kinds[operation.name]) is not None:
            return self._create(kind, members)
        if verb_of(operation.name) in DELETING:
            self._forget(found)
            self._created = [replace(item, is_gone=item.is_gone or item is created) for item in self._created]
        if created is not None and created.kind.stop is operation:
            self._created = [item.stopped() if item is created else item for item in self._created]
        return self._answer(operation, members, given | found if isinstance(found, dict) else given)

    # -- what is there

    def _by_first_names(self, operation: Operation, members: Members) -> Members:
        """Return members in which what has several names is named by the first: answers are the same under each."""
        found = dict(members)
        for member, source in operation.names.items():
            if member in members and len(source.paths) > 1:
                items = self._items(self.contract.operations[source.operation], members)
                same = (
                    _at(item, source.path) for item in items if members[member] in map(partial(_at, item), source.paths)
                )
                found[member] = next(same, members[member])
        return found

    def _items(self, operation: Operation, members: Members) -> list[Any]:
        """Return the items of a listing; of one about a resource, those of that resource."""
        parent = members.get(operation.subject)
        key = (self._region, operation.name, json.dumps(parent))
        if key not in self._store:
            node = _item_of(operation)
            named = {} if parent is None else {operation.subject: parent}
            made = (
                _overlaid(node, self._item(operation, node, number), named)
                for number in range(self._many)
                if node is not None
            )
            self._store[key] = [item for item in _distinct(made, operation.listing) if item is not None]
        return self._store[key]

    def _item(self, operation: Operation, node: Node, number: int) -> Any:
        """Make an item of a listing; what names it in requests of others keeps their constraints, too."""
        item, spec = example(node, number, optional=number % 3 != 0), operation.listing
        if spec is not None and isinstance(item, dict):
            needed = {path for name, path in spec.filters.items() if top(name) in operation.needed}
            for name in {spec.identity.partition(".")[0], *needed} & node.members.keys() - item.keys():
                value = example(node.members[name], number, optional=True)
                item |= {} if value is None else {name: value}  # nothing lists it without
        for other in self.contract.operations.values():
            for member, source in other.names.items():
                asked = other.input.members[member]
                for path in source.paths if source.operation == operation.name and isinstance(item, dict) else ():
                    own = item.get(path)
                    if path not in node.members or _is_of(asked, own) or not (own or path == source.path):
                        continue
                    # An ARN ends in the name.
                    arn = f"{str(own).rpartition('/')[0]}/{item.get(source.path)}"
                    value = example(asked, number) if path == source.path else arn
                    item |= {path: value} if _is_of(asked, value) and _is_of(node.members[path], value) else {}
        return item

    def _found(self, operation: Operation, members: Members) -> Any:
        """Return the item that a request names; None where the contract does not say where names come from.

        Raises Rejection for a name that nothing has.
        """
        found = None
        kind = self._kinds[operation.name]
        for member, source in operation.names.items():
            if member not in members or (kind is not None and member not in kind.parents):
                continue
            listing = self.contract.operations[source.operation]
            items = self._items(listing, members)
            item = next((item for item in items if members[member] in [_at(item, path) for path in source.paths]), None)
            if item is None:
                raise self._not_found(operation, members[member])
            found = item if found is None else found
        if operation.subject and operation.subject not in operation.names and operation.not_found:
            raise self._not_found(operation, members.get(operation.subject))  # nothing that a listing shows has it
        return found

    def _not_found(self, operation: Operation, name: Any) -> Rejection:
        for code, error in operation.not_found.items():
            return Rejection(code, f"there is no {name}", status=error.http_status or 400)
        return validation(f"there is no {name}")

    def _create(self, kind: ResourceKind, members: Members) -> Members:
        """Make a resource, with an item where it is listed. Raises Rejection where it is there, if an error says so."""
        create, number = kind.create, ITEMS + len(self._created) + 1
        item = items = None
        if kind.listing is not None and kind.listing.listing is not None:
            items, spec = self._items(kind.listing, members), kind.listing.listing
            item = self._created_item(kind, kind.listing, members, number)
            taken = [each for each in items if _at(each, spec.identity) == _at(item, spec.identity)]
            code = next((code for code in create.errors if any(word in code for word in _TAKEN)), None)
            if taken and code is not None:
                raise Rejection(code, "it exists", status=create.errors[code].http_status or 400)
            for each in taken:
                self._forget(each)
            items.append(item)
        answer = self._answer(create, members, item if isinstance(item, dict) else {}, number)
        self._created.append(_Created(kind, members, item, kind.known(members, answer), self._region))
        return answer

    def _created_item(self, kind: ResourceKind, listing: Operation, members: Members, number: int) -> Any:
        node, identity = _item_of(listing), listing.listing.identity if listing.listing is not None else ""
        if node is None or node.type != "structure":
            return members.get(kind.own, example(node, number) if node is not None else None)
        item = _overlaid(node, example(node, number, optional=True), members)
        if kind.own in members and identity.lower().endswith("name"):
            item[identity] = members[kind.own]
        return item

    def _forget(self, found: Any) -> None:
        for (region, *_), items in self._store.items():
            if region == self._region and found in items:
                items.remove(found)

    # -- answers

    def _answer(self, operation: Operation, members: Members, found: Members, number: int = 0) -> Members:
        made = _made(operation.output, optional=True, number=number)
        if operation.pagination is not None:
            token = operation.output.descend(operation.pagination.output_token)
            if token is None or not token.effective("required"):
                made.pop(operation.pagination.output_token, None)
            if operation.pagination.more:
                made[operation.pagination.more] = False
        answer: Members = made
        for own in (members, found, {name: members[name] for name in operation.names if name in members}):
            answer = _overlaid(operation.output, answer, own)
        return answer

    def _page(self, operation: Operation, pagination: Pagination, listing: Listing, members: Members) -> Members:
        """Return a page: items that the filters admit, in the order that is asked for, from where the token leads."""
        items = [item for item in self._items(operation, members) if _admits(listing, members, item)]
        items = _in_order(operation, listing, members, items)
        token = members.get(pagination.input_token)
        paging = {pagination.input_token, pagination.limit}
        query = {"": operation.name} | {name: value for name, value in members.items() if name not in paging}
        start = self._redeemed(query, token) if token is not None else 0
        limit = operation.input.members.get(pagination.limit)
        default = (limit.effective("default") or limit.effective("maximum")) if limit is not None else None
        size = min(int(members.get(pagination.limit, default or _PAGE)), _PAGE) if limit is not None else _FIXED_PAGE
        result = operation.output.members.get(pagination.result)
        size = min(size, int(result.effective("max_length") or size)) if result is not None else size
        end = start + size
        made = _overlaid(operation.output, _made(operation.output, optional=False), members)
        page: Members = {**made, pagination.result: items[start:end]}
        if result is not None and len(items[start:end]) < (result.effective("min_length") or 0):
            del page[pagination.result]  # a list of too few is left out
        page.pop(pagination.output_token, None)
        token_node = operation.output.members.get(pagination.output_token)
        if end < len(items):
            page[pagination.output_token] = self._issued(operation, pagination, query, end)
        elif token_node is not None and token_node.effective("required") and _is_of(token_node, ""):
            page[pagination.output_token] = ""  # the last page has one, too, and it is empty
        if pagination.more:
            page[pagination.more] = end < len(items)
        return page

    def _issued(self, operation: Operation, paging: Pagination, query: Members, end: int) -> str:
        """Return the token of a page: in Base64, or where that is no valid one, a valid text that stands for it."""
        token = self.tokens.issue(query, end)
        places = (operation.input.descend(paging.input_token), operation.output.descend(paging.output_token))
        nodes = [node for node in places if node is not None]
        if all(_is_of(node, token) for node in nodes):
            return token
        given = (made for made, of in self._given.items() if of == token)
        made = (text(node, _TOKENS + len(self._given) + more) for more in range(_TRIES) for node in nodes)
        fresh = (item for item in made if item not in self._given and all(_is_of(node, item) for node in nodes))
        found = next(given, None) or next(fresh, None) or token
        self._given[found] = token
        return found

    def _redeemed(self, query: Members, token: str) -> int:
        """Return where the page of a token begins. Raises Rejection for one that is not of this query."""
        return int(self.tokens.redeem(query, self._given.get(token, token)))


@dataclass(frozen=True)
class _Created:
    """A resource that a request has made."""

    kind: ResourceKind
    given: Members
    item: Any
    """What lists it; None where nothing does."""
    known: Mapping[str, Any]
    region: str
    """Where it was made: nothing shows it elsewhere."""
    is_gone: bool = False

    def stopped(self) -> _Created:
        """Return the resource in the last of its final states, in which its item is as well."""
        final = self.kind.describe.settled if self.kind.describe is not None else None
        state = {final.path: final.values[-1]} if final is not None else {}
        if isinstance(self.item, dict):
            self.item.update({name: value for name, value in state.items() if name in self.item})
        return replace(self, given=self.given | state)

    def is_named_in(self, operation: Operation, members: Members) -> bool:
        """Whether a request is about it."""
        if operation.name == self.kind.create.name or noun_of(operation.name) != noun_of(self.kind.create.name):
            return False
        about = self.kind.about(operation, self.known) or {}
        named = {name: value for name, value in about.items() if value in self.known.values()}
        return bool(named) and all(members.get(name) == value for name, value in named.items())


def service_of(contract: Contract) -> type[Service | ContractService]:
    """Return the class that serves a contract: the one of tuning jobs, where it has all operations."""
    return Service if serves_tuning_jobs(contract) else ContractService


def _moved(members: Members, region: str, to: str) -> Members:
    """Return members whose ARNs of a region name another one."""
    if region == to:
        return members
    moved: Members = json.loads(json.dumps(members).replace(f":{region}:{ACCOUNT}:", f":{to}:{ACCOUNT}:"))
    return moved


def _made(node: Node, *, optional: bool, number: int = 0) -> Members:
    """Return an example of a structure, without the members of which none is found."""
    if node.effective("union"):
        return example(node, number) or {}
    members = (member for member in node.members.values() if optional or member.effective("required"))
    found = ((member.name, example(member, number, optional=optional)) for member in members)
    return {name: value for name, value in found if value is not None}


def _item_of(operation: Operation) -> Node | None:
    result = operation.output.members.get(operation.pagination.result) if operation.pagination else None
    return result.element if result is not None else None


def _at(item: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _all_at(item: Any, path: str) -> list[Any]:
    """Return the values at a path that may lead through lists; None where there is none."""
    first, is_listed, rest = path.partition("[].")
    if not is_listed:
        return [_at(item, path)]
    return [value for each in _at(item, first) or () for value in _all_at(each, rest)] or [None]


def _distinct(items: Iterator[Any], listing: Listing | None) -> Iterator[Any]:
    """Yield items up to the first whose identity another one has: constraints have room for so many, and no more."""
    seen: set[str] = set()
    for item in items:
        identity = json.dumps(_at(item, listing.identity if listing is not None else ""))
        if identity in seen:
            return
        seen.add(identity)
        yield item


def _admits(listing: Listing, members: Members, item: Any) -> bool:
    """Whether an item is listed under the filters of a request."""
    rows: tuple[tuple[Mapping[str, str], Callable[[Any, Any], bool]], ...] = (
        (listing.filters, lambda value, wanted: value == wanted),
        (listing.containing, lambda value, wanted: wanted in str(value or "")),
        (listing.prefix, lambda value, wanted: str(value or "").startswith(wanted)),
        (listing.after, lambda value, wanted: value is not None and value > wanted),
        (listing.before, lambda value, wanted: value is not None and value < wanted),
    )
    return all(
        any(admits(found, value) for value in wanted for found in _all_at(item, path))
        for ways, admits in rows
        for name, path in ways.items()
        if (wanted := values_at(members, name))
    )


def _in_order(operation: Operation, listing: Listing, members: Members, items: list[Any]) -> list[Any]:
    if not listing.keys:
        return items
    default = operation.input.members[listing.sort_by].effective("default") or next(iter(listing.keys))
    asked = members.get(listing.sort_by, default)
    path = listing.keys.get(asked, next(iter(listing.keys.values())))
    direction = operation.input.members[listing.sort_order].effective("default") or listing.ascending
    falling = members.get(listing.sort_order, direction) == listing.descending
    having = [item for item in items if _at(item, path) is not None]
    without = [] if asked in listing.omits_items_without_key else [item for item in items if _at(item, path) is None]
    return sorted(having, key=lambda item: _at(item, path), reverse=falling) + without


def _overlaid(node: Node, made: Any, members: Members) -> Any:
    """Return a made structure with the values of members of the same name and type, also one structure further in."""
    if node.type != "structure" or not isinstance(made, dict):
        return made
    result = dict(made)
    for name, member in node.members.items():
        if name in members and _is_of(member, members[name]):
            result[name] = members[name]
        elif name in made and member.type == "structure":
            common, alone = set(member.members) & set(members), len(node.members) == 1
            result[name] = _overlaid(member, made[name], members) if len(common) > (not alone) else made[name]
    return result


def _is_of(node: Node, value: Any) -> bool:
    """Whether a value is one that a member may have."""
    try:
        return value is not None and read_members(node, value) == value and not any(violations(node, value, ""))
    except Rejection:
        return False
