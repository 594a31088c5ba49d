"""Where a draft comes from: pages that are given, or boto3's own, and the service model; and how each is cited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from botocore import xform_name

from conformance.contract.loading import operation_named
from conformance.contract.names import spellings
from conformance.documents import styles
from conformance.documents.api_reference import is_type, type_name
from conformance.documents.claims import ModelError, PageError
from conformance.documents.documented import read_together
from conformance.documents.generated import boto3_pages as generated_pages
from conformance.documents.page import Page, lines_of, read_page
from conformance.documents.service_model import ModelSource
from conformance.drafting.yaml_text import Mapping
from conformance.wire.limits import reads

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel


@dataclass(frozen=True)
class DraftPage:
    """A page that a draft is made from, as it was read; `source` is its entry in `sources.yaml`."""

    id: str
    reading: styles.Reading
    source: Mapping
    text: str

    @property
    def operation(self) -> str:
        """The operation that it is about."""
        return self.reading.page.operation


@dataclass(frozen=True)
class DraftSources:
    """A service model and the pages about some of its operations, the oldest page first."""

    service: str
    model: ServiceModel
    paginators: Mapping
    version: str
    pages: tuple[DraftPage, ...]
    is_installed: bool = True
    """Whether the model is that of the installed botocore."""
    left_out: tuple[str, ...] = ()
    """Operations that read, and that a contract can't express."""


def model_of(source: ModelSource, service: str) -> ServiceModel:
    """Return the service model that a source has. Raises ModelError for a protocol that the language has not."""
    from botocore.model import ServiceModel  # noqa: PLC0415 - a draft's alone

    metadata = source.model["metadata"]
    protocols = [metadata.get("protocol"), *metadata.get("protocols", ())]
    if "json" not in protocols:
        raise ModelError(
            f"{service} speaks {metadata.get('protocol')}; contracts are of services that speak AWS JSON 1.0 or 1.1",
            where=source.where,
            hint="draft an operation of another service, for example of secretsmanager",
        )
    return ServiceModel(source.model, service)


def draft_sources(
    service: str, source: ModelSource, operations: Iterable[str], documents: Iterable[Path], earlier: Iterable[str] = ()
) -> tuple[DraftSources, tuple[str, ...]]:
    """Return what a draft is made from, and the operations: those that are named, else those of pages, else readers.

    Those of an `earlier` draft come first. Raises PageError, ModelError and UnknownOperationError.
    """
    model = model_of(source, service)
    every = tuple(model.operation_names)
    names = tuple(operation_named(name, every) for name in operations)
    pages = given_pages(documents, model, names or every)
    names = names or tuple(dict.fromkeys(page.operation for page in pages))
    left_out: list[str] = []
    if not names:
        reading = readers(model)
        left_out = [name for name in reading if not is_expressible(model.operation_model(name))]
        names = tuple(name for name in reading if name not in left_out)
    names = tuple(dict.fromkeys((*(name for name in earlier if name in every), *names)))
    paginators = (source.paginators or {}).get("pagination", {})
    given = {page.operation for page in pages}
    pages += boto3_pages(service, source, [name for name in names if name not in given])
    drafted = DraftSources(service, model, paginators, source.version, pages, source.is_installed, tuple(left_out))
    return drafted, names


def is_expressible(model: OperationModel) -> bool:
    """Return whether a contract can express an operation: an event stream it can't."""
    return not (model.has_event_stream_input or model.has_event_stream_output)


def readers(model: ServiceModel) -> list[str]:
    """Return the operations that read by their names; not those that wait for work and take it, as their pages say."""
    names = filter(reads, model.operation_names)
    return [name for name in names if not _LONG_POLL.search(model.operation_model(name).documentation or "")]


_LONG_POLL = re.compile("long.poll", re.IGNORECASE)


def given_pages(files: Iterable[Path], model: ServiceModel, operations: Iterable[str]) -> tuple[DraftPage, ...]:
    """Read pages that were saved, in the order in which they are given: the oldest first.

    Pages of types (`API_Channel.md`) among them are read as part of those that name the types. Raises PageError.
    """
    names, given = tuple(operations), [(file, Page(file.stem, read_page(file))) for file in files]
    seen: dict[str, Path] = {}
    for file, page in given:
        if (other := seen.setdefault(page.document, file)) is not file:
            hint = "a page is cited by the name of its file: rename one of them"
            raise PageError(f"{other} is called {page.document!r}, too", where=str(file), hint=hint)
    readings = read_together(page if is_type(page) else _about(page, model, names) for _, page in given)
    return tuple(_given(edition, file, page, readings) for edition, (file, page) in enumerate(given, 1))


def _about(page: Page, model: ServiceModel, operations: Iterable[str]) -> Page:
    """Return a page with the operation that it is about, and the names of its input. Raises PageError for none."""
    operation = styles.operation_of(page, operations)
    shape = model.operation_model(operation).input_shape
    return styles.about(page, operation, shape.members if shape is not None else ())


def _given(edition: int, file: Path, page: Page, readings: Iterable[styles.Reading]) -> DraftPage:
    """Return a page with what it says itself. Raises PageError for one of a type that no page names."""
    of_pages = [(reading, _said_by(page.document, reading)) for reading in readings]
    first = next((reading for reading, said in of_pages if reading.page.document == page.document or said.claims), None)
    if first is None:
        hint = "give the page of the operation that has it, or leave it out"
        raise PageError("no page that is given names this type", where=page.document, hint=hint)
    said = [said for _, said in of_pages]
    about = replace(page, operation=first.page.operation)
    reading = replace(
        first,
        page=about,
        claims=tuple(claim for part in said for claim in part.claims),
        explained=tuple(item for part in said for item in part.explained),
    )
    raw = file.read_bytes()
    title = f"{first.style.title}, {type_name(page) if is_type(page) else about.operation}"
    source = _source(title, first.style.name, edition, about, file.name, raw)
    return DraftPage(page.document, reading, source, raw.decode("utf-8-sig"))


def _said_by(document: str, reading: styles.Reading) -> styles.Reading:
    """Return the part of a reading that is on one page."""
    claims = tuple(claim for claim in reading.claims if claim.document == document)
    return replace(reading, claims=claims, explained=tuple(it for it in reading.explained if it.document == document))


def boto3_pages(service: str, source: ModelSource, operations: Iterable[str]) -> tuple[DraftPage, ...]:
    """Return the pages of boto3's documentation that are made of a model: of operations and of their paginators."""
    names = tuple(operations)
    if not names:
        return ()
    models = {} if source.is_installed else {"service-2": source.model, "paginators-1": source.paginators}
    dated = f"botocore {source.version}" if source.version else "the service model"
    found: list[DraftPage] = []
    for generated in generated_pages(service, names, models):
        name = generated.operation
        method, document = xform_name(name), f"boto3-{spellings(name)[2]}"
        title, file, edition = f"boto3 client method {method}", f"{method}.rst", 1
        if generated.paginates:
            title, file, edition = f"boto3 paginator {name}", f"{method}-paginator.rst", 2
            document = f"{document}-paginator"
        about = Page(document, lines_of(generated.text), name)
        written = _source(title, "boto3-page-rst", edition, about, file, generated.text.encode())
        written["dated"] = dated
        reading = styles.read(about, styles.style_named("boto3-page-rst"))
        if generated.paginates:  # what it repeats of the operation is on the page of the operation
            own = tuple(claim for claim in reading.claims if claim.place.direction == "paginator")
            reading = replace(reading, claims=own)
        found.append(DraftPage(document, reading, written, generated.text))
    return tuple(found)


def _source(title: str, kind: str, edition: int, page: Page, file: str, raw: bytes) -> Mapping:  # noqa: PLR0913, PLR0917
    return {
        "title": title,
        "kind": kind,
        "edition": edition,
        "operation": page.operation,
        "file": file,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "lines": len(page.lines),
    }
