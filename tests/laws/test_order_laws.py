"""The law that all default listings are in one order, and the choice of resources on which an order shows."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.listing.order import in_one_order, order_subjects
from conformance.checks.listing.walks import ListingChecks, Query, Walker
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.mutation.servers import right, session_at
from conformance.session.listing import Reader, Walked
from conformance.session.session import TargetSession
from conformance.wire.exchange import Listing
from conformance.worlds.loading import load_world
from laws.exchanges import answered

CONTRACT = load()
OPERATION = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"]
READER = Reader.of(OPERATION)
BASE = ListingChecks(CONTRACT, OPERATION)
WORLD = load_world("default")
ORDERS = [("Name", "Ascending"), ("CreationTime", "Descending")]
METRIC = "FinalObjectiveMetricValue"


def listed(name: str, *items: tuple[str, Any]) -> Walked:
    """Walk a listing of training jobs, each a name and the time of its creation."""
    received = [{"TrainingJobName": each, "CreationTime": created} for each, created in items]
    page = answered({"TrainingJobSummaries": received})
    return Walked(name, Listing((page,), tuple(received), complete=True), 100)


BY_NAME = listed("by-name", ("a", 2), ("b", 1), ("c", 3))
NEWEST = listed("newest", ("b", 3), ("c", 2), ("a", 1))
EITHER = listed("either", ("a", 3), ("b", 2), ("c", 2))
NEITHER = listed("neither", ("c", 1), ("a", 2), ("b", 3))


def judged(*walks: Walked) -> Verdict:
    return in_one_order(READER, walks, ORDERS)


def test_listings_in_the_documented_order_pass_and_say_nothing() -> None:
    verdict = judged(BY_NAME, EITHER)
    assert (verdict.outcome, verdict.rests_on, verdict.notes) == (Outcome.PASSED, {"listings": 2}, ())


def test_listings_in_the_observed_order_pass_with_a_note() -> None:
    verdict = judged(NEWEST, EITHER)
    assert verdict.outcome is Outcome.PASSED
    assert "CreationTime, Descending" in verdict.notes[0]


@pytest.mark.parametrize(("walks", "stranger"), [
    ((BY_NAME, EITHER, NEITHER), "neither"), ((NEWEST, EITHER, NEITHER), "neither"),
    ((BY_NAME, listed("b", ("a", 1), ("b", 2)), NEWEST), "newest"),
])  # fmt: skip
def test_the_listing_that_is_in_another_order_than_the_rest_is_named(walks: tuple[Walked, ...], stranger: str) -> None:
    verdict = judged(*walks)
    assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, "out-of-order")
    assert verdict.received.startswith(f"{stranger}: ")
    assert verdict.exchanges


def test_names_may_be_compared_in_any_case_and_equal_times_stand_in_any_order() -> None:
    assert judged(listed("cased", ("a", 1), ("B", 2), ("c", 3))).outcome is Outcome.PASSED
    assert judged(listed("ties", ("c", 3), ("a", 1), ("b", 1))).outcome is Outcome.PASSED


def test_listings_without_two_values_tell_nothing() -> None:
    for walks in ((), (listed("one", ("a", 1)),), (listed("alike", ("a", 1), ("a", 1)),)):
        assert judged(*walks).outcome is Outcome.SKIPPED


def subjects(session: TargetSession, key: str) -> list[str]:
    representative = session.representative_listing(OPERATION)
    assert representative is not None
    return [subject.name for subject in order_subjects(Walker(BASE, session), key, representative)]


def test_a_metric_is_judged_where_it_is_0_and_where_several_definitions_share_it() -> None:
    names = subjects(session_at(CONTRACT, right(), WORLD.jobs), METRIC)
    zero = [job.name for job in WORLD.jobs if any(each.metric == 0 for each in job.training_jobs)]
    several = [job.name for job in WORLD.jobs if len({each.definition_name for each in job.training_jobs}) > 1]
    assert set(zero) & set(names)
    assert set(several) & set(names)


def test_every_order_is_asked_of_the_longest_listing_and_of_no_further_one() -> None:
    session = session_at(CONTRACT, right(), WORLD.jobs)
    both = ["churn-57-in-all-statuses", "one-hundred-and-one"]
    assert [subjects(session, key) for key in READER.spec.keys if key != METRIC] == [both] * 3


@pytest.mark.parametrize(
    ("status", "others"),
    [("Completed", ["one-hundred-and-one"]), ("Failed", ["failed", "one-hundred-and-one"]), ("Stopped", ["stopped"])],
)
def test_a_filter_is_judged_where_its_items_are(status: str, others: list[str]) -> None:
    names = ("augmented-manifest-piped", "one-hundred-and-one", "failed", "stopped")
    jobs = [WORLD.job(name) for name in names]
    session = session_at(CONTRACT, right(), jobs)
    representative = next(each for each in session.listings(OPERATION) if each.name == names[0])
    query = Query(filtered=("StatusEquals", status))
    found = [subject.name for subject in Walker(BASE, session).subjects(representative, query)]
    assert found == [representative.name, *others]


def test_definitions_with_metrics_of_their_own_are_left_alone() -> None:
    """Of two metrics each may be put in order by itself: no document compares them."""
    jobs = [WORLD.job(name) for name in ("churn-57-in-all-statuses", "two-algorithms")]
    assert "two-algorithms" in subjects(session_at(CONTRACT, right(), jobs), METRIC)
    session = session_at(CONTRACT, right(), jobs)
    several = next(each for each in session.listings(OPERATION) if each.name == "two-algorithms")
    metrics = (item.get("FinalHyperParameterTuningJobObjectiveMetric") for item in several.items)
    next(metric for metric in metrics if metric)["MetricName"] = "another"
    assert "two-algorithms" not in subjects(session, METRIC)


def test_the_default_order_is_judged_without_a_request() -> None:
    session = session_at(CONTRACT, right(), WORLD.jobs)
    session.listed(OPERATION)
    asked = len(session.asked)
    check = next(each for each in BASE.checks() if each.id.endswith("/order/default/every-listing"))
    verdict = check.run(session)
    assert (verdict.outcome, verdict.notes) == (Outcome.PASSED, ())
    assert verdict.rests_on["listings"] > len(WORLD.jobs) / 2
    assert len(session.asked) == asked
