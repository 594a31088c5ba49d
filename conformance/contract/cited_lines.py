"""The citations against the documents themselves: every cited line says what it is cited for.

The pages have five notations: drawn JSON (`"Name": "string"`), boto3's request and response syntax (`'Name': 123`),
boto3's and the CLI's lists (`Name (string)`, `Name -> (string)`, `--name`), and the API Reference's prose
(`Type: String`, `Required: Yes`).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.contract.model import UNSET, Citation, Contract, Fact, Source
from conformance.contract.names import spellings
from conformance.errors import Problem

_LINK = re.compile(r"\]\([^)]{0,2000}\)")
"""Where a link of Markdown goes; bounded, so that a line of brackets takes no longer than it is long."""
_LISTED = re.compile(
    r"[^\w(]*(?!(?:key|value)(?![\w-]))(\w+(?:-+\w+)*)\W+(?:(?:no|disable)-[\w-]+\W+)?"
    r"\((?:string|integer|float|boolean|timestamp|datetime|list|map|dict"
    r"|(?:tagged union )?structure|long|double|bytes|blob)\)"
)
"""A member of a list of members, with its type behind it; `key` and `value` of a map are none."""
_FLOAT = re.compile(r"-?\d+(?:\.\d+)?(?:[Ee]-?\d+)?")

_WORDED = {
    "string": r"\(string\)|Type: String|: string$|String to",
    "integer": r"\(integer\)|\(long\)|Type: Integer|Type: Long|: integer$",
    "float": r"\(float\)|\(double\)|Type: Float|Type: Double|: float$",
    "boolean": r"\(boolean\)|Type: Boolean|: boolean$",
    "timestamp": r"\(datetime\)|\(timestamp\)|Type: Timestamp|: datetime$",
    "list": r"\(list\)|Type: Array of|: list$",
    "map": r"\(dict\)|\(map\)|Type: .* map$|: dict$",
    "structure": r"\(dict\)|\((?:tagged union )?structure\)|Type: (?!Array of).* objects?$|: dict$",
    "number": r"\(number\)|Type: Number",
    "blob": r"\(bytes\)|\(blob\)|(?:Type:|rrays? of|to) Base64-encoded|: (?:blob|bytes)$",
    "document": r"\bdocument\b|(?:Type:|rrays? of|to) JSON value",
}
_HELD_AS = {"integer": "integer|long", "float": "float|double"}
_WORDED |= {
    kind: rf"{_WORDED[kind]}|rrays? of (?:{words})s|to (?:{words})s? map"
    for kind, words in ((kind, _HELD_AS.get(kind, kind)) for kind in ("string", *_HELD_AS, "boolean", "timestamp"))
}
_WORDED |= {"long": _WORDED["integer"], "double": _WORDED["float"]}
_DRAWN = {
    "string": r"[\"'][^\"']*[\"'](?:\|[\"'][^\"']*[\"'])*|\"string\s*$",
    "integer": r"\d+",
    "float": r"\.\.\.|\d+\.\d+",
    "boolean": r"boolean|True\|False|true\|false",
    "timestamp": r"datetime\([^)]*\)",
    "list": r"\[",
    "map": r"\{",
    "structure": r"\{",
    "number": r"number",
    "blob": r"b?'bytes'|blob",
    "document": r"\{\.\.\.\}(?:\|[^\s,]+)*|\{|JSON value",
}
_DRAWN |= {"long": _DRAWN["integer"], "double": _DRAWN["float"]}


def plain(line: str) -> str:
    """Return a line without the targets of its links, which name members that the text does not."""
    return _LINK.sub("]", line).rstrip()


@lru_cache(maxsize=4096)
def _as_word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


def has_word(text: str, line: str) -> bool:
    """Whether the text is on the line, and no part of a longer word."""
    return _as_word(text).search(line) is not None


def names_member(name: str, line: str) -> bool:
    """Whether the line has the member's name, in the page's or in the command line's spelling."""
    return has_word(name, plain(line)) or f"--{spellings(name)[2]}" in line


def names_type(kind: str, name: str, line: str) -> bool:
    """Whether the line gives that type to the member."""
    text = plain(line)
    drawn = list(_drawn_after(name, text))
    if drawn:
        return any(re.match(_DRAWN[kind], rest) for rest in drawn)
    listed = _LISTED.match(text)
    named = listed[1] in {name, spellings(name)[2], name.removeprefix("--")} if listed else f":type {name}:" in text
    # Also a member that is called `key` or `value`.
    named = named or f"**{name}** " in text or text.lstrip().startswith(f"{name} -> (")
    return (named or "Type: " in text) and re.search(_WORDED[kind], text) is not None


def names_held_type(kind: str, holder: str, part: str, line: str) -> bool:
    """Whether the line gives that type to the entries of a list or a map: `part` is `[]`, `{key}` or `{value}`."""
    text = plain(line)
    drawn = _DRAWN[kind]
    entry = r"\s*[\"']string[\"']\s*:"  # how every page draws the key of a map
    shape = {"[]": rf"\s*(?:{drawn})", "{key}": entry, "{value}": rf"{entry}\s*(?:{drawn})"}[part]
    opening = r"\[" if part == "[]" else r"\{"
    if any(re.match(opening + shape, rest) for rest in _drawn_after(holder, text)):
        return True
    if re.match(shape, text) and (part != "[]" or re.fullmatch(rf"{shape}[\s,\]}}]*", text)):
        return True
    unnamed = re.match(r"\W*(?:key|value)?\W*\(", text) is not None
    objects = kind == "structure" and re.search(r"(?:rrays? of|to) \[?\w+\]? objects?\b", text) is not None
    return objects or ((unnamed or "Type:" in text) and re.search(_WORDED[kind], text) is not None)


def _drawn_after(name: str, text: str) -> Iterator[str]:
    """Yield what follows each place where a syntax block opens the member: `"Name": `, `'Name': ` or `Name=`."""
    for match in re.finditer(rf"[\"'\[]{re.escape(name)}\]?[\"']?\s*:\s*|(?<!\w){re.escape(name)}=", text):
        yield text[match.end() :]


def names_value(value: Any, text: str) -> bool:
    """Whether the text has a value, as the pages write it."""
    if isinstance(value, bool):
        return re.search(rf"\b{value}\b", text, re.IGNORECASE) is not None
    if isinstance(value, int) and has_word(f"{value:,}", text):
        return True
    if isinstance(value, float) and value in map(float, _FLOAT.findall(text.replace("\\", ""))):
        return True
    return has_word(f"{value}", text)


def names_requirement(*, required: bool, name: str, line: str, boto3: bool) -> bool:
    """Whether the line says that a member is required, or that it is not.

    The boto3 pages mark only what is required: there, a line that names a member without the mark says that it is not.
    """
    option = name if name.startswith("--") else f"--{spellings(name)[2]}"
    optional = f"[{option} " in line
    if required:
        return "[REQUIRED]" in line or "Required: Yes" in line or (not optional and f"{option} <" in line)
    unmarked = boto3 and "[REQUIRED]" not in line and names_member(name, line)
    return "Required: No" in line or optional or "optional" in line.lower() or unmarked


_LAST_NAME = re.compile(r"([^.\[\]{}]+)(?:\[\]|\{key\}|\{value\})*$")
_PART = re.compile(r"(\[\]|\{key\}|\{value\})$")
_SHOWN = 70
"""How many characters of a cited line a finding quotes."""


def verify_citations(contract: Contract, folder: Path) -> tuple[Problem, ...]:
    """Check every citation against the documents in a folder, which are found by the file names in sources.yaml.

    Documents that are missing, or are not those that were read when the contract was written, are findings; their
    citations are then not looked at.
    """
    findings: list[Problem] = []
    pages: dict[str, _Page] = {}
    for source in contract.sources.values():
        if source.is_document:
            page = _read(source, folder, findings)
            if page is not None:
                pages[source.id] = page
    for fact in contract.facts:
        findings.extend(_of_fact(fact, contract, pages))
    for behaviour in contract.behaviours:
        for citation in behaviour.sources:
            page = pages.get(citation.id)
            if page is not None and not all(page.text((line,)).strip() for line in citation.all_lines()):
                findings.append(
                    Problem(
                        f"the behaviour {behaviour.id!r} cites line {citation.line} of {citation.id!r}, which is blank",
                        citation.where,
                        "cite the line that states it",
                    )
                )
    return tuple(findings)


@dataclass(frozen=True)
class _Page:
    """The lines of a document."""

    source: Source
    lines: tuple[str, ...]

    def text(self, numbers: tuple[int, ...]) -> str:
        return "\n".join(self.lines[number - 1] for number in numbers)


def _read(source: Source, folder: Path, findings: list[Problem]) -> _Page | None:
    path = folder / source.file
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"the document {source.id!r} can't be read from {path}: {error.strerror}"
        findings.append(Problem(problem, source.where, "name the folder that holds the documents"))
        return None
    if hashlib.sha256(content).hexdigest() != source.sha256:
        problem = f"{path} is not the edition of {source.id!r} that the contract was written from"
        findings.append(Problem(problem, source.where, "use that edition, or add the new one as a document"))
        return None
    lines = tuple(content.decode("utf-8", errors="replace").split("\n"))
    counted = len(lines) - 1 if lines[-1] == "" else len(lines)
    if counted != source.lines:
        problem = f"the document {source.id!r} has {counted} lines, not {source.lines}"
        findings.append(Problem(problem, source.where, f"write `lines: {counted}`"))
        return None
    return _Page(source, lines)


def _of_fact(fact: Fact, contract: Contract, pages: Mapping[str, _Page]) -> Iterator[Problem]:
    """Judge the citations of a fact; an enum may be spread over several citations of one page."""
    spread: defaultdict[tuple[str, Any], list[int]] = defaultdict(list)
    for citation in fact.sources:
        spread[citation.id, citation.value].extend(citation.all_lines())
    for citation in fact.sources:
        page = pages.get(citation.id)
        if page is None:
            continue
        whole = tuple(spread[citation.id, citation.value]) if fact.facet == "enum" else citation.all_lines()
        if not _says(fact, citation, page, page.text(whole), contract):
            quoted = page.text((citation.line or 1,)).strip()
            quoted = quoted if len(quoted) <= _SHOWN else quoted[:_SHOWN] + "..."
            yield Problem(
                f"line {citation.line} of {citation.id!r} does not state {fact.id} ({quoted!r})",
                citation.where,
                "cite the line that states it, or give the words of the page with `as`",
            )


def _says(fact: Fact, citation: Citation, page: _Page, text: str, contract: Contract) -> bool:
    """Whether the text of the cited lines states what the citation says that it states."""
    if citation.words:
        return all(" ".join(words.split()) in " ".join(text.split()) for words in citation.words)
    value = fact.value if citation.value is UNSET else citation.value
    named = _LAST_NAME.search(fact.path)
    name = named[1] if named else ""
    part = _PART.search(fact.path)
    lines = text.split("\n")
    match fact.facet:
        case "present" if part:
            kind = contract.fact(f"{fact.operation}/{fact.direction}/{fact.path}/type").value
            kinds = (kind, "number") if "\\d" in _DRAWN[kind] else (kind,)  # one word for all numbers in drawn JSON
            said = any(names_held_type(kind, name, part[0], line) for kind in kinds for line in lines)
            said = said or any(names_member(name, line) for line in lines)
        case "present":
            said = any(names_member(name, line) or name in line.split() for line in lines)
        case "type" if part:
            said = any(names_held_type(value, name, part[0], line) for line in lines)
        case "type":
            said = any(names_type(value, name, line) for line in lines)
        case "enum":
            said = all(has_word(entry, text) for entry in value)
        case "required":
            boto3 = page.source.kind.startswith("boto3")
            said = any(names_requirement(required=value, name=name, line=line, boto3=boto3) for line in lines)
        case "pattern":
            said = value in text
        case _:
            said = names_value(value, text)
    return said
