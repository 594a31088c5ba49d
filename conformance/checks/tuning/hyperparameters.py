"""Laws about hyperparameters: which are tuned, in which ranges, and which stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    DESCRIBE,
    Kind,
    at,
    autotuned,
    definition_of,
    definitions,
    job,
    mapping,
    ranges_of,
    summary_law,
    training_jobs,
)
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.checks.tuning.answers import Json, Pick, Range
    from conformance.session.snapshot import ResourceSnapshot, Snapshot


@summary_law("tuned-are-the-ranged", subject="tuned-hyperparameters")
def tuned_are_the_ranged(snapshot: Snapshot, pick: Pick) -> Verdict:
    """Check that the keys of TunedHyperParameters are the names that have a range, as far as the answer shows them."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        for item, definition in _launched(resource, () if autotuned(resource.answer) else pick(resource)):
            tuned = set(mapping(item, "TunedHyperParameters"))
            ranged = {each.name for each in ranges_of(resource.answer, definition)}
            without, stray = sorted(ranged - tuned), sorted(tuned - ranged)
            tally.hold(
                tuned == ranged,
                f"{job(resource, item)}: {_list('lacks', without)}{_list('has, without a range,', stray)}".rstrip("; "),
                *resource.exchanges,
            )
    return tally.verdict(
        "tuned-not-ranged",
        "TunedHyperParameters has exactly the hyperparameters that have a range",
        wrong="TunedHyperParameters are not the hyperparameters that have a range",
        lacking="no training job with tuned hyperparameters can be compared with the ranges of its tuning job",
    )


@Law("static-are-not-tuned", operation=DESCRIBE, subject="hyperparameters")
def static_are_not_tuned(snapshot: Snapshot) -> Verdict:
    """Check that no static hyperparameter has a range, and that no training job was given a tuned value for one."""
    tally = Tally("definitions and training jobs")
    for resource in snapshot.resources:
        for definition in definitions(resource.answer):
            static = set(mapping(definition, "StaticHyperParameters"))
            both = static & {each.name for each in ranges_of(resource.answer, definition)}
            if static:
                tally.hold(
                    not both, f"{resource.name} has a range for static {', '.join(sorted(both))}", resource.description
                )
        for item, definition in _launched(resource, training_jobs(resource)):
            static = set(mapping(definition, "StaticHyperParameters"))
            both = static & set(mapping(item, "TunedHyperParameters"))
            if static:
                tally.hold(
                    not both, f"{job(resource, item)} tunes static {', '.join(sorted(both))}", *resource.exchanges
                )
    return tally.verdict(
        "static-tuned",
        "StaticHyperParameters and the tuned hyperparameters have no name in common",
        wrong="hyperparameters are both static and tuned",
        lacking="no definition has static hyperparameters",
    )


def _in_range(kinds: frozenset[Kind], expected: str) -> Callable[[Snapshot], Verdict]:
    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("tuned values")
        for resource in snapshot.resources:
            for item, each, value in _tuned(resource):
                if each.kind in kinds:
                    fault = each.fault(value)
                    tally.hold(
                        not fault, f"{job(resource, item)}: {each.name} = {value!r} {fault}", *resource.exchanges
                    )
        return tally.verdict(
            "out-of-range",
            expected,
            wrong="tuned values lie outside their ranges",
            lacking="no training job has a tuned value for such a range",
        )

    return evaluate


Law("search-stays-in-the-ranges", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset(Kind), "every tuned value lies in its range")
)
Law("integers-in-range", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.INTEGER}), "the value of an integer range is a whole number from MinValue to MaxValue")
)
Law("floats-in-range", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.CONTINUOUS}), "the value of a continuous range is a number from MinValue to MaxValue")
)
Law("categories-from-the-list", operation=DESCRIBE, subject="ranges")(
    _in_range(frozenset({Kind.CATEGORICAL}), "the value of a categorical range is one of its Values")
)


def _launched(resource: ResourceSnapshot, summaries: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each training job that shows tuned hyperparameters, with the definition that launched it."""
    for item in summaries:
        definition = definition_of(resource.answer, item)
        if definition is not None and isinstance(at(item, "TunedHyperParameters"), dict):
            yield item, definition


def _tuned(resource: ResourceSnapshot) -> Iterator[tuple[Json, Range, str]]:
    ranges = {id(definition): ranges_of(resource.answer, definition) for definition in definitions(resource.answer)}
    for item, definition in _launched(resource, training_jobs(resource)):
        tuned = mapping(item, "TunedHyperParameters")
        for each in ranges[id(definition)]:
            value = tuned.get(each.name)
            if isinstance(value, str):
                yield item, each, value


def _list(verb: str, names: list[str]) -> str:
    return f"{verb} {', '.join(names)}; " if names else ""
