"""Reaching for what written mutants bend: the definitions, channels, ranges and training jobs of an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.inputs import DESCRIBE, LIST_TRAINING_JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.mutation.played_cli import PlayedCli
    from conformance.reference.service import Service


_STEP = re.compile(r"\[\]|\{key\}|\{value\}|[^.\[\]{}]+")

DROP: Final = object()
"""In the place of a value: leave it out."""


def steps(path: str) -> tuple[str, ...]:
    """Return the steps of a path: names, `[]`, `{key}` and `{value}`."""
    return tuple(_STEP.findall(path))


def values(root: Any, way: tuple[str, ...]) -> Iterator[Any]:
    """Yield every value that the steps lead to, as far as it is there."""
    if not way:
        yield root
        return
    step, rest = way[0], way[1:]
    if step == "[]":
        inner = root if isinstance(root, (list, tuple)) else ()
    elif step == "{key}":
        inner = tuple(root) if isinstance(root, dict) else ()
    elif step == "{value}":
        inner = tuple(root.values()) if isinstance(root, dict) else ()
    else:
        inner = (root[step],) if isinstance(root, dict) and step in root else ()
    for entry in inner:
        yield from values(entry, rest)


def changed(root: Any, way: tuple[str, ...], change: Callable[[Any], Any]) -> Any:  # noqa: PLR0911 - one return a step
    """Return the answer with every value at the steps changed; DROP leaves it out. What is untouched is shared."""
    if not way:
        return change(root)
    step, rest = way[0], way[1:]
    if step == "[]":
        if not isinstance(root, (list, tuple)):
            return root
        return [new for entry in root if (new := changed(entry, rest, change)) is not DROP]
    if not isinstance(root, dict):
        return root
    if step == "{key}":
        pairs = ((changed(name, rest, change), entry) for name, entry in root.items())
        return {name: entry for name, entry in pairs if name is not DROP}
    if step == "{value}":
        pairs = ((name, changed(entry, rest, change)) for name, entry in root.items())
        return {name: entry for name, entry in pairs if entry is not DROP}
    if step not in root:
        return root
    new = changed(root[step], rest, change)
    if new is DROP:
        return {name: entry for name, entry in root.items() if name != step}
    return root | {step: new}


LIST = LIST_TRAINING_JOBS
BOTH = (DESCRIBE, LIST)

Members = dict[str, Any]


class Kind(StrEnum):
    """Which part of an exchange a mutant bends, and so which checks can see it at all."""

    ANSWER = "answer"
    """What an accepted answer says."""
    REQUEST = "request"
    """What is let in."""
    LISTING = "listing"
    """Which items come, in which order, on which page."""
    ERROR = "error"
    """What a refusal looks like."""
    WIRE = "wire"
    """The envelope of requests and answers."""
    CLIENT = "client"
    """What a client makes of them; the server is unbroken."""


@dataclass(frozen=True)
class Mutant:
    """One broken server.

    `breaks` are ids of facts and behaviours; what has neither, such as the envelope of the protocol, is named as
    `protocol/<subject>`. `sees` are the operations that it touches. `make` turns the class of the service into the
    class of the variant. `signed`: it shows only on a server that verifies signatures. A client that is broken, rather
    than a server, is made by `program` from the played AWS CLI, or by `client`, which is given boto3's own.
    """

    id: str
    words: str
    breaks: tuple[str, ...]
    sees: tuple[str, ...]
    kind: Kind
    make: Callable[[type[Service]], type[Service]]
    signed: bool = False
    found: bool = False
    """Whether it is to be noticed on a state that the suite did not make, of which nothing is known."""
    derived: bool = False
    path: str = ""
    """The path of the answer that is bent, where it is just one."""
    program: Callable[[type[PlayedCli]], type[PlayedCli]] | None = None
    client: Callable[[Any], None] | None = None


def replacing(**stages: Callable[..., Any]) -> Callable[[type[Service]], type[Service]]:
    """Replace stages of the service; each is given the service and its faithful self before its own arguments."""

    def make(base: type[Service]) -> type[Service]:
        return type("Variant", (base,), {name: _method(getattr(base, name), body) for name, body in stages.items()})

    return make


def _method(original: Callable[..., Any], body: Callable[..., Any]) -> Callable[..., Any]:
    def replaced(service: Service, *args: Any) -> Any:
        return body(service, partial(original, service), *args)

    return replaced


def on_output(
    operation: str, edit: Callable[[Members, Members], Members | None]
) -> Callable[[type[Service]], type[Service]]:
    """Edit each accepted answer of an operation, in a copy; the edit is given the request's members and the answer."""
    return on_outputs((operation,), edit)


def on_outputs(
    operations: tuple[str, ...], edit: Callable[[Members, Members], Members | None]
) -> Callable[[type[Service]], type[Service]]:
    """Edit each accepted answer of several operations, likewise."""

    def perform(_: Service, original: Callable[..., Members], name: str, members: Members) -> Members:
        output = original(name, members)
        if name not in operations:
            return output
        own: Members = copied(output)
        edited = edit(members, own)
        return own if edited is None else edited

    return replacing(perform=perform)


def copied(value: Any) -> Any:
    """Copy objects and lists all the way down: answers share their parts with the world."""
    if isinstance(value, dict):
        return {name: copied(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [copied(entry) for entry in value]
    return value


class Group:
    """The written mutants of one subject, in the order in which they are written down."""

    def __init__(self, name: str, operation: str, kind: Kind) -> None:
        """Begin without any."""
        self.name = name
        self.operation = operation
        self.kind = kind
        self._mutants: list[Mutant] = []

    def __iter__(self) -> Iterator[Mutant]:
        return iter(self._mutants)

    def add(  # noqa: PLR0913 - the parts of a mutant, each by its name
        self,
        name: str,
        words: str,
        breaks: tuple[str, ...],
        make: Callable[[type[Service]], type[Service]],
        *,
        sees: tuple[str, ...] | None = None,
        kind: Kind | None = None,
        signed: bool = False,
        found: bool = False,
    ) -> None:
        """Take up a mutant."""
        place = f"{self.name}/{name}"
        self._mutants.append(
            Mutant(place, words, breaks, sees or (self.operation,), kind or self.kind, make, signed=signed, found=found)
        )

    def output(self, *breaks: str) -> Callable[[Callable[[Members, Members], Any]], Callable[[Members, Members], Any]]:
        """Take up a function that edits each accepted answer of the operation, given the request's members."""

        def keep(edit: Callable[[Members, Members], Any]) -> Callable[[Members, Members], Any]:
            self.add(named(edit), received(edit), breaks, on_output(self.operation, edit))
            return edit

        return keep

    def stage(
        self,
        stage: str,
        *breaks: str,
        sees: tuple[str, ...] | None = None,
        kind: Kind | None = None,
        signed: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Take up a function that stands for a stage: given the service and its faithful self before the arguments."""

        def keep(body: Callable[..., Any]) -> Callable[..., Any]:
            make = replacing(**{stage: body})
            self.add(named(body), received(body), breaks, make, sees=sees, kind=kind, signed=signed)
            return body

        return keep


def named(function: Callable[..., object]) -> str:
    """Return the name of a mutant that a function is."""
    return function.__name__.strip("_").replace("_", "-")


def received(function: Callable[..., object]) -> str:
    """Return the words of a mutant that a function is: the first line of what it says of itself."""
    return (function.__doc__ or named(function)).strip().splitlines()[0].rstrip(".")


METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
SUMMARIES = "TrainingJobSummaries"
BEST = "BestTrainingJob"
OVERALL = "OverallBestTrainingJob"
CONFIG = "HyperParameterTuningJobConfig"
FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")


def within(answer: Members, *paths: str) -> Iterator[Any]:
    """Yield every value at any of the paths, to be edited in place."""
    for path in paths:
        yield from values(answer, steps(path))


def definitions(answer: Members, path: str = "") -> Iterator[Any]:
    """Yield every definition of a description, or what lies below each at a path."""
    yield from within(answer, *(f"{form}.{path}" if path else form for form in FORMS))


def channels(answer: Members) -> Iterator[tuple[Members, Members]]:
    """Yield every input channel with the definition that it belongs to."""
    for definition in definitions(answer):
        for channel in definition.get("InputDataConfig", ()):
            yield definition, channel


def ranges(answer: Members, *kinds: str) -> Iterator[Members]:
    """Yield every parameter range of these kinds, of the config and of the definitions."""
    roots = (f"{CONFIG}.ParameterRanges", *(f"{form}.HyperParameterRanges" for form in FORMS))
    yield from within(answer, *(f"{root}.{kind}ParameterRanges[]" for root in roots for kind in kinds))


def bests(answer: Members) -> Iterator[Members]:
    """Yield the best training jobs of a description."""
    yield from within(answer, BEST, OVERALL)


def setting(path: str, to: Callable[[Any], Any]) -> Callable[[Members, Members], Members]:
    """Make the edit that changes every value at a path."""

    def edit(_: Members, answer: Members) -> Members:
        found: Members = changed(answer, steps(path), to)
        return found

    return edit
