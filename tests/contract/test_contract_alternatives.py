"""Alternatives, nested filters, several names, examples: what is wrong with them is said with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.asking import asking, bare, steps_of, together, values_at
from conformance.contract.files import ContractError
from conformance.contract.lint import lint
from conformance.contract.loading import load
from contract.library_contract import LibraryFolder

if TYPE_CHECKING:
    from pathlib import Path

LIST, DESCRIBE, PUT = (f"operations/{name}.yaml" for name in ("ListBooks", "DescribeBook", "PutShelf"))
SHAPES = "shapes/all.yaml"

ERRORS = [
    # file, old text, new text, a part of the problem, a part of the hint, text on the line that is named
    (PUT, "Corridor]", "Coridor]", "no member of the input 'Coridor'", "'Corridor'", "Coridor"),
    (PUT, "exactly one", "only one", "can't be 'only one'", "exactly one", "only one"),
    (PUT, "[Room, Corridor]", "[Room]", "members` has fewer than two members", "remove the group", "[Room]"),
    (PUT, "given: exactly one, ", "", "lacks the key 'given'", "given", "Corridor"),
    (PUT, "basis: inferred", "sources: [{document: old}]", "no source 'old'", "protocol", "document: old"),
    (DESCRIBE, "[Name, Arn]", "[Name, Arm]", "an item of ListBooks has no 'Arm'", "'Arn'", "names:"),
    (DESCRIBE, "[Name, Arn]", "[Name, Name]", "path` ", "", "names:"),
    (DESCRIBE, "operation: ListBooks", "operation: ListBook", "no listing 'ListBook'", "'ListBooks'", "names:"),
    (LIST, "States[]: State", "States: State", "States is a list", "`States[]`", "States"),
    (LIST, "States[]: State", "Filters[]: State", "can't be under `filters`", "string", "Filters[]"),
    (LIST, "States[]: State", "State[]: State", "the input has no 'State[]'", "'States[]'", "State[]"),
    (LIST, "States[]: State", "'States[': State", "'States[' is no path", "List[Key=word]", "States["),
    (LIST, "Key=author", "Key=writer", "no value of Filters[].Key 'writer'", "author", "Key=writer"),
    (LIST, "Key=author", "Kay=author", "no member of Filters[] 'Kay'", "'Key'", "Kay=author"),
    (LIST, "States[]: State", "States[]: Sequels[].State", "leads through a list", "a single value", "Sequels"),
    (LIST, "Author\n", "Auhtor\n", "an item has no 'Auhtor'", "'Author'", "Auhtor"),
    (SHAPES, "Code: {type: integer,", "Code: {type: integer, sparse: true,", "'sparse' has no", "minimum", "Code"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "problem", "hint", "line"), ERRORS, ids=[row[2] for row in ERRORS])
def test_a_wrong_key_is_an_error_at_its_line(  # noqa: PLR0913, PLR0917 - the columns
    tmp_path: Path, file: str, old: str, new: str, problem: str, hint: str, line: str
) -> None:
    folder = LibraryFolder(tmp_path).replace(file, old, new)
    with pytest.raises(ContractError) as caught:
        load(folder.root)
    assert problem in caught.value.problem
    assert hint in caught.value.hint
    assert caught.value.where == folder.where(file, line)


FAULTS = [
    (PUT, ", basis: inferred", "", "no document is cited for the alternatives Room and Corridor", "either"),
    (SHAPES, "Room: {type: string,", "Room: {type: string, required: true,", "Room is required, and", ""),
    (
        PUT, "basis: inferred}", "basis: inferred}\n  - {members: [Room, Tags], given: at least one, basis: inferred}",
        "Room is in two groups", "Tags",
    ),
    (DESCRIBE, "[Name, Arn]", "[Name, Arn]", "", ""),
    (LIST, "Written.After: WrittenAt", "Written.Before: WrittenAt", "under `after` and under `before`", "before:"),
    (LIST, "States[]: State", "Filters[].Key: State", "State has none of the words of Filters[].Key", "Filters[].Key"),
    (SHAPES, "example: brass", "example: lead", "'lead' does not match the pattern", "example: lead"),
    (SHAPES, "Rows: {type", "Rows: {example: 10, type", "10 is outside of the range", "example: 10"),
    (
        SHAPES, "Lock: {shape: Lock}", "Lock: {shape: Lock, example: {Code: 1, Key: brass}}",
        "has not exactly one member", "example: {Code",
    ),
    (
        SHAPES, "Layout: {shape: Layout,", "Layout: {shape: Layout, example: {Colour: Red},",
        "Rows is missing", "example: {Colour",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "problem", "line"), FAULTS, ids=[row[3] or "sound" for row in FAULTS])
def test_lint_finds_what_is_stated_of_no_use(  # noqa: PLR0913, PLR0917 - the columns
    tmp_path: Path, file: str, old: str, new: str, problem: str, line: str
) -> None:
    folder = LibraryFolder(tmp_path).replace(file, old, new)
    found = lint(load(folder.root))
    if not problem:
        assert found == ()
        return
    fault = next(item for item in found if problem in item.problem)
    assert fault.hint
    assert not line or line == "either" or fault.where == folder.where(file, line)


def test_a_name_in_a_listing_without_items_is_an_error(tmp_path: Path) -> None:
    folder = LibraryFolder(tmp_path).replace(DESCRIBE, "operation: ListBooks,", "operation: PutShelf,")
    with pytest.raises(ContractError, match="no listing 'PutShelf'"):
        load(folder.root)


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("State", {"State": "x"}),
        ("Filter.State", {"Filter": {"State": "x"}}),
        ("States[]", {"States": ["x"]}),
        ("Filters[Key=a-b.c].Values[]", {"Filters": [{"Key": "a-b.c", "Values": ["x"]}]}),
    ],
)
def test_what_is_asked_for_at_a_path_is_found_there(path: str, members: dict[str, object]) -> None:
    assert asking(path, "x") == members
    assert values_at(members, path) == ["x"]
    assert values_at({}, path) == []
    assert bare(path) == path.replace("Key=a-b.c", "")


def test_two_requests_together_ask_for_both() -> None:
    start, end = asking("Span.After", 1), asking("Span.Before", 2)
    assert together(start, end) == {"Span": {"After": 1, "Before": 2}}
    names, words = asking("Filters[Key=a].Values[]", "x"), asking("Filters[Key=b].Values[]", "y")
    both = together(names, words)
    assert [values_at(both, f"Filters[Key={key}].Values[]") for key in "ab"] == [["x"], ["y"]]
    assert start == {"Span": {"After": 1}}


@pytest.mark.parametrize("text", ["", "A..B", "A[", "A[=x]", "A[b=]", "[]", "A{value}"])
def test_what_is_no_path_has_no_steps(text: str) -> None:
    assert steps_of(text) == ()
