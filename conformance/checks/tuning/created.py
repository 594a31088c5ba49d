"""The laws that compare a target with the world that the suite made: what was put in must come out.

What was asked for at creation is known of every tuning job that the suite made. What became of one (status, times,
training jobs) is known only where the target took the whole world (`ResourceSnapshot.listed_known`). One filled through
Create alone decides that itself. On a state that the suite did not make all of these laws are skipped.

Every member that was given must return with an equal value; numbers are equal by value. What a service may do beyond
that is a row of `_RULES`, or one of these:

- A structure may have members that were not given: a service fills in what it has defaults for (O13).
- A text that is empty, and a list or object that is empty, may be left out: it says as much as its absence.

Everything else returns exactly: the order and number of items, the entries of a map, names in their case. There is one
law for each member, so that a lost channel and a lost hyperparameter are two findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    BEST,
    CONFIG,
    DESCRIBE,
    LIST,
    METRIC,
    OVERALL_BEST,
    Claim,
    Instance,
    Instances,
    Json,
    as_json_number,
    at,
    autotuned,
    definitions,
    entries,
    mapping,
    objectives,
    ours,
    same_time,
    text,
)
from conformance.checks.tuning.identity import ARN_STATEMENT, TUNING_JOB_ARN, arn_of_another_tuning_job
from conformance.checks.verdict import Tally, Verdict
from conformance.session.snapshot import ResourceSnapshot, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.wire.exchange import Exchange
    from conformance.worlds.model import WorldJob, WorldTrainingJob


def _law(  # noqa: PLR0913 - the parts of a claim, each by its name
    name: str,
    statement: str,
    *,
    operation: str = DESCRIBE,
    observed: tuple[str, ...] = (),
    shows: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
) -> Law:
    """Return a law on the state that the suite made; it covers the path that it is named after, or `covers`."""
    covers = covers or (f"{name}.*",)
    return Law(
        name, operation, "echo", observed=observed, statement=statement, of_world=True, shows=shows, covers=covers
    )


def _made(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return the tuning jobs that the suite made and the target describes."""
    return (resource for resource in snapshot.resources if ours(resource) and resource.answer)


def _wholly_known(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return those of them of which the target took over all that became of them."""
    return (resource for resource in _made(snapshot) if resource.listed_known)


def _wholly_listed(snapshot: Snapshot) -> Iterator[ResourceSnapshot]:
    """Return the tuning jobs that the target took over wholly and lists to the end, described or not."""
    return (resource for resource in snapshot.resources if ours(resource) and resource.listed_known and resource.listed)


def _described(resources: Callable[[Snapshot], Iterator[ResourceSnapshot]]) -> Instances:
    """Return what yields each of some tuning jobs, as its description shows it."""
    return lambda snapshot: (
        Instance(resource.name, (resource,), (resource.description,)) for resource in resources(snapshot)
    )


_RANGES = frozenset({"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"})
"""Lists to which autotune may add."""


def differences(asked: Any, received: Any, path: str, extended: frozenset[str] = frozenset()) -> list[str]:
    """Name each path at which `received` lacks or alters what was asked for; empty where nothing does.

    `extended` are further lists to which the service may add items of its own.
    """
    member = path.rpartition(".")[2]
    rule = _items_by_name if member in extended else _RULES.get(member)
    if rule is not None and (found := rule(asked, received, path)) is not None:
        return found
    if not asked and isinstance(asked, (dict, list)) and received is None:
        return []
    if isinstance(asked, dict) and isinstance(received, dict):
        return [
            difference
            for name, value in asked.items()
            if value is not None and not (value == "" and received.get(name) is None)
            for difference in differences(value, received.get(name), f"{path}.{name}", extended)
        ]
    if isinstance(asked, list) and isinstance(received, list) and len(received) == len(asked):
        pairs = enumerate(zip(asked, received, strict=True))
        return [element for i, (left, right) in pairs for element in differences(left, right, f"{path}[{i}]", extended)]
    return [] if _equal(asked, received) else [_altered(asked, received, path)]


def _items_by_name(asked: Any, received: Any, path: str) -> list[str] | None:
    """Look for each item that was given by its name: a service may add others, but none of the same name."""
    if not isinstance(received, list) or not isinstance(asked, list):
        return None
    shown = [item for item in received if isinstance(item, dict)]
    found: list[str] = []
    for item in asked:
        name = item.get("Name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            return None
        namesakes = [other for other in shown if other.get("Name") == name]
        if len(namesakes) == 1:
            found += differences(item, namesakes[0], f"{path}[{name}]")
        else:
            found.append(f"{path} has {len(namesakes)} items named {name!r}, given was one")
    return found


def _entries(asked: Any, received: Any, path: str) -> list[str] | None:
    """Compare a map: its entries are the caller's."""
    shown = received or {}
    if not isinstance(asked, dict) or not isinstance(shown, dict):
        return None
    altered = [name for name, value in asked.items() if not _equal(value, shown.get(name))]
    return [
        *(_altered(asked[name], shown.get(name), f"{path}.{name}") for name in altered),
        *(f"{path}.{name} is {value!r}, given was none" for name, value in shown.items() if name not in asked),
    ]


def _hyperparameters(asked: Any, received: Any, path: str) -> list[str] | None:
    """Compare a map of hyperparameters, to which the service adds its own, with an underscore in front (O13)."""
    if not isinstance(asked, dict) or not isinstance(received, dict):
        return _entries(asked, received, path)
    callers = {name: value for name, value in received.items() if name in asked or not name.startswith("_")}
    return _entries(asked, callers, path)


def _name_or_arn(asked: Any, received: Any, path: str) -> list[str] | None:  # noqa: ARG001 - a rule
    """Accept the ARN of what was given by its name: `arn:…/NAME`, or `arn:…:NAME` for a name with a path (O14)."""
    texts = isinstance(asked, str) and isinstance(received, str) and asked and received.startswith("arn:")
    return [] if texts and received.endswith((f"/{asked}", f":{asked}")) else None


def _in_any_order(asked: Any, received: Any, path: str) -> list[str] | None:  # noqa: ARG001 - a rule
    """Accept the same texts in another order: ids of a network are a set, and no document says how they come back."""
    lists = isinstance(asked, list) and isinstance(received, list) and all(isinstance(item, str) for item in received)
    return [] if lists and sorted(asked) == sorted(received) else None


_RULES: Mapping[str, Callable[[Any, Any, str], list[str] | None]] = {
    "MetricDefinitions": _items_by_name,  # the service adds ObjectiveMetric, and the algorithm's own (O13)
    "StaticHyperParameters": _hyperparameters,
    "Environment": _entries,
    "AlgorithmName": _name_or_arn,
    "KmsKeyId": _name_or_arn,
    "VolumeKmsKeyId": _name_or_arn,
    "SecurityGroupIds": _in_any_order,
    "Subnets": _in_any_order,
}
"""What a member may return as, by its name; a rule gives None where it has nothing to say of the values."""


def _equal(asked: Any, received: Any) -> bool:
    numbers = as_json_number(asked), as_json_number(received)
    return numbers[0] == numbers[1] if None not in numbers else type(asked) is type(received) and asked == received


def _altered(asked: Any, received: Any, path: str) -> str:
    shown = "missing" if received is None else repr(received)
    return f"{path} is {shown}, given was {asked!r}"


# -- what was asked for at creation

Pairs = Callable[[Snapshot], Iterator[tuple[ResourceSnapshot, Json, Json]]]
"""Yields what was asked for and what is described, each with its tuning job."""


def _whole(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    return ((resource, resource.known.create, resource.answer) for resource in _made(snapshot))


def _definitions(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    """Yield each definition, where there are as many as were asked for."""
    for resource, create, answer in _whole(snapshot):
        asked, received = definitions(create), definitions(answer)
        if len(asked) == len(received):
            yield from ((resource, given, shown) for given, shown in zip(asked, received, strict=True))


def _definitions_in(form: str) -> Pairs:
    """Return what yields the definitions of the tuning jobs that were created with this form of them."""
    member = form.removesuffix("[]")
    return lambda snapshot: (pair for pair in _definitions(snapshot) if member in pair[0].known.create)


def _without_autotune(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    return (pair for pair in _whole(snapshot) if "Autotune" not in pair[1])


def _with_checkpoints(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    return (pair for pair in _definitions(snapshot) if mapping(pair[1], "CheckpointConfig"))


def _channels(snapshot: Snapshot) -> Iterator[tuple[ResourceSnapshot, Json, Json]]:
    for resource, asked, received in _definitions(snapshot):
        channels = zip(entries(asked, "InputDataConfig"), entries(received, "InputDataConfig"), strict=False)
        yield from ((resource, given, shown) for given, shown in channels)


def _defaults_to(
    pairs: Pairs, noun: str, member: str, *defaults: Any, owner: str = ""
) -> Callable[[Snapshot], Verdict]:
    """Return the law that a member which was left out is absent, empty, or one of its defaults."""

    def left_out(snapshot: Snapshot) -> Iterator[Instance]:
        for resource, asked, received in pairs(snapshot):
            if at(asked, member) is None:
                yield Instance(resource.name, (at(received, member),), (resource.description,))

    def fault(shown: Any) -> str:
        return "" if shown in (None, "", *defaults) else f"shows {shown!r}"

    return Claim(
        noun,
        "wrong-default",
        f"{member}, left out at creation, is absent or {defaults[0]}",
        wrong="",
        lacking=f"no {owner or noun[:-1]} is known to have been created without {member}",
    ).about(left_out)(fault)


_DEFINITION_FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")


def _in_both_forms(member: str) -> tuple[str, ...]:
    """Return the default facts of a member of a definition, be it the only one or one of several."""
    return tuple(f"output/{form}.{member}/default" for form in _DEFINITION_FORMS)


_STOPPING, _RUNTIME, _CHECKPOINTS = (
    f"{CONFIG}.TrainingJobEarlyStoppingType",
    "StoppingCondition.MaxRuntimeInSeconds",
    "CheckpointConfig.LocalPath",
)

Law("early-stopping-defaults-to-off", DESCRIBE, "early-stopping", facts=(f"output/{_STOPPING}/default",))(
    _defaults_to(_without_autotune, "tuning jobs", _STOPPING, "Off")
)
Law("training-runtime-defaults-to-a-day", DESCRIBE, "stopping-condition", facts=_in_both_forms(_RUNTIME))(
    _defaults_to(_definitions, "definitions", _RUNTIME, 86_400)
)
Law("checkpoint-path-default", DESCRIBE, "checkpoints", facts=_in_both_forms(_CHECKPOINTS))(
    _defaults_to(
        _with_checkpoints,
        "definitions",
        _CHECKPOINTS,
        "/opt/ml/checkpoints/",
        "/opt/ml/checkpoints",
        owner="definition with a CheckpointConfig",
    )
)
_law(
    "compression-default",
    "CompressionType, left out, is absent or None",
    covers=tuple(f"{form}.InputDataConfig[].CompressionType" for form in _DEFINITION_FORMS),
)(_defaults_to(_channels, "channels", "CompressionType", "None"))


def _as_created(noun: str, path: str) -> Claim:
    return Claim(
        noun,
        "not-as-created",
        f"{path} comes back as it was given at creation",
        wrong=f"{path} is not described as it was given at creation",
        lacking=f"the suite made no tuning job with {path}",
    )


def _echo(pairs: Pairs, noun: str, path: str, member: str) -> Callable[[Snapshot], Verdict]:
    """Return the law that a member comes back as it was given; `path` is that in the answer, for people."""

    def given(snapshot: Snapshot) -> Iterator[Instance]:
        for resource, asked, received in pairs(snapshot):
            value = at(asked, member)
            value = {} if value is None and member in _MAPS else value
            if value is not None:
                extended = _RANGES if autotuned(resource.known.create) else frozenset[str]()
                yield Instance(resource.name, (value, at(received, member), path, extended), (resource.description,))

    return _as_created(noun, path).about(given)(differences)


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
_OBSERVED = {"AlgorithmSpecification": ("O13", "O14"), "StaticHyperParameters": ("O13",)}
_MAPS = frozenset({"StaticHyperParameters", "Environment"})
"""Members that are judged where they were not given, too: their entries are the caller's."""

for _member in _MEMBERS_OF_CONFIG:
    _path = f"{CONFIG}.{_member}"
    _law(_path, f"{_member} of the config is described as it was asked for")(_echo(_whole, "tuning jobs", _path, _path))
for _form in _DEFINITION_FORMS:
    for _member in _MEMBERS_OF_A_DEFINITION:
        _path = f"{_form}.{_member}"
        _statement = f"{_member} of a definition is described as it was asked for"
        _law(_path, _statement, observed=_OBSERVED.get(_member, ()))(
            _echo(_definitions_in(_form), "definitions", _path, _member)
        )
Law(
    "warm-start-comes-back",
    DESCRIBE,
    "warm-start-config",
    facts=("output/WarmStartConfig/present",),
    covers=("WarmStartConfig.*",),
)(_echo(_whole, "tuning jobs", "WarmStartConfig", "WarmStartConfig"))


@_law(
    "definitions",
    "a tuning job shows the definitions that it was created with",
    covers=("TrainingJobDefinition.*", "TrainingJobDefinitions.*"),
)
@_as_created("tuning jobs", "each definition").about(_described(_made))
def _other_definitions(resource: ResourceSnapshot) -> str:
    """Check that the single definition is single, and that as many of several come back in the same order."""
    (asked, single), (received, still_single) = (
        (
            [text(entry, "DefinitionName") for entry in entries(answer, "TrainingJobDefinitions")],
            bool(mapping(answer, "TrainingJobDefinition")),
        )
        for answer in (resource.known.create, resource.answer)
    )
    if asked == received and single == still_single:
        return ""
    return f"was given {asked or 'one'}, shows {received or 'no list'}"


@_law("Autotune", "Autotune is described as it was asked for, and only then")
@_as_created("tuning jobs", "Autotune").about(_described(_made))
def _other_autotune(resource: ResourceSnapshot) -> list[str]:
    asked, received = resource.known.create.get("Autotune"), resource.answer.get("Autotune")
    if asked:
        return differences(asked, received, "Autotune")
    return [f"Autotune is {received!r}"] if received else []


@_law("no-warm-start", "a tuning job without a warm start shows no WarmStartConfig", covers=("WarmStartConfig.*",))
@_as_created("tuning jobs", "the lack of a WarmStartConfig").about(_described(_made))
def _unasked_warm_start(resource: ResourceSnapshot) -> str | None:
    if resource.known.create.get("WarmStartConfig"):
        return None
    received = resource.answer.get("WarmStartConfig")
    return f"shows {received!r}" if received else ""


_law("arn-of-the-tuning-job", ARN_STATEMENT, covers=("HyperParameterTuningJobArn",))(
    TUNING_JOB_ARN.about(_described(_made))(arn_of_another_tuning_job)
)


# -- what became of it

_NAME = "TrainingJobDefinitionName"
_NAMED = 2
"""Up to how many wrong members the title of a finding names."""
_MEMBERS: tuple[tuple[str, Callable[[WorldTrainingJob], Any]], ...] = (
    ("TrainingJobStatus", attrgetter("status")),
    ("CreationTime", attrgetter("created")),
    ("TrainingStartTime", attrgetter("started")),
    ("TrainingEndTime", attrgetter("ended")),
    ("TunedHyperParameters", lambda prepared: dict(prepared.tuned)),
    ("FailureReason", attrgetter("failure_reason")),
    (f"{METRIC}.Value", attrgetter("metric")),
    ("ObjectiveStatus", attrgetter("objective_status")),
    (_NAME, attrgetter("definition_name")),
)
"""Member of a summary, and what it is by the state."""


def _as_prepared(noun: str, what: str) -> Claim:
    return Claim(
        noun,
        "not-as-prepared",
        f"{what} is as the state was prepared",
        wrong=f"{what} is not as the state was prepared",
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


def _outcome(path: str, truth: Callable[[WorldJob], Any]) -> Callable[[Snapshot], Verdict]:
    def outcomes(snapshot: Snapshot) -> Iterator[Instance]:
        for resource in _wholly_known(snapshot):
            parts = truth(resource.known), at(resource.answer, path), path
            yield Instance(resource.name, parts, (resource.description,))

    return _as_prepared("tuning jobs", path).about(outcomes)(_differ)


for _path, _truth in (
    ("HyperParameterTuningJobStatus", attrgetter("status")),
    ("CreationTime", attrgetter("created")),
    ("LastModifiedTime", attrgetter("modified")),
    ("HyperParameterTuningEndTime", attrgetter("ended")),
    ("FailureReason", attrgetter("failure_reason")),
    # A count may be sent of any job, even at 0 (O12); that tuning has converged is so only where it was prepared.
    (
        "TuningJobCompletionDetails",
        lambda prepared: {"ConvergenceDetectedTime": None, **(prepared.completion_details or {})},
    ),
    ("ConsumedResources.RuntimeInSeconds", attrgetter("consumed_runtime")),
):
    _law(_path, f"{_path} is what the state was prepared with")(_outcome(_path, _truth))


def _members_as_prepared(
    compared: Iterable[tuple[str, dict[str, list[str]], Exchange]], noun: str, what: str, members: str
) -> Verdict:
    """Sum up comparisons of several members, each with its differences; those that differ are in the title."""
    tally, wrong = Tally(noun), dict[str, None]()
    for name, differ, exchange in compared:
        wrong |= {path: None for path, found in differ.items() if found}
        tally.clear(name, [element for found in differ.values() for element in found], exchange)
    named = " and ".join(wrong) if len(wrong) <= _NAMED else f"{len(wrong)} {members}"
    claim = _as_prepared(noun, what)
    wrong_words = f"{named} {'are' if len(wrong) > 1 else 'is'} not as the state was prepared"
    return tally.verdict(claim.kind, claim.expected, wrong=wrong_words, lacking=claim.lacking)


@_law(
    "counters",
    "both sets of counters count the prepared training jobs",
    shows=("TrainingJobStatusCounters", "ObjectiveStatusCounters"),
    covers=("TrainingJobStatusCounters.*", "ObjectiveStatusCounters.*"),
)
def counters_of_the_world(snapshot: Snapshot) -> Verdict:
    """Evaluate the counters by the truth, so that a listing with the same fault can't hide it."""
    compared = (
        (resource.name, _counters_that_differ(resource), resource.description) for resource in _wholly_known(snapshot)
    )
    return _members_as_prepared(compared, "tuning jobs", "every counter", "counters")


def _counters_that_differ(resource: ResourceSnapshot) -> dict[str, list[str]]:
    prepared = resource.known.training_jobs
    status = Counter(element.status for element in prepared)
    objective = Counter(element.objective_status for element in prepared)
    retryable = sum(element.status == "Failed" and element.retryable for element in prepared)
    counts = {f"TrainingJobStatusCounters.{name}": status[name] for name in ("Completed", "Stopped")}
    counts["TrainingJobStatusCounters.RetryableError"] = retryable
    counts["TrainingJobStatusCounters.NonRetryableError"] = status["Failed"] - retryable
    counts |= {f"ObjectiveStatusCounters.{name}": objective[name] for name in ("Succeeded", "Pending", "Failed")}
    differ: dict[str, list[str]] = {}
    for path, count in counts.items():
        received = at(resource.answer, path)
        # That a counter is sent at 0 was observed (O3), and no document says so.
        differ[path] = [] if received is None and not count else differences(count, received, path)
    path = "TrainingJobStatusCounters.InProgress"
    received = at(resource.answer, path)
    running = 0 if received is None else as_json_number(received)
    if running is None or not 0 <= running - status["InProgress"] <= status["Stopping"]:
        differ[path] = [f"{path} is {running}, prepared are {status['InProgress']}"]
    return differ


@_law("BestTrainingJob", "the best training job is the best of the prepared ones")
@_as_prepared("tuning jobs", BEST).about(_described(_wholly_known))
def _other_best(resource: ResourceSnapshot) -> str | None:
    """Check BestTrainingJob against the truth: the best that completed, or the best with a stopped one (O11)."""
    names, received = _winners(resource.known), text(resource.answer, f"{BEST}.TrainingJobName")
    if names is None or (received in names if names else not received):
        return None if names is None else ""
    return f"calls {received or 'none'} best, prepared is {' or '.join(sorted(names)) or 'none'}"


def _winners(world: WorldJob) -> set[str] | None:
    """Return the names that may win; none where nothing has succeeded, None where the objectives differ."""
    ways = objectives(world.create)
    if len(ways) != 1:
        return None
    pick = max if next(iter(ways))[1] == "Maximize" else min
    names: set[str] = set()
    for statuses in ({"Completed"}, {"Completed", "Stopped"}):
        ran = [
            (each, each.metric) for each in world.training_jobs if each.metric is not None and each.status in statuses
        ]
        values = [metric for each, metric in ran if each.objective_status == "Succeeded"]
        names |= {each.name for each, metric in ran if values and metric == pick(values)}
    return names | ({""} if not any(each.status == "Completed" for each in world.training_jobs) else set())


@_law(
    "BestTrainingJob-members",
    "the best training job is described as the state has it",
    shows=tuple(f"{best}.{path}" for best in (BEST, OVERALL_BEST) for path, _ in _MEMBERS),
    covers=(f"{BEST}.*", f"{OVERALL_BEST}.*"),
)
def best_members_of_the_world(snapshot: Snapshot) -> Verdict:
    """Check each member of the best and overall best against the truth."""
    return _members_as_prepared(
        _bests_that_differ(snapshot),
        "best training jobs",
        "each member of the best training jobs",
        "members of the best training jobs",
    )


def _bests_that_differ(snapshot: Snapshot) -> Iterator[tuple[str, dict[str, list[str]], Exchange]]:
    known = tuple(_wholly_known(snapshot))
    for resource in known:
        # The overall best may be a parent's, so that it is looked for among the training jobs of every prepared job.
        for best, among in ((BEST, (resource,)), (OVERALL_BEST, known)):
            received = mapping(resource.answer, best)
            name = text(received, "TrainingJobName")
            launched = (each for other in among for each in other.known.training_jobs if each.name == name)
            prepared = next(launched, None) if received else None
            if prepared is not None:
                differ = {
                    f"{best}.{path}": _differ(truth(prepared), at(received, path), f"{best}.{path}")
                    for path, truth in _MEMBERS
                    if path != _NAME or path in received  # the definition's name may be left out (O5)
                }
                yield f"{resource.name}, {prepared.name}", differ, resource.description


# -- the listing


@_law(
    "training-jobs",
    "the listing holds exactly the prepared training jobs",
    operation=LIST,
    shows=("TrainingJobSummaries",),
    covers=("TrainingJobSummaries", "TrainingJobSummaries[]", "TrainingJobSummaries[].TrainingJobName"),
)
@_as_prepared("tuning jobs", "the set of listed training jobs").about(
    lambda snapshot: (
        Instance(f"the listing of {resource.name}", (resource,), resource.exchanges)
        for resource in _wholly_listed(snapshot)
    )
)
def _other_training_jobs(resource: ResourceSnapshot) -> list[str]:
    listed = Counter(text(item, "TrainingJobName") for item in resource.items)
    prepared = Counter(element.name for element in resource.known.training_jobs)
    strays = (("lacks", prepared - listed), ("adds", listed - prepared))
    return [f"it {does} {', '.join(sorted(names.elements())[:5])}" for does, names in strays if names]


def _member_of_items(path: str, truth: Callable[[WorldTrainingJob], Any]) -> Callable[[Snapshot], Verdict]:
    def members(snapshot: Snapshot) -> Iterator[Instance]:
        for resource in _wholly_listed(snapshot):
            by_name = {element.name: element for element in resource.known.training_jobs}
            for item in resource.items:
                prepared = by_name.get(text(item, "TrainingJobName"))
                if prepared is not None:
                    parts = truth(prepared), at(item, path), path
                    yield Instance(f"{resource.name}/{prepared.name}", parts, resource.exchanges)

    return _as_prepared("training jobs", f"TrainingJobSummaries[].{path}").about(members)(_differ)


for _path, _true_value in _MEMBERS:
    _law(f"TrainingJobSummaries[].{_path}", f"{_path} is what the state has", operation=LIST)(
        _member_of_items(_path, _true_value)
    )
