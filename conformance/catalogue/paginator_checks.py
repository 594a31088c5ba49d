"""Checks of boto3's paginator, as its page describes it: sizes, totals, resuming, and arguments passed through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.client_checks import ClientChecks, Judge
from conformance.catalogue.lab import Lab
from conformance.catalogue.paginator_runs import Config, Ran, by_identity, paginate, pagination_of, subject_of
from conformance.laws import clients
from conformance.laws.verdict import Verdict, failed, passed

_PAGE = 3
_CONFIG = "paginator/PaginationConfig"
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
    "full-result": "paginator-resume-token",
    "full-result-token": "paginator-resume-token",
    "starting-token": "paginator-starting-token",
    "starting-token-in-a-page": "paginator-starting-token",
}

LAWS = frozenset(_LAW_OF.values())
"""The names by which behaviours call for these checks."""


def paginator_checks(base: ClientChecks) -> Iterator[Check]:
    """Give the checks of the paginator of a listing operation."""
    subject = f"paginator/{base.operation.subject}" if base.operation.subject else "paginator"

    def config(name: str) -> tuple[str, ...]:
        return tuple(f"{_CONFIG}.{name}/{facet}" for facet in ("present", "type"))

    arguments = tuple(f"paginator/{name}/required" for name in _arguments(base))
    settings = tuple(f"{_CONFIG}.{name}/required" for name in ("MaxItems", "PageSize", "StartingToken"))

    whole = (f"{_CONFIG}/required", f"{_CONFIG}/present", f"{subject}/present", f"{subject}/type", *arguments)
    defaults = tuple(
        f"paginator/{name}/default" for name, node in _arguments(base).items() if "default" in node.documented
    )
    rows: tuple[tuple[str, str, Judge, tuple[str, ...]], ...] = (
        ("available", "the client offers a paginator under the operation's name", partial(_available, base), ()),
        ("without-config", "PaginationConfig may be left out: all items come", partial(_all, base, None), whole),
        ("config", "PaginationConfig is a dictionary", partial(_all, base, {}), (f"{_CONFIG}/type", *settings)),
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
            "full-result",
            "the full result has all items under their member, and no token",
            partial(_whole, base),
            config("MaxItems"),
        ),
        (
            "full-result-token",
            "the full result up to MaxItems has a token, by which StartingToken goes on",
            partial(_whole_in_parts, base),
            (*config("MaxItems"), *config("StartingToken")),
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
        if case == "name-left-out" and not base.operation.subject:
            continue
        yield base.check(("paginator", case), statement, judge, facts=facts, laws=(_LAW_OF[case],))
    for name, node in _arguments(base).items():
        facts = tuple(f"paginator/{name}/{facet}" for facet in ("present", "type", "enum"))
        for value in node.accepted_values() or ():
            words = f"{name} {value} goes out with every request"
            judge = partial(_passes, base, name, value)
            yield base.check(("paginator", f"passes-{name}-{value}"), words, judge, facts=facts, laws=_ARGUMENTS)


def _arguments(base: ClientChecks) -> dict[str, Any]:
    members = base.operation.paginator.members if base.operation.paginator else {}
    return {name: node for name, node in members.items() if node.accepted_values()}


def _available(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:  # noqa: ARG001 - one signature for all judges
    if client.can_paginate(base.operation.name):
        return passed({"paginators": 1})
    return failed("no-paginator", "the installed client has no such paginator", expected="a paginator", received="none")


def _all(base: ClientChecks, config: Config | None, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, config)
    return (
        ran
        if isinstance(ran, Verdict)
        else clients.same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)
    )


def _defaults(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, None)
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
    ran = paginate(base, lab, client, {"PageSize": _PAGE})
    limit = pagination_of(base).limit
    return ran if isinstance(ran, Verdict) else clients.requests_carry(ran.outcome.exchanges, {limit: _PAGE})


def _page_caps(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {"PageSize": _PAGE})
    if isinstance(ran, Verdict):
        return ran
    largest = max((len(page.get(pagination_of(base).result, ())) for page in ran.outcome.results), default=0)
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
    ran = paginate(base, lab, client, {"MaxItems": _PAGE, "PageSize": 2}, **by_identity(base))
    if isinstance(ran, Verdict):
        return ran
    return clients.same_items(ran.every[:_PAGE], ran.items, "the items up to MaxItems", ran.outcome.exchanges)


def _resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {"MaxItems": _PAGE, "PageSize": _PAGE})
    if isinstance(ran, Verdict):
        return ran
    return passed({"items": len(ran.every)}) if ran.outcome.resume_token else _no_token(ran)


def _no_token(ran: Ran) -> Verdict:
    return failed(
        "no-resume-token",
        "items are left, and no token is handed out",
        expected="a token to go on with",
        received="none",
        exchanges=ran.outcome.exchanges[:1],
    )


def _no_resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    subject = subject_of(base, lab)
    ran = paginate(base, lab, client, {"MaxItems": len(subject.items) if subject else 1})
    if isinstance(ran, Verdict):
        return ran
    return passed({"items": len(ran.every)}) if ran.outcome.resume_token is None else _token_at_the_end(ran)


def _token_at_the_end(ran: Ran) -> Verdict:
    return failed(
        "resume-token-at-the-end",
        "nothing is left, and a token is handed out",
        expected="no token",
        received="a token",
        exchanges=ran.outcome.exchanges[-1:],
    )


def _resumed(base: ClientChecks, config: Config, lab: Lab, client: ClientLab) -> Verdict:
    first = paginate(base, lab, client, config, **by_identity(base))
    if isinstance(first, Verdict):
        return first
    token = first.outcome.resume_token
    if not token:
        return _no_token(first)
    rest = paginate(base, lab, client, {"StartingToken": token, "PageSize": config["PageSize"]}, **by_identity(base))
    if isinstance(rest, Verdict):
        return rest
    together = (*first.items, *rest.items)
    return clients.same_items(first.every, together, "the items before and after the token", rest.outcome.exchanges)


def _passes(base: ClientChecks, name: str, value: str, lab: Lab, client: ClientLab) -> Verdict:
    members: dict[str, Any] = {name: value}
    ran = paginate(base, lab, client, {"PageSize": 100}, **members)
    return ran if isinstance(ran, Verdict) else clients.requests_carry(ran.outcome.exchanges, {name: value})


def _whole(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {}, whole=True, **by_identity(base))
    if isinstance(ran, Verdict):
        return ran
    if ran.outcome.resume_token is not None:
        return _token_at_the_end(ran)
    return clients.same_items(ran.every, ran.items, "the items of the full result", ran.outcome.exchanges)


def _whole_in_parts(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    size: Config = {"MaxItems": _PAGE, "PageSize": 2}
    first = paginate(base, lab, client, size, whole=True, **by_identity(base))
    if isinstance(first, Verdict):
        return first
    if not first.outcome.resume_token:
        return _no_token(first)
    more = {**size, "StartingToken": first.outcome.resume_token}
    second = paginate(base, lab, client, more, whole=True, **by_identity(base))
    if isinstance(second, Verdict):
        return second
    together = (*first.items, *second.items)
    wanted = first.every[: 2 * _PAGE]
    return clients.same_items(wanted, together, "the items before and after the token", second.outcome.exchanges)
