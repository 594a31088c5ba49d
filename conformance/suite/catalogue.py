"""Every check of a contract, in the order of a run; ids are unique, and a pattern selects by them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

import conformance.checks.listing.filters
import conformance.checks.listing.tokens
import conformance.checks.tuning  # noqa: F401 - registers its laws
from conformance.checks.attribution import RequestAttribution, following
from conformance.checks.availability import availability_check
from conformance.checks.check import Check, matches
from conformance.checks.consistency.checks import law_checks, rule_checks
from conformance.checks.consistency.lifecycle import LIFECYCLE_LAWS, lifecycle_checks
from conformance.checks.consistency.names import name_checks
from conformance.checks.consistency.repeats import repeat_checks
from conformance.checks.error import LAWS as ERROR_LAWS
from conformance.checks.error import error_checks
from conformance.checks.law import laws
from conformance.checks.listing.walks import ListingChecks, law_names
from conformance.checks.protocol.connection import connection_checks
from conformance.checks.protocol.envelope import envelope_checks
from conformance.checks.request.cases import request_cases
from conformance.checks.request.checks import LAWS as REQUEST_LAWS
from conformance.checks.request.checks import protocol_checks, request_checks
from conformance.checks.response.checks import LAWS as RESPONSE_LAWS
from conformance.checks.response.checks import answer_checks, resource_checks
from conformance.checks.verdict import Verdict
from conformance.clients.boto3_checks import boto3_checks
from conformance.clients.boto3_checks import law_names as boto3_law_names
from conformance.clients.cli_checks import CLI_LAWS, cli_checks
from conformance.contract.lint import lint
from conformance.contract.model import Contract, Operation
from conformance.contract.names import spellings
from conformance.contract.releases import FOLDER, Release, ReleaseError, read_release
from conformance.errors import Problem, UserError
from conformance.session.session import TargetSession

GENERIC_LAWS = frozenset(
    {
        *REQUEST_LAWS,
        *RESPONSE_LAWS,
        *ERROR_LAWS,
        *LIFECYCLE_LAWS,
        *CLI_LAWS,
        *law_names(),
        *boto3_law_names(),
    }
)
"""The names, next to those of laws on tuning jobs, by which behaviours call for checks of this catalogue."""


def lint_findings(contract: Contract) -> tuple[Problem, ...]:
    """Return every fault of a contract that loads, those of its behaviours' laws among them."""
    # A law about an operation that this contract does not have can judge none of its behaviours, and one that rests on
    # observations alone has none.
    own = {name for name, law in laws().items() if law.operation in contract.operations and not law.observed}
    if contract.service.behaviours is None:  # a contract that promises no number of them need not name every law
        own &= {law for behaviour in contract.behaviours for law in behaviour.laws}
    return lint(contract, laws=own, areas=GENERIC_LAWS)


class SelectionError(UserError):
    """A selection that matches no check."""


def catalogue(contract: Contract) -> tuple[Check, ...]:
    """Return every check: operation by operation and area by area, those last that judge all answers seen.

    Raises ValueError where two checks have one id.
    """
    checks = [check for operation in contract.operations.values() for check in _of(contract, operation)]
    checks.sort(key=lambda check: check.gathered)
    ids = [check.id for check in checks]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids come twice: {sorted({item for item in ids if ids.count(item) > 1})}")
    return tuple(checks)


def released(contract: Contract, day: str, service: str | None = None) -> tuple[Release, tuple[Check, ...]]:
    """Return a release, and every check of its contract as it counts by it: at its level there, or as a newer one.

    Raises UserError where the contract has no such release, or that of another contract.
    """
    if service is not None:
        hint = f"conformance draft {service} --output DIR, and conformance release --contract DIR"
        raise UserError("a contract that is drafted on the spot has no releases", where="--release", hint=hint)
    release = read_release(contract.root, day)
    levels = [(check, release.levels.get(check.id)) for check in catalogue(contract)]
    if not any(level for _, level in levels):
        raise ReleaseError(
            "the release is of another contract: it has no check of this one",
            where=str(contract.root / FOLDER / f"{day}.yaml"),
            hint="move it to the folder of its contract",
        )
    return release, tuple(
        replace(check, level=level) if level else replace(check, newer=True) for check, level in levels
    )


def _of(contract: Contract, operation: Operation) -> Iterator[Check]:
    yield availability_check(contract, operation)
    yield from protocol_checks(contract, operation)
    yield from connection_checks(contract, operation)
    yield from envelope_checks(contract, operation)
    yield from repeat_checks(contract, operation)
    cases = request_cases(contract, operation)
    yield from request_checks(contract, operation, cases)
    yield from resource_checks(contract, operation)
    yield from error_checks(contract, operation, cases)
    yield from answer_checks(contract, operation)
    if operation.listing is not None:
        yield from ListingChecks(contract, operation).checks()
    yield from rule_checks(contract, operation)
    yield from law_checks(contract, operation)
    yield from name_checks(contract, operation)
    yield from lifecycle_checks(contract, operation)
    through_clients = (*boto3_checks(contract, operation), *cli_checks(contract, operation))
    yield from (replace(check, run=partial(_through_client, operation, check.run)) for check in through_clients)


def _through_client(operation: Operation, run: Callable[[TargetSession], Verdict], session: TargetSession) -> Verdict:
    """Evaluate what a client makes of answers: where these are at fault, a client can't make more of them."""
    verdict = RequestAttribution(session, operation).of_pages(run(session))
    return following(session, verdict, lambda: frozenset((operation.name, name) for name in operation.output.members))


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
    spelled = {spelling: name for name in {check.operation for check in checks} for spelling in spellings(name)}
    for what, wanted, key in (
        ("operation", [spelled.get(name, name) for name in operations], attrgetter("operation")),
        ("area", areas, attrgetter("area")),
        ("level", levels, attrgetter("level")),
    ):
        names = sorted({key(check) for check in checks})
        for name in wanted:
            if name not in names:
                others = "; --service NAME has those of another service" if what == "operation" else ""
                raise SelectionError(f"there is no {what} {name!r}", hint=f"choose of: {', '.join(names)}{others}")
        if wanted:
            chosen = [check for check in chosen if key(check) in wanted]
    patterns = tuple(patterns)
    for pattern in patterns:
        if not any(matches(pattern, check.id) for check in chosen):
            near = difflib.get_close_matches(pattern, [check.id for check in checks], n=1, cutoff=0.3)
            hint = f"; did you mean {near[0]}" if near else ""
            raise SelectionError(
                f"the pattern {pattern!r} matches no check", hint=f"list the ids with `conformance checks`{hint}"
            )
    if patterns:
        chosen = [check for check in chosen if any(matches(pattern, check.id) for pattern in patterns)]
    if not chosen:
        raise SelectionError("nothing is left to check", hint="loosen --select, --operation, --area or --level")
    return tuple(chosen)
