"""Laws that lay answers beside the state as it was prepared: what became of each tuning job and its training jobs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import (
    BEST,
    DESCRIBE,
    LIST,
    METRIC,
    OVERALL_BEST,
    at,
    mapping,
    number,
    objectives,
    same_time,
    text,
)
from conformance.tuning.echo import differences
from conformance.tuning.known_law import known_law
from conformance.tuning.made import wholly_known, wholly_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from conformance.laws.registry import Judge
    from conformance.laws.survey import Survey, View
    from conformance.worlds import WorldJob, WorldTrainingJob

    Truth = Callable[[WorldJob, WorldTrainingJob], Any]

_NAME = "TrainingJobDefinitionName"
_NAMED = 2
"""Up to how many wrong members the title of a finding names."""
_MEMBERS: tuple[tuple[str, Truth], ...] = (
    ("TrainingJobStatus", lambda _, one: one.status),
    ("CreationTime", lambda _, one: one.created),
    ("TrainingStartTime", lambda _, one: one.started),
    ("TrainingEndTime", lambda _, one: one.ended),
    ("TunedHyperParameters", lambda _, one: dict(one.tuned)),
    ("FailureReason", lambda _, one: one.failure_reason),
    (f"{METRIC}.Value", lambda _, one: one.metric),
    ("ObjectiveStatus", lambda _, one: one.objective_status),
    (_NAME, lambda _, one: one.definition_name),
)
"""Member of a summary, and what it is by the state."""


def _outcome(path: str, truth: Callable[[WorldJob], Any]) -> Judge:
    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        for view in wholly_known(survey):
            tally.clear(view.name, _differ(truth(view.known), at(view.answer, path), path), view.description)
        return _as_prepared(tally, path)

    return judge


def _as_prepared(tally: Tally, what: str, wrong: Collection[str] = (), noun: str = "") -> Verdict:
    """Sum up a comparison of `what`; `wrong` are the members that differ where it is about several, called `noun`."""
    named = " and ".join(wrong) if len(wrong) <= _NAMED else f"{len(wrong)} {noun}"
    return tally.verdict(
        "not-as-prepared",
        f"{what} is as the state was prepared",
        wrong=f"{named or what} {'are' if len(wrong) > 1 else 'is'} not as the state was prepared",
        lacking="no state was prepared: the target decides what becomes of its tuning jobs",
    )


def _differ(given: Any, told: Any, path: str) -> list[str]:
    """Compare with the truth; times (by their member's name) to the second. What has no value is absent or empty."""
    if given is None:
        return [] if told in (None, "", {}, []) else [f"{path} is {told!r}, prepared was none"]
    if path.endswith("Time"):
        return [] if same_time(given, told) else [f"{path} is {told!r}, prepared was {given!r}"]
    if path.endswith("TunedHyperParameters") and given != told:
        return [f"{path} is {told!r}, prepared was {given!r}"]
    if isinstance(given, dict):
        return [one for name, value in given.items() for one in _differ(value, at(told, name), f"{path}.{name}")]
    return differences(given, told, path)


for _path, _truth in (
    ("HyperParameterTuningJobStatus", lambda world: world.status),
    ("CreationTime", lambda world: world.created),
    ("LastModifiedTime", lambda world: world.modified),
    ("HyperParameterTuningEndTime", lambda world: world.ended),
    ("FailureReason", lambda world: world.failure_reason),
    # A count may be sent of any job, even at 0 (O12); that tuning has converged is so only where it was prepared.
    (
        "TuningJobCompletionDetails",
        lambda world: {"ConvergenceDetectedTime": None, **(world.completion_details or {})},
    ),
    ("ConsumedResources.RuntimeInSeconds", lambda world: world.consumed_runtime),
):
    known_law(_path, operation=DESCRIBE, statement=f"{_path} is what the state was prepared with")(
        _outcome(_path, _truth)
    )


@known_law(
    "counters",
    operation=DESCRIBE,
    statement="both sets of counters count the prepared training jobs",
    shows=("TrainingJobStatusCounters", "ObjectiveStatusCounters"),
)
def counters_of_the_world(survey: Survey) -> Verdict:
    """Judge the counters by the truth, so that a listing with the same fault can't hide it."""
    tally, wrong = Tally("tuning jobs"), dict[str, None]()
    for view in wholly_known(survey):
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
        # That a counter is sent at 0 was observed (O3), and no document says so.
        differ: dict[str, list[str]] = {}
        for path, count in ((f"{group}.{name}", of) for group, each in right.items() for name, of in each.items()):
            told = at(view.answer, path)
            if (count or told is not None) and (found := differences(count, told, path)):
                differ[path] = found
        told = at(view.answer, "TrainingJobStatusCounters.InProgress")
        running = 0 if told is None else number(told)
        if running is None or not 0 <= running - status["InProgress"] <= status["Stopping"]:
            path = "TrainingJobStatusCounters.InProgress"
            differ[path] = [f"{path} is {running}, prepared are {status['InProgress']}"]
        wrong |= dict.fromkeys(differ)
        tally.clear(view.name, [one for found in differ.values() for one in found], view.description)
    return _as_prepared(tally, "every counter", wrong, "counters")


@known_law("BestTrainingJob", operation=DESCRIBE, statement="the best training job is the best of the prepared ones")
def best_of_the_world(survey: Survey) -> Verdict:
    """Judge BestTrainingJob by the truth: the best that completed, or the best with a stopped one among them (O11)."""
    tally = Tally("tuning jobs")
    for view in wholly_known(survey):
        names, told = _winners(view.known), text(view.answer, "BestTrainingJob.TrainingJobName")
        if names is not None:
            fits = told in names if names else not told
            best = " or ".join(sorted(names)) or "none"
            tally.hold(fits, f"{view.name} calls {told or 'none'} best, prepared is {best}", view.description)
    return _as_prepared(tally, "BestTrainingJob")


@known_law(
    "BestTrainingJob-members",
    operation=DESCRIBE,
    statement="the best training job is told as the state has it",
    shows=tuple(f"{best}.{path}" for best in (BEST, OVERALL_BEST) for path, _ in _MEMBERS),
)
def best_members_of_the_world(survey: Survey) -> Verdict:
    """Judge each member of the best and the overall best by the truth; the definition's name may be left out (O5)."""
    tally, wrong = Tally("best training jobs"), dict[str, None]()
    for view in wholly_known(survey):
        # The overall best may be a parent's, so that it is looked for among the training jobs of every prepared job.
        for best, among in ((BEST, (view,)), (OVERALL_BEST, tuple(wholly_known(survey)))):
            told = mapping(view.answer, best)
            launched = _prepared(text(told, "TrainingJobName"), among) if told else None
            if launched is not None:
                job, prepared = launched
                members = [(path, truth(job, prepared)) for path, truth in _MEMBERS if path in told or path != _NAME]
                differ = {
                    f"{best}.{path}": found
                    for path, given in members
                    if (found := _differ(given, at(told, path), f"{best}.{path}"))
                }
                wrong |= dict.fromkeys(differ)
                faults = [one for found in differ.values() for one in found]
                tally.clear(f"{view.name}, {prepared.name}", faults, view.description)
    return _as_prepared(tally, "each member of the best training jobs", wrong, "members of the best training jobs")


def _prepared(name: str, among: Iterable[View]) -> tuple[WorldJob, WorldTrainingJob] | None:
    """Find a prepared training job by its name, with the tuning job that launched it."""
    found = ((view.known, one) for view in among for one in view.known.training_jobs if one.name == name)
    return next(found, None)


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
        best = pick(values) if values else None
        names |= {one.name for one in ran if one.metric == best}
    return names | ({""} if not any(one.status == "Completed" for one in world.training_jobs) else set())


# -- the listing


@known_law(
    "training-jobs",
    operation=LIST,
    statement="the listing holds exactly the prepared training jobs",
    shows=("TrainingJobSummaries",),
)
def training_jobs_of_the_world(survey: Survey) -> Verdict:
    """Judge that every prepared training job is listed once, and nothing else is."""
    tally = Tally("tuning jobs")
    for view in wholly_listed(survey):
        listed = Counter(text(item, "TrainingJobName") for item in view.items)
        prepared = Counter(one.name for one in view.known.training_jobs)
        lacks, extra = sorted((prepared - listed).elements()), sorted((listed - prepared).elements())
        told = [f"it {does} {', '.join(names[:5])}" for does, names in (("lacks", lacks), ("adds", extra)) if names]
        tally.clear(f"the listing of {view.name}", told, *view.exchanges)
    return _as_prepared(tally, "the set of listed training jobs")


def _member_of_items(path: str, truth: Truth) -> Judge:
    def judge(survey: Survey) -> Verdict:
        tally = Tally("training jobs")
        for view in wholly_listed(survey):
            by_name = {one.name: one for one in view.known.training_jobs}
            for item in view.items:
                prepared = by_name.get(text(item, "TrainingJobName"))
                if prepared is not None:
                    differ = _differ(truth(view.known, prepared), at(item, path), path)
                    tally.clear(f"{view.name}/{prepared.name}", differ, *view.exchanges)
        return _as_prepared(tally, f"TrainingJobSummaries[].{path}")

    return judge


for _path, _told in _MEMBERS:
    known_law(f"TrainingJobSummaries[].{_path}", operation=LIST, statement=f"{_path} is what the state has")(
        _member_of_items(_path, _told)
    )
