"""Whatever stands at whatever place of a file: a contract loads, or is rejected with a place. It never crashes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from conformance.contract.files import ContractError
from conformance.contract.lint import lint
from conformance.contract.loading import load
from contract.library_contract import FILES as LIBRARY
from contract.library_contract import LibraryFolder
from contract.small_contract import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contract.small_contract import ContractFolder

ODDITIES: tuple[Any, ...] = (None, 0, -1, 2.5, True, "", "odd", [], [[]], {}, {"odd": 1}, [None], [{"odd": []}])

PLACE = re.compile(r".*\.yaml:\d+|.*/(operations|behaviours|contract)")


def bent(value: Any, odd: Any) -> Iterator[Any]:
    """Yield copies of a value, each with another part of it replaced by the odd one, or left out."""
    yield odd
    if isinstance(value, dict):
        for key in value:
            yield {name: part for name, part in value.items() if name != key}
            for part in bent(value[key], odd):
                yield {**value, key: part}
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            for part in bent(entry, odd):
                yield [*value[:index], part, *value[index + 1 :]]


def sound_values(path: Path) -> Any:
    """Return the values of a sound file as JSON has them."""
    texts = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    return json.loads(re.sub(r'"(\d+|true|false)"', r"\1", json.dumps(texts)))


def rejection(folder: ContractFolder | LibraryFolder) -> ContractError | None:
    try:
        load(folder.root)
    except ContractError as error:
        return error
    return None


@pytest.mark.parametrize("file", FILES)
def test_the_values_as_json_are_sound(folder: ContractFolder, file: str) -> None:
    path = folder.root / file
    path.write_text(json.dumps(sound_values(path)), encoding="utf-8")
    assert rejection(folder) is None


@pytest.mark.parametrize("file", FILES)
def test_an_odd_value_is_rejected_with_its_place_or_loads(folder: ContractFolder, file: str) -> None:
    path = folder.root / file
    for number, variant in enumerate(bent(sound_values(path), "PLACEHOLDER")):
        odd = json.dumps(ODDITIES[number % len(ODDITIES)])
        path.write_text(json.dumps(variant).replace('"PLACEHOLDER"', odd), encoding="utf-8")
        error = rejection(folder)
        assert error is None or PLACE.fullmatch(error.where), error
        assert error is None or error.hint, error


def test_lint_survives_every_contract_that_loads(folder: ContractFolder) -> None:
    path = folder.root / "shapes/requests.yaml"
    linted = 0
    for variant in bent(sound_values(path), 7):
        path.write_text(json.dumps(variant), encoding="utf-8")
        if rejection(folder) is None:
            lint(load(folder.root), laws=())
            linted += 1
    assert linted


@pytest.mark.parametrize("file", [name for name in LIBRARY if name.startswith("operations/")])
def test_odd_alternatives_filters_and_names_are_rejected_with_a_place(tmp_path: Path, file: str) -> None:
    folder = LibraryFolder(tmp_path)
    path = folder.root / file
    loaded = 0
    for number, variant in enumerate(bent(sound_values(path), "PLACEHOLDER")):
        odd = json.dumps(ODDITIES[number % len(ODDITIES)])
        path.write_text(json.dumps(variant).replace('"PLACEHOLDER"', odd), encoding="utf-8")
        error = rejection(folder)
        if error is None:
            lint(load(folder.root))
            loaded += 1
        else:
            assert PLACE.fullmatch(error.where), error
            assert error.hint, error
    assert loaded
