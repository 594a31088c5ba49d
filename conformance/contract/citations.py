"""Reading of `sources.yaml`, and of the citations of it: which lines state a claim, and what is in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.contract.files import ContractError, by_name, known
from conformance.contract.model import UNSET, WIRE_NUMBER, Citation, Source, same_value
from conformance.contract.patterns import compiled
from conformance.errors import suggest
from conformance.inputs import Entries, Section

Claim = tuple[str, str, str, str]
"""Operation, direction, path, facet."""


@dataclass
class CitationIndex:
    """All citations; a claim takes its own out, so that what is left cites something that the contract doesn't say."""

    sources: Mapping[str, Source]
    waiting: dict[Claim, list[Citation]] = field(default_factory=dict)

    def add_file(self, document: str, written: Section, operations: Collection[str]) -> None:
        """Read the citations of one document. Raises ContractError."""
        documents = {name: source for name, source in self.sources.items() if source.is_document}
        if document not in documents:
            raise ContractError(
                f"there is no document {document!r}",
                where=written.at(),
                hint=f"name the file after a document of sources.yaml: {suggest(document, documents)}",
            )
        for operation, directions in written.items():
            known(operation, operations, "operation", written.at(operation))
            for direction, paths in directions.items():
                for path, facets in paths.items():
                    for facet in facets:
                        claim = (operation, direction, path, facet)
                        self.waiting.setdefault(claim, []).extend(_cited(facet, facets, documents[document]))

    def in_force(self, claim: Claim, stated: Any) -> tuple[Any, tuple[Citation, ...]]:
        """Take out the citations of a claim, and return the value in force with all citations.

        Documents about the operation itself come first, and the newest of them before all others.

        In force is what the newest document on the operation itself says; citations that say something else carry
        their own value, the others none.
        """
        cited = self.waiting.pop(claim, None)
        if cited is None:
            return stated, ()
        cited.sort(key=lambda citation: self._rank(citation, claim[0]))
        if all(citation.value is UNSET for citation in cited):
            return stated, tuple(cited)
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
    if isinstance(written, Entries):
        places = [written.at(index) for index in range(len(written))]
    else:
        written, places = [written], [facets.at(facet)]
    for entry, where in zip(written, places, strict=True):
        if not isinstance(entry, Section):
            yield _citation(source, {"line": entry}, where)
            continue
        words = entry.get("as", ())
        yield replace(
            _citation(source, entry, where),
            value=facet_value(facet, entry, "value") if "value" in entry else UNSET,
            words=tuple(words) if isinstance(words, list | tuple) else (str(words),),
        )


def cited_by_behaviour(entry: Section, sources: Mapping[str, Source]) -> Citation:
    """Return a citation that names its source. Raises ContractError."""
    source = sources[known(entry["document"], sources, "source", entry.at("document"))]
    if not source.is_document and ("line" in entry or "lines" in entry):
        raise ContractError(f"the source {source.id!r} has no lines", where=entry.at("line"), hint="remove the line")
    return _citation(source, entry, entry.at())


def _citation(source: Source, written: Mapping[str, Any], where: str) -> Citation:
    """Return a citation of lines that the document has. Raises ContractError."""
    line, more = written.get("line"), tuple(written.get("lines", ()))
    for number in (line, *more) if source.is_document else ():
        if number is None or number > source.lines:
            raise ContractError(
                f"the document {source.id!r} has no line {number}" if number else "the citation names no line",
                where=where,
                hint=f"its lines are 1 to {source.lines}, as sources.yaml says",
            )
    return Citation(source.id, line, more_lines=more, where=where)


def facet_value(facet: str, holder: Section, key: str) -> Any:
    """Return the value of the facet in `holder` under `key`. Raises ContractError for a pattern that is none."""
    value = holder[key]
    if facet == "pattern":
        try:
            compiled(value)
        except ValueError as error:
            raise ContractError(
                f"the pattern {value!r} does not compile: {error}",
                where=holder.at(key),
                hint="fix the regular expression; in YAML, single quotes keep backslashes as they are",
            ) from error
    return tuple(value) if facet == "enum" else value


def read_sources(written: Section) -> dict[str, Source]:
    """Read the documents and the other sources, by id. Raises ContractError."""
    entries = [*written["documents"].items(), *written.get("others", {}).items()]
    sources = by_name(
        "source", ((name, entry.at(), Source(name, **entry, where=entry.at())) for name, entry in entries)
    )
    editions: dict[tuple[str, int], str] = {}
    for name, entry in written["documents"].items():
        other = editions.setdefault((entry["operation"], entry["edition"]), name)
        if other != name:
            raise ContractError(
                f"the documents {other!r} and {name!r} of one operation have the same edition",
                where=entry.at("edition"),
                hint="number the documents by age, so that one of two is always the newer",
            )
    return sources
