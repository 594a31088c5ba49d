"""Mutants, groups of them, and the ways in which one replaces a stage of the server or edits an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

from conformance.contract.model import Contract
from conformance.reference.inputs import DESCRIBE, IN_CONTRACT, LIST_TRAINING_JOBS

LIST = LIST_TRAINING_JOBS
BOTH = (DESCRIBE, LIST)
NAME = "HyperParameterTuningJobName"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
SUMMARIES = "TrainingJobSummaries"
BEST = "BestTrainingJob"
OVERALL = "OverallBestTrainingJob"
CONFIG = "HyperParameterTuningJobConfig"

Members = dict[str, Any]
Change = Callable[[Any], Any]
"""Turns the class of the service, or of the emulated AWS CLI, into the class of a variant; or alters boto3's client."""


def is_shipped(contract: Contract) -> bool:
    """Whether a contract has the operations of the one that ships, and no others: the written mutants are of those."""
    return contract.operations.keys() == IN_CONTRACT


class Kind(StrEnum):
    """Which part of an exchange a mutant changes, and so which checks can see it at all."""

    ANSWER = "answer"
    """What a successful answer says."""
    REQUEST = "request"
    """What is accepted."""
    LISTING = "listing"
    """Which items are listed, in which order, on which page."""
    ERROR = "error"
    """What an error answer looks like."""
    WIRE = "wire"
    """The envelope of requests and answers."""
    CLIENT = "client"
    """What a client makes of them; the server is the original."""


@dataclass(frozen=True)
class Mutant:
    """One broken server or client.

    `breaks` are ids of facts and behaviours; what has neither, such as the envelope of the protocol, is named
    `protocol/<subject>`. `sees` are the operations that it affects. Of `make` (for the service), `program` (for the
    emulated AWS CLI) and `client` (for boto3's client) exactly one changes anything.
    """

    id: str
    words: str
    breaks: tuple[str, ...]
    sees: tuple[str, ...]
    kind: Kind
    make: Change = lambda base: base
    signed: bool = False
    """Whether it shows only on a server that verifies signatures."""
    found: bool = False
    """Whether it is to be noticed on a state that the suite did not make, of which nothing is known."""
    derived: bool = False
    path: str = ""
    """The path of the answer that is changed, where it is just one."""
    program: Change | None = None
    client: Change | None = None


def replacing(**stages: Callable[..., Any]) -> Change:
    """Replace stages, methods of a class; each body gets the instance and the original method before its arguments."""

    def method(original: Callable[..., Any], body: Callable[..., Any]) -> Callable[..., Any]:
        return lambda instance, *args: body(instance, partial(original, instance), *args)

    return lambda base: type(
        "Variant", (base,), {name: method(getattr(base, name), body) for name, body in stages.items()}
    )


def instead_of(stage: str) -> Callable[[Callable[..., Any]], Change]:
    """Return what replaces a stage by a function: given the instance and the original before the arguments."""
    return lambda body: replacing(**{stage: body})


def editing(stage: str, edit: Callable[..., Any]) -> Change:
    """Edit the result of a stage: `edit` gets it before the arguments of the stage."""
    return replacing(**{stage: lambda _, original, *args: edit(original(*args), *args)})


def after(stage: str) -> Callable[[Callable[..., Any]], Change]:
    """Return what edits the result of a stage by a function: given it before the arguments."""
    return partial(editing, stage)


def on_outputs(operations: tuple[str, ...], edit: Callable[[Members], Members | None]) -> Change:
    """Edit a copy of each successful answer of these operations, in place or by what `edit` returns."""

    def perform(output: Members, name: str, _: Members) -> Members:
        if name not in operations:
            return output
        own: Members = copied(output)
        edited = edit(own)
        return own if edited is None else edited

    return editing("perform", perform)


def copied(value: Any) -> Any:
    """Copy objects and lists all the way down: answers share their parts with the world."""
    if isinstance(value, dict):
        return {name: copied(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(entry) for entry in value]
    return value


def without(members: Mapping[str, Any], *names: str) -> Members:
    """Return the members but for some."""
    return {name: value for name, value in members.items() if name not in names}


@dataclass(frozen=True)
class Group:
    """The written mutants of one subject, in the order in which they are written down.

    What its mutants have in common is said once: which operations they affect, their kind, and whether they show on a
    server that verifies signatures only. `changes` is the member of Mutant that their changes belong to.
    """

    name: str
    sees: tuple[str, ...]
    kind: Kind
    signed: bool = False
    changes: str = "make"
    mutants: list[Mutant] = field(default_factory=list)

    def add(self, name: str, words: str, breaks: tuple[str, ...], change: Change, **more: Any) -> None:
        """Add a mutant; `more` are members of Mutant that differ from those of the group."""
        parts = {"sees": self.sees, "kind": self.kind, "signed": self.signed, self.changes: change, **more}
        self.mutants.append(Mutant(f"{self.name}/{name}", words, breaks, **parts))

    def rows(self, make: Callable[[Any], Change], breaks: tuple[str, ...], *rows: tuple[Any, ...], **more: Any) -> None:
        """Add a mutant for each row: name, words, what `make` turns into the change, and what it breaks besides."""
        for name, words, edit, *own in rows:
            self.add(name, words, (*breaks, *own), make(edit), **more)

    def of(
        self, make: Callable[[Any], Change], *breaks: str, **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add the decorated function, which `make` turns into the change; its name and its docstring are the row."""

        def keep(edit: Callable[..., Any]) -> Callable[..., Any]:
            words = (edit.__doc__ or "").strip().splitlines()[0].rstrip(".")
            self.add(edit.__name__.replace("_", "-"), words, breaks, make(edit), **more)
            return edit

        return keep


# -- paths of an answer

_STEP = re.compile(r"\[-?\d*\]|\{key\}|\{value\}|[^.\[\]{}]+")

DROP: Final = object()
"""In the place of a value: leave it out."""


def steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path: names, `[]`, the index of one item as in `[-1]`, `{key}` and `{value}`."""
    return tuple(_STEP.findall(path))


def values(root: Any, way: tuple[str, ...]) -> Iterator[Any]:
    """Yield every value that the steps lead to, as far as it is there."""
    if not way:
        yield root
        return
    for entry in _inside(root, way[0]):
        yield from values(entry, way[1:])


def _inside(root: Any, step: str) -> Iterable[Any]:
    """Return what one step leads to."""
    if isinstance(root, dict):
        if step in {"{key}", "{value}"}:
            return root.keys() if step == "{key}" else root.values()
        return (root[step],) if step in root else ()
    if isinstance(root, (list, tuple)) and step.startswith("["):
        return root if step == "[]" else root[int(step[1:-1]) :][:1]
    return ()


def changed(root: Any, way: tuple[str, ...], change: Callable[[Any], Any]) -> Any:
    """Return the answer with every value at the steps changed; DROP leaves it out. What is untouched is shared."""
    if not way:
        return change(root)
    step, rest = way[0], way[1:]
    if step == "[]" and isinstance(root, (list, tuple)):
        return [new for entry in root if (new := changed(entry, rest, change)) is not DROP]
    if not isinstance(root, dict):
        return root
    if step == "{key}":
        pairs = ((changed(name, rest, change), entry) for name, entry in root.items())
    else:
        every = step == "{value}"
        pairs = ((name, changed(it, rest, change) if every or name == step else it) for name, it in root.items())
    return {name: entry for name, entry in pairs if name is not DROP and entry is not DROP}


class Facts:
    """The facts of one path of an input or an output."""

    def __init__(self, contract: Contract, operation: str, direction: str, path: str) -> None:
        self.prefix = f"{operation}/{direction}/{path}/"
        self._known = {fact.id for fact in contract.facts_of(operation, direction)}

    def of(self, *facets: str) -> tuple[str, ...]:
        """Return the ids of these facets, documented and modelled ones, as far as there are both."""
        return self.known(facet + basis for facet in facets for basis in ("", "/modelled"))

    def known(self, ends: Iterator[str]) -> tuple[str, ...]:
        """Return the ids that end so, of those that there are."""
        return tuple(name for end in ends if (name := self.prefix + end) in self._known)
