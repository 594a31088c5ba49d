"""Laws that every counter of a set is sent, at zero too: no document says so, every recorded answer does (O3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE
from conformance.tuning.counters import COUNTERS

if TYPE_CHECKING:
    from conformance.laws.survey import Survey


def _sent_law(name: str, subject: str, group: str) -> None:
    """Register the law that a set of counters, where it is there, has all of its members."""

    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        for view in survey.views:
            told = view.answer.get(group)
            if isinstance(told, Mapping):
                lacking = [one for one in COUNTERS[group] if told.get(one) is None]
                tally.hold(not lacking, f"{view.name}: {group} lacks {', '.join(lacking)}", view.description)
        return tally.verdict(
            "counter-left-out",
            f"{group} with {', '.join(COUNTERS[group])}, at 0 too",
            wrong=f"{group} lacks some of its counters",
            lacking=f"no description has {group}",
        )

    statement = f"{group} has all of its counters, those at 0 too"
    law(name, operation=DESCRIBE, subject=subject, observed=("O3",), statement=statement)(judge)


_sent_law("status-counters-all-sent", "status-counters", "TrainingJobStatusCounters")
_sent_law("objective-counters-all-sent", "objective-counters", "ObjectiveStatusCounters")
