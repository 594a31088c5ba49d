"""Pages that boto3 and the AWS CLI make of their service models, as their publishers do, on the spot."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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


def boto3_pages(service: str, operations: Iterable[str] = ()) -> Iterator[GeneratedPage]:
    """Yield the installed boto3's pages of these operations (of all) and of their paginators. Raises ModelError."""
    # Pages that are saved do without boto3, and the tenth of a second that it takes.
    from boto3.docs.client import Boto3ClientDocumenter  # noqa: PLC0415
    from botocore import session, xform_name  # noqa: PLC0415
    from botocore.docs.paginator import PaginatorDocumenter  # noqa: PLC0415
    from botocore.exceptions import DataNotFoundError, UnknownServiceError  # noqa: PLC0415

    opened = session.get_session()
    loader = opened.get_component("data_loader")
    try:
        client = opened.create_client(
            service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"  # noqa: S106
        )  # fmt: skip
    except UnknownServiceError as error:
        raise ModelError(f"boto3 has no service {service!r}", hint="name it as boto3.client takes it") from error

    def loaded(kind: str, key: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = loader.load_service_model(service, kind)[key]
        except DataNotFoundError:
            return {}
        return found

    # One page of a service is what these methods write; what is public writes the pages of a whole service to files.
    documenter = Boto3ClientDocumenter(client, "", loaded("examples-1", "examples"))
    paginators = loaded("paginators-1", "pagination")
    for operation in operations or client.meta.service_model.operation_names:
        method = xform_name(operation)
        text = _written(method, documenter._add_client_method, method, getattr(client, method))  # noqa: SLF001
        yield GeneratedPage(f"boto3-{method}.rst", operation, text)
        if operation in paginators:
            writer = PaginatorDocumenter(client, opened.get_paginator_model(service), "")
            text = _written(operation, writer._add_paginator, operation)  # noqa: SLF001
            yield GeneratedPage(f"boto3-paginator-{operation}.rst", operation, text, paginates=True)


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
