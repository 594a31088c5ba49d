"""Laws that hold a target against the world that the suite made: what was put in must come out.

What was asked for at creation comes back on every target that the suite filled. What became of a tuning job (status,
times, training jobs) is known only where the target took the whole world (`View.listed_known`); one that was filled
through Create alone decides that itself. On other states all of these are skipped.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.laws.registry import Law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE, LIST, METRIC, at, entries, mapping, number, objectives, text
from conformance.tuning.defaults import channel_default, created_definitions
from conformance.tuning.echo import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.laws.registry import Judge
    from conformance.laws.survey import Survey, View
    from conformance.worlds import WorldJob, WorldTrainingJob

    Truth = Callable[[WorldJob, WorldTrainingJob], Any]

_RESOLUTION_S = 1.0
"""Times may be kept in whole seconds: no document says how finely they are told."""

_CONFIG = "HyperParameterTuningJobConfig"
_MEMBERS_OF_CONFIG = (
    "Strategy",
    "StrategyConfig",
    "HyperParameterTuningJobObjective",
    "ResourceLimits",
    "ParameterRanges.IntegerParameterRanges",
    "ParameterRanges.ContinuousParameterRanges",
    "ParameterRanges.CategoricalParameterRanges",
    "ParameterRanges.AutoParameters",
    "TrainingJobEarlyStoppingType",
    "TuningJobCompletionCriteria",
    "RandomSeed",
)
_MEMBERS_OF_A_DEFINITION = (
    "DefinitionName",
    "TuningObjective",
    "HyperParameterRanges",
    "StaticHyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "HyperParameterTuningResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_DEFINITION_FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")

_LAWS: list[Law] = []
_STATEMENTS: dict[str, str] = {}


def known_law(name: str, *, operation: str, statement: str) -> Callable[[Judge], Judge]:
    """Keep the decorated function as the law of that name, filed as `<Operation>/consistency/echo/<name>`."""

    def keep(judge: Judge) -> Judge:
        _LAWS.append(Law(name, operation, "echo", compares=False, judge=judge))
        _STATEMENTS[name] = statement
        return judge

    return keep


# -- what was asked for


def _echo_of_config(member: str) -> Judge:
    path = f"{_CONFIG}.{member}"

    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        for view in _made(survey):
            asked = at(view.known.create, path)
            if asked is not None:
                told = differences(asked, at(view.answer, path), path)
                tally.hold(not told, f"{view.name}: {'; '.join(told)}", view.description)
        return _as_created(tally, path)

    return judge


def _echo_of_definition(form: str, member: str) -> Judge:
    path, several = f"{form}.{member}", form.endswith("[]")

    def judge(survey: Survey) -> Verdict:
        tally = Tally("definitions")
        for view, asked, told in created_definitions(survey):
            if asked.get(member) is not None and several == ("TrainingJobDefinitions" in view.known.create):
                differ = differences(asked[member], told.get(member), path)
                tally.hold(not differ, f"{view.name}: {'; '.join(differ)}", view.description)
        return _as_created(tally, path)

    return judge


def _as_created(tally: Tally, path: str) -> Verdict:
    return tally.verdict(
        "not-as-created",
        f"{path} comes back as it was given at creation",
        lacking=f"the suite made no tuning job with {path}",
    )


for _member in _MEMBERS_OF_CONFIG:
    known_law(
        f"{_CONFIG}.{_member}", operation=DESCRIBE, statement=f"{_member} of the config is told as it was asked for"
    )(_echo_of_config(_member))
for _form in _DEFINITION_FORMS:
    for _member in _MEMBERS_OF_A_DEFINITION:
        known_law(
            f"{_form}.{_member}", operation=DESCRIBE, statement=f"{_member} of a definition is told as it was asked for"
        )(_echo_of_definition(_form, _member))


@known_law("definitions", operation=DESCRIBE, statement="a tuning job shows the definitions that it was created with")
def definitions_come_back(survey: Survey) -> Verdict:
    """Judge that the single definition is single, and that as many of several come back in the same order."""
    tally = Tally("tuning jobs")
    for view in _made(survey):
        asked = [text(one, "DefinitionName") for one in entries(view.known.create, "TrainingJobDefinitions")]
        told = [text(one, "DefinitionName") for one in entries(view.answer, "TrainingJobDefinitions")]
        single = bool(mapping(view.known.create, "TrainingJobDefinition"))
        fits = asked == told and single == bool(mapping(view.answer, "TrainingJobDefinition"))
        tally.hold(fits, f"{view.name} was given {asked or 'one'}, shows {told or 'no list'}", view.description)
    return _as_created(tally, "each definition")


@known_law("Autotune", operation=DESCRIBE, statement="Autotune is told as it was asked for, and only then")
def autotune_comes_back(survey: Survey) -> Verdict:
    """Judge that Autotune is as given, and absent where it was not given."""
    tally = Tally("tuning jobs")
    for view in _made(survey):
        asked, told = view.known.create.get("Autotune"), view.answer.get("Autotune")
        differ = differences(asked, told, "Autotune") if asked else ([f"Autotune is {told!r}"] if told else [])
        tally.hold(not differ, f"{view.name}: {'; '.join(differ)}", view.description)
    return _as_created(tally, "Autotune")


@known_law("no-warm-start", operation=DESCRIBE, statement="a tuning job without a warm start shows no WarmStartConfig")
def no_warm_start(survey: Survey) -> Verdict:
    """Judge that WarmStartConfig is absent where it was not given."""
    tally = Tally("tuning jobs")
    for view in _made(survey):
        if not view.known.create.get("WarmStartConfig"):
            told = view.answer.get("WarmStartConfig")
            tally.hold(not told, f"{view.name} shows {told!r}", view.description)
    return _as_created(tally, "the lack of a WarmStartConfig")


@known_law("compression-default", operation=DESCRIBE, statement="CompressionType, left out, is absent or None")
def compression_default(survey: Survey) -> Verdict:
    """Judge that a channel without compression shows none."""
    return channel_default(survey, "CompressionType", "None")


@known_law("arn-of-the-tuning-job", operation=DESCRIBE, statement="the ARN of a tuning job ends with its name")
def arn_of_the_tuning_job(survey: Survey) -> Verdict:
    """Judge that the last part of HyperParameterTuningJobArn is the name, in whatever case."""
    tally = Tally("tuning jobs")
    for view in _made(survey):
        arn = text(view.answer, "HyperParameterTuningJobArn")
        if arn:
            last = arn.rpartition("/")[2]
            tally.hold(last.lower() == view.name.lower(), f"{view.name} has the ARN {arn}", view.description)
    return tally.verdict(
        "arn-of-another",
        "HyperParameterTuningJobArn ends with the name",
        lacking="the suite made no tuning job that shows an ARN",
    )


# -- what became of it


def _outcome(path: str, truth: Callable[[WorldJob], Any]) -> Judge:
    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        for view in _wholly_known(survey):
            given, told = truth(view.known), at(view.answer, path)
            differ = ([f"{path} is {told!r}"] if told else []) if given is None else _differ(given, told, path)
            tally.hold(not differ, f"{view.name}: {'; '.join(differ)}", view.description)
        return _as_prepared(tally, path)

    return judge


def _as_prepared(tally: Tally, what: str) -> Verdict:
    return tally.verdict(
        "not-as-prepared",
        f"{what} is as the state was prepared",
        lacking="no state was prepared: the target decides what becomes of its tuning jobs",
    )


def _differ(given: Any, told: Any, path: str) -> list[str]:
    """Compare with the truth; times (by their member's name) to the second."""
    if path.endswith("Time"):
        moment = number(told)
        close = moment is not None and abs(moment - given) < _RESOLUTION_S
        return [] if close else [f"{path} is {told!r}, prepared was {given!r}"]
    if isinstance(given, dict):
        return [one for name, value in given.items() for one in _differ(value, at(told, name), f"{path}.{name}")]
    return differences(given, told, path)


for _path, _truth in (
    ("HyperParameterTuningJobStatus", lambda world: world.status),
    ("CreationTime", lambda world: world.created),
    ("LastModifiedTime", lambda world: world.modified),
    ("HyperParameterTuningEndTime", lambda world: world.ended),
    ("FailureReason", lambda world: world.failure_reason),
    ("TuningJobCompletionDetails", lambda world: world.completion_details),
    ("ConsumedResources.RuntimeInSeconds", lambda world: world.consumed_runtime),
):
    known_law(_path, operation=DESCRIBE, statement=f"{_path} is what the state was prepared with")(
        _outcome(_path, _truth)
    )


@known_law("counters", operation=DESCRIBE, statement="both sets of counters count the prepared training jobs")
def counters_of_the_world(survey: Survey) -> Verdict:
    """Judge the counters by the truth, so that a listing with the same fault can't hide it."""
    tally = Tally("tuning jobs")
    for view in _wholly_known(survey):
        status = Counter(one.status for one in view.known.training_jobs)
        retryable = sum(one.status == "Failed" and one.retryable for one in view.known.training_jobs)
        objective = Counter(one.objective_status for one in view.known.training_jobs)
        right: dict[str, dict[str, int]] = {
            "TrainingJobStatusCounters": {
                **{name: status[name] for name in ("Completed", "Stopped")},
                "RetryableError": retryable,
                "NonRetryableError": status["Failed"] - retryable,
            },
            "ObjectiveStatusCounters": {name: objective[name] for name in ("Succeeded", "Pending", "Failed")},
        }
        differ = [one for group in right for one in differences(right[group], at(view.answer, group), group)]
        running = number(view.answer, "TrainingJobStatusCounters.InProgress")
        if running is None or not 0 <= running - status["InProgress"] <= status["Stopping"]:
            differ.append(f"TrainingJobStatusCounters.InProgress is {running}, prepared are {status['InProgress']}")
        tally.hold(not differ, f"{view.name}: {'; '.join(differ)}", view.description)
    return _as_prepared(tally, "every counter")


@known_law("BestTrainingJob", operation=DESCRIBE, statement="the best training job is the best of the prepared ones")
def best_of_the_world(survey: Survey) -> Verdict:
    """Judge BestTrainingJob by the truth: the best that completed, or the best with a stopped one among them (O11)."""
    tally = Tally("tuning jobs")
    for view in _wholly_known(survey):
        names, told = _winners(view.known), text(view.answer, "BestTrainingJob.TrainingJobName")
        if names is not None:
            fits = told in names if names else not told
            best = " or ".join(sorted(names)) or "none"
            tally.hold(fits, f"{view.name} calls {told or 'none'} best, prepared is {best}", view.description)
    return _as_prepared(tally, "BestTrainingJob")


def _winners(world: WorldJob) -> set[str] | None:
    """Give the names that may win; none where nothing has succeeded, None where the objectives differ."""
    ways = objectives(world.create)
    if len(ways) != 1:
        return None
    pick = max if next(iter(ways))[1] == "Maximize" else min
    names: set[str] = set()
    for statuses in ({"Completed"}, {"Completed", "Stopped"}):
        ran = [one for one in world.training_jobs if one.metric is not None and one.status in statuses]
        values = [one.metric for one in ran if one.metric is not None and one.objective_status == "Succeeded"]
        names |= {one.name for one in ran if values and one.metric == pick(values)}
    return names | ({""} if not any(one.status == "Completed" for one in world.training_jobs) else set())


# -- the listing


@known_law("training-jobs", operation=LIST, statement="the listing holds exactly the prepared training jobs")
def training_jobs_of_the_world(survey: Survey) -> Verdict:
    """Judge that every prepared training job is listed once, and nothing else is."""
    tally = Tally("tuning jobs")
    for view in _wholly_listed(survey):
        listed = Counter(text(item, "TrainingJobName") for item in view.items)
        prepared = Counter(one.name for one in view.known.training_jobs)
        lacks, extra = sorted((prepared - listed).elements()), sorted((listed - prepared).elements())
        told = (["lacks " + ", ".join(lacks[:5])] if lacks else []) + (
            ["adds " + ", ".join(extra[:5])] if extra else []
        )
        tally.hold(not told, f"the listing of {view.name} {' and '.join(told)}", *view.exchanges)
    return _as_prepared(tally, "the set of listed training jobs")


def _member_of_items(path: str, truth: Truth) -> Judge:
    def judge(survey: Survey) -> Verdict:
        tally = Tally("training jobs")
        for view in _wholly_listed(survey):
            by_name = {one.name: one for one in view.known.training_jobs}
            for item in view.items:
                prepared = by_name.get(text(item, "TrainingJobName"))
                if prepared is not None:
                    given, told = truth(view.known, prepared), at(item, path)
                    differ = ([f"{path} is {told!r}"] if told else []) if given is None else _differ(given, told, path)
                    tally.hold(not differ, f"{view.name}/{prepared.name}: {'; '.join(differ)}", *view.exchanges)
        return _as_prepared(tally, f"{path} of every listed training job")

    return judge


for _path, _told in (
    ("TrainingJobStatus", lambda _, one: one.status),
    ("CreationTime", lambda _, one: one.created),
    ("TrainingStartTime", lambda _, one: one.started),
    ("TrainingEndTime", lambda _, one: one.ended),
    ("TunedHyperParameters", lambda _, one: dict(one.tuned)),
    ("FailureReason", lambda _, one: one.failure_reason),
    (f"{METRIC}.Value", lambda _, one: one.metric),
    ("ObjectiveStatus", lambda _, one: one.objective_status),
    ("TrainingJobDefinitionName", lambda _, one: one.definition_name),
):
    known_law(f"TrainingJobSummaries[].{_path}", operation=LIST, statement=f"{_path} is what the state has")(
        _member_of_items(_path, _told)
    )


def _made(survey: Survey) -> Iterator[View]:
    """Give the tuning jobs that the suite made and the target describes."""
    return (view for view in survey.views if view.known is not None and view.answer)


def _wholly_known(survey: Survey) -> Iterator[View]:
    return (view for view in _made(survey) if view.listed_known)


def _wholly_listed(survey: Survey) -> Iterator[View]:
    return (view for view in survey.views if view.known is not None and view.listed_known and view.listed)


KNOWN_LAWS: tuple[Law, ...] = tuple(_LAWS)
KNOWN_STATEMENTS: dict[str, str] = dict(_STATEMENTS)
