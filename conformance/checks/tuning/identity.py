"""Laws about who is whose: training jobs, the tuning job that launched them, and the definitions that they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    CONFIG,
    DESCRIBE,
    LIST,
    OVERALL_BEST,
    Claim,
    Json,
    Subject,
    autotuned,
    definitions,
    entries,
    job,
    listed_training_jobs,
    mapping,
    parents,
    related,
    text,
    tuning_jobs,
)
from conformance.checks.tuning.hyperparameters import ranges_of
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def _overall_bests(snapshot: Snapshot) -> Iterator[Subject]:
    """Yield each overall best with the name of its tuning job, and the names of those that it may be of."""
    for resource in snapshot.resources:
        item = mapping(resource.answer, OVERALL_BEST)
        family, whole = _family(snapshot, resource)
        yield Subject(job(resource, item), (text(item, "TuningJobName"), family, whole), (resource.description,))


@Law("overall-best-is-of-the-family", DESCRIBE, "overall-best-tuning-job-name")
@Claim(
    "overall best training jobs",
    "foreign-overall-best",
    "TuningJobName of OverallBestTrainingJob is the name in the request, or that of a parent",
    wrong="OverallBestTrainingJob is of a tuning job that is no parent",
    lacking="no overall best training job has a TuningJobName",
).about(_overall_bests)
def _foreign_overall_best(named: str, family: set[str], whole: bool) -> str | None:  # noqa: FBT001 - part of a subject
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
    ranged = set() if autotuned(resource.answer) else {each.name for each in ranges_of(resource.answer, definition)}
    stray = sorted(set(mapping(item, "TunedHyperParameters")) - ranged) if ranged else []
    if not stray and (named == own or not named or not own):
        return ""
    tunes = f" and tunes {', '.join(stray)}" if stray else ""
    return f"names the definition {named!r}{tunes}; TrainingJobDefinition is {own!r}"


def _definitions_that_launch(snapshot: Snapshot) -> Iterator[Subject]:
    """Yield the several definitions of each completed tuning job with enough training jobs, as (name, launching)."""
    for resource in snapshot.resources:
        several = entries(resource.answer, "TrainingJobDefinitions")
        launching = {text(item, "TrainingJobDefinitionName") for item in resource.items} - {""}
        completed = text(resource.answer, "HyperParameterTuningJobStatus") == "Completed"
        if completed and launching and len(resource.items) >= len(several):
            for definition in several:
                yield Subject(resource.name, (text(definition, "DefinitionName"), launching), resource.exchanges)


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
