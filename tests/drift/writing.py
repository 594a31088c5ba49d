"""Pages of each style, written from what the contract has of one edition, in words of our own.

They say all that the edition says and nothing else, so that nothing is drift on them but what a test edits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from conformance.contract.loading import load
from conformance.contract.model import Contract, Node
from conformance.contract.names import spellings
from conformance.documents.page_drift import Edition

DOCUMENTS = ("cli", "api-list", "api-describe", "boto3-paginator", "boto3-describe")
"""The documents of the contract, by id."""
DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"

PYTHON = {"structure": "dict", "map": "dict", "timestamp": "datetime"}
DRAWN = {"string": "'string'", "integer": "123", "float": "...", "boolean": "True|False"}
JSON = {"string": '"string"', "integer": "number", "float": "number", "timestamp": "number", "boolean": "boolean"}
LABELS = {"integer": "Integer", "string": "String", "timestamp": "Timestamp"}


@cache
def contract() -> Contract:
    """Load the contract once."""
    return load()


@cache
def written(document: str) -> str:
    """Write a page in the style of a document of the contract, with what that document says."""
    source = contract().sources[document]
    return _Writer(Edition.of(contract(), source)).page()


@cache
def written_in_style(style: str, operation: str) -> str:
    """Write a page of any style about any operation, with what the newest documents say together."""
    edition = Edition(replace(contract().sources["cli"], kind=style, operation=operation))
    for fact in contract().facts:
        if fact.operation == operation and fact.basis == "documented":
            edition.add((fact.direction, fact.path, fact.facet), fact.value, *fact.sources)
    return _Writer(edition).page()


class _Writer:
    """Writes one page."""

    def __init__(self, edition: Edition) -> None:
        self._source = edition.source
        self._edition = edition
        self._operation = contract().operations[self._source.operation]

    def page(self) -> str:
        styles = {
            "cli-page": self._cli,
            "boto3-page-rst": self._boto3_rst,
            "boto3-page-text": self._boto3_text,
            "api-reference-text": self._api_text,
            "api-reference-markdown": self._api_markdown,
        }
        return "\n".join(["A page made for a test", "", *styles[self._source.kind](), ""])

    # -- what the edition says

    def _says(self, direction: str, path: str, facet: str) -> list[Any]:
        return [item.value for item in self._edition.stated.get((direction, path, facet), {}).values()]

    def _there(self, direction: str, node: Node) -> bool:
        return bool(self._says(direction, node.path, "present"))

    def _members(self, direction: str, node: Node) -> list[Node]:
        return [member for member in node.members.values() if self._there(direction, member)]

    def _by_name(self, direction: str, node: Node) -> list[Node]:
        """Return the members in the order of the API Reference."""
        return sorted(self._members(direction, node), key=lambda member: member.name)

    def _prose(self, direction: str, node: Node, *, drawn: bool) -> Iterator[str]:
        """Say in prose what the edition says of a member, but for what the drawing shows."""
        if self._says(direction, node.path, "min_length"):
            yield "A list of one or more of them."
        yield "What it is for."
        for value in dict.fromkeys(self._says(direction, node.path, "default")):
            yield f"The default value is {value}."
        for value in dict.fromkeys(self._says(direction, node.path, "maximum")):
            yield f"The maximum value is {value:,} of them."
        if False in self._says(direction, node.path, "required") and direction == "output":
            yield "(optional)"
        for words in list(dict.fromkeys(self._says(direction, node.path, "enum")))[1 if drawn else 0 :]:
            if any("." in word for word in words):
                yield f"Choose from these: {', '.join(words)}"
            else:
                yield from ("Possible values:", *(f"* ``{word}``" for word in words))

    # -- drawings

    def _drawn(self, direction: str, node: Node, depth: int = 1) -> Iterator[str]:
        """Draw the members of a node as Python."""
        pad = "    " * depth
        for member in self._members(direction, node):
            yield from self._value(direction, member, f"{pad}'{member.name}': ", depth)

    def _value(self, direction: str, node: Node, before: str, depth: int) -> Iterator[str]:
        pad = "    " * depth
        if node.type == "structure":
            yield f"{before}{{"
            yield from self._drawn(direction, node, depth + 1)
            yield f"{pad}}},"
        elif node.type == "list" and node.element is not None:
            yield f"{before}["
            yield from self._value(direction, node.element, f"{pad}    ", depth + 1)
            yield f"{pad}],"
        elif node.type == "map":
            yield from (f"{before}{{", f"{pad}    'string': 'string'", f"{pad}}},")
        else:
            listed = next(iter(self._says(direction, node.path, "enum")), ())
            words = "|".join(f"'{word}'" for word in listed)
            yield f"{before}{words or DRAWN.get(node.type, 'datetime(2015, 1, 1)')},"

    def _json(self, direction: str, node: Node, *, linked: bool) -> Iterator[str]:
        for index, member in enumerate(members := self._by_name(direction, node)):
            where = "Part.md#there" if "." in member.path else "#there"
            name = f'"[{member.name}]({where})"' if linked else f'"{member.name}"'
            *lines, last = self._json_value(direction, member, f"{name}: ", linked=linked)
            yield from lines
            yield last + ("," if index < len(members) - 1 else "")

    def _json_value(self, direction: str, node: Node, before: str, *, linked: bool) -> Iterator[str]:
        if node.type == "structure":
            yield f"{before}{{"
            yield from self._json(direction, node, linked=linked)
            yield "}"
        elif node.type == "list" and node.element is not None:
            yield f"{before}["
            yield from self._json_value(direction, node.element, "", linked=linked)
            yield "]"
        elif node.type == "map":
            yield from (f"{before}{{", '"string" : "string"', "}")
        else:
            yield before + JSON[node.type]

    # -- outlines

    def _outline(self, node: Node, indent: int, row: str) -> Iterator[str]:
        """Explain what a node holds, `row` being how a line names a member with its type."""
        pad = " " * indent
        if node.type == "structure":
            for member in self._members("output", node):
                yield from self._explained(member, indent, row.format(name=member.name, type="{type}"), row)
        elif node.type == "list" and node.element is not None:
            yield from self._explained(node.element, indent, self._unnamed(row), row)
        elif node.type == "map" and "->" in row:
            yield from (f"{pad}key -> (string)", "", f"{pad}value -> (string)", "")
        elif node.type == "map":
            nameless = self._unnamed(row).format(type="string")
            yield from (f"{pad}{nameless}", "", f"{pad}  {nameless}", "")

    def _explained(self, node: Node, indent: int, named: str, row: str) -> Iterator[str]:
        pad = " " * indent
        kind = node.type if "->" in row else PYTHON.get(node.type, node.type)
        yield from (f"{pad}{named.format(type=kind)}", "")
        for line in self._prose("output", node, drawn="->" not in row):
            yield from (f"{pad}  {line}", "")
        yield from self._outline(node, indent + 2, row)

    @staticmethod
    def _unnamed(row: str) -> str:
        return re.sub(r"\*\*\{name\}\*\* |\{name\} -> |\{name\} ", "", row)

    # -- the five styles

    def _cli(self) -> Iterator[str]:
        options = [node for node in self._operation.input.members.values() if self._there("input", node)]
        named = [(self._option(node.name), node) for node in options]
        client = self._operation.client_options
        named += [(node.name, node) for node in self._members("input", client)] if client else []
        yield from (spellings(self._operation.name)[2], "", "Synopsis", "========", "")
        for option, node in named:
            yield (
                f"  {option} <value>" if True in self._says("input", node.path, "required") else f"  [{option} <value>]"
            )
        yield from ("", "Options", "=======", "")
        for option, node in named:
            yield from (f"``{option}`` ({node.type})", "")
            yield from (f"  {line}" for line in self._prose("input", node, drawn=False))
            yield ""
        yield from ("Output", "======", "")
        yield from self._outline(self._operation.output, 0, "{name} -> ({type})")

    @staticmethod
    def _option(name: str) -> str:
        return "--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()

    def _boto3_rst(self) -> Iterator[str]:
        side = "input" if self._operation.paginator is None else "paginator"
        arguments = self._operation.paginator or self._operation.input
        method = spellings(self._operation.name)[1]
        yield from (f"SageMaker.Client.{method}", "", "**Request Syntax**", "::", "")
        yield f"  response = client.{method}(" if side == "input" else "  response_iterator = paginator.paginate("
        yield from (re.sub(r"^(    )'(\w+)': ", r"\1\2=", line) for line in self._drawn(side, arguments))
        yield from ("  )", "")
        for node in self._members(side, arguments):
            mark = "**[REQUIRED]** " if True in self._says(side, node.path, "required") else ""
            yield from (f":type {node.name}: {PYTHON.get(node.type, node.type)}", f":param {node.name}: {mark}", "")
            yield from (f"  {line}" for line in self._prose(side, node, drawn=True))
            for member in self._members(side, node):
                yield from (f"  - **{member.name}** *({member.type}) --* ", "", "    A setting.", "")
        yield from (":rtype: dict", ":returns:", "  **Response Syntax**", "  ::", "", "    {")
        yield from self._drawn("output", self._operation.output)
        yield from ("    }", "", "  **Response Structure**", "", "  - *(dict) --* ", "")
        yield from self._outline(self._operation.output, 4, "- **{name}** *({type}) --* ")

    def _boto3_text(self) -> Iterator[str]:
        yield from (f"{spellings(self._operation.name)[1]}#", "", "Request Syntax", "", "client.call(")
        yield from (re.sub(r"^(    )'(\w+)': ", r"\1\2=", line) for line in self._drawn("input", self._operation.input))
        yield from (")", "Parameters:", "")
        for node in self._members("input", self._operation.input):
            mark = ["[REQUIRED]", ""] if True in self._says("input", node.path, "required") else []
            yield from (f"{node.name} ({PYTHON.get(node.type, node.type)}) \u2013", "", *mark)
            yield from (*self._prose("input", node, drawn=True), "")
        yield from ("Return type:", "", "dict", "", "Response Syntax", "", "{")
        yield from self._drawn("output", self._operation.output)
        yield from ("}", "", "Response Structure", "", "  \u2022 (dict) \u2013", "")
        yield from self._outline(self._operation.output, 4, "\u2022 {name} ({type}) \u2013")
        yield from ("Exceptions", "")
        for code in self._operation.errors:
            yield f"  \u2022 SageMaker.Client.exceptions.{code}"

    def _labels(self, direction: str, node: Node) -> Iterator[str]:
        stated = {facet: self._says(direction, node.path, facet) for facet in ("min_length", "max_length", "minimum")}
        if node.type == "list":
            yield "Type: Array of Thing objects"
        elif node.type == "structure":
            yield "Type: Thing object"
        else:
            yield f"Type: {LABELS[node.type]}"
        if stated["max_length"]:
            low = f"Minimum length of {stated['min_length'][0]}. " if stated["min_length"] else ""
            yield f"Length Constraints: {low}Maximum length of {stated['max_length'][0]}."
        if stated["minimum"]:
            high = self._says(direction, node.path, "maximum")[0]
            yield f"Valid Range: Minimum value of {stated['minimum'][0]}. Maximum value of {high}."
        for value in dict.fromkeys(self._says(direction, node.path, "pattern")):
            yield f"Pattern: {value}"
        for value in dict.fromkeys(self._says(direction, node.path, "enum")):
            yield f"Valid Values: {' | '.join(value)}"
        for value in self._says(direction, node.path, "required")[:1]:
            yield f"Required: {'Yes' if value else 'No'}"

    def _named(self, direction: str, node: Node, heading: str) -> Iterator[str]:
        for member in self._by_name(direction, node):
            yield from (heading.format(name=member.name), "What it is for.")
            for value in dict.fromkeys(self._says(direction, member.path, "default")):
                yield f"The default value is {value}."
            yield from self._labels(direction, member)
            yield ""

    def _errors(self) -> Iterator[str]:
        for code, error in self._operation.errors.items():
            status = error.http_status
            yield from (code, "Nothing has that name.", f"HTTP Status Code: {status}", "")

    def _success(self) -> str:
        return f"If the action is successful, the service sends back an HTTP {self._operation.http_status} response."

    def _api_text(self) -> Iterator[str]:
        asked, given = self._operation.input, self._operation.output
        drawn = {
            side: " ".join(self._json(side, tree, linked=False)) for side, tree in (("input", asked), ("output", given))
        }
        yield from (
            self._operation.name,
            "",
            "Request Syntax",
            "",
            f"{{ {drawn['input']} }}",
            "",
            "Request Parameters",
            "",
        )
        yield from self._named("input", asked, "{name}")
        yield from ("Response Syntax", "", f"{{ {drawn['output']} }}", "", "Response Elements", "", self._success(), "")
        yield from self._named("output", given, "{name}")
        yield from ("Errors", "", *self._errors(), "See Also")

    def _api_markdown(self) -> Iterator[str]:
        asked, given = self._operation.input, self._operation.output
        yield from (f"# {self._operation.name}", "", "{", *self._json("input", asked, linked=True), "}", "")
        yield from self._named("input", asked, "** {name} ** A member.")
        yield from ("{", *self._json("output", given, linked=True), "}", self._success(), "")
        yield from self._named("output", given, "** {name} ** A member.")
        yield from self._errors()
