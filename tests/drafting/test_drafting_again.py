"""A second draft into a folder adds operations, keeps what people have changed, and reports where both did."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.command import conformance

from conformance.contract.loading import load
from drafting.drafted import draft, lint, texts
from drafting.library import SERVICE, model

LISTING = "books/operations/ListBooks.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    assert draft(tmp_path, "ListBooks").code == 0
    return tmp_path


def test_the_same_draft_changes_nothing(drafted: Path) -> None:
    before = texts(drafted / "books")
    done = draft(drafted, "ListBooks")
    assert (done.code, done.out.splitlines()[0]) == (0, "books: nothing to change")
    assert texts(drafted / "books") == before


def test_another_operation_is_added_and_shares_the_shapes(drafted: Path) -> None:
    done = draft(drafted, "DescribeBook")
    assert done.code == 0, done.said
    assert set(load(drafted / "books").operations) == {"ListBooks", "DescribeBook"}
    assert lint(drafted).code == 0
    draft(drafted, "ListBooks", "DescribeBook")
    fresh = drafted / "fresh"
    fresh.mkdir()
    draft(fresh, "DescribeBook", "ListBooks")
    facts = [{fact.id for fact in load(folder / "books").facts} for folder in (drafted, fresh)]
    assert facts[0] == facts[1]


def test_what_a_person_changed_is_kept_next_to_what_the_draft_changes(drafted: Path) -> None:
    edit(drafted / LISTING, "summary: Lists books", "summary: Lists the books of the library, sorted and filtered")
    edit(drafted / LISTING, "keys: {Name: Name", "keys: {Weight: Name, Name: Name")
    changed = model()
    changed["shapes"]["Genre"]["enum"].append("DRAMA")
    done = draft(drafted, "ListBooks", changed=changed)
    assert done.code == 0, done.said
    text = (drafted / LISTING).read_text(encoding="utf-8")
    assert "sorted and filtered" in text
    assert "Weight: Name" in text
    assert "[NOVEL, POETRY, DRAMA]" in (drafted / "books/shapes/shared.yaml").read_text(encoding="utf-8")
    assert lint(drafted).code == 0


def test_where_both_changed_the_same_the_person_wins_and_the_draft_is_shown(drafted: Path) -> None:
    requests = drafted / "books/shapes/requests.yaml"
    edit(requests, "minimum: 1, maximum: 50", "minimum: 1, maximum: 10")
    changed = model()
    changed["shapes"]["Limit"]["max"] = 100
    done = draft(drafted, "ListBooks", changed=changed)
    assert done.code == 1
    line = 1 + requests.read_text(encoding="utf-8").splitlines().index(
        "    MaxResults: {type: integer, required: false, default: 20, modelled: {minimum: 1, maximum: 10}}"
    )
    said = done.out.splitlines()
    at = said.index(f"books/shapes/requests.yaml:{line}: kept as it is; the draft has")
    assert "maximum: 100" in said[at + 1]
    assert "maximum: 100" not in requests.read_text(encoding="utf-8")
    assert draft(drafted, "ListBooks", changed=changed).code == 0  # it is reported once


def test_a_file_that_a_person_removed_stays_removed(drafted: Path) -> None:
    (drafted / "books/behaviours/listing.yaml").unlink()
    done = draft(drafted, "ListBooks")
    assert done.code == 0
    assert not (drafted / "books/behaviours/listing.yaml").exists()
    done = draft(drafted, "DescribeBook")
    assert done.code == 0
    assert not (drafted / "books/behaviours/listing.yaml").exists()


def test_an_operation_that_a_person_removed_stays_removed(drafted: Path) -> None:
    (drafted / LISTING).unlink()
    assert draft(drafted, "DescribeBook").code == 0
    assert list(load(drafted / "books").operations) == ["DescribeBook"]


def test_a_behaviour_that_a_person_added_keeps_its_number(drafted: Path) -> None:
    number = 1 + max(behaviour.number for behaviour in load(drafted / "books").behaviours)
    behaviours = drafted / "books/behaviours/own.yaml"
    own = (drafted / "books/behaviours/listing.yaml").read_text(encoding="utf-8").split("\n\n")[1]
    own = own.replace("number: 1\n", f"number: {number}\n").replace("list-books-order-by-key", "own")
    behaviours.write_text(own, encoding="utf-8")
    changed = model()
    asked = changed["shapes"]["ListBooksRequest"]["members"]
    changed["shapes"]["ListBooksRequest"]["members"] = {"NamePrefix": {"shape": "Text"}, **asked}
    assert draft(drafted, "DescribeBook", changed=changed).code == 0
    assert behaviours.read_text(encoding="utf-8") == own
    assert {behaviour.number for behaviour in load(drafted / "books").behaviours if behaviour.id == "own"} == {number}
    assert lint(drafted).code == 0
    assert draft(drafted, "DescribeBook", changed=changed).out.startswith("books: nothing to change")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("kms", "ListKeys", "--output", "books"), "the draft of another service than kms"),
        ((SERVICE, "ListBooks", "--model", "models", "--output", "own"), "that was not drafted"),
    ],
    ids=["service", "own-contract"],
)
def test_a_folder_with_something_else_is_left_alone(words: tuple[str, ...], problem: str, drafted: Path) -> None:
    own = drafted / "own" / "operations" / "Own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("operation: Own\n", encoding="utf-8")
    before = texts(drafted)
    done = conformance("draft", *words, cwd=drafted)
    assert done.code == 2
    assert problem in done.told_without_traceback()
    assert texts(drafted) == before


def test_a_draft_from_pages_is_not_mixed_with_others(drafted: Path) -> None:
    draft(drafted, "ListBooks", "--keep-pages")
    page = ("--model", "models", "--output", "paged", "--document", "books/pages/list_books.rst")
    assert conformance("draft", SERVICE, "ListBooks", *page, cwd=drafted).code == 0
    done = conformance("draft", SERVICE, "DescribeBook", "--model", "models", "--output", "paged", cwd=drafted)
    assert done.code == 2
    assert "from other pages: list_books.rst" in done.told_without_traceback()


def test_a_record_of_the_last_draft_that_is_broken_is_an_error(drafted: Path) -> None:
    (drafted / "books" / ".draft.json").write_text("{", encoding="utf-8")
    done = draft(drafted, "ListBooks")
    assert done.code == 2
    assert "hint: remove it" in done.told_without_traceback()
