"""Checks of tokens and page sizes: when a token comes, what it leads to, and what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.catalogue.check import Check, because
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import ListingChecks
from conformance.contract import Contract, Operation
from conformance.laws import paging
from conformance.laws.paging import Walked
from conformance.laws.survey import View
from conformance.laws.verdict import Verdict, skipped
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_SIZES = (1, 3, 10)
_NO_TOKEN = "the target has no ended resource with a listing longer than a page"  # noqa: S105 - a reason
_GARBAGE = (
    ("word", "not-a-token-that-anybody-issued"), ("number", "10"), ("base64", "eyJvZmZzZXQiOiAxMH0="), ("empty", ""),
)  # fmt: skip


@dataclass(frozen=True)
class _Case:
    name: str
    statement: str
    run: Callable[[Lab], Verdict]
    level: str = "must"
    facts: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()


class TokenChecks:
    """Makes the token checks of one listing operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Keep the listing's reader and the names of its token, limit and result members."""
        if operation.pagination is None:
            raise ValueError(f"{operation.name} has no pages")
        self._contract = contract
        self._operation = operation
        self._pagination = operation.pagination
        self._checks = ListingChecks(contract, operation)
        self._reader = self._checks.reader
        self._token = f"output/{self._pagination.output_token}/present"
        self._limit = f"input/{self._pagination.limit}"

    def all(self) -> Iterator[Check]:
        """Every check of tokens and page sizes."""
        for subject, cases in (("token", self._tokens()), ("page-size", self._page_sizes())):
            for case in cases:
                ids = tuple(f"{self._operation.name}/{fact}" for fact in case.facts)
                yield Check(
                    f"{self._operation.name}/pagination/{subject}/{case.name}",
                    case.level,
                    "documented" if case.level == "must" else "inferred",
                    case.statement,
                    because(self._contract, ids, case.observed),
                    case.run,
                    compares=True,
                    facts=ids,
                    request=f"{self._operation.name}, page after page",
                    accepts=case.statement,
                )

    # -- evidence

    def _walks(self, lab: Lab) -> list[Walked]:
        view = lab.paging_subject()
        return [lab.walk(view.name, size=size) for size in _SIZES] if view else []

    def _counted(self, lab: Lab, size: int | None = None) -> list[tuple[Walked, int]]:
        """First pages of every ended resource, with the number of items that it has."""
        walks = [(lab.walk(view.name, size=size), len(view.items)) for view in lab.listed_views()]
        return [(self._first_page(walk), count) for walk, count in walks]

    @staticmethod
    def _first_page(walk: Walked) -> Walked:
        return replace(walk, listing=replace(walk.listing, pages=walk.listing.pages[:1]))

    def _page(self, lab: Lab, **members: Any) -> Exchange | None:
        view = lab.paging_subject()
        return lab.exchange(self._request(view, **members)) if view else None

    def _request(self, view: View, **members: Any) -> Request:
        return Request.call(self._operation.name, {self._operation.subject: view.name, **members})

    def _issued(self, lab: Lab, **members: Any) -> tuple[View, str] | None:
        """Give a token of the first page of a query, with the resource that it belongs to."""
        view = lab.paging_subject()
        page = self._page(lab, **members)
        token = (page.answer or {}).get(self._pagination.output_token) if page else None
        return (view, token) if view and isinstance(token, str) else None

    # -- tokens

    def _tokens(self) -> Iterator[_Case]:
        reader, token = self._reader, (self._token,)
        yield _Case(
            "while-truncated",
            "a page that leaves items out carries a token",
            lambda lab: paging.truncated_pages_lead_on(
                reader, [(self._first_page(walk), self._count(lab)) for walk in self._walks(lab)]
            ),
            facts=token,
        )
        yield _Case(
            "string",
            "a token is a string that is not empty",
            lambda lab: paging.token_while_truncated(reader, self._walks(lab)),
            facts=token,
        )
        yield _Case(
            "none-when-all-fit",
            "a listing that fits on its page carries no token",
            lambda lab: paging.no_token_at_the_end(reader, self._counted(lab), exact=False),
            facts=token,
        )
        yield _Case(
            "none-when-just-full",
            "a listing that fills its page to the last place carries no token",
            lambda lab: paging.no_token_at_the_end(reader, [*self._counted(lab, 10), *self._counted(lab)], exact=True),
            "should",
            token,
            ("O22",),
        )
        yield _Case(
            "never-back",
            "no token leads back to the first page",
            lambda lab: paging.never_the_first_page_again(reader, self._walks(lab)),
            facts=token,
        )
        yield _Case(
            "repeatable",
            "the same token gives the same page again",
            self._repeatable,
            facts=(f"input/{self._pagination.input_token}/present",),
        )
        for name, value in _GARBAGE:
            if name != "empty":
                yield _Case(
                    f"made-up-{name}",
                    f"a token that nobody issued ({value}) is refused",
                    lambda lab, value=value: self._made_up(lab, value),  # type: ignore[misc]
                    "should",
                    (f"input/{self._pagination.input_token}/present",),
                    ("O40",),
                )
        spec = reader.spec
        keys = list(spec.keys)
        others: list[tuple[str, dict[str, Any]]] = [
            ("another-order", {spec.sort_by: keys[0], spec.sort_order: spec.descending}),
            ("another-key", {spec.sort_by: keys[1]}),
            ("another-page-size", {self._pagination.limit: 2}),
        ]
        others += [(f"a-filter-{value}", {name: value}) for name, value in self._checks.filters[:2]]
        for name, members in others:
            yield _Case(
                f"offered-to-{name}",
                f"a token offered to {name.replace('-', ' ')} is refused, or gives items that the query admits",
                lambda lab, members=members: self._foreign(lab, members),
                "should",
                (f"input/{self._pagination.input_token}/present",),
                ("O40",),
            )  # type: ignore[misc]
        yield _Case(
            "offered-to-another-resource",
            "a token offered to another resource is refused, or gives that resource's items",
            self._other_resource,
            facts=(f"input/{self._pagination.input_token}/present",),
        )

    def _count(self, lab: Lab) -> int:
        view = lab.paging_subject()
        return len(view.items) if view else 0

    def _repeatable(self, lab: Lab) -> Verdict:
        issued = self._issued(lab)
        if issued is None:
            return skipped(_NO_TOKEN)
        request = self._request(issued[0], **{self._pagination.input_token: issued[1]})
        return paging.same_page(self._reader, lab.exchange(request), lab.send_again(request))

    def _made_up(self, lab: Lab, value: str) -> Verdict:
        page = self._page(lab, **{self._pagination.input_token: value})
        return paging.unissued_token(page) if page else skipped(_NO_TOKEN)

    def _foreign(self, lab: Lab, members: dict[str, Any]) -> Verdict:
        issued = self._issued(lab)
        if issued is None:
            return skipped(_NO_TOKEN)
        view, token = issued
        names = [name for name, _ in self._checks.filters if name in members]
        admitted = [
            item for item in view.items if all(self._reader.filtered(name, item) == members[name] for name in names)
        ]
        words = "match the filter" if names else f"{view.name} has"
        exchange = lab.exchange(self._request(view, **members, **{self._pagination.input_token: token}))
        return paging.foreign_token(self._reader, exchange, frozenset(self._reader.identities(admitted)), words)

    def _other_resource(self, lab: Lab) -> Verdict:
        issued = self._issued(lab)
        other = next(
            (view for view in lab.listed_views() if issued and view.name != issued[0].name and view.items), None
        )
        if issued is None or other is None:
            return skipped("the target has no two ended resources with listed items")
        exchange = lab.exchange(self._request(other, **{self._pagination.input_token: issued[1]}))
        return paging.foreign_token(
            self._reader, exchange, frozenset(self._reader.identities(other.items)), f"{other.name} has"
        )

    # -- page sizes

    def _page_sizes(self) -> Iterator[_Case]:
        default = self._operation.input.members[self._pagination.limit].effective("default")
        facts = (f"{self._limit}/default",)
        yield _Case(
            "default-at-most",
            f"without {self._pagination.limit} a page holds at most {default} items",
            lambda lab: self._default(lab, int(default), exact=False),
            facts=facts,
        )
        yield _Case(
            "default-full",
            f"without {self._pagination.limit} a page holds {default} items where there are more",
            lambda lab: self._default(lab, int(default), exact=True),
            "should",
            facts,
        )
        yield _Case(
            "default-written-out",
            f"{self._pagination.limit} {default} written out gives the page that comes without it",
            lambda lab: self._written_out(lab, int(default)),
            facts=facts,
        )
        yield _Case(
            "full-pages",
            "every page but the last is full",
            lambda lab: paging.full_pages(self._reader, self._walks(lab)),
            "should",
            (f"{self._limit}/present",),
            ("O22",),
        )

    def _default(self, lab: Lab, default: int, *, exact: bool) -> Verdict:
        return paging.default_page_size(
            self._reader,
            [(lab.exchange(self._request(view)), len(view.items)) for view in lab.listed_views()],
            default,
            exact=exact,
        )

    def _written_out(self, lab: Lab, default: int) -> Verdict:
        view = lab.paging_subject()
        if view is None or len(view.items) <= default:
            return skipped(_NO_TOKEN)
        pages = (
            lab.exchange(self._request(view)),
            lab.exchange(self._request(view, **{self._pagination.limit: default})),
        )
        return paging.same_page(self._reader, *pages)
