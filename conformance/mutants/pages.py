"""Mutants of pages: items lost or repeated where one page ends and the next begins, and tokens that lead elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import BOTH, LIST, Group, Kind, Members, replacing
from conformance.reference.listing import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference import Service

pages = Group("pages", LIST, Kind.LISTING)

_NEXT = "token-leads-to-the-next-page"
_CUT = "cut-list-carries-a-token"
_LAST = "last-page-has-no-token"
_CAP = "page-size-caps-a-page"
_DEFAULT = "page-size-defaults-to-ten"
_TOKEN = f"{LIST}/output/NextToken/present"
_SIZE_BY_DEFAULT = 10
_SIZE = f"{LIST}/input/MaxResults/present"


def _page(name: str, words: str, edit: Callable[[Page[Any], Sequence[Any], bool], Page[Any]], *breaks: str) -> None:
    """Take up a change of the page that was cut: given the page, the whole list, and whether it is a later page."""

    def page(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
        return edit(faithful(operation, query, listed), listed, "NextToken" in query)

    pages.add(name, words, breaks, replacing(page=page))


def _without(page: Page[Any], index: int) -> Page[Any]:
    kept = list(page.items)
    if kept:
        kept.pop(index)
    return replace(page, items=tuple(kept))


def _again(page: Page[Any], index: int) -> Page[Any]:
    return replace(page, items=(*page.items, *page.items[index : index + 1 or None]))


for _name, _words, _edit in (
    ("drops-its-last-item", "a page that is followed by another lacks its last item",
     lambda page, _, __: _without(page, -1) if page.next_offset else page),
    ("drops-the-first-item-of-later-pages", "every page after the first lacks its first item",
     lambda page, _, later: _without(page, 0) if later else page),
    ("drops-the-last-item-of-all", "the last page of several lacks its last item",
     lambda page, _, later: _without(page, -1) if later and page.next_offset is None else page),
    ("drops-a-lone-item", "a last page with one item is empty",
     lambda page, _, later: _without(page, 0) if later and len(page.items) == 1 else page),
    ("repeats-an-item", "a page that is followed by another has its last item twice",
     lambda page, _, __: _again(page, -1) if page.next_offset else page),
    ("skips-between-pages", "a page starts one item late",
     lambda page, listed, _: replace(page, next_offset=page.next_offset + 1)
     if page.next_offset and page.next_offset + 1 < len(listed) else page),
    ("overlaps-between-pages", "a page starts with the last item of the one before",
     lambda page, _, __: replace(page, next_offset=page.next_offset - 1)
     if page.next_offset and len(page.items) > 1 else page),
    ("backwards-from-page-to-page", "every page after the first stands backwards",
     lambda page, _, later: replace(page, items=page.items[::-1]) if later else page),
    ("second-page-again-and-again", "the token of the second page leads to the second page",
     lambda page, _, later: replace(page, next_offset=page.next_offset - len(page.items))
     if later and page.next_offset else page),
    ("later-pages-are-empty", "every page after the first is empty, and the last",
     lambda page, _, later: Page((), None) if later else page),
    ("ends-after-two-pages", "the second page is the last",
     lambda page, _, later: replace(page, next_offset=None) if later else page),
):  # fmt: skip
    _page(_name, _words, _edit, _NEXT, _TOKEN)

for _name, _words, _edit in (
    ("token-on-the-last-page", "the last page has a token, which leads to an empty page",
     lambda page, listed, _: replace(page, next_offset=len(listed)) if page.items and not page.next_offset else page),
    ("token-that-never-ends", "the last page has a token, which leads to itself",
     lambda page, listed, _: page if page.next_offset else replace(page, next_offset=max(0, len(listed) - 1))),
    ("token-back-to-the-start", "the last page has a token, which leads to the first",
     lambda page, _, later: page if page.next_offset or not later else replace(page, next_offset=0)),
    ("one-page-too-many", "a list that fills its last page has one page more, an empty one",
     lambda page, listed, _: replace(page, next_offset=len(listed))
     if len(page.items) == _SIZE_BY_DEFAULT and not page.next_offset else page),
):  # fmt: skip
    _page(_name, _words, _edit, _LAST, _TOKEN)

_page(
    "no-token-at-all",
    "a cut list has no token",
    lambda page, _, __: replace(page, next_offset=None),
    _CUT,
    _TOKEN,
)


def _rendered(name: str, words: str, edit: Callable[[Members], Members], *breaks: str) -> None:
    def render_token(_: Service, faithful: Any, operation: str, query: Members, page: Page[Any]) -> Members:
        return edit(faithful(operation, query, page))

    pages.add(name, words, breaks, replacing(render_token=render_token))


_rendered(
    "token-is-null",
    "where there is no token the member is null",
    lambda told: told or {"NextToken": None},
    _LAST,
    f"{LIST}/output/NextToken/type",
)
_rendered("token-is-empty", "where there is no token the member is an empty text",
          lambda told: told or {"NextToken": ""}, _LAST, _TOKEN)  # fmt: skip
_rendered("token-under-another-name", "the token stands in nextToken",
          lambda told: {name[:1].lower() + name[1:]: one for name, one in told.items()}, _CUT, _TOKEN)  # fmt: skip


# -- sizes


def _sized(name: str, words: str, size: Callable[[int, bool], int], *breaks: str) -> None:
    """Take up another page size: given the one in force and whether it was asked for."""

    def complete(_: Service, faithful: Any, operation: str, members: Members) -> Members:
        query: Members = faithful(operation, members)
        query["MaxResults"] = size(query["MaxResults"], "MaxResults" in members)
        return query

    pages.add(name, words, breaks, replacing(complete=complete))


_sized("page-of-one-more", "a page holds one item more than asked for", lambda size, asked: size + asked, _CAP)
_sized("page-of-one-less", "a page holds one item less than asked for", lambda size, asked: max(1, size - asked), _SIZE)
_sized("page-size-ignored", "a page holds ten items, whatever is asked for", lambda *_: 10, _CAP, _SIZE)
_sized("everything-on-one-page", "a page holds a hundred items, whatever is asked for", lambda *_: 100, _CAP, _DEFAULT)
_sized(
    "default-of-a-hundred",
    "a page that nobody sized holds a hundred items",
    lambda size, asked: size if asked else 100,
    _DEFAULT,
)
_sized("default-of-eleven", "a page that nobody sized holds eleven items", lambda size, asked: size if asked else 11,
       _DEFAULT)  # fmt: skip
_sized("no-less-than-five", "a page holds five items or more", lambda size, _: max(5, size), _CAP)


@pages.stage("page", _SIZE, _NEXT)
def size_is_the_total(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The page size is taken for the size of the whole list."""
    del faithful, operation
    return page_of(listed, 0, query["MaxResults"]) if "NextToken" not in query else Page((), None)


@pages.stage("list_training_jobs", _NEXT, _SIZE)
def size_is_the_total_with_a_token(_: Service, faithful: Any, members: Members) -> Members:
    """A page after the first that was sized holds ten items."""
    if "NextToken" in members:
        members = {name: value for name, value in members.items() if name != "MaxResults"}
    answer: Members = faithful(members)
    return answer


@pages.stage("page", _NEXT, _TOKEN)
def hundredth_item_lost(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The last item of a page of a hundred is lost."""
    page: Page[Any] = faithful(operation, query, listed)
    return _without(page, -1) if len(page.items) == 100 else page  # noqa: PLR2004 - the largest page


@pages.stage("page", _CUT, _TOKEN)
def hundred_without_a_token(
    _: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]
) -> Page[Any]:
    """A page of a hundred items carries no token, whatever it leaves out."""
    page: Page[Any] = faithful(operation, query, listed)
    return replace(page, next_offset=None) if len(page.items) == 100 else page  # noqa: PLR2004 - the largest page


def _cut_at_a_hundred(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    page: Page[Any] = faithful(operation, query, listed[:100])
    return page


pages.add(
    "found-cut-at-a-hundred",
    "every listing stops at a hundred items, whatever its counters say, on a state that the suite did not make",
    ("status-counters-cover-the-listing", "objective-counters-cover-the-listing"),
    replacing(page=_cut_at_a_hundred),
    sees=BOTH,
    found=True,
)


def _default_of_a_hundred_beside(member: str, without: str = "") -> None:
    """Take up a page that nobody sized and that holds a hundred items where the request has another member."""

    def complete(_: Service, faithful: Any, operation: str, members: Members) -> Members:
        query: Members = faithful(operation, members)
        if member in members and not {"MaxResults", without} & set(members):
            query["MaxResults"] = 100
        return query

    alone = f" and {without} is not" if without else ""
    words = f"a page that nobody sized holds a hundred items where {member} is given{alone}"
    name = "-without-".join(filter(None, (member, without)))
    pages.add(f"default-of-a-hundred-beside-{name}", words, (_DEFAULT,), replacing(complete=complete))


for _member in ("SortBy", "SortOrder", "StatusEquals", "NextToken"):
    _default_of_a_hundred_beside(_member)
_default_of_a_hundred_beside("SortOrder", without="SortBy")


@pages.stage("page", _NEXT)
def at_most_fifty(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A page holds fifty items at most, and a token where more are left."""
    page: Page[Any] = faithful(operation, query | {"MaxResults": min(50, query["MaxResults"])}, listed)
    return page


GROUPS = (pages,)
