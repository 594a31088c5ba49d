"""Checks through boto3: the calls as a user makes them, and the paginator as its page describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.catalogue.check import Check, because, of_behaviour
from conformance.catalogue.client_calls import ClientLab, ClientOutcome
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws import clients
from conformance.laws.listing import Reader
from conformance.laws.verdict import Verdict, broke, failed, passed, skipped

_NO_CLIENT = "this run has no client library at hand"
_NO_LISTING = "the target has no ended resource with more than three listed items"
_PAGE = 3
_FEWEST = 4

Judge = Callable[[Lab, ClientLab], Verdict]


class ClientChecks:
    """Makes the client checks of one operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Collect the citations of the behaviours that bind clients."""
        self._contract = contract
        self._operation = operation
        self._cited = tuple(
            dict.fromkeys(
                place
                for behaviour in contract.behaviours
                if "client-checks" in behaviour.laws and operation.name in behaviour.operations
                for place in of_behaviour(behaviour)
            )
        )

    def all(self) -> Iterator[Check]:
        """Give the plain call, the modelled exception, and the paginator where the operation has one."""
        operation = self._operation
        present = tuple(f"{operation.name}/error/{code}/present" for code in operation.errors)
        yield self._check("boto3", "call", "boto3 gives every member of the answer as its own type", self._call)
        yield self._check(
            "boto3",
            "unknown-name",
            "boto3 raises the modelled exception for a name that nothing has",
            self._unknown,
            present,
        )
        if operation.paginator is not None and operation.pagination is not None:
            yield from self._paginator()

    def _check(self, subject: str, case: str, statement: str, judge: Judge, facts: tuple[str, ...] = ()) -> Check:
        def run(lab: Lab) -> Verdict:
            return judge(lab, lab.clients) if lab.clients is not None else skipped(_NO_CLIENT)

        return Check(
            f"{self._operation.name}/client/{subject}/{case}",
            "must",
            "documented",
            statement,
            because(self._contract, facts) or self._cited or because(self._contract, protocol=True),
            run,
            compares=True,
            facts=facts,
            request=f"boto3: {self._operation.name}",
            accepts=statement,
        )

    # -- calls

    def _call(self, lab: Lab, client: ClientLab) -> Verdict:
        name = lab.existing(self._operation)
        if name is None:
            return skipped("the target has no resource to ask for")
        outcome = client.call(self._operation.name, {self._operation.subject: name})
        lab.saw(outcome.exchanges)
        if problem := _problem(outcome, "the answer of the operation"):
            return problem
        raw = outcome.exchanges[-1].answer or {} if outcome.exchanges else {}
        return clients.parses(self._operation.output, raw, outcome.results[0], outcome.exchanges)

    def _unknown(self, lab: Lab, client: ClientLab) -> Verdict:
        outcome = client.call(self._operation.name, {self._operation.subject: lab.nobody})
        expected = " or ".join(f"client.exceptions.{code}" for code in self._operation.errors)
        if outcome.modelled:
            return passed({"calls": 1})
        if not outcome.exchanges:
            return broke("no-answer", f"{outcome.exception}: {outcome.message}")
        received = f"{outcome.exception}: {outcome.message}" if outcome.exception else "an answer"
        return failed(
            "other-exception",
            "another outcome than the modelled exception",
            expected=expected,
            received=received,
            exchanges=outcome.exchanges[:1],
        )

    # -- the paginator

    def _paginator(self) -> Iterator[Check]:
        fact = f"{self._operation.name}/paginator/PaginationConfig"
        rows: tuple[tuple[str, str, Judge, tuple[str, ...]], ...] = (
            ("available", "the client offers a paginator under the operation's name", self._available, ()),
            (
                "without-config",
                "PaginationConfig may be left out: all items come",
                self._without_config,
                (f"{fact}/required",),
            ),
            (
                "page-size-on-the-wire",
                "PageSize goes out as the limit of every request",
                self._page_size,
                (f"{fact}.PageSize/present",),
            ),
            (
                "page-size-caps",
                "no page is larger than PageSize, and the pages add up to the listing",
                self._page_caps,
                (f"{fact}.PageSize/present",),
            ),
            ("max-items-caps", "MaxItems is the total over all pages", self._max_items, (f"{fact}.MaxItems/present",)),
            (
                "resume-token",
                "a token to go on with is handed out where items are left",
                self._resume_token,
                (f"{fact}.MaxItems/present",),
            ),
            (
                "no-resume-token-at-the-end",
                "no token is handed out where nothing is left",
                self._no_resume_token,
                (f"{fact}.MaxItems/present",),
            ),
            (
                "starting-token",
                "StartingToken goes on without gap or overlap",
                self._starting_token,
                (f"{fact}.StartingToken/present",),
            ),
            (
                "starting-token-in-a-page",
                "StartingToken goes on from the middle of a page",
                self._starting_in_page,
                (f"{fact}.StartingToken/present",),
            ),
        )
        for case, statement, judge, facts in rows:
            yield self._check("paginator", case, statement, judge, facts)
        for name, value in self._arguments():
            yield self._check(
                "paginator",
                f"passes-{name}",
                f"{name} goes out with every request",
                partial(self._passes, name, value),
                (f"{self._operation.name}/paginator/{name}/present",),
            )

    def _arguments(self) -> Iterator[tuple[str, str]]:
        for name, node in (self._operation.paginator.members if self._operation.paginator else {}).items():
            if node.accepted_values():
                yield name, (node.accepted_values() or ("",))[0]

    def _listing(self, lab: Lab) -> tuple[str, tuple[str, ...]] | None:
        view = lab.paging_subject()
        if view is None or len(view.items) < _FEWEST:
            return None
        return view.name, Reader.of(self._operation).identities(view.items)

    def _run(
        self, lab: Lab, client: ClientLab, config: dict[str, Any] | None, **members: Any
    ) -> tuple[ClientOutcome, tuple[str, ...], tuple[str, ...]] | Verdict:
        """Give the outcome, the identities it handed out, and those of the whole listing; or why there are none."""
        listing = self._listing(lab)
        if listing is None:
            return skipped(_NO_LISTING)
        name, every = listing
        outcome = client.paginate(self._operation.name, {self._operation.subject: name, **members}, config)
        lab.saw(outcome.exchanges)
        if problem := _problem(outcome, "the pages of the listing"):
            return problem
        return outcome, self._items(outcome), every

    def _items(self, outcome: ClientOutcome) -> tuple[str, ...]:
        result = self._operation.pagination.result if self._operation.pagination else ""
        reader = Reader.of(self._operation)
        return tuple(reader.identity(item) for page in outcome.results for item in page.get(result, ()))

    def _available(self, lab: Lab, client: ClientLab) -> Verdict:  # noqa: ARG002 - one signature for all judges
        if client.can_paginate(self._operation.name):
            return passed({"paginators": 1})
        return failed(
            "no-paginator", "the installed client has no such paginator", expected="a paginator", received="none"
        )

    def _without_config(self, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, None)
        return run if isinstance(run, Verdict) else clients.same_items(run[2], run[1], "the pages", run[0].exchanges)

    def _page_size(self, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, {"PageSize": _PAGE})
        limit = self._operation.pagination.limit if self._operation.pagination else ""
        return run if isinstance(run, Verdict) else clients.requests_carry(run[0].exchanges, {limit: _PAGE})

    def _page_caps(self, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, {"PageSize": _PAGE})
        if isinstance(run, Verdict):
            return run
        result = self._operation.pagination.result if self._operation.pagination else ""
        largest = max(len(page.get(result, ())) for page in run[0].results)
        if largest > _PAGE:
            return failed(
                "page-too-large",
                "a page is larger than PageSize",
                expected=f"at most {_PAGE} items",
                received=f"{largest} items",
                exchanges=run[0].exchanges[:1],
            )
        return clients.same_items(run[2], run[1], "the pages", run[0].exchanges)

    def _max_items(self, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, {"MaxItems": _PAGE, "PageSize": 2})
        return (
            run
            if isinstance(run, Verdict)
            else clients.same_items(run[2][:_PAGE], run[1], "the items up to MaxItems", run[0].exchanges)
        )

    def _resume_token(self, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, {"MaxItems": _PAGE, "PageSize": _PAGE})
        if isinstance(run, Verdict):
            return run
        if run[0].resume_token:
            return passed({"items": len(run[2])})
        return failed(
            "no-resume-token",
            "items are left, and no token is handed out",
            expected="a token to go on with",
            received="none",
            exchanges=run[0].exchanges[:1],
        )

    def _no_resume_token(self, lab: Lab, client: ClientLab) -> Verdict:
        listing = self._listing(lab)
        run = self._run(lab, client, {"MaxItems": len(listing[1]) if listing else 1})
        if isinstance(run, Verdict):
            return run
        if run[0].resume_token is None:
            return passed({"items": len(run[2])})
        return failed(
            "resume-token-at-the-end",
            "nothing is left, and a token is handed out",
            expected="no token",
            received="a token",
            exchanges=run[0].exchanges[-1:],
        )

    def _starting_token(self, lab: Lab, client: ClientLab) -> Verdict:
        return self._resumed(lab, client, {"MaxItems": _PAGE, "PageSize": _PAGE})

    def _starting_in_page(self, lab: Lab, client: ClientLab) -> Verdict:
        return self._resumed(lab, client, {"MaxItems": _PAGE, "PageSize": 2})

    def _resumed(self, lab: Lab, client: ClientLab, config: dict[str, Any]) -> Verdict:
        first = self._run(lab, client, config)
        if isinstance(first, Verdict):
            return first
        token = first[0].resume_token
        if not token:
            return failed(
                "no-resume-token",
                "items are left, and no token is handed out",
                expected="a token to go on with",
                received="none",
                exchanges=first[0].exchanges[:1],
            )
        rest = self._run(lab, client, {"StartingToken": token, "PageSize": config["PageSize"]})
        if isinstance(rest, Verdict):
            return rest
        return clients.same_items(
            first[2], (*first[1], *rest[1]), "the items before and after the token", rest[0].exchanges
        )

    def _passes(self, name: str, value: str, lab: Lab, client: ClientLab) -> Verdict:
        run = self._run(lab, client, {"PageSize": _PAGE}, **{name: value})
        return run if isinstance(run, Verdict) else clients.requests_carry(run[0].exchanges, {name: value})


def _problem(outcome: ClientOutcome, expected: str) -> Verdict | None:
    if not outcome.exception:
        return None
    if not outcome.exchanges:
        return broke("no-answer", f"{outcome.exception}: {outcome.message}")
    return clients.raised(outcome.exception, outcome.message, expected, outcome.exchanges)
