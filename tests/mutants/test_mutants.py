"""Mutants: ids, what they say that they break, and that they break nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.collection import ALLOWED, allowed, mutants
from conformance.mutation.mutant import DROP, Kind, Mutant, changed, steps, values
from conformance.reference.inputs import DESCRIBE, LIST_TRAINING_JOBS
from conformance.reference.service import Service
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

OPERATIONS = (DESCRIBE, LIST_TRAINING_JOBS)


@cache
def contract() -> Contract:
    return load()


@cache
def world() -> World:
    return load_world("default")


@cache
def every() -> tuple[Mutant, ...]:
    return mutants(contract(), world())


def answers(kind: type[Service], operation: str) -> list[Any]:
    service = kind(world(), contract=contract())
    subject = contract().operations[operation].subject
    return [service.perform(operation, {subject: job.name}) for job in world().jobs]


@cache
def original(operation: str) -> list[Any]:
    return answers(Service, operation)


def test_many_are_derived_and_many_written_the_same_ones_every_time() -> None:
    assert sum(mutant.derived for mutant in every()) > 2_000
    assert sum(not mutant.derived for mutant in every()) > 500
    assert [mutant.id for mutant in mutants(contract(), world())] == [mutant.id for mutant in every()]


def test_each_names_something_that_there_is() -> None:
    known = {fact.id for fact in contract().facts} | {behaviour.id for behaviour in contract().behaviours}
    strangers = {
        claim: mutant.id
        for mutant in every()
        for claim in mutant.breaks
        if claim not in known and not claim.startswith(("protocol/", "client/"))
    }
    assert strangers == {}
    assert [mutant.id for mutant in every() if not mutant.breaks or not mutant.words or not mutant.sees] == []


def test_what_the_documents_allow_is_among_them() -> None:
    for item in ALLOWED:
        assert any(item.covers(mutant.id) for mutant in every()), item.patterns
        source, _, place = item.source.partition(":")
        known = contract().observations if source == "observations" else contract().sources
        assert (place if source == "observations" else source) in known


def test_brackets_in_an_id_stand_for_themselves() -> None:
    assert allowed(f"{LIST_TRAINING_JOBS}/output/TrainingJobSummaries[].TuningJobName/left-out") is not None


ON_ONE_PATH = [mutant for mutant in every() if mutant.derived and mutant.path]


@pytest.mark.parametrize("mutant", ON_ONE_PATH[::70], ids=lambda mutant: mutant.id)
def test_a_derived_one_changes_its_path_and_nothing_else(mutant: Mutant) -> None:
    (operation,) = mutant.sees
    way = steps(mutant.path)
    other = next(name for name in OPERATIONS if name != operation)
    assert answers(mutant.make(Service), other) == original(other)
    received = answers(mutant.make(Service), operation)
    changes = 0
    for was, now in zip(original(operation), received, strict=True):
        if not list(values(was, way)):
            assert now == was
        else:
            changes += repr(now) != repr(was)
            assert without(now, way) == without(was, way)
    assert changes


def without(answer: Any, way: tuple[str, ...]) -> Any:
    """Return an answer without what stands at a path."""
    # A key or a value of a map can't be taken out without the other: the whole map goes.
    return changed(answer, way[:-1] if way[-1] in {"{key}", "{value}"} else way, lambda _: DROP)


def test_written_ones_leave_the_world_alone() -> None:
    for mutant in every():
        if not mutant.derived and mutant.kind is Kind.ANSWER:
            for operation in mutant.sees:
                answers(mutant.make(Service), operation)
    assert answers(Service, DESCRIBE) == original(DESCRIBE)
    assert answers(Service, LIST_TRAINING_JOBS) == original(LIST_TRAINING_JOBS)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        *(("A.B", [1]), ("A.X", []), ("M{key}", ["k"]), ("M{value}", ["v"])),
        *(("L[].C", [2, 3]), ("L[0].C", [2]), ("L[-1].C", [3]), ("L[2]", [])),
    ],
)
def test_paths_lead_to_values(path: str, found: list[object]) -> None:
    answer = {"A": {"B": 1}, "L": [{"C": 2}, {"C": 3}], "M": {"k": "v"}}
    assert list(values(answer, steps(path))) == found


def test_a_change_leaves_what_was_there_untouched() -> None:
    answer = {"L": [{"C": 2}], "M": {"k": "v"}}
    assert changed(answer, ("L", "[]", "C"), lambda _: DROP) == {"L": [{}], "M": {"k": "v"}}
    assert changed(answer, ("M", "{key}"), str.upper) == {"L": [{"C": 2}], "M": {"K": "v"}}
    assert answer == {"L": [{"C": 2}], "M": {"k": "v"}}
