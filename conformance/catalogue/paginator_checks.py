"""Checks of boto3's paginator, as its page describes it: sizes, totals, resuming, and arguments passed through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.client_calls import ClientLab, ClientOutcome
from conformance.catalogue.client_checks import ClientChecks, Judge, unfinished
from conformance.catalogue.lab import Lab
from conformance.contract import Pagination
from conformance.laws import clients
from conformance.laws.listing import Reader
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, failed, passed, skipped

_NO_LISTING = "the target has no ended resource with more than three listed items"
_PAGE = 3
_FEWEST = 4
_CONFIG = "paginator/PaginationConfig"
_Config = Mapping[str, Any]
_ARGUMENTS = ("paginator-arguments",)
_LAW_OF = {
    "available": "paginator-exists",
    "without-config": "paginator-config-optional",
    "config": "paginator-config-optional",
    "defaults": "paginator-arguments",
    "name-left-out": "paginator-arguments",
    "page-size-on-the-wire": "paginator-page-size",
    "page-size-caps": "paginator-page-size",
    "max-items-caps": "paginator-max-items",
    "resume-token": "paginator-resume-token",
    "no-resume-token-at-the-end": "paginator-resume-token",
    "starting-token": "paginator-starting-token",
    "starting-token-in-a-page": "paginator-starting-token",
}

LAWS = frozenset(_LAW_OF.values())
"""The names by which behaviours call for these checks."""


def paginator_checks(base: ClientChecks) -> Iterator[Check]:
    """Give the checks of the paginator of a listing operation."""
    subject = f"paginator/{base.operation.subject}"

    def config(name: str) -> tuple[str, ...]:
        return tuple(f"{_CONFIG}.{name}/{facet}" for facet in ("present", "type", "required"))

    whole = (f"{_CONFIG}/required", f"{_CONFIG}/present", f"{subject}/present", f"{subject}/type")
    defaults = tuple(
        f"paginator/{name}/default" for name, node in _arguments(base).items() if "default" in node.documented
    )
    rows: tuple[tuple[str, str, Judge, tuple[str, ...]], ...] = (
        ("available", "the client offers a paginator under the operation's name", partial(_available, base), ()),
        ("without-config", "PaginationConfig may be left out: all items come", partial(_all, base, None), whole),
        ("config", "PaginationConfig is a dictionary", partial(_all, base, {}), (f"{_CONFIG}/type",)),
        (
            "defaults",
            "arguments left out are not sent: the service's own defaults hold",
            partial(_defaults, base),
            defaults,
        ),
        ("name-left-out", "the name must be given", partial(_nameless, base), (f"{subject}/required",)),
        (
            "page-size-on-the-wire",
            "PageSize is the limit of every request",
            partial(_page_size, base),
            config("PageSize"),
        ),
        ("page-size-caps", "no page is larger than PageSize", partial(_page_caps, base), config("PageSize")),
        ("max-items-caps", "MaxItems is the total over all pages", partial(_max_items, base), config("MaxItems")),
        (
            "resume-token",
            "a token to go on with is handed out where items are left",
            partial(_resume_token, base),
            config("MaxItems"),
        ),
        (
            "no-resume-token-at-the-end",
            "no token is handed out where nothing is left",
            partial(_no_resume_token, base),
            config("MaxItems"),
        ),
        (
            "starting-token",
            "StartingToken goes on without gap or overlap",
            partial(_resumed, base, {"MaxItems": _PAGE, "PageSize": _PAGE}),
            config("StartingToken"),
        ),
        (
            "starting-token-in-a-page",
            "StartingToken goes on from the middle of a page",
            partial(_resumed, base, {"MaxItems": _PAGE, "PageSize": 2}),
            config("StartingToken"),
        ),
    )
    for case, statement, judge, facts in rows:
        yield base.check(("paginator", case), statement, judge, facts=facts, laws=(_LAW_OF[case],))
    for name, node in _arguments(base).items():
        facts = tuple(f"paginator/{name}/{facet}" for facet in ("present", "type", "required", "enum"))
        for value in node.accepted_values() or ():
            words = f"{name} {value} goes out with every request"
            judge = partial(_passes, base, name, value)
            yield base.check(("paginator", f"passes-{name}-{value}"), words, judge, facts=facts, laws=_ARGUMENTS)


def _arguments(base: ClientChecks) -> dict[str, Any]:
    members = base.operation.paginator.members if base.operation.paginator else {}
    return {name: node for name, node in members.items() if node.accepted_values()}


def _pagination(base: ClientChecks) -> Pagination:
    if base.operation.pagination is None:
        raise ValueError(f"{base.operation.name} has no pages")
    return base.operation.pagination


@dataclass(frozen=True)
class _Ran:
    """A paginator that came to its end: what it handed out, and the whole listing beside it."""

    outcome: ClientOutcome
    items: tuple[str, ...]
    every: tuple[str, ...]


def _by_identity(base: ClientChecks) -> dict[str, str]:
    """Give the members that ask for an order without ties: two runs of any other may hand out ties differently."""
    spec = Reader.of(base.operation).spec
    keys = [name for name, path in spec.keys.items() if path == spec.identity]
    return {spec.sort_by: keys[0], spec.sort_order: spec.ascending} if keys else {}


def _subject(base: ClientChecks, lab: Lab) -> Inventory | None:
    """Give the inventory with the fewest items that do not fit on a default page; the longest where all do."""
    default = base.operation.input.members[_pagination(base).limit].effective("default") or 0
    listed = lab.listed(base.operation)
    longer = [one for one in listed if len(one.items) > default]
    return min(longer, key=_length) if longer else max(listed, key=_length, default=None)


def _length(one: Inventory) -> int:
    return len(one.items)


def _paginated(
    base: ClientChecks, lab: Lab, client: ClientLab, config: _Config | None, members: Mapping[str, Any]
) -> ClientOutcome:
    """Run the paginator, once for all checks that run it in the same way."""
    settings = None if config is None else tuple(sorted(config.items()))

    def run() -> ClientOutcome:
        outcome = client.paginate(base.operation.name, members, config)
        lab.saw(outcome.exchanges)
        return outcome

    return lab.remembered(("paginated", base.operation.name, settings, tuple(sorted(members.items()))), run)


def _run(base: ClientChecks, lab: Lab, client: ClientLab, config: _Config | None, **members: Any) -> _Ran | Verdict:
    subject = _subject(base, lab)
    if subject is None or len(subject.items) < _FEWEST:
        return skipped(_NO_LISTING)
    members = {**subject.members, **members}
    walked = lab.walk(base.operation, members).listing
    if walked.left_off:
        return skipped(f"{subject.name}: {walked.problem}, too long to be gone over by the client")
    outcome = _paginated(base, lab, client, config, members)
    if problem := unfinished(outcome, "the pages of the listing"):
        return problem
    reader = Reader.of(base.operation)
    result = _pagination(base).result
    items = tuple(reader.identity(item) for page in outcome.results for item in page.get(result, ()))
    return _Ran(outcome, items, reader.identities(walked.items))


def _available(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:  # noqa: ARG001 - one signature for all judges
    if client.can_paginate(base.operation.name):
        return passed({"paginators": 1})
    return failed("no-paginator", "the installed client has no such paginator", expected="a paginator", received="none")


def _all(base: ClientChecks, config: _Config | None, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, config)
    return (
        ran
        if isinstance(ran, Verdict)
        else clients.same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)
    )


def _defaults(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, None)
    return (
        ran if isinstance(ran, Verdict) else clients.requests_carry(ran.outcome.exchanges, {}, tuple(_arguments(base)))
    )


def _nameless(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:  # noqa: ARG001 - as above
    outcome = client.paginate(base.operation.name, {}, None)
    if outcome.exception and not any(exchange.ok for exchange in outcome.exchanges):
        return passed({"calls": 1})
    return failed(
        "name-not-needed",
        "the paginator runs without a name",
        expected="an error of the client or of the service",
        received=f"{len(outcome.results)} pages",
        exchanges=outcome.exchanges[:1],
    )


def _page_size(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, {"PageSize": _PAGE})
    limit = _pagination(base).limit
    return ran if isinstance(ran, Verdict) else clients.requests_carry(ran.outcome.exchanges, {limit: _PAGE})


def _page_caps(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, {"PageSize": _PAGE})
    if isinstance(ran, Verdict):
        return ran
    largest = max(len(page.get(_pagination(base).result, ())) for page in ran.outcome.results)
    if largest > _PAGE:
        return failed(
            "page-too-large",
            "a page is larger than PageSize",
            expected=f"at most {_PAGE} items",
            received=f"{largest} items",
            exchanges=ran.outcome.exchanges[:1],
        )
    return clients.same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)


def _max_items(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, {"MaxItems": _PAGE, "PageSize": 2}, **_by_identity(base))
    if isinstance(ran, Verdict):
        return ran
    return clients.same_items(ran.every[:_PAGE], ran.items, "the items up to MaxItems", ran.outcome.exchanges)


def _resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, {"MaxItems": _PAGE, "PageSize": _PAGE})
    if isinstance(ran, Verdict):
        return ran
    return passed({"items": len(ran.every)}) if ran.outcome.resume_token else _no_token(ran)


def _no_token(ran: _Ran) -> Verdict:
    return failed(
        "no-resume-token",
        "items are left, and no token is handed out",
        expected="a token to go on with",
        received="none",
        exchanges=ran.outcome.exchanges[:1],
    )


def _no_resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    subject = _subject(base, lab)
    ran = _run(base, lab, client, {"MaxItems": len(subject.items) if subject else 1})
    if isinstance(ran, Verdict):
        return ran
    if ran.outcome.resume_token is None:
        return passed({"items": len(ran.every)})
    return failed(
        "resume-token-at-the-end",
        "nothing is left, and a token is handed out",
        expected="no token",
        received="a token",
        exchanges=ran.outcome.exchanges[-1:],
    )


def _resumed(base: ClientChecks, config: _Config, lab: Lab, client: ClientLab) -> Verdict:
    first = _run(base, lab, client, config, **_by_identity(base))
    if isinstance(first, Verdict):
        return first
    token = first.outcome.resume_token
    if not token:
        return _no_token(first)
    rest = _run(base, lab, client, {"StartingToken": token, "PageSize": config["PageSize"]}, **_by_identity(base))
    if isinstance(rest, Verdict):
        return rest
    together = (*first.items, *rest.items)
    return clients.same_items(first.every, together, "the items before and after the token", rest.outcome.exchanges)


def _passes(base: ClientChecks, name: str, value: str, lab: Lab, client: ClientLab) -> Verdict:
    ran = _run(base, lab, client, {"PageSize": 100}, **{name: value})
    return ran if isinstance(ran, Verdict) else clients.requests_carry(ran.outcome.exchanges, {name: value})
