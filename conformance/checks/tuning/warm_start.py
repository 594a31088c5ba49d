"""Laws about warm starts: what a tuning job and its parents have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    DESCRIBE,
    Claim,
    Json,
    Subject,
    autotuned,
    entries,
    mapping,
    number,
    objective_of,
    parents,
    text,
)
from conformance.checks.tuning.hyperparameters import ranges_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.checks.tuning.answers import Fault
    from conformance.session.snapshot import Snapshot

_FIRST_PARENTS = datetime(2018, 9, 30, 10, tzinfo=UTC).timestamp()
"""1 October 2018 where it began first: the page names no time zone."""
_IDENTICAL = "IdenticalDataAndAlgorithm"


def _parent_law(name: str, subject: str, kind: str, expected: str, *, only: str = "") -> Callable[[Fault], Fault]:
    """Register a law on each pair of a tuning job and a parent; `only` is the type of warm start that it is about."""

    def pairs(snapshot: Snapshot) -> Iterator[Subject]:
        for resource in snapshot.resources:
            if only in {"", text(resource.answer, "WarmStartConfig.WarmStartType")}:
                for parent in parents(snapshot, resource):
                    name = f"{resource.name} with the parent {parent.name}:"
                    yield Subject(name, (resource.answer, parent.answer), (resource.description, parent.description))

    def register(fault: Fault) -> Fault:
        claim = Claim(
            "pairs of tuning job and parent",
            kind,
            expected,
            wrong=f"a warm start does not fit its parents: {kind.replace('-', ' ')}",
            lacking="no tuning job was started warm from a parent that can still be described",
        )
        Law(name, DESCRIBE, subject)(claim.about(pairs)(fault))
        return fault

    return register


def _unlike(verb: str, own: object, parents_own: object) -> str | None:
    """Say that a tuning job differs from its parent; None where one of the two shows nothing."""
    if not own or not parents_own:
        return None
    return "" if own == parents_own else f"{verb} {own}, the parent {parents_own}"


@_parent_law(
    "warm-start-parents-came-earlier", "warm-start", "younger-parent", "a parent is another tuning job, created earlier"
)
def _earlier(own: Json, parent: Json) -> str | None:
    """Check that a parent is another tuning job, and not younger."""
    born, before = number(own, "CreationTime"), number(parent, "CreationTime")
    if text(own, "HyperParameterTuningJobName") == text(parent, "HyperParameterTuningJobName"):
        return "it is its own parent"
    if born is None or before is None:
        return None
    return "" if before <= born else f"created at {born}, the parent at {before}"


@_parent_law(
    "parents-since-october-2018", "warm-start", "old-parent", "a parent was created on 1 October 2018 or later"
)
def _recent(_: Json, parent: Json) -> str | None:
    """Check that no parent is older than the feature."""
    before = number(parent, "CreationTime")
    if before is None:
        return None
    return "" if before >= _FIRST_PARENTS else f"the parent was created at {before}"


@_parent_law("parents-have-ended", "warm-start", "parent-not-ended", "a parent is Completed or Stopped")
def _ended(_: Json, parent: Json) -> str | None:
    """Check that a parent is Completed or Stopped; one that is being deleted shows no more how it ended."""
    status = text(parent, "HyperParameterTuningJobStatus")
    if status in {"", "Deleting", "DeleteFailed"}:
        return None
    return "" if status in {"Completed", "Stopped"} else f"the parent is {status}"


@_parent_law("identical-input-data", "warm-start-data", "other-data", "the input data of the parent", only=_IDENTICAL)
def _same_data(own: Json, parent: Json) -> str | None:
    """Check that the places of the input are those of each parent; formats may change with the algorithm's version."""
    return _unlike("reads", _places(own), _places(parent))


@_parent_law(
    "identical-image", "warm-start-image", "other-image", "the image of the parent, in any version", only=_IDENTICAL
)
def _same_image(own: Json, parent: Json) -> str | None:
    """Check that the image is that of each parent, tag and digest aside: some new versions are allowed."""
    return _unlike("runs", _repository(own), _repository(parent))


@_parent_law(
    "same-number-of-hyperparameters",
    "warm-start",
    "other-number",
    "as many static and ranged hyperparameters as the parent",
)
def _same_number(own: Json, parent: Json) -> str | None:
    """Check that static and tunable hyperparameters together are as many as in each parent; autotune may add some."""
    ours, theirs = _hyperparameters(own), _hyperparameters(parent)
    if ours is None or theirs is None or autotuned(own) or autotuned(parent):
        return None
    return "" if len(ours) == len(theirs) else f"has {len(ours)} ({', '.join(sorted(ours))}), the parent {len(theirs)}"


@_parent_law("same-objective-as-parents", "warm-start", "other-objective", "the objective metric of the parent")
def _same_objective(own: Json, parent: Json) -> str | None:
    """Check that the name of the objective's metric is that of each parent."""
    if entries(own, "TrainingJobDefinitions") or entries(parent, "TrainingJobDefinitions"):
        return None
    return _unlike("optimizes", _metric(own), _metric(parent))


def _metric(answer: Json) -> str:
    objective = objective_of(answer, mapping(answer, "TrainingJobDefinition"))
    return objective[0] if objective else ""


def _places(answer: Json) -> list[tuple[str, str]]:
    """Return channel and place of every input of a tuning job with one definition, each once and sorted."""
    found = set()
    for channel in entries(answer, "TrainingJobDefinition.InputDataConfig"):
        files = mapping(channel, "DataSource.FileSystemDataSource")
        place = text(channel, "DataSource.S3DataSource.S3Uri") or "".join(
            text(files, name) for name in ("FileSystemId", "DirectoryPath")
        )
        found.add((text(channel, "ChannelName"), place))
    return sorted(found)


def _repository(answer: Json) -> str:
    """Return the image without tag and digest."""
    image = text(answer, "TrainingJobDefinition.AlgorithmSpecification.TrainingImage").partition("@")[0]
    path, slash, last = image.rpartition("/")
    return f"{path}{slash}{last.partition(':')[0]}"


def _hyperparameters(answer: Json) -> set[str] | None:
    """Return the names of all hyperparameters; those with an underscore in front are the service's own."""
    definition = mapping(answer, "TrainingJobDefinition")
    if not definition:
        return None
    static = {name for name in mapping(definition, "StaticHyperParameters") if not name.startswith("_")}
    return static | {item.name for item in ranges_of(answer, definition)}
