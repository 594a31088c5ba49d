"""The contract: YAML files loaded into operations, shapes, facts and behaviours, and the contract's own faults."""

from __future__ import annotations

from conformance.contract.cited_lines import verify_citations
from conformance.contract.keys import ContractError
from conformance.contract.lint import lint
from conformance.contract.loading import load, packaged_root
from conformance.contract.model import (
    UNSET,
    Behaviour,
    Citation,
    CommonError,
    Contract,
    Fact,
    Finding,
    Listing,
    Member,
    Node,
    Observation,
    Operation,
    Pagination,
    Rule,
    Service,
    Settled,
    Shape,
    Source,
)

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
