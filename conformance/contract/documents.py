"""The citations against the documents themselves: every cited line says what it is cited for."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract import notation
from conformance.contract.citation import UNSET, Citation, Source
from conformance.contract.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.contract.model import Contract, Fact

_LAST_NAME = re.compile(r"([^.\[\]{}]+)(?:\[\]|\{key\}|\{value\})*$")
_PART = re.compile(r"(\[\]|\{key\}|\{value\})$")
_SHOWN = 70
"""How many characters of a cited line a finding quotes."""


def verify_citations(contract: Contract, folder: Path) -> tuple[Finding, ...]:
    """Hold every citation against the documents in a folder, which are found by the file names in sources.yaml.

    Documents that are missing, or are not those that were read when the contract was written, are findings; their
    citations are then not looked at.
    """
    findings: list[Finding] = []
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
                    Finding(
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


def _read(source: Source, folder: Path, findings: list[Finding]) -> _Page | None:
    path = folder / source.file
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"the document {source.id!r} can't be read from {path}: {error.strerror}"
        findings.append(Finding(problem, source.where, "name the folder that holds the documents"))
        return None
    if hashlib.sha256(content).hexdigest() != source.sha256:
        problem = f"{path} is not the edition of {source.id!r} that the contract was written from"
        findings.append(Finding(problem, source.where, "use that edition, or add the new one as a document"))
        return None
    lines = tuple(content.decode("utf-8", errors="replace").split("\n"))
    counted = len(lines) - 1 if lines[-1] == "" else len(lines)
    if counted != source.lines:
        problem = f"the document {source.id!r} has {counted} lines, not {source.lines}"
        findings.append(Finding(problem, source.where, f"write `lines: {counted}`"))
        return None
    return _Page(source, lines)


def _of_fact(fact: Fact, contract: Contract, pages: Mapping[str, _Page]) -> Iterator[Finding]:
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
            yield Finding(
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
            said = any(
                notation.names_held_type(kind, name, part[0], line) or notation.names_member(name, line)
                for line in lines
            )
        case "present":
            said = any(notation.names_member(name, line) or name in line.split() for line in lines)
        case "type" if part:
            said = any(notation.names_held_type(value, name, part[0], line) for line in lines)
        case "type":
            said = any(notation.names_type(value, name, line) for line in lines)
        case "enum":
            said = all(notation.has_word(entry, text) for entry in value)
        case "required":
            boto3 = page.source.kind.startswith("boto3")
            said = any(notation.names_requirement(required=value, name=name, line=line, boto3=boto3) for line in lines)
        case "pattern":
            said = value in text
        case _:
            said = notation.names_value(value, text)
    return said
