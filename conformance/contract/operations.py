"""Reading of shapes and operations: an operation has expanded trees, a listing and a pagination."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conformance.contract.citations import CitationIndex
from conformance.contract.keys import (
    FACETS,
    SCALARS,
    ContractError,
    applicable,
    choice,
    closed,
    facet_value,
    known,
    known_type,
    names,
    sub,
    subs,
    text,
    texts,
    whole,
)
from conformance.contract.model import (
    UNSET,
    Citation,
    Listing,
    Member,
    Node,
    Operation,
    Pagination,
    Settled,
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


_REQUIRED = ("operation", "summary", "input", "output", "http_status")
_OPTIONAL = ("subject", "errors", "settled", "pagination", "listing", "paginator", "client_options")
_PAGINATION = ("input_token", "output_token", "limit", "result")
_LISTING = ("identity", "sort_by", "sort_order", "ascending", "descending", "keys")
_NARROWING = ("filters", "containing", "after", "before")
_LISTING_OPTIONAL = ("grouped_only", "omits_items_without_key", *_NARROWING, "observed_default")
_SORT_DEFAULT = ("sort_by", "sort_order")


@dataclass
class OperationReader:
    """Reads operations and collects the paths of each operation and direction."""

    shapes: Mapping[str, Shape]
    cited: CitationIndex
    paths: dict[tuple[str, str], list[str]]

    def read(self, written: Section, stem: str) -> Operation:
        """Read one file; `stem` is its name without the ending. Raises ContractError."""
        closed(written, (*_REQUIRED, *_OPTIONAL), _REQUIRED, what="an operation")
        name = text(written, "operation")
        if name != stem:
            raise ContractError(
                f"the operation {name!r} is in a file of another name",
                where=written.at("operation"),
                hint=f"rename the file to {name}.yaml, or the operation to {stem!r}",
            )
        answer = self._tree(written, "output", name, "output")
        request = self._tree(written, "input", name, "input")
        paginator = self._tree(written, "paginator", name, "paginator") if "paginator" in written else None
        options = self._tree(written, "client_options", name, "input") if "client_options" in written else None
        errors = _errors(written)
        self.paths[name, "error"] = list(errors)
        pagination = _pagination(sub(written, "pagination"), request, answer) if "pagination" in written else None
        return Operation(
            name,
            text(written, "summary"),
            request,
            answer,
            errors,
            whole(written, "http_status"),
            _member(written, "subject", request, "the input") if "subject" in written else "",
            _settled(sub(written, "settled"), answer) if "settled" in written else None,
            pagination,
            _listing(written, request, answer, pagination) if "listing" in written else None,
            paginator,
            options,
            written.at(),
        )

    def _tree(self, written: Section, key: str, operation: str, direction: str) -> Node:
        name = text(written, key)
        shape = self.shapes[known(name, self.shapes, "shape", written.at(key))]
        if shape.type != "structure":
            raise ContractError(
                f"the {key} must be a structure, and {name!r} is a {shape.type}",
                where=written.at(key),
                hint="name a structure",
            )
        paths = self.paths.setdefault((operation, direction), [])
        expansion = Expansion(operation, direction, self.shapes, self.cited)
        tree = expansion.root(shape)
        paths.extend(expansion.paths)
        return tree


def _errors(written: Section) -> dict[str, int]:
    statuses: dict[str, int] = {}
    for code, entry in subs(sub(written, "errors")):
        closed(entry, ("http_status",), ("http_status",), what="an error")
        statuses[code] = whole(entry, "http_status")
    return statuses


def _member(written: Section, key: str, tree: Node, what: str) -> str:
    return _known(text(written, key), written.at(key), tree, what)


def _known(path: str, where: str, tree: Node, what: str) -> str:
    """Insist that a path exists below a node."""
    if not path or tree.descend(path) is None:
        skip = len(tree.path) + 1 if tree.path else 0
        paths = [node.path[skip:] for node in tree.walk() if node is not tree]
        raise ContractError(f"{what} has no {path!r}", where=where, hint=suggest(path, paths))
    return path


def _settled(written: Section, answer: Node) -> Settled:
    closed(written, ("path", "values"), ("path", "values"), what="`settled`")
    path = _member(written, "path", answer, "the output")
    node = answer.descend(path)
    accepted = (node.accepted_values() if node else None) or ()
    return Settled(path, names(written, "values", accepted, f"value of {path}"))


def _pagination(written: Section, request: Node, answer: Node) -> Pagination:
    closed(written, _PAGINATION, _PAGINATION, what="`pagination`")
    return Pagination(
        _member(written, "input_token", request, "the input"),
        _member(written, "output_token", answer, "the output"),
        _member(written, "limit", request, "the input"),
        _member(written, "result", answer, "the output"),
    )


def _listing(parent: Section, request: Node, answer: Node, pagination: Pagination | None) -> Listing:
    written = sub(parent, "listing")
    closed(written, (*_LISTING, *_LISTING_OPTIONAL), _LISTING, what="`listing`")
    result = answer.descend(pagination.result) if pagination else None
    item = result.element if result else None
    if item is None:
        raise ContractError(
            "a listing needs `pagination` whose result is a list",
            where=parent.at("listing"),
            hint="add `pagination:` with the `result:` member, or remove `listing:`",
        )
    sort_by = _member(written, "sort_by", request, "the input")
    sort_order = _member(written, "sort_order", request, "the input")
    keys = sub(written, "keys")
    filters, containing, after, before = (sub(written, way) for way in _NARROWING)
    words = (request.members[sort_by].accepted_values() or ()) if sort_by in request.members else ()
    orders = (request.members[sort_order].accepted_values() or ()) if sort_order in request.members else ()
    for word in keys:
        if word not in words:
            raise ContractError(f"{sort_by} has no value {word!r}", where=keys.at(word), hint=suggest(word, words))
    for narrowing in (filters, containing, after, before):
        for name in narrowing:
            _known(name, narrowing.at(name), request, "the input")
    return Listing(
        _member(written, "identity", item, "an item"),
        sort_by,
        sort_order,
        choice(written, "ascending", orders),
        choice(written, "descending", orders),
        _members(keys, item),
        names(written, "grouped_only", keys, "sort key"),
        names(written, "omits_items_without_key", keys, "sort key"),
        _members(filters, item),
        _members(containing, item),
        _members(after, item),
        _members(before, item),
        _sort_default(sub(written, "observed_default"), keys, orders) if "observed_default" in written else None,
    )


def _members(written: Section, item: Node) -> dict[str, str]:
    """Return the path in an item that each input member is about."""
    return {name: _member(written, name, item, "an item") for name in written}


def _sort_default(written: Section, keys: Section, orders: Sequence[str]) -> SortDefault:
    closed(written, _SORT_DEFAULT, _SORT_DEFAULT, what="`observed_default`")
    return SortDefault(choice(written, "sort_by", list(keys)), choice(written, "sort_order", orders))


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

    def root(self, shape: Shape) -> Node:
        """Expand the shape of a whole input or output. Raises ContractError."""
        use = Member(shape.name, None, modelled=False, traits=Traits({}, {}, {}, {}), where=shape.where)
        return self._node("", "", use, modelled=False)

    def _node(self, path: str, name: str, use: Member, *, modelled: bool) -> Node:
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
            member: self._node(prefix + member, member, member_use, modelled=modelled)
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
        return None if use is None else self._node(path + name, name, use, modelled=modelled)

    def _in_force(
        self, path: str, kind: str, traits: Traits, where: str
    ) -> tuple[str, dict[str, Any], dict[str, tuple[Citation, ...]]]:
        """Return the type, the facets and the citations that hold at a path."""
        documented: dict[str, Any] = {}
        sources: dict[str, tuple[Citation, ...]] = {}
        if path:
            _, sources["present"] = self.cited.settle((self.operation, self.direction, path, "present"), stated=True)
            in_force, sources["type"] = self.cited.settle((self.operation, self.direction, path, "type"), kind)
            if in_force != kind and not (in_force in SCALARS and kind in SCALARS):
                raise ContractError(
                    f"the newest document says {in_force} at {path!r}, the shape {kind}",
                    where=sources["type"][0].where or where,
                    hint="use a shape of the newest type, and give the older citations the `value` that they state",
                )
            kind = in_force
        for facet, stated in traits.documented.items():
            documented[facet], sources[facet] = self.cited.settle((self.operation, self.direction, path, facet), stated)
        return kind, documented, sources


_PARTS = {"structure": ("members",), "list": ("member",), "map": ("key", "value")}


_TRAITS = ("modelled", "observed")


_MEMBER_ONLY = ("required",)


def parse_shape(name: str, written: Section, observations: Mapping[str, Any]) -> Shape:
    """Read one shape. Raises ContractError."""
    if "type" not in written:
        raise ContractError(f"the shape {name!r} has no type", where=written.at(), hint="add `type:` to it")
    kind = known_type(written)
    parts = _PARTS.get(kind, ())
    what = f"a {kind} shape" if name else f"a {kind} member"
    closed(written, ("type", *parts, *FACETS, *_TRAITS), parts, what=what)
    for facet in _MEMBER_ONLY:
        if facet in written:
            raise ContractError(
                f"the shape {name!r} can't be {facet}", where=written.at(facet), hint="state it at the member"
            )
    return _shape(name, kind, written, _traits(written, kind, observations), observations)


def _shape(name: str, kind: str, written: Section, traits: Traits, observations: Mapping[str, Any]) -> Shape:
    def part(key: str) -> Member | None:
        return _member_of_shape(sub(written, key), observations, of_structure=False) if key in written else None

    members = {
        member: _member_of_shape(uses, observations, of_structure=True)
        for member, uses in subs(sub(written, "members"))
    }
    return Shape(name, kind, traits, members, part("member"), part("key"), part("value"), written.at())


def _member_of_shape(written: Section, observations: Mapping[str, Any], *, of_structure: bool) -> Member:
    modelled = text(written, "basis", "documented") == "modelled"
    if "basis" in written and not modelled:
        raise ContractError(
            "the only basis that a member can name is `modelled`",
            where=written.at("basis"),
            hint="write `basis: modelled`, or leave it out for a documented member",
        )
    inline = None
    if "shape" in written:
        closed(written, ("shape", "basis", *FACETS, *_TRAITS), what="a member with a shape")
        shape, kind = text(written, "shape"), ""
    else:
        if "type" not in written:
            raise ContractError(
                "the member names neither a shape nor a type", where=written.at(), hint="add `shape:` or `type:`"
            )
        shape, kind = "", known_type(written)
        parts = _PARTS.get(kind, ())
        closed(written, ("type", "basis", *parts, *FACETS, *_TRAITS), parts, what=f"a {kind} member")
        inline = _shape("", kind, written, Traits({}, {}, {}, {}), observations)
    if "required" in written and not of_structure:
        raise ContractError(
            "only members of structures can be required",
            where=written.at("required"),
            hint="remove it, or use min_length on the list or map",
        )
    return Member(shape, inline, modelled, _traits(written, kind, observations), written.at())


def _traits(written: Section, kind: str, observations: Mapping[str, Any]) -> Traits:
    """Read the facets; `kind` is empty where the type is the shape's, and known only after all are read."""
    documented, places = _facets(written, kind)
    inner = sub(written, "modelled")
    closed(inner, FACETS, what="`modelled`")
    modelled, modelled_places = _facets(inner, kind)
    watched = sub(written, "observed")
    closed(watched, ("present", "type", *FACETS), what="`observed`")
    observed = {facet: texts(watched, facet) for facet in watched}
    for facet, ids in observed.items():
        for observation in ids:
            known(observation, observations, "observation", watched.at(facet))
    return Traits(documented, modelled, observed, {**modelled_places, **places})


def _facets(written: Section, kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for facet in FACETS:
        if facet in written:
            values[facet] = facet_value(facet, written, facet)
            places[facet] = written.at(facet)
            if kind:
                applicable(facet, kind, places[facet])
    return values, places


def check_shapes(shapes: Mapping[str, Shape]) -> None:
    """Reject uses of shapes that don't exist, facets that don't fit the shape used, and recursion."""
    settled: set[str] = set()
    for name in shapes:
        _follow(shapes[name], shapes, (name,), settled)


def _follow(shape: Shape, shapes: Mapping[str, Shape], trail: tuple[str, ...], settled: set[str]) -> None:
    for use in shape.uses():
        if use.inline is not None:
            _follow(use.inline, shapes, trail, settled)
            continue
        known(use.shape, shapes, "shape", use.where)
        for facet in (*use.traits.documented, *use.traits.modelled):
            applicable(facet, shapes[use.shape].type, use.traits.places[facet])
        if use.shape in trail:
            loop = " -> ".join((*trail[trail.index(use.shape) :], use.shape))
            raise ContractError(
                f"shapes are recursive: {loop}", where=use.where, hint="write the inner level out as its own shape"
            )
        if use.shape not in settled:
            _follow(shapes[use.shape], shapes, (*trail, use.shape), settled)
    if shape.name:
        settled.add(shape.name)
