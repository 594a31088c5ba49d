"""The laws that compare a target with the world that the suite made: what was put in must come out.

What was asked for at creation is known of every tuning job that the suite made. What became of one (status, times,
training jobs) is known only where the target took the whole world (`ResourceSnapshot.listed_known`). One filled through
Create alone decides that itself. These laws share one comparison, and are one module for that, though a long one.

Every member that was given must return with an equal value; numbers are equal by value. What a service may do beyond
that is a row of `_RULES`, or one of these:

- A structure may have members that were not given: a service fills in what it has defaults for (O13).
- A text that is empty, and a list or object that is empty, may be left out: it says as much as its absence.

Everything else returns exactly: the order and number of items, the entries of a map, names in their case.

They need a tuning job whose creation is known.

One law for each member, so that a lost channel and a lost hyperparameter are two findings. In which forms a member may
return, and what a service may add to it, says `conformance.checks.tuning.created`.

On a state that the suite did not make they are all skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    ARN_STATEMENT,
    BEST,
    DESCRIBE,
    LIST,
    METRIC,
    OVERALL_BEST,
    Json,
    arn_of_the_tuning_job,
    at,
    autotuned,
    definitions,
    entries,
    mapping,
    number,
    objectives,
    ours,
    same_time,
    text,
)
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from conformance.checks.law import Evaluate
    from conformance.session.snapshot import ResourceSnapshot, Snapshot
    from conformance.worlds.model import WorldJob, WorldTrainingJob


def known_law(  # noqa: PLR0913 - the parts of a claim, each by its name
    name: str,
    *,
    operation: str,
    statement: str,
    observed: tuple[str, ...] = (),
    shows: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
) -> Law:
    """Return a law on the state that the suite made; it covers the path that it is named after, or `covers`."""
    return Law(
        name, operation, "echo", observed=observed, statement=statement, of_world=True, shows=shows,
        covers=covers or (f"{name}.*",),
    )  # fmt: skip


def made(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return the tuning jobs that the suite made and the target describes."""
    return (resource for resource in snapshot.resources if ours(resource) and resource.answer)


def wholly_known(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return those of them of which the target took over all that became of them."""
    return (resource for resource in made(snapshot) if resource.listed_known)


def wholly_listed(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return the tuning jobs that the target took over wholly and lists to the end, described or not."""
    return (resource for resource in snapshot.resources if ours(resource) and resource.listed_known and resource.listed)


_NUMBERS = (int, float)
_OWN = "_"
"""What the names of the service's own hyperparameters begin with (O13)."""
RANGES = frozenset({"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"})
"""Lists to which autotune may add."""


def differences(asked: Any, received: Any, path: str, extended: frozenset[str] = frozenset()) -> list[str]:
    """Name each path at which `received` lacks or alters what was asked for; empty where nothing does.

    `extended` are further lists to which the service may add items of its own.
    """
    member = path.rpartition(".")[2]
    rule = _items_by_name if member in extended else _RULES.get(member)
    if rule is not None and (found := rule(asked, received, path)) is not None:
        return found
    if not asked and isinstance(asked, (Mapping, list, tuple)) and received is None:
        return []
    if isinstance(asked, Mapping) and isinstance(received, Mapping):
        return [
            difference
            for name, value in asked.items()
            if value is not None and not (value == "" and received.get(name) is None)
            for difference in differences(value, received.get(name), f"{path}.{name}", extended)
        ]
    if isinstance(asked, (list, tuple)) and isinstance(received, list) and len(received) == len(asked):
        pairs = enumerate(zip(asked, received, strict=True))
        return [element for i, (left, right) in pairs for element in differences(left, right, f"{path}[{i}]", extended)]
    return [] if _equal(asked, received) else [_altered(asked, received, path)]


def _items_by_name(asked: Any, received: Any, path: str) -> list[str] | None:
    """Look for each item that was given by its name: a service may add others, but none of the same name."""
    if not isinstance(received, list) or not isinstance(asked, (list, tuple)):
        return None
    shown = [item for item in received if isinstance(item, Mapping)]
    found: list[str] = []
    for item in asked:
        name = item.get("Name") if isinstance(item, Mapping) else None
        if not isinstance(name, str):
            return None
        namesakes = [other for other in shown if other.get("Name") == name]
        if len(namesakes) == 1:
            found += differences(item, namesakes[0], f"{path}[{name}]")
        else:
            found.append(f"{path} has {len(namesakes)} items named {name!r}, given was one")
    return found


def _entries(asked: Any, received: Any, path: str, own: str = "") -> list[str] | None:
    """Compare a map: its entries are the caller's, but for those whose names show that they are the service's own."""
    if not isinstance(asked, Mapping) or not isinstance(received or {}, Mapping):
        return None
    shown: Mapping[str, Any] = received or {}
    strangers = [name for name in shown if name not in asked and not (own and name.startswith(own))]
    altered = [name for name, value in asked.items() if not _equal(value, shown.get(name))]
    return [
        *(_altered(asked[name], shown.get(name), f"{path}.{name}") for name in altered),
        *(f"{path}.{name} is {shown[name]!r}, given was none" for name in strangers),
    ]


def _hyperparameters(asked: Any, received: Any, path: str) -> list[str] | None:
    return _entries(asked, received, path, _OWN)


def _name_or_arn(asked: Any, received: Any, path: str) -> list[str] | None:  # noqa: ARG001 - a rule
    """Accept the ARN of what was given by its name: `arn:…/NAME`, or `arn:…:NAME` for a name with a path (O14)."""
    texts = isinstance(asked, str) and isinstance(received, str) and asked and received.startswith("arn:")
    return [] if texts and received.endswith((f"/{asked}", f":{asked}")) else None


_RULES: Mapping[str, Callable[[Any, Any, str], list[str] | None]] = {
    "MetricDefinitions": _items_by_name,  # the service adds ObjectiveMetric, and the algorithm's own (O13)
    "StaticHyperParameters": _hyperparameters,
    "Environment": _entries,
    "AlgorithmName": _name_or_arn,
    "KmsKeyId": _name_or_arn,
    "VolumeKmsKeyId": _name_or_arn,
}
"""What a member may return as, by its name; a rule gives None where it has nothing to say of the values."""


def _equal(asked: Any, received: Any) -> bool:
    if isinstance(asked, bool) or isinstance(received, bool):
        return asked is received
    if isinstance(asked, _NUMBERS) and isinstance(received, _NUMBERS):
        return asked == received
    return type(asked) is type(received) and bool(asked == received)


def _altered(asked: Any, received: Any, path: str) -> str:
    given = list(asked) if isinstance(asked, tuple) else asked
    return (
        f"{path} is missing, given was {given!r}"
        if received is None
        else f"{path} is {received!r}, given was {given!r}"
    )


_CHECKPOINTS = "/opt/ml/checkpoints/"


def _absent_or(shown: Any, default: Any) -> bool:
    """Return whether a member that was left out shows nothing, the empty text for nothing, or its default."""
    return shown in (None, "", default)


def _in_both_trees(member: str) -> tuple[str, ...]:
    """Return the default facts of a member of a definition, be it the only one or one of several."""
    return tuple(f"output/{tree}.{member}/default" for tree in ("TrainingJobDefinition", "TrainingJobDefinitions[]"))


@Law(
    "early-stopping-defaults-to-off",
    operation=DESCRIBE,
    subject="early-stopping",
    facts=("output/HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType/default",),
)
def early_stopping_defaults_to_off(snapshot: Snapshot) -> Verdict:
    """Check that TrainingJobEarlyStoppingType, when left out, is absent or Off; autotune may choose otherwise."""
    tally = Tally("tuning jobs")
    member = "HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType"
    for resource in made(snapshot):
        if at(resource.known.create, member) is None and "Autotune" not in resource.known.create:
            received = at(resource.answer, member)
            tally.hold(_absent_or(received, "Off"), f"{resource.name} shows {received!r}", resource.description)
    return tally.verdict(
        "wrong-default",
        "TrainingJobEarlyStoppingType, left out at creation, is absent or Off",
        lacking="no tuning job is known to have been created without TrainingJobEarlyStoppingType",
    )


@Law(
    "training-runtime-defaults-to-a-day",
    operation=DESCRIBE,
    subject="stopping-condition",
    facts=_in_both_trees("StoppingCondition.MaxRuntimeInSeconds"),
)
def training_runtime_defaults_to_a_day(snapshot: Snapshot) -> Verdict:
    """Check that MaxRuntimeInSeconds, when left out, is absent or 86400."""
    tally = Tally("definitions")
    for resource, asked, received in created_definitions(snapshot):
        if at(asked, "StoppingCondition.MaxRuntimeInSeconds") is None:
            shown = at(received, "StoppingCondition.MaxRuntimeInSeconds")
            tally.hold(_absent_or(shown, 86_400), f"{resource.name} shows {shown!r}", resource.description)
    return tally.verdict(
        "wrong-default",
        "StoppingCondition.MaxRuntimeInSeconds, left out at creation, is absent or 86400",
        lacking="no definition is known to have been created without MaxRuntimeInSeconds",
    )


@Law(
    "checkpoint-path-default",
    operation=DESCRIBE,
    subject="checkpoints",
    facts=_in_both_trees("CheckpointConfig.LocalPath"),
)
def checkpoint_path_default(snapshot: Snapshot) -> Verdict:
    """Check that CheckpointConfig.LocalPath, when left out, is absent or the default directory."""
    tally = Tally("definitions")
    for resource, asked, received in created_definitions(snapshot):
        if mapping(asked, "CheckpointConfig") and at(asked, "CheckpointConfig.LocalPath") is None:
            shown = at(received, "CheckpointConfig.LocalPath")
            fits = _absent_or(shown.rstrip("/") if isinstance(shown, str) else shown, _CHECKPOINTS.rstrip("/"))
            tally.hold(fits, f"{resource.name} shows {shown!r}", resource.description)
    return tally.verdict(
        "wrong-default",
        f"CheckpointConfig.LocalPath, left out at creation, is absent or {_CHECKPOINTS}",
        lacking="no definition is known to have been created with a CheckpointConfig without LocalPath",
    )


def channel_default(snapshot: Snapshot, member: str, default: Any) -> Verdict:
    """Check that a member of a channel, when left out, is absent or shows its default."""
    tally = Tally("channels")
    for resource, asked, received in created_definitions(snapshot):
        for given, shown in zip(entries(asked, "InputDataConfig"), entries(received, "InputDataConfig"), strict=False):
            if member not in given:
                value = shown.get(member)
                tally.hold(_absent_or(value, default), f"{resource.name} shows {value!r}", resource.description)
    return tally.verdict(
        "wrong-default",
        f"{member} of a channel, left out at creation, is absent or {default}",
        lacking=f"no channel is known to have been created without {member}",
    )


def created_definitions(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    """Yield each definition as it was asked for and as it is described, where there are as many of both."""
    for resource in made(snapshot):
        asked, received = definitions(resource.known.create), definitions(resource.answer)
        if len(asked) == len(received):
            for given, shown in zip(asked, received, strict=True):
                yield resource, given, shown


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
_OBSERVED = {"AlgorithmSpecification": ("O13", "O14"), "StaticHyperParameters": ("O13",)}
_MAPS = frozenset({"StaticHyperParameters", "Environment"})
"""Members that are judged where they were not given, too: their entries are the caller's."""
_NO_ENTRIES: dict[str, str] = {}


def _echo_of_config(member: str) -> Evaluate:
    path = f"{_CONFIG}.{member}"

    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("tuning jobs")
        for resource in made(snapshot):
            asked = at(resource.known.create, path)
            if asked is not None:
                differ = differences(asked, at(resource.answer, path), path, _extended(resource))
                tally.clear(resource.name, differ, resource.description)
        return _as_created(tally, path)

    return evaluate


def _echo_of_definition(form: str, member: str) -> Evaluate:
    path, several = f"{form}.{member}", form.endswith("[]")

    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("definitions")
        for resource, asked, received in created_definitions(snapshot):
            given = _NO_ENTRIES if member in _MAPS and asked.get(member) is None else asked.get(member)
            if given is not None and several == ("TrainingJobDefinitions" in resource.known.create):
                differ = differences(given, received.get(member), path, _extended(resource))
                tally.clear(resource.name, differ, resource.description)
        return _as_created(tally, path)

    return evaluate


def _extended(resource: ResourceSnapshot) -> frozenset[str]:
    return RANGES if autotuned(resource.known.create) else frozenset()


def _as_created(tally: Tally, path: str) -> Verdict:
    return tally.verdict(
        "not-as-created",
        f"{path} comes back as it was given at creation",
        wrong=f"{path} is not described as it was given at creation",
        lacking=f"the suite made no tuning job with {path}",
    )


for _member in _MEMBERS_OF_CONFIG:
    known_law(
        f"{_CONFIG}.{_member}",
        operation=DESCRIBE,
        statement=f"{_member} of the config is described as it was asked for",
    )(_echo_of_config(_member))
for _form in _DEFINITION_FORMS:
    for _member in _MEMBERS_OF_A_DEFINITION:
        known_law(
            f"{_form}.{_member}",
            operation=DESCRIBE,
            statement=f"{_member} of a definition is described as it was asked for",
            observed=_OBSERVED.get(_member, ()),
        )(_echo_of_definition(_form, _member))


@known_law(
    "definitions",
    operation=DESCRIBE,
    statement="a tuning job shows the definitions that it was created with",
    covers=("TrainingJobDefinition.*", "TrainingJobDefinitions.*"),
)
def definitions_come_back(snapshot: Snapshot) -> Verdict:
    """Check that the single definition is single, and that as many of several come back in the same order."""
    tally = Tally("tuning jobs")
    for resource in made(snapshot):
        asked = [text(entry, "DefinitionName") for entry in entries(resource.known.create, "TrainingJobDefinitions")]
        received = [text(entry, "DefinitionName") for entry in entries(resource.answer, "TrainingJobDefinitions")]
        single = bool(mapping(resource.known.create, "TrainingJobDefinition"))
        fits = asked == received and single == bool(mapping(resource.answer, "TrainingJobDefinition"))
        tally.hold(
            fits, f"{resource.name} was given {asked or 'one'}, shows {received or 'no list'}", resource.description
        )
    return _as_created(tally, "each definition")


@known_law("Autotune", operation=DESCRIBE, statement="Autotune is described as it was asked for, and only then")
def autotune_comes_back(snapshot: Snapshot) -> Verdict:
    """Check that Autotune is as given, and absent where it was not given."""
    tally = Tally("tuning jobs")
    for resource in made(snapshot):
        asked, received = resource.known.create.get("Autotune"), resource.answer.get("Autotune")
        differ = (
            differences(asked, received, "Autotune") if asked else ([f"Autotune is {received!r}"] if received else [])
        )
        tally.clear(resource.name, differ, resource.description)
    return _as_created(tally, "Autotune")


@known_law(
    "no-warm-start",
    operation=DESCRIBE,
    statement="a tuning job without a warm start shows no WarmStartConfig",
    covers=("WarmStartConfig.*",),
)
def no_warm_start(snapshot: Snapshot) -> Verdict:
    """Check that WarmStartConfig is absent where it was not given."""
    tally = Tally("tuning jobs")
    for resource in made(snapshot):
        if not resource.known.create.get("WarmStartConfig"):
            received = resource.answer.get("WarmStartConfig")
            tally.hold(not received, f"{resource.name} shows {received!r}", resource.description)
    return _as_created(tally, "the lack of a WarmStartConfig")


@known_law(
    "compression-default",
    operation=DESCRIBE,
    statement="CompressionType, left out, is absent or None",
    covers=tuple(f"{form}.InputDataConfig[].CompressionType" for form in _DEFINITION_FORMS),
)
def compression_default(snapshot: Snapshot) -> Verdict:
    """Check that a channel without compression shows none."""
    return channel_default(snapshot, "CompressionType", "None")


@known_law("arn-of-the-tuning-job", operation=DESCRIBE, statement=ARN_STATEMENT, covers=("HyperParameterTuningJobArn",))
def arn_of_a_made_tuning_job(snapshot: Snapshot) -> Verdict:
    """Evaluate the ARNs of the tuning jobs that the suite made."""
    return arn_of_the_tuning_job(made(snapshot))


if TYPE_CHECKING:
    Truth = Callable[[WorldJob, WorldTrainingJob], Any]


_NAME = "TrainingJobDefinitionName"
_NAMED = 2
"""Up to how many wrong members the title of a finding names."""
_MEMBERS: tuple[tuple[str, Truth], ...] = (
    ("TrainingJobStatus", lambda _, element: element.status),
    ("CreationTime", lambda _, element: element.created),
    ("TrainingStartTime", lambda _, element: element.started),
    ("TrainingEndTime", lambda _, element: element.ended),
    ("TunedHyperParameters", lambda _, element: dict(element.tuned)),
    ("FailureReason", lambda _, element: element.failure_reason),
    (f"{METRIC}.Value", lambda _, element: element.metric),
    ("ObjectiveStatus", lambda _, element: element.objective_status),
    (_NAME, lambda _, element: element.definition_name),
)
"""Member of a summary, and what it is by the state."""


def _outcome(path: str, truth: Callable[[WorldJob], Any]) -> Evaluate:
    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("tuning jobs")
        for resource in wholly_known(snapshot):
            tally.clear(
                resource.name, _differ(truth(resource.known), at(resource.answer, path), path), resource.description
            )
        return _as_prepared(tally, path)

    return evaluate


def _as_prepared(tally: Tally, what: str, wrong: Collection[str] = (), noun: str = "") -> Verdict:
    """Sum up a comparison of `what`; `wrong` are the members that differ where it is about several, called `noun`."""
    named = " and ".join(wrong) if len(wrong) <= _NAMED else f"{len(wrong)} {noun}"
    return tally.verdict(
        "not-as-prepared",
        f"{what} is as the state was prepared",
        wrong=f"{named or what} {'are' if len(wrong) > 1 else 'is'} not as the state was prepared",
        lacking="no state was prepared: the target decides what becomes of its tuning jobs",
    )


def _differ(given: Any, received: Any, path: str) -> list[str]:
    """Compare with the truth; times (by their member's name) to the second. What has no value is absent or empty."""
    if given is None:
        return [] if received in (None, "", {}, []) else [f"{path} is {received!r}, prepared was none"]
    if path.endswith("Time"):
        return [] if same_time(given, received) else [f"{path} is {received!r}, prepared was {given!r}"]
    if path.endswith("TunedHyperParameters") and given != received:
        return [f"{path} is {received!r}, prepared was {given!r}"]
    if isinstance(given, dict):
        return [
            element for name, value in given.items() for element in _differ(value, at(received, name), f"{path}.{name}")
        ]
    return differences(given, received, path)


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
    covers=("TrainingJobStatusCounters.*", "ObjectiveStatusCounters.*"),
)
def counters_of_the_world(snapshot: Snapshot) -> Verdict:
    """Evaluate the counters by the truth, so that a listing with the same fault can't hide it."""
    tally, wrong = Tally("tuning jobs"), dict[str, None]()
    for resource in wholly_known(snapshot):
        status = Counter(element.status for element in resource.known.training_jobs)
        retryable = sum(element.status == "Failed" and element.retryable for element in resource.known.training_jobs)
        objective = Counter(element.objective_status for element in resource.known.training_jobs)
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
            received = at(resource.answer, path)
            if (count or received is not None) and (found := differences(count, received, path)):
                differ[path] = found
        received = at(resource.answer, "TrainingJobStatusCounters.InProgress")
        running = 0 if received is None else number(received)
        if running is None or not 0 <= running - status["InProgress"] <= status["Stopping"]:
            path = "TrainingJobStatusCounters.InProgress"
            differ[path] = [f"{path} is {running}, prepared are {status['InProgress']}"]
        wrong |= dict.fromkeys(differ)
        tally.clear(resource.name, [element for found in differ.values() for element in found], resource.description)
    return _as_prepared(tally, "every counter", wrong, "counters")


@known_law("BestTrainingJob", operation=DESCRIBE, statement="the best training job is the best of the prepared ones")
def best_of_the_world(snapshot: Snapshot) -> Verdict:
    """Check BestTrainingJob against the truth: the best that completed, or the best with a stopped one (O11)."""
    tally = Tally("tuning jobs")
    for resource in wholly_known(snapshot):
        names, received = _winners(resource.known), text(resource.answer, "BestTrainingJob.TrainingJobName")
        if names is not None:
            fits = received in names if names else not received
            best = " or ".join(sorted(names)) or "none"
            tally.hold(
                fits, f"{resource.name} calls {received or 'none'} best, prepared is {best}", resource.description
            )
    return _as_prepared(tally, "BestTrainingJob")


@known_law(
    "BestTrainingJob-members",
    operation=DESCRIBE,
    statement="the best training job is described as the state has it",
    shows=tuple(f"{best}.{path}" for best in (BEST, OVERALL_BEST) for path, _ in _MEMBERS),
    covers=(f"{BEST}.*", f"{OVERALL_BEST}.*"),
)
def best_members_of_the_world(snapshot: Snapshot) -> Verdict:
    """Check each member of the best and overall best against the truth; the definition's name may be left out (O5)."""
    tally, wrong = Tally("best training jobs"), dict[str, None]()
    for resource in wholly_known(snapshot):
        # The overall best may be a parent's, so that it is looked for among the training jobs of every prepared job.
        for best, among in ((BEST, (resource,)), (OVERALL_BEST, tuple(wholly_known(snapshot)))):
            received = mapping(resource.answer, best)
            launched = _prepared(text(received, "TrainingJobName"), among) if received else None
            if launched is not None:
                job, prepared = launched
                members = [
                    (path, truth(job, prepared)) for path, truth in _MEMBERS if path in received or path != _NAME
                ]
                differ = {
                    f"{best}.{path}": found
                    for path, given in members
                    if (found := _differ(given, at(received, path), f"{best}.{path}"))
                }
                wrong |= dict.fromkeys(differ)
                faults = [element for found in differ.values() for element in found]
                tally.clear(f"{resource.name}, {prepared.name}", faults, resource.description)
    return _as_prepared(tally, "each member of the best training jobs", wrong, "members of the best training jobs")


def _prepared(name: str, among: Iterable[ResourceSnapshot]) -> tuple[WorldJob, WorldTrainingJob] | None:
    """Find a prepared training job by its name, with the tuning job that launched it."""
    found = (
        (resource.known, element)
        for resource in among
        for element in resource.known.training_jobs
        if element.name == name
    )
    return next(found, None)


def _winners(world: WorldJob) -> set[str] | None:
    """Return the names that may win; none where nothing has succeeded, None where the objectives differ."""
    ways = objectives(world.create)
    if len(ways) != 1:
        return None
    pick = max if next(iter(ways))[1] == "Maximize" else min
    names: set[str] = set()
    for statuses in ({"Completed"}, {"Completed", "Stopped"}):
        ran = [element for element in world.training_jobs if element.metric is not None and element.status in statuses]
        values = [
            element.metric for element in ran if element.metric is not None and element.objective_status == "Succeeded"
        ]
        best = pick(values) if values else None
        names |= {element.name for element in ran if element.metric == best}
    return names | ({""} if not any(element.status == "Completed" for element in world.training_jobs) else set())


# -- the listing


@known_law(
    "training-jobs",
    operation=LIST,
    statement="the listing holds exactly the prepared training jobs",
    shows=("TrainingJobSummaries",),
    covers=("TrainingJobSummaries", "TrainingJobSummaries[]", "TrainingJobSummaries[].TrainingJobName"),
)
def training_jobs_of_the_world(snapshot: Snapshot) -> Verdict:
    """Check that every prepared training job is listed once, and nothing else is."""
    tally = Tally("tuning jobs")
    for resource in wholly_listed(snapshot):
        listed = Counter(text(item, "TrainingJobName") for item in resource.items)
        prepared = Counter(element.name for element in resource.known.training_jobs)
        lacks, extra = sorted((prepared - listed).elements()), sorted((listed - prepared).elements())
        received = [f"it {does} {', '.join(names[:5])}" for does, names in (("lacks", lacks), ("adds", extra)) if names]
        tally.clear(f"the listing of {resource.name}", received, *resource.exchanges)
    return _as_prepared(tally, "the set of listed training jobs")


def _member_of_items(path: str, truth: Truth) -> Evaluate:
    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("training jobs")
        for resource in wholly_listed(snapshot):
            by_name = {element.name: element for element in resource.known.training_jobs}
            for item in resource.items:
                prepared = by_name.get(text(item, "TrainingJobName"))
                if prepared is not None:
                    differ = _differ(truth(resource.known, prepared), at(item, path), path)
                    tally.clear(f"{resource.name}/{prepared.name}", differ, *resource.exchanges)
        return _as_prepared(tally, f"TrainingJobSummaries[].{path}")

    return evaluate


for _path, _true_value in _MEMBERS:
    known_law(f"TrainingJobSummaries[].{_path}", operation=LIST, statement=f"{_path} is what the state has")(
        _member_of_items(_path, _true_value)
    )
