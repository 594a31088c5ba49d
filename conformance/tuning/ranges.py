"""The ranges of hyperparameters as answers state them, and whether a tuned value lies in one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.laws.expressions import as_number
from conformance.tuning.answers import entries, mapping, text

if TYPE_CHECKING:
    from decimal import Decimal

    from conformance.tuning.answers import Json

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
    low: str = ""
    high: str = ""
    values: tuple[str, ...] = ()

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
    """Give the ranges that hold for a definition: its own, else those of the tuning job."""
    stated = mapping(definition, "HyperParameterRanges") or mapping(
        answer, "HyperParameterTuningJobConfig.ParameterRanges"
    )
    return [_range(kind, one) for kind in Kind for one in entries(stated, kind.value) if text(one, "Name")]


def _range(kind: Kind, stated: Json) -> Range:
    values = stated.get("Values")
    categories = tuple(one for one in values if isinstance(one, str)) if isinstance(values, list) else ()
    return Range(kind, text(stated, "Name"), text(stated, "MinValue"), text(stated, "MaxValue"), categories)
