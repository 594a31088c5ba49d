"""What a run asks: few requests, none of them twice, and each walk over the listing that tells most for its pages."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from conformance.checks.listing.walks import ListingChecks, Query, Walker
from conformance.checks.request.values import request_violations
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.mutation.servers import InProcess
from conformance.reference.service import Service
from conformance.session.session import Resource, TargetSession
from conformance.session.snapshot import ListingSnapshot
from conformance.suite.catalogue import catalogue
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

CONTRACT = load()
CHECKS = tuple(check for check in catalogue(CONTRACT) if check.area != "client")
LISTING = ListingChecks(CONTRACT, next(each for each in CONTRACT.operations.values() if each.listing))
MOST = 1_100
"""Requests of a run without client libraries: half of what it took when the longest listing was cut into every size."""
MEANT_TWICE = 5
"""Requests that a law wants to be sent twice: a token again, and a plain request of each operation."""
HANDY = 12


class Counting:
    """Sends requests to the reference server in this process, and counts them."""

    def __init__(self) -> None:
        self.sent: Counter[Request] = Counter()
        self._sender = InProcess(CONTRACT, Service(load_world("default"), contract=CONTRACT))

    def send(self, request: Request) -> Exchange:
        self.sent[request] += 1
        return self._sender.send(request)


def session(sender: Counting, names: tuple[str, ...] = ()) -> TargetSession:
    jobs = [job for job in load_world("default").jobs if not names or job.name in names]
    return TargetSession(CONTRACT, sender, tuple(Resource(job.name) for job in jobs), related=related)


@cache
def asked() -> Counter[Request]:
    sender = Counting()
    runner = Runner(session(sender), CHECKS)
    for check in CHECKS:
        runner.verdict(check)
    return sender.sent


def test_a_run_asks_little() -> None:
    assert sum(asked().values()) < MOST


def test_nothing_is_asked_twice_but_what_a_law_wants_twice() -> None:
    again = {request: count for request, count in asked().items() if count > 1}
    assert set(again.values()) <= {2}
    assert len(again) <= MEANT_TWICE, [request.body for request in again]


def test_a_token_beside_what_is_broken_is_that_of_a_whole_query() -> None:
    sender = Counting()
    asking = session(sender)
    beside = [check for check in CHECKS if check.id.endswith("-beside-a-token")]
    assert {check.run(asking).outcome for check in beside} == {Outcome.PASSED}
    (operation,) = {check.operation for check in beside}
    asked_for = CONTRACT.operations[operation].input
    broken = [
        each for each in sender.sent if each.operation == operation and request_violations(asked_for, each.members)
    ]
    assert len(broken) == len(beside)
    tokens = {request.members["NextToken"] for request in broken}
    assert len(tokens) == 1
    assert tokens < {request.members.get("NextToken") for request in sender.sent if request not in broken}


@pytest.fixture(scope="module")
def whole() -> TargetSession:
    return session(Counting())


def chosen(of: TargetSession, query: Query, size: int) -> ListingSnapshot:
    subject = Walker(LISTING, of).cut_subject(query, size)
    assert subject is not None
    return subject


@pytest.mark.parametrize("size", [1, 2, 3])
def test_small_pages_are_cut_from_a_short_listing_of_several_kinds(whole: TargetSession, size: int) -> None:
    subject = chosen(whole, Query(), size)
    assert 3 * size <= len(subject.items) <= HANDY * size
    assert len({item["TrainingJobStatus"] for item in subject.items}) > 1


@pytest.mark.parametrize("size", [99, 100])
def test_large_pages_are_cut_from_a_long_listing(whole: TargetSession, size: int) -> None:
    assert len(chosen(whole, Query(), size).items) > size


def test_an_order_is_cut_where_no_other_order_is_the_same(whole: TargetSession) -> None:
    items = chosen(whole, Query("CreationTime", "Descending"), 1).items
    by_name = sorted(items, key=lambda item: str(item["TrainingJobName"]))
    times = [item["CreationTime"] for item in by_name]
    assert times not in (sorted(times), sorted(times, reverse=True))
    assert len(set(times)) < len(times)


@pytest.mark.parametrize("status", ["InProgress", "Deleting", "Failed"])
def test_a_filter_is_cut_where_it_admits_items_and_rejects_others(whole: TargetSession, status: str) -> None:
    statuses = [item["TrainingJobStatus"] for item in chosen(whole, Query(filtered=("StatusEquals", status)), 1).items]
    assert 1 < statuses.count(status) < len(statuses)


def test_what_is_there_is_made_do_with() -> None:
    poor = session(Counting(), ("exactly-ten", "none-at-all"))
    assert {chosen(poor, Query(), size).name for size in (1, 10, 100)} == {"exactly-ten"}


def test_without_a_listing_nothing_is_chosen() -> None:
    assert Walker(LISTING, session(Counting(), ("live",))).cut_subject(Query(), 1) is None
