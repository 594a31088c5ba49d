"""Shards: every check is in exactly one, the shares are even, and a new check moves none of the others."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from conformance.checks.check import Check
from conformance.contract.loading import load
from conformance.suite.catalogue import catalogue
from conformance.suite.shards import Part, ShardError, digest, place

TOTALS = (1, 2, 3, 4, 7, 16)


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(load())


@pytest.mark.parametrize("total", TOTALS)
def test_every_check_is_in_exactly_one_shard_and_keeps_its_order(total: int) -> None:
    shares = [Part(index, total).chosen(checks()) for index in range(1, total + 1)]
    order = {check.id: place for place, check in enumerate(checks())}
    places = [[order[check.id] for check in share] for share in shares]
    assert sorted(place for share in places for place in share) == list(range(len(checks())))
    assert places == [sorted(share) for share in places]


@pytest.mark.parametrize("total", TOTALS[1:])
def test_the_shares_are_even_and_what_looks_at_all_answers_is_alone_in_the_last(total: int) -> None:
    *shares, last = [Part(index, total).chosen(checks()) for index in range(1, total + 1)]
    assert {check.id for check in last} == {check.id for check in checks() if check.gathered}
    even = (len(checks()) - len(last)) / (total - 1)
    assert max(abs(len(share) - even) for share in shares) < 4 * even**0.5


def test_a_new_check_moves_none_of_the_others() -> None:
    new = replace(checks()[0], id="New/request/Name/case")
    before = {check.id: place(check, 5) for check in checks()}
    after = {check.id: place(check, 5) for check in (*checks()[:100], new, *checks()[100:])}
    assert {item: after[item] for item in before} == before


def test_places_are_the_same_on_every_machine() -> None:
    # Written down, so that a change of the rule is seen: shards of different versions must not be merged.
    named = [replace(checks()[0], id=f"Get/request/Name/{case}") for case in "abcdefgh"]
    assert [place(check, 4) for check in named] == [1, 2, 2, 1, 2, 2, 2, 3]


@pytest.mark.parametrize("text", ["0/3", "4/3", "1/0", "1", "1/", "/3", "a/b", "-1/3", "1/3/5", "", "1.0/3"])
def test_a_shard_that_there_can_not_be_is_reported(text: str) -> None:
    with pytest.raises(ShardError, match="there is no shard") as caught:
        Part.of(text)
    assert "1/4" in caught.value.hint


def test_a_shard_is_read_as_it_is_written() -> None:
    assert Part.of(" 2/3 ") == Part(2, 3)
    assert (str(Part(2, 3)), Part(2, 3).folder) == ("2/3", "shard-2-of-3")


def test_the_digest_is_over_the_set_of_ids() -> None:
    assert digest(["b", "a"]) == digest(("a", "b")) != digest(["a"])
    shard = Part(1, 2).shard(["a", "b", "c"])
    assert (shard.index, shard.total, shard.checks, str(shard)) == (1, 2, 3, "shard 1 of 2")
