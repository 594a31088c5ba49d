"""Reading of shapes and operations: an operation has expanded trees, a listing and a pagination."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conformance.contract.citations import CitationIndex, facet_value
from conformance.contract.files import ContractError, known, known_names
from conformance.contract.model import (
    FACETS,
    SCALARS,
    UNSET,
    Citation,
    FinalState,
    Listing,
    Member,
    Node,
    Operation,
    Pagination,
    Shape,
    SortDefault,
    Traits,
)
from conformance.errors import UserError, suggest
from conformance.inputs import Section

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class UnknownOperationError(UserError):
    """An operation that the contract does not have."""


def spellings(operation: str) -> tuple[str, str, str]:
    """Return the name of an operation as the API, boto3 and the AWS CLI write it."""
    snake = _WORDS.sub("_", operation).lower()
    return operation, snake, snake.replace("_", "-")


def operation_named(name: str, operations: Iterable[str]) -> str:
    """Return the operation of that name, in any of its spellings. Raises UnknownOperationError."""
    names = tuple(operations)
    spelled = {spelling: operation for operation in names for spelling in spellings(operation)}
    if name in spelled:
        return spelled[name]
    folded = {spelling.lower(): operation for spelling, operation in spelled.items()}
    near = get_close_matches(name.lower(), folded, n=1, cutoff=0.5)
    hint = f"did you mean {folded[near[0]]}?" if near else f"choose one of: {', '.join(names)}"
    raise UnknownOperationError(f"there is no operation {name!r}", hint=hint)


_NARROWING = ("filters", "containing", "after", "before")


@dataclass
class OperationReader:
    """Reads operations and collects the paths of each operation and direction."""

    shapes: Mapping[str, Shape]
    cited: CitationIndex
    paths: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def read(self, written: Section, stem: str) -> Operation:
        """Read one file; `stem` is its name without the ending. Raises ContractError."""
        name = written["operation"]
        if name != stem:
            raise ContractError(
                f"the operation {name!r} is in a file of another name",
                where=written.at("operation"),
                hint=f"rename the file to {name}.yaml, or the operation to {stem!r}",
            )
        answer = self._tree(written, "output", "output")
        request = self._tree(written, "input", "input")
        paginator = self._tree(written, "paginator", "paginator") if "paginator" in written else None
        options = self._tree(written, "client_options", "input") if "client_options" in written else None
        errors = {code: entry["http_status"] for code, entry in written.get("errors", {}).items()}
        self.paths[name, "error"] = list(errors)
        self.paths[name, "output"].insert(0, "")
        pagination = _pagination(written["pagination"], request, answer) if "pagination" in written else None
        return Operation(
            name,
            written["summary"],
            request,
            answer,
            errors,
            written["http_status"],
            _path_in(request, written, "subject", "the input") if "subject" in written else "",
            _final_state(written["settled"], answer) if "settled" in written else None,
            pagination,
            _listing(written, request, answer, pagination) if "listing" in written else None,
            paginator,
            options,
            written.at(),
        )

    def _tree(self, written: Section, key: str, direction: str) -> Node:
        shape = self.shapes[known(written[key], self.shapes, "shape", written.at(key))]
        if shape.type != "structure":
            raise ContractError(
                f"the {key} must be a structure, and {shape.name!r} is a {shape.type}",
                where=written.at(key),
                hint="name a structure",
            )
        expansion = Expansion(written["operation"], direction, self.shapes, self.cited)
        tree = expansion.node("", "", Member(shape.name, None, modelled=False, traits=_NO_TRAITS, where=shape.where))
        self.paths.setdefault((written["operation"], direction), []).extend(expansion.paths)
        return tree


def _path_in(tree: Node, written: Section, key: str, what: str) -> str:
    """Return the path under a key, which must exist below a node. Raises ContractError."""
    return _existing(written[key], tree, what, written.at(key))


def _existing(path: str, tree: Node, what: str, where: str) -> str:
    if tree.descend(path) is None:
        skip = len(tree.path) + 1 if tree.path else 0
        paths = [node.path[skip:] for node in tree.walk() if node is not tree]
        raise ContractError(f"{what} has no {path!r}", where=where, hint=suggest(path, paths))
    return path


def _final_state(written: Section, answer: Node) -> FinalState:
    path = _path_in(answer, written, "path", "the output")
    return FinalState(path, known_names(written, "values", _enum(answer, path), f"value of {path}"))


def _enum(tree: Node, path: str) -> tuple[str, ...]:
    node = tree.descend(path)
    return (node.accepted_values() if node else None) or ()


def _pagination(written: Section, request: Node, answer: Node) -> Pagination:
    return Pagination(
        _path_in(request, written, "input_token", "the input"),
        _path_in(answer, written, "output_token", "the output"),
        _path_in(request, written, "limit", "the input"),
        _path_in(answer, written, "result", "the output"),
    )


def _listing(parent: Section, request: Node, answer: Node, pagination: Pagination | None) -> Listing:
    result = answer.descend(pagination.result) if pagination else None
    item = result.element if result else None
    if item is None:
        raise ContractError(
            "a listing needs `pagination` whose result is a list",
            where=parent.at("listing"),
            hint="add `pagination:` with the `result:` member, or remove `listing:`",
        )
    written = parent["listing"]
    sort_by = _path_in(request, written, "sort_by", "the input")
    sort_order = _path_in(request, written, "sort_order", "the input")
    keys, words, orders = written["keys"], _enum(request, sort_by), _enum(request, sort_order)
    for word in keys:
        known(word, words, f"value of {sort_by}", keys.at(word))
    narrowing: dict[str, Section] = {way: written[way] for way in _NARROWING if way in written}
    for section in narrowing.values():
        for name in section:
            _existing(name, request, "the input", section.at(name))

    def in_items(section: Section) -> dict[str, str]:
        return {name: _path_in(item, section, name, "an item") for name in section}

    default = written.get("observed_default")
    return Listing(
        _path_in(item, written, "identity", "an item"),
        sort_by,
        sort_order,
        known(written["ascending"], orders, "ascending", written.at("ascending")),
        known(written["descending"], orders, "descending", written.at("descending")),
        in_items(keys),
        known_names(written, "grouped_only", keys, "sort key"),
        known_names(written, "omits_items_without_key", keys, "sort key"),
        **{way: in_items(narrowing[way]) if way in narrowing else {} for way in _NARROWING},
        observed_default=_sort_default(default, keys, orders) if default is not None else None,
    )


def _sort_default(written: Section, keys: Collection[str], orders: Collection[str]) -> SortDefault:
    return SortDefault(
        known(written["sort_by"], keys, "sort_by", written.at("sort_by")),
        known(written["sort_order"], orders, "sort_order", written.at("sort_order")),
    )


_MOST_PATHS = 20_000
"""Shapes that use each other on many levels multiply; a contract of an API stays far below this."""


@dataclass
class Expansion:
    """Expands shapes at the paths of one operation and direction, and keeps the paths that it made."""

    operation: str
    direction: str
    shapes: Mapping[str, Shape]
    cited: CitationIndex
    paths: list[str] = field(default_factory=list)

    def node(self, path: str, name: str, use: Member, *, modelled: bool = False) -> Node:
        """Expand a use of a shape at a path. Raises ContractError."""
        shape = use.inline or self.shapes[use.shape]
        traits = use.traits.over(shape.traits)
        modelled = modelled or use.modelled
        if len(self.paths) >= _MOST_PATHS:
            raise ContractError(
                f"the {self.direction} of {self.operation} has more than {_MOST_PATHS} paths",
                where=use.where,
                hint="use fewer shapes inside one another",
            )
        self.paths.append(path)
        if modelled:
            kind, said = shape.type, {**traits.documented, **traits.modelled}
            documented: dict[str, Any] = {}
            sources: dict[str, tuple[Citation, ...]] = {}
            listed: list[Any] = [said.get("enum")]
        else:
            kind, documented, sources = self._in_force(path, shape.type, traits, use.where)
            said = dict(traits.modelled)
            listed = [documented.get("enum"), traits.documented.get("enum")]
            listed += [citation.value for citation in sources.get("enum", ()) if citation.value is not UNSET]
            listed.append(said.get("enum"))
        enums = [values for values in listed if values is not None]
        editions = tuple(dict.fromkeys(value for values in enums for value in values)) if enums else None
        prefix = f"{path}." if path else ""
        members = {
            member: self.node(prefix + member, member, member_use, modelled=modelled)
            for member, member_use in shape.members.items()
        }
        return Node(
            path=path,
            name=name,
            type=kind,
            basis="modelled" if modelled else "documented",
            documented=documented,
            modelled=said,
            members=members,
            element=self._part(path, "[]", shape.element, modelled=modelled),
            key=self._part(path, "{key}", shape.key, modelled=modelled),
            value=self._part(path, "{value}", shape.value, modelled=modelled),
            shape=shape.name,
            observed=traits.observed,
            sources=sources,
            editions=editions,
            where=use.where,
            places=traits.places,
        )

    def _part(self, path: str, name: str, use: Member | None, *, modelled: bool) -> Node | None:
        return None if use is None else self.node(path + name, name, use, modelled=modelled)

    def _in_force(
        self, path: str, kind: str, traits: Traits, where: str
    ) -> tuple[str, dict[str, Any], dict[str, tuple[Citation, ...]]]:
        """Return the type, the facets and the citations that hold at a path."""
        documented: dict[str, Any] = {}
        sources: dict[str, tuple[Citation, ...]] = {}
        if path:
            _, sources["present"] = self.cited.in_force((self.operation, self.direction, path, "present"), stated=True)
            in_force, sources["type"] = self.cited.in_force((self.operation, self.direction, path, "type"), kind)
            if in_force != kind and not (in_force in SCALARS and kind in SCALARS):
                raise ContractError(
                    f"the newest document says {in_force} at {path!r}, the shape {kind}",
                    where=sources["type"][0].where or where,
                    hint="use a shape of the newest type, and give the older citations the `value` that they state",
                )
            kind = in_force
        for facet, stated in traits.documented.items():
            documented[facet], sources[facet] = self.cited.in_force(
                (self.operation, self.direction, path, facet), stated
            )
        return kind, documented, sources


_NO_TRAITS = Traits({}, {}, {}, {})
_TYPES = (*SCALARS, "list", "map", "structure")
_SIZED = ("string", "list", "map")
_NUMBERS = ("integer", "float")
_APPLIES = {
    "required": _TYPES,
    "default": SCALARS,
    "enum": ("string",),
    "min_length": _SIZED,
    "max_length": _SIZED,
    "pattern": ("string",),
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
}
"""Facet to the types that have it."""


def read_shape(name: str, written: Section, observations: Collection[str]) -> Shape:
    """Read a shape, or with an empty name one that is written out where it is used. Raises ContractError."""

    def use(key: str) -> Member | None:
        return _use(written[key], observations) if key in written else None

    members = {member: _use(part, observations) for member, part in written.get("members", {}).items()}
    traits = _traits(written, observations)
    return Shape(name, written["type"], traits, members, use("member"), use("key"), use("value"), written.at())


def _use(written: Section, observations: Collection[str]) -> Member:
    modelled = written.get("basis") == "modelled"
    if "shape" in written:
        return Member(written["shape"], None, modelled, _traits(written, observations), written.at())
    return Member("", read_shape("", written, observations), modelled, _NO_TRAITS, written.at())


def _traits(written: Section, observations: Collection[str]) -> Traits:
    modelled = written.get("modelled", {})
    observed = written.get("observed", {})
    places = {facet: written.at(facet) for facet in FACETS if facet in written}
    return Traits(
        {facet: facet_value(facet, written, facet) for facet in places},
        {facet: facet_value(facet, modelled, facet) for facet in FACETS if facet in modelled},
        {facet: known_names(observed, facet, observations, "observation") for facet in observed},
        {facet: modelled.at(facet) for facet in modelled} | places,
    )


def check_shapes(shapes: Mapping[str, Shape]) -> None:
    """Reject uses of shapes that don't exist, facets that don't fit the shape used, and recursion."""
    checked: set[str] = set()
    for name in shapes:
        _check_shape(shapes[name], shapes, (name,), checked)


def _check_shape(shape: Shape, shapes: Mapping[str, Shape], trail: tuple[str, ...], checked: set[str]) -> None:
    _check_facets(shape.traits, shape.type)
    for use in shape.uses():
        if use.inline is not None:
            _check_shape(use.inline, shapes, trail, checked)
            continue
        known(use.shape, shapes, "shape", use.where)
        _check_facets(use.traits, shapes[use.shape].type)
        if use.shape in trail:
            loop = " -> ".join((*trail[trail.index(use.shape) :], use.shape))
            raise ContractError(
                f"shapes are recursive: {loop}", where=use.where, hint="write the inner level out as its own shape"
            )
        if use.shape not in checked:
            _check_shape(shapes[use.shape], shapes, (*trail, use.shape), checked)
    if shape.name:
        checked.add(shape.name)


def _check_facets(traits: Traits, kind: str) -> None:
    """Insist that facets make sense on a type. Raises ContractError."""
    for facet in (*traits.documented, *traits.modelled):
        if kind not in _APPLIES[facet]:
            fitting = [name for name, kinds in _APPLIES.items() if kind in kinds]
            raise ContractError(
                f"the facet {facet!r} has no meaning on the type {kind!r}",
                where=traits.places[facet],
                hint=f"remove it; on that type there are: {', '.join(fitting)}",
            )
