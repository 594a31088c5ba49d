"""A page of the API Reference, as Markdown or saved as text: drawn JSON, then each member below its heading.

Members of types are on pages of their own (`API_Channel.md`); where these are known, they are read as part of the
operation that uses them. Below a heading are labelled lines: `Type: ...`, `Length Constraints: ...`, `Required: Yes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath

from conformance.documents.claims import Claim, Explained, Place, Read, Statement, Value
from conformance.documents.drawing import drawn, end_of_drawing
from conformance.documents.page import Numbered, Page, heading, spans
from conformance.documents.prose import numeric, statements

_SUCCESS = re.compile(r"If the action is successful, the service sends back an HTTP (\d+) response.*")
_ACCEPTS = re.compile(r"The request accepts the following data.*")
_ERROR_STATUS = re.compile(r"HTTP Status Code: (\d+)")
_LINKS = re.compile(r"For more information about using this API in one of the language-specific")
_TAIL = ("See Also", "Examples", "Example")
_CODE = re.compile(r"[A-Z]\w+")
_STARRED = re.compile(r"\s*\*\* ?\[?\s*([\w.-]+)\s*\]?(?:\([^)]*\))? ?\*\*(.*)")
_NOTES = frozenset({"Note", "Important", "Tip", "Warning", "Caution"})
_ALONE = re.compile(r" *([A-Za-z]\w+) *")
_BULLETED = re.compile(r" *- ([A-Za-z]\w+) *")
_OPENING = re.compile(r"\s*\{")


def read(page: Page) -> Iterator[Read]:
    """Read the page of an operation, or of a type (about no operation). Raises PageError for a drawing."""
    asked, given = Place(page.operation, "input", ""), Place(page.operation, "output", "")
    start, response, errors = _parts(page)
    yield from _side(page, page.numbered(start, response), asked)
    yield from _side(page, page.numbered(response, errors), given)
    for line, text in page.numbered(1, errors):
        if match := _SUCCESS.match(text.strip()):
            yield Statement("http_status", int(match[1]), line).by(page.document, given)
    yield from _errors(page, errors)


def type_name(page: Page) -> str:
    """Return the name of the type that a page is about: its title."""
    titles = [text for text in page.lines if text.startswith("# ")] or page.lines
    return next((heading(text) for text in titles if text.strip()), "")


def is_type(page: Page) -> bool:
    """Return whether a page is about a type, and not about an operation."""
    titles = {heading(text) for text in page.lines}
    return "Contents" in titles and titles.isdisjoint({"Request Syntax", "Response Elements", "Synopsis"})


def types_among(pages: Iterable[Page]) -> dict[str, Page]:
    """Return the pages of types among pages, by the names of the types and by those of their files."""
    of_types = filter(is_type, pages)
    return {name: page for page in of_types for name in (type_name(page), PurePath(page.document).stem)}


def _parts(page: Page) -> tuple[int, int, int]:
    """Return the lines on which the request, the answer and the errors begin.

    A page without headings has two drawings, or one and a line that says whose it is.
    """
    titles: dict[str, int] = {}
    for line, text in page.numbered():
        titles.setdefault(heading(text), line)
    begins = titles.get("Contents") or titles.get("Request Syntax")
    start = begins or 1
    marks = [titles[title] for title in ("Response Syntax", "Response Elements") if title in titles]
    marks += [line for line, text in page.numbered(start) if _SUCCESS.match(text.strip())][:1]
    first = _opening(page, start)
    second = _opening(page, end_of_drawing(page, page.numbered(first)) + 1) if first else 0
    asks = begins or any(_ACCEPTS.match(text.strip()) for text in page.lines)
    marks += [line for line in (second or (0 if asks else first),) if line]
    end = titles.get("Errors") or _first_error(page) or titles.get("See Also") or len(page.lines) + 1
    return start, min([*marks, end]), end


def _opening(page: Page, start: int) -> int:
    """Return the line on which the first drawing from `start` on begins, 0 where there is none."""
    return next((line for line, text in page.numbered(start) if _OPENING.match(text)), 0)


def _side(page: Page, lines: Numbered, root: Place) -> Iterator[Read]:
    """Read drawn JSON, which shows types and has one word for all numbers, and the members below it."""
    opening = _opening(page, lines[0][0]) if lines else 0
    drawing = drawn(page, page.numbered(opening)) if opening and opening <= lines[-1][0] else []
    for node in drawing:
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.kind and not node.words:  # a shape that holds itself is drawn as its name
            yield Statement("type", node.kind, node.line).by(page.document, place)
    headings = _headings(page, lines)
    explained = {name for _, name, _ in headings}
    for node in drawing:
        if re.fullmatch(r"\w+", node.path) and node.path not in explained:
            yield page.unread(node.line, f"{node.path} is drawn, and not explained")
    for found in _members(page, lines, root, ()):
        yield found
        # What a list or a map holds has no heading: where no drawing shows it, its type does.
        if not drawing and isinstance(found, Claim) and found.facet == "type" and found.place.path.endswith(("]", "}")):
            yield replace(found, facet="present", value=True)


def _headings(page: Page, lines: Numbered) -> list[tuple[int, str, str]]:
    """Return the headings of members: line, name, and the prose on the line itself.

    A page without stars has names alone, or with a bullet above an empty one; one without a label before the next is a
    word of the prose.
    """
    starred = [(line, match[1], plain(match[2])) for line, text in lines if (match := _heading_of(text))]
    if starred or any(_STARRED.fullmatch(text) for text in page.lines):
        return starred
    form = _BULLETED if any(text.strip() == "-" for text in page.lines) else _ALONE
    alone = [(line, match[1]) for line, text in lines if (match := form.fullmatch(text))]
    bounds = spans([line for line, _ in alone], lines[-1][0] + 1 if lines else 1)
    return [
        (line, name, "")
        for (line, name), (_, stop) in zip(alone, bounds, strict=True)
        if any(is_label(text) for _, text in page.numbered(line + 1, stop))
    ]


def _heading_of(text: str) -> re.Match[str] | None:
    """Return the match of a line that is the heading of a member; a note in its prose has neither link nor anchor."""
    match = _STARRED.fullmatch(text)
    return match if match and (match[1] not in _NOTES or "](" in text or "<a " in text) else None


def _members(page: Page, lines: Numbered, root: Place, above: tuple[str, ...]) -> Iterator[Read]:
    """Read the lines below each heading, and the pages of the types that they name; `above` are those being read."""
    headings = _headings(page, lines)
    end = lines[-1][0] + 1 if lines else 1
    for found, (_, stop) in zip(headings, spans([line for line, _, _ in headings], end), strict=True):
        labels = Labels()
        place = root.below(found[1])
        yield from _member(page, found, stop, place, labels)
        for path, name in labels.named.items():
            name = name if labels.target not in page.types else labels.target  # noqa: PLW2901 - two may have one name
            if page.types and name not in page.types:
                yield page.unread(found[0], f"the page of {name}, its type, is not among the pages of types")
            elif page.types and name not in above:
                of_type = replace(page.types[name], operation=page.operation, types=page.types)
                start, _, last = _parts(of_type)
                yield from _members(of_type, of_type.numbered(start, last), place.below(path), (*above, name))


def _member(page: Page, found: tuple[int, str, str], stop: int, place: Place, labels: Labels) -> Iterator[Read]:
    """Read the lines below one heading (line, name, prose), and the labels among them into `labels`."""
    line, name, prose = found
    yield Statement("present", value=True, line=line).by(page.document, place)
    sentences = [(line, prose)] if prose else []
    labelled: dict[str, Value] = {}
    for number, text, more in _whole_labels(page.numbered(line + 1, stop)):
        stated = [(path, replace(statement, more_lines=more)) for path, statement in labels.read(number, text.strip())]
        labelled |= {statement.facet: statement.value for path, statement in stated if not path}
        yield from (statement.by(page.document, place.below(path)) for path, statement in stated)
        if not stated and is_label(text):
            yield page.unread(number, f"a label of {place.path} that is not known")
        elif not stated and text.strip():
            sentences.append((number, plain(text)))
    if not labels.types:
        yield page.unread(line, f"no label says the type of {place.path}")
    if sentences:
        yield Explained(page.document, place, tuple(sentences))
    enum = labelled.pop("enum", ())
    listed = tuple(map(str, enum)) if isinstance(enum, tuple) else ()
    for said in statements(tuple(sentences), name, labels.types.get("", ""), listed):
        if isinstance(said, Statement) and labelled.get(said.facet, said.value) != said.value:
            yield page.unread(said.line, f"{said.facet} of {place.path}, of which its label says otherwise")
        elif isinstance(said, Statement):
            yield said.by(page.document, place)


def _whole_labels(lines: Numbered) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    """Yield lines, and further ones of a label whose value is on the next; a type that follows a sentence by itself."""
    rest = iter(lines)
    for line, whole in rest:
        prose, text = match.groups() if (match := _GLUED.fullmatch(whole)) else ("", whole)
        if prose:
            yield line, prose, ()
        if _BARE_LABEL.fullmatch(text.strip()):
            following = next(((number, more) for number, more in rest if more.strip()), (line, ""))
            yield line, f"{text.strip()} {following[1].strip()}", (following[0],)
        else:
            yield line, text, ()


def _errors(page: Page, start: int) -> Iterator[Read]:
    """Read the errors, and what comes after them but for examples and links.

    Some errors have two statuses; below the code of one, newer pages have its members.
    """
    last, code = start, None
    for line, text in page.numbered(start):
        if match := _ERROR_STATUS.match(plain(text)):
            named = next((name for name in _alone(page.numbered(last, line)) if name[1] != "Errors"), code)
            if named is None:
                yield page.unread(line, "the status of an error whose code is not above it")
            else:
                place = Place(page.operation, "error", named[1])
                yield Statement("present", value=True, line=named[0]).by(page.document, place)
                yield Statement("http_status", int(match[1]), line).by(page.document, place)
            last, code = line + 1, named
    if last > start:
        lines = page.numbered(last)
        links = (at for at, (_, text) in enumerate(lines) if heading(text) in _TAIL or _LINKS.match(text.strip()))
        yield from page.rest(lines[: next(links, None)], "comes after the last part of such a page that is known")


def _first_error(page: Page) -> int:
    """Return the line of the first error's code, where there is no heading above it; 0 where there is no error."""
    line = next((line for line, text in page.numbered() if _ERROR_STATUS.match(plain(text))), 0)
    alone = _alone(page.numbered(1, line)) if line else []
    return alone[-1][0] if alone else line


def _alone(lines: Numbered) -> list[tuple[int, str]]:
    """Return the lines that are a name alone, starred, linked or neither."""
    named = ((line, heading(plain(text)).removeprefix("- ")) for line, text in lines)
    return [(line, words) for line, words in named if _CODE.fullmatch(words)]


Labelled = tuple[str, Statement]
"""A path, from the member on, and what a label states of it."""

_SCALARS = {
    "string": "string", "integer": "integer", "long": "integer", "float": "float", "double": "float",
    "boolean": "boolean", "timestamp": "timestamp", "base64-encoded binary data object": "blob",
    "json value": "document",
}  # fmt: skip
_LINK = re.compile(r"\[([^\[\]]*)\]\([^)]{0,2000}\)")
"""A link of Markdown. What it may contain is bounded, so that a line of brackets takes no longer than it is long."""
_TARGET = re.compile(r"\]\((\w+)\.(?:md|html)\b")
_LABEL = re.compile(
    r"(?P<part>Key |Value )?"
    r"(?P<label>Type|Length Constraints|Array Members|Map Entries|Valid Range|Valid Values|Valid Keys"
    r"|Pattern|Required): ?(?P<rest>.+)"
)
_LOOKS_LABELLED = re.compile(
    r"(?:[A-Z]\w+ ){0,3}(?:Type|Constraints|Members|Entries|Range|Values|Keys|Pattern|Required|Default): ?.+"
)
_GLUED = re.compile(r"(.*\w[.:)])(Type: \w.*)")
_BARE_LABEL = re.compile(r"(?:Key |Value )?(?:Pattern|Valid Values|Valid Keys):")
_ARRAY = re.compile(r"[Aa]rrays? of (.+)")
_MAP = re.compile(r"\w+ to (.+?)s? map")
_OBJECT = re.compile(r"(\w+) objects?")
_DEEPEST = 10
"""Levels of lists and maps in the words of a type."""
_BOUND = re.compile(r"(Minimum|Maximum|Fixed) (?:length|number|value) of (-?[\d,]+(?:\.\d+)?(?:[Ee]-?\d+)?)")
_FACETS = {
    "Length Constraints": ("min_length", "max_length"),
    "Array Members": ("min_length", "max_length"),
    "Map Entries": ("min_length", "max_length"),
    "Valid Range": ("minimum", "maximum"),
}
_OF_THE_WHOLE = ("Array Members", "Map Entries", "Required")
"""Labels about a list or a map itself; the others are about what it holds in the end."""


def plain(text: str) -> str:
    """Return a line without Markdown: links as their text, no ticks, no stars, no anchors."""
    without = re.sub(r"<a [^<>]*>(?:</a>)?|`|\\(?=[^\w\s])", "", _LINK.sub(r"\1", text))
    return " ".join(without.split())


def is_label(text: str) -> bool:
    """Return whether a line is labelled, known label or not."""
    return _LOOKS_LABELLED.fullmatch(plain(text)) is not None


class Labels:
    """The labels below one member, read one after the other: the type comes first, and says what the others mean."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        """The type of the member (the empty path) and of what it holds, by path."""
        self.named: dict[str, str] = {}
        """The structures among them that have a name, and a page of their own."""
        self.target = ""
        """The page to which the type is linked."""

    def read(self, line: int, text: str) -> list[Labelled]:
        """Return what a line states, each with the path that it is about; nothing where it is no label."""
        match = _LABEL.fullmatch(plain(text))
        if match is None:
            return []
        name, rest = match["label"], match["rest"].strip()
        if name == "Type":
            self.target = next(iter(_TARGET.findall(text)), "")
            self._type(rest.rstrip("."))
            return [(path, Statement("type", kind, line)) for path, kind in self.types.items()]
        path = "{key}" if name == "Valid Keys" else {"Key ": "{key}", "Value ": "{value}", None: ""}[match["part"]]
        if name not in _OF_THE_WHOLE:
            while self.types.get(path) == "list" and f"{path}[]" in self.types:
                path += "[]"
        if name == "Valid Range" and self.types.get(path) == "map":
            path += "{value}"
        # A pattern may hold ticks and brackets of its own: it is taken from the line as it is.
        raw = text.partition(":")[2].strip().removeprefix("`").removesuffix("`").strip()
        return [(path, statement) for statement in _stated(name, line, rest, raw)]

    def _type(self, words: str) -> None:
        """Keep what the words of a type say of the member, and of what it holds in the end."""
        path, words = "", re.sub(r" or \w+$", "", words)
        for _ in range(_DEEPEST):
            scalar = _SCALARS.get(words.lower()) or _SCALARS.get(words.lower().removesuffix("s"))
            if scalar:
                self.types[path] = scalar
            elif match := _ARRAY.fullmatch(words):
                self.types[path] = "list"
                path, words = f"{path}[]", match[1]
                continue
            elif match := _MAP.fullmatch(words):
                self.types |= {path: "map", f"{path}{{key}}": "string"}
                path, words = f"{path}{{value}}", match[1]
                continue
            elif match := _OBJECT.fullmatch(words):
                self.types[path] = "structure"
                self.named[path] = match[1]
            return


def _stated(name: str, line: int, rest: str, raw: str) -> Iterator[Statement]:
    if name == "Pattern":
        yield Statement("pattern", raw, line)
    elif name in {"Valid Values", "Valid Keys"}:
        yield Statement("enum", tuple(word.strip() for word in rest.split("|")), line)
    elif name == "Required":
        if rest in {"Yes", "No"}:
            yield Statement("required", rest == "Yes", line)
    else:
        low, high = _FACETS[name]
        for bound, figure in _BOUND.findall(rest):
            for facet in {"Minimum": (low,), "Maximum": (high,), "Fixed": (low, high)}[bound]:
                yield Statement(facet, numeric(figure), line)
