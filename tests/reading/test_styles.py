"""The extractor on invented pages, one of each style: what it reads is what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.documents import api_reference, boto3_pages, cli_pages
from conformance.documents.claims import Claim, PageError, Statement, Unread
from conformance.documents.drawing import Drawn, drawn
from conformance.documents.page import Page
from conformance.documents.prose import statements
from reading.pages import API_MARKDOWN, API_TEXT, BOTO3_RST, BOTO3_TEXT, CLI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.documents.claims import Read


def read(reader: Callable[[Page], Iterator[Read]], text: str) -> set[tuple[object, ...]]:
    """Return what a page claims as direction, path, facet, value, line; the text begins with an empty line 1."""
    found = list(reader(Page("a page", tuple(text.splitlines()), "Look")))
    assert not [item for item in found if isinstance(item, Unread)]
    claims = [item for item in found if isinstance(item, Claim)]
    return {(claim.place.direction, claim.place.path, claim.facet, claim.value, claim.line) for claim in claims}


def drawing(*lines: str) -> list[Drawn]:
    page = Page("a page", lines)
    return drawn(page, page.numbered())


def only(claims: Iterable[tuple[object, ...]], *facets: str) -> set[tuple[object, ...]]:
    return {claim for claim in claims if claim[2] in facets}


def test_boto3_text() -> None:
    claims = read(boto3_pages.read, BOTO3_TEXT)
    assert only(claims, "type") == {
        ("input", "Key", "type", "string", 7),
        ("output", "Mode", "type", "string", 24),
        ("output", "Tags", "type", "map", 30),
        ("output", "Tags{key}", "type", "string", 31),
        ("output", "Tags{value}", "type", "string", 32),
        ("output", "Parts", "type", "list", 33),
        ("output", "Parts[]", "type", "structure", 35),
        ("output", "Parts[].Size", "type", "integer", 36),
    }
    assert claims - only(claims, "type", "present") == {
        ("input", "Key", "required", True, 8),
        ("output", "Mode", "default", "Off", 25),
        ("output", "Mode", "enum", ("Off", "Auto"), 12),
        ("output", "Mode", "enum", ("Off", "Auto"), 25),
        ("output", "Parts", "min_length", 1, 34),
        ("output", "Parts[].Size", "required", False, 37),
        ("output", "Parts[].Size", "maximum", 2000, 37),
    }
    assert ("output", "Tags{value}", "present", True, 14) in claims
    assert ("output", "Parts[]", "present", True, 17) in claims
    assert ("error", "Gone", "present", True, 39) in claims


def test_boto3_rst_gives_plain_arguments_to_the_operation_too() -> None:
    claims = read(boto3_pages.read, BOTO3_RST)
    assert only(claims, "required") == {
        ("paginator", "Key", "required", True, 11),
        ("input", "Key", "required", True, 11),
        ("paginator", "PaginationConfig", "required", False, 14),
        ("paginator", "PaginationConfig.MaxItems", "required", False, 15),
    }
    assert ("paginator", "PaginationConfig.MaxItems", "type", "integer", 15) in claims
    assert only(claims, "enum") == {("output", "Mode", "enum", ("On", "Off"), 19)}


def test_cli() -> None:
    claims = read(cli_pages.read, CLI)
    assert claims - only(claims, "present", "type") == {
        ("input", "SomeKey", "required", True, 4),
        ("input", "SortOrder", "required", False, 5),
        ("input", "SortOrder", "default", "Up", 10),
        ("input", "SortOrder", "enum", ("Up", "Down"), 11),
        ("input", "--cli-input-json", "required", False, 6),
        ("output", "Parts[].Mode", "enum", ("On", "Off"), 22),
    }
    assert only(claims, "type") >= {
        ("output", "Tags", "type", "map", 16),
        ("output", "Tags{key}", "type", "string", 17),
        ("output", "Tags{value}", "type", "string", 18),
        ("output", "Parts[]", "type", "structure", 20),
    }


def test_api_text() -> None:
    claims = read(api_reference.read, API_TEXT)
    assert claims - only(claims, "present") == {
        ("input", "Key", "type", "string", 3),
        ("input", "Key", "type", "string", 6),
        ("input", "Key", "min_length", 1, 7),
        ("input", "Key", "max_length", 9, 7),
        ("input", "Key", "pattern", "[a-z]*", 8),
        ("input", "Key", "required", True, 9),
        ("input", "Size", "type", "number", 3),
        ("input", "Size", "default", 3, 11),
        ("input", "Size", "type", "integer", 12),
        ("input", "Size", "minimum", 2, 13),
        ("input", "Size", "maximum", 5, 13),
        ("input", "Size", "required", False, 14),
        ("output", "Parts", "type", "list", 16),
        ("output", "Parts[]", "type", "structure", 16),
        ("output", "Parts[].Mode", "type", "string", 16),
        ("output", "", "http_status", 200, 18),
        ("output", "Parts", "type", "list", 20),
        ("output", "Parts[]", "type", "structure", 20),
        ("error", "Gone", "http_status", 410, 24),
    }
    assert ("error", "Gone", "present", True, 22) in claims


def test_api_markdown() -> None:
    claims = read(api_reference.read, API_MARKDOWN)
    assert only(claims, "type") == {
        ("input", "Key", "type", "string", 3),
        ("input", "Key", "type", "string", 6),
        ("output", "Part", "type", "structure", 9),
        ("output", "Part.Names", "type", "list", 10),
        ("output", "Part.Names[]", "type", "string", 10),
        ("output", "Part.Tags", "type", "map", 11),
        ("output", "Part.Tags{key}", "type", "string", 12),
        ("output", "Part.Tags{value}", "type", "string", 12),
        ("output", "Part.Yes", "type", "boolean", 14),
        ("output", "Part", "type", "structure", 18),
    }
    assert ("input", "Key", "enum", ("A", "B", "C"), 5) in claims


def test_a_drawing_ends_with_its_first_brace() -> None:
    assert drawing("{ 'A': 123 } { 'B': 123 }") == [Drawn("A", 1, "integer")]


def test_text_inside_a_drawing_is_an_error() -> None:
    with pytest.raises(PageError, match=r"can't be read: ~") as received:
        drawing("{", "  'A': ~", "}")
    assert received.value.where == "a page:2"
    with pytest.raises(PageError, match="does not end"):
        drawing("{")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("integer", "The default value is 1 day. The maximum value is 28 days.", [86_400, 2_419_200]),
        ("integer", "The default is 90 minutes, if you do not say otherwise.", [5_400]),
        ("integer", "If you do not include a value, it defaults to 50.", [50]),
        ("integer", "If you do so, it defaults to 50.", []),
        ("integer", "For small ones, the default is 3. For others, the default is 4.", []),
        ("integer", "* For small ones, the maximum is 8 hours.", []),
        ("integer", "The default value is 5 GB. It must be between 1 and 1,000, inclusive.", [5, 1, 1_000]),
        ("integer", "Valid values are from 3600 (1 hour) to 2160000 (25 days).", [3_600, 2_160_000]),
        ("integer", "The default is ``Auto``.", []),
        ("integer", "Constraints: Minimum 20, maximum 100.", [20, 100]),
        ("integer", "It must be in the range of 64,512 to 65,534 or 4,200,000,000 to 4,294,967,294.", []),
        (
            "integer",
            "The largest value you can specify is 5. If you specify more than 5, an error occurs.",
            [5],
        ),
        (
            "integer",
            "The largest value you can specify is 5. If you specify more than 5, a maximum of 5 is returned.",
            [],
        ),
        ("float", "Valid Range: 0.5 to 1.", [0.5, 1]),
        ("boolean", "The default value is ``False``.", [False]),
        ("string", "The default directory is /opt/here/.", ["/opt/here/"]),
        ("string", "By default, the default is computed from others.", []),
        ("string", "It must have 1 to 63 characters. Maximum length is 9.", [1]),
        ("string", "It must have 1 to 63 characters.", [1, 63]),
        ("string", "It can be up to 63 characters long.", [63]),
        ("string", "You can specify five patterns, each of which must be between 3 and 24 characters.", []),
        ("list", "You can specify up to 3 of them.", [3]),
        ("list", "* ``Inner``: what is in it. You can specify up to 3 of them.", []),
        ("list", "You can specify up to 3 of them in each of the parts of all that there is.", []),
        ("structure", "Something else is kept there (optional).", []),
        ("string", "Mounted either in ro (read-only) or rw (read-write) mode.", [("ro", "rw")]),
        ("string", "Choose from small ones: ml.m5.xlarge and ml.c5.xlarge.", [("ml.m5.xlarge", "ml.c5.xlarge")]),
        ("string", "Valid values: ``a`` | ``b``", [("a", "b")]),
        ("string", "Valid values are letters and digits.", []),
        ("string", "See the value ``StartingNumber``.", []),
        ("string", "The maximum value of the range.", []),
    ],
)
def test_sentences(kind: str, text: str, expected: list[object]) -> None:
    found = [item for item in statements(((1, text),), "WaitInSeconds", kind, ()) if isinstance(item, Statement)]
    assert [statement.value for statement in found] == expected


def test_a_size_in_kilobytes_is_no_number_of_bytes() -> None:
    said = ((1, "The minimum value is 64 KiB. The maximum value is 1,000."),)
    assert [item.value for item in statements(said, "SizeInBytes", "integer", ()) if isinstance(item, Statement)] == [
        1_000
    ]


def test_a_list_of_choices_keeps_the_words_of_the_page_beside_those_of_the_wire() -> None:
    prose = ((5, "Specifies one of the following:"), (7, "SAME_DATA"), (9, "The same."), (11, "OTHER_DATA"))
    (found,) = statements(prose, "Kind", "string", ("SameData", "OtherData"))
    assert isinstance(found, Statement)
    assert found.value == ("SameData", "OtherData")
    assert found.words == ("SAME_DATA", "OTHER_DATA")
    assert (found.line, found.more_lines) == (5, (7, 11))
