"""Reaching for what written mutants bend: the definitions, channels, ranges and training jobs of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.paths import changed, steps, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.mutants.mutant import Members

METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
SUMMARIES = "TrainingJobSummaries"
BEST = "BestTrainingJob"
OVERALL = "OverallBestTrainingJob"
CONFIG = "HyperParameterTuningJobConfig"
FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")


def within(answer: Members, *paths: str) -> Iterator[Any]:
    """Give every value at any of the paths, to be edited in place."""
    for path in paths:
        yield from values(answer, steps(path))


def definitions(answer: Members, path: str = "") -> Iterator[Any]:
    """Give every definition of a description, or what lies below each at a path."""
    yield from within(answer, *(f"{form}.{path}" if path else form for form in FORMS))


def channels(answer: Members) -> Iterator[tuple[Members, Members]]:
    """Give every input channel with the definition that it belongs to."""
    for definition in definitions(answer):
        for channel in definition.get("InputDataConfig", ()):
            yield definition, channel


def ranges(answer: Members, *kinds: str) -> Iterator[Members]:
    """Give every parameter range of these kinds, of the config and of the definitions."""
    roots = (f"{CONFIG}.ParameterRanges", *(f"{form}.HyperParameterRanges" for form in FORMS))
    yield from within(answer, *(f"{root}.{kind}ParameterRanges[]" for root in roots for kind in kinds))


def bests(answer: Members) -> Iterator[Members]:
    """Give the best training jobs of a description."""
    yield from within(answer, BEST, OVERALL)


def setting(path: str, to: Callable[[Any], Any]) -> Callable[[Members, Members], Members]:
    """Make the edit that changes every value at a path."""

    def edit(_: Members, answer: Members) -> Members:
        found: Members = changed(answer, steps(path), to)
        return found

    return edit
