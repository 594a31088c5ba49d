"""Every check of a contract, in the order of a run; ids are unique, and a pattern selects by them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from operator import attrgetter

from conformance.catalogue import (
    cli_checks,
    filter_checks,
    narrowing_checks,
    order_checks,
    page_checks,
    page_size_checks,
    paginator_checks,
    token_checks,
)
from conformance.catalogue.answer_checks import answer_checks, envelope_checks, following
from conformance.catalogue.availability import availability_check
from conformance.catalogue.check import Check
from conformance.catalogue.cli_checks import CliChecks
from conformance.catalogue.client_checks import ClientChecks
from conformance.catalogue.connection_checks import connection_checks
from conformance.catalogue.consistency_checks import known_checks, law_checks, rule_checks
from conformance.catalogue.error_checks import error_checks
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import ListingChecks
from conformance.catalogue.repeat_checks import repeat_checks
from conformance.catalogue.request_checks import Causes, protocol_checks, request_checks
from conformance.catalogue.resource_checks import resource_checks
from conformance.contract import Contract, Operation, lint
from conformance.contract.errors import Finding
from conformance.errors import UserError
from conformance.laws.registry import laws
from conformance.laws.verdict import Verdict
from conformance.tuning import KNOWN_LAWS, KNOWN_STATEMENTS

GENERIC_LAWS = frozenset(
    {
        *("request-checks", "response-checks", "protocol-checks", "error-checks"),
        *cli_checks.LAWS,
        *filter_checks.LAWS,
        *narrowing_checks.LAWS,
        *order_checks.LAWS,
        *page_checks.LAWS,
        *page_size_checks.LAWS,
        *paginator_checks.LAWS,
        *token_checks.LAWS,
    }
)
"""The names, beside those of laws on tuning jobs, by which behaviours say that checks of this catalogue judge them."""


def lint_findings(contract: Contract) -> tuple[Finding, ...]:
    """Return every fault of a contract that loads, those of its behaviours' laws among them."""
    # A law about an operation that this contract does not have can judge none of its behaviours, and one that rests on
    # observations alone has none.
    own = {name for name, law in laws().items() if law.operation in contract.operations and not law.observed}
    return lint(contract, laws=own, areas=GENERIC_LAWS)


class SelectionError(UserError):
    """A selection that matches no check."""


def catalogue(contract: Contract) -> tuple[Check, ...]:
    """Give every check: operation by operation and area by area, those last that judge all answers seen.

    Raises ValueError where two checks have one id.
    """
    checks = [check for operation in contract.operations.values() for check in _of(contract, operation)]
    checks.sort(key=lambda check: check.gathered)
    ids = [check.id for check in checks]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids stand twice: {sorted({one for one in ids if ids.count(one) > 1})}")
    return tuple(checks)


def _of(contract: Contract, operation: Operation) -> Iterator[Check]:
    yield availability_check(contract, operation)
    yield from protocol_checks(contract, operation)
    yield from connection_checks(contract, operation)
    yield from envelope_checks(contract, operation)
    yield from repeat_checks(contract, operation)
    yield from request_checks(contract, operation)
    yield from resource_checks(contract, operation)
    yield from error_checks(contract, operation)
    yield from answer_checks(contract, operation)
    if operation.listing is not None:
        base = ListingChecks(contract, operation)
        yield from token_checks.token_checks(base)
        yield from page_size_checks.page_size_checks(base)
        yield from page_checks.page_checks(base)
        yield from order_checks.order_checks(base)
        yield from filter_checks.filter_checks(base)
        yield from narrowing_checks.narrowing_checks(base)
    yield from rule_checks(contract, operation.name)
    yield from law_checks(contract, operation.name, laws().values())
    yield from known_checks(contract, operation.name, KNOWN_LAWS, KNOWN_STATEMENTS)
    clients = ClientChecks(contract, operation)
    through_clients = [*clients.calls(), *CliChecks(contract, operation).checks()]
    if operation.paginator is not None:
        through_clients += paginator_checks.paginator_checks(clients)
    yield from (replace(check, run=partial(_through_client, operation, check.run)) for check in through_clients)


def _through_client(operation: Operation, run: Callable[[Lab], Verdict], lab: Lab) -> Verdict:
    """Judge what a client makes of answers: where these are at fault, a client can't make more of them."""
    verdict = Causes(lab.contract, operation).of_pages(run(lab), lab)
    return following(lab, verdict, lambda: frozenset((operation.name, name) for name in operation.output.members))


def select(
    checks: Sequence[Check],
    patterns: Iterable[str] = (),
    *,
    operations: Collection[str] = (),
    areas: Collection[str] = (),
    levels: Collection[str] = (),
) -> tuple[Check, ...]:
    """Return the checks that match any of the patterns and have any of these operations, areas and levels; () is all.

    A pattern is an id, the beginning of one up to a slash, or one with `*` and `?`. Raises SelectionError for a
    pattern, operation or area that matches nothing: a selection that silently selects nothing passes everything.
    """
    chosen = list(checks)
    for what, wanted, key in (
        ("operation", operations, attrgetter("operation")),
        ("area", areas, attrgetter("area")),
        ("level", levels, attrgetter("level")),
    ):
        names = sorted({key(check) for check in checks})
        for name in wanted:
            if name not in names:
                raise SelectionError(f"there is no {what} {name!r}", remedy=f"choose of: {', '.join(names)}")
        if wanted:
            chosen = [check for check in chosen if key(check) in wanted]
    patterns = tuple(patterns)
    for pattern in patterns:
        if not any(matches(pattern, check.id) for check in chosen):
            near = difflib.get_close_matches(pattern, [check.id for check in checks], n=1, cutoff=0.3)
            hint = f"; did you mean {near[0]}" if near else ""
            raise SelectionError(
                f"the pattern {pattern!r} matches no check", remedy=f"list the ids with `conformance checks`{hint}"
            )
    if patterns:
        chosen = [check for check in chosen if any(matches(pattern, check.id) for pattern in patterns)]
    if not chosen:
        raise SelectionError("nothing is left to check", remedy="loosen --select, --operation, --area or --level")
    return tuple(chosen)


def matches(pattern: str, check_id: str) -> bool:
    """Tell whether a pattern selects an id, or a whole part of the tree up to a slash.

    Brackets stand for themselves: paths are full of them.
    """
    plain = pattern.rstrip("/").replace("[", "[[]")
    return fnmatchcase(check_id, plain) or fnmatchcase(check_id, f"{plain}/*")
