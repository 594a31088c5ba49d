"""Drafts of services: no check fails on the server of one, and checks catch what only a drafted contract has."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from conformance.contract.loading import load
from conformance.drafting.cache import service_contract
from conformance.mutation.bench import Bench, every_mutant, world
from conformance.mutation.inputs import input_mutants
from conformance.mutation.mutant import Mutant
from conformance.reference.generic import ITEMS, ContractService
from conformance.reference.inputs import breaks
from conformance.suite.catalogue import catalogue

ACM = ("acm", "ListCertificates")
SCALING = ("application-autoscaling", "DescribeScheduledActions")
ARNS = ("sagemaker", "DescribeFeatureGroup", "ListEdgePackagingJobs", "ListFeatureGroups")
STREAMS = ("kinesis", "DescribeStream", "ListStreams", "ListTagsForStream")


@lru_cache(maxsize=3)
def drafted(service: str, *operations: str) -> tuple[Bench, dict[str, Mutant]]:
    """Return a draft with its checks, and its mutants by id."""
    contract = service_contract(service, operations)
    return Bench(contract, catalogue(contract), world()), {item.id: item for item in every_mutant(contract)}


@pytest.mark.parametrize("draft", [ACM, ARNS, SCALING, STREAMS], ids=lambda draft: draft[0])
def test_no_check_fails_on_the_server_of_a_draft(draft: tuple[str, ...]) -> None:
    assert drafted(*draft)[0].false_alarms() == ()


@pytest.mark.parametrize(
    ("draft", "mutant"),
    [
        pytest.param(ACM, "ListCertificates/input/SortOrder/enum-lacks-ASCENDING", id="a-word-is-unknown"),
        pytest.param(ACM, "ListCertificates/input/Includes/unknown", id="a-structure-is-unknown"),
        pytest.param(ACM, "ListCertificates/input/SortBy/unknown", id="the-member-of-the-plainest-request-is-unknown"),
        pytest.param(ACM, "ListCertificates/input/NextToken/unchecked-beside-MaxItems", id="a-token-next-to-a-size"),
        pytest.param(
            STREAMS, "DescribeStream/input/StreamId/min-length-unchecked-beside-Limit", id="a-length-that-no-value-has"
        ),
        pytest.param(STREAMS, "ListTagsForStream/input/StreamARN/max-length-one-less", id="a-made-up-name-is-too-long"),
        pytest.param(
            SCALING, "DescribeScheduledActions/listing/ServiceNamespace-ignored", id="a-filter-that-must-be-given"
        ),
    ],
)
def test_a_mutant_is_caught(draft: tuple[str, ...], mutant: str) -> None:
    bench, mutants = drafted(*draft)
    assert bench.try_out(mutants[mutant]).caught


@pytest.mark.parametrize(
    ("draft", "ending"),
    [
        pytest.param(STREAMS, "/input/NextToken/min-length-one-more", id="what-is-no-token-is-rejected-anyway"),
        pytest.param(STREAMS, "ListTagsForStream/error/ResourceNotFoundException/code-ValidationException",
                     id="a-name-that-nothing-has-may-be-invalid"),
    ],
)  # fmt: skip
def test_what_no_client_could_tell_is_no_mutant(draft: tuple[str, ...], ending: str) -> None:
    assert [name for name in drafted(*draft)[1] if name.endswith(ending)] == []


def test_a_limit_is_checked_next_to_an_alternative_and_next_to_all_members_that_are_served() -> None:
    contract = load(Path("docs/examples/tuning-family"))
    tuning, create = Bench(contract, catalogue(contract), world()), "CreateHyperParameterTuningJob/input/Tags"
    mutants = {item.id: item for item in input_mutants(contract, ())}
    for other in ("TrainingJobDefinitions", "Autotune"):
        trial = tuning.try_out(mutants[f"{create}/unchecked-beside-{other}"])
        assert trial.caught, other


def test_a_listing_has_all_of_its_items_where_names_are_optional() -> None:
    contract = service_contract("logs", ["ListLogGroups"])
    service = ContractService(world(), contract=contract)
    page = service.perform("ListLogGroups", {"limit": 50})
    assert len({item["logGroupName"] for item in page["logGroups"]}) == ITEMS


def test_a_text_that_python_can_not_match_in_time_does_not_stop_the_server() -> None:
    assert breaks("pattern", r"\$\{(\w+.)+\w+\}", "${" + "a" * 40)
