"""Checks of boto3's paginator, as its page describes it: sizes, totals, resuming, and arguments passed through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.client_checks import ClientChecks, Judge, needs_name
from conformance.catalogue.lab import Lab
from conformance.catalogue.paginator_runs import Config, Ran, by_identity, paginate, subject_of
from conformance.contract import Pagination
from conformance.laws import clients
from conformance.laws.listing import Reader
from conformance.laws.verdict import Verdict, failed, passed

_PAGE = 3
_CUT: Config = {"MaxItems": _PAGE, "PageSize": 2}
"""Settings that stop a run in the middle of a page."""
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
            partial(_resumed, base, _CUT, _CUT, whole=True),
            (*config("MaxItems"), *config("StartingToken")),
        ),
        (
            "starting-token",
            "StartingToken goes on without gap or overlap",
            partial(_resumed, base, {"MaxItems": _PAGE, "PageSize": _PAGE}, {"PageSize": _PAGE}),
            config("StartingToken"),
        ),
        (
            "starting-token-in-a-page",
            "StartingToken goes on from the middle of a page",
            partial(_resumed, base, _CUT, {"PageSize": 2}),
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
    return _every_item(paginate(base, lab, client, config))


def _every_item(ran: Ran) -> Verdict:
    return clients.same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)


def _defaults(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, None)
    return clients.requests_carry(ran.outcome.exchanges, {}, tuple(_arguments(base)))


def _nameless(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:  # noqa: ARG001 - as above
    outcome = client.paginate(base.operation.name, {}, None)
    return needs_name(outcome, "the paginator runs without a name", f"{len(outcome.results)} pages")


def _page_size(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {"PageSize": _PAGE})
    return clients.requests_carry(ran.outcome.exchanges, {_pagination(base).limit: _PAGE})


def _page_caps(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {"PageSize": _PAGE})
    largest = max((len(page.get(_pagination(base).result, ())) for page in ran.outcome.results), default=0)
    if largest > _PAGE:
        return failed(
            "page-too-large",
            "a page is larger than PageSize",
            expected=f"at most {_PAGE} items",
            received=f"{largest} items",
            exchanges=ran.outcome.exchanges[:1],
        )
    return _every_item(ran)


def _pagination(base: ClientChecks) -> Pagination:
    return Reader.of(base.operation).pagination


def _max_items(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, _CUT, **by_identity(base))
    return clients.same_items(ran.every[:_PAGE], ran.items, "the items up to MaxItems", ran.outcome.exchanges)


def _resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {"MaxItems": _PAGE, "PageSize": _PAGE})
    return _no_token(ran) or passed({"items": len(ran.every)})


def _no_token(ran: Ran) -> Verdict | None:
    """Judge the end of a run that left items: None where it handed out a token."""
    if ran.outcome.resume_token:
        return None
    reason, expected = "items are left, and no token is handed out", "a token to go on with"
    exchanges = ran.outcome.exchanges[:1]
    return failed("no-resume-token", reason, expected=expected, received="none", exchanges=exchanges)


def _no_resume_token(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    subject = subject_of(base, lab)
    ran = paginate(base, lab, client, {"MaxItems": len(subject.items) if subject else 1})
    return _token_at_the_end(ran) or passed({"items": len(ran.every)})


def _token_at_the_end(ran: Ran) -> Verdict | None:
    """Judge the end of a run that left nothing: None where it handed out no token."""
    if ran.outcome.resume_token is None:
        return None
    reason, exchanges = "nothing is left, and a token is handed out", ran.outcome.exchanges[-1:]
    return failed("resume-token-at-the-end", reason, expected="no token", received="a token", exchanges=exchanges)


def _resumed(  # noqa: PLR0913 - how it begins and goes on, and where to ask
    base: ClientChecks, config: Config, more: Config, lab: Lab, client: ClientLab, *, whole: bool = False
) -> Verdict:
    """Judge a run that `config` stops early, and a second one that goes on from its token with the settings `more`."""
    first = paginate(base, lab, client, config, whole=whole, **by_identity(base))
    if problem := _no_token(first):
        return problem
    more = {**more, "StartingToken": first.outcome.resume_token}
    rest = paginate(base, lab, client, more, whole=whole, **by_identity(base))
    wanted = first.every[: config["MaxItems"] + more["MaxItems"]] if "MaxItems" in more else first.every
    together = (*first.items, *rest.items)
    return clients.same_items(wanted, together, "the items before and after the token", rest.outcome.exchanges)


def _passes(base: ClientChecks, name: str, value: str, lab: Lab, client: ClientLab) -> Verdict:
    members: dict[str, Any] = {name: value}
    ran = paginate(base, lab, client, {"PageSize": 100}, **members)
    return clients.requests_carry(ran.outcome.exchanges, {name: value})


def _whole(base: ClientChecks, lab: Lab, client: ClientLab) -> Verdict:
    ran = paginate(base, lab, client, {}, whole=True, **by_identity(base))
    listed = clients.same_items(ran.every, ran.items, "the items of the full result", ran.outcome.exchanges)
    return _token_at_the_end(ran) or listed
