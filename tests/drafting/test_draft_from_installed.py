"""What drafts read and infer of the pages of installed services."""

from __future__ import annotations

from pathlib import Path

from conformance.documents.model_drift import against_model
from conformance.documents.service_model import installed
from drafting.drafted import of_installed


def test_the_errors_of_a_page_are_cited_and_those_of_unknown_names_stay_inferred(tmp_path: Path) -> None:
    contract = of_installed(tmp_path, "secretsmanager", "CreateSecret")
    errors = contract.operations["CreateSecret"].errors
    assert {fact.basis for fact in contract.facts if fact.path in errors} == {"documented"}
    assert errors["ResourceNotFoundException"].level == "should"


def test_the_token_of_a_paginator_is_none_of_the_service(tmp_path: Path) -> None:
    of_installed(tmp_path / "made", "kms", "ListAliases")
    pages = [tmp_path / "made/pages" / name for name in ("list_aliases.rst", "list_aliases-paginator.rst")]
    listing = of_installed(tmp_path / "given", "kms", "ListAliases", pages=pages).operations["ListAliases"]
    assert {"NextMarker", "NextToken"} & listing.output.members.keys() == {"NextMarker"}


def test_pages_that_the_model_lacks_or_a_contract_cannot_express_are_no_drift(tmp_path: Path) -> None:
    for service, names in {
        "secretsmanager": ["ListSecretVersionIds"],  # no paginator
        "kinesis": ["DescribeStream", "ListStreams"],  # its list is inside a member; two lists
        "dynamodb": ["ListTagsOfResource", "Scan"],  # no limit; a list and two numbers
    }.items():
        drift = against_model(of_installed(tmp_path / service, service, *names), installed(service))
        assert drift.findings == ()
