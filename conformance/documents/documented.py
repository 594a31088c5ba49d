"""What any number of pages say of one operation: the interface of whoever writes a contract from pages.

documented = read_pages({"page.rst": text, "API_Channel.md": text}, "CreateTrainingJob")
documented.of("input", "InputDataConfig[].ChannelName")["max_length"]   # claims, each with document and line
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from conformance.documents import api_reference
from conformance.documents.claims import Claim, Explained, Unread
from conformance.documents.page import Page, lines_of
from conformance.documents.styles import Reading, read, style_of


@dataclass(frozen=True)
class Documented:
    """All that pages say of an operation, in the order of the pages.

    `claims` have facets `present`, `type`, `required`, `enum`, `default`, `min_length`, `max_length`, `minimum`,
    `maximum`, `pattern` and `http_status`, of paths in the directions `input`, `output`, `paginator` (arguments of a
    paginator) and `error` (the path is the code). What a drawing states comes before what the prose says of the same
    path. Each has its document and line, and the words of the page where they are not the value.
    """

    operation: str
    readings: tuple[Reading, ...]

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What is stated, of all paths."""
        return tuple(chain.from_iterable(reading.claims for reading in self.readings))

    @cached_property
    def conditions(self) -> tuple[Claim, ...]:
        """The sentences that say under which condition something of a path holds (`Required if ...`)."""
        return tuple(chain.from_iterable(reading.conditions for reading in self.readings))

    @cached_property
    def explained(self) -> tuple[Explained, ...]:
        """The lines of prose about each path, with their numbers."""
        return tuple(chain.from_iterable(reading.explained for reading in self.readings))

    @cached_property
    def unread(self) -> tuple[Unread, ...]:
        """What looks as if it said something, and could not be read."""
        return tuple(chain.from_iterable(reading.unread for reading in self.readings))

    @cached_property
    def by_path(self) -> dict[tuple[str, str], dict[str, tuple[Claim, ...]]]:
        """The claims by direction and path, in the order in which they are named first, then by facet."""
        found: dict[tuple[str, str], dict[str, tuple[Claim, ...]]] = {}
        for claim in self.claims:
            facets = found.setdefault((claim.place.direction, claim.place.path), {})
            facets[claim.facet] = (*facets.get(claim.facet, ()), claim)
        return found


def read_pages(pages: Mapping[str, str], operation: str, members: Iterable[str] = ()) -> Documented:
    """Read the texts of pages about an operation, in any styles, by the names under which claims cite them.

    Pages of types (`API_Channel.md`) among them are read as part of the pages that name the types. `members` are the
    names of the operation's input where they are known, by which options of the AWS CLI are recognized; those that
    the other pages name are known anyway. Raises PageError.
    """
    every = [Page(name, lines_of(text), operation, tuple(members)) for name, text in pages.items()]
    return Documented(operation, read_together(every))


def read_together(pages: Iterable[Page]) -> tuple[Reading, ...]:
    """Read pages whose operations are known, in their order; those of types are read as part of the others.

    Options of the AWS CLI are spelled like the members that the other pages of the operation name. Raises PageError.
    """
    every = tuple(pages)
    types = api_reference.types_among(every)
    styled = [(replace(page, types=types), style_of(page)) for page in every if not api_reference.is_type(page)]
    readings: dict[str, Reading] = {}
    for page, style in sorted(styled, key=lambda item: item[1].name == "cli-page"):
        named = (claim.place for reading in readings.values() for claim in reading.claims)
        known = (place.path for place in named if place[:2] == (page.operation, "input") and place.path.isidentifier())
        readings[page.document] = read(replace(page, members=(*dict.fromkeys(known), *page.members)), style)
    return tuple(readings[page.document] for page, _ in styled)
