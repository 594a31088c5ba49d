"""Reading of shapes and operations: an operation has expanded trees, a listing and a pagination."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.contract.asking import bare, steps_of
from conformance.contract.citations import CitationIndex, cited_by_behaviour, facet_value
from conformance.contract.files import ContractError, known, known_names
from conformance.contract.model import (
    FACETS,
    NUMBERS,
    SCALARS,
    UNSET,
    Alternatives,
    Citation,
    FinalState,
    Listing,
    Member,
    NameSource,
    Node,
    Operation,
    OperationError,
    Pagination,
    Shape,
    SortDefault,
    Traits,
)
from conformance.errors import suggest
from conformance.inputs import Section

_NARROWING = ("filters", "containing", "after", "before", "prefix")
_SEVERAL = ("filters", "containing", "prefix")
"""The ways of narrowing that may look at several values of an item."""


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
        errors = {code: _error(code, entry) for code, entry in written.get("errors", {}).items()}
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
            {member: _name_source(request, entry, member) for member, entry in written.get("names", {}).items()},
            tuple(self._alternatives(entry, request) for entry in written.get("either", ())),
            written.at(),
        )

    def _alternatives(self, written: Section, request: Node) -> Alternatives:
        members = known_names(written, "members", request.members, "member of the input")
        sources = tuple(cited_by_behaviour(entry, self.cited.sources) for entry in written.get("sources", ()))
        return Alternatives(
            members, written["given"] == "exactly one", written.get("basis", "documented"), sources, written.at()
        )

    def _tree(self, written: Section, key: str, direction: str) -> Node:
        if key not in written:
            self.paths.setdefault((written["operation"], direction), [])
            return replace(_NOTHING, where=written.at())
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


_NOTHING = Node(
    path="", name="", type="structure", basis="documented", documented={}, modelled={}, members={}, element=None,
    key=None, value=None, shape="", observed={}, sources={}, editions=None, where="", places={},
)  # fmt: skip
"""The message of an operation that has none."""


def _error(code: str, written: Section) -> OperationError:
    modelled, stated = written.get("basis") == "modelled", written.get("modelled", {})
    unknown = written.get("when") == "unknown-name"
    sure = not modelled and written.get("basis") != "inferred"
    return OperationError(
        code,
        written.get("http_status", stated.get("http_status")),
        unknown,
        "must" if sure else "should",
        modelled,
        "http_status" not in written,
    )


def _name_source(request: Node, written: Section, member: str) -> NameSource:
    _existing(member, request, "the input", written.at())
    paths = written.get("path", "")
    first, *others = [paths] if isinstance(paths, str) else paths
    if "[" in "".join([first, *others]):
        raise ContractError(f"{member} names one resource, and {paths} leads through a list", where=written.at("path"))
    return NameSource(written["operation"], first, tuple(others), written.at())


def check_names(operations: Mapping[str, Operation]) -> None:
    """Reject names that come from no listing of the contract, or from no path of its items."""
    listings = {name: operation for name, operation in operations.items() if operation.pagination is not None}
    for operation in operations.values():
        for member, source in operation.names.items():
            listing = listings[known(source.operation, listings, "listing", source.where)]
            result = listing.output.descend(listing.pagination.result) if listing.pagination else None
            for path in filter(None, source.paths):
                if result is None or result.element is None:
                    raise ContractError(
                        f"{source.operation} lists no items, and {member} is one's {path!r}",
                        where=source.where,
                        hint="name a listing whose `pagination:` has a list as its `result:`",
                    )
                _existing(path, result.element, f"an item of {source.operation}", source.where)


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
        _path_in(request, written, "limit", "the input") if "limit" in written else "",
        _existing(_first(written["result"]), answer, "the output", written.at("result")),
        _path_in(answer, written, "more", "the output") if "more" in written else "",
    )


def _first(results: str | Sequence[str]) -> str:
    return results if isinstance(results, str) else results[0]


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
    sorts = "sort_by" in written
    sort_by = _path_in(request, written, "sort_by", "the input") if sorts else ""
    sort_order = _path_in(request, written, "sort_order", "the input") if sorts else ""
    keys: Any = written.get("keys", {})
    words, orders = (_enum(request, sort_by), _enum(request, sort_order)) if sorts else ((), ())
    for word in keys:
        known(word, words, f"value of {sort_by}", keys.at(word))
    narrowing: dict[str, Section] = {way: written[way] for way in _NARROWING if way in written}
    for way, section in narrowing.items():
        for name in section:
            _check_asking(name, request, way, section.at(name))

    def in_items(section: Section, way: str = "") -> dict[str, str]:
        for name in section:
            if "[" in section[name] and (way not in _SEVERAL or _enum(request, bare(name))):
                raise ContractError(
                    f"{section[name]} leads through a list, and what {name} looks at is one value",
                    where=section.at(name),
                    hint="name a single value: lists are looked through for texts that are found in items",
                )
        return {name: _path_in(item, section, name, "an item") for name in section}

    default = written.get("observed_default")
    return Listing(
        _path_in(item, written, "identity", "an item") if "identity" in written else "",
        sort_by,
        sort_order,
        known(written["ascending"], orders, "ascending", written.at("ascending")) if sorts else "",
        known(written["descending"], orders, "descending", written.at("descending")) if sorts else "",
        in_items(keys),
        known_names(written, "grouped_only", keys, "sort key"),
        known_names(written, "omits_items_without_key", keys, "sort key"),
        **{way: in_items(narrowing[way], way) if way in narrowing else {} for way in _NARROWING},
        observed_default=_sort_default(default, keys, orders) if default is not None else None,
        places={name: section.at(name) for section in narrowing.values() for name in section},
    )


_TEXT = ("string",)
_MOMENTS = ("timestamp", *NUMBERS, "string")
_ASKED_FOR = {"filters": SCALARS, "containing": _TEXT, "prefix": _TEXT, "after": _MOMENTS, "before": _MOMENTS}
"""The types of what a request asks for, by the way of narrowing a listing."""


def _check_asking(path: str, request: Node, way: str, where: str) -> None:
    """Insist that a request can ask for a value at a path. Raises ContractError."""
    steps = steps_of(path)
    if not steps:
        raise ContractError(
            f"{path!r} is no path in the input",
            where=where,
            hint="write Member, A.B, List[] or List[Key=word].Values[]",
        )
    _existing(bare(path), request, "the input", where)
    node = request
    for step in steps:
        member = node.members[step.name]
        node = member.element if step.listed and member.element is not None else member
        if step.key:
            key = node.members[known(step.key, node.members, f"member of {node.path}", where)]
            known(step.word, key.accepted_values() or (step.word,), f"value of {key.path}", where)
    if node.type == "list":
        raise ContractError(f"{path} is a list", where=where, hint=f"write `{path}[]` for its entries")
    if node.type not in _ASKED_FOR[way]:
        raise ContractError(
            f"{path} is a {node.type}, and can't be under `{way}`",
            where=where,
            hint=f"name one of these types: {', '.join(_ASKED_FOR[way])}",
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

    def node(
        self, path: str, name: str, use: Member, *, modelled: bool = False, above: frozenset[str] = frozenset()
    ) -> Node:
        """Expand a use of a shape at a path; `above` are the shapes that enclose it. Raises ContractError."""
        shape = use.inline or self.shapes[use.shape]
        recursive = bool(shape.name) and shape.name in above
        above |= {shape.name} if shape.name else frozenset()
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
            member: self.node(prefix + member, member, member_use, modelled=modelled, above=above)
            for member, member_use in shape.members.items()
            if not recursive
        }

        def part(name: str, use: Member | None) -> Node | None:
            if use is None or recursive:
                return None
            return self.node(path + name, name, use, modelled=modelled, above=above)

        return Node(
            path=path,
            name=name,
            type=kind,
            basis="modelled" if modelled else "documented",
            documented=documented,
            modelled=said,
            members=members,
            element=part("[]", shape.element),
            key=part("{key}", shape.key),
            value=part("{value}", shape.value),
            shape=shape.name,
            observed=traits.observed,
            sources=sources,
            editions=editions,
            where=use.where,
            places=traits.places,
            recursive=recursive,
            sparse=bool(traits.more.get("sparse")),
            nullable=bool(traits.more.get("nullable")),
            example=traits.more.get("example"),
        )

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
_TYPES = (*SCALARS, "list", "map", "structure", "document")
_SIZED = ("string", "blob", "list", "map")
_APPLIES = {
    "required": _TYPES,
    "default": SCALARS,
    "enum": ("string",),
    "min_length": _SIZED,
    "max_length": _SIZED,
    "pattern": ("string",),
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "union": ("structure",),
    "format": ("timestamp",),
    "sparse": ("list", "map"),
    "nullable": _TYPES,
    "example": _TYPES,
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
    more = {key: written[key] for key in ("sparse", "nullable", "example") if key in written}
    return Traits(
        {facet: facet_value(facet, written, facet) for facet in places},
        {facet: facet_value(facet, modelled, facet) for facet in FACETS if facet in modelled},
        {facet: known_names(observed, facet, observations, "observation") for facet in observed},
        {facet: modelled.at(facet) for facet in modelled} | places | {key: written.at(key) for key in more},
        more,
    )


def check_shapes(shapes: Mapping[str, Shape]) -> None:
    """Reject uses of shapes that don't exist, and facets that don't fit the shape that is used."""
    for shape in shapes.values():
        _check_shape(shape, shapes)


def _check_shape(shape: Shape, shapes: Mapping[str, Shape]) -> None:
    _check_facets(shape.traits, shape.type)
    for use in shape.uses():
        if use.inline is not None:
            _check_shape(use.inline, shapes)
        else:
            known(use.shape, shapes, "shape", use.where)
            _check_facets(use.traits, shapes[use.shape].type)


def _check_facets(traits: Traits, kind: str) -> None:
    """Insist that facets make sense on a type. Raises ContractError."""
    for facet in (*traits.documented, *traits.modelled, *traits.more):
        if kind not in _APPLIES[facet]:
            fitting = [name for name, kinds in _APPLIES.items() if kind in kinds]
            raise ContractError(
                f"the facet {facet!r} has no meaning on the type {kind!r}",
                where=traits.places[facet],
                hint=f"remove it; on that type there are: {', '.join(fitting)}",
            )
