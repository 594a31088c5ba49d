"""Laws about hyperparameters: which are tuned, in which ranges, and which stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import (
    DESCRIBE,
    at,
    autotuned,
    definition_of,
    definitions,
    job,
    mapping,
    training_jobs,
)
from conformance.tuning.ranges import Kind, ranges_of
from conformance.tuning.summaries import summary_law

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.laws.survey import Survey, View
    from conformance.tuning.answers import Json
    from conformance.tuning.ranges import Range
    from conformance.tuning.summaries import Pick


@summary_law("tuned-are-the-ranged", subject="tuned-hyperparameters")
def tuned_are_the_ranged(survey: Survey, pick: Pick) -> Verdict:
    """Judge that the keys of TunedHyperParameters are the names that have a range; with autotune nobody can tell."""
    tally = Tally("training jobs")
    for view in survey.views:
        for item, definition in _launched(view, () if autotuned(view.answer) else pick(view)):
            tuned = set(mapping(item, "TunedHyperParameters"))
            ranged = {one.name for one in ranges_of(view.answer, definition)}
            without, stray = sorted(ranged - tuned), sorted(tuned - ranged)
            tally.hold(
                tuned == ranged,
                f"{job(view, item)}: {_told('lacks', without)}{_told('has, without a range,', stray)}".rstrip("; "),
                *view.exchanges,
            )
    return tally.verdict(
        "tuned-not-ranged",
        "TunedHyperParameters has exactly the hyperparameters that have a range",
        wrong="TunedHyperParameters are not the hyperparameters that have a range",
        lacking="no training job with tuned hyperparameters can be laid beside the ranges of its tuning job",
    )


@law("static-are-not-tuned", operation=DESCRIBE, subject="hyperparameters")
def static_are_not_tuned(survey: Survey) -> Verdict:
    """Judge that no static hyperparameter has a range, and that no training job was given a tuned value for one."""
    tally = Tally("definitions and training jobs")
    for view in survey.views:
        for definition in definitions(view.answer):
            static = set(mapping(definition, "StaticHyperParameters"))
            both = static & {one.name for one in ranges_of(view.answer, definition)}
            if static:
                tally.hold(not both, f"{view.name} has a range for static {', '.join(sorted(both))}", view.description)
        for item, definition in _launched(view, training_jobs(view)):
            static = set(mapping(definition, "StaticHyperParameters"))
            both = static & set(mapping(item, "TunedHyperParameters"))
            if static:
                tally.hold(not both, f"{job(view, item)} tunes static {', '.join(sorted(both))}", *view.exchanges)
    return tally.verdict(
        "static-tuned",
        "StaticHyperParameters and the tuned hyperparameters have no name in common",
        wrong="hyperparameters are both static and tuned",
        lacking="no definition has static hyperparameters",
    )


def _in_range(kinds: frozenset[Kind], expected: str) -> Callable[[Survey], Verdict]:
    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuned values")
        for view in survey.views:
            for item, one, value in _tuned(view):
                if one.kind in kinds:
                    fault = one.fault(value)
                    tally.hold(not fault, f"{job(view, item)}: {one.name} = {value!r} {fault}", *view.exchanges)
        return tally.verdict(
            "out-of-range",
            expected,
            wrong="tuned values lie outside their ranges",
            lacking="no training job has a tuned value for such a range",
        )

    return judge


law("search-stays-in-the-ranges", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset(Kind), "every tuned value lies in its range")
)
law("integers-in-range", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.INTEGER}), "the value of an integer range is a whole number from MinValue to MaxValue")
)
law("floats-in-range", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.CONTINUOUS}), "the value of a continuous range is a number from MinValue to MaxValue")
)
law("categories-from-the-list", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.CATEGORICAL}), "the value of a categorical range is one of its Values")
)


def _launched(view: View, summaries: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Give each training job that shows tuned hyperparameters, with the definition that launched it."""
    for item in summaries:
        definition = definition_of(view.answer, item)
        if definition is not None and isinstance(at(item, "TunedHyperParameters"), dict):
            yield item, definition


def _tuned(view: View) -> Iterator[tuple[Json, Range, str]]:
    ranges = {id(definition): ranges_of(view.answer, definition) for definition in definitions(view.answer)}
    for item, definition in _launched(view, training_jobs(view)):
        tuned = mapping(item, "TunedHyperParameters")
        for one in ranges[id(definition)]:
            value = tuned.get(one.name)
            if isinstance(value, str):
                yield item, one, value


def _told(verb: str, names: list[str]) -> str:
    return f"{verb} {', '.join(names)}; " if names else ""
