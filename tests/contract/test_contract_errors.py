"""A broken contract never loads: each fault is reported with file, line and hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.files import ContractError
from conformance.contract.loading import load

if TYPE_CHECKING:
    from pathlib import Path

    from contract.small_contract import ContractFolder

BREAKS = [
    # file, old text, new text, a part of the problem, a part of the hint
    ("shapes/answers.yaml", "Genre: {shape: Genre}", "Genre: {shape: Genr}", "no shape 'Genr'", "'Genre'"),
    ("shapes/answers.yaml", "{shape: Genre}", "{shape: Genre, patern: a}", "no key 'patern'", "'pattern'"),
    (
        "shapes/answers.yaml",
        "Title: {type: string",
        "Title: {type: strng",
        "`Book.members.Title.type` can't be 'strng'",
        "'string'",
    ),
    (
        "shapes/answers.yaml",
        "Title: {type: string",
        "Title: {enum: [a]",
        "`Book.members.Title` lacks the key 'type'",
        "`type:`",
    ),
    ("shapes/answers.yaml", "observed: {present: [O1]}", "observed: {present: [O2]}", "no observation 'O2'", "O1"),
    ("shapes/answers.yaml", "{shape: Genre}", "{shape: Genre, maximum: 3}", "'maximum' has no meaning", "enum"),
    ("shapes/answers.yaml", "basis: modelled", "basis: documented", "can't be 'documented'", "modelled"),
    ("shapes/answers.yaml", "key: {type: string}, ", "", "lacks the key 'key'", "add `key:`"),
    ("shapes/answers.yaml", "value: {type: string}", "value: {type: string, required: true}", "required", "remove"),
    ("shapes/requests.yaml", "pattern: '[a-z]+'", "pattern: '[a-z'", "does not compile", "regular expression"),
    ("shapes/requests.yaml", "min_length: 1,", "min_length: one,", "min_length` must be a whole number", "write"),
    ("shapes/requests.yaml", "min_length: 1,", "min_length: -1,", "min_length` must be at least 0", "fix"),
    ("shapes/requests.yaml", "required: true", "required: 1", "required` must be true or false", "true or false"),
    ("shapes/requests.yaml", "Name: {type", "ListBooksRequest: {type", "written twice", "first is on line 1"),
    ("shapes/requests.yaml", "Name: {type", "Genre: {type", "the shape 'Genre' is there twice", "answers.yaml"),
    ("shapes/requests.yaml", "Name: {type", "Name: &name {type", "an anchor", "plain value"),
    ("citations/old.yaml", "Books[].Title:", "Books[].Titel:", "no path 'Books[].Titel'", "'Books[].Title'"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {pattern: 7", "no documented pattern", "state `pattern`"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {presence: 7", "no key 'presence'", "'present'"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {present: 13", "no line 13", "1 to 12"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {present: seven", "must be a whole number", "without quotes"),
    ("citations/old.yaml", "value: [Novel, Poem]", "value: Novel", "must be a list, not text", "[one, two]"),
    ("citations/old.yaml", "value: [Novel, Poem]", "valu: [Novel]", "no key 'valu'", "'value'"),
    ("citations/old.yaml", "ListBooks:", "ListBook:", "no operation 'ListBook'", "'ListBooks'"),
    ("citations/old.yaml", "  output:", "  outputs:", "no key 'outputs'", "'output'"),
    ("citations/new.yaml", "type: 5}", "type: {line: 5, value: list}}", "newest document says list", "newest type"),
    ("operations/ListBooks.yaml", "input: ListBooksRequest", "input: ListBookRequest", "no shape", "ListBooksRequest"),
    ("operations/ListBooks.yaml", "input: ListBooksRequest", "input: Name", "must be a structure", "a structure"),
    ("operations/ListBooks.yaml", "subject: ShelfName", "subject: ShelfNam", "the input has no", "'ShelfName'"),
    ("operations/ListBooks.yaml", "operation: ListBooks", "operation: ListBook", "another name", "ListBook.yaml"),
    (
        "operations/ListBooks.yaml",
        "http_status: 200",
        "http_status: ok",
        "`http_status` must be a whole number",
        "plain number",
    ),
    ("operations/ListBooks.yaml", "result: Books}", "result: Book}", "the output has no 'Book'", "'Books'"),
    ("operations/ListBooks.yaml", "summary: Lists the books of a shelf\n", "", "lacks the key 'summary'", "add"),
    ("sources.yaml", "kind: cli-page", "kind: cli", "`documents.old.kind` can't be 'cli'", "cli-page"),
    ("sources.yaml", "edition: 1", "edition: 2", "same edition", "by age"),
    ("sources.yaml", "operation: ListBooks", "operation: ListShelves", "no operation here", "ListBooks"),
    ("sources.yaml", "  old:", "  older:", "no document 'old'", "'older'"),
    ("service.yaml", "protocol: json", "protocol: rest", "`protocol` can't be 'rest'", "json"),
    ("service.yaml", "http_status: [400]", "http_status: 400", "must be a list", "[one, two]"),
    ("observations.yaml", "certainty: high", "certainty: sure", "`certainty` can't be 'sure'", "high"),
    ("behaviours/all.yaml", "document: old,", "document: odl,", "no source 'odl'", "'old'"),
    ("behaviours/all.yaml", "document: protocol}", "document: protocol, line: 3}", "has no lines", "remove the line"),
    ("behaviours/all.yaml", "observed: [O1]", "observed: [O7]", "no observation 'O7'", "O1"),
    ("behaviours/all.yaml", "number: 1", "number: first", "`number` must be a whole number", "plain number"),
    ("behaviours/all.yaml", "statement: A novel has a title.", "statement: ''", "`statement` must not be empty", "fix"),
    ("behaviours/all.yaml", "operations: [ListBooks]", "operations: [ListBook]", "no operation", "'ListBooks'"),
    ("behaviours/all.yaml", "judged_by: {facts:", "judged_by: {law: x, facts:", "exactly one judge", "not_observable"),
    ("behaviours/all.yaml", "judged_by: {facts:", "judged_by: {fact:", "no key 'fact'", "'facts'"),
    (
        "behaviours/all.yaml",
        "basis: inferred",
        "basis: guessed",
        "`basis` can't be 'guessed'",
        "documented, protocol, modelled, observed, inferred",
    ),
    ("behaviours/all.yaml", "id: genres-are-listed", "id: novels-have-titles", "is there twice", "the other is at"),
    ("behaviours/all.yaml", 'require: "book.Title"', 'require: "book.["', "no JMESPath", "fix"),
    ("behaviours/all.yaml", 'require: "book.Title"', 'require: "book.Titel"', "names 'Titel'", "'Title'"),
    ("behaviours/all.yaml", 'require: "book.Title"', 'require: "answer.Books.Title"', "names 'Title'", "`[]`"),
    ("behaviours/all.yaml", 'require: "book.Title"', 'require: "lenght(book.Title)"', "function 'lenght'", "'length'"),
    ("sources.yaml", "    edition: 1", "    edition: 1\n    pages: 3", "no key 'pages'", "choose one of"),
    ("service.yaml", "behaviours: 2", "behaviors: 2", "no key 'behaviors'", "'behaviours'"),
    (
        "shapes/answers.yaml",
        "Genre: {type: string",
        "Genre: {type: string, key: {type: string}",
        "is for a map",
        "type",
    ),
    ("shapes/requests.yaml", "Name: {type: string", "Name: {type: string, required: true", "whole shape", "the member"),
    ("behaviours/all.yaml", "      expected: a title on every novel\n", "", "lacks the key 'expected'", "add"),
    ("behaviours/all.yaml", "id: genres-are-listed", "id: Genres", "has a character", "fix"),
]

ELSEWHERE = {"edition: 2": 13, "operation: ListShelves": 3, "  older:": 1, "id: novels-have-titles": 16}
"""The line where the fault is found, where that is not the line of the new text."""


@pytest.mark.parametrize(("file", "old", "new", "problem", "hint"), BREAKS, ids=[f"{b[0]}-{b[2]}" for b in BREAKS])
def test_a_fault_is_reported_with_file_line_and_hint(  # noqa: PLR0913, PLR0917 - the columns of the table above
    folder: ContractFolder, file: str, old: str, new: str, problem: str, hint: str
) -> None:
    folder.replace(file, old, new)
    with pytest.raises(ContractError) as caught:
        load(folder.root)
    assert problem in caught.value.problem
    assert hint in caught.value.hint
    if new in ELSEWHERE:
        assert caught.value.where.endswith(f".yaml:{ELSEWHERE[new]}")
    elif new:
        assert caught.value.where == folder.where(file, new.strip().splitlines()[-1])
    else:
        assert caught.value.where.startswith(f"{folder.root.resolve().as_posix()}/{file}:")


@pytest.mark.parametrize(
    ("content", "problem", "line"),
    [
        (b"a: [1\nb: 2\n", "not well-formed YAML", 2),
        (b"a: 1\nb: \xff\n", "not well-formed YAML", 2),
        (b"a: 1\n---\nb: 2\n", "a second document", 2),
        (b"a: &x 1\nb: *x\n", "an anchor", 1),
        (b"? [a]\n: 1\n", "a collection as a key", 1),
        (b"- a\n", "the file must be a mapping, not a list", 1),
        (b"", "no mapping and no list", 1),
        (b"a: !!python/object:os.system 1\n", "a tag", 1),
    ],
)
def test_yaml_that_is_none_is_reported_with_its_line(
    folder: ContractFolder, content: bytes, problem: str, line: int
) -> None:
    (folder.root / "shapes/answers.yaml").write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load(folder.root)
    assert problem in caught.value.problem
    assert caught.value.where.endswith(f"shapes/answers.yaml:{line}")


def test_a_folder_without_a_contract_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        load(tmp_path)
    assert caught.value.where == str(tmp_path)
    assert "sources.yaml" in caught.value.hint


def test_a_contract_without_operations_is_an_error(folder: ContractFolder) -> None:
    (folder.root / "operations/ListBooks.yaml").unlink()
    with pytest.raises(ContractError, match="no operation"):
        load(folder.root)


def test_a_file_with_the_other_ending_is_not_passed_over(folder: ContractFolder) -> None:
    (folder.root / "shapes/more.yml").write_text("A: {type: string}\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"end in \.yaml"):
        load(folder.root)


def test_shapes_that_multiply_without_end_are_rejected(folder: ContractFolder) -> None:
    levels = 16
    text = "".join(
        f"Level{n}: {{type: structure, members: {{A: {{shape: Level{n + 1}}}, B: {{shape: Level{n + 1}}}}}}}\n"
        for n in range(levels)
    )
    (folder.root / "shapes/levels.yaml").write_text(f"{text}Level{levels}: {{type: string}}\n", encoding="utf-8")
    folder.replace("shapes/answers.yaml", "Genre: {shape: Genre}", "Genre: {shape: Level0}")
    with pytest.raises(ContractError, match="more than 20000 paths"):
        load(folder.root)
