"""Writing the reports of a record into its folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from conformance.contract.files import ContractError
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.errors import UserError
from conformance.output import write_whole
from conformance.report.github import render_badge
from conformance.report.html import render_html
from conformance.report.json_report import render_json
from conformance.report.junit import render_junit
from conformance.report.markdown import render_markdown
from conformance.report.page import Page
from conformance.report.run import Record


class ReportError(UserError):
    """A report can't be written."""


def write_reports(
    record: Record, directory: Path, *, strict: bool = False, contract: Contract | None = None
) -> Mapping[str, Path]:
    """Write every report of a record into a folder; give their paths by file name.

    `contract` is that of the run, if the caller has it loaded. Without it, the reports have only the ids of facts.

    Raise ReportError where the folder can't be made or written to. A report that was there before is replaced whole.
    """
    page = Page(record, strict=strict, contract=_edition(record.header.contract.digest, contract))
    texts = {
        "report.html": render_html(page),
        "report.md": render_markdown(page),
        "report.json": render_json(record, strict=strict),
        "junit.xml": render_junit(record, strict=strict),
        "badge.json": render_badge(record, strict=strict),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return {name: write_whole(directory / name, text) for name, text in texts.items()}
    except OSError as error:
        raise ReportError(
            f"the reports can't be written: {error.strerror or error}",
            where=str(directory),
            hint="name a folder that can be written to, on a disk with room (--report-dir)",
        ) from error


def _edition(digest: str, offered: Contract | None = None) -> Contract | None:
    """Return the contract with this digest: the one offered or the one that comes along, else None.

    Facts of another edition would be shown with values that no check used.
    """
    if offered is not None and offered.digest == digest:
        return offered
    packaged = _packaged()
    return packaged if packaged is not None and packaged.digest == digest else None


@lru_cache(maxsize=1)
def _packaged() -> Contract | None:
    try:
        return load()
    except ContractError:
        return None
