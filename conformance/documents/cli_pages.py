"""A page of the AWS CLI as reStructuredText or as text (`aws ... help`): a synopsis, the options, the output.

An option is spelled as the client spells it, so that the name of the member is found from what else is known: the
members of the operation, or words of the page itself that are spelled the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from botocore import xform_name

from conformance.documents.claims import Place, Read, Statement
from conformance.documents.drawing import drawn
from conformance.documents.outline import TYPES, Row, outline
from conformance.documents.page import Numbered, Page, indent

_SYNOPSIS = re.compile(r"\s*(\[)?(--[\w-]+)(?: <[\w ]+>)?((?: \| --[\w-]+)*)\]?\s*")
_REQUIRED = r"(?P<required> \*{0,2}\[required\]\*{0,2})?"
_OPTION = re.compile(rf"\s*(?:``)?(--[\w-]+)(?:``)?(?: \| (?:``)?--[\w-]+(?:``)?)* \(([\w ]+)\){_REQUIRED}\s*")
_MEMBER = re.compile(rf" *(?:([\w.-]+) -> )?\(([\w ]+)\){_REQUIRED}")
_RECURSIVE = "( ... recursive ... )"
"""What stands for a shape that holds itself, and that the next member follows without a new line."""
_SYNTAX = re.compile(r"(Shorthand |JSON )?Syntax::?")
_NOT_DRAWN = re.compile(r"(\"): ,?$")
_Listed = tuple[str, tuple[str, ...], int, tuple[int, ...]]
"""A path with its values, the line that says so, and further ones."""
_VALID = "Where valid values are:"
_NO_MEMBER = re.compile(r"None|=+|\.\. _.*")
"""That there is no output, the line below a heading, the target of a link."""

_CLIENT_ONLY = {"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"}
"""Options that the client adds to every command: they keep their own names, having none on the wire."""

_OF_THE_CLIENT = {
    "--debug", "--endpoint-url", "--no-verify-ssl", "--no-paginate", "--output", "--query", "--profile", "--region",
    "--version", "--color", "--no-sign-request", "--ca-bundle", "--cli-read-timeout", "--cli-connect-timeout",
    "--cli-binary-format", "--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt", "--cli-error-format",
    "--v2-debug",
}  # fmt: skip
"""Options of the client as a whole: later pages list them too, and they say nothing of the input."""

_OF_PAGING = ("--starting-token", "--page-size", "--max-items")
"""Options of the client where it goes over pages: it has the first of them only there."""


def read(page: Page) -> Iterator[Read]:
    """Read the page. Raises PageError where a part of it is missing."""
    options = _heading(page, "Options", 1)
    output = _heading(page, "Output", options)
    ends = min(_heading(page, title, options, default=output) for title in ("Global Options", "Examples"))
    shared = {match[1] for _, text in page.numbered(ends, output) if (match := _OPTION.fullmatch(text))}
    pages_itself = any(_OF_PAGING[0] in text for text in page.lines)
    reader = _Reader(page, frozenset(shared.union(_OF_THE_CLIENT, _OF_PAGING if pages_itself else ())))
    yield from reader.synopsis(page.numbered(_heading(page, "Synopsis", 1), options))
    yield from reader.options(page.numbered(options + 1, ends))
    yield from reader.output(page.numbered(output + 1))


def _heading(page: Page, title: str, start: int, *, default: int | None = None) -> int:
    """Return the line of a heading: one that is underlined, or the last that is the title alone, or in capitals."""
    found = [line for line, text in page.numbered(start) if text.strip() in {title, title.upper()}]
    underlined = [line for line in found if set("".join(page.lines[line : line + 1]).strip()) == {"="}]
    if found:
        return (underlined or found)[-1]
    if default is None:
        raise page.lacks(f"heading {title!r}")
    return default


class _Reader:
    """Reads the parts of one page, whose options but for those `of_the_client` are members of the input."""

    def __init__(self, page: Page, of_the_client: frozenset[str]) -> None:
        self._page = page
        self._of_the_client = of_the_client
        self._asked = Place(page.operation, "input", "")
        self._marks = any("[required]" in text for text in page.lines)
        rows = (match for text in page.lines if (match := _MEMBER.fullmatch(text.rstrip())))
        members = [row[1] for row in rows if row[1] not in {None, "key", "value"}]
        self._lower = sum(name[0].islower() for name in members) > len(members) / 2
        self._known = {xform_name(name, "-"): name for name in page.members}
        self._words = Counter(word for text in page.lines for word in re.findall(r"[A-Za-z]\w+", text))
        named = [word for word, _ in reversed(self._words.most_common()) if word[0].islower() == self._lower]
        # What the page names most often is the last, and wins.
        self._named = {xform_name(name, "-"): name for name in named}

    def synopsis(self, lines: Numbered) -> Iterator[Read]:
        """Read which options there are, and which can be left out."""
        for line, text in lines:
            if (match := _SYNOPSIS.fullmatch(text)) and match[2] not in self._of_the_client:
                place = self._asked.below(self._wire(match[2]))
                yield Statement("present", value=True, line=line).by(self._page.document, place)
                yield Statement("required", match[1] is None, line).by(self._page.document, place)
            elif match is None and text.strip().startswith(("--", "[--")):
                yield self._page.unread(line, "looks like an option, but is not written as one")

    def options(self, lines: Numbered) -> Iterator[Read]:
        """Read what each option is, and what it holds."""
        explained: list[tuple[int, str]] = []
        syntax: list[tuple[str, str, list[tuple[int, str]]]] = []
        current, option = explained, ""
        for line, text in lines:
            if match := _OPTION.fullmatch(text.rstrip()):
                option = self._wire(match[1])
                current = explained if match[1] not in self._of_the_client else []
            elif match := _SYNTAX.fullmatch(text.strip()):
                current = []
                syntax.append((option, match[1] or "", current))
                continue
            current.append((line, text))
        found = outline(self._page, explained, self._option)
        listed: dict[str, tuple[str, ...]] = {}
        for option, kind, drawing in syntax:
            for path, words, line, more in self._drawn(option, kind, drawing, found.maps):
                listed[path] = words
                yield Statement("enum", words, line, (), more).by(self._page.document, self._asked.below(path))
        yield from found.read(self._page, self._asked, listed)

    def _drawn(self, option: str, kind: str, lines: Numbered, maps: set[str]) -> Iterator[_Listed]:
        """Yield the paths of an option for which a syntax lists values."""
        if kind == "JSON ":
            # Of a list that holds itself, nothing is drawn at all.
            whole = [(line, _NOT_DRAWN.sub(r"\1: [],", text)) for line, text in lines]
            nodes = drawn(self._page, whole, root=option, maps=maps)
            yield from ((node.path, node.words, node.line, ()) for node in nodes if node.words)
        for at, (line, text) in enumerate(lines):
            if text.strip() == _VALID:
                words = {number: word.strip() for number, word in lines[at + 1 :] if word.strip()}
                yield f"{option}[]", tuple(words.values()), line, tuple(words)

    def output(self, lines: Numbered) -> Iterator[Read]:
        """Read what the command prints."""
        members = [(line, text) for line, text in lines if not _NO_MEMBER.fullmatch(text.strip())]
        root = Place(self._page.operation, "output", "")
        yield from outline(self._page, members, self._member).read(self._page, root, {})

    def _wire(self, option: str) -> str:
        """Return the name of the member of an option; its own where it has none on the wire."""
        if option in _CLIENT_ONLY:
            return option
        spelled = option.removeprefix("--")
        if spelled not in self._known:  # a name that the client has itself gets another word: `--task-output`
            own = (word for word in spelled.split("-") if f"--{word}" in _OF_THE_CLIENT and word in self._known)
            spelled = next(own, spelled)
        first, *others = spelled.split("-")
        name = "".join((first if self._lower else first.title(), *map(str.title, others)))
        return str(self._known.get(spelled) or (name if self._words[name] else self._named.get(spelled, name)))

    def _option(self, line: int, text: str) -> Row | None:
        match = _OPTION.fullmatch(text)
        if match:
            return Row(-1, self._wire(match[1]), TYPES.get(match[2], ""), line)
        row = self._member(line, text)
        return replace(row, required=row.required or (False if self._marks and row.name else None)) if row else None

    @staticmethod
    def _member(line: int, text: str) -> Row | None:
        match = _MEMBER.fullmatch(text.replace(_RECURSIVE, "") if _RECURSIVE in text else text)
        if match is None or (not match[1] and match[2] not in TYPES):
            return None
        return Row(
            indent(text), match[1] or "", TYPES.get(match[2], ""), line, required=bool(match["required"]) or None
        )
