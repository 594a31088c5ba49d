"""Which tuning jobs of a survey the suite made, and of which of them the target took over all that became of them.

What was asked for at creation is known of every tuning job that the suite made. What became of one (status, times,
training jobs) is known only where the target took the whole world (`View.listed_known`); one that was filled through
Create alone decides that itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.tuning.answers import ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.laws.survey import Survey, View


def made(survey: Survey) -> Iterator[View]:
    """Give the tuning jobs that the suite made and the target describes."""
    return (view for view in survey.views if ours(view) and view.answer)


def wholly_known(survey: Survey) -> Iterator[View]:
    """Give those of them of which the target took over all that became of them."""
    return (view for view in made(survey) if view.listed_known)


def wholly_listed(survey: Survey) -> Iterator[View]:
    """Give the tuning jobs that the target took over wholly and lists to the end, described or not."""
    return (view for view in survey.views if ours(view) and view.listed_known and view.listed)
