"""Loading of a contract: the files in the order in which they depend on each other, and the facts that they state."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.contract.behaviours import parse_behaviours
from conformance.contract.citations import CitationIndex, parse_observations, parse_sources
from conformance.contract.keys import (
    FACETS,
    ContractError,
    choice,
    closed,
    same_value,
    sub,
    subs,
    text,
    whole,
    wrong_type,
)
from conformance.contract.model import (
    UNSET,
    Behaviour,
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
)
from conformance.contract.operations import OperationReader, check_shapes, parse_shape
from conformance.inputs import Entries, Section, load_file

_SERVICE = (
    "service", "protocol", "json_version", "target_prefix", "signing_name", "api_version", "content_type",
)  # fmt: skip
_SERVICE_OPTIONAL = ("common_errors", "behaviours")


def packaged_root() -> Path:
    """Return the folder of the contract: shipped inside the package, else next to it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_contract"
    return shipped if shipped.is_dir() else package.parent / "contract"


def load(path: Path | str | None = None) -> Contract:
    """Load the contract in a folder, or the packaged one.

    Raises ContractError for whatever is wrong with its structure, with file and line: a contract that loads can be
    judged against.
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
        return _Files(root).contract()
    finally:
        if collecting:
            gc.enable()


class _Files:
    """The files of one contract, each read once; the digest grows with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shown = _short(root)
        self.digest = hashlib.sha256()

    def contract(self) -> Contract:
        sources = parse_sources(self.mapping(self.root / "sources.yaml"))
        service = _service(self.mapping(self.root / "service.yaml"))
        observations = self.observations()
        shapes = self.shapes(observations)
        operations, facts = self.operations(shapes, sources)
        return Contract(
            sources,
            service,
            operations,
            shapes,
            tuple(facts.values()),
            self.behaviours(sources, operations, observations),
            observations,
            self.digest.hexdigest(),
            self.root,
            self.shown,
            facts,
        )

    def observations(self) -> dict[str, Observation]:
        path = self.root / "observations.yaml"
        return parse_observations(self.entries(path)) if path.exists() else {}

    def shapes(self, observations: Mapping[str, Observation]) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {}
        for path in self.folder("shapes"):
            for name, written in subs(self.mapping(path)):
                shape = parse_shape(name, written, observations)
                other = shapes.setdefault(name, shape)
                if other is not shape:
                    raise _twice("shape", name, shape.where, f"keep one of them; the other is at {other.where}")
        check_shapes(shapes)
        return shapes

    def operations(
        self, shapes: Mapping[str, Shape], sources: Mapping[str, Source]
    ) -> tuple[dict[str, Operation], dict[str, Fact]]:
        files = self.folder("operations")
        if not files:
            raise ContractError(
                "the contract has no operation", where=f"{self.shown}/operations", hint="add a file for one"
            )
        cited = CitationIndex(sources)
        names = [path.stem for path in files]
        for path in self.folder("citations"):
            cited.add_file(path.stem, self.mapping(path), names)
        for source in sources.values():
            if source.operation and source.operation not in names:
                raise ContractError(
                    f"the document {source.id!r} is about {source.operation!r}, which is no operation here",
                    where=source.where,
                    hint=f"name one of: {', '.join(names)}",
                )
        reader = OperationReader(shapes, cited, {})
        operations: dict[str, Operation] = {}
        facts: dict[str, Fact] = {}
        for path in files:
            operation = reader.read(self.mapping(path), path.stem)
            reader.paths[operation.name, "output"].insert(0, "")
            operations[operation.name] = operation
            facts.update((fact.id, fact) for fact in facts_of_operation(operation, cited))
        cited.reject_rest(reader.paths)
        return operations, facts

    def behaviours(
        self,
        sources: Mapping[str, Source],
        operations: Mapping[str, Operation],
        observations: Mapping[str, Observation],
    ) -> tuple[Behaviour, ...]:
        found: dict[str, Behaviour] = {}
        for path in self.folder("behaviours"):
            for behaviour in parse_behaviours(self.entries(path), sources, operations, observations):
                other = found.setdefault(behaviour.id, behaviour)
                if other is not behaviour:
                    hint = f"give each its own id; the other is at {other.where}"
                    raise _twice("behaviour", behaviour.id, behaviour.where, hint)
        return tuple(sorted(found.values(), key=lambda behaviour: behaviour.number))

    def folder(self, name: str) -> list[Path]:
        """Return the YAML files of a folder in the order of their names, which is the same on every machine."""
        folder = self.root / name
        for stray in sorted(folder.glob("*.yml")):
            raise ContractError(
                "contract files end in .yaml", where=self.name(stray), hint=f"rename it to {stray.stem}.yaml"
            )
        return sorted(folder.glob("*.yaml"))

    def mapping(self, path: Path) -> Section:
        value = self.read(path)
        if isinstance(value, Section):
            return value
        raise ContractError(
            "the file must hold a mapping, not a list", where=value.at(), hint="write `key: value` lines"
        )

    def entries(self, path: Path) -> Entries:
        value = self.read(path)
        if isinstance(value, Entries):
            return value
        raise ContractError("the file must hold a list, not a mapping", where=value.at(), hint="start entries with -")

    def read(self, path: Path) -> Section | Entries:
        value, content = load_file(path, self.name(path), ContractError)
        relative = path.relative_to(self.root).as_posix()
        self.digest.update(f"{relative}\0{len(content)}\0".encode())
        self.digest.update(content)
        return value

    def name(self, path: Path) -> str:
        """Return the name of a file as errors show it."""
        return f"{self.shown}/{path.relative_to(self.root).as_posix()}"


def _twice(what: str, name: str, where: str, hint: str) -> ContractError:
    return ContractError(f"the {what} {name!r} is there twice", where=where, hint=hint)


def _short(root: Path) -> str:
    """Show a folder relative to the working folder, if it is below."""
    absolute = root.resolve()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _service(written: Section) -> Service:
    closed(written, (*_SERVICE, *_SERVICE_OPTIONAL), _SERVICE, what="the service")
    choice(written, "protocol", ("json",))
    errors: dict[str, CommonError] = {}
    for code, entry in subs(sub(written, "common_errors")):
        closed(entry, ("http_status", "meaning"), ("http_status", "meaning"), what="a common error")
        statuses = entry["http_status"]
        if not isinstance(statuses, Entries) or not statuses or not all(type(status) is int for status in statuses):
            raise wrong_type(entry, "http_status", "a list of statuses")
        errors[code] = CommonError(code, tuple(statuses), text(entry, "meaning"))
    promised = whole(written, "behaviours") if "behaviours" in written else None
    texts = {key: text(written, key) for key in _SERVICE}
    return Service(**texts, common_errors=errors, behaviours=promised)


MODEL_SOURCE = "botocore"


_BY_MODEL = (Citation(MODEL_SOURCE, None),)


_BY_PROTOCOL = (Citation("protocol", None),)
"""The status of a success is the protocol's own where no document states it."""


def facts_of_operation(operation: Operation, cited: CitationIndex) -> Iterator[Fact]:
    """Yield every fact of an operation: input, paginator, output, errors."""
    name = operation.name
    yield from _facts_of_tree(name, "input", operation.input)
    if operation.client_options is not None:
        yield from _facts_of_tree(name, "input", operation.client_options)
    if operation.paginator is not None:
        yield from _facts_of_tree(name, "paginator", operation.paginator)
    status = cited.settle((name, "output", "", "http_status"), operation.http_status)
    yield _stated(operation, "output", "", "http_status", (status[0], status[1] or _BY_PROTOCOL))
    yield from _facts_of_tree(name, "output", operation.output)
    for code, stated in operation.errors.items():
        present = cited.settle((name, "error", code, "present"), stated=True)
        yield _stated(operation, "error", code, "present", present)
        status = cited.settle((name, "error", code, "http_status"), stated)
        yield _stated(operation, "error", code, "http_status", status)


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


def _stated(
    operation: Operation, direction: Direction, path: str, facet: str, settled: tuple[Any, tuple[Citation, ...]]
) -> Fact:
    """Make a fact that belongs to no member, from its value in force and its citations."""
    value, sources = settled
    return Fact(
        id=f"{operation.name}/{direction}/{path}/{facet}",
        operation=operation.name,
        direction=direction,
        path=path,
        facet=facet,
        value=value,
        basis="protocol" if sources == _BY_PROTOCOL else "documented",
        level="must",
        sources=sources,
        where=operation.where,
    )
