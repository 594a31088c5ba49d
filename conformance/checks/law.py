"""A law, a pure function over everything that a target shows, with the claim that its check makes; their registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from conformance.checks.verdict import Verdict

if TYPE_CHECKING:
    from conformance.session.snapshot import Snapshot

Evaluate: TypeAlias = "Callable[[Snapshot], Verdict]"


def _undefined(_: Snapshot) -> Verdict:
    raise NotImplementedError("a law is declared, and has no function yet")


@dataclass(frozen=True)
class Law:
    """A law and its claim, as a decorator: `@Law("its-name", DESCRIBE, "subject")` registers the function below it."""

    name: str
    operation: str
    subject: str
    """Third segment of the check id."""
    compares: bool = False
    """Whether it compares several answers, between which a live target may change."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that it judges, without the operation."""
    observed: tuple[str, ...] = ()
    """The observations on which it rests, where no document says it: no behaviour names it then."""
    statement: str = ""
    """What it claims, where no behaviour says so."""
    of_world: bool = False
    """Whether it compares the target with the state that the suite made there."""
    shows: tuple[str, ...] = ()
    """Paths of the output that are wrong where it is broken: a law that reads one of them fails because of that."""
    covers: tuple[str, ...] = ()
    """Paths of the output whose facts the proof expects it to guard as well; `Path.*` is the path and all below it."""
    evaluate: Evaluate = _undefined

    def __call__(self, evaluate: Evaluate) -> Evaluate:
        """Register a function as this law. Raises ValueError when the name is taken."""
        if self.name in _LAWS:
            raise ValueError(f"the law {self.name!r} is defined twice")
        _LAWS[self.name] = replace(self, evaluate=evaluate)
        return evaluate

    @property
    def check_id(self) -> str:
        """The id of the check of this law."""
        return f"{self.operation}/consistency/{self.subject}/{self.name}"


_LAWS: dict[str, Law] = {}


def laws(*, of_world: bool = False) -> Mapping[str, Law]:
    """Return the registered laws by name: those on what a target shows, or those on the state that the suite made."""
    return {name: law for name, law in _LAWS.items() if law.of_world is of_world}
