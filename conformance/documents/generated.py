"""Pages that boto3 and the AWS CLI make of their service models, as their publishers do, on the spot."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.documents.claims import ModelError


@dataclass(frozen=True)
class GeneratedPage:
    """A page about an operation and, if `paginates`, its paginator; `name` is that of a file for it."""

    name: str
    operation: str
    text: str
    paginates: bool = False


def boto3_pages(
    service: str, operations: Iterable[str] = (), models: Mapping[str, Any] | None = None
) -> Iterator[GeneratedPage]:
    """Yield boto3's pages of these operations (of all) and of their paginators. Raises ModelError.

    They are those of the installed botocore, or of other `models`, by type (`service-2`, `paginators-1`).
    """
    # Pages that are saved do without botocore's generators, and the time that they take.
    from botocore import xform_name  # noqa: PLC0415
    from botocore.docs.client import ClientDocumenter  # noqa: PLC0415
    from botocore.docs.paginator import PaginatorDocumenter  # noqa: PLC0415
    from botocore.paginate import PaginatorModel  # noqa: PLC0415

    client, loaded = _opened(service, models) if models else _installed(service)
    # One page of a service is what these methods write; what is public writes the pages of a whole service to files.
    documenter = ClientDocumenter(client, "", loaded("examples-1").get("examples", {}))
    paginators = loaded("paginators-1").get("pagination", {})
    for operation in operations or client.meta.service_model.operation_names:
        method = xform_name(operation)
        text = _written(method, documenter._add_client_method, method, getattr(client, method))  # noqa: SLF001
        yield GeneratedPage(f"boto3-{method}.rst", operation, text)
        if operation in paginators:
            writer = PaginatorDocumenter(client, PaginatorModel(loaded("paginators-1")), "")
            text = _written(operation, writer._add_paginator, operation)  # noqa: SLF001
            yield GeneratedPage(f"boto3-paginator-{operation}.rst", operation, text, paginates=True)


def _opened(service: str, models: Mapping[str, Any]) -> tuple[Any, Callable[[str], dict[str, Any]]]:
    """Return a client of a service, and what loads its models by type: those that are given, else botocore's."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError  # noqa: PLC0415 - as above
    from botocore.loaders import Loader  # noqa: PLC0415 - as above
    from botocore.session import get_session  # noqa: PLC0415 - as above

    class Given(Loader):  # type: ignore[misc]
        def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
            given = models.get(type_name) if service_name == service else None
            return given or super().load_service_model(service_name, type_name, api_version)

    loader = Given(include_default_search_paths=True)

    def loaded(kind: str) -> dict[str, Any]:
        try:
            return dict(loader.load_service_model(service, kind))
        except (DataNotFoundError, UnknownServiceError):
            return {}

    session = get_session()
    session.register_component("data_loader", loader)
    keys = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "example")
    try:
        client = session.create_client(service, region_name="us-east-1", endpoint_url="https://localhost", **keys)
    except UnknownServiceError as error:
        raise ModelError(f"boto3 has no service {service!r}", hint="name it as boto3.client takes it") from error
    return client, loaded


@lru_cache(maxsize=1)
def _installed(service: str) -> tuple[Any, Callable[[str], dict[str, Any]]]:
    return _opened(service, {})


def _written(title: str, write: Callable[..., None], *arguments: Any) -> str:
    from botocore.docs.bcdoc.restdoc import DocumentStructure  # noqa: PLC0415 - as above

    page = DocumentStructure(title, target="html")
    write(page, *arguments)
    text: str = page.flush_structure().decode()
    return text


def cli_pages(service: str, operations: Iterable[str] = ()) -> tuple[list[GeneratedPage], Path]:
    """Return the installed AWS CLI's pages of these operations (of all), and the folder of its service models.

    Raises ModelError where it is not installed, or has no such service.
    """
    program = [sys.executable, "-m", "conformance.documents.cli_generator", service, *operations]
    ended = subprocess.run(program, capture_output=True, check=False, text=True)  # noqa: S603 - our own program
    if ended.returncode:
        raise ModelError(
            f"the AWS CLI wrote no pages of {service!r}: {(ended.stderr.strip() or 'it ended').splitlines()[-1]}",
            hint="install the extra `awscli`, and name the service as `aws` does",
        )
    written = json.loads(ended.stdout)
    pages = [GeneratedPage(f"cli-{name}.rst", name, text) for name, text in written["pages"].items()]
    return pages, Path(written["data"])
