"""The styles of pages that can be read, how each is known, and which operation a page is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.contract.operations import spellings
from conformance.documents import api_reference, boto3_pages, cli_pages
from conformance.documents.claims import Claim, PageError, Read, Unread
from conformance.documents.page import Page, heading


@dataclass(frozen=True)
class Style:
    """A style of page.

    `marks` are the patterns of which each must be found on some line (headings without what marks them), with what it
    is in words. `states_limits` says whether such pages have labelled lengths, ranges and patterns; the others have at
    most prose about them.
    """

    name: str
    title: str
    read: Callable[[Page], Iterator[Read]]
    marks: tuple[tuple[str, re.Pattern[str]], ...]
    states_limits: bool = False

    def lacking(self, page: Page) -> tuple[str, ...]:
        """Return the marks, in words, that the page lacks."""
        lines = [text for line in page.lines if line.strip() for text in (heading(line), line.strip())]
        return tuple(words for words, pattern in self.marks if not any(map(pattern.fullmatch, lines)))


def _headed(*texts: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((f"a heading {text!r}", re.compile(re.escape(text))) for text in texts)


STYLES: tuple[Style, ...] = (
    Style(
        "boto3-page-rst",
        "boto3 page as reStructuredText",
        boto3_pages.read_rst,
        (
            *_headed("Request Syntax", "Response Structure"),
            ("a member such as `- **Name** *(string) --*`", re.compile(r"[-*] (?:\*\*\w+\*\* )?\*\(\w+\).*")),
        ),
    ),
    Style(
        "boto3-page-text",
        "boto3 page as text",
        boto3_pages.read_text,
        (
            *_headed("Request Syntax", "Response Structure"),
            (
                "a member such as `\u2022 Name (string) \u2013`",
                re.compile(r"[-*\u2022\u25e6\u25aa] (?:\w+ )?\(\w+\).*"),
            ),
        ),
    ),
    Style(
        "cli-page",
        "AWS CLI page",
        cli_pages.read,
        (
            *_headed("Synopsis", "Options", "Output"),
            ("an output member such as `Name -> (string)`", re.compile(r"\w+ -> \(\w+\)")),
        ),
    ),
    Style(
        "api-reference-text",
        "API Reference page as text",
        api_reference.read_text,
        (*_headed("Response Syntax", "Response Elements"), ("a label such as `Type: String`", re.compile("Type: .+"))),
        states_limits=True,
    ),
    Style(
        "api-reference-markdown",
        "API Reference page as Markdown",
        api_reference.read_markdown,
        (
            ("a heading such as `** Name **`", re.compile(r"\*\* ?\[?\w+\]?(?:\([^)]*\))? ?\*\*.*")),
            ("a label such as `Type: String`", re.compile("Type: .+")),
        ),
        states_limits=True,
    ),
)


def style_named(name: str) -> Style:
    """Return the style of that name. Raises KeyError."""
    return {style.name: style for style in STYLES}[name]


def style_of(page: Page) -> Style:
    """Return the style of a page by its marks. Raises PageError, with what was looked for, where it is none of them."""
    lacking = {style.name: style.lacking(page) for style in STYLES}
    fitting = [style for style in STYLES if not lacking[style.name]]
    if fitting:
        # What has headings in stars is Markdown, even if it has the headings of a page saved as text as well.
        return fitting[-1]
    looked = "\n".join(f"         {style.title}: {', '.join(lacking[style.name])}" for style in STYLES)
    raise PageError(
        "the page is in no style that is known",
        where=page.document,
        hint=f"save one of these pages, or name its style with --style; not found, by style:\n{looked}",
    )


def operation_of(page: Page, operations: Iterable[str]) -> str:
    """Return which operation a page is about: the one that it names most often, however it is spelled.

    Raises PageError where it names none, or two equally often.
    """
    text = "\n".join(page.lines)
    counts = {name: len(re.findall(rf"\b(?:{'|'.join(spellings(name))})\b", text)) for name in operations}
    most = max(counts.values(), default=0)
    named = [name for name, count in counts.items() if count == most]
    if most and len(named) == 1:
        return named[0]
    raise PageError(
        "the page names no operation of the contract" if not most else f"the page is about {' or '.join(named)}",
        where=page.document,
        hint=f"say which with --operation: {', '.join(counts)}",
    )


@dataclass(frozen=True)
class Reading:
    """What a page says, and the lines that its reader could make nothing of."""

    page: Page
    style: Style
    claims: tuple[Claim, ...]
    unread: tuple[Unread, ...]


def read(page: Page, style: Style) -> Reading:
    """Read a page whose operation is known. Raises PageError where a part that every such page has is missing."""
    try:
        found = list(style.read(page))
    except LookupError as error:
        raise PageError(
            f"the page can't be read as {style.title}: {error.args[0] if error.args else error}",
            where=page.document,
            hint="save the whole page, or name another style with --style",
        ) from error
    claims = tuple(dict.fromkeys(item for item in found if isinstance(item, Claim)))
    return Reading(page, style, claims, tuple(dict.fromkeys(item for item in found if isinstance(item, Unread))))


def about(page: Page, operation: str) -> Page:
    """Return the page with its operation."""
    return replace(page, operation=operation)
