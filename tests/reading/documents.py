"""The five documents as the package reads them: their style and operation are found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.documents.page import Page, read_page
from conformance.documents.styles import Reading, about, operation_of, read, style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from conformance.documents.claims import Claim

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
OPERATION = {
    "cli": LIST,
    "api-describe": DESCRIBE,
    "api-list": LIST,
    "boto3-describe": DESCRIBE,
    "boto3-paginator": LIST,
}
"""The operation that each page is about."""


def read_document(folder: Path, document: str, file: str) -> Reading:
    """Read one document of a folder."""
    page = Page(document, read_page(folder / file))
    return read(about(page, operation_of(page, (DESCRIBE, LIST))), style_of(page))


def read_all(folder: Path, files: Mapping[str, str], documents: Iterable[str] = tuple(OPERATION)) -> list[Claim]:
    """Read every document of a folder; `files` gives the file of each. Raises PageError where one is missing."""
    return [claim for document in documents for claim in read_document(folder, document, files[document]).claims]
