"""The pages that the installed boto3 writes of itself: what is drift on them is what the contract has of its model."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import botocore
import pytest
from botocore.docs.bcdoc.restdoc import DocumentStructure
from botocore.docs.method import document_model_driven_method

from conformance.contract.names import spellings
from conformance.documents.findings import AgainstPage, Drift
from drift.comparing import compared
from drift.writing import DESCRIBE, LIST, contract


@cache
def client() -> Any:
    return boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106 - no real one


@cache
def drift(operation: str) -> Drift:
    """Let boto3 write its page about a method, and compare it with the contract."""
    method, model = spellings(operation)[1], client().meta.service_model.operation_model(operation)
    section = DocumentStructure(method, target="html").add_new_section(method)
    document_model_driven_method(
        section, method, model, event_emitter=client().meta.events, method_description="",
        example_prefix=f"response = client.{method}",
    )  # fmt: skip
    return compared(section.flush_structure().decode())


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
def test_boto3_s_own_page_is_read_whole(operation: str) -> None:
    found = drift(operation)
    assert isinstance(found.against, AgainstPage)
    assert (found.against.style, found.against.operation) == ("boto3-page-rst", operation)
    assert found.unread == ()
    named = sum(fact.facet == "present" and fact.operation == operation for fact in contract().facts)
    assert found.against.claims > named / 2


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
def test_all_that_it_says_beyond_the_documents_the_contract_has_of_the_model(operation: str) -> None:
    version = contract().sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the contract has the model of botocore {version}, installed is {botocore.__version__}")
    for finding in drift(operation).findings:
        assert finding.kind in {"new", "changed"}, finding
        assert "the service model says so already" in finding.detail, finding
    assert bool(drift(operation).findings) == (operation == DESCRIBE)
