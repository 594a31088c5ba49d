"""Laws about who is whose: training jobs, the tuning job that launched them, and the definitions that they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import (
    DESCRIBE,
    LIST,
    OVERALL_BEST,
    at,
    autotuned,
    definitions,
    entries,
    job,
    mapping,
    text,
)
from conformance.tuning.ranges import ranges_of
from conformance.tuning.related import parents, related
from conformance.tuning.summaries import summary_law

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.laws.survey import Survey, View
    from conformance.tuning.summaries import Pick


@law("lists-only-its-own-training-jobs", operation=LIST, subject="membership", shows=("TrainingJobSummaries",))
def lists_only_its_own_training_jobs(survey: Survey) -> Verdict:
    """Judge that no training job stands in two listings, or in that of a tuning job that it does not name."""
    tally = Tally("training jobs")
    listed = [view for view in survey.views if view.items]
    owners: dict[str, str] = {}
    twice = False
    for view in listed:
        for item in view.items:
            launcher, name = text(item, "TuningJobName"), text(item, "TrainingJobName")
            owner = owners.setdefault(name, view.name) if name else view.name
            twice = twice or owner != view.name
            if launcher or (name and len(listed) > 1):
                tally.hold(
                    launcher in {"", view.name} and owner == view.name,
                    f"the listing of {view.name} has {job(view, item)} of {launcher or owner}",
                    *view.exchanges,
                )
    return tally.verdict(
        "foreign-training-job",
        "a listing has the training jobs of the tuning job that it is asked about, and no others",
        wrong=f"listings contain training jobs {'of other tuning jobs' if twice else 'that name another tuning job'}",
        lacking="there are no two tuning jobs with training jobs, and no training job that names its tuning job",
    )


@summary_law("names-its-tuning-job", subject="tuning-job-name")
def names_its_tuning_job(survey: Survey, pick: Pick) -> Verdict:
    """Judge that TuningJobName, in listings and in best training jobs, is the tuning job that was asked about."""
    tally = Tally("training jobs")
    for view in survey.views:
        for item in pick(view):
            if "TuningJobName" in item:
                named = item["TuningJobName"]
                tally.hold(named == view.name, f"{job(view, item)} has TuningJobName {named!r}", *view.exchanges)
    return tally.verdict(
        "wrong-tuning-job",
        "TuningJobName is the name in the request",
        wrong="TuningJobName is not the tuning job that was asked for",
        lacking="no training job has a TuningJobName",
    )


@law("overall-best-is-of-the-family", operation=DESCRIBE, subject="overall-best-tuning-job-name")
def overall_best_is_of_the_family(survey: Survey) -> Verdict:
    """Judge that TuningJobName of the overall best is this tuning job or one that it descends from, near or far."""
    tally = Tally("overall best training jobs")
    for view in survey.views:
        item = mapping(view.answer, OVERALL_BEST)
        named = text(item, "TuningJobName")
        family, whole = _family(survey, view)
        if named and (named in family or whole):
            tally.hold(
                named in family,
                f"{job(view, item)}, the overall best, has TuningJobName {named!r}; "
                f"the tuning job and its parents are {', '.join(sorted(family))}",
                view.description,
            )
    return tally.verdict(
        "foreign-overall-best",
        "TuningJobName of OverallBestTrainingJob is the name in the request, or that of a parent",
        wrong="OverallBestTrainingJob is of a tuning job that is no parent",
        lacking="no overall best training job has a TuningJobName",
    )


def _family(survey: Survey, view: View) -> tuple[set[str], bool]:
    """Give the names of a tuning job and all that it descends from, and whether each of them could be described."""
    family, whole, queue = {view.name}, True, [view]
    while queue:
        child = queue.pop()
        described = {parent.name: parent for parent in parents(survey, child)}
        named = set(related(child.answer))
        whole = whole and bool(child.answer) and named <= set(described)
        queue += [described[name] for name in described if name not in family]
        family |= named
    return family, whole


@summary_law("training-job-arn-ends-with-its-name", subject="training-job-arn", of_parents=True)
def training_job_arn_ends_with_its_name(survey: Survey, pick: Pick) -> Verdict:
    """Judge that the last part of each ARN is the training job's name, in the same or in lower case (observed)."""
    tally = Tally("training jobs")
    lowered = False
    for view in survey.views:
        for item in pick(view):
            arn, name = text(item, "TrainingJobArn"), text(item, "TrainingJobName")
            if not arn or not name:
                continue
            last = arn.rpartition("/")[2]
            lowered = lowered or (last != name and last == name.lower())
            tally.hold(last in {name, name.lower()}, f"{job(view, item)} has the ARN {arn}", *view.exchanges)
    return tally.verdict(
        "arn-of-another",
        "TrainingJobArn ends with TrainingJobName",
        wrong="TrainingJobArn does not end with TrainingJobName",
        lacking="no training job has both a name and an ARN",
        notes=("the ARN carries the name in lower case, as observed (O9)",) if lowered else (),
    )


ARN_STATEMENT = "the ARN of a tuning job ends with its name"


def arn_of_the_tuning_job(views: Iterable[View]) -> Verdict:
    """Judge that the last part of HyperParameterTuningJobArn is the name, in whatever case."""
    tally = Tally("tuning jobs")
    for view in views:
        arn = text(view.answer, "HyperParameterTuningJobArn")
        if arn:
            last = arn.rpartition("/")[2]
            tally.hold(last.lower() == view.name.lower(), f"{view.name} has the ARN {arn}", view.description)
    return tally.verdict(
        "arn-of-another",
        "HyperParameterTuningJobArn ends with the name",
        wrong="HyperParameterTuningJobArn does not end with the name",
        lacking="no tuning job shows an ARN",
    )


law(
    "tuning-job-arn-ends-with-its-name",
    operation=DESCRIBE,
    subject="tuning-job-arn",
    observed=("O16",),
    statement=ARN_STATEMENT,
)(lambda survey: arn_of_the_tuning_job(survey.views))


@summary_law("definition-name-is-known", subject="definitions")
def definition_name_is_known(survey: Survey, pick: Pick) -> Verdict:
    """Judge that TrainingJobDefinitionName is the name of a definition, where the definitions have names."""
    tally = Tally("training jobs")
    for view in survey.views:
        names = [name for one in definitions(view.answer) if (name := text(one, "DefinitionName"))]
        for item in pick(view) if names else ():
            named = text(item, "TrainingJobDefinitionName")
            if named:
                tally.hold(
                    named in names,
                    f"{job(view, item)} names the definition {named!r}; the tuning job has {', '.join(names)}",
                    *view.exchanges,
                )
    return tally.verdict(
        "unknown-definition",
        "TrainingJobDefinitionName is the DefinitionName of a definition of the tuning job",
        wrong="TrainingJobDefinitionName is not the name of a definition",
        lacking="no training job names a definition of a tuning job whose definitions have names",
    )


@law("launched-from-the-definition", operation=DESCRIBE, subject="definition")
def launched_from_the_definition(survey: Survey) -> Verdict:
    """Judge that every training job of a tuning job with one definition agrees with it in name and tuned settings."""
    tally = Tally("training jobs")
    for view in survey.views:
        definition = mapping(view.answer, "TrainingJobDefinition")
        if not definition:
            continue
        own = text(definition, "DefinitionName")
        ranged = set() if autotuned(view.answer) else {one.name for one in ranges_of(view.answer, definition)}
        for item in view.items:
            named, tuned = text(item, "TrainingJobDefinitionName"), set(mapping(item, "TunedHyperParameters"))
            agrees = not (named and own) or named == own
            stray = tuned - ranged if ranged else set()
            tunes = f" and tunes {', '.join(sorted(stray))}" if stray else ""
            tally.hold(
                agrees and not stray,
                f"{job(view, item)} names the definition {named!r}{tunes}; TrainingJobDefinition is {own!r}",
                *view.exchanges,
            )
    return tally.verdict(
        "another-definition",
        "each training job was launched from TrainingJobDefinition",
        wrong="training jobs were not launched from TrainingJobDefinition",
        lacking="no tuning job with one definition has training jobs",
    )


@law("every-definition-is-launched", operation=DESCRIBE, subject="definitions")
def every_definition_is_launched(survey: Survey) -> Verdict:
    """Judge that a completed tuning job with enough training jobs launched one from each of its definitions."""
    tally = Tally("definitions")
    for view in survey.views:
        several = entries(view.answer, "TrainingJobDefinitions")
        launched = {text(item, "TrainingJobDefinitionName") for item in view.items} - {""}
        completed = text(view.answer, "HyperParameterTuningJobStatus") == "Completed"
        if not completed or not launched or len(view.items) < len(several):
            continue
        for definition in several:
            name = text(definition, "DefinitionName")
            tally.hold(name in launched, f"{view.name} launched nothing from {name or '(no name)'}", *view.exchanges)
    return tally.verdict(
        "idle-definition",
        "each of TrainingJobDefinitions has training jobs",
        wrong="definitions have no training jobs",
        lacking="no completed tuning job has several definitions and at least as many training jobs that name theirs",
    )


@law(
    "one-definition-or-several",
    operation=DESCRIBE,
    subject="definitions-exclusive",
    shows=("TrainingJobDefinition", "TrainingJobDefinitions"),
)
def one_definition_or_several(survey: Survey) -> Verdict:
    """Judge that the single definition and the list never stand together, and that a list leaves the config bare."""
    tally = Tally("tuning jobs")
    for view in survey.views:
        single, several = at(view.answer, "TrainingJobDefinition"), entries(view.answer, "TrainingJobDefinitions")
        if not single and not several:
            continue
        config = mapping(view.answer, "HyperParameterTuningJobConfig")
        extra = [name for name in ("HyperParameterTuningJobObjective", "ParameterRanges") if config.get(name)]
        extra += ["TrainingJobDefinition"] if single else []
        tally.hold(
            not (several and extra),
            f"{view.name} has TrainingJobDefinitions beside {', '.join(extra)}",
            view.description,
        )
    return tally.verdict(
        "both-forms",
        "TrainingJobDefinitions stands without TrainingJobDefinition, and without objective and ranges in the config",
        wrong="TrainingJobDefinitions comes together with what excludes it",
        lacking="no tuning job shows a definition",
    )
