"""The contract of the tuning family: it lints, cites today's pages, and the reference server keeps it."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import botocore
import pytest

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.documents.generated import boto3_pages
from conformance.suite.catalogue import catalogue, lint_findings
from third_operation.worked_example import FOLDER, session


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
