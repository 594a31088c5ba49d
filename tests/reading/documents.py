"""The five documents, and who reads each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reading import api_markdown, api_text, boto3_rst, boto3_text, cli_rst
from reading.claims import DESCRIBE, LIST, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reading.claims import Claim

READERS: dict[str, Callable[[Page], Iterator[Claim]]] = {
    "cli": cli_rst.read,
    "api-describe": api_markdown.read,
    "api-list": api_text.read,
    "boto3-describe": boto3_text.read,
    "boto3-paginator": boto3_rst.read,
}
OPERATION = {
    "cli": LIST,
    "api-describe": DESCRIBE,
    "api-list": LIST,
    "boto3-describe": DESCRIBE,
    "boto3-paginator": LIST,
}
"""The operation that each page is about."""


def read_all(folder: Path, files: Mapping[str, str]) -> list[Claim]:
    """Read every document of a folder; `files` gives the file of each. Raises OSError where one is missing."""
    claims: list[Claim] = []
    for document, read in READERS.items():
        text = (folder / files[document]).read_text(encoding="utf-8")
        claims.extend(dict.fromkeys(read(Page(document, tuple(text.splitlines())))))
    return claims
