"""The check that an operation answers for every resource, not just for the one that most checks ask about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.catalogue.check import Check, of_fact
from conformance.catalogue.lab import Lab
from conformance.catalogue.request_checks import Causes, every_resource_id
from conformance.contract import Contract, Operation
from conformance.laws.served import Served, every_resource
from conformance.laws.verdict import Verdict
from conformance.wire.exchange import Exchange


def resource_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give the one check; none for an operation that names no resource."""
    if not operation.subject:
        return
    fact = contract.fact(f"{operation.name}/output//http_status")
    # Its requests have the name alone: they show that it is taken, and that nothing else is required.
    sent = [
        one.id
        for one in contract.facts_of(operation.name, "input")
        if (one.path == operation.subject and one.facet == "present") or (one.facet == "required" and not one.value)
    ]
    yield Check(
        every_resource_id(operation),
        fact.level,
        fact.basis,
        f"{operation.name} succeeds for every resource of the state",
        of_fact(fact),
        partial(_every_resource, operation),
        compares=True,
        facts=(fact.id, *sent),
        request="nothing of its own: it looks at every resource that the run knows",
        accepts=f"HTTP {fact.value} with an answer that can be read, for each of them and to the last page",
    )


def _every_resource(operation: Operation, lab: Lab) -> Verdict:
    seen = []
    for view in lab.survey.views:
        pages: tuple[Exchange, ...] = (view.description,)
        vouched = view.listing is not None
        if operation.listing is not None:
            pages = lab.walk(operation, {operation.subject: view.name}).listing.pages
            vouched = view.description.ok
        seen.append(Served(view.name, pages, vouched=view.known is not None or vouched))
    return Causes(lab.contract, operation).of_pages(every_resource(operation, seen), lab)
