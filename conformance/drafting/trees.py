"""The trees of a drafted operation: the members of the service model, with what pages say of each and where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.contract.model import FACETS, NUMBERS, SCALARS, WIRE_NUMBER, has_type
from conformance.contract.patterns import breaks
from conformance.documents.claims import Claim, Explained, Place
from conformance.documents.findings import comparable
from conformance.documents.model_drift import facets
from conformance.documents.prose import ONE_OR_MORE

if TYPE_CHECKING:
    from botocore.model import Shape

USE_FACETS = ("required", "default")
"""What belongs to the use of a shape, and not to the shape."""


@dataclass
class Part:
    """A path of a message: what the pages state of it, what only the model states, and where."""

    path: str
    name: str
    """The member's name; `[]`, `{key}` or `{value}` for what a list or a map has."""
    type: str
    shape: str
    """The model's name of the shape; empty for a member that only a page knows."""
    documented: dict[str, Any] = field(default_factory=dict)
    modelled: dict[str, Any] = field(default_factory=dict)
    citations: dict[str, list[Claim]] = field(default_factory=dict)
    """Facet (also `present` and `type`) to the claims about it, the oldest document first."""
    parts: dict[str, Part] = field(default_factory=dict)
    recursive: bool = False
    """Whether it is of a shape that encloses it: nothing below is written again."""
    nullable: bool = False
    """Whether a page speaks of it being null, in an answer."""
    example: Any = None
    """A valid value that the table of conventions has; None for what is made from the constraints."""
    signatures: dict[bool, Hashable] = field(default_factory=dict, compare=False)
    """What a definition says of it, once that is asked for: it is whole then."""

    @property
    def is_documented(self) -> bool:
        """Whether a page has it."""
        return bool(self.citations)

    @property
    def members(self) -> dict[str, Part]:
        """The members of a structure."""
        return self.parts if self.type == "structure" else {}

    def effective(self, facet: str) -> Any:
        """Return the documented value, else the modelled one, else None."""
        return self.documented.get(facet, self.modelled.get(facet))

    def walk(self) -> Iterator[Part]:
        """Go through this part and all below it, parents first."""
        yield self
        for part in self.parts.values():
            yield from part.walk()


class Claims:
    """What the pages say, by place; documents are ordered by age, the newest of them is in force."""

    def __init__(self, claims: Iterable[Claim], documents: Iterable[str]) -> None:
        """Sort the claims; `documents` are the ids of the pages, the oldest first."""
        age = {document: number for number, document in enumerate(documents)}
        self._by_place: dict[Place, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
        self._names: dict[Place, dict[str, None]] = defaultdict(dict)
        self._places: dict[tuple[str, str], dict[Place, None]] = defaultdict(dict)
        for claim in sorted(claims, key=lambda claim: (age[claim.document], claim.line)):
            self._by_place[claim.place][claim.facet].append(claim)
            parent, _, name = claim.place.path.rpartition(".")
            self._names[claim.place._replace(path=parent)][name] = None
            self._places[claim.place[:2]][claim.place] = None

    def at(self, place: Place) -> Mapping[str, list[Claim]]:
        """Return the claims about a place, by facet."""
        return self._by_place.get(place, {})

    def names(self, place: Place) -> Iterable[str]:
        """Return the members that the pages give a structure."""
        return [name for name in self._names.get(place, {}) if name and not name.endswith(("]", "}"))]

    def of(self, operation: str, direction: str) -> list[Place]:
        """Return every place of one direction of an operation."""
        return list(self._places.get((operation, direction), ()))


def in_force(claims: Sequence[Claim]) -> Any:
    """Return what the newest document of some claims says, and on the first of its lines that does."""
    newest = [*claims][-1].document
    return next(claim.value for claim in claims if claim.document == newest)


class TreeReader:
    """Lays the claims of the pages over the shapes of one operation and direction."""

    def __init__(self, claims: Claims, *, modelled: bool = True) -> None:
        """Read nothing yet; without `modelled`, the model gives names of shapes, and no members and constraints."""
        self._claims = claims
        self._modelled = modelled

    def tree(self, place: Place, shape: Shape | None) -> Part:
        """Return the tree of a message; `shape` is the model's, None where only pages describe it."""
        cited = {facet: list(claims) for facet, claims in self._claims.at(place).items()}
        root = Part("", "", "structure", shape.name if shape else "", citations=cited)
        self._below(root, place, shape, (root.shape,))
        return root

    def _cited(self, name: str, place: Place, shape: Shape | None) -> dict[str, list[Claim]]:
        """Return what the pages claim of a member, without what their words only seem to claim."""
        cited = {facet: list(claims) for facet, claims in self._claims.at(place).items()}
        if name in _HELD:
            cited.pop("required", None)
        if shape is not None and not getattr(shape, "enum", None):
            cited.pop("enum", None)  # examples in prose: the model takes any text
        describes = all(claim.words == ONE_OR_MORE for claim in cited.get("min_length", ()))
        if describes and shape is not None and "min" not in shape.metadata and place.direction == "input":
            cited.pop("min_length", None)  # `a list of one or more`, of what the model lets be empty
        return cited

    def _part(self, name: str, place: Place, shape: Shape | None, above: tuple[str, ...], *, required: bool) -> Part:
        cited = self._cited(name, place, shape)
        kind = _type_of(shape)
        types = [claim.value for claim in cited.get("type", ()) if claim.value != WIRE_NUMBER]
        if types and (not kind or (types[-1] in SCALARS and kind in SCALARS)):
            kind = str(types[-1])
        if "present" in cited and "type" not in cited:
            # Drawn and not explained: a number says what it is, and of what repeats itself a page says just that.
            words = () if kind in SCALARS else ("recursive",)
            cited["type"] = [replace(cited["present"][-1], facet="type", value=kind, words=words)]
        part = Part(place.path, name, kind or "string", shape.name if shape else "", citations=cited)
        if "default" in cited:
            cited["default"] = [replace(claim, value=_typed(part.type, claim.value)) for claim in cited["default"]]
            if not has_type(part.type, in_force(cited["default"])):
                del cited["default"]  # words about a default, and no value
        stated = ((facet, claims) for facet, claims in cited.items() if facet not in {"present", "type"})
        part.documented = {facet: in_force(claims) for facet, claims in stated}
        if shape is not None and self._modelled:
            modelled = _facets(part.type, shape, required=required, documented=part.documented)
            if place.direction == "output" and modelled.get("minimum") == 1 and _COUNTER.search(name):
                del modelled["minimum"]  # the shape is that of inputs, and a counter begins with 0
            said = part.documented
            part.modelled = {
                facet: value
                for facet, value in modelled.items()
                if facet not in said or comparable(facet, value) != comparable(facet, said[facet])
            }
        _drop_impossible_default(part)
        part.recursive = part.type == "structure" and bool(part.shape) and part.shape in above
        if part.recursive:
            part.citations.clear()  # a page draws dots there
        else:
            self._below(part, place, shape, (*above, part.shape))
        return part

    def _below(self, part: Part, place: Place, shape: Shape | None, above: tuple[str, ...]) -> None:
        match part.type:
            case "structure":
                modelled = dict(shape.members) if shape is not None and shape.type_name == "structure" else {}
                required = set(shape.required_members) if modelled and shape is not None else set()
                for name in dict.fromkeys((*(modelled if self._modelled else ()), *self._claims.names(place))):
                    below = place.below(name)
                    part.parts[name] = self._part(name, below, modelled.get(name), above, required=name in required)
            case "list" | "map":
                ends = {"[]": "member"} if part.type == "list" else {"{key}": "key", "{value}": "value"}
                for end, attribute in ends.items():
                    held = getattr(shape, attribute, None)
                    below = place._replace(path=f"{place.path}{end}")
                    part.parts[end] = self._part(end, below, held, above, required=False)


def count_lists(tree: Part, explained: Iterable[Explained]) -> None:
    """Find how many entries a list has at least, where the prose of the member around it says so.

    `using one or more previous tuning jobs` is about the list ParentHyperParameterTuningJobs, if the model agrees.
    """
    prose: dict[str, list[Explained]] = defaultdict(list)
    for item in explained:
        prose[item.place.path].append(item)
    counted = [
        (item, held)
        for part in tree.walk()
        for item in prose.get(part.path, ())
        for held in part.members.values()
        if held.type == "list" and held.modelled.get("min_length") == 1
    ]
    for item, held in counted:
        ending = " ".join(re.findall("[A-Z][a-z]+", held.name)[-2:]).lower()
        said = re.compile(rf"\bone or more (?:\w+ ){{0,2}}{re.escape(ending)}\b")
        for line in [number for number, text in item.lines if said.search(text)]:
            claim = Claim(item.document, item.place.below(held.name), "min_length", 1, line, ONE_OR_MORE)
            held.citations.setdefault("min_length", []).append(claim)
            held.documented["min_length"] = 1
    for _, held in counted:
        if "min_length" in held.documented:
            held.modelled.pop("min_length", None)


def note_nulls(tree: Part, explained: Iterable[Explained]) -> None:
    """Find the members of an answer that may be null, by the words of their page."""
    said = {item.place.path for item in explained for _, text in item.lines if _NULL.search(text)}
    for part in tree.walk():
        part.nullable = part.path in said


def _drop_impossible_default(part: Part) -> None:
    """Forget a default that its own constraints forbid: it is in other units, or a sentence about something else."""
    if "default" not in part.documented:
        return
    default, words = part.documented["default"], part.effective("enum")
    limits = ((facet, part.effective(facet)) for facet in FACETS)
    broken = any(bound is not None and breaks(facet, bound, default) for facet, bound in limits if facet in _LIMITS)
    if broken or (words is not None and default not in words):
        del part.documented["default"], part.citations["default"]


_COUNTER = re.compile("^(NumberOf|Total)|Count$", re.IGNORECASE)
_LIMITS = frozenset({"min_length", "max_length", "minimum", "maximum", "pattern"})


_NULL = re.compile(r"(?<!\bnever )(?<!\bnot )\bnull\b|\bif not null\b", re.IGNORECASE)


_HELD = frozenset({"[]", "{key}", "{value}"})


def _typed(kind: str, value: Any) -> Any:
    """Return a default as a value of its type, where its words are one."""
    if kind == "boolean" and str(value).lower() in {"true", "false"}:
        return str(value).lower() == "true"
    if kind in NUMBERS and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return str(value) if kind == "string" else value


def _type_of(shape: Shape | None) -> str:
    if shape is None:
        return ""
    if getattr(shape, "is_document_type", False):
        return "document"
    return str(shape.type_name)


def _facets(kind: str, shape: Shape, *, required: bool, documented: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model states of a member and its shape; what asks for nothing more is left out."""
    found = facets({"long": "integer", "double": "float"}.get(kind, kind), shape, required=required)
    if found.get("min_length") == 0 and "min_length" not in documented:
        del found["min_length"]
    if not required:
        found.pop("required", None)
    if getattr(shape, "is_tagged_union", False):
        found["union"] = True
    if shape.serialization.get("timestampFormat") == "iso8601":
        found["format"] = "iso8601"
    return found
