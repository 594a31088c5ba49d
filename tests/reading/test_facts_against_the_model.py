"""The modelled facts against the service model itself, both ways, for the version that the contract names."""

from __future__ import annotations

import botocore
import pytest

from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.documents.findings import AgainstModel, Drift
from conformance.documents.model_drift import against_model
from conformance.documents.service_model import installed


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def drift(contract: Contract) -> Drift:
    version = contract.sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the contract has the model of botocore {version}, installed is {botocore.__version__}")
    return against_model(contract, installed(contract.service.service))


def test_documents_and_model_together_say_all_that_the_model_says_and_nothing_that_it_does_not(drift: Drift) -> None:
    assert [f"{finding.kind}: {', '.join(finding.facts)}" for finding in drift.findings] == []
    assert drift.notes == ()


def test_what_documents_say_in_prose_alone_is_all_that_the_model_is_silent_on(drift: Drift) -> None:
    silent = {fact.partition("/output/")[2] for finding in drift.known for fact in finding.facts}
    assert silent == {
        "HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MaxResource/maximum",
        "TrainingJobDefinition.StoppingCondition.MaxRuntimeInSeconds/maximum",
        "TrainingJobDefinitions[].StoppingCondition.MaxRuntimeInSeconds/maximum",
    }


def test_the_contract_has_the_version_of_the_api_that_the_model_gives(contract: Contract, drift: Drift) -> None:
    assert isinstance(drift.against, AgainstModel)
    assert contract.service.api_version == drift.against.api_version == contract.sources["botocore"].api_version
