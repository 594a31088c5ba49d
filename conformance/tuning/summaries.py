"""Laws about the summary of a training job, which stands in listings and, as the best one, in descriptions.

Each is registered twice: for the listing under its own name, and for the description with `best-` before it, so that a
target which lacks one of the two operations is still judged on the other. What holds for the training job of a parent
as well is registered a third time, with `overall-best-`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.tuning.answers import BEST, DESCRIBE, LIST, OVERALL_BEST, Json, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.laws.survey import Survey, View
    from conformance.laws.verdict import Verdict

    Pick = Callable[[View], Sequence[Json]]
    JudgeOfSummaries = Callable[[Survey, Pick], Verdict]


def listed(view: View) -> Sequence[Json]:
    """Give the listed training jobs."""
    return view.items


def best(view: View) -> Sequence[Json]:
    """Give the best training job, where there is one."""
    found = mapping(view.answer, BEST)
    return [found] if found else []


def overall_best(view: View) -> Sequence[Json]:
    """Give the overall best training job, where there is one: it may be that of a parent."""
    found = mapping(view.answer, OVERALL_BEST)
    return [found] if found else []


def summary_law(name: str, *, subject: str, of_parents: bool = False) -> Callable[[JudgeOfSummaries], JudgeOfSummaries]:
    """Register the decorated function, which is told where to take the summaries from, as two laws or three.

    `of_parents` is whether it holds for training jobs of the parents of a warm start, too.
    """

    def register(judge: JudgeOfSummaries) -> JudgeOfSummaries:
        law(name, operation=LIST, subject=subject)(partial(_judged, judge, listed))
        law(f"best-{name}", operation=DESCRIBE, subject=subject)(partial(_judged, judge, best))
        if of_parents:
            law(f"overall-best-{name}", operation=DESCRIBE, subject=f"overall-best-{subject}")(
                partial(_judged, judge, overall_best)
            )
        return judge

    return register


def _judged(judge: JudgeOfSummaries, pick: Pick, survey: Survey) -> Verdict:
    return judge(survey, pick)
