"""The styles of pages that can be read, how each is known, and which operation a page is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.contract.names import spellings
from conformance.documents import api_reference, boto3_pages, cli_pages
from conformance.documents.claims import Claim, Explained, PageError, Read, Unread
from conformance.documents.page import Page, heading


@dataclass(frozen=True)
class Style:
    """A style of page: `marks` are the patterns of which each must be found on some line, with what it is in words."""

    name: str
    title: str
    read: Callable[[Page], Iterator[Read]]
    marks: tuple[tuple[str, re.Pattern[str]], ...]

    def lacking(self, page: Page) -> tuple[str, ...]:
        """Return the marks, in words, that the page lacks."""
        lines = [text.strip() for text in page.lines]
        return tuple(words for words, pattern in self.marks if not any(map(pattern.fullmatch, lines)))


def _marks(*marks: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((words, re.compile(pattern)) for words, pattern in marks)


_CALL = ("a call such as `client.method(`", r"(?:\w+ = )?(?:client\.\w+|paginator\.paginate)\(.*")
_SUCCESS = (
    "what is sent on success, or a heading 'Contents'",
    r"(?:If the action is successful, the service sends back an HTTP .*|\W*Contents(?:<.*)?)",
)

STYLES: tuple[Style, ...] = (
    Style(
        "boto3-page-rst",
        "boto3 page as reStructuredText",
        boto3_pages.read,
        _marks(("a heading '**Request Syntax**'", r"\*\*Request Syntax\*\*"), _CALL),
    ),
    Style(
        "boto3-page-text",
        "boto3 page as text",
        boto3_pages.read,
        _marks(("a heading 'Request Syntax'", "Request Syntax:?"), _CALL),
    ),
    Style(
        "cli-page",
        "AWS CLI page",
        cli_pages.read,
        _marks(*((f"a heading {title!r}", f"{title}|{title.upper()}") for title in ("Synopsis", "Options", "Output"))),
    ),
    Style(
        "api-reference-markdown",
        "API Reference page as Markdown",
        api_reference.read,
        _marks(("a heading such as `** Name **`", r"\*\* ?\[?\s*[\w.-]+\s*\]?(?:\([^)]*\))? ?\*\*.*"), _SUCCESS),
    ),
    Style(
        "api-reference-text",
        "API Reference page as text",
        api_reference.read,
        _marks(_SUCCESS),
    ),
)


def style_named(name: str) -> Style:
    """Return the style of that name. Raises KeyError."""
    return {style.name: style for style in STYLES}[name]


def style_of(page: Page) -> Style:
    """Return the style of a page by its marks. Raises PageError, with what was looked for, where it is none of them."""
    lacking = {style: style.lacking(page) for style in STYLES}
    for style, marks in lacking.items():
        if not marks:
            return style
    looked = "\n".join(f"         {style.title}: {', '.join(marks)}" for style, marks in lacking.items())
    raise PageError(
        "the page is in no style that is known",
        where=page.document,
        hint=f"save one of these pages, or name its style with --style; not found, by style:\n{looked}",
    )


_ABOUT = re.compile(r"/goto/[\w-]+/[\w-]+/(\w+)|\bclient\.(\w+)\(|get_paginator\('(\w+)'\)")
"""What a page has once or more about its own operation: links to it, and the call of its method."""
_MOST_NAMED = 12


def operation_of(page: Page, operations: Iterable[str]) -> str:
    """Return which operation a page is about: the one in its title, links and calls, or that it names most often.

    However it is spelled. Raises PageError where the page names none, or two equally often.
    """
    names = tuple(operations)
    text = "\n".join(page.lines)
    linked = {name for groups in _ABOUT.findall(text) for name in groups if name}
    titles = linked | {heading(line) for line in page.lines}
    titled = [name for name in names if not titles.isdisjoint(spellings(name))]
    words = Counter(re.findall(r"\w+", text))
    words.update(re.findall(r"\w+(?:-\w+)+", text))
    among = titled or (() if linked else names)
    counts = {name: sum(words[spelling] for spelling in set(spellings(name))) for name in among}
    most = max(counts.values(), default=0)
    named = [name for name, count in counts.items() if count == most]
    if most and len(named) == 1:
        return named[0]
    raise PageError(
        f"the page is about {' or '.join(named)}" if most else "the page names no operation that is looked for",
        where=page.document,
        hint="name the operation (drift: --operation), or give a page of one of these: "
        f"{', '.join([*(counts or names)][:_MOST_NAMED])}",
    )


@dataclass(frozen=True)
class Reading:
    """What a page says, the lines that explain its members, and those that its reader could make nothing of.

    `conditions` are sentences that say under which condition something holds, as claims of a facet of that name.
    """

    page: Page
    style: Style
    claims: tuple[Claim, ...]
    conditions: tuple[Claim, ...]
    explained: tuple[Explained, ...]
    unread: tuple[Unread, ...]


def read(page: Page, style: Style) -> Reading:
    """Read a page whose operation is known. Raises PageError where a part that every such page has is missing."""
    found = list(dict.fromkeys(style.read(page)))
    return Reading(
        page,
        style,
        tuple(item for item in found if isinstance(item, Claim) and item.facet != "condition"),
        tuple(item for item in found if isinstance(item, Claim) and item.facet == "condition"),
        tuple(item for item in found if isinstance(item, Explained)),
        tuple(item for item in found if isinstance(item, Unread)),
    )


def about(page: Page, operation: str, members: Iterable[str] = ()) -> Page:
    """Return the page with its operation, and the names of the members of its input where they are known."""
    return replace(page, operation=operation, members=tuple(members))
