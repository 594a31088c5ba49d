"""A check: one executable judgement with a stable id, its statement and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.checks.verdict import Verdict
from conformance.contract.model import Behaviour, Citation, Contract, Operation, Rule
from conformance.wire.limits import reads

if TYPE_CHECKING:
    from conformance.session.session import TargetSession


class Unfit(Exception):  # noqa: N818 - no error: the way out of a check that can't be carried out
    """A check can't be carried out; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict."""
        super().__init__(verdict.reason)
        self.verdict = verdict


AREAS = (
    "protocol", "request", "error", "response", "pagination", "order", "filter", "consistency", "client",
)  # fmt: skip
"""Second segment of an id. In the order of a run, but for what is gathered, which comes last."""
_PLACES = {area: place for place, area in enumerate(AREAS)}


@dataclass(frozen=True)
class Because:
    """One citation of a check: a document and its line, an observation, the protocol or the model."""

    source: str
    line: int | None = None


@dataclass(frozen=True)
class Check:
    """One judgement.

    `run` gets exchanges from the session and asks a law. `compares` says that it relates answers of several moments, so
    that a live target is asked again before it is accused. `facts` and `behaviours` name what the check is about;
    `covers` and `shares` what the proof expects of it beyond: facts of these paths of the output (`Path.*` is all below
    the path as well), and behaviours that a whole group of checks judges together.
    `request` and `accepts` say in words what it sends and what passes. `gathered` says that it looks at every answer of
    the run, so that it comes last. `newer` says that the release that a run counts by does not have it.
    """

    id: str
    level: str
    basis: str
    statement: str
    because: tuple[Because, ...]
    run: Callable[[TargetSession], Verdict]
    compares: bool = False
    facts: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()
    request: str = ""
    accepts: str = ""
    gathered: bool = False
    covers: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    newer: bool = False

    @property
    def behaviour(self) -> str:
        """The first behaviour that the check is about; empty where it is about none."""
        return next(iter(self.behaviours), "")

    @property
    def operation(self) -> str:
        """The first segment of the id."""
        return self.id.split("/", 1)[0]

    @property
    def area(self) -> str:
        """The second segment of the id."""
        return self.id.split("/", 2)[1]


def place_in_run(check: Check) -> int:
    """Return the key that brings checks into the order of a run.

    What everything else rests on comes first, so that a run that is cut off has judged that; what changes something
    comes after all that reads it, and what judges all answers seen comes last. What is newer than the release comes
    after all that counts, so that it can't change a verdict that does.
    """
    after = 2 if check.gathered else 0 if reads(check.operation) else 1
    return (after + 3 * check.newer) * len(AREAS) + _PLACES[check.area]


def is_left(check: Check) -> bool:
    """Whether a check is left to the end of a run that several processes share."""
    return check.gathered or check.newer or not reads(check.operation)


def citations(sources: Iterable[Citation]) -> tuple[Because, ...]:
    """Return the citations of a fact or behaviour, each place once."""
    return tuple(dict.fromkeys(Because(source.id, source.line) for source in sources))


def because(
    contract: Contract, facts: Iterable[str] = (), observed: Iterable[str] = (), *, protocol: bool = False
) -> tuple[Because, ...]:
    """Collect the citations of facts, of observations that the contract has, and of the protocol's specification."""
    places: list[Because] = []
    for fact in facts:
        places += citations(contract.fact(fact).sources)
    places += [Because(f"observations:{item}") for item in observed if item in contract.observations]
    places += [Because("protocol")] if protocol else []
    return tuple(dict.fromkeys(places))


def bound_by(contract: Contract, operation: str, laws: Iterable[str]) -> tuple[Behaviour, ...]:
    """Return the behaviours of an operation that name one of these laws as their judge."""
    named = set(laws)
    return tuple(item for item in contract.behaviours_of(operation) if not named.isdisjoint(item.laws))


def rules_of(contract: Contract, operation: Operation | None = None) -> Iterator[tuple[Behaviour, Rule]]:
    """Yield the rules on one answer, those of an operation or all, each with its behaviour."""
    for behaviour in contract.behaviours:
        for rule in behaviour.rules:
            if operation is None or rule.operation == operation.name:
                yield behaviour, rule


def rule_id(behaviour: Behaviour, rule: Rule) -> str:
    """Return the id of the check of a rule."""
    return f"{rule.operation}/consistency/{rule.subject}/{behaviour.id}"


def of_behaviour(behaviour: Behaviour) -> tuple[Because, ...]:
    """Return the citations of a behaviour, its observations after its documents."""
    return (*citations(behaviour.sources), *(Because(f"observations:{item}") for item in behaviour.observed))


@dataclass(frozen=True)
class Grounds:
    """What a check of one operation is about, and what it cites."""

    facts: tuple[str, ...]
    behaviours: tuple[str, ...]
    because: tuple[Because, ...]


def grounds(  # noqa: PLR0913 - each kind of ground by its name
    contract: Contract,
    operation: Operation,
    *,
    laws: Iterable[str] = (),
    facts: Iterable[str] = (),
    cites: Iterable[str] = (),
    observed: Iterable[str] = (),
) -> Grounds:
    """Return the grounds of a check: the behaviours that call for it by one of these names, and the facts.

    Facts are ids without the operation, and left out where the contract does not have them. `cites` are facts that the
    check leans on without evaluating them.
    """
    judged, leant = (
        contract.stated(dict.fromkeys(f"{operation.name}/{fact}" for fact in ids)) for ids in (facts, cites)
    )
    behaviours = bound_by(contract, operation.name, laws)
    places = [place for behaviour in behaviours for place in of_behaviour(behaviour)]
    places += because(contract, (*judged, *leant), observed)
    return Grounds(judged, tuple(behaviour.id for behaviour in behaviours), tuple(dict.fromkeys(places)))


def matches(pattern: str, check_id: str) -> bool:
    """Return whether a pattern selects an id, or a whole part of the tree up to a slash.

    Brackets are literal: paths are full of them.
    """
    plain = pattern.rstrip("/").replace("[", "[[]")
    return fnmatchcase(check_id, plain) or fnmatchcase(check_id, f"{plain}/*")
