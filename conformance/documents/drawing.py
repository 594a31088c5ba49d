"""Drawn syntax: the braces and brackets in which a page shows a request or an answer, as Python or as JSON.

One grammar reads all of them: `'Name': 'a'|'b'` and `Name='string'` of the boto3 pages, `"Name": number` of the API
pages, linked as in `"[Name](target)": "string"` or with placeholders as in `"Name": {{number}}`, and the JSON of the
AWS CLI, whose lists and maps end in dots.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from conformance.documents.claims import PageError, joined
from conformance.documents.page import Numbered, Page

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<link>["']\[\s*(?P<linked>\w+)\s*\]\([^)]*\)["'])
    | (?P<placeholder>(?P<mark_of_text>["']?)\{\{\s*(?P<held>\w+)\s*\}\}["']?)
    | (?P<quoted>b?'(?P<single>[^']*)'|b?"(?P<double>[^"]*)")
    | (?P<made>\w+\([^){]*\)|JSON\ value)
    | (?P<word>[\w.\u2026]+)
    | (?P<mark>[{}\[\](),:|=])
    )""",
    re.VERBOSE,
)
_OPENING = re.compile(r"[{\[]|(?<=\w)\(")
_BROKEN = re.compile(r'(?<=[:\[])\s*"string\s*$')
_DEEPEST = 100
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_MARKS = frozenset("{}[](),:|=")
_KINDS = {
    "string": "string", "number": "number", "boolean": "boolean", "blob": "blob", "123": "integer", "...": "float",
    "True": "boolean", "datetime(2015, 1, 1)": "timestamp", "JSON value": "document",
}  # fmt: skip
"""The types of what is drawn in place of a value: words in JSON, examples in Python."""


@dataclass(frozen=True)
class Drawn:
    """A path as drawn: `kind` is a type, or empty where the drawing only hints at one; `words` are listed values."""

    path: str
    line: int
    kind: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Token:
    text: str
    line: int
    quoted: bool

    @property
    def is_left_out(self) -> bool:
        """Whether it means more of the same, or for a shape that holds itself and is drawn once."""
        return "..." in self.text or (self.text == "recursive" and not self.quoted)


def drawn(page: Page, lines: Numbered, *, root: str = "", maps: Collection[str] = ()) -> list[Drawn]:
    """Read the drawing whose opening mark is the first in these lines, and that draws `root`; without the root itself.

    `maps` are paths known to be maps: a key that lists its values looks like a member. Raises PageError.
    """
    return _Reader(page, lines, maps).whole(root)


def end_of_drawing(page: Page, lines: Numbered) -> int:
    """Return the line on which that drawing is closed. Raises PageError."""
    return _tokens(page, lines)[-1].line


class _Reader:
    """Goes through the tokens of one drawing and stops where its first brace is closed."""

    def __init__(self, page: Page, lines: Numbered, maps: Collection[str]) -> None:
        self._page = page
        self._tokens = _tokens(page, lines)
        self._maps = maps
        self._position = 0
        self._found: list[Drawn] = []

    def whole(self, root: str) -> list[Drawn]:
        if self._accept("("):
            self._members(root, ")")
        else:
            self._value(root, self._peek().line)
            del self._found[0]
        return self._found

    def _peek(self) -> _Token:
        if self._position >= len(self._tokens):
            raise _not_a_drawing(self._page, self._tokens[-1].line, "its brackets do not match")
        return self._tokens[self._position]

    def _take(self) -> _Token:
        token = self._peek()
        self._position += 1
        return token

    def _accept(self, mark: str) -> bool:
        more = self._position < len(self._tokens)
        found = more and self._peek().text == mark and not self._peek().quoted
        self._position += found
        return found

    def _alternatives(self) -> list[str]:
        """Read the values that follow after bars."""
        words = []
        while self._accept("|"):
            words.append(self._take().text)
            if words[-1] in {"{", "["}:
                while self._take().text not in {"}", "]"}:
                    pass
        return words

    def _members(self, parent: str, closing: str) -> str:
        """Read members up to the closing mark; return whether they are a structure's, or the one entry of a map."""
        kind = "structure"
        while not self._accept(closing):
            key = self._take()
            if key.is_left_out or key.text == ",":
                kind = "" if key.is_left_out else kind  # it may be a list that holds itself
                continue
            words = (key.text, *self._alternatives())
            if self._take().text not in {":", "="}:
                raise _not_a_drawing(self._page, key.line, f"no value follows {key.text!r}")
            if key.quoted and (words == ("string",) or len(words) > 1 or parent in self._maps):
                kind = "map"
                listed = () if words == ("string",) else words
                self._found.append(Drawn(parent + "{key}", key.line, "string", listed))
                self._value(parent + "{value}", self._peek().line)
            else:
                self._value(joined(parent, key.text), key.line)
        return kind

    def _value(self, path: str, line: int) -> None:
        """Read the value of a path that is named on `line`; it comes before what it holds."""
        at = len(self._found)
        words: tuple[str, ...] = ()
        streamed = self._accept("EventStream") and self._accept("(")
        if self._accept("{"):
            kind = self._members(path, "}")
            if self._alternatives():
                kind = "document"
        elif self._accept("["):
            self._items(path)
            kind = "list"
        else:
            kind, words = self._scalar(path)
        if streamed:
            self._accept(")")
        self._found.insert(at, Drawn(path, line, kind, words))

    def _items(self, path: str) -> None:
        """Read what a list holds, which is drawn once."""
        held = False
        while not self._accept("]"):
            if self._peek().is_left_out or self._peek().text == ",":
                self._take()
            elif held:
                raise _not_a_drawing(self._page, self._peek().line, f"the list {path} is not closed")
            else:
                self._value(path + "[]", self._peek().line)
                held = True

    def _scalar(self, path: str) -> tuple[str, tuple[str, ...]]:
        token = self._take()
        if not token.quoted and token.text in _MARKS:
            raise _not_a_drawing(self._page, token.line, f"{path} has no value")
        words = [token.text, *self._alternatives()]
        if token.quoted and words != ["string"]:
            return "string", tuple(words)
        return _KINDS.get(token.text, ""), ()


def _tokens(page: Page, lines: Numbered) -> list[_Token]:
    """Read the tokens from the first opening mark to the one that closes it. Raises PageError at anything else."""
    found: list[_Token] = []
    depth = 0
    for number, line in _whole(lines):
        opening = _OPENING.search(line)
        if not found and opening is None:
            continue
        position = opening.start() if opening and not found else 0
        while line[position:].strip():
            match = _TOKEN.match(line, position)
            if match is None:
                raise _not_a_drawing(page, number, f"{line[position:].strip():.60}")
            position = match.end()
            quoted = bool(match["link"] or match["quoted"] or match["mark_of_text"])
            text = match["linked"] or match["held"] or match["single"] or match["double"] or match[0].strip()
            if match["quoted"] and match["quoted"].startswith("b"):
                quoted, text = False, "blob"
            found.append(_Token(text, number, quoted))
            if not quoted:
                depth += (text in _CLOSING) - (text in _CLOSING.values())
            if depth == 0:
                return found
            if depth > _DEEPEST:
                raise _not_a_drawing(page, number, f"it nests deeper than {_DEEPEST} levels")
    start = lines[0][0] if lines else len(page.lines)
    raise _not_a_drawing(page, start, "it does not end" if found else "there is none")


def _whole(lines: Numbered) -> Iterator[tuple[int, str]]:
    """Yield lines, with the quotes of a placeholder that a saved page has on two of them on the first."""
    broken = False
    for number, line in lines:
        whole = line.lstrip().removeprefix('"') if broken and line.lstrip().startswith('"') else line
        broken = _BROKEN.search(whole) is not None
        yield number, f'{whole.rstrip()}"' if broken else whole


def _not_a_drawing(page: Page, line: int, why: str) -> PageError:
    return PageError(
        f"a drawing of the page can't be read: {why}",
        where=f"{page.document}:{line}",
        hint="fix the braces there, or save the page again",
    )
