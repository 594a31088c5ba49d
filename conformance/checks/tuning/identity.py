"""Laws about who is whose: training jobs, the tuning job that launched them, and the definitions that they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    ARN_STATEMENT,
    DESCRIBE,
    LIST,
    OVERALL_BEST,
    arn_of_the_tuning_job,
    at,
    autotuned,
    definitions,
    entries,
    job,
    mapping,
    parents,
    ranges_of,
    related,
    summary_law,
    text,
)
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from conformance.checks.tuning.answers import Pick
    from conformance.session.snapshot import ResourceSnapshot, Snapshot


@Law("lists-only-its-own-training-jobs", operation=LIST, subject="membership", shows=("TrainingJobSummaries",))
def lists_only_its_own_training_jobs(snapshot: Snapshot) -> Verdict:
    """Check that no training job is in two listings, or in that of a tuning job that it does not name."""
    tally = Tally("training jobs")
    listed = [resource for resource in snapshot.resources if resource.items]
    owners: dict[str, str] = {}
    twice = False
    for resource in listed:
        for item in resource.items:
            launcher, name = text(item, "TuningJobName"), text(item, "TrainingJobName")
            owner = owners.setdefault(name, resource.name) if name else resource.name
            twice = twice or owner != resource.name
            if launcher or (name and len(listed) > 1):
                tally.hold(
                    launcher in {"", resource.name} and owner == resource.name,
                    f"the listing of {resource.name} has {job(resource, item)} of {launcher or owner}",
                    *resource.exchanges,
                )
    return tally.verdict(
        "foreign-training-job",
        "a listing has the training jobs of the tuning job that it is asked about, and no others",
        wrong=f"listings contain training jobs {'of other tuning jobs' if twice else 'that name another tuning job'}",
        lacking="there are no two tuning jobs with training jobs, and no training job that names its tuning job",
    )


@summary_law("names-its-tuning-job", subject="tuning-job-name")
def names_its_tuning_job(snapshot: Snapshot, pick: Pick) -> Verdict:
    """Check that TuningJobName, in listings and in best training jobs, is the tuning job that was asked about."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        for item in pick(resource):
            if "TuningJobName" in item:
                named = item["TuningJobName"]
                tally.hold(
                    named == resource.name, f"{job(resource, item)} has TuningJobName {named!r}", *resource.exchanges
                )
    return tally.verdict(
        "wrong-tuning-job",
        "TuningJobName is the name in the request",
        wrong="TuningJobName is not the tuning job that was asked for",
        lacking="no training job has a TuningJobName",
    )


@Law("overall-best-is-of-the-family", operation=DESCRIBE, subject="overall-best-tuning-job-name")
def overall_best_is_of_the_family(snapshot: Snapshot) -> Verdict:
    """Check that TuningJobName of the overall best is this tuning job or one that it descends from, near or far."""
    tally = Tally("overall best training jobs")
    for resource in snapshot.resources:
        item = mapping(resource.answer, OVERALL_BEST)
        named = text(item, "TuningJobName")
        family, whole = _family(snapshot, resource)
        if named and (named in family or whole):
            tally.hold(
                named in family,
                f"{job(resource, item)}, the overall best, has TuningJobName {named!r}; "
                f"the tuning job and its parents are {', '.join(sorted(family))}",
                resource.description,
            )
    return tally.verdict(
        "foreign-overall-best",
        "TuningJobName of OverallBestTrainingJob is the name in the request, or that of a parent",
        wrong="OverallBestTrainingJob is of a tuning job that is no parent",
        lacking="no overall best training job has a TuningJobName",
    )


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


@summary_law("training-job-arn-ends-with-its-name", subject="training-job-arn", of_parents=True)
def training_job_arn_ends_with_its_name(snapshot: Snapshot, pick: Pick) -> Verdict:
    """Check that the last part of each ARN is the training job's name, in the same or in lower case (observed)."""
    tally = Tally("training jobs")
    lowered = False
    for resource in snapshot.resources:
        for item in pick(resource):
            arn, name = text(item, "TrainingJobArn"), text(item, "TrainingJobName")
            if not arn or not name:
                continue
            last = arn.rpartition("/")[2]
            lowered = lowered or (last != name and last == name.lower())
            tally.hold(last in {name, name.lower()}, f"{job(resource, item)} has the ARN {arn}", *resource.exchanges)
    return tally.verdict(
        "arn-of-another",
        "TrainingJobArn ends with TrainingJobName",
        wrong="TrainingJobArn does not end with TrainingJobName",
        lacking="no training job has both a name and an ARN",
        notes=("the ARN carries the name in lower case, as observed (O9)",) if lowered else (),
    )


Law(
    "tuning-job-arn-ends-with-its-name",
    operation=DESCRIBE,
    subject="tuning-job-arn",
    observed=("O16",),
    covers=("HyperParameterTuningJobArn",),
    statement=ARN_STATEMENT,
)(lambda snapshot: arn_of_the_tuning_job(snapshot.resources))


@summary_law("definition-name-is-known", subject="definitions")
def definition_name_is_known(snapshot: Snapshot, pick: Pick) -> Verdict:
    """Check that TrainingJobDefinitionName is the name of a definition, where the definitions have names."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        names = [name for each in definitions(resource.answer) if (name := text(each, "DefinitionName"))]
        for item in pick(resource) if names else ():
            named = text(item, "TrainingJobDefinitionName")
            if named:
                tally.hold(
                    named in names,
                    f"{job(resource, item)} names the definition {named!r}; the tuning job has {', '.join(names)}",
                    *resource.exchanges,
                )
    return tally.verdict(
        "unknown-definition",
        "TrainingJobDefinitionName is the DefinitionName of a definition of the tuning job",
        wrong="TrainingJobDefinitionName is not the name of a definition",
        lacking="no training job names a definition of a tuning job whose definitions have names",
    )


@Law("launched-from-the-definition", operation=DESCRIBE, subject="definition")
def launched_from_the_definition(snapshot: Snapshot) -> Verdict:
    """Check that every training job of a tuning job with one definition agrees with it in name and tuned settings."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        definition = mapping(resource.answer, "TrainingJobDefinition")
        if not definition:
            continue
        own = text(definition, "DefinitionName")
        ranged = set() if autotuned(resource.answer) else {each.name for each in ranges_of(resource.answer, definition)}
        for item in resource.items:
            named, tuned = text(item, "TrainingJobDefinitionName"), set(mapping(item, "TunedHyperParameters"))
            agrees = not (named and own) or named == own
            stray = tuned - ranged if ranged else set()
            tunes = f" and tunes {', '.join(sorted(stray))}" if stray else ""
            tally.hold(
                agrees and not stray,
                f"{job(resource, item)} names the definition {named!r}{tunes}; TrainingJobDefinition is {own!r}",
                *resource.exchanges,
            )
    return tally.verdict(
        "another-definition",
        "each training job was launched from TrainingJobDefinition",
        wrong="training jobs were not launched from TrainingJobDefinition",
        lacking="no tuning job with one definition has training jobs",
    )


@Law("every-definition-is-launched", operation=DESCRIBE, subject="definitions")
def every_definition_is_launched(snapshot: Snapshot) -> Verdict:
    """Check that a completed tuning job with enough training jobs launched one from each of its definitions."""
    tally = Tally("definitions")
    for resource in snapshot.resources:
        several = entries(resource.answer, "TrainingJobDefinitions")
        launched = {text(item, "TrainingJobDefinitionName") for item in resource.items} - {""}
        completed = text(resource.answer, "HyperParameterTuningJobStatus") == "Completed"
        if not completed or not launched or len(resource.items) < len(several):
            continue
        for definition in several:
            name = text(definition, "DefinitionName")
            tally.hold(
                name in launched, f"{resource.name} launched nothing from {name or '(no name)'}", *resource.exchanges
            )
    return tally.verdict(
        "idle-definition",
        "each of TrainingJobDefinitions has training jobs",
        wrong="definitions have no training jobs",
        lacking="no completed tuning job has several definitions and at least as many training jobs that name theirs",
    )


@Law(
    "one-definition-or-several",
    operation=DESCRIBE,
    subject="definitions-exclusive",
    shows=("TrainingJobDefinition", "TrainingJobDefinitions"),
)
def one_definition_or_several(snapshot: Snapshot) -> Verdict:
    """Check that the single definition and the list never come together, and that a list leaves the config bare."""
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        single, several = (
            at(resource.answer, "TrainingJobDefinition"),
            entries(resource.answer, "TrainingJobDefinitions"),
        )
        if not single and not several:
            continue
        config = mapping(resource.answer, "HyperParameterTuningJobConfig")
        extra = [name for name in ("HyperParameterTuningJobObjective", "ParameterRanges") if config.get(name)]
        extra += ["TrainingJobDefinition"] if single else []
        tally.hold(
            not (several and extra),
            f"{resource.name} has TrainingJobDefinitions and {', '.join(extra)}",
            resource.description,
        )
    return tally.verdict(
        "both-forms",
        "TrainingJobDefinitions comes without TrainingJobDefinition, and without objective and ranges in the config",
        wrong="TrainingJobDefinitions comes together with what excludes it",
        lacking="no tuning job shows a definition",
    )
