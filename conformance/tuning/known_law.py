"""Where laws about a known world are kept: the world that the suite made, and what of it a target took over.

What was asked for at creation is known of every tuning job that the suite made. What became of one (status, times,
training jobs) is known only where the target took the whole world (`View.listed_known`); one that was filled through
Create alone decides that itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.registry import Law

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.laws.registry import Judge
    from conformance.laws.survey import Survey, View

_LAWS: dict[str, Law] = {}
_STATEMENTS: dict[str, str] = {}


def known_law(name: str, *, operation: str, statement: str) -> Callable[[Judge], Judge]:
    """Keep the decorated function as the law of that name, filed as `<Operation>/consistency/echo/<name>`.

    Raises ValueError when the name is taken.
    """

    def keep(judge: Judge) -> Judge:
        if name in _LAWS:
            raise ValueError(f"the law {name!r} is defined twice")
        _LAWS[name] = Law(name, operation, "echo", compares=False, judge=judge)
        _STATEMENTS[name] = statement
        return judge

    return keep


def kept() -> tuple[Law, ...]:
    """Give the laws kept so far."""
    return tuple(_LAWS.values())


def statements() -> Mapping[str, str]:
    """Give what each of them says, by name."""
    return dict(_STATEMENTS)


def made(survey: Survey) -> Iterator[View]:
    """Give the tuning jobs that the suite made and the target describes."""
    return (view for view in survey.views if view.known is not None and view.answer)


def wholly_known(survey: Survey) -> Iterator[View]:
    """Give those of them of which the target took over all that became of them."""
    return (view for view in made(survey) if view.listed_known)


def wholly_listed(survey: Survey) -> Iterator[View]:
    """Give the tuning jobs that the target took over wholly and lists to the end, described or not."""
    return (view for view in survey.views if view.known is not None and view.listed_known and view.listed)
