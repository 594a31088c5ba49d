"""Reading of `operations/*.yaml`: an operation with its expanded trees, its listing and its pagination."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from conformance.contract.citations import CitationIndex
from conformance.contract.keys import ContractError, choice, closed, known, names, sub, subs, text, whole
from conformance.contract.model import Listing, Node, Operation, Pagination, Settled, Shape, SortDefault
from conformance.contract.shapes import Expansion
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
    raise UnknownOperationError(f"there is no operation {name!r}", remedy=hint)


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
                remedy=f"rename the file to {name}.yaml, or the operation to {stem!r}",
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
                remedy="name a structure",
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
        raise ContractError(f"{what} has no {path!r}", where=where, remedy=suggest(path, paths))
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
            remedy="add `pagination:` with the `result:` member, or remove `listing:`",
        )
    sort_by = _member(written, "sort_by", request, "the input")
    sort_order = _member(written, "sort_order", request, "the input")
    keys = sub(written, "keys")
    filters, containing, after, before = (sub(written, way) for way in _NARROWING)
    words = (request.members[sort_by].accepted_values() or ()) if sort_by in request.members else ()
    orders = (request.members[sort_order].accepted_values() or ()) if sort_order in request.members else ()
    for word in keys:
        if word not in words:
            raise ContractError(f"{sort_by} has no value {word!r}", where=keys.at(word), remedy=suggest(word, words))
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
