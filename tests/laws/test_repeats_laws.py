"""What has ended is answered in the same way twice: which differences count, and who is asked again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.checks.consistency.repeats import same_again
from conformance.checks.listing.walks import same_members
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.mutation.servers import Answered, rejected, right, session_at
from conformance.session.listing import Reader, Walked
from conformance.suite.catalogue import catalogue, select
from conformance.wire.encoding import dump
from conformance.wire.exchange import Fault, Listing
from conformance.wire.request import Request
from conformance.worlds.loading import load_world
from laws.exchanges import answered

CONTRACT = load()
DESCRIBE, LIST = (CONTRACT.operations[name] for name in sorted(CONTRACT.operations))
READER = Reader.of(LIST)
WORLD = load_world("default")


def described(first: Any, second: Any) -> Verdict:
    return same_again(answered(first), answered(second), None)


def item(name: str, created: int = 1, **members: Any) -> dict[str, Any]:
    return {"TrainingJobName": name, "CreationTime": created, **members}


def listed(first: list[Any], second: list[Any], *tokens: str | None) -> Verdict:
    found = [{"TrainingJobSummaries": items} for items in (first, second)]
    pages = [
        page | ({"NextToken": token} if token else {}) for page, token in zip(found, tokens or ("", ""), strict=True)
    ]
    return same_again(answered(pages[0]), answered(pages[1]), READER)


@pytest.mark.parametrize(("first", "second"), [
    ({"a": 1, "b": {"c": 2, "d": [1]}}, {"b": {"d": [1], "c": 2}, "a": 1}),
    ({"a": 1}, {"a": 1.0}), ({}, {}),
], ids=["members in another order", "another notation", "nothing"])  # fmt: skip
def test_descriptions_that_say_the_same_pass(first: Any, second: Any) -> None:
    assert described(first, second).outcome is Outcome.PASSED


@pytest.mark.parametrize(("first", "second", "received"), [
    ({"a": 1, "b": 2}, {"a": 1}, "b is 2, then absent"), ({"a": 1}, {"a": 1, "b": None}, "b is absent, then null"),
    ({"a": [1, 2]}, {"a": [2, 1]}, "a is [1,2], then [2,1]"), ({"a": True}, {"a": "true"}, 'a is true, then "true"'),
])  # fmt: skip
def test_a_description_that_says_something_else_is_reported_by_member(first: Any, second: Any, received: str) -> None:
    verdict = described(first, second)
    assert (verdict.outcome, verdict.received) == (Outcome.FAILED, received)
    assert len(verdict.exchanges) == 2


def test_pages_may_have_other_tokens_and_equal_keys_in_other_places() -> None:
    each, other, later = item("a"), item("b"), item("c", 2)
    assert listed([each, other], [each, other], "x", "y").outcome is Outcome.PASSED
    assert listed([later, each, other], [later, other, each]).outcome is Outcome.PASSED
    assert listed([later, each], [later, other], "x", "y").outcome is Outcome.PASSED, "a tie over the end of the page"


@pytest.mark.parametrize(("first", "second", "tokens", "received"), [
    ([item("a")], [item("a")], ("x", None), "NextToken"),
    ([item("a"), item("b", 2)], [item("a")], (), "then 1 items (a)"),
    ([item("a"), item("b", 2)], [item("b", 2), item("a")], (), "2 items (a, b), then 2 items (b, a)"),
    ([item("a", Tuned={"x": "1"})], [item("a", Tuned={"x": "2"})], (), 'a: Tuned is {"x":"1"}, then {"x":"2"}'),
])  # fmt: skip
def test_pages_that_differ_in_more_are_reported(
    first: Any, second: Any, tokens: tuple[str, ...], received: str
) -> None:
    verdict = listed(first, second, *tokens)
    assert verdict.outcome is Outcome.FAILED
    assert received in verdict.received


@pytest.mark.parametrize("odd", [None, 7, "text", {}, [1, None, "a"]], ids=repr)
def test_odd_pages_break_nothing(odd: Any) -> None:
    page = answered({"TrainingJobSummaries": odd})
    assert same_again(page, page, READER).outcome is Outcome.PASSED
    assert same_again(page, answered({"TrainingJobSummaries": [item("a")]}), READER).outcome is not Outcome.ERROR


def test_a_rejection_the_second_time_fails_and_one_the_first_time_is_skipped() -> None:
    good, bad = answered({}), answered({"__type": "ResourceNotFound"}, 400)
    assert same_again(good, bad, None).kind == "not-repeated"
    assert same_again(bad, good, None).outcome is Outcome.SKIPPED


def walked(*items: dict[str, Any]) -> Walked:
    page = answered({"TrainingJobSummaries": list(items)})
    return Walked("job", Listing((page,), items, complete=True), 100)


def test_an_item_is_reported_alike_in_whatever_order_and_by_whatever_filter() -> None:
    every = [item("a", Tuned={"x": "1", "y": "2"}), item("b", 2)]
    again = item("a", Tuned={"y": "2", "x": "1"})
    assert same_members(READER, [walked(every[1], again), walked(again)], every).rests_on == {"items": 3}
    for poorer in (item("a"), item("a", 2, Tuned=again["Tuned"]), item("a", Tuned={"x": "1"})):
        verdict = same_members(READER, [walked(every[1]), walked(poorer)], every)
        assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, "told-otherwise")
        assert verdict.received.startswith("a: ")


def test_an_item_that_the_default_listing_has_not_is_for_other_laws() -> None:
    assert same_members(READER, [walked(item("b"))], [item("a")]).outcome is Outcome.SKIPPED
    assert same_members(READER, [], [item("a")]).outcome is Outcome.SKIPPED


def repeated_at(changes: dict[int, dict[str, Any]], *, known: bool) -> Verdict:
    """Evaluate the description of one tuning job, rightly answered but for the answers of these numbers."""
    original, places = right(), iter(range(1_000))
    plain = Request.call(DESCRIBE.name, {DESCRIBE.subject: "exactly-ten"})

    def answer(request: Request) -> Answered | Fault:
        found = original(request)
        if request != plain or isinstance(found, Fault):
            return found
        changed = changes.get(next(places), {})
        return rejected("ResourceNotFound") if changed is GONE else (200, dump(json.loads(found[1]) | changed))

    session = session_at(CONTRACT, answer, [WORLD.job("exactly-ten")], known=known)
    (check,) = select(catalogue(CONTRACT), [f"{DESCRIBE.name}/protocol/answer/repeated"])
    return Runner(session, [check]).verdict(check)


MOVED, GONE = {"LastModifiedTime": 1}, {"gone": True}
LATER = range(1, 9)


@pytest.mark.parametrize(
    ("changes", "known", "outcome"),
    [
        (dict.fromkeys(LATER, MOVED), False, Outcome.SKIPPED),
        (dict.fromkeys(LATER, GONE), False, Outcome.SKIPPED),
        ({place: {"LastModifiedTime": place} for place in range(9)}, False, Outcome.FAILED),
        (dict.fromkeys(LATER, MOVED), True, Outcome.FAILED),
    ],
    ids=["changed-once", "deleted-meanwhile", "something-else-each-time", "a-state-that-the-suite-made"],
)
def test_a_live_target_may_change_once_and_no_other(
    changes: dict[int, dict[str, Any]],
    known: bool,  # noqa: FBT001 - a row
    outcome: Outcome,
) -> None:
    verdict = repeated_at(changes, known=known)
    assert verdict.outcome is outcome
    assert (verdict.kind == "did-not-repeat") is (outcome is Outcome.SKIPPED)


def test_it_asks_nothing_that_the_envelope_has_not_asked() -> None:
    original = right()
    sent: list[Request] = []

    def answer(request: Request) -> Answered | Fault:
        sent.append(request)
        return original(request)

    session = session_at(CONTRACT, answer, WORLD.jobs)
    checks = select(catalogue(CONTRACT), ["*/protocol/answer"])
    runner = Runner(session, checks)
    repeated = [each for each in checks if each.id.endswith("/repeated")]
    for check in checks:
        if check not in repeated:
            runner.verdict(check)
    before = len(sent)
    assert [runner.verdict(check).outcome for check in repeated] == [Outcome.PASSED] * 2
    assert len(sent) == before


def test_where_nothing_has_ended_nothing_is_judged() -> None:
    running = [job for job in WORLD.jobs if job.status == "InProgress"]
    session = session_at(CONTRACT, right(), running)
    for check in select(catalogue(CONTRACT), ["*/protocol/answer/repeated"]):
        verdict = Runner(session, [check]).verdict(check)
        assert verdict.outcome is Outcome.SKIPPED
        assert "ended" in verdict.reason
