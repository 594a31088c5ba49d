"""Values at and beyond the limits of a member: deterministic, each spoiled in one way where that is possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract import examples
from conformance.contract.model import Contract, Node, chosen, has_type
from conformance.contract.patterns import breaks


@dataclass(frozen=True)
class Edit:
    """One way of spoiling a valid value."""

    name: str
    value: Any
    words: str


def violations(node: Node, value: Any) -> frozenset[str]:
    """Return the facets of this member that the value breaks; empty for a valid value.

    A limit counts only where documents and model agree that the value is outside it. A value of the wrong JSON type
    breaks `type` and nothing else, since no constraint can be asked of it.
    """
    if not has_type(node.wire_type, value):
        return frozenset({"type"})
    stated = {*node.documented, *node.modelled, *(("enum",) if node.editions is not None else ())}
    return frozenset(facet for facet in _CONSTRAINTS if facet in stated and _breaks(node, facet, value))


def violations_within(node: Node, value: Any) -> frozenset[tuple[str, str]]:
    """Return (path, facet) for everything that a value breaks, itself and what it holds."""
    found: set[tuple[str, str]] = set()
    for part, held in examples.within(node, value):
        if held is None:
            found.add((part.path, "required"))
            continue
        found |= {(part.path, facet) for facet in violations(part, held) | breaks_union(part, held)}
    return frozenset(found)


def breaks_union(node: Node, value: Any) -> frozenset[str]:
    """Return the facet of a union that has not exactly one member; empty for all else."""
    is_broken = node.effective("union") and isinstance(value, dict) and chosen(value) != 1
    return frozenset({"union"} if is_broken else ())


def request_violations(root: Node, members: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return (member, facet) for everything that a request's members break; unknown members break nothing."""
    found = {
        (name, facet)
        for name, value in members.items()
        if name in root.members and value is not None
        for facet in violations(root.members[name], value) | breaks_union(root.members[name], value)
    }
    found |= {
        (name, "required")
        for name, node in root.members.items()
        if node.effective("required") and members.get(name) is None
    }
    return frozenset(found)


_CONSTRAINTS = ("enum", "min_length", "max_length", "minimum", "maximum", "pattern")


def _breaks(node: Node, facet: str, value: Any) -> bool:
    if facet == "enum":
        accepted = node.accepted_values()
        return accepted is not None and value not in accepted
    bounds = [source[facet] for source in (node.documented, node.modelled) if facet in source]
    return bool(bounds) and all(breaks(facet, bound, value) for bound in bounds)


_FILLS = ("a", "0", "-a", "b-")
_FAR = 10
_ALL = -1
"""What asks for everything in many interfaces, and so is easily taken for that where it is out of range."""
JSON_TYPES = {
    "string": "string",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "blob": "string",
    "timestamp": "number",
    "iso8601": "string",
    "boolean": "boolean",
    "list": "list",
    "map": "object",
    "structure": "object",
}
"""The types of the contract, and what they are in JSON."""


def of_length(node: Node, length: int, *, breaking: frozenset[str]) -> str | None:
    """Return a string of that length which breaks just these facets; None where none is found."""
    for fill in _FILLS:
        for tail in ("", "b"):
            text = (fill * (length // len(fill) + 1))[: length - len(tail)] + tail if length else ""
            if len(text) == length and violations(node, text) == breaking:
                return text
    valid = examples.text(node) or ""
    made = (valid[:length], valid[-length:] if length else "", *examples.stretched(valid, length))
    return next((text for text in made if len(text) == length and violations(node, text) == breaking), None)


_BY_JSON_TYPE = {
    "string": (
        Edit("text", "ten", "a string"),
        Edit("digits", "7", "digits as a string"),
        Edit("empty-text", "", "the empty string"),
    ),
    "number": (Edit("number", 7, "a number"), Edit("fraction", 1.5, "a fractional number")),
    "boolean": (Edit("true", value=True, words="true"), Edit("false", value=False, words="false")),
    "list": (Edit("empty-list", [], "an empty list"), Edit("list", ["a"], "a list")),
    "object": (Edit("empty-object", {}, "an empty object"), Edit("object", {"a": "b"}, "an object")),
}


def wrong_types(kind: str) -> Iterator[Edit]:
    """Yield a value of every JSON type that the declared type is not."""
    for name, edits in _BY_JSON_TYPE.items():
        # A time that only the model writes as a text may be a number as well.
        if kind in JSON_TYPES and name != JSON_TYPES[kind] and (kind, name) != ("iso8601", "number"):
            yield from edits


_WORDS = 50
"""Words of an enum that are misspelled: a server compares each of them in the same way."""


def near_misses(node: Node) -> Iterator[Edit]:
    """Yield words that an enum must not take: wrong case, cut short, padded, empty, joined, and a plain stranger."""
    accepted = node.accepted_values() or ()
    first = accepted[0] if accepted else "a"
    edits = [
        edit
        for value in accepted[:_WORDS]
        for edit in (
            Edit(f"lower-case-{value}", value.lower(), f"{value} in lower case"),
            Edit(f"upper-case-{value}", value.upper(), f"{value} in upper case"),
            Edit(f"cut-short-{value}", value[:-1], f"{value} without its last letter"),
        )
    ]
    edits += [
        Edit("longer", first + "s", f"{first} with a letter more"),
        Edit("leading-space", " " + first, f"{first} after a space"),
        Edit("trailing-space", first + " ", f"{first} before a space"),
        Edit("trailing-newline", first + "\n", f"{first} before a line feed"),
        Edit("two-joined", "|".join(accepted[:2]), "two values in one"),
        Edit("stranger", "NoSuchValue", "a word that is no value"),
        Edit("empty", "", "the empty string"),
    ]
    seen = set(accepted)
    for edit in edits:
        if edit.value not in seen:
            seen.add(edit.value)
            yield edit


def sibling_words(node: Node, contract: Contract) -> Iterator[Edit]:
    """Yield the words that the enums like the member's own have and the member has not, those of the most alike first.

    An enum is like another one where they share words: where none does, nothing is given.
    """
    own = set(node.accepted_values() or ())
    enums = (words for words in contract.enums if not own.isdisjoint(words))
    siblings = sorted(enums, key=lambda words: -len(own & set(words)))
    for word in dict.fromkeys(word for words in siblings for word in words if word not in own):
        yield Edit(f"of-another-enum-{word}", word, f"{word}, a word of another enum")


def spoiled(node: Node, valid: str) -> Iterator[Edit]:
    """Yield single edits of a valid string that break its pattern and nothing else."""
    middle = len(valid) // 2
    edits = (
        Edit("leading-hyphen", "-" + valid, "a hyphen in front"),
        Edit("trailing-hyphen", valid + "-", "a hyphen at the end"),
        Edit("only-hyphen", "-", "nothing but a hyphen"),
        *(
            Edit(f"inner-{word}", valid[:middle] + character + valid[middle:], f"{word} inside")
            for word, character in (
                ("underscore", "_"),
                ("dot", "."),
                ("space", " "),
                ("slash", "/"),
                ("colon", ":"),
                ("plus", "+"),
                ("letter-beyond-ascii", "é"),
                ("digit-beyond-ascii", "٣"),
                ("fullwidth-letter", "\uff41"),
                ("newline", "\n"),
                ("nul", "\x00"),
            )
        ),
        Edit("leading-space", " " + valid, "a space in front"),
        Edit("trailing-space", valid + " ", "a space at the end"),
        Edit("leading-newline", "\n" + valid, "a line feed in front"),
        Edit("trailing-newline", valid + "\n", "a line feed at the end"),
        Edit("trailing-dot", valid + ".", "a dot at the end"),
        Edit("trailing-underscore", valid + "_", "an underscore at the end"),
        Edit("trailing-letter-beyond-ascii", valid + "é", "a letter beyond ASCII at the end"),
    )
    yield from (edit for edit in edits if violations(node, edit.value) == {"pattern"})


def loosest(node: Node, facet: str) -> Any:
    """Return the bound of a facet beyond which documents and model agree that a value is invalid; None without one."""
    bounds = [source[facet] for source in (node.documented, node.modelled) if facet in source]
    return (min if facet.startswith("min") else max)(bounds, default=None)


def beyond(bound: int, direction: int) -> Iterator[Edit]:
    """Yield integers outside a range on one side: one step beyond the bound, and far beyond it."""
    side = "above" if direction > 0 else "below"
    yield Edit(str(bound + direction), bound + direction, f"{bound + direction}")
    if direction < 0 and bound + direction > _ALL:
        yield Edit("minus-one", _ALL, f"{_ALL}, which means all elsewhere")
    far = direction * max(abs(bound), 1) * _FAR - (direction < 0)
    wide = (
        Edit(f"far-{side}", far, f"{far}"),
        Edit(f"widest-{side}", direction * (2**31) - (direction > 0), f"the widest 32-bit integer {side} it"),
        Edit(f"beyond-32-bits-{side}", direction * (2**31 + 1), f"an integer {side} the range of 32 bits"),
        Edit(f"beyond-64-bits-{side}", direction * (2**63 + 1), f"an integer {side} the range of 64 bits"),
    )
    yield from (edit for edit in wide if direction * (edit.value - bound) > 0)
