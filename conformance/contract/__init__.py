"""The contract: YAML files loaded into operations, shapes, facts and behaviours, and the contract's own faults."""

from __future__ import annotations

from conformance.contract.citation import UNSET, Citation, Source
from conformance.contract.documents import verify_citations
from conformance.contract.errors import ContractError, Finding
from conformance.contract.lint import lint
from conformance.contract.loading import load, packaged_root
from conformance.contract.model import (
    Behaviour,
    CommonError,
    Contract,
    Fact,
    Listing,
    Observation,
    Operation,
    Pagination,
    Rule,
    Service,
    Settled,
)
from conformance.contract.node import Node
from conformance.contract.shapes import Member, Shape

__all__ = [
    "UNSET",
    "Behaviour",
    "Citation",
    "CommonError",
    "Contract",
    "ContractError",
    "Fact",
    "Finding",
    "Listing",
    "Member",
    "Node",
    "Observation",
    "Operation",
    "Pagination",
    "Rule",
    "Service",
    "Settled",
    "Shape",
    "Source",
    "lint",
    "load",
    "packaged_root",
    "verify_citations",
]
