"""Laws about hyperparameters: which are tuned, in which ranges, and which stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.checks.consistency.rules import as_number
from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    DESCRIBE,
    Claim,
    Instance,
    Json,
    autotuned,
    definition_of,
    definitions,
    entries,
    job,
    listed_and_best,
    mapping,
    ranged_names,
    stated_ranges,
    text,
    training_jobs,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from decimal import Decimal

    from conformance.checks.tuning.answers import Fault
    from conformance.session.snapshot import ResourceSnapshot, Snapshot

_ROUNDING = 1e-9
"""Share of a bound by which a float may miss it: a search on a logarithmic scale rounds on its way back."""


class Kind(StrEnum):
    """The kinds of ranges, by the member of ParameterRanges that holds them."""

    INTEGER = "IntegerParameterRanges"
    CONTINUOUS = "ContinuousParameterRanges"
    CATEGORICAL = "CategoricalParameterRanges"


@dataclass(frozen=True)
class Range:
    """One range. `low` and `high` are texts, as on the wire; `values` are the categories."""

    kind: Kind
    name: str
    low: str
    high: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"[{', '.join(self.values)}]" if self.kind is Kind.CATEGORICAL else f"{self.low} to {self.high}"

    def fault(self, value: str) -> str:
        """Say what is wrong with a tuned value; empty where nothing is."""
        if self.kind is Kind.CATEGORICAL:
            return "" if value in self.values else f"is none of {self}"
        read = as_number(value)
        if read is None:
            return "is no number"
        if self.kind is Kind.INTEGER and read != read.to_integral_value():
            return "is no whole number"
        low, high = as_number(self.low), as_number(self.high)
        if low is not None and read < low and not self._rounded(read, low):
            return f"is below {self}"
        if high is not None and read > high and not self._rounded(read, high):
            return f"is above {self}"
        return ""

    def _rounded(self, value: Decimal, bound: Decimal) -> bool:
        close = abs(float(value) - float(bound)) <= _ROUNDING * abs(float(bound))
        return self.kind is Kind.CONTINUOUS and close


def ranges_of(answer: Json, definition: Json) -> list[Range]:
    """Return the ranges that hold for a definition: its own, else those of the tuning job."""
    stated = stated_ranges(answer, definition)
    return [_range(kind, item) for kind in Kind for item in entries(stated, kind.value) if text(item, "Name")]


def _range(kind: Kind, stated: Json) -> Range:
    values = stated.get("Values")
    categories = tuple(item for item in values if isinstance(item, str)) if isinstance(values, list) else ()
    return Range(kind, text(stated, "Name"), text(stated, "MinValue"), text(stated, "MaxValue"), categories)


def _launched(resource: ResourceSnapshot, item: Json) -> tuple[Json, Json] | None:
    """Return the tuned hyperparameters of a training job and the definition that launched it, where both are shown."""
    definition, tuned = definition_of(resource.answer, item), item.get("TunedHyperParameters")
    return (tuned, definition) if definition is not None and isinstance(tuned, dict) else None


@Claim(
    "training jobs",
    "tuned-not-ranged",
    "TunedHyperParameters has exactly the hyperparameters that have a range",
    wrong="TunedHyperParameters are not the hyperparameters that have a range",
    lacking="no training job with tuned hyperparameters can be compared with the ranges of its tuning job",
).of_summaries("tuned-are-the-ranged", "tuned-hyperparameters")
def _tuned_not_ranged(resource: ResourceSnapshot, item: Json) -> list[str] | None:
    launched = None if autotuned(resource.answer) else _launched(resource, item)
    if launched is None:
        return None
    tuned, ranged = set(launched[0]), ranged_names(resource.answer, launched[1])
    differences = (("lacks", ranged - tuned), ("has, without a range,", tuned - ranged))
    return [f"{verb} {', '.join(sorted(names))}" for verb, names in differences if names]


def _with_static_hyperparameters(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each definition with static hyperparameters, and what it launched, as (verb, static names, other names)."""
    for resource in snapshot.resources:
        for definition in definitions(resource.answer):
            ranged = ranged_names(resource.answer, definition)
            static = set(mapping(definition, "StaticHyperParameters"))
            yield Instance(resource.name, ("has a range for", static, ranged), (resource.description,))
    for name, (resource, item), exchanges in training_jobs(snapshot):
        if launched := _launched(resource, item):
            tuned, definition = launched
            static = set(mapping(definition, "StaticHyperParameters"))
            yield Instance(name, ("tunes", static, set(tuned)), exchanges)


@Law("static-are-not-tuned", DESCRIBE, "hyperparameters")
@Claim(
    "definitions and training jobs",
    "static-tuned",
    "StaticHyperParameters and the tuned hyperparameters have no name in common",
    wrong="hyperparameters are both static and tuned",
    lacking="no definition has static hyperparameters",
).about(_with_static_hyperparameters)
def _static_and_tuned(verb: str, static: set[str], others: set[str]) -> str | None:
    if not static:
        return None
    return f"{verb} static {', '.join(sorted(static & others))}" if static & others else ""


def _tuned_values(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each tuned value that has a range, as (range, value)."""
    for resource in snapshot.resources:
        ranges = {id(definition): ranges_of(resource.answer, definition) for definition in definitions(resource.answer)}
        for item in listed_and_best(resource):
            tuned, definition = _launched(resource, item) or ({}, None)
            name = job(resource, item)
            for each in ranges.get(id(definition), ()):
                value = tuned.get(each.name)
                if isinstance(value, str):
                    yield Instance(name, (each, value), resource.exchanges)


def _out_of_range(kinds: Collection[Kind]) -> Fault:
    def fault(tuned: Range, value: str) -> list[str] | None:
        if tuned.kind not in kinds:
            return None
        found = tuned.fault(value)
        return [f"{tuned.name} = {value!r} {found}"] if found else []

    return fault


for _name, _kinds, _expected in (
    ("search-stays-in-the-ranges", frozenset(Kind), "every tuned value lies in its range"),
    (
        "integers-in-range",
        {Kind.INTEGER},
        "the value of an integer range is a whole number from MinValue to MaxValue",
    ),
    ("floats-in-range", {Kind.CONTINUOUS}, "the value of a continuous range is a number from MinValue to MaxValue"),
    ("categories-from-the-list", {Kind.CATEGORICAL}, "the value of a categorical range is one of its Values"),
):
    Law(_name, DESCRIBE, "ranges")(
        Claim(
            "tuned values",
            "out-of-range",
            _expected,
            wrong="tuned values lie outside their ranges",
            lacking="no training job has a tuned value for such a range",
        ).about(_tuned_values)(_out_of_range(_kinds))
    )
