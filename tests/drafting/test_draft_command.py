"""`conformance draft` as users see it: what it prints, what it writes, and what it rejects."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.command import conformance
from syrupy.assertion import SnapshotAssertion

from conformance.contract.loading import load
from conformance.suite.catalogue import catalogue
from drafting.drafted import draft, lint, of_installed, texts
from drafting.library import SERVICE, model, write_model


@pytest.fixture
def plain(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    from text_snapshots import Text  # noqa: PLC0415 - a plugin of the snapshots

    return snapshot.use_extension(Text)


def test_a_draft_reads_like_a_contract_that_was_written(tmp_path: Path, plain: SnapshotAssertion) -> None:
    done = draft(tmp_path, "ListBooks", "DescribeBook")
    assert done.code == 0, done.said
    assert max(map(len, done.out.splitlines())) <= 80
    files = texts(tmp_path / "books")
    read = [f"$ conformance draft {SERVICE} ListBooks DescribeBook\n{done.out}"]
    read += [f"== {name}\n{text}" for name, text in files.items() if not name.startswith(("sources", "citations"))]
    assert "\n".join(read) == plain


def test_a_draft_has_no_finding_and_its_pages_state_what_it_cites(tmp_path: Path) -> None:
    assert draft(tmp_path, "ListBooks", "DescribeBook", "CreateBook", "--keep-pages").code == 0
    done = lint(tmp_path, "--documents", "books/pages")
    assert done.code == 0, done.said
    assert "citations checked" in done.out


def test_nothing_that_is_inferred_is_a_must(tmp_path: Path) -> None:
    draft(tmp_path, "ListBooks", "DescribeBook")
    contract = load(tmp_path / "books")
    inferred = {behaviour.id for behaviour in contract.behaviours if behaviour.basis == "inferred"}
    assert inferred
    checks = catalogue(contract)
    assert [
        check.id for check in checks if check.level == "must" and set(check.behaviours) <= inferred and check.behaviours
    ] == []
    levels = {check.id.partition("/")[2]: check.level for check in checks}
    assert levels["order/CreatedAt/reverse"] == "should"  # no page says what the direction does
    assert levels["order/CreatedAt/Ascending"] == "must"  # a page says what the key does
    assert levels["filter/NameContains/only"] == "should"
    assert levels["filter/NOVEL/only"] == "must"
    assert {check.level for check in checks if "/BookNotFoundException/" in check.id} == {"should"}


def test_without_an_operation_all_that_read_are_drafted(tmp_path: Path) -> None:
    done = draft(tmp_path)
    assert done.code == 0, done.said
    assert {path.stem for path in (tmp_path / "books" / "operations").iterdir()} == {"DescribeBook", "ListBooks"}
    assert "left out: GetNews is an event stream" in done.out


def test_an_operation_in_any_of_its_spellings_is_drafted(tmp_path: Path) -> None:
    draft(tmp_path, "list-books")
    assert (tmp_path / "books" / "operations" / "ListBooks.yaml").is_file()


def test_pages_that_are_kept_are_those_that_the_draft_cites(tmp_path: Path) -> None:
    draft(tmp_path, "ListBooks", "--keep-pages")
    kept = {path.name for path in (tmp_path / "books" / "pages").iterdir()}
    assert kept == {"list_books.rst", "list_books-paginator.rst"}
    again = conformance(
        "draft", SERVICE, "ListBooks", "--model", "models", "--output", "again",
        "--document", "books/pages/list_books.rst", "--document", "books/pages/list_books-paginator.rst", cwd=tmp_path,
    )  # fmt: skip
    assert again.code == 0, again.said
    drafted, saved = (load(tmp_path / name) for name in ("books", "again"))
    assert {(fact.id, fact.value) for fact in drafted.facts} == {(fact.id, fact.value) for fact in saved.facts}


def test_the_operation_is_that_of_the_page_where_none_is_named(tmp_path: Path) -> None:
    draft(tmp_path, "DescribeBook", "--keep-pages")
    done = conformance(
        "draft", SERVICE, "--model", "models", "--output", "again", "--document", "books/pages/describe_book.rst",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.said
    assert list(load(tmp_path / "again").operations) == ["DescribeBook"]


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("nosuch", "ListBooks"), "botocore has no service 'nosuch'", ""),
        (("secretsmanagr", "ListSecrets"), "botocore has no service", "did you mean 'secretsmanager'?"),
        (("secretsmanager", "ListSecretz"), "there is no operation 'ListSecretz'", "did you mean ListSecrets?"),
        (("s3", "ListBuckets"), "s3 speaks rest-xml; contracts are of services that speak AWS JSON 1.0 or 1.1", ""),
        (("logs", "StartLiveTail"), "StartLiveTail is an event stream, which a contract can't express", "leave it out"),
        (("kms", "ListKeys", "--document", "none.html"), "none.html", ""),
        (("kms", "ListKeys", "--model", "nowhere"), "nowhere", ""),
    ],
    ids=["service", "service-misspelled", "operation", "protocol", "event-stream", "no-page", "no-model"],
)
def test_what_cannot_be_drafted_is_rejected_in_words(
    words: tuple[str, ...], problem: str, hint: str, tmp_path: Path
) -> None:
    done = conformance("draft", *words, "--output", "out", cwd=tmp_path)
    assert done.code == 2
    said = done.told_without_traceback()
    assert problem in said
    assert hint in said
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "books").write_text("no folder", encoding="utf-8")
    done = draft(tmp_path, "DescribeBook")
    assert done.code == 2
    assert "hint: name another folder" in done.told_without_traceback()


def test_a_model_is_read_from_its_file(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    file = next((tmp_path / "models").rglob("service-2.json"))
    done = conformance("draft", SERVICE, "DescribeBook", "--model", file, "--output", "books", cwd=tmp_path)
    assert done.code == 0, done.said


def test_filters_in_structures_and_lists_of_words_are_found_by_their_words(tmp_path: Path) -> None:
    changed = model()
    asked = changed["shapes"]["ListBooksRequest"]["members"]
    asked |= {"Genres": {"shape": "Genres"}, "Filter": {"shape": "Filter"}}
    del asked["GenreEquals"]
    inside = {"NamePrefix": {"shape": "Text"}, "CreatedAtAfter": {"shape": "Time"}}
    changed["shapes"]["Genres"] = {"type": "list", "member": {"shape": "Genre"}}
    changed["shapes"]["Filter"] = {"type": "structure", "members": inside}
    assert draft(tmp_path, "ListBooks", changed=changed).code == 0
    contract = load(tmp_path / "books")
    listing = contract.operations["ListBooks"].listing
    assert listing is not None
    assert listing.filters == {"Genres[]": "Genre"}
    assert listing.prefix == {"Filter.NamePrefix": "Name"}
    assert listing.after == {"Filter.CreatedAtAfter": "CreatedAt"}
    assert lint(tmp_path).code == 0
    assert "list-books-filter-by-prefix-filter-name-prefix" in {behaviour.id for behaviour in contract.behaviours}


UNDRAWN = """\
# CreateGrant<a name="API_CreateGrant"></a>

## Request Parameters<a name="a"></a>

The request accepts the following data in JSON format\\.

 ** [GrantTokens](#b) **   <a name="c"></a>
Type: Array of strings
Array Members: Minimum number of 0 items\\. Maximum number of 10 items\\.
Required: No

 ** [Name](#b) **   <a name="d"></a>
Type: String
Pattern: `[a-zA-Z0-9:/_-]+`
Required: No

## Response Elements<a name="e"></a>

If the action is successful, the service sends back an HTTP 200 response\\.

 ** [GrantId](#f) **   <a name="g"></a>
Type: String
"""


def test_a_page_without_syntax_is_cited_and_patterns_with_other_anchors_are_the_same(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(UNDRAWN, encoding="utf-8")
    of_installed(tmp_path / "grants", "kms", "CreateGrant", pages=[page])  # lints it, and looks its citations up
    assert texts(tmp_path / "grants")["shapes/requests.yaml"].count("[a-zA-Z0-9:/_-]+") == 1


OF_THE_CLI = """\
Synopsis
========

  create-log-group
--log-group-name <value>
[--deletion-protection-enabled | --no-deletion-protection-enabled]

Options
=======

``--log-group-name`` (string)
Size: ample

``--deletion-protection-enabled`` | ``--no-deletion-protection-enabled`` (boolean)

Output
======

None
"""


def test_options_of_the_aws_cli_are_the_members_of_the_model(tmp_path: Path) -> None:
    page = tmp_path / "page.rst"
    page.write_text(OF_THE_CLI, encoding="utf-8")
    contract = of_installed(tmp_path / "logs", "logs", "CreateLogGroup", pages=[page])
    members = contract.operations["CreateLogGroup"].input.members
    assert {"logGroupName", "deletionProtectionEnabled"} <= set(members)
    assert [name for name in members if name[0].isupper()] == []


def test_what_could_not_be_read_of_a_page_is_printed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(UNDRAWN.replace("Pattern:", "Shape Constraints:"), encoding="utf-8")
    done = conformance("draft", "kms", "CreateGrant", "--document", page, cwd=tmp_path)
    assert "not read: page:14: Shape Constraints: `[a-zA-Z" in done.out


def test_two_pages_of_one_name_are_an_error(tmp_path: Path) -> None:
    pages = [tmp_path / "page.md", tmp_path / "page.txt"]
    for page in pages:
        page.write_text(UNDRAWN, encoding="utf-8")
    done = conformance("draft", "kms", "--document", pages[0], "--document", pages[1], cwd=tmp_path)
    assert (done.code, "is called 'page', too" in done.told_without_traceback()) == (2, True)


def test_the_first_word_of_a_batch_is_no_verb(tmp_path: Path) -> None:
    batch = of_installed(tmp_path / "ecr", "ecr", "BatchDeleteImage").operations["BatchDeleteImage"]
    assert batch.summary == "Deletes an image in a batch"


def test_an_order_is_found_under_either_of_its_names(tmp_path: Path) -> None:
    listing = of_installed(tmp_path, "codecommit", "ListRepositories").operations["ListRepositories"].listing
    assert listing is not None
    assert (listing.sort_by, listing.sort_order) == ("sortBy", "order")
