"""Measures the readers of pages by service models: `python -m conformance.documents.measuring --help`, `make pages`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from conformance.documents.api_reference import is_type
from conformance.documents.claims import PageError
from conformance.documents.documented import Documented, read_pages
from conformance.documents.generated import GeneratedPage, boto3_pages, cli_pages
from conformance.documents.page import Page, read_page
from conformance.documents.page_coverage import COUNTED, Coverage, Difference, coverage
from conformance.documents.service_model import ModelSource, in_file, in_folder, installed
from conformance.documents.styles import operation_of, style_of
from conformance.program import Command, run


class Measured:
    """The coverage of a service's pages by a model, and the pages that could not be read."""

    def __init__(self, source: ModelSource, service: str) -> None:
        from botocore.model import ServiceModel  # noqa: PLC0415 - `--help` does without it

        self._model = ServiceModel(source.model, service)
        self._paginators = (source.paginators or {}).get("pagination", {})
        self.coverage = Coverage()
        self.rejected: list[str] = []

    def add(self, page: GeneratedPage, types: Mapping[str, str] | None = None) -> None:
        """Read a page, with the pages of types that it links to, and compare it with the model."""
        model = self._model.operation_model(page.operation)
        members = model.input_shape.members if model.input_shape else ()
        try:
            documented = read_pages({page.name: page.text, **(types or {})}, page.operation, members)
        except PageError as error:
            self.rejected.append(f"{page.name}: {error.problem}")
            return
        self.coverage.add(coverage(documented, model, self._hidden(page, documented)))
        self.coverage.differences += [
            Difference("not read", f"{item.document}:{item.line}", f"{item.text:.80} ({item.why})")
            for item in documented.unread
        ]

    def add_folder(self, folder: Path) -> None:
        """Read every page of a folder; the pages of types as part of those that link to them."""
        pages = [Page(file.name, read_page(file)) for file in sorted(folder.iterdir()) if file.suffix in _SUFFIXES]
        types = {page.document: "\n".join(page.lines) for page in pages if is_type(page)}
        for page in pages:
            if page.document in types:
                continue
            try:
                style_of(page)
                operation = operation_of(page, self._model.operation_names)
            except PageError as error:
                self.rejected.append(f"{page.document}: {error.problem}")
                continue
            paginates = any(".paginate(" in line for line in page.lines)
            self.add(GeneratedPage(page.document, operation, "\n".join(page.lines), paginates=paginates), types)

    def _hidden(self, page: GeneratedPage, documented: Documented) -> set[str]:
        """Return the members that a client takes care of where it goes over the pages of a listing itself."""
        if not page.paginates and documented.readings[0].style.name != "cli-page":
            return set()
        config = self._paginators.get(page.operation, {})
        found = {"NextToken"}  # that of the client
        for key in ("input_token", "limit_key", "output_token"):
            names = config.get(key) or []
            found.update([names] if isinstance(names, str) else names)
        return {name.partition(".")[0].partition("[")[0] for name in found}


_SUFFIXES = (".rst", ".md", ".txt")
_STYLES = ("boto3", "cli")
_LAST = ("only in prose", "not read")
"""The kinds of differences that are listed last: what only prose states is no fault of page or model."""


def report(measured: Mapping[str, Measured]) -> Iterator[str]:
    """Yield a table with a row for each, the pages that were rejected, and the differences by kind."""
    total = Coverage()
    yield "| pages of | pages | rejected | " + " | ".join(COUNTED) + " |"
    yield "|---|--:|--:|" + "--:|" * len(COUNTED)
    for name, item in measured.items():
        yield _row(name, item.coverage, len(item.rejected))
        total.add(item.coverage)
    if len(measured) > 1:
        yield _row("all", total, sum(len(item.rejected) for item in measured.values()))
    for name, item in measured.items():
        yield from (f"rejected: {name}: {text}" for text in item.rejected)
    for difference in sorted(total.differences, key=lambda item: (item.kind in _LAST, item.kind)):
        yield f"{difference.kind}: {difference.place}" + (f": {difference.text}" if difference.text else "")


def _row(name: str, found: Coverage, rejected: int) -> str:
    shares = [
        f"{found.found[what]:,} of {found.stated[what]:,}, {100 * found.found[what] / found.stated[what]:.2f} %"
        if found.stated[what]
        else ""
        for what in COUNTED
    ]
    return f"| {name} | {found.pages:,} | {rejected} | {' | '.join(shares)} |"


def generated(style: str, service: str, operations: Iterable[str] = ()) -> Measured:
    """Measure the pages that boto3 or the AWS CLI (`style`) makes of a service, by the model that it makes them of."""
    if style == "cli":
        pages, data = cli_pages(service, operations)
        measured = Measured(in_folder(data, service), service)
    else:
        measured, pages = Measured(installed(service), service), list(boto3_pages(service, operations))
    for page in pages:
        measured.add(page)
    return measured


@click.command(cls=Command)
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(path_type=Path))
@click.option("--service", "services", multiple=True, required=True, help="Whose pages they are. May be repeated.")
@click.option("--style", "styles", multiple=True, type=click.Choice(_STYLES), help="Generate these pages only.")
@click.option("--operation", "operations", multiple=True, help="Generate only the pages of these operations.")
@click.option("--model", type=click.Path(path_type=Path), help="A service-2.json for the pages of folders.")
def main(
    folders: tuple[Path, ...],
    services: tuple[str, ...],
    styles: tuple[str, ...],
    operations: tuple[str, ...],
    model: Path | None,
) -> None:
    """Compare pages in folders, or generated on the spot, with the service model, and list the differences."""
    measured: dict[str, Measured] = {}
    for service in services:
        for folder in folders:
            source = in_file(model) if model else installed(service)
            measured[f"{folder}"] = Measured(source, service)
            measured[f"{folder}"].add_folder(folder)
        for style in () if folders else styles or _STYLES:
            measured[f"{service}, {style}"] = generated(style, service, operations)
    for line in report(measured):
        click.echo(line)


if __name__ == "__main__":
    run(main, "measuring")
