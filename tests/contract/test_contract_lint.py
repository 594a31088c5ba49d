"""What lint finds in a contract that loads, each with file, line and hint."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from conformance.contract.files import ContractError, packaged_root
from conformance.contract.lint import lint
from conformance.contract.loading import load

if TYPE_CHECKING:
    from contract.small_contract import ContractFolder

FAULTS = [
    # file, old text, new text, a part of the problem, text on the line that is named, and its file
    (
        "citations/new.yaml", "required: 2, ", "",
        "no document is cited for ListBooks/input/ShelfName/required", "required: true", "shapes/requests.yaml",
    ),
    (
        "shapes/requests.yaml", "default: 10", "default: 101",
        "the default 101 is outside of the range", "default: 101", "shapes/requests.yaml",
    ),
    (
        "shapes/requests.yaml", "default: 10", "default: ten",
        "the default 'ten' is no integer", "default: ten", "shapes/requests.yaml",
    ),
    (
        "shapes/requests.yaml", "minimum: 1,", "minimum: 200,",
        "the minimum 200 is above the maximum 100", "minimum: 200", "shapes/requests.yaml",
    ),
    (
        "shapes/requests.yaml", "min_length: 1,", "min_length: 9,",
        "the min_length 9 is above the max_length 8", "min_length: 9", "shapes/requests.yaml",
    ),
    (
        "shapes/answers.yaml", "modelled: {enum: [Novel, Poem, Essay, Off]}", "modelled: {max_length: 4}",
        "the enum value 'Novel' is longer than the max_length", "Genre: {type", "shapes/answers.yaml",
    ),
    (
        "shapes/answers.yaml", "modelled: {enum: [Novel, Poem, Essay, Off]}", "modelled: {pattern: 'N.*'}",
        "the enum value 'Poem' does not match the pattern 'N.*'", "Genre: {type", "shapes/answers.yaml",
    ),
    (
        "shapes/answers.yaml", "modelled: {enum: [Novel, Poem, Essay, Off]}", "modelled: {default: Tale}",
        "the default 'Tale' is not in the enum", "Genre: {type", "shapes/answers.yaml",
    ),
    (
        "shapes/answers.yaml", "Author:\n  type", "Spare: {type: string}\nAuthor:\n  type",
        "nothing uses the shape 'Spare'", "Spare", "shapes/answers.yaml",
    ),
    (
        "behaviours/all.yaml", "number: 2", "number: 1",
        "the number 1 of the behaviour 'novels-have-titles' is given twice", "id: novels", "behaviours/all.yaml",
    ),
    (
        "behaviours/all.yaml", "number: 2", "number: 3",
        "the number 3 of the behaviour 'genres-are-listed' is outside of 1 to 2", "id: genres", "behaviours/all.yaml",
    ),
    (
        "behaviours/all.yaml", "Books[].Genre/enum", "Books[].Genres/enum",
        "no fact of the contract starts with", "id: genres", "behaviours/all.yaml",
    ),
]  # fmt: skip


def test_a_sound_contract_has_no_finding(folder: ContractFolder) -> None:
    assert lint(load(folder.root), laws=()) == ()


def test_the_shipped_contract_has_no_finding_and_its_schema_is_one() -> None:
    assert lint(load()) == ()
    Draft202012Validator.check_schema(
        json.loads((packaged_root() / "contract.schema.json").read_text(encoding="utf-8"))
    )


def test_the_shipped_contract_is_checked_where_it_is_edited(
    folder: ContractFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.contract.loading.packaged_root", lambda: folder.root)
    folder.replace("shapes/answers.yaml", "{shape: Genre}", "{shape: Genre, patern: a}")
    (finding,) = lint(load())
    assert finding.problem == "`Book.members.Genre` has no key 'patern'"
    assert finding.where == folder.where("shapes/answers.yaml", "patern")
    folder.replace("shapes/answers.yaml", "{type: map, key", "{type: map, kye")
    with pytest.raises(ContractError, match="no key 'patern'"):
        load()


@pytest.mark.parametrize(
    ("file", "old", "new", "problem", "line_of", "place"), FAULTS, ids=[fault[3] for fault in FAULTS]
)
def test_a_fault_is_found_where_it_stands(  # noqa: PLR0913, PLR0917 - the columns of the table above
    folder: ContractFolder, file: str, old: str, new: str, problem: str, line_of: str, place: str
) -> None:
    folder.replace(file, old, new)
    found = [finding for finding in lint(load(folder.root)) if problem in finding.problem]
    assert [finding.where for finding in found] == [folder.where(place, line_of)]
    assert found[0].hint


def test_missing_behaviours_are_counted_and_named(folder: ContractFolder) -> None:
    folder.replace("service.yaml", "behaviours: 2", "behaviours: 4")
    problems = [finding.problem for finding in lint(load(folder.root))]
    assert problems == ["2 of 4 behaviours are missing: 3, 4"]


def test_laws_and_behaviours_belong_together(folder: ContractFolder) -> None:
    folder.replace(
        "behaviours/all.yaml", 'judged_by: {facts: ["ListBooks/output/Books[].Genre/enum"]}', "judged_by: {law: genres}"
    )
    contract = load(folder.root)
    assert lint(contract, laws=["genres"]) == ()
    assert lint(contract, laws=[], areas=["genres", "order"]) == ()
    lonely = lint(contract, laws=["genre", "titles"])
    assert [finding.problem for finding in lonely] == [
        "the behaviour 'genres-are-listed' is judged by 'genres', which is no law",
        "no behaviour names the law 'genre'",
        "no behaviour names the law 'titles'",
    ]
    assert lonely[0].hint == "did you mean 'genre'?"
    assert lonely[0].where == folder.where("behaviours/all.yaml", "id: genres")


def test_a_file_of_no_kind_is_found(folder: ContractFolder) -> None:
    (folder.root / "notes.yaml").write_text("a: 1\n", encoding="utf-8")
    (finding,) = lint(load(folder.root))
    assert finding.problem == "notes.yaml is no file of a contract"


def test_the_schema_that_a_folder_brings_counts(folder: ContractFolder) -> None:
    contract = load(folder.root)
    shutil.copy(packaged_root() / "contract.schema.json", folder.root)
    assert not lint(contract)
    (folder.root / "contract.schema.json").write_text("{", encoding="utf-8")
    (finding,) = lint(contract)
    assert "the schema can't be read" in finding.problem
