"""The contract of the tuning family: it lints, cites today's pages, and the reference server keeps it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from typing import Any

import botocore
import pytest

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.documents.generated import boto3_pages
from conformance.reference.inputs import DELETE, Rejection
from conformance.reference.service import Service
from conformance.suite.catalogue import catalogue, lint_findings
from third_operation.worked_example import FOLDER, session

NAME = "HyperParameterTuningJobName"


@lru_cache(maxsize=1)
def family() -> Contract:
    return load(FOLDER.parent / "tuning-family")


def test_the_family_has_no_fault_and_cites_the_pages_of_boto3() -> None:
    assert lint_findings(family()) == ()
    if botocore.__version__ != family().sources["botocore"].version:
        pytest.skip("the pages are those of another botocore")
    made = {hashlib.sha256(page.text.encode()).hexdigest() for page in boto3_pages("sagemaker", family().operations)}
    cited = {source.sha256 for name, source in family().sources.items() if name.startswith("boto3-")}
    assert made == cited


def test_the_reference_server_keeps_the_family() -> None:
    created, areas = "CreateHyperParameterTuningJob", {"consistency", "error"}
    checks = [check for check in catalogue(family()) if check.area in areas or check.id.startswith(f"{created}/req")]
    runner = Runner(session(family()), checks)
    outcomes = {check.id: runner.verdict(check).outcome for check in checks}
    assert [name for name, outcome in outcomes.items() if outcome in {Outcome.FAILED, Outcome.ERROR}] == []
    assert sum(outcome is Outcome.PASSED for outcome in outcomes.values()) > 350


class GoesOn(Service):
    """A server that accepts a Stop, and goes on."""

    def perform(self, name: str, members: dict[str, Any]) -> dict[str, Any]:
        return {} if name.startswith("Stop") else super().perform(name, members)


class Overwrites(Service):
    """A server that forgets a tuning job where another one of its name is created."""

    def perform(self, name: str, members: dict[str, Any]) -> dict[str, Any]:
        if name.startswith("Create"):
            with suppress(Rejection):
                super().perform(DELETE, {NAME: members[NAME]})
        return super().perform(name, members)


@pytest.mark.parametrize(
    ("server", "broken"), [(GoesOn, "Stop{}/lifecycle/stops"), (Overwrites, "Create{}/lifecycle/twice")]
)
def test_a_broken_life_is_a_must_of_the_family(server: type[Service], broken: str) -> None:
    checks = [check for check in catalogue(family()) if "/lifecycle/" in check.id]
    runner = Runner(session(family(), server), checks)
    failed = {check.id: check.level for check in checks if runner.verdict(check).outcome is Outcome.FAILED}
    assert failed == {broken.format("HyperParameterTuningJob/consistency"): "must"}
