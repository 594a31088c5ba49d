"""The contract against a service model: members, values, limits, errors and pages that came, went or changed.

The contract has of the model what its documents say, and what only the model says or says otherwise. A limit that the
documents state in prose alone was never in the model: that the model is silent on it is no drift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.model import NUMBERS, Citation, Contract, Node, Operation, same_value
from conformance.documents.claims import ModelError, joined
from conformance.documents.findings import AgainstModel, Drift, Finding, Kind, comparable, fact_id, folded, together
from conformance.documents.service_model import ModelSource

MODEL = "botocore"
"""The id of the service model among the sources of a contract."""

_BOUNDS = dict.fromkeys(NUMBERS, ("minimum", "maximum"))
_LENGTHS = ("min_length", "max_length")
_IN_A_MODEL = ("required", "enum", "min_length", "max_length", "pattern", "minimum", "maximum")
_LABELLED = ("api-reference-text", "api-reference-markdown")
"""Kinds of documents that show the model's own limits; what the others say of limits is prose."""

_ANCHORED = "patterns are matched from end to end, so that both match the same strings"
_SILENT = "the documents state it in prose alone"
_OWN_PAGES = "no document has a paginator: the contract has the pages from the names of members"
_INEXPRESSIBLE = "a contract can't express it: its token or its list is not a member of the answer"


def against_model(contract: Contract, source: ModelSource) -> Drift:
    """Compare a service model with the contract, both ways. Raises ModelError for one that is none inside."""
    from botocore import model  # noqa: PLC0415 - pages do without it

    comparison = _Comparison(contract, source)
    try:
        findings = together(folded(comparison.findings()))
    except (
        model.NoShapeFoundError, model.InvalidShapeError, model.InvalidShapeReferenceError,
        AttributeError, KeyError, TypeError,
    ) as error:  # fmt: skip
        # Five megabytes are not checked against a schema beforehand: what is no model shows where it is followed.
        raise ModelError(
            f"the model breaks off below {comparison.place}: {error}",
            where=source.where,
            hint="name a service-2.json as botocore has it, with its paginators-1.json",
        ) from error
    stated = contract.sources.get(MODEL)
    edition = stated.version if stated else ""
    against = AgainstModel(source.where, source.version, source.api_version, edition)
    return Drift(against, findings, together(comparison.known), tuple(comparison.notes))


class _Comparison:
    """Goes down the trees of both sides together."""

    def __init__(self, contract: Contract, source: ModelSource) -> None:
        from botocore.model import ServiceModel  # noqa: PLC0415 - pages do without it

        self._contract = contract
        self._source = source
        self._service = ServiceModel(source.model, contract.service.service)
        self._labelled = {item.id for item in contract.sources.values() if item.kind in _LABELLED}
        self._operation = ""
        self._direction = ""
        self.known: list[Finding] = []
        self.notes: list[str] = []

    @property
    def place(self) -> str:
        """Where the comparison is: the operation and the direction."""
        return "/".join(filter(None, (self._operation, self._direction))) or "the service"

    def findings(self) -> Iterator[Finding]:
        """Yield every difference; those that are no drift are in `known` afterwards, what was left out in `notes`."""
        yield from self._of_service()
        known = set(self._service.operation_names)
        for name, operation in self._contract.operations.items():
            self._operation, self._direction = name, ""
            if name not in known:
                yield Finding(Kind.REMOVED, name, "service", "", "operation", (name,), name)
                continue
            model = self._service.operation_model(name)
            for direction, tree, shape in (
                ("input", operation.input, model.input_shape),
                ("output", operation.output, model.output_shape),
            ):
                self._direction = direction
                if shape is not None:
                    yield from self._below(tree, shape, frozenset())
            yield from self._of_errors(operation, {shape.name for shape in model.error_shapes})
            yield from self._of_pages(operation)

    def _of_service(self) -> Iterator[Finding]:
        service, metadata = self._contract.service, self._source.model["metadata"]
        for facet, ours, theirs in (
            ("protocol", service.protocol, metadata.get("protocol")),
            ("json_version", service.json_version, metadata.get("jsonVersion")),
            ("target_prefix", service.target_prefix, metadata.get("targetPrefix")),
            ("signing_name", service.signing_name, metadata.get("signingName", metadata.get("endpointPrefix"))),
            ("api_version", service.api_version, metadata.get("apiVersion")),
        ):
            if ours != theirs:
                yield Finding(Kind.CHANGED, "", "service", "", facet, (f"service/{facet}",), ours, theirs)

    def _of_errors(self, operation: Operation, modelled: set[str]) -> Iterator[Finding]:
        self._direction = "error"
        for code in sorted(modelled - set(operation.errors)):
            yield self._finding(Kind.NEW, code, "present", theirs=True)
        for code in sorted(set(operation.errors) - modelled):
            yield self._finding(Kind.REMOVED, code, "present", ours=True)

    def _of_pages(self, operation: Operation) -> Iterator[Finding]:
        if self._source.paginators is None:
            if operation.pagination is not None:
                self.notes.append(
                    f"there are no paginators next to the model: those of {operation.name} are not compared"
                )
            return
        self._direction = "paginator"
        theirs = self._source.paginators.get("pagination", {}).get(operation.name)
        ours = operation.pagination
        if ours is None or theirs is None:
            if (ours is None) != (theirs is None):
                kind = Kind.NEW if ours is None else Kind.REMOVED
                found = self._finding(
                    kind, "", "pagination", ours=None if ours is None else "", theirs=str(theirs or "")
                )
                if why := _no_drift_of_pages(operation, theirs):
                    self.known.append(replace(found, detail=why))
                else:
                    yield found
            return
        for key, value in (
            ("input_token", ours.input_token),
            ("output_token", ours.output_token),
            ("limit_key", ours.limit or None),
            ("result_key", ours.result),
        ):
            modelled = theirs.get(key)
            if value not in (modelled if isinstance(modelled, list) else [modelled]):
                yield self._finding(Kind.CHANGED, "", key, ours=value, theirs=modelled)

    def _below(self, node: Node, shape: Any, above: frozenset[str]) -> Iterator[Finding]:
        """Compare what two nodes hold; `above` are the shapes that enclose these, for shapes may hold themselves."""
        above |= {shape.name}
        if shape.type_name == "structure" and node.type == "structure":
            for name, member in shape.members.items():
                path = joined(node.path, name)
                if name in node.members:
                    yield from self._node(node.members[name], member, above, required=name in shape.required_members)
                else:
                    yield from self._new(path, member, above, required=name in shape.required_members)
            for name, held in node.members.items():
                if name not in shape.members:
                    yield self._finding(Kind.REMOVED, held.path, "present", node=held, ours=True)
        for child, part in ((node.element, "member"), (node.key, "key"), (node.value, "value")):
            if child is not None and hasattr(shape, part):
                yield from self._node(child, getattr(shape, part), above, required=False)

    def _node(self, node: Node, shape: Any, above: frozenset[str], *, required: bool) -> Iterator[Finding]:
        kind = kind_of(shape)
        if comparable("type", node.type) != kind:
            yield self._finding(Kind.CHANGED, node.path, "type", node=node, ours=node.type, theirs=kind)
            if {node.type, kind} & {"structure", "list", "map"}:
                return
        theirs = facets(node.type, shape, required=required)
        if theirs.get("min_length") == 0 and "min_length" not in {**node.documented, **node.modelled}:
            del theirs["min_length"]  # a least length of nothing asks for nothing
        for facet in _IN_A_MODEL:
            yield from self._facet(node, facet, theirs.get(facet))
        if not node.recursive:
            yield from self._below(node, shape, above)

    def _facet(self, node: Node, facet: str, theirs: Any) -> Iterator[Finding]:
        ours = node.modelled.get(facet, node.documented.get(facet))
        if theirs is None:
            if ours is None or (facet == "required" and ours is False):
                return
            if facet not in node.modelled and facet in node.documented and self._prose_alone(node, facet):
                silent = self._finding(Kind.REMOVED, node.path, facet, node=node, ours=ours)
                self.known.append(replace(silent, detail=_SILENT))
                return
            yield self._finding(Kind.REMOVED, node.path, facet, node=node, ours=ours)
        elif ours is None:
            yield self._finding(Kind.NEW, node.path, facet, theirs=theirs)
        elif not same_value(ours, theirs):
            finding = self._finding(Kind.CHANGED, node.path, facet, node=node, ours=ours, theirs=theirs)
            if comparable(facet, ours) == comparable(facet, theirs):
                self.known.append(replace(finding, detail=_ANCHORED))
            else:
                yield finding

    def _prose_alone(self, node: Node, facet: str) -> bool:
        if facet in {"enum", "required"}:
            return False
        return not any(source.id in self._labelled for source in node.sources.get(facet, ()))

    def _new(self, path: str, shape: Any, above: frozenset[str], *, required: bool) -> Iterator[Finding]:
        """Yield a member that the contract lacks, with what it holds: folding makes them one."""
        kind = kind_of(shape)
        yield self._finding(Kind.NEW, path, "present", theirs=True)
        yield self._finding(Kind.NEW, path, "type", theirs=kind)
        for facet, value in facets(kind, shape, required=required).items():
            yield self._finding(Kind.NEW, path, facet, theirs=value)
        for step, inner, needed in held(shape) if shape.name not in above else ():
            yield from self._new(joined(path, step), inner, above | {shape.name}, required=needed)

    def _finding(  # noqa: PLR0913 - a finding, and what its fact is known by
        self, kind: Kind, path: str, facet: str, *, node: Node | None = None, ours: Any = None, theirs: Any = None
    ) -> Finding:
        # What only the model says, or says otherwise, is a fact of its own.
        modelled = kind is Kind.NEW or (node is not None and _is_modelled(node, facet))
        fact = fact_id(self._operation, self._direction, path, facet, modelled=modelled and self._direction != "error")
        cited = node.sources.get(facet, ()) if node is not None else ()
        cited = (Citation(MODEL, None),) if modelled and kind is not Kind.NEW else cited
        return Finding(kind, self._operation, self._direction, path, facet, (fact,), ours, theirs, cited)


def _no_drift_of_pages(operation: Operation, modelled: Mapping[str, Any] | None) -> str:
    """Return why it is no drift that one side alone has pages of an operation; empty where it is drift."""
    if modelled is None:
        return "" if operation.paginator else _OWN_PAGES
    members, token, results = operation.output.members, modelled["output_token"], modelled["result_key"]
    lists = [name for name in ([results] if isinstance(results, str) else results) if name in members]
    expressible = isinstance(token, str) and token in members and any(members[name].type == "list" for name in lists)
    return "" if expressible else _INEXPRESSIBLE


def _is_modelled(node: Node, facet: str) -> bool:
    return node.basis == "modelled" or (
        facet in node.modelled
        and not (facet in node.documented and same_value(node.modelled[facet], node.documented[facet]))
    )


def kind_of(shape: Any) -> str:
    """Return the type of a shape, as comparable types are."""
    if getattr(shape, "is_document_type", False):
        return "document"
    return str(comparable("type", shape.type_name))


def held(shape: Any) -> Iterator[tuple[str, Any, bool]]:
    """Yield what a shape holds: the step of a path, the shape, and whether it is required."""
    match kind_of(shape):
        case "structure":
            for name, member in shape.members.items():
                yield name, member, name in shape.required_members
        case "list":
            yield "[]", shape.member, False
        case "map":
            yield "{key}", shape.key, False
            yield "{value}", shape.value, False


def facets(kind: str, shape: Any, *, required: bool) -> dict[str, Any]:
    """Return the facets that a shape of the model states, of a member of this type."""
    low, high = _BOUNDS.get(kind, _LENGTHS)
    traits: Mapping[str, Any] = shape.metadata
    found = {low: traits.get("min"), high: traits.get("max"), "pattern": traits.get("pattern")}
    found["enum"] = tuple(shape.enum) if getattr(shape, "enum", None) else None
    found["required"] = required or None
    return {facet: value for facet, value in found.items() if value is not None}
