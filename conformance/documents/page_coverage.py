"""How much of a service model the readers find on its pages: `python -m conformance.documents.page_coverage`.

A page is compared with the model both ways: what the model has and pages of the style can state, and what the page
claims and the model does not have, or has otherwise. A page that is older than the model differs from it; with the
model of its own edition it must not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import click

from conformance.documents.api_reference import is_type
from conformance.documents.claims import Claim, PageError, Value, holder, joined
from conformance.documents.documented import Documented, read_pages
from conformance.documents.findings import comparable, in_words
from conformance.documents.generated import GeneratedPage, boto3_pages, cli_pages
from conformance.documents.model_drift import facets, held, kind_of
from conformance.documents.page import Page, heading, read_page
from conformance.documents.prose import folded
from conformance.documents.service_model import ModelSource, in_file, in_folder, installed
from conformance.documents.styles import operation_of, style_of
from conformance.program import Command, run

COUNTED = ("members", "types", "required", "enum words", "constraints", "errors")
"""What is counted; `constraints` are lengths, ranges and patterns."""

_COUNTED_AS = {"present": "members", "type": "types", "required": "required", "enum": "enum words"}
_NUMBERS = ("integer", "float", "timestamp")
_STEP = re.compile(r"\[\]|\{key\}|\{value\}|[^.\[\]{}]+")
_HELD = re.compile(r"(?:\[\]|\{key\}|\{value\})+$")


@dataclass(frozen=True)
class Difference:
    """A place at which page and model differ: `kind` is how, `text` both values and the line of the page."""

    kind: str
    place: str
    text: str = ""


@dataclass
class Coverage:
    """What was found of all that pages could state, by what is counted, and how they differ from the model."""

    pages: int = 0
    found: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: Coverage) -> None:
        """Add what other pages say."""
        self.pages += other.pages
        self.found += other.found
        self.stated += other.stated
        self.differences += other.differences

    def count(self, what: str, *, found: bool) -> None:
        """Count something that a page could state."""
        self.stated[what] += 1
        self.found[what] += found


def coverage(documented: Documented, model: Any, hidden: Collection[str] = ()) -> Coverage:
    """Compare what one page, and its pages of types, says of an operation with the model of that operation.

    `hidden` are members that a client takes care of, so that its page need not have them.
    """
    found = Coverage(pages=1)
    claims: dict[str, dict[str, dict[str, list[Claim]]]] = {"input": {}, "output": {}, "error": {}}
    for claim in documented.claims:
        if claim.place.direction in claims and claim.facet != "http_status":
            of_path = claims[claim.place.direction].setdefault(claim.place.path, {})
            of_path.setdefault(claim.facet, []).append(claim)
    for direction, shape in (("input", model.input_shape), ("output", model.output_shape)):
        if claims[direction] or not documented.unread:
            _Side(found, documented, direction, claims[direction], shape, hidden).compare()
        elif shape is not None:
            found.differences.append(Difference("left out by the page", f"{documented.operation}/{direction}"))
    if _states_errors(documented):
        modelled = {shape.name for shape in model.error_shapes}
        for code in sorted(modelled | set(claims["error"])):
            found.stated["errors"] += code in modelled
            found.found["errors"] += code in modelled and code in claims["error"]
            if code not in modelled or code not in claims["error"]:
                kind = "only in the model" if code in modelled else "only on the page"
                found.differences.append(Difference(kind, f"{documented.operation}/error/{code}"))
    return found


def _states_errors(documented: Documented) -> bool:
    (reading,) = documented.readings
    title = "Exceptions" if reading.style.name.startswith("boto3") else "Errors"
    return any(heading(text) == title for text in reading.page.lines)


class _Side:
    """Compares what a page says of the input or the output of an operation with its shape in the model."""

    def __init__(  # noqa: PLR0913, PLR0917 - two sides, and what is known of them
        self,
        found: Coverage,
        documented: Documented,
        direction: str,
        claims: dict[str, dict[str, list[Claim]]],
        shape: Any,
        hidden: Collection[str],
    ) -> None:
        (reading,) = documented.readings
        self._found = found
        self._root = f"{documented.operation}/{direction}/"
        self._style = reading.style.name
        self._is_newer_cli = any("Use the AWS CLI 2." in text for text in reading.page.lines[:20])
        self._is_cut = any("too large to render" in item.text for item in documented.unread)
        self._is_input = direction == "input"
        self._claims = claims
        self._shape = shape
        self._hidden = hidden
        self._at = cache(self._modelled)

    def compare(self) -> None:
        """Count what the page states of the model, and list the differences."""
        self._find_the_model()
        for path, stated in self._claims.items():
            if self._at(path) is not None:
                for claim in chain.from_iterable(stated.values()):
                    self._check(path, claim)
            elif path not in self._hidden and not path.startswith("--"):
                self._differ("only on the page", path, f"line {next(iter(stated.values()))[0].line}")

    def _find_the_model(self) -> None:
        missing: set[str] = set()
        for path in _below("", self._shape, ()) if self._shape is not None else ():
            if path in self._claims:
                for facet, value in (self._at(path) or {}).items():
                    if self._states(path, facet):
                        self._count(path, facet, value)
            elif _STEP.findall(path)[0] not in self._hidden:
                self._found.count("members", found=False)
                if holder(path) not in missing:
                    self._differ("only in the model", path)
                missing.add(path)

    def _count(self, path: str, facet: str, value: Any) -> None:
        claims = self._claims[path].get(facet, [])
        what = _COUNTED_AS.get(facet, "constraints")
        if facet == "enum":
            words = {word for claim in claims if isinstance(claim.value, tuple) for word in claim.value}
            for word in value:
                self._found.count(what, found=word in words)
        else:
            self._found.count(what, found=any(_agrees(facet, claim.value, value) for claim in claims))
        if not claims:
            self._differ("only in the model", f"{path}/{facet}", in_words(value))

    def _check(self, path: str, claim: Claim) -> None:
        value = (self._at(path) or {}).get(claim.facet)
        if not _agrees(claim.facet, claim.value, value):
            kind = "only in prose" if value is None else "otherwise on the page"
            modelled = "" if value is None else f"{in_words(value)} in the model, "
            text = f"{modelled}{in_words(claim.value)} on line {claim.line}"
            self._differ(kind, f"{path}/{claim.facet}", text)

    def _differ(self, kind: str, place: str, text: str = "") -> None:
        self._found.differences.append(Difference(kind, self._root + place, text))

    def _states(self, path: str, facet: str) -> bool:
        """Return whether a page of the style states the facet of such a path."""
        if self._is_cut and facet not in self._claims[path]:
            return False
        if facet == "present" or (facet == "type" and self._style[:3] != "api"):
            return True
        if facet == "required" and not self._is_input:
            return False
        if self._style == "cli-page":
            is_option = facet == "required" and path.isidentifier()
            return self._is_newer_cli or is_option or (self._is_input and facet == "enum")
        if self._style.startswith("boto3"):
            # What a map has for keys is drawn as 'string', whatever they may be.
            return facet == "required" or (facet == "enum" and not path.endswith("{key}"))
        # The API Reference has a heading for what its drawing shows first, on this page or on that of a type.
        return len(self._claims.get(_HELD.sub("", path), {}).get("present", [])) > 1

    def _modelled(self, path: str) -> dict[str, Any] | None:
        """Return the facets of a path, `required` for what has a name; None where the model has no such path."""
        shape, required, steps = self._shape, False, _STEP.findall(path)
        for step in steps:
            inner = {} if shape is None else {name: (part, needed) for name, part, needed in held(shape)}
            if step not in inner:
                return None
            shape, required = inner[step]
        if shape is None:
            return None
        found = {"present": True, "type": kind_of(shape), **facets(kind_of(shape), shape, required=False)}
        # A client fills in an idempotency token: required or not, it need not be given.
        if not steps or steps[-1][0] in "[{" or shape.metadata.get("idempotencyToken"):
            return found
        return {**found, "required": required}


def _below(path: str, shape: Any, above: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths below one, a shape that holds itself once."""
    if shape.name not in above:
        for step, inner, _ in held(shape):
            yield joined(path, step)
            yield from _below(joined(path, step), inner, (*above, shape.name))


def _agrees(facet: str, stated: Value, modelled: Any) -> bool:
    if modelled is None:
        return facet == "required"
    if stated == "number" and facet == "type":
        return modelled in _NUMBERS
    if isinstance(stated, tuple):  # prose may shout the words of the wire
        return set(map(folded, stated)) == set(map(folded, modelled))
    return bool(comparable(facet, stated) == comparable(facet, modelled))


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
    run(main, "page_coverage")
