"""Laws about warm starts: what a tuning job and its parents have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    DESCRIBE,
    Json,
    autotuned,
    entries,
    mapping,
    number,
    objective_of,
    parents,
    ranges_of,
    text,
)
from conformance.checks.tuning.created import differences, made
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from conformance.session.snapshot import Snapshot

_FIRST_PARENTS = datetime(2018, 9, 30, 10, tzinfo=UTC).timestamp()
"""1 October 2018 where it began first: the page names no time zone."""
_IDENTICAL = "IdenticalDataAndAlgorithm"
_GONE = "no tuning job was started warm from a parent that can still be described"


Fault = Callable[[Json, Json], str | None]
"""Says what is wrong between a tuning job and a parent; None where nothing can be said."""


def _parent_law(name: str, subject: str, kind: str, expected: str, *, only: str = "") -> Callable[[Fault], Fault]:
    """Register a law on each pair of a tuning job and a parent; `only` is the type of warm start that it is about."""

    def register(fault: Fault) -> Fault:
        wrong = f"a warm start does not fit its parents: {kind.replace('-', ' ')}"

        def evaluate(snapshot: Snapshot) -> Verdict:
            tally = Tally("pairs of tuning job and parent")
            for resource in snapshot.resources:
                if only and text(resource.answer, "WarmStartConfig.WarmStartType") != only:
                    continue
                for parent in parents(snapshot, resource):
                    stated = fault(resource.answer, parent.answer)
                    if stated is not None:
                        received = f"{resource.name} with the parent {parent.name}: {stated}"
                        tally.hold(not stated, received, resource.description, parent.description)
            return tally.verdict(kind, expected, wrong=wrong, lacking=_GONE)

        Law(name, DESCRIBE, subject)(evaluate)
        return fault

    return register


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


@Law(
    "warm-start-comes-back",
    operation=DESCRIBE,
    subject="warm-start-config",
    facts=("output/WarmStartConfig/present",),
    covers=("WarmStartConfig.*",),
)
def warm_start_comes_back(snapshot: Snapshot) -> Verdict:
    """Check that WarmStartConfig is described as it was asked for, where that is known."""
    tally = Tally("tuning jobs")
    for resource in made(snapshot):
        asked = mapping(resource.known.create, "WarmStartConfig")
        if asked:
            stated = resource.answer.get("WarmStartConfig")
            tally.clear(resource.name, differences(asked, stated, "WarmStartConfig"), resource.description)
    return tally.verdict(
        "not-as-created",
        "WarmStartConfig comes back as it was given at creation",
        wrong="WarmStartConfig is not described as it was given at creation",
        lacking="no tuning job is known to have been created with a WarmStartConfig",
    )


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
    ours, theirs = _places(own), _places(parent)
    if not ours or not theirs:
        return None
    return "" if ours == theirs else f"reads {sorted(ours)}, the parent {sorted(theirs)}"


@_parent_law(
    "identical-image", "warm-start-image", "other-image", "the image of the parent, in any version", only=_IDENTICAL
)
def _same_image(own: Json, parent: Json) -> str | None:
    """Check that the image is that of each parent, tag and digest aside: some new versions are allowed."""
    ours, theirs = _repository(own), _repository(parent)
    if not ours or not theirs:
        return None
    return "" if ours == theirs else f"runs {ours}, the parent {theirs}"


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
    ours, theirs = (
        text(objective_of(item, mapping(item, "TrainingJobDefinition")), "MetricName") for item in (own, parent)
    )
    if not ours or not theirs:
        return None
    return "" if ours == theirs else f"optimizes {ours}, the parent {theirs}"


def _places(answer: Json) -> set[tuple[str, str]]:
    """Return channel and place of every input of a tuning job with one definition."""
    found = set()
    for channel in entries(answer, "TrainingJobDefinition.InputDataConfig"):
        files = mapping(channel, "DataSource.FileSystemDataSource")
        place = text(channel, "DataSource.S3DataSource.S3Uri") or "".join(
            text(files, name) for name in ("FileSystemId", "DirectoryPath")
        )
        found.add((text(channel, "ChannelName"), place))
    return found


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
