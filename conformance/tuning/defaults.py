"""Laws about defaults: what was left out at creation is absent from the description, or shows the documented value.

They need a tuning job whose creation is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE, Json, at, definitions, entries, mapping
from conformance.tuning.made import made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.laws.survey import Survey, View

_CHECKPOINTS = "/opt/ml/checkpoints/"


def _absent_or(shown: Any, default: Any) -> bool:
    """Tell whether a member that was left out shows nothing, the empty text for nothing, or its default."""
    return shown in (None, "", default)


def _in_both_trees(member: str) -> tuple[str, ...]:
    """Give the default facts of a member of a definition, be it the only one or one of several."""
    return tuple(f"output/{tree}.{member}/default" for tree in ("TrainingJobDefinition", "TrainingJobDefinitions[]"))


@law(
    "early-stopping-defaults-to-off",
    operation=DESCRIBE,
    subject="early-stopping",
    facts=("output/HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType/default",),
)
def early_stopping_defaults_to_off(survey: Survey) -> Verdict:
    """Judge that TrainingJobEarlyStoppingType, when left out, is absent or Off; autotune may choose otherwise."""
    tally = Tally("tuning jobs")
    member = "HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType"
    for view in made(survey):
        if at(view.known.create, member) is None and "Autotune" not in view.known.create:
            told = at(view.answer, member)
            tally.hold(_absent_or(told, "Off"), f"{view.name} shows {told!r}", view.description)
    return tally.verdict(
        "wrong-default",
        "TrainingJobEarlyStoppingType, left out at creation, is absent or Off",
        lacking="no tuning job is known to have been created without TrainingJobEarlyStoppingType",
    )


@law(
    "training-runtime-defaults-to-a-day",
    operation=DESCRIBE,
    subject="stopping-condition",
    facts=_in_both_trees("StoppingCondition.MaxRuntimeInSeconds"),
)
def training_runtime_defaults_to_a_day(survey: Survey) -> Verdict:
    """Judge that MaxRuntimeInSeconds, when left out, is absent or 86400."""
    tally = Tally("definitions")
    for view, asked, told in created_definitions(survey):
        if at(asked, "StoppingCondition.MaxRuntimeInSeconds") is None:
            shown = at(told, "StoppingCondition.MaxRuntimeInSeconds")
            tally.hold(_absent_or(shown, 86_400), f"{view.name} shows {shown!r}", view.description)
    return tally.verdict(
        "wrong-default",
        "StoppingCondition.MaxRuntimeInSeconds, left out at creation, is absent or 86400",
        lacking="no definition is known to have been created without MaxRuntimeInSeconds",
    )


@law(
    "checkpoint-path-default",
    operation=DESCRIBE,
    subject="checkpoints",
    facts=_in_both_trees("CheckpointConfig.LocalPath"),
)
def checkpoint_path_default(survey: Survey) -> Verdict:
    """Judge that CheckpointConfig.LocalPath, when left out, is absent or the default directory."""
    tally = Tally("definitions")
    for view, asked, told in created_definitions(survey):
        if mapping(asked, "CheckpointConfig") and at(asked, "CheckpointConfig.LocalPath") is None:
            shown = at(told, "CheckpointConfig.LocalPath")
            fits = _absent_or(shown.rstrip("/") if isinstance(shown, str) else shown, _CHECKPOINTS.rstrip("/"))
            tally.hold(fits, f"{view.name} shows {shown!r}", view.description)
    return tally.verdict(
        "wrong-default",
        f"CheckpointConfig.LocalPath, left out at creation, is absent or {_CHECKPOINTS}",
        lacking="no definition is known to have been created with a CheckpointConfig without LocalPath",
    )


def channel_default(survey: Survey, member: str, default: Any) -> Verdict:
    """Judge that a member of a channel, when left out, is absent or shows its default."""
    tally = Tally("channels")
    for view, asked, told in created_definitions(survey):
        for given, shown in zip(entries(asked, "InputDataConfig"), entries(told, "InputDataConfig"), strict=False):
            if member not in given:
                value = shown.get(member)
                tally.hold(_absent_or(value, default), f"{view.name} shows {value!r}", view.description)
    return tally.verdict(
        "wrong-default",
        f"{member} of a channel, left out at creation, is absent or {default}",
        lacking=f"no channel is known to have been created without {member}",
    )


def created_definitions(survey: Survey) -> Iterator[tuple[View, Json, Json]]:
    """Give each definition as it was asked for and as it is described, where there are as many of both."""
    for view in made(survey):
        asked, told = definitions(view.known.create), definitions(view.answer)
        if len(asked) == len(told):
            for given, shown in zip(asked, told, strict=True):
                yield view, given, shown
