"""A drafted contract: its files as texts, and the questions that it leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from conformance.contract.names import noun_of
from conformance.documents.claims import Explained, ModelError, Place
from conformance.drafting.behaviours import alternatives_of, behaviours_of, names_in, states_absence
from conformance.drafting.citations import citations_of
from conformance.drafting.conventions import (
    Conventions,
    Lister,
    codes,
    is_creating,
    may_tell_absence,
    origin,
    paths_of,
    subjects,
    summary_of,
    table,
)
from conformance.drafting.shapes import ShapeTable, files_of
from conformance.drafting.sources import DraftPage, DraftSources, is_expressible
from conformance.drafting.trees import Claims, Part, TreeReader, count_lists, note_nulls
from conformance.drafting.yaml_text import WIDTH, block

if TYPE_CHECKING:
    from botocore.model import OperationModel

_CLI_OPTION = "--"
_COMMON_ERRORS = {
    "ValidationException": {
        "http_status": [400],
        "meaning": "A member of the request breaks a constraint or a required one is missing",
    },
    "SerializationException": {
        "http_status": [400],
        "meaning": "The body is not a JSON object or a value has the wrong JSON type",
    },
    "UnknownOperationException": {
        "http_status": [400],
        "meaning": "The target header is missing or names no operation of the service",
    },
}


@dataclass
class DraftOperation:
    """One operation of a draft: its trees, and what is inferred of it."""

    name: str
    request: Part | None
    answer: Part | None
    paginator: Part | None
    options: Part | None
    errors: dict[str, Part]
    pages: tuple[DraftPage, ...]
    conventions: Conventions
    pagination: dict[str, Any] | None = None
    listing: dict[str, Any] | None = None
    names: dict[str, Any] = field(default_factory=dict)
    either: list[dict[str, Any]] = field(default_factory=list)

    @property
    def subjects(self) -> list[str]:
        """The members that name what a request is about, required or alternatives, what it is named after first."""
        groups = [group["members"] for group in self.either]
        return subjects(self.name, self.request, groups) if self.request is not None else []

    def trees(self) -> Iterator[tuple[str, Part]]:
        """Yield each tree with the direction of its facts."""
        for direction, tree in (
            ("input", self.request),
            ("input", self.options),
            ("output", self.answer),
            ("paginator", self.paginator),
        ):
            if tree is not None:
                yield direction, tree


@dataclass(frozen=True)
class Draft:
    """The files of a contract, by their path, and the questions that a person should answer."""

    files: Mapping[str, str]
    questions: tuple[str, ...]
    pages: Mapping[str, str]
    """The pages that it cites, by file name."""


def draft(sources: DraftSources, operations: Iterable[str], numbers: Mapping[str, int] | None = None) -> Draft:
    """Draft a contract of operations. Raises ModelError for one that the language can't express.

    `numbers` are those of behaviours that are there, by id: they keep theirs, and no other gets one of them.
    """
    claims = Claims(
        (claim for page in sources.pages for claim in page.reading.claims), [page.id for page in sources.pages]
    )
    explained: dict[tuple[str, str], list[Explained]] = {}
    for item in (item for page in sources.pages for item in page.reading.explained):
        explained.setdefault(item.place[:2], []).append(item)
    drafted = [_operation(sources, claims, explained, name) for name in operations]
    _link(drafted)
    files = {
        "sources.yaml": _head(_sources_head(sources))
        + "\n".join(_text({key: part}) for key, part in _sources(sources)),
        "service.yaml": _head("How the service is called, and the errors of every operation.")
        + _text(*_service(sources, drafted)),
    }
    table = ShapeTable()
    table.count(tree for operation in drafted for _, tree in operation.trees())
    for operation in drafted:
        files[f"operations/{operation.name}.yaml"] = _text(*_operation_file(operation, table)) + _open(operation)
    for group, definitions in files_of(table):
        files[f"shapes/{group}.yaml"] = _head(_GROUPS[group]) + _definitions(definitions)
    cited: dict[str, dict[str, Any]] = {}
    for operation in drafted:
        trees = [*operation.trees(), ("error", Part("", "", "structure", "", parts=operation.errors))]
        for document, directions in citations_of(trees).items():
            cited.setdefault(document, {})[operation.name] = directions
    for document, by_operation in cited.items():
        title = next(page.source["title"] for page in sources.pages if page.id == document)
        files[f"citations/{document}.yaml"] = _head(f"{title}: which line states what.") + _text(by_operation)
    behaviours = list(behaviours_of(drafted, numbers or {}))
    if behaviours:
        files["behaviours/listing.yaml"] = (
            _head("Claims about more than one member or exchange; no page states those with `basis: inferred`.")
            + "\n"
            + "\n\n".join(
                "\n".join(f"{'-' if not number else ' '} {line}" for number, line in enumerate(block(row)))
                for row in behaviours
            )
            + "\n"
        )
    questions = [question for operation in drafted for question in operation.conventions.questions]
    return Draft(files, tuple(questions), {str(page.source["file"]): page.text for page in sources.pages})


def _operation(
    sources: DraftSources, claims: Claims, explained: Mapping[tuple[str, str], list[Explained]], name: str
) -> DraftOperation:
    model = sources.model.operation_model(name)
    _insist_on_expressible(model)
    reader = TreeReader(claims)
    request = reader.tree(Place(name, "input", ""), model.input_shape)
    for member, value in table()["examples"].get(name, {}).items():
        if member in request.parts:
            request.parts[member].example = value
    options = Part("", "", "structure", "")
    for option in [option for option in request.parts if option.startswith(_CLI_OPTION)]:
        options.parts[option] = request.parts.pop(option)
    answer = reader.tree(Place(name, "output", ""), model.output_shape)
    pages = tuple(page for page in sources.pages if page.operation == name)
    for direction, tree in (("input", request), ("output", answer)):
        count_lists(tree, explained.get((name, direction), ()))
    note_nulls(answer, explained.get((name, "output"), ()))
    paginates = bool(claims.of(name, "paginator"))
    below = TreeReader(claims, modelled=False)
    paginator = below.tree(Place(name, "paginator", ""), model.input_shape) if paginates else None
    modelled = sources.paginators.get(name)
    prose = {item.place.path: item.lines for item in explained.get((name, "input"), ())}
    conventions = Conventions(name, request, answer, modelled, prose)
    operation = DraftOperation(
        name,
        request if model.input_shape is not None or request.parts else None,
        answer if model.output_shape is not None or answer.parts else None,
        paginator,
        options if options.parts else None,
        _errors(claims, model),
        pages,
        conventions,
    )
    if operation.request is not None and operation.answer is not None:
        operation.pagination = conventions.pagination()
    operation.either = alternatives_of(operation)
    item = conventions.item(operation.pagination) if operation.pagination else None
    if item is not None:
        operation.listing = conventions.listing(item)
    return operation


def _insist_on_expressible(model: OperationModel) -> None:
    if not is_expressible(model):
        raise ModelError(
            f"{model.name} is an event stream, which a contract can't express",
            where=model.service_model.service_name,
            hint="leave it out",
        )


def _errors(claims: Claims, model: OperationModel) -> dict[str, Part]:
    """Return the errors of an operation, those of the pages and those of the model, by code."""
    found: dict[str, Part] = {}
    for place in claims.of(model.name, "error"):
        cited = claims.at(place)
        found[place.path] = Part(
            place.path, place.path, "error", "", citations={key: list(cited[key]) for key in cited}
        )
        if "http_status" in cited:
            found[place.path].documented["http_status"] = cited["http_status"][-1].value
    for shape in model.error_shapes:
        error = shape.metadata.get("error", {})
        code = next(
            (name for name in (error.get("code"), shape.name) if name in found), error.get("code") or shape.name
        )
        part = found.setdefault(code, Part(code, code, "error", shape.name))
        if "httpStatusCode" in error and "http_status" not in part.documented:
            part.modelled["http_status"] = error["httpStatusCode"]
    return found


def _link(operations: list[DraftOperation]) -> None:
    """Find for each member that names a resource the listing of the contract whose items have it."""
    listings: dict[str, Lister] = {}
    for operation in operations:
        item = operation.conventions.item(operation.pagination) if operation.pagination else None
        if operation.listing is not None and item is not None:
            identity = operation.listing.get("identity", "")
            asks = bool(operation.subjects)
            urls = operation.conventions.lists_urls(operation.pagination or {})
            listings[operation.name] = Lister(operation.name, noun_of(operation.name), identity, item, asks, urls)
    needed = {operation.name: operation.subjects for operation in operations}
    for operation in operations:
        for member in operation.subjects:
            # What a listing needs itself, as the operation's own does, can't be found in it.
            others = [lister for lister in listings.values() if member not in needed[lister.operation]]
            shape = operation.request.parts[member].shape if operation.request is not None else ""
            found = origin(operation.name, member, shape, others)
            if found is not None:
                item = listings[found["operation"]].item
                operation.names[member] = found | paths_of(found.get("path", ""), names_in(operation, member), item)
            else:
                operation.conventions.questions.append(f"which listing has the {member} of {operation.name}?")


def _operation_file(operation: DraftOperation, table: ShapeTable) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the file of an operation, and its comments."""
    # What a listing has is a name; of others only their own name says so, which may be a value of what is made.
    name, linked = operation.name, [member for member in operation.subjects if member in operation.names]
    named = linked if is_creating(name) else [*linked, *operation.subjects]
    comments: dict[str, Any] = dict(operation.conventions.comments)
    written: dict[str, Any] = {"operation": name, "summary": summary_of(name)}
    for key, tree, ending, group in (
        ("input", operation.request, "Request", "requests"),
        ("output", operation.answer, "Response", "answers"),
    ):
        if tree is not None:
            written[key] = table.define_message(tree, f"{name}{ending}", group)
    written["http_status"] = 200
    subject = next(iter(named), "")
    missing = {
        code: states_absence(operation.errors[code], operation.pages)
        for code in codes(operation.errors, "not_found")
        if may_tell_absence(code, name, subject, is_listed=subject in operation.names)
    }
    if operation.errors:
        written["errors"] = {code: _error(part, missing=missing.get(code)) for code, part in operation.errors.items()}
        comments["errors"] = {code: "inferred from its name" for code, stated in missing.items() if not stated}
    comments["names"] = "inferred"
    rest = {"subject": subject or None, "names": operation.names or None, "either": operation.either or None}
    pages = {"pagination": operation.pagination, "listing": operation.listing}
    written |= {key: value for key, value in (rest | pages).items() if value is not None}
    for key, tree, ending in (
        ("paginator", operation.paginator, "Paginator"),
        ("client_options", operation.options, "CliOptions"),
    ):
        if tree is not None:
            written[key] = table.define(tree, f"{name}{ending}", "requests")
    return written, {key: comment for key, comment in comments.items() if comment}


def _error(part: Part, *, missing: bool | None) -> dict[str, Any]:
    """Return an error as it is written; `missing`, where it is about unknown names, is whether a page says so."""
    found: dict[str, Any] = {}
    if "http_status" in part.documented:
        found["http_status"] = part.documented["http_status"]
    elif "http_status" in part.modelled:
        found["modelled"] = {"http_status": part.modelled["http_status"]}
    if missing is not None:
        found["when"] = "unknown-name"
    if not part.citations:
        found["basis"] = "modelled"
    elif missing is False:
        found["basis"] = "inferred"
    return found


def _service(sources: DraftSources, operations: list[DraftOperation]) -> tuple[dict[str, Any], dict[str, Any]]:
    metadata = sources.model.metadata
    version = str(metadata.get("jsonVersion", "1.1"))
    errors = dict.fromkeys(code for operation in operations for code in operation.errors)
    rejections = [*codes(("ValidationException", "SerializationException"), "invalid"), *codes(errors, "invalid")]
    written = {
        "service": sources.service,
        "protocol": "json",
        "json_version": version,
        "target_prefix": metadata["targetPrefix"],
        "signing_name": sources.model.signing_name,
        "api_version": str(metadata.get("apiVersion", "")),
        "content_type": f"application/x-amz-json-{version}",
        "rejections": {"codes": list(dict.fromkeys(rejections)), "basis": "inferred"},
        "common_errors": _COMMON_ERRORS,
    }
    return written, {"rejections": "of invalid requests, inferred from their names"}


_GROUPS = {
    "requests": "What is sent. What only the service model states is below `modelled`.",
    "answers": "What comes back. What only the service model states is below `modelled`.",
    "shared": "What requests and answers share.",
}


def _sources_head(sources: DraftSources) -> str:
    """Return how the pages are had again."""
    if any("dated" in page.source for page in sources.pages):
        return "The pages are those of boto3's documentation; `conformance draft --keep-pages` writes them."
    return "The pages that the contract cites, the oldest first."


def _sources(sources: DraftSources) -> Iterator[tuple[str, dict[str, Any]]]:
    metadata = sources.model.metadata
    version = metadata.get("jsonVersion", "1.1")
    yield "documents", {page.id: dict(page.source) for page in sources.pages}
    others = {
        "protocol": {
            "title": f"AWS JSON {version} protocol, as the Smithy specification describes it",
            "kind": "protocol",
        },
        "botocore": {
            "title": f"Service model of {sources.service}" + (" that botocore carries" if sources.is_installed else ""),
            "kind": "model",
            "version": sources.version or "unknown",
            "api_version": str(metadata.get("apiVersion", "")) or "unknown",
        },
    }
    yield "others", others


def _head(comment: str) -> str:
    """Return the comment at the head of a file."""
    return "\n".join(f"# {line}" for line in wrap(comment, WIDTH - 2)) + "\n"


def _open(operation: DraftOperation) -> str:
    """Return the questions that are left open, as a comment at the end of the operation's file."""
    return "".join(f"# open: {question}\n" for question in operation.conventions.questions)


def _text(mapping: dict[str, Any], comments: Mapping[str, Any] | None = None) -> str:
    return "\n".join(block(mapping, comments=dict(comments or {}))) + "\n"


def _definitions(definitions: Mapping[str, Any]) -> str:
    """Return the text of a file of shapes, a blank line before each structure."""
    lines: list[str] = []
    for name, written in definitions.items():
        own = list(block({name: written}))
        if lines and (len(own) > 1 or lines[-1].startswith(" ")):
            lines.append("")
        lines += own
    return "\n".join([*lines, ""])
