"""The laws that behaviours name: a law is registered under the name by which `contract/behaviours` calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conformance.laws.survey import Survey
from conformance.laws.verdict import Verdict

Judge = Callable[[Survey], Verdict]


@dataclass(frozen=True)
class Law:
    """A pure judgement over a survey, and where its check is filed.

    `subject` is the third segment of the check id, `<Operation>/consistency/<subject>/<behaviour id>`.
    """

    name: str
    operation: str
    subject: str
    compares: bool
    """Whether it compares several answers, so that a live target may change between them."""
    judge: Judge
    facts: tuple[str, ...] = ()
    """Ids of the facts that it judges, without the operation."""
    observed: tuple[str, ...] = ()
    """The observations on which it rests, where no document says it: no behaviour names it then."""
    statement: str = ""
    """What it claims, where it rests on observations alone; else its behaviour says so."""
    shows: tuple[str, ...] = ()
    """Paths of the output that are wrong where it is broken: a law that reads one of them fails because of that."""


_LAWS: dict[str, Law] = {}


def law(  # noqa: PLR0913 - what a law is filed under, each by its name
    name: str,
    *,
    operation: str,
    subject: str,
    compares: bool = False,
    facts: tuple[str, ...] = (),
    observed: tuple[str, ...] = (),
    statement: str = "",
    shows: tuple[str, ...] = (),
) -> Callable[[Judge], Judge]:
    """Register the decorated function as the law of that name. Raises ValueError when the name is taken."""

    def register(judge: Judge) -> Judge:
        if name in _LAWS:
            raise ValueError(f"the law {name!r} is defined twice")
        _LAWS[name] = Law(name, operation, subject, compares, judge, facts, observed, statement, shows)
        return judge

    return register


def laws() -> Mapping[str, Law]:
    """Give every registered law by name."""
    return MappingProxyType(_LAWS)
