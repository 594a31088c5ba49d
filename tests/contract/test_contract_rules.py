"""Expressions of rules are followed through the members they name, as far as it can be known what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.files import ContractError
from conformance.contract.loading import load

if TYPE_CHECKING:
    from contract.small_contract import ContractFolder

SOUND = [
    "book.Title",
    "book.Author.Name",
    "book.Tags.anything",
    "keys(book.Tags)",
    "values(book.Tags)[0]",
    "book.Tags.* | [0]",
    "answer.Books[0].Title",
    "answer.Books[:3].Title",
    "answer.Books[?Genre == 'Novel'].Title",
    "answer.Books[?Genre == 'Novel'] | [0].Author.Name",
    "sort_by(answer.Books, &Title)[0].Genre",
    "max_by(answer.Books, &Title).Genre",
    "map(&Author.Name, answer.Books)[0]",
    "[answer.Books[0], book][].Title",
    "[book.Author, book][].Title",
    "{one: book}.one.Title",
    "matches(book.Title, request.ShelfName) && compiles(book.Title) && number(book.Title) > `1`",
    "(book.Title || book.Author.Name) == 'x' && !(book.Genre)",
    "length(answer.Books) == `0` || @.book.Title",
    "to_array(book)[0].whatever",
]

MISTAKEN = [
    ("book.Titel", "'Titel'"),
    ("book.Author.Nam", "'Nam'"),
    ("answer.Books.Title", "'Title'"),
    ("answer.Books[0].Titel", "'Titel'"),
    ("answer.Books[:3].Titel", "'Titel'"),
    ("answer.Books[?Gender == 'Novel'].Title", "'Gender'"),
    ("answer.Books[?Genre == 'Novel'] | [0].Nam", "'Nam'"),
    ("sort_by(answer.Books, &Titel)[0].Genre", "'Titel'"),
    ("max_by(answer.Books, &Title).Gender", "'Gender'"),
    ("map(&Author.Nam, answer.Books)[0]", "'Nam'"),
    ("[answer.Books[0], book][].Titel", "'Titel'"),
    ("{one: book}.two.Title", "'two'"),
    ("matches(book.Titel, 'x')", "'Titel'"),
    ("book.Title == 'x' && !(book.Gender)", "'Gender'"),
    ("book.Title.Name", "'Name'"),
    ("books.Title", "'books'"),
    ("response.Books", "'response'"),
]


def require(folder: ContractFolder, expression: str) -> None:
    folder.replace("behaviours/all.yaml", '"book.Title"', f'"{expression}"')
    load(folder.root)


@pytest.mark.parametrize("expression", SOUND)
def test_what_exists_may_be_named(folder: ContractFolder, expression: str) -> None:
    require(folder, expression)


@pytest.mark.parametrize(("expression", "name"), MISTAKEN)
def test_what_does_not_exist_is_rejected(folder: ContractFolder, expression: str, name: str) -> None:
    with pytest.raises(ContractError) as caught:
        require(folder, expression)
    assert f"names {name}" in caught.value.problem
    assert caught.value.where == folder.where("behaviours/all.yaml", "require:")


def test_bindings_see_those_before_them(folder: ContractFolder) -> None:
    folder.replace(
        "behaviours/all.yaml", 'for: {book: "answer.Books[]"}', 'for: {book: "answer.Books", writer: "book.Author"}'
    )
    require(folder, "writer.Name")


def test_a_name_is_bound_once(folder: ContractFolder) -> None:
    folder.replace("behaviours/all.yaml", "for: {book:", "for: {answer:")
    with pytest.raises(ContractError, match="'answer' is bound already"):
        load(folder.root)
