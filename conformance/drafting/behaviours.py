"""Behaviours of drafted listings: claims of the table of conventions, with the line of the page that is about each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from conformance.contract.names import spellings
from conformance.documents.page import heading
from conformance.drafting.conventions import items_of, table

if TYPE_CHECKING:
    from conformance.documents.claims import Claim
    from conformance.drafting.contracts import DraftOperation
    from conformance.drafting.sources import DraftPage
    from conformance.drafting.trees import Part


def behaviours_of(operations: Iterable[DraftOperation]) -> Iterator[dict[str, Any]]:
    """Yield the behaviours of operations as they are written, numbered from 1."""
    number = 0
    for operation in operations:
        for row in table()["behaviours"]:
            for member, part in _members(operation, row):
                written = _behaviour(operation, row, member, part)
                if written is not None:
                    number += 1
                    yield {"id": written.pop("id"), "number": number, **written}


def _members(operation: DraftOperation, row: Mapping[str, Any]) -> Iterator[tuple[str, Part | None]]:
    """Yield the members that a row is about, with their parts."""
    of, listing, pagination = row["of"], operation.listing or {}, operation.pagination or {}
    if "needs" in row and row["needs"] not in listing:
        return
    if of == "paginator":
        if operation.paginator is not None:
            yield "", None
    elif of.startswith("PaginationConfig"):
        part: Part | None = operation.paginator
        for name in of.split("."):
            part = part.parts.get(name) if part else None
        if part is not None:
            yield of, part
    elif isinstance(listing.get(of), dict):
        if operation.request is not None:
            yield from ((path, _part(operation.request, path)) for path in listing[of])
    else:
        name = listing.get(of) or pagination.get(of)
        tree = operation.answer if of == "output_token" else operation.request
        if isinstance(name, str) and tree is not None and name in tree.parts:
            yield name, tree.parts[name]


def _part(request: Part, path: str) -> Part | None:
    """Return the part at a path of a request, which may lead through structures and lists."""
    part: Part | None = request
    for name in path.replace("[]", ".[]").split("."):
        part = part.parts.get(name) if part else None
    return part


def _behaviour(
    operation: DraftOperation, row: Mapping[str, Any], member: str, part: Part | None
) -> dict[str, Any] | None:
    laws = row["law"]
    asked = re.sub(r"\W+", "-", spellings(member)[2]).strip("-")
    name = spellings(operation.name)[2]
    first = laws if isinstance(laws, str) else laws[0]
    default = part.effective(row["facet"]) if part is not None and "facet" in row else ""
    if default is None:
        return None
    source, stated = _cited(operation, row, part)
    listing = operation.listing or {}
    several = isinstance(listing.get(row["of"]), dict)
    return {
        "id": f"{name}-{first}" + (f"-{asked}" if several else ""),
        "operations": [operation.name],
        "statement": row["statement"].format(
            member=member,
            default=default,
            items=items_of(operation.name),
            path=listing[row["of"]][member] if several else "",
            ascending=listing.get("ascending", ""),
            descending=listing.get("descending", ""),
        ),
        "sources": [source],
        "basis": "documented" if stated else "inferred",
        "judged_by": {"law": laws},
    }


def _cited(operation: DraftOperation, row: Mapping[str, Any], part: Part | None) -> tuple[dict[str, Any], bool]:
    """Return where a claim comes from, and whether the page says it there in words."""
    if part is None:
        pages = [page for page in operation.pages if _paginates(page)]
        return ({"document": pages[-1].id, "line": 1}, True) if pages else _BY_MODEL
    if claims := part.citations.get(row.get("facet", "")):
        return {"document": claims[-1].document, "line": claims[-1].line}, True
    named = [claim for facet in ("required", "type", "present") for claim in part.citations.get(facet, ())]
    if not named or "facet" in row:
        return _BY_MODEL
    line, prose = _prose(operation.pages, named[0])
    stated = bool(prose) and ("stated" not in row or re.search(row["stated"], prose, re.IGNORECASE) is not None)
    return {"document": named[0].document, "line": line}, stated


_BY_MODEL: tuple[dict[str, Any], bool] = ({"document": "botocore"}, False)


def states_absence(error: Part, pages: Iterable[DraftPage]) -> bool:
    """Return whether a page says, at an error, that something is not there."""
    lines = {page.id: page.reading.page.lines for page in pages}
    said = (
        takewhile(lambda line: heading(line) != "Examples", lines[claim.document][claim.line - 1 :][:_DESCRIBED])
        for claim in error.citations.get("present", ())
        if claim.document in lines
    )
    return any(re.search(table()["not_found_words"], " ".join(text), re.IGNORECASE) for text in said)


def _paginates(page: DraftPage) -> bool:
    return any(claim.place.direction == "paginator" for claim in page.reading.claims)


_DESCRIBED = 9
"""Lines from the code of an error on in which a page describes it."""


def _prose(pages: Iterable[DraftPage], claim: Claim) -> tuple[int, str]:
    """Return the first line in which a page explains a member, and its text; the line of a claim if there is none."""
    explained = (item for page in pages if page.id == claim.document for item in page.reading.explained)
    lines = next((item.lines for item in explained if item.place == claim.place), ())
    return lines[0] if lines else (claim.line, "")
