"""Checks of boto3's paginator, as its page describes it: sizes, totals, resuming, and arguments passed through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.checks.check import Check, Unfit
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.clients.boto3_checks import ClientChecks, Evaluate, needs_name, unfinished
from conformance.clients.boto3_session import Boto3Client, ClientOutcome
from conformance.clients.laws import requests_carry, same_items
from conformance.contract.model import Pagination
from conformance.session.listing import Reader
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot

NO_LISTING = "the target has no ended resource with more than three listed items"
_FEWEST = 4

Config = Mapping[str, Any]
"""The members of PaginationConfig."""
_Run = Callable[[str, Mapping[str, Any], Config | None], ClientOutcome]


@dataclass(frozen=True)
class Ran:
    """A paginator that came to its end: what it returned, and the whole listing."""

    outcome: ClientOutcome
    items: tuple[str, ...]
    every: tuple[str, ...]


def by_identity(base: ClientChecks) -> dict[str, Any]:
    """Return the members that ask for an order without ties: two runs of any other may hand out ties differently."""
    spec = Reader.of(base.operation).spec
    keys = [name for name, path in spec.keys.items() if path == spec.identity]
    return {spec.sort_by: keys[0], spec.sort_order: spec.ascending} if keys else {}


def subject_of(base: ClientChecks, session: TargetSession) -> ListingSnapshot | None:
    """Return the inventory with the fewest items that do not fit on a default page; the longest where all do."""
    default = base.operation.input.members[Reader.of(base.operation).pagination.limit].effective("default") or 0

    def choose() -> ListingSnapshot | None:
        listed = session.listed(base.operation)
        longer = [each for each in listed if len(each.items) > default]
        return min(longer, key=_length) if longer else max(listed, key=_length, default=None)

    return session.chosen("longer than a page", base.operation, choose)


def _length(inventory: ListingSnapshot) -> int:
    return len(inventory.items)


def _paginated(
    base: ClientChecks, session: TargetSession, run: _Run, config: Config | None, members: Mapping[str, Any]
) -> ClientOutcome:
    """Run the paginator, once for all checks that run it in the same way."""
    settings = None if config is None else tuple(sorted(config.items()))

    def make() -> ClientOutcome:
        outcome = run(base.operation.name, members, config)
        session.saw(outcome.exchanges)
        return outcome

    key = (run.__name__, base.operation.name, settings, tuple(sorted(members.items())))
    return session.remembered(key, make)


def paginate(
    base: ClientChecks,
    session: TargetSession,
    client: Boto3Client,
    config: Config | None,
    *,
    whole: bool = False,
    **members: Any,
) -> Ran:
    """Run the paginator over the listing that is worth it, page by page, or for its full result.

    Raises Unfit where there is no such listing, or the paginator does not come to its end.
    """
    subject = subject_of(base, session)
    if subject is None or len(subject.items) < _FEWEST:
        raise Unfit(skipped(NO_LISTING))
    members = {**subject.members, **members}
    walked = session.walk(base.operation, members).listing
    if walked.left_off:
        raise Unfit(skipped(f"{subject.name}: {walked.problem}, too long to be gone over by the client"))
    outcome = _paginated(base, session, client.full_result if whole else client.paginate, config, members)
    if problem := unfinished(outcome, "the pages of the listing"):
        raise Unfit(problem)
    reader = Reader.of(base.operation)
    items = tuple(reader.identity(item) for page in outcome.results for item in page.get(reader.pagination.result, ()))
    return Ran(outcome, items, reader.identities(walked.items))


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
    """Yield the checks of the paginator of a listing operation."""
    subject = f"paginator/{base.operation.subject}" if base.operation.subject else "paginator"

    def config(name: str) -> tuple[str, ...]:
        return tuple(f"{_CONFIG}.{name}/{facet}" for facet in ("present", "type"))

    arguments = tuple(f"paginator/{name}/required" for name in _arguments(base))
    settings = tuple(f"{_CONFIG}.{name}/required" for name in ("MaxItems", "PageSize", "StartingToken"))

    whole = (f"{_CONFIG}/required", f"{_CONFIG}/present", f"{subject}/present", f"{subject}/type", *arguments)
    defaults = tuple(
        f"paginator/{name}/default" for name, node in _arguments(base).items() if "default" in node.documented
    )
    rows: tuple[tuple[str, str, Evaluate, tuple[str, ...]], ...] = (
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
    for case, statement, evaluate, facts in rows:
        if case == "name-left-out" and not base.operation.subject:
            continue
        yield base.check(("paginator", case), statement, evaluate, facts=facts, laws=(_LAW_OF[case],))
    for name, node in _arguments(base).items():
        facts = tuple(f"paginator/{name}/{facet}" for facet in ("present", "type", "enum"))
        for value in node.accepted_values() or ():
            words = f"{name} {value} goes out with every request"
            evaluate = partial(_passes, base, name, value)
            yield base.check(("paginator", f"passes-{name}-{value}"), words, evaluate, facts=facts, laws=_ARGUMENTS)


def _arguments(base: ClientChecks) -> dict[str, Any]:
    members = base.operation.paginator.members if base.operation.paginator else {}
    return {name: node for name, node in members.items() if node.accepted_values()}


def _available(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:  # noqa: ARG001 - one signature for all judges
    if client.can_paginate(base.operation.name):
        return passed({"paginators": 1})
    return failed("no-paginator", "the installed client has no such paginator", expected="a paginator", received="none")


def _all(base: ClientChecks, config: Config | None, session: TargetSession, client: Boto3Client) -> Verdict:
    return _every_item(paginate(base, session, client, config))


def _every_item(ran: Ran) -> Verdict:
    return same_items(sorted(ran.every), sorted(ran.items), "the pages", ran.outcome.exchanges)


def _defaults(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, None)
    return requests_carry(ran.outcome.exchanges, {}, tuple(_arguments(base)))


def _nameless(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:  # noqa: ARG001 - as above
    outcome = client.paginate(base.operation.name, {}, None)
    return needs_name(outcome, "the paginator runs without a name", f"{len(outcome.results)} pages")


def _page_size(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, {"PageSize": _PAGE})
    return requests_carry(ran.outcome.exchanges, {_pagination(base).limit: _PAGE})


def _page_caps(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, {"PageSize": _PAGE})
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


def _max_items(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, _CUT, **by_identity(base))
    return same_items(ran.every[:_PAGE], ran.items, "the items up to MaxItems", ran.outcome.exchanges)


def _resume_token(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, {"MaxItems": _PAGE, "PageSize": _PAGE})
    return _no_token(ran) or passed({"items": len(ran.every)})


def _no_token(ran: Ran) -> Verdict | None:
    """Evaluate the end of a run that left items: None where it handed out a token."""
    if ran.outcome.resume_token:
        return None
    reason, expected = "items are left, and no token is handed out", "a token to go on with"
    exchanges = ran.outcome.exchanges[:1]
    return failed("no-resume-token", reason, expected=expected, received="none", exchanges=exchanges)


def _no_resume_token(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    subject = subject_of(base, session)
    ran = paginate(base, session, client, {"MaxItems": len(subject.items) if subject else 1})
    return _token_at_the_end(ran) or passed({"items": len(ran.every)})


def _token_at_the_end(ran: Ran) -> Verdict | None:
    """Evaluate the end of a run that left nothing: None where it handed out no token."""
    if ran.outcome.resume_token is None:
        return None
    reason, exchanges = "nothing is left, and a token is handed out", ran.outcome.exchanges[-1:]
    return failed("resume-token-at-the-end", reason, expected="no token", received="a token", exchanges=exchanges)


def _resumed(  # noqa: PLR0913 - how it begins and goes on, and where to ask
    base: ClientChecks,
    config: Config,
    more: Config,
    session: TargetSession,
    client: Boto3Client,
    *,
    whole: bool = False,
) -> Verdict:
    """Evaluate a run that `config` stops early, and a second one that goes on from its token with `more`."""
    first = paginate(base, session, client, config, whole=whole, **by_identity(base))
    if problem := _no_token(first):
        return problem
    more = {**more, "StartingToken": first.outcome.resume_token}
    rest = paginate(base, session, client, more, whole=whole, **by_identity(base))
    wanted = first.every[: config["MaxItems"] + more["MaxItems"]] if "MaxItems" in more else first.every
    together = (*first.items, *rest.items)
    return same_items(wanted, together, "the items before and after the token", rest.outcome.exchanges)


def _passes(base: ClientChecks, name: str, value: str, session: TargetSession, client: Boto3Client) -> Verdict:
    members: dict[str, Any] = {name: value}
    ran = paginate(base, session, client, {"PageSize": 100}, **members)
    return requests_carry(ran.outcome.exchanges, {name: value})


def _whole(base: ClientChecks, session: TargetSession, client: Boto3Client) -> Verdict:
    ran = paginate(base, session, client, {}, whole=True, **by_identity(base))
    listed = same_items(ran.every, ran.items, "the items of the full result", ran.outcome.exchanges)
    return _token_at_the_end(ran) or listed
