"""Filters: what they admit, what they add up to, what order they keep.

The values of a filter by one of a list of words are in the contract; those of a filter by a part of a text, or by a
moment, are found among the target's own items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

from conformance.checks.listing.walks import (
    SMALL,
    ListingCheck,
    ListingChecks,
    Query,
    Variant,
    Walker,
    concatenation,
    failed_walk,
    incomplete,
    other_items,
    other_order,
    same_members,
    sorted_by,
)
from conformance.checks.verdict import Verdict, failed, passed, skipped, weightiest
from conformance.contract.asking import asking, bare, together
from conformance.contract.examples import keeps
from conformance.contract.model import Node, has_type
from conformance.session.listing import Difference, Item, Reader, Walked, member, values_at
from conformance.session.snapshot import ListingSnapshot

_SHORTEST = 2
"""Letters that a part has at least: a single one is in nearly every name."""


@dataclass(frozen=True)
class Narrowing:
    """A filter with a value, and what it admits: None leaves open whether an item is admitted."""

    members: tuple[tuple[str, Any], ...]
    """The paths in a request that ask for it, with the values there."""
    words: str
    admits: Callable[[Item], bool | None]
    paths: tuple[str, ...] = ()
    """What it looks at in an item."""

    def both(self, other: Narrowing) -> Narrowing:
        """Return the two filters together: what one excludes is excluded, and what both admit admitted."""

        def admits(item: Item) -> bool | None:
            verdicts = (self.admits(item), other.admits(item))
            return False if False in verdicts else None if None in verdicts else True

        paths = tuple(dict.fromkeys((*self.paths, *other.paths)))
        return Narrowing((*self.members, *other.members), f"{self.words} and {other.words}", admits, paths)


def containing(
    name: str, path: str, items: Sequence[Item], takes: Callable[[str], bool] = bool, *, at_start: bool = False
) -> Narrowing | None:
    """Return the filter by that part of a text which divides the items best; None where none divides them.

    `takes` says which parts the filter can be asked for; `at_start`, it is one by how texts begin.
    """
    having = [[text for text in values_at(item, path) if isinstance(text, str)] for item in items]
    every = [texts for texts in having if texts]
    texts = {text for each in every for text in each}
    found: Callable[[str, str], bool] = str.startswith if at_start else str.__contains__
    beginnings = {text[:end] for text in texts for end in (len(text) // 2, len(text) // 4, len(text))}
    parts = sorted(filter(takes, beginnings if at_start else {part for text in texts for part in _parts(text)}))
    counts = {part: sum(any(found(text, part) for text in each) for each in every) for part in parts if part}
    parts = list(counts)
    dividing = [part for part in parts if 0 < counts[part] < len(every)]
    if not dividing:
        return None
    # Nearest to one half; of those the longest, whose case and order of letters show most.
    best = min(dividing, key=lambda part: (abs(2 * counts[part] - len(every)), -len(part)))
    words = f"{path or 'it'} {'begins with' if at_start else 'contains'} {best!r}"

    def admits(item: Item) -> bool:
        return any(found(str(text), best) for text in values_at(item, path))

    return Narrowing(((name, best),), words, admits, (path,))


def equal(name: str, path: str, items: Sequence[Item], takes: Callable[[Any], bool]) -> Narrowing | None:
    """Return the filter by that value of the items which divides them best; None where none divides them."""
    single = ([value for value in values_at(item, path) if isinstance(value, str | int | float)] for item in items)
    values = [value for found in single for value in dict.fromkeys(found)]
    counts = {value: values.count(value) for value in sorted(set(filter(takes, values)), key=str)}
    dividing = [value for value, count in counts.items() if count < len(items)]
    if not dividing:
        return None
    best = min(dividing, key=lambda value: abs(2 * counts[value] - len(items)))
    return Narrowing(
        ((name, best),), f"{path or 'it'} is {best!r}", lambda item: best in values_at(item, path), (path,)
    )


def _parts(text: str) -> set[str]:
    """Return the beginnings, the ends and the middle of a text."""
    half = len(text) // 2
    parts = {text[:half], text[half:], text[half // 2 : half // 2 + half]}
    return {part for part in parts if len(part) >= _SHORTEST}


def beyond(  # noqa: PLR0913 - what is filtered, and how the value is chosen
    name: str, path: str, items: Sequence[Item], *, later: bool, part: float = 0.5, others: Sequence[str] = ()
) -> Narrowing | None:
    """Return the filter by a moment out of the items' own; None where there are no items on either side of one.

    It lies about where `part` says in the order of the moments, and where it can, between this moment and another one
    of the same item (`others` are their paths), so that one taken for the other shows. Whether an item of the very
    moment is admitted is open.
    """
    moments = sorted({moment for item in items if isinstance(moment := member(item, path), int | float)})
    inner = moments[1:-1]
    if not inner:
        return None
    wanted = len(inner) * part
    bound = min(
        enumerate(inner), key=lambda each: (not _between_moments(path, others, items, each[1]), abs(each[0] - wanted))
    )[1]

    def admits(item: Item) -> bool | None:
        moment = member(item, path)
        if not isinstance(moment, int | float):
            return False
        return None if moment == bound else (moment > bound) is later

    return Narrowing(((name, bound),), f"{path} is {'later' if later else 'earlier'} than {bound}", admits, (path,))


def _between_moments(path: str, others: Sequence[str], items: Sequence[Item], bound: float) -> bool:
    """Return whether a bound lies between two moments of one item."""
    return any(
        isinstance(moment := member(item, path), int | float)
        and isinstance(other := member(item, each), int | float)
        and min(moment, other) < bound < max(moment, other)
        for item in items
        for each in others
    )


def admits_only(reader: Reader, narrowing: Narrowing, walk: Walked, every: Sequence[Item] | None) -> Verdict:
    """Check that no item comes through that the filter refuses.

    `every` is the unfiltered list: only where it has items to keep back does it show that the filter is applied. None
    where nothing but the walk is known, whose items then speak for themselves.
    """
    if verdict := incomplete(walk):
        return verdict
    strangers = [item for item in walk.listing.items if narrowing.admits(item) is False]
    others = sum(narrowing.admits(item) is False for item in every or ())
    rests_on = {"items": len(walk.listing.items), "others": others}
    if strangers:
        return failed_walk(
            walk,
            "unfiltered-item",
            "an item came through the filter that it should have kept back",
            expected=f"only items whose {narrowing.words}",
            received=f"{len(strangers)} others, such as {_shown(reader, narrowing, strangers[0])}",
            rests_on=rests_on,
        )
    if others or (every is None and walk.listing.items):
        return passed(rests_on)
    if not every:
        return skipped(f"{walk.name} has no items to filter")
    return skipped(f"every item of {walk.name} is one whose {narrowing.words}: there is none to be kept back")


def _shown(reader: Reader, narrowing: Narrowing, item: Item) -> str:
    """Name an item, with what the filter looks at."""
    values = ", ".join(str(value) for path in narrowing.paths for value in values_at(item, path) or [None])
    return f"{reader.identity(item)} ({values})" if values else reader.identity(item)


def admits_all(reader: Reader, narrowing: Narrowing, walk: Walked, every: Sequence[Item]) -> Verdict:
    """Check that the filter loses no item that it admits."""
    if verdict := incomplete(walk):
        return verdict
    wanted = reader.identities([item for item in every if narrowing.admits(item)])
    missing = Difference.between(wanted, reader.identities(walk.listing.items)).missing
    rests_on = {"items": len(wanted), "others": len(every) - len(wanted)}
    if missing:
        return failed_walk(
            walk,
            "items-lost",
            "the filter loses items that it admits",
            expected=f"all {len(wanted)} items whose {narrowing.words}",
            received=str(Difference(missing, ())),
            rests_on=rests_on,
        )
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words}")


def having(reader: Reader, name: str, value: str) -> Narrowing:
    """Return the filter that admits the items with this value; of those that do not show theirs, nothing is known."""
    path = reader.spec.filters[name]

    def admits(item: Item) -> bool | None:
        shown = reader.filtered(name, item)
        return None if shown is None else bool(shown == value)

    return Narrowing(((name, value),), f"{path} is {value}", admits, (path,))


def partition(reader: Reader, walks: Mapping[str, Walked], every: Sequence[Item], name: str) -> Verdict:
    """Check that the lists under all values of a filter, put together, are the unfiltered list.

    An item of another value, newer than the contract, can be in none of them: the check of the enum reports it. One
    that does not show its value may be in any of them.
    """
    if verdict := incomplete(*walks.values()):
        return verdict
    found = [item for walk in walks.values() for item in walk.listing.items if reader.filtered(name, item) is not None]
    together = reader.identities(found)
    words = list(walks)  # a value may be a list or an object, which no mapping can be asked for
    listed = [item for item in every if reader.filtered(name, item) in words]
    difference = Difference.between(reader.identities(listed), together)
    rests_on = {"items": len(listed), "lists": len(walks)}
    if difference:
        return failed(
            "no-partition",
            f"the lists under {name} do not add up to the unfiltered list",
            rests_on=rests_on,
            expected=f"each of {len(listed)} items in one of {len(walks)} lists",
            received=str(difference),
            exchanges=tuple(walk.listing.pages[0] for walk in walks.values() if walk.listing.pages)[:2],
        )
    return passed(rests_on) if listed else skipped("there are no items to filter")


_LAWS, _FACTS = ("filter-keeps-exactly",), ("input/{name}/enum",)


def _values(checks: ListingChecks) -> Iterator[Variant]:
    return ({"name": name, "value": value} for name, value in checks.filters)


def _values_in_order(checks: ListingChecks) -> Iterator[Variant]:
    for name, value in checks.filters:
        yield from ({"name": name, "value": value, "key": key, "direction": way} for key, way in checks.orders())


def _names(checks: ListingChecks) -> Iterator[Variant]:
    return ({"name": name} for name in dict.fromkeys(name for name, _ in checks.filters))


@ListingCheck(
    "filter/{value}/only", "{name} {value} lists only items that are {value}", laws=_LAWS, facts=_FACTS, each=_values
)
def _only(walker: Walker, listing: ListingSnapshot, *, name: str, value: str) -> Verdict:
    return weightiest(admits_only(*looked_at) for looked_at in _filtered(walker, listing, name, value))


@ListingCheck(
    "filter/{value}/all", "{name} {value} loses no item that is {value}", laws=_LAWS, facts=_FACTS, each=_values
)
def _all(walker: Walker, listing: ListingSnapshot, *, name: str, value: str) -> Verdict:
    return weightiest(admits_all(*looked_at) for looked_at in _filtered(walker, listing, name, value))


def _filtered(
    walker: Walker, listing: ListingSnapshot, name: str, value: str
) -> Iterator[tuple[Reader, Narrowing, Walked, Sequence[Item]]]:
    """Yield what the laws look at, for each listing that can show what the filter lists."""
    query, narrowing = Query(filtered=(name, value)), having(walker.reader, name, value)
    for each in walker.subjects(listing, query):
        yield walker.reader, narrowing, walker.walk(each, query), each.items


@ListingCheck(
    "filter/{value}/sorted-{key}-{direction}",
    "{name} {value} keeps the order of {key} {direction}",
    laws=_LAWS,
    facts=_FACTS,
    each=_values_in_order,
)
def _keeps_order(  # noqa: PLR0913 - a filter and an order
    walker: Walker, listing: ListingSnapshot, *, name: str, value: str, key: str, direction: str
) -> Verdict:
    """Evaluate that a filtered and sorted list is the sorted list without the others, equal keys aside."""
    query = Query(key, direction, (name, value))
    subject = walker.cut_subject(query, SMALL) or listing
    walk, ordered = walker.walk(subject, query, SMALL), walker.walk(subject, Query(key, direction))
    if verdict := incomplete(walk, ordered):
        return verdict
    reader, narrowing = walker.reader, having(walker.reader, name, value)
    wanted = [item for item in ordered.listing.items if narrowing.admits(item)]
    rests_on = {"items": len(wanted), "pages": len(walk.listing.pages)}
    reason, expected = "filter and order together list other items", f"the {len(wanted)} items whose {narrowing.words}"
    if verdict := other_items(reader, walk, wanted, "filter-lost", reason, expected=expected, rests_on=rests_on):
        return verdict
    reason = f"under the filter items are not sorted by {key}"
    if verdict := other_order(reader, key, walk, wanted, reason, rests_on=rests_on):
        return verdict
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words} under this order")


@ListingCheck(
    "filter/{name}/partition",
    "the lists under all values of {name} add up to the unfiltered list",
    laws=_LAWS,
    facts=_FACTS,
    each=_names,
)
def _partition(walker: Walker, listing: ListingSnapshot, *, name: str) -> Verdict:
    return weightiest(
        partition(walker.reader, _by_value(walker, name, each), each.items, name)
        for each in _subjects(walker, name, listing)
    )


@ListingCheck(
    "filter/{name}/same-members",
    "{name} decides which items are listed, and nothing that they say",
    level="should",
    facts=("input/{name}/enum",),
    each=_names,
)
def _same_members(walker: Walker, listing: ListingSnapshot, *, name: str) -> Verdict:
    return weightiest(
        same_members(walker.reader, list(_by_value(walker, name, each).values()), each.items)
        for each in _subjects(walker, name, listing)
    )


@ListingCheck(
    "filter/{name}/needed", "{name}, which must be given, lists only items with its word", laws=_LAWS, facts=_FACTS,
    each=lambda checks: ({"name": name} for name in checks.needed_filters),
)  # fmt: skip
def _needed(walker: Walker, listing: ListingSnapshot, *, name: str) -> Verdict:
    """Evaluate the lists under each word: there is none without the filter to compare them with."""
    words = walker.checks.asked_for(name).accepted_values() or ()
    walks = ((word, walker.walk(listing, Query(filtered=(name, word)))) for word in words)
    served = [(word, walk) for word, walk in walks if walk.listing.pages and walk.listing.pages[0].ok]
    verdicts = [admits_only(walker.reader, having(walker.reader, name, word), walk, None) for word, walk in served]
    return weightiest(verdicts) if verdicts else skipped(f"no word of {name} is served")


def _subjects(walker: Walker, name: str, listing: ListingSnapshot) -> list[ListingSnapshot]:
    """Return the representative listing, and those that show what it can't under one of the values of a filter."""
    queries = [Query(filtered=(other, value)) for other, value in walker.checks.filters if other == name]
    return list({each.name: each for query in queries for each in walker.subjects(listing, query)}.values())


def _by_value(walker: Walker, name: str, listing: ListingSnapshot) -> dict[str, Walked]:
    filters = walker.checks.filters
    return {
        value: walker.walk(listing, Query(filtered=(name, value))) for other, value in filters if other == name
    }  # fmt: skip


Find = Callable[[Sequence[Item]], Narrowing | None]
"""Finds the value of a filter among the items of a listing."""


def _parts_of_texts(checks: ListingChecks) -> Iterator[Variant]:
    for name, path in checks.optional(checks.reader.spec.containing).items():
        takes = partial(keeps, checks.asked_for(name))
        yield _narrowing((name,), f"{path} contains it", partial(containing, name, path, takes=takes))


def _beginnings_of_texts(checks: ListingChecks) -> Iterator[Variant]:
    for name, path in checks.optional(checks.reader.spec.prefix).items():
        find = partial(containing, name, path, takes=partial(keeps, checks.asked_for(name)), at_start=True)
        yield _narrowing((name,), f"{path or 'text'} begins with it", find)


def _values_of_items(checks: ListingChecks) -> Iterator[Variant]:
    for name in checks.open_filters:
        node, path = checks.asked_for(name), checks.reader.spec.filters[name]
        takes = partial(_can_be_asked_for, node)
        yield _narrowing((name,), f"{path or 'text'} is the value", partial(equal, name, path, takes=takes))


def _can_be_asked_for(node: Node, value: Any) -> bool:
    return has_type(node.wire_type, value) and keeps(node, value)


def _spans(checks: ListingChecks) -> Iterator[Variant]:
    """Yield each filter by a moment, and both ends of a span of time together."""
    spec = checks.reader.spec
    afters, befores = checks.optional(spec.after), checks.optional(spec.before)
    for ways, later, words in ((afters, True, "later"), (befores, False, "earlier")):
        for name, path in ways.items():
            others = tuple(way for way in ways.values() if way != path)
            yield _narrowing((name,), f"{path} is {words}", partial(beyond, name, path, later=later, others=others))
    for after, path in afters.items():
        for before in (name for name, other in befores.items() if other == path):
            yield _narrowing((after, before), f"{path} is between the two", partial(_between, after, before, path))


def _narrowing(names: tuple[str, ...], words: str, find: Find) -> Variant:
    return {"subject": "+".join(names), "words": words, "find": find, "first": bare(names[0]), "last": bare(names[-1])}


def _between(after: str, before: str, path: str, items: Sequence[Item]) -> Narrowing | None:
    start = beyond(after, path, items, later=True, part=0.25)
    end = beyond(before, path, items, later=False, part=0.75)
    return start.both(end) if start is not None and end is not None else None


def _only_narrowed(walker: Walker, listing: ListingSnapshot, narrowing: Narrowing) -> Verdict:
    return admits_only(walker.reader, narrowing, _walk(walker, listing, narrowing, Query()), listing.items)


def _all_narrowed(walker: Walker, listing: ListingSnapshot, narrowing: Narrowing) -> Verdict:
    return admits_all(walker.reader, narrowing, _walk(walker, listing, narrowing, Query()), listing.items)


def _in_pages(walker: Walker, listing: ListingSnapshot, narrowing: Narrowing) -> Verdict:
    key, direction = next(walker.checks.orders(), (None, None))
    sizes = (None, *walker.checks.sizes((SMALL,)))
    if len(sizes) == 1:
        return skipped("the size of a page can't be asked for")
    whole, cut = (_walk(walker, listing, narrowing, Query(key, direction), size) for size in sizes)
    return concatenation(walker.reader, key, whole, cut)


def _in_every_order(walker: Walker, listing: ListingSnapshot, narrowing: Narrowing) -> Verdict:
    verdicts = []
    spec = walker.reader.spec
    for key, direction in walker.checks.orders():
        if key in spec.omits_items_without_key:
            continue
        walk = _walk(walker, listing, narrowing, Query(key, direction))
        verdicts += [law(walker.reader, narrowing, walk, listing.items) for law in (admits_only, admits_all)]
        falling = direction == spec.descending
        verdicts.append(sorted_by(walker.reader, key, walk, walk.listing.items, descending=falling))
    return weightiest(verdicts) if verdicts else skipped("no order that can be asked for lists every item")


def _walk(
    walker: Walker, listing: ListingSnapshot, narrowing: Narrowing, query: Query, size: int | None = None
) -> Walked:
    asked_for = reduce(together, (asking(path, value) for path, value in narrowing.members))
    return walker.walk(listing, query, size, **asked_for)


def _declare(law: str, each: Callable[[ListingChecks], Iterator[Variant]]) -> None:
    """Declare the checks of filters of a kind: evaluated on the first listing whose items the filter divides."""
    for case, statement, evaluate in (
        ("only", "{subject} lists only items whose {words}", _only_narrowed),
        ("all", "{subject} loses no item whose {words}", _all_narrowed),
        ("in-pages", "{subject} holds from page to page", _in_pages),
        ("sorted", "{subject} holds in every order", _in_every_order),
    ):
        facts = ("input/{first}/present", "input/{last}/present")
        ListingCheck(f"filter/{{subject}}/{case}", statement, laws=(law,), facts=facts, each=each)(
            partial(_narrowed, evaluate)
        )


def _narrowed(
    evaluate: Callable[[Walker, ListingSnapshot, Narrowing], Verdict],
    walker: Walker,
    listing: ListingSnapshot,
    *,
    find: Find,
    subject: str,
    **_: str,
) -> Verdict:
    for each in (listing, *walker.listed()):
        if (narrowing := find(each.items)) is not None:
            return evaluate(walker, each, narrowing)
    return skipped(f"the target's items can't be divided by {subject}: it would admit all of them, or none")


_declare("filter-keeps-exactly", _values_of_items)
_declare("filter-by-part", _parts_of_texts)
_declare("filter-by-prefix", _beginnings_of_texts)
_declare("filter-by-time", _spans)
