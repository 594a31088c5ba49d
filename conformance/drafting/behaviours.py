"""What pages say of drafted operations in sentences: behaviours of listings, alternatives, several names, what is gone.

The claims about listings, and the words by which pages state them, are in the table of conventions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

from conformance.contract.asking import bare
from conformance.contract.names import spellings
from conformance.documents.page import heading
from conformance.documents.prose import alternatives, sentences
from conformance.drafting.conventions import items_of, table

if TYPE_CHECKING:
    from conformance.documents.claims import Claim
    from conformance.drafting.contracts import DraftOperation
    from conformance.drafting.sources import DraftPage
    from conformance.drafting.trees import Part


def behaviours_of(operations: Iterable[DraftOperation], numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Yield the behaviours of operations as they are written: with their number, by id, or else the next free one."""
    taken = {*numbers.values()}
    free = (number for number in count(1) if number not in taken)
    for operation in operations:
        for row in table()["behaviours"]:
            for member, part in _members(operation, row):
                written = _behaviour(operation, row, member, part)
                if written is not None:
                    name = written.pop("id")
                    yield {"id": name, "number": numbers.get(name) or next(free), **written}


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
    """Return the part at a path of a request, which may lead through structures and lists, and to entries by a word."""
    part: Part | None = request
    for name in bare(path).replace("[]", ".[]").split("."):
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
        "basis": "documented" if stated and "=" not in member else "inferred",
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


def alternatives_of(operation: DraftOperation) -> list[dict[str, Any]]:
    """Return the groups of members of which a page says that one must be given, as they are written."""
    members = operation.request.parts if operation.request is not None else {}
    optional = {name for name, part in members.items() if not part.effective("required")}
    found: list[dict[str, Any]] = []
    takes_both = re.compile(table()["both_taken"], re.IGNORECASE)
    for page in reversed(operation.pages):
        said = [*_sentences(page)]
        both = any(takes_both.search(text) for *_, text in said)
        for line, member, text in said:
            names, exactly = alternatives(text, operation.name, member)
            exactly = exactly and not both
            written = {
                "members": list(names),
                "given": "exactly one" if exactly else "at least one",
                "sources": [{"document": page.id, "line": line}],
            }
            others = [group for group in found if {*group["members"]} & {*names}]
            if not others and len({*names} & optional) == len(names) > 1:
                found.append(written)
            elif exactly and others and {*others[0]["members"]} == {*names}:
                others[0] |= {key: written[key] for key in ("given", "sources")}  # the sentence that says more
    if found and _token_stands_alone(operation):
        operation.conventions.questions.append(f"which members of {operation.name} may stand next to its token?")
        return []
    return found


def _token_stands_alone(operation: DraftOperation) -> bool:
    """Return whether a page says that members can't be given next to the token of a page: no contract can."""
    token = str((operation.pagination or {}).get("input_token", ""))
    words = re.compile(table()["token_alone"].format(token=re.escape(token)), re.IGNORECASE)
    texts = (text.replace("`", "") for page in operation.pages for _, _, text in _sentences(page))
    return bool(token) and any(map(words.search, texts))


def _sentences(page: DraftPage) -> Iterator[tuple[int, str, str]]:
    """Yield the sentences about an operation and about members of its input, with line and member, if it is one's."""
    about = takewhile(lambda item: heading(item[1]) not in _SYNTAX, page.reading.page.numbered())
    explained = (
        (line, item.place.path, text)
        for item in page.reading.explained
        if item.place.direction == "input" and item.place.path.isidentifier()
        for line, text in item.lines
    )
    for line, member, text in (*((line, "", text) for line, text in about), *explained):
        yield from ((line, member, sentence) for sentence in sentences(text))


_SYNTAX = ("Request Syntax", "Synopsis")


def names_in(operation: DraftOperation, member: str) -> frozenset[str]:
    """Return the kinds of names that a page says a member takes, of `name`, `id` and `arn`; none for a single kind."""
    forms = (
        text.replace("`", "") for page in operation.pages for _, about, text in _sentences(page) if about == member
    )
    said = next(filter(None, (re.search(table()["several_names"], text) for text in forms)), None)
    kinds = {"amazon resource name": "arn", "identifier": "id"}
    return frozenset(kinds.get(word.lower(), word.lower()) for word in said.groups()) if said else frozenset()


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
