"""A page of the AWS CLI as reStructuredText or as text: a synopsis, the options, the output."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.documents.claims import Place, Read, Statement, Unread
from conformance.documents.outline import TYPES, Row, named, outlined, with_prose
from conformance.documents.page import Page
from conformance.documents.prose import statements

_SYNOPSIS = re.compile(r"\s*(\[)?(--[\w-]+)(?: <[\w ]+>)?(?: \| --no-[\w-]+)?\]?\s*")
_OPTION = re.compile(
    r"\s*(?:``)?(--[\w-]+)(?:``)?(?: \| (?:``)?--no-[\w-]+(?:``)?)? \((\w+)\)\s*(?:\*{0,2}\[required\]\*{0,2}\s*)?"
)
_OUTPUT = re.compile(
    r"(?P<indent> *)(?:(?P<name>\w+) -> )?\((?P<type>\w+)\)(?P<prose>(?!))?(?: \*{0,2}\[required\]\*{0,2})?"
)
_CLIENT_ONLY = {"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"}
"""Options that the client adds to every command: they keep their own names, having none on the wire."""

_OF_THE_CLIENT = {
    "--debug", "--endpoint-url", "--no-verify-ssl", "--no-paginate", "--output", "--query", "--profile", "--region",
    "--version", "--color", "--no-sign-request", "--ca-bundle", "--cli-read-timeout", "--cli-connect-timeout",
    "--cli-binary-format", "--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt", "--starting-token",
    "--page-size", "--max-items", "--cli-error-format",
}  # fmt: skip
"""Options of the client as a whole and of its paging: later pages list them too, and they say nothing of the input."""


def read(page: Page) -> Iterator[Read]:
    """Read the page. Raises LookupError where a part of it is missing."""
    output = page.find("Output", start=page.find("Options"))
    yield from _input(page, output)
    lines = page.numbered(output + 1)
    while lines and (not lines[0][1].strip() or set(lines[0][1].strip()) == {"="}):  # the line under the heading
        lines.pop(0)
    yield from outlined(page, lines, _OUTPUT, Place(page.operation, "output", ""))


def _input(page: Page, output: int) -> Iterator[Read]:
    options = page.find("Options")
    ends = page.find_or_end("Global Options", "Examples", start=options)
    of_the_client = _OF_THE_CLIENT.union(
        match[1] for _, text in page.numbered(ends, output) if (match := _OPTION.fullmatch(text))
    )
    for line, text in page.numbered(page.find("Synopsis"), options):
        if (match := _SYNOPSIS.fullmatch(text)) and match[2] not in of_the_client:
            place = _place(page, match[2])
            yield Statement("present", value=True, line=line).by(page.document, place)
            yield Statement("required", match[1] is None, line).by(page.document, place)
        elif match is None and text.strip().startswith(("--", "[--")):
            yield Unread(line, text.strip(), "looks like an option, but is not written as one")
    lines = page.numbered(options, min(ends, output))
    matches = ((line, _OPTION.fullmatch(text)) for line, text in lines)
    rows = [Row(0, match[1], match[2], line) for line, match in matches if match]
    for row in with_prose(rows, lines):
        if row.name in of_the_client:
            continue
        place = _place(page, row.name)
        yield from named(page, place, TYPES.get(row.word, ""), row.line)
        for statement in statements(row.prose, TYPES.get(row.word, ""), ()):
            yield statement.by(page.document, place)


def _place(page: Page, option: str) -> Place:
    """Return the place of an option: that of the member whose words it has, or its own."""
    wire = option if option in _CLIENT_ONLY else "".join(part.title() for part in option.strip("-").split("-"))
    return Place(page.operation, "input", wire)
