"""Reading of `sources.yaml` and `observations.yaml`: what may be cited, and what was observed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.contract.keys import (
    CITABLE,
    WIRE_NUMBER,
    ContractError,
    choice,
    closed,
    facet_value,
    known,
    same_value,
    section,
    shown,
    sub,
    subs,
    text,
    texts,
    whole,
    wrong_type,
)
from conformance.contract.model import UNSET, Citation, Observation, Source
from conformance.errors import suggest
from conformance.inputs import Entries, Section

DIRECTIONS = ("input", "output", "error", "paginator")

Claim = tuple[str, str, str, str]
"""Operation, direction, path, facet."""


@dataclass
class CitationIndex:
    """All citations; a claim takes its own out, so that what is left cites something that the contract doesn't say."""

    sources: Mapping[str, Source]
    waiting: dict[Claim, list[Citation]] = field(default_factory=dict)

    def add_file(self, document: str, written: Section, operations: Collection[str]) -> None:
        """Read the citations of one document. Raises ContractError."""
        source = self.sources.get(document)
        if source is None or not source.is_document:
            documents = [item.id for item in self.sources.values() if item.is_document]
            raise ContractError(
                f"there is no document {document!r}",
                where=written.at(),
                hint=f"name the file after a document of sources.yaml: {suggest(document, documents)}",
            )
        for operation, directions in subs(written):
            known(operation, operations, "operation", written.at(operation))
            closed(directions, DIRECTIONS, what="an operation that is cited")
            for direction, paths in subs(directions):
                for path, facets in subs(paths):
                    closed(facets, CITABLE, what="a cited path")
                    for facet in facets:
                        claim = (operation, direction, path, facet)
                        self.waiting.setdefault(claim, []).extend(_cited(facet, facets, source))

    def settle(self, claim: Claim, stated: Any) -> tuple[Any, tuple[Citation, ...]]:
        """Take out the citations of a claim, and return the value in force with all citations.

        Documents about the operation itself come first, and the newest of them before all others.

        In force is what the newest document on the operation itself says; citations that say something else carry
        their own value, the others none.
        """
        cited = self.waiting.pop(claim, None)
        if cited is None:
            return stated, ()
        if all(citation.value is UNSET for citation in cited):
            return stated, tuple(sorted(cited, key=lambda citation: self._rank(citation, claim[0])))
        cited.sort(key=lambda citation: self._rank(citation, claim[0]))
        own = [
            citation
            for citation in cited
            if self.sources[citation.id].operation == claim[0] and citation.value != WIRE_NUMBER
        ]
        newest = [citation for citation in own if citation.id == own[0].id]
        value = stated
        if newest and all(citation.value is not UNSET for citation in newest):
            value = newest[0].value
        return value, tuple(_with_own_value(citation, stated, value) for citation in cited)

    def _rank(self, citation: Citation, operation: str) -> tuple[bool, int, int]:
        source = self.sources[citation.id]
        return source.operation != operation, -source.edition, citation.line or 0

    def reject_rest(self, paths: Mapping[tuple[str, str], Collection[str]]) -> None:
        """Reject citations of what the contract does not claim; `paths` are those of each operation and direction."""
        for (operation, direction, path, facet), cited in self.waiting.items():
            existing = paths.get((operation, direction), ())
            if path not in existing:
                problem = f"the contract has no path {path!r} in the {direction} of {operation}"
                hint = suggest(path, existing)
            else:
                problem = f"the contract states no documented {facet} at {path!r} in the {direction} of {operation}"
                hint = f"state `{facet}` outside of `modelled` in the shape or at the member, or remove the citation"
            raise ContractError(problem, where=cited[0].where, hint=hint)


def _with_own_value(citation: Citation, stated: Any, value: Any) -> Citation:
    said = stated if citation.value is UNSET else citation.value
    own = UNSET if same_value(said, value) else said
    return citation if own is citation.value else replace(citation, value=own)


def _cited(facet: str, facets: Section, source: Source) -> Iterator[Citation]:
    """Read a line, a mapping with more about it, or a list of these."""
    written = facets[facet]
    where = facets.at(facet)
    if not isinstance(written, Entries):
        yield _one(facet, written, where, source)
        return
    for index, entry in enumerate(written):
        yield _one(facet, entry, written.at(index), source)


def _one(facet: str, written: Any, where: str, source: Source) -> Citation:
    if not isinstance(written, Section):
        return Citation(source.id, _line_number(written, where, source), where=where)
    closed(written, ("line", "value", "as", "lines"), ("line",), what="a citation")
    value = facet_value(facet, written, "value") if "value" in written else UNSET
    words: tuple[str, ...] = ()
    if "as" in written:
        words = texts(written, "as") if isinstance(written["as"], list) else (str(written["as"]),)
    line = _line_number(written["line"], where, source)
    return Citation(source.id, line, value, words, _more_lines(written, source), where)


def cited_by_behaviour(entry: Section, sources: Mapping[str, Source]) -> Citation:
    """Return a citation that names its source. Raises ContractError."""
    closed(entry, ("document", "line", "lines"), ("document",), what="a citation of a behaviour")
    source = sources[known(text(entry, "document"), sources, "source", entry.at("document"))]
    if source.is_document:
        line = _line_number(entry.get("line"), entry.at("line"), source)
        return Citation(source.id, line, more_lines=_more_lines(entry, source), where=entry.at())
    if entry.get("line") is not None or "lines" in entry:
        raise ContractError(f"the source {source.id!r} has no lines", where=entry.at("line"), hint="remove the line")
    return Citation(source.id, None, where=entry.at())


def _more_lines(written: Section, source: Source) -> tuple[int, ...]:
    more = written.get("lines", ())
    if "lines" in written and not isinstance(more, Entries):
        raise wrong_type(written, "lines", "a list of line numbers")
    return tuple(_line_number(line, more.at(index), source) for index, line in enumerate(more))


def _line_number(written: Any, where: str, source: Source) -> int:
    """Return a line that the document has. Raises ContractError."""
    if not isinstance(written, int) or isinstance(written, bool):
        raise ContractError(
            f"a citation is a line number, not {shown(written)}",
            where=where,
            hint="write the line, or `{line: ..., value: ...}`, or a list of these",
        )
    if not 1 <= written <= source.lines:
        raise ContractError(
            f"the document {source.id!r} has no line {written}",
            where=where,
            hint=f"its lines are 1 to {source.lines}, as sources.yaml says",
        )
    return written


DOCUMENT_KINDS = ("cli-page", "api-reference-text", "api-reference-markdown", "boto3-page-text", "boto3-page-rst")
CERTAINTIES = ("high", "medium", "sample", "none")

_DOCUMENT_KEYS = ("title", "kind", "edition", "operation", "file", "sha256", "lines")
_DOCUMENT_OPTIONAL = ("dated", "url")
_URL = re.compile(r"https?://[^\s<>\"']+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse_sources(written: Section) -> dict[str, Source]:
    """Read the documents and the other sources, by id. Raises ContractError."""
    closed(written, ("documents", "others"), ("documents",), what="the list of sources")
    found: dict[str, Source] = {}
    editions: dict[int, str] = {}
    for name, entry in subs(sub(written, "documents")):
        found[name] = source = _document(name, entry)
        if source.edition in editions:
            raise ContractError(
                f"the documents {editions[source.edition]!r} and {name!r} have the same edition",
                where=entry.at("edition"),
                hint="number the documents by age, so that one of two is always the newer",
            )
        editions[source.edition] = name
    for name, entry in subs(sub(written, "others")):
        if name in found:
            raise ContractError(
                f"the source {name!r} is there twice", where=entry.at(), hint="give each source its own id"
            )
        closed(entry, ("title", "kind", "version", "api_version", "url"), ("title", "kind"), what="a source")
        found[name] = Source(
            name,
            text(entry, "title"),
            text(entry, "kind"),
            version=text(entry, "version", ""),
            api_version=text(entry, "api_version", ""),
            url=_url(entry),
            where=entry.at(),
        )
    return found


def _document(name: str, entry: Section) -> Source:
    closed(entry, (*_DOCUMENT_KEYS, *_DOCUMENT_OPTIONAL), _DOCUMENT_KEYS, what="a document")
    choice(entry, "kind", DOCUMENT_KINDS)
    edition = whole(entry, "edition")
    if edition == 0:
        raise ContractError(
            "editions are counted from 1", where=entry.at("edition"), hint="give the oldest document edition 1"
        )
    sha256 = text(entry, "sha256")
    if not _SHA256.fullmatch(sha256):
        raise ContractError(
            "the sha256 is not 64 lower-case hexadecimal digits",
            where=entry.at("sha256"),
            hint="write the output of `sha256sum` for the file",
        )
    return Source(
        name,
        text(entry, "title"),
        text(entry, "kind"),
        edition,
        str(entry.get("dated", "")),
        text(entry, "operation"),
        text(entry, "file"),
        sha256,
        whole(entry, "lines"),
        url=_url(entry),
        where=entry.at(),
    )


def _url(entry: Section) -> str:
    """Return where a source is published; it becomes a link in reports, so that only http and https are taken."""
    url = text(entry, "url", "")
    if url and not _URL.fullmatch(url):
        raise ContractError(
            f"{url!r} is no public address",
            where=entry.at("url"),
            hint="write the whole URL of the page, beginning with https://",
        )
    return url


def parse_observations(written: Entries) -> dict[str, Observation]:
    """Read the observations, by id. Raises ContractError."""
    found: dict[str, Observation] = {}
    for index, entry in enumerate(written):
        fact = section(entry, written.at(index), "an observation")
        keys = ("id", "statement", "certainty")
        closed(fact, keys, keys, what="an observation")
        name = text(fact, "id")
        if name in found:
            raise ContractError(
                f"the observation {name!r} is there twice", where=fact.at("id"), hint="give each its own id"
            )
        found[name] = Observation(name, text(fact, "statement"), choice(fact, "certainty", CERTAINTIES))
    return found
