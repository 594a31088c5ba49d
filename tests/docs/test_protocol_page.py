"""docs/protocol.md: the checks that it maps Smithy's cases to are there, of the shipped contract or of a library's."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from contract.library_contract import LibraryFolder
from drafting.drafted import of_installed
from generic.served import library

from conformance.contract.loading import load
from conformance.suite.catalogue import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_each_check_on_the_page_is_one_of_some_contract(tmp_path: Path) -> None:
    without_input = of_installed(tmp_path / "draft", "dynamodb", "DescribeEndpoints")
    contracts = (load(), library(), load(LibraryFolder(tmp_path / "library").root), without_input)
    ids = {check.id for contract in contracts for check in catalogue(contract)}
    named = re.findall(r"`(\*/[^`]+)`", PAGE)
    assert len(named) > 30
    for name in named:
        subject, _, case = re.sub(r"Member|Inner|Code", "*", name).replace("[", "[[]").rpartition("/")
        pattern = f"{subject}/*{case}"  # what only the model states is `modelled-*`
        assert any(fnmatchcase(item, pattern) for item in ids), name
