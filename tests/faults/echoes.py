"""What was asked for at creation and does not come back, or comes back changed: config and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faults.fault import DESCRIBE, Faults, Members, on_answer
from faults.paths import change, leave_out

if TYPE_CHECKING:
    from collections.abc import Callable

lost = Faults("members lost", DESCRIBE, known_only=True)
changed = Faults("members changed", DESCRIBE, known_only=True)

_CONFIG = "HyperParameterTuningJobConfig"
_OF_THE_CONFIG = (
    "Strategy", "StrategyConfig", "HyperParameterTuningJobObjective", "ResourceLimits",
    "ParameterRanges.IntegerParameterRanges", "ParameterRanges.ContinuousParameterRanges",
    "ParameterRanges.CategoricalParameterRanges", "ParameterRanges.AutoParameters",
    "TrainingJobEarlyStoppingType", "TuningJobCompletionCriteria", "RandomSeed",
)  # fmt: skip
_OF_A_DEFINITION = (
    "DefinitionName", "TuningObjective", "HyperParameterRanges", "StaticHyperParameters", "AlgorithmSpecification",
    "RoleArn", "InputDataConfig", "VpcConfig", "OutputDataConfig", "ResourceConfig",
    "HyperParameterTuningResourceConfig", "StoppingCondition", "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "CheckpointConfig", "RetryStrategy",
    "Environment",
)  # fmt: skip
_FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")


def _altered(value: Any) -> Any:
    """Return another value of the same type, changed at one leaf: the first one there is."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return [_altered(value[0]), *value[1:]] if value else value
    for name, held in value.items():
        other = _altered(held)
        if other != held:
            return value | {name: other}
    return value


def _without(path: str) -> Callable[[Members, Members], None]:
    return lambda _, answer: leave_out(answer, path)


def _with_another(path: str) -> Callable[[Members, Members], None]:
    return lambda _, answer: change(answer, path, _altered)


for _path in (
    *(f"{_CONFIG}.{member}" for member in _OF_THE_CONFIG),
    *(f"{form}.{member}" for form in _FORMS for member in _OF_A_DEFINITION),
    "Autotune",
):
    _fact = f"{DESCRIBE}/output/{_path}/present"
    lost.add(_path, _fact, (f"consistency/echo/{_path}",), on_answer(DESCRIBE, _without(_path)))
    changed.add(_path, _fact, (f"consistency/echo/{_path}",), on_answer(DESCRIBE, _with_another(_path)))

_WARM = f"{DESCRIBE}/output/WarmStartConfig/present"
_WARM_LAW = ("consistency/warm-start-config/warm-start-comes-back",)
lost.add("WarmStartConfig", _WARM, _WARM_LAW, on_answer(DESCRIBE, _without("WarmStartConfig")))
changed.add("WarmStartConfig", _WARM, _WARM_LAW, on_answer(DESCRIBE, _with_another("WarmStartConfig")))


@changed.answer(f"{DESCRIBE}/output/TrainingJobDefinitions/present", "consistency/echo/definitions")
def one_of_several_definitions_lost(_: Members, answer: Members) -> None:
    if "TrainingJobDefinitions" in answer:
        answer["TrainingJobDefinitions"].pop()


@changed.answer(f"{DESCRIBE}/output/TrainingJobDefinitions/present", "consistency/echo/definitions")
def definitions_turned_around(_: Members, answer: Members) -> None:
    answer.get("TrainingJobDefinitions", []).reverse()


GROUPS = (lost, changed)
