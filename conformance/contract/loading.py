"""Loading of a contract: the files in the order in which they depend on each other, and the facts that they state."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract.behaviours import read_behaviours
from conformance.contract.citations import CitationIndex, read_sources
from conformance.contract.files import ContractError, ContractFiles, by_name, packaged_root
from conformance.contract.model import (
    FACETS,
    UNSET,
    Basis,
    Citation,
    CommonError,
    Contract,
    Direction,
    Fact,
    Node,
    Observation,
    Operation,
    Service,
    Shape,
    Source,
    same_value,
)
from conformance.contract.names import spellings
from conformance.contract.operations import OperationReader, check_names, check_shapes, read_shape
from conformance.errors import UserError
from conformance.inputs import Section


def load(path: Path | str | None = None, *, drafted: bool = False) -> Contract:
    """Load the contract in a folder, or the packaged one.

    Raises ContractError for whatever is wrong with its structure, with file and line: a contract that loads can be
    judged against. One that the suite itself has `drafted` has the form of the schema.
    """
    root = Path(path) if path is not None else packaged_root()
    if not (root / "sources.yaml").is_file():
        raise ContractError(
            "there is no contract in this folder",
            where=str(root),
            hint="name a folder that holds sources.yaml, service.yaml, operations/ and shapes/",
        )
    collecting = gc.isenabled()
    gc.disable()  # many small values are made and all are kept: collecting them costs half of the time, and frees none
    try:
        return _contract(ContractFiles(root, check_form=path is not None and not drafted))
    except (ContractError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # The packaged one is being edited: what does not have the form of the schema is the first error to fix.
        return _contract(ContractFiles(root, check_form=True))
    finally:
        if collecting:
            gc.enable()


def _contract(files: ContractFiles) -> Contract:
    root = files.root
    sources = read_sources(files.read(root / "sources.yaml"))
    service = _service(files.read(root / "service.yaml"))
    watched = root / "observations.yaml"
    entries = files.read(watched) if watched.exists() else ()
    observations = by_name("observation", ((entry["id"], entry.at("id"), Observation(**entry)) for entry in entries))
    written = [item for path in files.folder("shapes") for item in files.read(path).items()]
    shapes = by_name("shape", ((name, item.at(), read_shape(name, item, observations)) for name, item in written))
    check_shapes(shapes)
    operations, facts = _operations(files, shapes, sources)
    behaviours = by_name(
        "behaviour",
        (
            (behaviour.id, behaviour.where, behaviour)
            for path in files.folder("behaviours")
            for behaviour in read_behaviours(files.read(path), sources, operations, observations)
        ),
    )
    return Contract(
        sources,
        service,
        operations,
        shapes,
        tuple(facts.values()),
        tuple(sorted(behaviours.values(), key=lambda behaviour: behaviour.number)),
        observations,
        files.digest,
        root,
        files.shown_root,
        facts,
    )


def _service(written: Section) -> Service:
    errors = {
        code: CommonError(code, tuple(entry["http_status"]), entry["meaning"])
        for code, entry in written.get("common_errors", {}).items()
    }
    rejections = written.get("rejections", {})
    more: dict[str, Any] = {"rejections": frozenset(rejections["codes"])} if rejections else {}
    more["knows_rejections"] = rejections.get("basis", "documented") == "documented"
    return Service(**{**written, "common_errors": errors, **more})


def _operations(
    files: ContractFiles, shapes: Mapping[str, Shape], sources: Mapping[str, Source]
) -> tuple[dict[str, Operation], dict[str, Fact]]:
    paths = files.folder("operations")
    if not paths:
        raise ContractError(
            "the contract has no operation", where=f"{files.shown_root}/operations", hint="add a file for one"
        )
    cited = CitationIndex(sources)
    names = [path.stem for path in paths]
    for path in files.folder("citations"):
        cited.add_file(path.stem, files.read(path), names)
    for source in sources.values():
        if source.operation and source.operation not in names:
            raise ContractError(
                f"the document {source.id!r} is about {source.operation!r}, which is no operation here",
                where=source.where,
                hint=f"name one of: {', '.join(names)}",
            )
    reader = OperationReader(shapes, cited)
    operations: dict[str, Operation] = {}
    facts: dict[str, Fact] = {}
    for path in paths:
        operation = reader.read(files.read(path), path.stem)
        operations[operation.name] = operation
        facts.update((fact.id, fact) for fact in _facts(operation, cited))
    cited.reject_rest(reader.paths)
    check_names(operations)
    return operations, facts


_BY_MODEL = (Citation("botocore", None),)
_BY_PROTOCOL = (Citation("protocol", None),)
"""The status of a success is the protocol's own where no document states it."""


def _facts(operation: Operation, cited: CitationIndex) -> Iterator[Fact]:
    """Yield every fact of an operation: input, paginator, output, errors."""
    name = operation.name
    yield from _facts_of_tree(name, "input", operation.input)
    if operation.client_options is not None:
        yield from _facts_of_tree(name, "input", operation.client_options)
    if operation.paginator is not None:
        yield from _facts_of_tree(name, "paginator", operation.paginator)
    status = cited.in_force((name, "output", "", "http_status"), operation.http_status)
    yield _stated(operation, "output", "", "http_status", (status[0], status[1] or _BY_PROTOCOL))
    yield from _facts_of_tree(name, "output", operation.output)
    for error in operation.errors.values():
        for facet, stated, modelled in (
            ("present", True, error.modelled),
            ("http_status", error.http_status, error.modelled or error.modelled_status),
        ):
            if stated is None:
                continue
            in_force = cited.in_force((name, "error", error.code, facet), stated)
            yield _stated(operation, "error", error.code, facet, in_force, modelled=modelled)


def _facts_of_tree(operation: str, direction: Direction, tree: Node) -> Iterator[Fact]:
    nodes = tree.walk()
    next(nodes)  # the root is the message itself, which no document claims to be present
    for node in nodes:
        for facet, value, modelled in _claims(node):
            yield Fact(
                f"{operation}/{direction}/{node.path}/{facet}" + ("/modelled" if modelled else ""),
                operation,
                direction,
                node.path,
                facet,
                value,
                "modelled" if modelled else "documented",
                "should" if modelled else "must",
                _BY_MODEL if modelled else node.sources.get(facet, ()),
                node.observed.get(facet, ()),
                node.places.get(facet, node.where),
            )


def _claims(node: Node) -> Iterator[tuple[str, Any, bool]]:
    """Yield facet, value, and whether only the model says so; the model's own only where the newest page differs."""
    modelled = node.basis == "modelled"
    yield "present", True, modelled
    yield "type", node.type, modelled
    for facet in FACETS:
        if facet in node.documented:
            yield facet, node.documented[facet], modelled
    for facet in FACETS:
        value = node.modelled.get(facet, UNSET)
        if value is not UNSET and not same_value(value, node.documented.get(facet, UNSET)):
            yield facet, value, True


def _stated(  # noqa: PLR0913 - the parts of a fact
    operation: Operation,
    direction: Direction,
    path: str,
    facet: str,
    in_force: tuple[Any, tuple[Citation, ...]],
    *,
    modelled: bool = False,
) -> Fact:
    """Make a fact that belongs to no member, from its value in force and its citations."""
    value, sources = in_force
    basis: Basis = "protocol" if sources == _BY_PROTOCOL else "modelled" if modelled else "documented"
    return Fact(
        id=f"{operation.name}/{direction}/{path}/{facet}" + ("/modelled" if modelled else ""),
        operation=operation.name,
        direction=direction,
        path=path,
        facet=facet,
        value=value,
        basis=basis,
        level="should" if modelled else "must",
        sources=_BY_MODEL if modelled else sources,
        where=operation.where,
    )


class UnknownOperationError(UserError):
    """An operation that the contract does not have."""


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
