"""Citations are checked against the pages themselves: a line that does not say it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.cited_lines import (
    names_held_type,
    names_member,
    names_requirement,
    names_type,
    names_value,
    verify_citations,
)
from conformance.contract.loading import load

if TYPE_CHECKING:
    from contract.small_contract import ContractFolder


def test_every_line_of_the_small_contract_says_what_it_is_cited_for(folder: ContractFolder) -> None:
    assert verify_citations(load(folder.root), folder.documents) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "fact"),
    [
        ("old", "Title: {present: 7", "Title: {present: 8", "Books[].Title/present"),
        ("old", "Title: {present: 7, type: 7", "Title: {present: 7, type: 5", "Books[].Title/type"),
        ("old", "Books[]: {present: 6, type: 6", "Books[]: {present: 6, type: 7", "Books[]/type"),
        ("old", "Tags{key}: {present: 10, type: 10", "Tags{key}: {present: 10, type: 7", "Books[].Tags{key}/type"),
        ("old", "value: [Novel, Poem]", "value: [Novel, Essay]", "Books[].Genre/enum"),
        ("new", "enum: 9", "enum: 8", "Books[].Genre/enum"),
        ("old", "default: 2", "default: 3", "MaxResults/default"),
        ("old", "maximum: 2", "maximum: 4", "MaxResults/maximum"),
        ("new", "required: 2", "required: 1", "ShelfName/required"),
        ("new", "pattern: 3", "pattern: 2", "ShelfName/pattern"),
        ("old", "'': {http_status: 12}", "'': {http_status: 11}", "output//http_status"),
        ("old", "ShelfNotFound: {present: 12", "ShelfNotFound: {present: 11", "ShelfNotFound/present"),
    ],
)
def test_a_line_that_does_not_say_it_is_found(folder: ContractFolder, file: str, old: str, new: str, fact: str) -> None:
    folder.replace(f"citations/{file}.yaml", old, new)
    (finding,) = verify_citations(load(folder.root), folder.documents)
    assert fact in finding.problem
    assert finding.where == folder.where(f"citations/{file}.yaml", new)


def test_the_words_of_the_page_may_be_given_for_a_wire_value(folder: ContractFolder) -> None:
    folder.replace("shapes/answers.yaml", "Title: {type: string", "Title: {type: string, default: 'Off'")
    cited = "Books[].Title: {default: {line: 12, as: Never OFF}}\n    Books[].Genre: {enum: 9}"
    folder.replace("citations/new.yaml", "Books[].Genre: {enum: 9}", cited)
    assert verify_citations(load(folder.root), folder.documents) == ()
    folder.replace("citations/new.yaml", "as: Never OFF", "as: Always off")
    assert len(verify_citations(load(folder.root), folder.documents)) == 1


def test_a_behaviour_must_not_cite_a_blank_line(folder: ContractFolder) -> None:
    folder.replace("behaviours/all.yaml", "document: old, line: 8", "document: new, line: 4")
    (finding,) = verify_citations(load(folder.root), folder.documents)
    assert "which is blank" in finding.problem
    assert finding.where == folder.where("behaviours/all.yaml", "line: 4")


def test_a_page_that_is_not_the_cited_one_is_reported_and_its_citations_are_left_alone(folder: ContractFolder) -> None:
    (folder.documents / "old.txt").write_text("A page of today\n", encoding="utf-8")
    (folder.documents / "new.txt").unlink()
    another, missing = verify_citations(load(folder.root), folder.documents)
    assert "is not the edition of 'old'" in another.problem
    assert another.where == folder.where("sources.yaml", "title: The old page")
    assert "'new' can't be read" in missing.problem


def test_a_wrong_number_of_lines_is_reported(folder: ContractFolder) -> None:
    folder.replace("sources.yaml", "lines: 12", "lines: 20")
    (finding,) = verify_citations(load(folder.root), folder.documents)
    assert (finding.problem, finding.hint) == ("the document 'old' has 12 lines, not 20", "write `lines: 12`")


@pytest.mark.parametrize(
    ("kind", "name", "line", "said"),
    [
        ("string", "Name", '"[Name](API_X.md#X-Name)": "string",', True),
        ("number", "Time", '{ "Name": "string", "Time": number }', True),
        ("timestamp", "Time", "    'Time': datetime(2015, 1, 1),", True),
        ("boolean", "Flag", "'Flag': True|False,", True),
        ("float", "Value", "'Value': ...", True),
        ("string", "Word", "'Word': 'On'|'Off'", True),
        ("list", "Items", "'Items': [", True),
        ("string", "MaxItems", "    :type MaxItems: string", True),
        ("structure", "Config", "- **Config** *(dict) --*", True),
        ("map", "Config", "Config -> (map)", True),
        ("integer", "MaxResults", "``--max-results`` (integer)", True),
        ("structure", "Best", "Type: TrainingJobSummary object", True),
        ("list", "Items", "Type: Array of Item objects", True),
        ("string", "Name", '{ "Name": number, "Word": "string" }', False),
        ("string", "Name", "- **Other** *(string) --*", False),
        ("string", "Name", "- *(string) --*", False),
        ("integer", "Name", "Type: String", False),
        ("structure", "Items", "Type: Array of Item objects", False),
        ("string", "Name", "The name (a string) of the job.", False),
    ],
)
def test_notations_of_types(kind: str, name: str, line: str, *, said: bool) -> None:
    assert names_type(kind, name, line) is said


@pytest.mark.parametrize(
    ("kind", "part", "line", "said"),
    [
        ("structure", "[]", "- *(dict) --*", True),
        ("structure", "[]", '{ "Items": [ { "Name": "string" } ] }', True),
        ("structure", "[]", "Type: Array of Item objects", True),
        ("structure", "[]", "{", True),
        ("string", "[]", '"[Items](API.md)": [ "string" ]', True),
        ("string", "[]", "'string',", True),
        ("string", "{key}", '"string" : "string"', True),
        ("string", "{value}", "'string': 'string'", True),
        ("string", "{value}", "value -> (string)", True),
        ("string", "[]", "Name -> (string)", False),
        ("string", "{key}", "'Name': 'string'", False),
        ("structure", "[]", "'Items': {", False),
    ],
)
def test_notations_of_what_lists_and_maps_hold(kind: str, part: str, line: str, *, said: bool) -> None:
    assert names_held_type(kind, "Items", part, line) is said


def test_a_member_is_not_named_by_a_longer_name_or_by_a_link() -> None:
    assert names_member("Name", "The Name.")
    assert names_member("MaxResults", "[--max-results <value>]")
    assert not names_member("Name", "TrainingJobName")
    assert not names_member("Name", '"[Other](API.md#X-Name)": "string"')


@pytest.mark.parametrize(
    ("line", "required", "boto3", "said"),
    [
        (":param Name: **[REQUIRED]**", True, True, True),
        (":param Name:", False, True, True),
        (":param Name:", False, False, False),
        ("Required: No", False, False, True),
        ("Required: Yes", False, False, False),
        ("  --name <value>", True, False, True),
        ("  [--name <value>]", False, False, True),
        ("  [--name <value>]", True, False, False),
        ("(Optional) The name", False, False, True),
    ],
)
def test_notations_of_requirements(line: str, *, required: bool, boto3: bool, said: bool) -> None:
    assert names_requirement(required=required, name="Name", line=line, boto3=boto3) is said


def test_a_value_is_a_word_of_its_own() -> None:
    assert names_value(10, "Maximum value of 10.")
    assert names_value(20000, "up to 20,000 epochs")
    assert not names_value(10, "Maximum value of 100.")
    assert names_value(False, "false by default")  # noqa: FBT003 - the value is what is looked for
    assert not names_value("Auto", "Automatic")
