"""Laws about who is whose: training jobs, the tuning job that launched them, its definitions, and its parents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    CONFIG,
    DESCRIBE,
    LIST,
    OVERALL_BEST,
    Claim,
    Instance,
    Json,
    autotuned,
    definitions,
    entries,
    job,
    listed_training_jobs,
    mapping,
    number,
    objective_of,
    parents,
    ranged_names,
    related,
    text,
    tuning_jobs,
)
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.checks.tuning.answers import Fault
    from conformance.session.snapshot import ResourceSnapshot, Snapshot


@Law("lists-only-its-own-training-jobs", LIST, "membership", shows=("TrainingJobSummaries",))
def lists_only_its_own_training_jobs(snapshot: Snapshot) -> Verdict:
    """Check that no training job is in two listings, or in that of a tuning job that it does not name."""
    tally = Tally("training jobs")
    several = sum(bool(resource.items) for resource in snapshot.resources) > 1
    owners: dict[str, str] = {}
    twice = False
    for name, (resource, item), exchanges in listed_training_jobs(snapshot):
        launcher, training_job = text(item, "TuningJobName"), text(item, "TrainingJobName")
        owner = owners.setdefault(training_job, resource.name) if training_job else resource.name
        twice = twice or owner != resource.name
        if launcher or (training_job and several):
            held = launcher in {"", resource.name} and owner == resource.name
            tally.hold(held, f"the listing of {resource.name} has {name} of {launcher or owner}", *exchanges)
    return tally.verdict(
        "foreign-training-job",
        "a listing has the training jobs of the tuning job that it is asked about, and no others",
        wrong=f"listings contain training jobs {'of other tuning jobs' if twice else 'that name another tuning job'}",
        lacking="there are no two tuning jobs with training jobs, and no training job that names its tuning job",
    )


@Claim(
    "training jobs",
    "wrong-tuning-job",
    "TuningJobName is the name in the request",
    wrong="TuningJobName is not the tuning job that was asked for",
    lacking="no training job has a TuningJobName",
).of_summaries("names-its-tuning-job", "tuning-job-name")
def _names_another_tuning_job(resource: ResourceSnapshot, item: Json) -> str | None:
    if "TuningJobName" not in item:
        return None
    named = item["TuningJobName"]
    return "" if named == resource.name else f"has TuningJobName {named!r}"


def _overall_bests(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each overall best with the name of its tuning job, and the names of those that it may be of."""
    for resource in snapshot.resources:
        item = mapping(resource.answer, OVERALL_BEST)
        family, whole = _family(snapshot, resource)
        yield Instance(job(resource, item), (text(item, "TuningJobName"), family, whole), (resource.description,))


@Law("overall-best-is-of-the-family", DESCRIBE, "overall-best-tuning-job-name")
@Claim(
    "overall best training jobs",
    "foreign-overall-best",
    "TuningJobName of OverallBestTrainingJob is the name in the request, or that of a parent",
    wrong="OverallBestTrainingJob is of a tuning job that is no parent",
    lacking="no overall best training job has a TuningJobName",
).about(_overall_bests)
def _foreign_overall_best(named: str, family: set[str], whole: bool) -> str | None:  # noqa: FBT001 - part of an instance
    """Look for the tuning job among the one that has this overall best and all that it descends from, near or far."""
    if named in family:
        return ""
    if not named or not whole:
        return None
    members = ", ".join(sorted(family))
    return f"is the overall best, and has TuningJobName {named!r}; the tuning job and its parents are {members}"


def _family(snapshot: Snapshot, resource: ResourceSnapshot) -> tuple[set[str], bool]:
    """Return the names of a tuning job and all that it descends from, and whether each of them could be described."""
    family, whole, queue = {resource.name}, True, [resource]
    while queue:
        child = queue.pop()
        described = {parent.name: parent for parent in parents(snapshot, child)}
        named = set(related(child.answer))
        whole = whole and bool(child.answer) and named <= set(described)
        queue += [described[name] for name in described if name not in family]
        family |= named
    return family, whole


def _is_lowered(_: ResourceSnapshot, item: Json) -> bool:
    """Return whether an ARN carries the name of its training job in lower case."""
    name = text(item, "TrainingJobName")
    return name != name.lower() and text(item, "TrainingJobArn").rpartition("/")[2] == name.lower()


@Claim(
    "training jobs",
    "arn-of-another",
    "TrainingJobArn ends with TrainingJobName",
    wrong="TrainingJobArn does not end with TrainingJobName",
    lacking="no training job has both a name and an ARN",
    note=lambda *parts: "the ARN carries the name in lower case, as observed (O9)" if _is_lowered(*parts) else "",
).of_summaries("training-job-arn-ends-with-its-name", "training-job-arn", of_parents=True)
def _arn_of_another(_: ResourceSnapshot, item: Json) -> str | None:
    arn, name = text(item, "TrainingJobArn"), text(item, "TrainingJobName")
    if not arn or not name:
        return None
    return "" if arn.rpartition("/")[2] in {name, name.lower()} else f"has the ARN {arn}"


ARN_STATEMENT = "the ARN of a tuning job ends with its name"
TUNING_JOB_ARN = Claim(
    "tuning jobs",
    "arn-of-another",
    "HyperParameterTuningJobArn ends with the name",
    wrong="HyperParameterTuningJobArn does not end with the name",
    lacking="no tuning job shows an ARN",
)


def arn_of_another_tuning_job(resource: ResourceSnapshot) -> str | None:
    """Compare the last part of HyperParameterTuningJobArn with the name, in whatever case."""
    arn = text(resource.answer, "HyperParameterTuningJobArn")
    if not arn:
        return None
    return "" if arn.rpartition("/")[2].lower() == resource.name.lower() else f"has the ARN {arn}"


Law(
    "tuning-job-arn-ends-with-its-name",
    DESCRIBE,
    "tuning-job-arn",
    observed=("O16",),
    covers=("HyperParameterTuningJobArn",),
    statement=ARN_STATEMENT,
)(TUNING_JOB_ARN.about(tuning_jobs)(arn_of_another_tuning_job))


@Claim(
    "training jobs",
    "unknown-definition",
    "TrainingJobDefinitionName is the DefinitionName of a definition of the tuning job",
    wrong="TrainingJobDefinitionName is not the name of a definition",
    lacking="no training job names a definition of a tuning job whose definitions have names",
).of_summaries("definition-name-is-known", "definitions")
def _names_no_definition(resource: ResourceSnapshot, item: Json) -> str | None:
    names = [name for definition in definitions(resource.answer) if (name := text(definition, "DefinitionName"))]
    named = text(item, "TrainingJobDefinitionName") if names else ""
    if not named:
        return None
    return "" if named in names else f"names the definition {named!r}; the tuning job has {', '.join(names)}"


@Law("launched-from-the-definition", DESCRIBE, "definition")
@Claim(
    "training jobs",
    "another-definition",
    "each training job was launched from TrainingJobDefinition",
    wrong="training jobs were not launched from TrainingJobDefinition",
    lacking="no tuning job with one definition has training jobs",
).about(listed_training_jobs)
def _launched_from_another(resource: ResourceSnapshot, item: Json) -> str | None:
    """Compare a training job with the single definition, in name and tuned hyperparameters."""
    definition = mapping(resource.answer, "TrainingJobDefinition")
    if not definition:
        return None
    own, named = text(definition, "DefinitionName"), text(item, "TrainingJobDefinitionName")
    ranged = set() if autotuned(resource.answer) else ranged_names(resource.answer, definition)
    stray = sorted(set(mapping(item, "TunedHyperParameters")) - ranged) if ranged else []
    if not stray and (named == own or not named or not own):
        return ""
    tunes = f" and tunes {', '.join(stray)}" if stray else ""
    return f"names the definition {named!r}{tunes}; TrainingJobDefinition is {own!r}"


def _definitions_that_launch(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield the several definitions of each completed tuning job with enough training jobs, as (name, launching)."""
    for resource in snapshot.resources:
        several = entries(resource.answer, "TrainingJobDefinitions")
        launching = {text(item, "TrainingJobDefinitionName") for item in resource.items} - {""}
        completed = text(resource.answer, "HyperParameterTuningJobStatus") == "Completed"
        if completed and launching and len(resource.items) >= len(several):
            for definition in several:
                yield Instance(resource.name, (text(definition, "DefinitionName"), launching), resource.exchanges)


@Law("every-definition-is-launched", DESCRIBE, "definitions")
@Claim(
    "definitions",
    "idle-definition",
    "each of TrainingJobDefinitions has training jobs",
    wrong="definitions have no training jobs",
    lacking="no completed tuning job has several definitions and at least as many training jobs that name theirs",
).about(_definitions_that_launch)
def _launches_nothing(name: str, launching: set[str]) -> str:
    return "" if name in launching else f"launched nothing from {name or '(no name)'}"


@Law(
    "one-definition-or-several",
    DESCRIBE,
    "definitions-exclusive",
    shows=("TrainingJobDefinition", "TrainingJobDefinitions"),
)
@Claim(
    "tuning jobs",
    "both-forms",
    "TrainingJobDefinitions comes without TrainingJobDefinition, and without objective and ranges in the config",
    wrong="TrainingJobDefinitions comes together with what excludes it",
    lacking="no tuning job shows a definition",
).about(tuning_jobs)
def _both_forms(resource: ResourceSnapshot) -> str | None:
    single = resource.answer.get("TrainingJobDefinition")
    several = entries(resource.answer, "TrainingJobDefinitions")
    if not single and not several:
        return None
    config = mapping(resource.answer, CONFIG)
    extra = [name for name in ("HyperParameterTuningJobObjective", "ParameterRanges") if config.get(name)]
    extra += ["TrainingJobDefinition"] if single else []
    return f"has TrainingJobDefinitions and {', '.join(extra)}" if several and extra else ""


# -- warm starts: what a tuning job and its parents have in common

_FIRST_PARENTS = datetime(2018, 9, 30, 10, tzinfo=UTC).timestamp()
"""1 October 2018 where it began first: the page names no time zone."""
_IDENTICAL = "IdenticalDataAndAlgorithm"


def _parent_law(name: str, subject: str, kind: str, expected: str, *, only: str = "") -> Callable[[Fault], Fault]:
    """Register a law on each pair of a tuning job and a parent; `only` is the type of warm start that it is about."""

    def pairs(snapshot: Snapshot) -> Iterator[Instance]:
        for resource in snapshot.resources:
            if only in {"", text(resource.answer, "WarmStartConfig.WarmStartType")}:
                for parent in parents(snapshot, resource):
                    name = f"{resource.name} with the parent {parent.name}:"
                    yield Instance(name, (resource.answer, parent.answer), (resource.description, parent.description))

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
    return static | ranged_names(answer, definition)
