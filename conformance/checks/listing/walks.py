"""What checks of listings share: how one is declared, the query, the walk, and the resource that is walked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, product
from typing import Any

from conformance.checks.attribution import Paths, RequestAttribution, following
from conformance.checks.check import Check, grounds, rule_id, rules_of
from conformance.checks.request.laws import fault_of, maybe_invalid
from conformance.checks.request.values import violations
from conformance.checks.verdict import Outcome, Tally, Verdict, failed, passed, skipped
from conformance.contract.asking import asking, bare, together, top
from conformance.contract.model import Contract, Node, Operation
from conformance.session.listing import Difference, Item, Reader, Walked, first_difference, pages_of, steps
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, shown
from conformance.wire.request import Request

NO_TOKEN = "the target has no ended resource with a listing longer than a page"  # noqa: S105 - a reason
TOO_LARGE = "page-too-large"
"""The kind of a page with more items than were asked for."""
SMALL = 3
"""Items of a small page: a listing that is handy to walk has several of them."""
CUTS = (1, SMALL, 10)
"""Sizes of pages into which the default listing is cut to look at its tokens."""
_NO_LISTING = "the target has no resource with listed items that has ended"
_PAGES = 3
"""Pages that a cut listing should have: a first, a last, and one between."""
_ITEMS = 5
"""Items of a cut listing beyond which more of them show little more."""
_HANDY = 12
"""Pages up to which the representative listing is walked; beyond, the shortest one that will do."""

PAIR = 2
"""Different values that it takes to see an order."""


@dataclass(frozen=True)
class Query:
    """The members of a listing request besides its subject and its page size."""

    sort_by: str | None = None
    sort_order: str | None = None
    filtered: tuple[str, str] | None = None

    def members(self, reader: Reader) -> dict[str, Any]:
        """Return the members as they go into a request."""
        spec = reader.spec
        order = {spec.sort_by: self.sort_by, spec.sort_order: self.sort_order}
        found = {name: value for name, value in order.items() if name and value is not None}
        return together(found, asking(*self.filtered)) if self.filtered else found

    def __str__(self) -> str:
        parts = [self.sort_by or "", self.sort_order or "", self.filtered[1] if self.filtered else ""]
        return "-".join(part for part in parts if part) or "default"


Variant = Mapping[str, Any]
"""What differs between the checks of one declaration: it fills the braces of the texts, and goes to the function."""


def _undefined(*_: Any, **__: Any) -> Verdict:
    raise NotImplementedError("a check is declared, and has no function yet")


@dataclass(frozen=True)
class ListingCheck:
    """A check of every listing operation, declared above its function: `@ListingCheck("area/subject/case", "claim")`.

    Texts are templates: `{limit}`, `{token}`, `{input_token}`, `{result}`, `{sort_by}` and `{sort_order}` are the
    operation's members, and each variant brings names of its own (`observed` replaces that of the declaration). The
    function gets a `Walker`, the representative listing (unless `at_large`, where it looks for resources itself), and
    the variant.
    """

    place: str
    statement: str
    laws: tuple[str, ...] = ()
    """The names by which behaviours call for it."""
    facts: tuple[str, ...] = ()
    """Ids without the operation."""
    observed: tuple[str, ...] = ()
    level: str = "must"
    each: Callable[[ListingChecks], Iterable[Variant]] = lambda _: ({},)
    at_large: bool = False
    evaluate: Callable[..., Verdict] = _undefined

    def __call__(self, evaluate: Callable[..., Verdict]) -> Callable[..., Verdict]:
        """Register a function as this check."""
        _DECLARED.append(replace(self, evaluate=evaluate))
        return evaluate

    def run(self, checks: ListingChecks, variant: Variant, session: TargetSession) -> Verdict:
        """Run it once."""
        walker = Walker(checks, session)
        if self.at_large:
            return self.evaluate(walker, **variant)
        listing = session.representative_listing(checks.operation)
        return self.evaluate(walker, listing, **variant) if listing is not None else skipped(_NO_LISTING)


_DECLARED: list[ListingCheck] = []


def law_names() -> frozenset[str]:
    """Return the names by which behaviours call for checks of listings."""
    return frozenset(name for declared in _DECLARED for name in declared.laws)


class ListingChecks:
    """The checks of one listing operation, and what they need of the contract: keys, directions, filters."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Read the contract."""
        self._contract = contract
        self.operation = operation
        # A draft can't tell "the last page has none" from "on the last page it is empty", as pages of ssm say.
        self.reader = Reader.of(operation, empty_is_none=not contract.service.knows_rejections)
        spec = self.reader.spec
        self.directions = tuple(filter(None, (spec.ascending, spec.descending)))
        self.filters: tuple[tuple[str, str], ...] = ()
        """Filters by listed words, with each of their words."""
        self.open_filters: tuple[str, ...] = ()
        """Filters by what is found in items, and those whose words another filter has as well."""
        taken: set[str] = set()
        for name in self.optional(spec.filters):
            words = self.asked_for(name).accepted_values() or ()
            if not words or taken & set(words):
                self.open_filters += (name,)
            else:
                self.filters += tuple((name, word) for word in words)
                taken |= set(words)

    @property
    def needed_filters(self) -> tuple[str, ...]:
        """Filters by listed words that a request can't do without."""
        nodes, needed = self.operation.input.members, self.operation.needed
        return tuple(name for name in self.reader.spec.filters if name in needed and nodes[name].accepted_values())

    def checks(self) -> Iterator[Check]:
        """Yield every check, in the order in which they are declared."""
        for declared in _DECLARED:
            for variant in declared.each(self):
                yield self._check(declared, variant)

    def optional(self, filters: Mapping[str, str]) -> dict[str, str]:
        """Return those of some filters that a request may do without: no list shows what the others keep back."""
        return {path: of_item for path, of_item in filters.items() if top(path) not in self.operation.needed}

    def asked_for(self, path: str) -> Node:
        """Return what the contract says about what a filter asks for. Raises KeyError for a path that there is not."""
        node = self.operation.input.descend(bare(path))
        if node is None:
            raise KeyError(path)
        return node

    def orders(self) -> Iterator[tuple[str, str]]:
        """Return every sort key in both directions."""
        return product(self.reader.spec.keys, self.directions)

    def default(self, member: str) -> Any:
        """Return the default of a member of the input; None where it has none, or there is no such member."""
        node = self.operation.input.members.get(member)
        return None if node is None else node.effective("default")

    def sizes(self, wanted: Iterable[int]) -> tuple[int, ...]:
        """Return those of some sizes that a page may be asked for in; none where no size can be asked for."""
        node = self.operation.input.members.get(self.reader.pagination.limit)
        return () if node is None else tuple(size for size in wanted if not violations(node, size))

    @property
    def default_order(self) -> Query | None:
        """The default order written out; None where the key or the direction has no default."""
        key, direction = (self.default(name) for name in (self.reader.spec.sort_by, self.reader.spec.sort_order))
        return None if key is None or direction is None else Query(str(key), str(direction))

    def _check(self, declared: ListingCheck, variant: Variant) -> Check:
        spec, pagination = self.reader.spec, self.reader.pagination
        names = {
            "limit": pagination.limit, "token": pagination.output_token, "input_token": pagination.input_token,
            "result": pagination.result, "sort_by": spec.sort_by, "sort_order": spec.sort_order, **variant,
        }  # fmt: skip
        place, statement = declared.place.format_map(names), declared.statement.format_map(names)
        given = {name: value for name, value in variant.items() if name != "observed"}
        on = grounds(
            self._contract,
            self.operation,
            laws=declared.laws,
            facts=(fact.format_map(names) for fact in declared.facts),
            observed=variant.get("observed", declared.observed),
        )
        # What is inferred of a listing breaks no document, also next to what a page says.
        stated = all(
            behaviour.basis == "documented"
            for behaviour in self._contract.behaviours_of(self.operation.name)
            if behaviour.id in on.behaviours
        )
        documented = on.behaviours or any(self._contract.fact(fact).level == "must" for fact in on.facts)
        level = declared.level if stated and documented else "should"
        return Check(
            id=f"{self.operation.name}/{place}",
            level=level,
            basis="documented" if level == "must" else "inferred",
            statement=statement,
            because=on.because,
            run=partial(self._run, partial(declared.run, self, given), place),
            compares=True,
            facts=on.facts,
            behaviours=on.behaviours,
            request=f"{self.operation.name}, page after page",
            accepts=statement,
        )

    # -- what a failure may come from

    def _run(self, run: Callable[[TargetSession], Verdict], place: str, session: TargetSession) -> Verdict:
        verdict = run(session)
        if unsure := self._may_be_invalid(verdict, session):
            return unsure
        verdict = RequestAttribution(session, self.operation).of_pages(verdict)
        if verdict.kind == TOO_LARGE:
            return verdict  # whatever is on it
        if place.startswith("pagination/"):
            # Pages are not the list where one of them differs when it is asked for again.
            repeated = f"{self.operation.name}/protocol/answer/repeated"
            verdict = replace(verdict, follows=(repeated, *verdict.follows))
        return following(
            session, verdict, lambda: self._compared(place), lambda _: self._about_the_listing(place, session)
        )

    def _may_be_invalid(self, verdict: Verdict, session: TargetSession) -> Verdict | None:
        """Skip a query whose first page is rejected: words may be newer than the target, or need what no page says."""
        first = next(
            (each for each in verdict.exchanges if each.operation == self.operation.name and not each.ok), None
        )
        if verdict.outcome is not Outcome.FAILED or first is None:
            return None
        later = self.reader.pagination.input_token in (first.input or {})
        return None if later else maybe_invalid(session.contract.service, self.operation, first)

    def _about_the_listing(self, place: str, session: TargetSession) -> Iterator[str]:
        """Find the checks of what is compared: that each item is there once, and which ones a filter or key admits."""
        area, subject, _ = place.split("/", 2)
        names = (self.reader.identities(listing.items) for listing in session.listings(self.operation))
        if any(len(set(each)) < len(each) for each in names):
            yield f"{self.operation.name}/pagination/default/*"
        if subject in self.reader.spec.keys:
            yield from (
                self._about_the_key(subject) if area == "filter" else (f"{self.operation.name}/filter/{subject}/*",)
            )
        values = [value for _, value in self.filters]
        own = [each for each in values if subject == each or subject.endswith(f"-{each}")]
        yield from (f"{self.operation.name}/filter/{each}/{case}" for each in own for case in ("only", "all"))
        if own or subject in self.reader.spec.filters:
            # A filter by what no item has shows nothing where each item comes through any filter.
            yield from (f"{self.operation.name}/filter/{each}/only" for each in values)

    def _about_the_key(self, key: str) -> Iterator[str]:
        """Find the rules that require of an item what an order sorts by: without it, no item belongs into the order."""
        for behaviour, rule in rules_of(self._contract, self.operation):
            if self.reader.spec.keys[key] in rule.require:
                yield rule_id(behaviour, rule)

    def _compared(self, place: str) -> Paths:
        """Return the members of an item that a check compares."""
        area, _, rest = place.partition("/")
        spec = self.reader.spec
        paths = {spec.identity, *(path for key, path in spec.keys.items() if key in rest)}
        paths |= set(spec.filters.values()) if area == "filter" or rest.split("/")[0] not in spec.keys else set()
        return frozenset((self.operation.name, f"{self.reader.pagination.result}[].{path}") for path in paths)


@dataclass(frozen=True)
class Walker:
    """What a check of a listing operation asks of a session."""

    checks: ListingChecks
    session: TargetSession

    @property
    def operation(self) -> Operation:
        """The listing operation."""
        return self.checks.operation

    @property
    def reader(self) -> Reader:
        """What reads its items."""
        return self.checks.reader

    def walk(self, listing: ListingSnapshot, query: Query, size: int | None = None, **more: Any) -> Walked:
        """Walk a query on a listing; `more` are further members of its requests."""
        members = together(together(listing.members, query.members(self.reader)), more)
        return self.session.walk(self.operation, members, size=size)

    def request(self, listing: ListingSnapshot, **members: Any) -> Request:
        """Return the request for a page of a listing, with these members besides."""
        return Request.call(self.operation.name, {**listing.members, **members})

    def page(self, listing: ListingSnapshot, **members: Any) -> Exchange:
        """Ask for a page of a listing, with these members besides."""
        return self.session.exchange(self.request(listing, **members))

    def listed(self) -> tuple[ListingSnapshot, ...]:
        """Return the listings of ended resources that are known to their end."""
        return self.session.listed(self.operation)

    def cuts(self, listing: ListingSnapshot) -> list[tuple[Walked, ListingSnapshot]]:
        """Walk the default listing in pages of several sizes, each on the listing that is worth cutting so."""
        sizes = self.checks.sizes(CUTS)
        if not sizes:
            return [(self.walk(listing, Query()), listing)]
        subjects = ((self.cut_subject(Query(), size) or listing, size) for size in sizes)
        return [(self.walk(subject, Query(), size), subject) for subject, size in subjects]

    def cut_subject(self, query: Query, size: int) -> ListingSnapshot | None:
        """Return the listing that is worth cutting into pages of a size: several pages, but no more than need be.

        Of those, the one on which most would show: a key taken for another, a filter or ties lost on the way.
        """
        key = ("cut", query.sort_by, query.filtered, size)
        return self.session.chosen(key, self.operation, lambda: self._worth_cutting(query, size))

    def _worth_cutting(self, query: Query, size: int) -> ListingSnapshot | None:
        fitting: dict[tuple[int, int, bool], list[tuple[ListingSnapshot, Sequence[Item]]]] = {}
        for each in self.listed():
            items = self.admitted(each, query)
            pages = -(-len(items) // size)
            fitting.setdefault((min(pages, _PAGES), min(len(items), _ITEMS), pages <= _HANDY), []).append((each, items))
        if not fitting:
            return None

        def worth(pair: tuple[ListingSnapshot, Sequence[Item]]) -> tuple[int, ...]:
            each, items = pair
            key = ("shows", self.operation.name, each.name, query.sort_by, query.filtered)
            shows = self.session.remembered(key, lambda: self._shows(each, items, query.sort_by))
            return (*shows, -len(items) // size, len(items))

        return max(fitting[max(fitting)], key=worth)[0]

    def subjects(self, listing: ListingSnapshot, query: Query) -> list[ListingSnapshot]:
        """Return the listings that can show what a query lists: the representative, and those with what it lacks.

        That is one that has items under the filter where the representative has none, and the longest one, if it is
        longer than the largest page.
        """
        having = self.session.chosen(("having", query.filtered), self.operation, lambda: self._having(query))
        longest = self.session.chosen(("longest", query.filtered), self.operation, lambda: self._longest(query))
        others = (None if self.admitted(listing, query) else having, longest)
        return list({each.name: each for each in (listing, *others) if each is not None}.values())

    def _having(self, query: Query) -> ListingSnapshot | None:
        """Return the shortest listing that has items under a query."""
        having = [each for each in self.listed() if self.admitted(each, query)]
        return min(having, key=lambda each: len(each.items), default=None)

    def _longest(self, query: Query) -> ListingSnapshot | None:
        """Return the listing with the most items under a query, of those that are longer than the largest page."""
        limit = self.operation.input.members.get(self.reader.pagination.limit)
        most = None if limit is None else limit.effective("maximum")
        longer = [each for each in self.listed() if most is not None and len(each.items) > most]
        having = [each for each in longer if self.admitted(each, query)]
        return max(having, key=lambda each: len(self.admitted(each, query)), default=None)

    def admitted(self, listing: ListingSnapshot, query: Query) -> Sequence[Item]:
        """Return the items that a query should list."""
        reader, items = self.reader, listing.items
        if query.filtered is not None:
            name, value = query.filtered
            items = tuple(item for item in items if reader.filtered(name, item) == value)
        if query.sort_by is not None and query.sort_by in reader.spec.omits_items_without_key:
            items = tuple(item for item in items if reader.has_key(query.sort_by, item))
        return items

    def _shows(self, listing: ListingSnapshot, items: Sequence[Item], sort_by: str | None) -> tuple[int, bool, bool]:
        """Return from how many other orders an order differs, whether kinds of items differ, and whether some tie."""
        reader = self.reader
        kinds = {str(reader.filtered(name, item)) for item in listing.items for name in reader.spec.filters}
        if sort_by is None:
            return 0, len(kinds) > 1, False
        keys = reader.keys(sort_by, items)
        others = sum(_differs(reader, sort_by, other, items) for other in reader.spec.keys)
        return others, len(kinds) > 1, 1 < len(set(keys)) < len(keys)


def _differs(reader: Reader, sort_by: str, other: str, items: Sequence[Item]) -> bool:
    """Return whether items in the order of another key are out of the order of this one."""
    try:
        ordered = sorted((item for item in items if reader.has_key(other, item)), key=partial(reader.key, other))
        keys = reader.keys(sort_by, ordered)
        return keys != sorted(keys)
    except TypeError:  # keys of several types: there is no order to differ from
        return False


def failed_walk(  # noqa: PLR0913 - a verdict has as many parts
    walk: Walked, kind: str, reason: str, *, expected: str, received: str, rests_on: Mapping[str, int] | None = None
) -> Verdict:
    """Return a failure that the pages of a walk show."""
    received, shown = f"{walk.name}: {received}", pages_of(walk.listing)
    return failed(kind, reason, expected=expected, received=received, exchanges=shown, rests_on=rests_on)


def other_items(  # noqa: PLR0913 - as above
    reader: Reader,
    walk: Walked,
    wanted: Sequence[Item],
    kind: str,
    reason: str,
    *,
    expected: str,
    rests_on: Mapping[str, int] | None = None,
) -> Verdict | None:
    """Evaluate that a walk lists these items, in whatever order; None where it does."""
    difference = Difference.between(reader.identities(wanted), reader.identities(walk.listing.items))
    if not difference:
        return None
    return failed_walk(walk, kind, reason, expected=expected, received=str(difference), rests_on=rests_on)


def other_order(  # noqa: PLR0913 - as above
    reader: Reader,
    sort_by: str,
    walk: Walked,
    wanted: Sequence[Item],
    reason: str,
    *,
    expected: str = "",
    rests_on: Mapping[str, int],
) -> Verdict | None:
    """Evaluate that a walk is sorted as the same items are here, equal keys aside; None where it is."""
    model, keys = (reader.keys(sort_by, items) for items in (wanted, walk.listing.items))
    at = first_difference(model, keys)
    if at is None:
        return None
    expected = f"{expected}{model[at]!r} at place {at + 1}"
    return failed_walk(walk, "order-lost", reason, expected=expected, received=repr(keys[at]), rests_on=rests_on)


def incomplete(*walks: Walked) -> Verdict | None:
    """Evaluate walks that did not reach their end; None where all did."""
    for walk in walks:
        if walk.listing.complete:
            continue
        last = walk.listing.pages[-1] if walk.listing.pages else None
        if last is not None and (verdict := fault_of(last, "every page of the listing")):
            return verdict
        rejected = last is not None and not last.ok
        if last is not None and rejected and not walk.is_sure and len(walk.listing.pages) == 1:
            reason = f"a page of {walk.size} is rejected, and nothing says how few items one may have: {shown(last)}"
            return skipped(reason, exchanges=(last,))
        return failed(
            "walk-broken",
            "a page of the listing is rejected" if rejected else "the pages do not lead to the end of the listing",
            expected="page after page to the last, which has no token",
            received=f"{walk.name}: {walk.listing.problem}",
            exchanges=pages_of(walk.listing)[-2:],
        )
    return None


MOST_NAMED = 5
"""Differences that are shown."""
_SHOWN = 80
"""Characters of a value that are shown."""


def same_members(reader: Reader, walks: Sequence[Walked], every: Sequence[Item]) -> Verdict:
    """Check that each item of these listings is, member by member, as in the default listing (`every`)."""
    if verdict := incomplete(*walks):
        return verdict
    known = {reader.identity(item): item for item in every}
    tally = Tally("items")
    for walk in walks:
        for item in walk.listing.items:
            name = reader.identity(item)
            if name in known:
                tally.clear(name, list(differing_members(known[name], item))[:MOST_NAMED], *pages_of(walk.listing)[:1])
    return tally.verdict(
        "told-otherwise",
        "each item as the default listing has it",
        wrong="items are described otherwise than in the default listing",
        lacking="none of these listings has an item",
    )


def differing_members(json: Mapping[str, Any], other: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield in words what members of two JSON objects differ; `place` is where they are."""
    for name in dict.fromkeys((*json, *other)):
        if name not in json or name not in other or json[name] != other[name]:
            yield f"{place}{name} is {_shown(json, name)}, then {_shown(other, name)}"


def _shown(holder: Mapping[str, Any], name: str) -> str:
    if name not in holder:
        return "absent"
    text = dump(holder[name]).decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def concatenation(reader: Reader, sort_by: str | None, whole: Walked, cut: Walked) -> Verdict:
    """Check that small pages put together give the list of large pages: none lost, none twice, in order.

    Items with equal sort keys may change places: no document orders ties.
    """
    if verdict := incomplete(whole, cut):
        return verdict
    wanted = whole.listing.items
    rests_on = {"items": len(wanted), "pages": len(cut.listing.pages)}
    if not wanted and not cut.listing.items:
        return skipped(f"{whole.name} has no item under this query: there is nothing to cut into pages")
    reason, expected = (
        f"pages of {cut.size} do not add up to the list",
        f"the same {len(wanted)} items as in pages of {whole.size}",
    )
    if verdict := other_items(
        reader, cut, wanted, "items-lost-or-repeated", reason, expected=expected, rests_on=rests_on
    ):
        return verdict
    if sort_by is not None:
        reason, expected = f"pages of {cut.size} come in another order", f"the order of the pages of {whole.size}: "
        if verdict := other_order(reader, sort_by, cut, wanted, reason, expected=expected, rests_on=rests_on):
            return verdict
    return _too_large(reader, cut, rests_on) or passed(rests_on)


def _too_large(reader: Reader, walk: Walked, rests_on: Mapping[str, int]) -> Verdict | None:
    """Evaluate the size of each page; None where all keep to it."""
    for number, page in enumerate(walk.listing.pages, start=1):
        if (count := len(reader.items(page))) > walk.size:
            return failed(
                TOO_LARGE,
                "a page holds more items than were asked for",
                expected=f"at most {walk.size} items on a page",
                received=f"{walk.name}: {count} on page {number}",
                exchanges=(page,),
                rests_on=rests_on,
            )
    return None


def sorted_by(reader: Reader, sort_by: str, walk: Walked, every: Sequence[Item], *, descending: bool) -> Verdict:
    """Check that neighbours are in the order asked for and no item is lost; equal keys may change places.

    `every` is the whole listing: an order lists all of it, but for a key that items may lack. A key whose collation is
    documented nowhere is checked by grouping alone: equal values come together. Text may be compared with or without
    regard to case: no document says which.
    """
    if verdict := incomplete(walk):
        return verdict
    if sort_by not in reader.spec.omits_items_without_key:
        reason = f"sorting by {sort_by} lists other items than no order does"
        rests_on = {"items": len(walk.listing.items)}
        expected = f"all {len(every)} items"
        if verdict := other_items(reader, walk, every, "other-items", reason, expected=expected, rests_on=rests_on):
            return verdict
    keys = sort_values(reader, sort_by, walk)
    if len(set(keys)) < PAIR:
        return skipped(f"{walk.name} has fewer than two different values to sort by {sort_by}")
    if sort_by in reader.spec.grouped_only:
        wrong = _first_torn(reader, sort_by, keys)
    else:
        try:
            wrong = _first_inversion(reader, sort_by, keys, descending=descending)
        except TypeError:
            types = sorted({type(key).__name__ for key in keys})
            reason = "the sort keys are not of one type"
            return failed_walk(walk, "unsortable", reason, expected="keys of one type", received=str(types))
    rests_on = {"items": len(keys), "distinct": len(set(keys))}
    if wrong is None:
        return passed(rests_on)
    expected, received = wrong
    reason = f"items are not sorted by {sort_by}"
    return failed_walk(walk, "out-of-order", reason, expected=expected, received=received, rests_on=rests_on)


def sort_values(reader: Reader, sort_by: str, walk: Walked) -> list[Any]:
    """Return the values that the items of a walk are sorted by, those of items that have one."""
    return [key for key in reader.keys(sort_by, walk.listing.items) if key is not None]


def _first_inversion(reader: Reader, sort_by: str, keys: Sequence[Any], *, descending: bool) -> tuple[str, str] | None:
    """Return what was expected and received where neighbours are out of order, the case of letters aside."""
    is_wrong = operator.gt if descending else operator.lt

    def inversion(values: Sequence[Any]) -> tuple[int, Any, Any] | None:
        return next((step for step in steps(values) if is_wrong(step[2], step[1])), None)

    found = inversion(keys)
    if found is None or (all(isinstance(key, str) for key in keys) and not inversion([key.casefold() for key in keys])):
        return None
    index, before, after = found
    expected = f"{'falling' if descending else 'rising'} {reader.spec.keys[sort_by]}"
    return expected, f"{before!r} before {after!r} (places {index} and {index + 1})"


def _first_torn(reader: Reader, sort_by: str, keys: Sequence[Any]) -> tuple[str, str] | None:
    """Return what was expected and received where equal values do not come together."""
    runs = [key for key, _ in groupby(keys)]
    torn = next((key for key in runs if runs.count(key) > 1), None)
    if torn is None:
        return None
    expected = f"items with the same {reader.spec.keys[sort_by]} side by side"
    return expected, f"{torn!r} stands in {runs.count(torn)} places"
