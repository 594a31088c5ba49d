"""The checks that only a saved answer is judged by: what a run tells by many requests, told of the one saved."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue.check import Check, because, bound_by, of_behaviour
from conformance.contract import Contract, Operation
from conformance.laws.requests import Refusal
from conformance.laws.verdict import Verdict, skipped

_SAVED = "nothing: it looks at one saved answer (conformance validate)"


def own_checks(contract: Contract) -> Iterator[Check]:
    """Give all of them, for people who look one up."""
    for operation in contract.operations.values():
        yield let_through(contract, operation)
        yield refused(contract, operation)
        yield known_code(contract, operation)


def let_through(contract: Contract, operation: Operation) -> Check:
    """Give the check that a valid request was let through."""
    status = f"{operation.name}/output//http_status"
    return Check(
        f"{operation.name}/request/answered/let-through",
        "must",
        "documented",
        "a valid request is let through",
        because(contract, (status,)),
        _offline,
        facts=(status,),
        request=_SAVED,
        accepts=f"HTTP {operation.http_status} with the operation's answer to what was asked, or an error of its own",
    )


def refused(contract: Contract, operation: Operation, broken: tuple[str, ...] = ()) -> Check:
    """Give the check that a request was refused that breaks these facts."""
    return Check(
        f"{operation.name}/request/answered/refused",
        "must",
        "documented",
        "an invalid request is refused for what is wrong with it",
        because(contract, broken, protocol=not broken),
        _offline,
        facts=broken,
        request=_SAVED,
        accepts=str(Refusal()),
    )


def known_code(contract: Contract, operation: Operation) -> Check:
    """Give the check that an error is one that anybody knows."""
    facts = tuple(f"{operation.name}/error/{code}/present" for code in operation.errors)
    behaviours = bound_by(contract, operation.name, ("error-checks",))
    places = (*because(contract, facts), *(place for one in behaviours for place in of_behaviour(one)))
    return Check(
        f"{operation.name}/error/answered/code",
        "should",
        "inferred",
        "an error is one of the operation's own, or one that is common to the service",
        tuple(dict.fromkeys(places)),
        _offline,
        facts=facts,
        request=_SAVED,
        accepts=f"one of {', '.join((*operation.errors, *contract.service.common_errors))}",
    )


def known_status(contract: Contract, operation: Operation, code: str) -> Check:
    """Give the check that the code of an error comes with its status."""
    own = code in operation.errors
    wanted = " or ".join(map(str, statuses(contract, operation, code)))
    return Check(
        f"{operation.name}/error/{code}/http-status",
        "must" if own else "should",
        "documented" if own else "protocol",
        f"{code} comes with HTTP {wanted}",
        because(contract, (f"{operation.name}/error/{code}/http_status",) if own else (), protocol=not own),
        _offline,
        request=_SAVED,
        accepts=f"HTTP {wanted}",
    )


def statuses(contract: Contract, operation: Operation, code: str) -> tuple[int, ...]:
    """Give the HTTP statuses that a known code may come with."""
    if code in operation.errors:
        return (operation.errors[code],)
    return contract.service.common_errors[code].http_status


def _offline(_: object) -> Verdict:
    return skipped("it is judged on a saved answer only")
