"""The JSON Schema and the loader agree: what the one refuses by its form, the other refuses too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from conformance.contract.keys import ContractError
from conformance.contract.lint import schema_findings
from conformance.contract.loading import load, packaged_root

if TYPE_CHECKING:
    from contract.small_contract import ContractFolder

MALFORMED = [
    ("sources.yaml", "    kind: cli-page", "    kind: cli"),
    ("sources.yaml", "    edition: 1", "    edition: 1\n    pages: 3"),
    ("service.yaml", "behaviours: 2", "behaviors: 2"),
    ("observations.yaml", "certainty: high", "certainty: sure"),
    ("operations/ListBooks.yaml", "subject: ShelfName", "subject: ShelfName\nsubjects: []"),
    ("operations/ListBooks.yaml", "input: ListBooksRequest\n", ""),
    ("shapes/answers.yaml", "{shape: Genre}", "{shape: Genre, patern: a}"),
    ("shapes/answers.yaml", "Title: {type: string", "Title: {type: strng"),
    ("shapes/answers.yaml", "Title: {type: string", "Title: {type: string, maximum: 2"),
    ("shapes/answers.yaml", "basis: modelled", "basis: documented"),
    ("shapes/answers.yaml", "key: {type: string}, ", ""),
    ("shapes/answers.yaml", "value: {type: string}", "value: {type: string, required: true}"),
    ("shapes/requests.yaml", "min_length: 1,", "min_length: one,"),
    ("shapes/requests.yaml", "Name: {type: string", "Name: {type: string, required: true"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {presence: 7"),
    ("citations/old.yaml", "Title: {present: 7", "Title: {present: seven"),
    ("citations/old.yaml", "value: [Novel, Poem]", "value: Novel"),
    ("citations/old.yaml", "  output:", "  outputs:"),
    ("behaviours/all.yaml", "basis: inferred", "basis: guessed"),
    ("behaviours/all.yaml", "number: 1", "number: first"),
    ("behaviours/all.yaml", "judged_by: {facts:", "judged_by: {law: x, facts:"),
    ("behaviours/all.yaml", "      expected: a title on every novel\n", ""),
]


def test_the_schema_is_one_itself() -> None:
    schema = json.loads((packaged_root() / "contract.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("file", "old", "new"), MALFORMED, ids=[f"{file}-{new.strip()}" for file, _, new in MALFORMED])
def test_what_is_malformed_is_rejected_by_both(folder: ContractFolder, file: str, old: str, new: str) -> None:
    folder.replace(file, old, new)
    with pytest.raises(ContractError):
        load(folder.root)
    findings = list(schema_findings(folder.root, "contract"))
    assert findings
    assert all(finding.where.startswith(f"contract/{file}:") for finding in findings)


def test_a_finding_names_the_line_of_the_value(folder: ContractFolder) -> None:
    folder.replace("observations.yaml", "certainty: high", "certainty: sure")
    (finding,) = schema_findings(folder.root, "contract")
    assert finding.where == "contract/observations.yaml:3"
