"""Which further tuning jobs a description points to: the parents of a warm start, which laws about it look at.

A parent that is gone is nobody's fault. Its name can be given again: on a state that others made, a tuning job by the
name of a parent that is younger than the child is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.tuning.answers import number, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.laws.survey import Survey, View


def related(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of the parent tuning jobs that a description names; whatever is malformed is left out."""
    config = answer.get("WarmStartConfig")
    parents = config.get("ParentHyperParameterTuningJobs") if isinstance(config, Mapping) else None
    names = (
        parent.get("HyperParameterTuningJobName") if isinstance(parent, Mapping) else None
        for parent in (parents if isinstance(parents, list) else ())
    )
    return tuple(name for name in names if isinstance(name, str))


def parents(survey: Survey, view: View) -> Iterator[View]:
    """Give the parents of a tuning job that can still be described, each once."""
    for name in dict.fromkeys(related(view.answer)):
        parent = survey.by_name.get(name)
        if parent is not None and parent.answer and (ours(view) or not _younger(parent, view)):
            yield parent


def _younger(one: View, other: View) -> bool:
    created, before = number(one.answer, "CreationTime"), number(other.answer, "CreationTime")
    return created is not None and before is not None and created > before
