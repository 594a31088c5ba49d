"""Mutants of ranges and of the values that were searched in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mutants.answering import BEST, CONFIG, SUMMARIES, definitions, ranges, within
from conformance.mutants.mutant import BOTH, Group, Kind, Members, on_outputs
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

searched = Group("ranges", DESCRIBE, Kind.ANSWER)

_STAYS = "search-stays-in-the-ranges"


def _tuned(name: str, words: str, change: Callable[[str], str], *breaks: str) -> None:
    """Take up a change of every tuned value, listed or best."""

    def edit(_: Members, answer: Members) -> None:
        for tuned in within(answer, f"{SUMMARIES}[].TunedHyperParameters", f"{BEST}.TunedHyperParameters"):
            tuned |= {one: change(value) for one, value in tuned.items()}

    searched.add(name, words, breaks, on_outputs(BOTH, edit), sees=BOTH)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _shifted(by: float, *, whole: bool) -> Callable[[str], str]:
    def change(text: str) -> str:
        value = _number(text)
        if value is None or ("." not in text and "e" not in text.lower()) != whole:
            return text
        return str(int(value + by)) if whole else str(value + by)

    return change


_tuned("integers-beyond", "tuned integers lie beyond their ranges", _shifted(100_000, whole=True), _STAYS,
       "integers-in-range")  # fmt: skip
_tuned("integers-below", "tuned integers lie below their ranges", _shifted(-100_000, whole=True), _STAYS,
       "integers-in-range")  # fmt: skip
_tuned(
    "integers-with-a-fraction",
    "tuned integers have a fraction",
    lambda text: f"{text}.5" if text.isdigit() else text,
    _STAYS,
    "integers-in-range",
)
_tuned("floats-beyond", "tuned numbers lie beyond their ranges", _shifted(1000, whole=False), _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("floats-below", "tuned numbers lie below their ranges", _shifted(-1000, whole=False), _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("floats-as-words", "tuned numbers are words", lambda text: "high" if "." in text else text, _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("categories-of-nobody", "tuned words are none of the list",
       lambda text: "unheard-of" if _number(text) is None else text, _STAYS, "categories-from-the-list")  # fmt: skip
_tuned("categories-in-upper-case", "tuned words are in upper case",
       lambda text: text.upper() if _number(text) is None else text, _STAYS, "categories-from-the-list")  # fmt: skip


@searched.output("range-bounds-are-numeric-text")
def bounds_in_words(_: Members, answer: Members) -> None:
    """The bounds of ranges are words."""
    for one in ranges(answer, "Integer", "Continuous"):
        one["MaxValue"] = "many"


@searched.output("logarithmic-range-is-positive")
def logarithmic_from_zero(_: Members, answer: Members) -> None:
    """A logarithmic range begins at zero."""
    for one in ranges(answer, "Integer", "Continuous"):
        if one.get("ScalingType") == "Logarithmic":
            one["MinValue"] = "0"


@searched.output("reverse-logarithmic-range-below-one")
def reverse_logarithmic_to_one(_: Members, answer: Members) -> None:
    """A reverse logarithmic range ends at one."""
    for one in ranges(answer, "Continuous"):
        if one.get("ScalingType") == "ReverseLogarithmic":
            one["MaxValue"] = "1.0"


@searched.output("reverse-logarithmic-range-below-one")
def reverse_logarithmic_below_zero(_: Members, answer: Members) -> None:
    """A reverse logarithmic range begins below zero."""
    for one in ranges(answer, "Continuous"):
        if one.get("ScalingType") == "ReverseLogarithmic":
            one["MinValue"] = "-0.5"


@searched.output("auto-parameters-have-name-and-hint")
def auto_parameters_without_hint(_: Members, answer: Members) -> None:
    """Parameters whose range is found automatically have no hint."""
    roots = (f"{CONFIG}.ParameterRanges", "TrainingJobDefinition.HyperParameterRanges",
             "TrainingJobDefinitions[].HyperParameterRanges")  # fmt: skip
    for one in within(answer, *(f"{root}.AutoParameters[]" for root in roots)):
        one.pop("ValueHint", None)


@searched.output("static-are-not-tuned")
def a_static_one_has_a_range(_: Members, answer: Members) -> None:
    """A hyperparameter with a range is static as well."""
    for one in ranges(answer, "Integer", "Continuous"):
        for definition in definitions(answer):
            definition.setdefault("StaticHyperParameters", {})[one["Name"]] = "1"


@searched.output("tuned-are-the-ranged", "launched-from-the-definition")
def ranges_under_other_names(_: Members, answer: Members) -> None:
    """Ranges have other names than the tuned values."""
    for one in ranges(answer, "Integer", "Continuous", "Categorical"):
        one["Name"] = f"{one['Name']}_other"


@searched.output("objective-is-name-and-direction")
def objective_without_a_name(_: Members, answer: Members) -> None:
    """The objective has no name."""
    for one in within(answer, f"{CONFIG}.HyperParameterTuningJobObjective", "TrainingJobDefinitions[].TuningObjective"):
        one.pop("MetricName", None)


@searched.output("objective-is-name-and-direction")
def objective_goes_sideways(_: Members, answer: Members) -> None:
    """The objective is neither to minimize nor to maximize."""
    for one in within(answer, f"{CONFIG}.HyperParameterTuningJobObjective", "TrainingJobDefinitions[].TuningObjective"):
        one["Type"] = "Optimize"


@searched.output("objective-is-a-defined-metric")
def objective_is_undefined(_: Members, answer: Members) -> None:
    """The objective is no metric that the algorithm defines."""
    for one in definitions(answer, "AlgorithmSpecification.MetricDefinitions[]"):
        one["Name"] = f"{one['Name']}:other"


GROUPS = (searched,)
