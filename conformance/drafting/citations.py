"""Citations of a drafted contract: which line of a page states what, for whatever the contract says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from conformance.contract.model import FACETS, same_value
from conformance.documents.claims import Claim
from conformance.drafting.trees import Part
from conformance.drafting.yaml_text import Mapping

_CITABLE = ("present", "type", *FACETS, "http_status")

Cited = dict[str, dict[str, Mapping]]
"""Direction to path to facet to what is cited."""


def citations_of(trees: Iterable[tuple[str, Part]]) -> dict[str, Cited]:
    """Return the citations of an operation's trees, by document; a tree comes with its direction."""
    found: dict[str, Cited] = defaultdict(lambda: defaultdict(dict))
    for direction, tree in trees:
        for part in tree.walk():
            for document, facets in _of_part(part).items():
                found[document][direction][part.path] = facets
    return found


def _of_part(part: Part) -> dict[str, Mapping]:
    """Return what each document says of a path, in the order of facets."""
    by_document: dict[str, Mapping] = defaultdict(dict)
    values = {"present": True, "type": part.type, **part.documented}
    for facet in _CITABLE:
        claims = part.citations.get(facet, ())
        for document in dict.fromkeys(claim.document for claim in claims):
            own = [claim for claim in claims if claim.document == document]
            lines = [_cited(claim, values.get(facet)) for claim in own]
            if lines:
                by_document[document][facet] = lines[0] if len(lines) == 1 else lines
    return by_document


def _cited(claim: Claim, value: Any) -> Any:
    """Return a citation as it is written: its line, or a mapping with what else there is to say."""
    more: Mapping = {}
    if not same_value(claim.value, value):
        more["value"] = list(claim.value) if isinstance(claim.value, tuple) else claim.value
    # A number is on the line as it is, whatever unit the page has it in: that may be said of another number there.
    if claim.words and claim.words[0].split()[0] != str(claim.value):
        words = [str(word) for word in claim.words]
        more["as"] = words[0] if len(words) == 1 else words
    if claim.more_lines:
        more["lines"] = list(claim.more_lines)
    return {"line": claim.line, **more} if more else claim.line
