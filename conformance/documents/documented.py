"""What any number of pages say of one operation: the interface of whoever writes a contract from pages.

documented = read_pages({"page.rst": text, "API_Channel.md": text}, "CreateTrainingJob")
documented.of("input", "InputDataConfig[].ChannelName")["max_length"]   # claims, each with document and line
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from conformance.documents import api_reference
from conformance.documents.claims import Claim, Explained, Unread
from conformance.documents.page import Page, lines_of
from conformance.documents.styles import Reading, read, style_of


@dataclass(frozen=True)
class Documented:
    """All that pages say of an operation, in the order of the pages.

    `claims` have facets `present`, `type`, `required`, `enum`, `default`, `min_length`, `max_length`, `minimum`,
    `maximum`, `pattern` and `http_status`, of paths in the directions `input`, `output`, `paginator` (arguments of a
    paginator) and `error` (the path is the code); `explained` are the lines of prose about each path; `unread` what
    looks as if it said something, and could not be read.
    """

    operation: str
    readings: tuple[Reading, ...]
    claims: tuple[Claim, ...]
    explained: tuple[Explained, ...]
    unread: tuple[Unread, ...]

    def of(self, direction: str, path: str) -> dict[str, tuple[Claim, ...]]:
        """Return the claims about one path by facet, those of all pages."""
        found: dict[str, tuple[Claim, ...]] = {}
        for claim in self.claims:
            if claim.place[1:] == (direction, path):
                found[claim.facet] = (*found.get(claim.facet, ()), claim)
        return found

    @property
    def paths(self) -> tuple[tuple[str, str], ...]:
        """Every direction and path that a page names, in the order in which they are named first."""
        return tuple(dict.fromkeys((claim.place.direction, claim.place.path) for claim in self.claims))


def read_pages(pages: Mapping[str, str], operation: str, members: Iterable[str] = ()) -> Documented:
    """Read the texts of pages about an operation, in any styles, by the names under which claims cite them.

    Pages of types (`API_Channel.md`) among them are read as part of the pages that name the types. `members` are the
    names of the operation's input where they are known, by which options of the AWS CLI are recognized; those that
    the other pages name are known anyway. Raises PageError.
    """
    every = [Page(name, lines_of(text), operation, tuple(members)) for name, text in pages.items()]
    types = {api_reference.type_name(page): page for page in every if api_reference.is_type(page)}
    styled = [(replace(page, types=types), style_of(page)) for page in every if page not in types.values()]
    readings: dict[str, Reading] = {}
    for page, style in sorted(styled, key=lambda item: item[1].name == "cli-page"):
        named = (claim.place for reading in readings.values() for claim in reading.claims)
        known = (place.path for place in named if place.direction == "input" and place.path.isidentifier())
        readings[page.document] = read(replace(page, members=(*dict.fromkeys(known), *page.members)), style)
    found = tuple(readings[page.document] for page, _ in styled)
    return Documented(
        operation,
        found,
        tuple(claim for reading in found for claim in reading.claims),
        tuple(item for reading in found for item in reading.explained),
        tuple(item for reading in found for item in reading.unread),
    )
