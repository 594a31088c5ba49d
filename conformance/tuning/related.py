"""Which further tuning jobs a description points to: the parents of a warm start, which laws about it look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def related(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of the parent tuning jobs that a description names; whatever is malformed is left out."""
    config = answer.get("WarmStartConfig")
    parents = config.get("ParentHyperParameterTuningJobs") if isinstance(config, Mapping) else None
    names = (
        parent.get("HyperParameterTuningJobName") if isinstance(parent, Mapping) else None
        for parent in (parents if isinstance(parents, list) else ())
    )
    return tuple(name for name in names if isinstance(name, str))
