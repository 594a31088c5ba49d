"""Values that nobody wrote down, derived from names: the same world gives the same values on every machine."""

from __future__ import annotations

import hashlib
import math
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def training_job_name(tuning_job: str, number: int) -> str:
    """Name a training job the way the service does: tuning job, three digits, eight hexadecimal digits."""
    stem = f"{tuning_job}-{number:03d}"
    return f"{stem}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"


def fraction(*names: str) -> float:
    """Give a number in 0 <= x < 1 that depends on nothing but the names."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def single(value: float) -> float:
    """Round to the nearest 32-bit float, widened again: what a metric value is on the wire."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def metric_between(low: float, high: float, name: str) -> float:
    """Derive a metric for a training job, with four digits after the point."""
    return single(round(low + (high - low) * fraction(name, "metric"), 4))


def tuned_values(name: str, number: int, ranges: Mapping[str, Any], *, grid: bool) -> dict[str, str]:
    """Derive the tuned hyperparameters of a training job: one value for each ranged name, inside its range.

    In a grid search, the training jobs walk through the combinations of categories one by one.
    """
    tuned: dict[str, str] = {}
    for item in ranges.get("IntegerParameterRanges", ()):
        position = _position(item, fraction(name, item["Name"]))
        tuned[item["Name"]] = str(min(int(item["MaxValue"]), max(int(item["MinValue"]), round(position))))
    for item in ranges.get("ContinuousParameterRanges", ()):
        low, high = float(item["MinValue"]), float(item["MaxValue"])
        tuned[item["Name"]] = repr(min(high, max(low, _position(item, fraction(name, item["Name"])))))
    stride = 1
    for item in ranges.get("CategoricalParameterRanges", ()):
        choices = item["Values"]
        step = (number - 1) // stride if grid else int(fraction(name, item["Name"]) * len(choices))
        tuned[item["Name"]] = choices[step % len(choices)]
        stride *= len(choices)
    return tuned


def _position(item: Mapping[str, Any], share: float) -> float:
    """Find the point that lies that share of the way through a range, on the scale of the range."""
    low, high = float(item["MinValue"]), float(item["MaxValue"])
    if item.get("ScalingType") == "Logarithmic":
        return math.exp(math.log(low) + (math.log(high) - math.log(low)) * share)
    if item.get("ScalingType") == "ReverseLogarithmic":
        return 1 - math.exp(math.log(1 - low) + (math.log(1 - high) - math.log(1 - low)) * share)
    return low + (high - low) * share
