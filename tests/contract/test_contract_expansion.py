"""What a sound contract gives: trees, values in force, facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.listing import ListedFact
from conformance.contract.loading import load
from conformance.contract.model import Contract, Node
from conformance.forms import to_json

if TYPE_CHECKING:
    from contract.small_contract import ContractFolder

GENRE = "ListBooks/output/Books[].Genre/enum"


def sources(folder: ContractFolder, fact: str = GENRE) -> Any:
    return to_json(ListedFact.of(load(folder.root).fact(fact)))["sources"]


def node(contract: Contract, path: str) -> Node:
    found = contract.operations["ListBooks"].output.descend(path)
    assert found is not None
    return found


def test_paths_go_down_to_the_leaves_and_each_is_found_from_the_root(folder: ContractFolder) -> None:
    output = load(folder.root).operations["ListBooks"].output
    below = ("Title", "Genre", "Tags", "Tags{key}", "Tags{value}", "Author", "Author.Name")
    assert [found.path for found in output.walk()] == ["", "Books", "Books[]", *(f"Books[].{path}" for path in below)]
    assert all(output.descend(found.path) is found for found in output.walk())


@pytest.mark.parametrize("path", ["Nope", "Books.Title", "Books[]Title.x", "Books[].Tags{key}.x", "..", "Books["])
def test_a_path_that_is_not_there_gives_nothing(folder: ContractFolder, path: str) -> None:
    assert load(folder.root).operations["ListBooks"].output.descend(path) is None


def test_a_fact_has_exactly_the_listed_form(folder: ContractFolder) -> None:
    fact = load(folder.root).fact(GENRE)
    assert to_json(ListedFact.of(fact)) == {
        "id": GENRE,
        "operation": "ListBooks",
        "direction": "output",
        "path": "Books[].Genre",
        "facet": "enum",
        "value": ["Novel", "Poem", "Essay"],
        "basis": "documented",
        "level": "must",
        "sources": [{"id": "new", "line": 9}, {"id": "old", "line": 8, "value": ["Novel", "Poem"]}],
    }


def test_the_newest_page_is_in_force_and_older_ones_are_kept_with_their_value(folder: ContractFolder) -> None:
    folder.replace("citations/new.yaml", "enum: 9", "enum: {line: 9, value: [Novel]}")
    contract = load(folder.root)
    genre = node(contract, "Books[].Genre")
    assert genre.documented["enum"] == ("Novel",)
    assert genre.effective("enum") == ("Novel",)
    assert genre.accepted_values() == ("Novel", "Poem", "Essay", "Off")
    assert sources(folder) == [{"id": "new", "line": 9}, {"id": "old", "line": 8, "value": ["Novel", "Poem"]}]


def test_a_page_that_says_what_the_shape_says_is_kept_with_that_value(folder: ContractFolder) -> None:
    folder.replace("citations/new.yaml", "enum: 9", "enum: {line: 9, value: [Novel]}")
    folder.replace("citations/old.yaml", "enum: {line: 8, value: [Novel, Poem]}", "enum: 8")
    assert sources(folder)[1] == {"id": "old", "line": 8, "value": ["Novel", "Poem", "Essay"]}


def test_narrower_prose_next_to_the_syntax_of_the_same_page_is_not_in_force(folder: ContractFolder) -> None:
    folder.replace("citations/new.yaml", "enum: 9", "enum: [{line: 8, value: [Novel]}, 9]")
    assert load(folder.root).fact(GENRE).value == ("Novel", "Poem", "Essay")


def test_a_page_about_another_operation_is_never_in_force(folder: ContractFolder) -> None:
    other = (folder.root / "operations/ListBooks.yaml").read_text(encoding="utf-8")
    other = other.replace("operation: ListBooks", "operation: DescribeBook").replace("client_options: CliOptions\n", "")
    (folder.root / "operations/DescribeBook.yaml").write_text(other, encoding="utf-8")
    folder.replace("sources.yaml", "dated: later\n    operation: ListBooks", "operation: DescribeBook")
    folder.replace("citations/new.yaml", "enum: 9", "enum: {line: 9, value: [Novel]}")
    assert load(folder.root).fact(GENRE).value == ("Novel", "Poem")
    assert sources(folder) == [{"id": "old", "line": 8}, {"id": "new", "line": 9, "value": ["Novel"]}]


def test_a_drawn_number_never_wins_over_a_type_that_says_more(folder: ContractFolder) -> None:
    folder.replace(
        "citations/new.yaml", "MaxResults: {present: 5, type: 5}", "MaxResults: {type: {line: 5, value: number}}"
    )
    fact = "ListBooks/input/MaxResults/type"
    assert load(folder.root).fact(fact).value == "integer"
    assert sources(folder, fact) == [{"id": "new", "line": 5, "value": "number"}, {"id": "old", "line": 3}]


def test_the_order_in_which_a_page_lists_an_enum_says_nothing(folder: ContractFolder) -> None:
    folder.replace("citations/old.yaml", "[Novel, Poem]", "[Essay, Poem, Novel]")
    assert sources(folder)[1] == {"id": "old", "line": 8}


def test_what_only_the_model_knows_is_a_recommendation_down_to_its_leaves(folder: ContractFolder) -> None:
    contract = load(folder.root)
    name = node(contract, "Books[].Author.Name")
    assert (name.basis, dict(name.documented), name.modelled["max_length"]) == ("modelled", {}, 8)
    fact = contract.fact("ListBooks/output/Books[].Author.Name/required/modelled")
    assert (fact.value, fact.basis, fact.level) == (True, "modelled", "should")
    assert sources(folder, fact.id) == [{"id": "botocore", "line": None}]


def test_model_and_documents_make_two_facts_where_they_differ(folder: ContractFolder) -> None:
    contract = load(folder.root)
    assert contract.fact(f"{GENRE}/modelled").value == ("Novel", "Poem", "Essay", "Off")
    folder.replace("shapes/answers.yaml", "Essay, Off]", "Essay]")
    with pytest.raises(KeyError):
        load(folder.root).fact(f"{GENRE}/modelled")


def test_an_observation_that_contradicts_a_facet_is_kept_with_it(folder: ContractFolder) -> None:
    contract = load(folder.root)
    assert node(contract, "Books[].Title").observed == {"present": ("O1",)}
    fact = contract.fact("ListBooks/output/Books[].Title/present")
    assert (fact.level, fact.observed) == ("must", ("O1",))


def test_statuses_and_errors_are_facts(folder: ContractFolder) -> None:
    contract = load(folder.root)
    assert contract.fact("ListBooks/output//http_status").value == 200
    assert [(fact.path, fact.facet, fact.value) for fact in contract.facts_of("ListBooks", "error")] == [
        ("ShelfNotFound", "present", True),
        ("ShelfNotFound", "http_status", 400),
    ]


def test_client_options_are_input_facts_but_no_input(folder: ContractFolder) -> None:
    contract = load(folder.root)
    assert contract.fact("ListBooks/input/--max-results/type").value == "integer"
    assert "--max-results" not in contract.operations["ListBooks"].input.members


def test_members_override_the_facets_of_their_shape(folder: ContractFolder) -> None:
    folder.replace("shapes/requests.yaml", "required: true}", "required: true, max_length: 4}")
    shelf = load(folder.root).operations["ListBooks"].input.members["ShelfName"]
    assert dict(shelf.documented) == {"min_length": 1, "max_length": 4, "pattern": "[a-z]+", "required": True}


@pytest.mark.parametrize(("written", "value"), [("Off", "Off"), ("No", "No"), ("2017-07-24", "2017-07-24")])
def test_words_that_old_yaml_takes_for_booleans_or_dates_stay_words(
    folder: ContractFolder, written: str, value: str
) -> None:
    folder.replace("shapes/answers.yaml", "enum: [Novel, Poem, Essay], modelled", f"enum: [{written}], modelled")
    assert load(folder.root).fact(GENRE).value == (value,)


def test_behaviours_say_who_judges_them(folder: ContractFolder) -> None:
    ruled, listed = load(folder.root).behaviours
    assert [rule.bindings for rule in ruled.rules] == [(("book", "answer.Books[]"),)]
    assert (ruled.basis, ruled.level, ruled.observed) == ("inferred", "should", ("O1",))
    assert [(source.id, source.line) for source in ruled.sources] == [("old", 8), ("protocol", None)]
    assert (listed.rules, listed.facts, listed.level) == ((), (GENRE,), "must")


def test_the_digest_is_of_the_files_and_not_of_the_folder(folder: ContractFolder) -> None:
    first = load(folder.root).digest
    assert load(folder.root).digest == first
    moved = folder.root.rename(folder.root.with_name("moved"))
    assert load(moved).digest == first
    folder.root = moved
    folder.replace("service.yaml", "service: library", "service: archive")
    assert load(moved).digest != first
