"""Mutants of what a successful answer says: the rows of `mutants.yaml`, and those that take more than new values.

Those named `within-` are just inside what a service may add or write in another form: `mutants.yaml` lists them as
equivalent, with the observation that allows each. Long, since it is a table with code between its rows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

import yaml

from conformance.mutation.mutant import (
    BEST,
    BOTH,
    CONFIG,
    FORMS,
    LIST,
    METRIC,
    NAME,
    OVERALL,
    SUMMARIES,
    Change,
    Group,
    Kind,
    Members,
    definitions,
    on_outputs,
    replacing,
    steps,
    values,
    within,
)
from conformance.reference.inputs import DESCRIBE
from conformance.reference.service import Service

# -- the rows of mutants.yaml

_OUTPUTS = {"describe": f"{DESCRIBE}/output", "list": f"{LIST}/output"}


@cache
def tables() -> dict[str, Any]:
    """Return what `mutants.yaml` has."""
    text = resources.files("conformance.mutation").joinpath("mutants.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    return found


def _group(name: str, operation: str = DESCRIBE) -> Group:
    """Return the group of that name with its mutants of `mutants.yaml`."""
    group, table = Group(name, operation, Kind.ANSWER), tables()["groups"][name]
    for mutant, row in table["mutants"].items():
        operations = tuple(row.get("operations", table["operations"]))
        breaks = tuple(claim for short in _listed(row["breaks"]) for claim in _claims(short))
        change = on_outputs(operations, _edit(row))
        group.add(mutant, row["words"], breaks, change, sees=operations, found=row.get("found", False))
    return group


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _claims(short: str) -> Iterator[str]:
    """Yield the ids of facts and behaviours that a row means: a definition has two forms, each with its facts."""
    operation, slash, fact = short.partition("/")
    if not slash:
        yield short
    elif fact.startswith("definition."):
        yield from (f"{_OUTPUTS[operation]}/{form}{fact.removeprefix('definition')}" for form in FORMS)
    else:
        yield f"{_OUTPUTS[operation]}/{fact}"


def _edit(row: Members) -> Callable[[Members, Members], None]:
    paths = [path for short in _listed(row.get("at", "")) for path in _paths(short)]

    def edit(_: Members, answer: Members) -> None:
        if _fits(answer, row.get("when", {})):
            for item in within(answer, *paths):
                if _fits(item, row.get("where", {})):
                    _change(row, item, answer)

    return edit


def _paths(short: str) -> Iterator[str]:
    head, dot, rest = short.partition(".")
    yield from (f"{path}{dot}{rest}" for path in tables()["paths"].get(head.removesuffix("[]"), [head]))


def _fits(item: Members, patterns: Members) -> bool:
    """Whether each member named has the value, or one that fits the pattern; None where it has to be absent."""
    for path, pattern in patterns.items():
        value = next(values(item, steps(path)), None)
        if value != pattern and (pattern is None or value is None or not fnmatchcase(str(value), str(pattern))):
            return False
    return True


def _change(row: Members, item: Members, answer: Members) -> None:
    """Change the members of one item as the row says; each new value is taken before any is put in."""
    changes: list[tuple[Members, str, Any]] = []
    for verb in ("set", "replace", "default", "add", "map"):
        for path, given in row.get(verb, {}).items():
            holder, name = _place(item, path)
            if verb != "set" and (name in holder) == (verb == "default"):
                continue
            value = _new_value(verb, holder.get(name), given, lambda place: item if place[0] != "/" else answer)
            if value is not None:
                changes.append((holder, name, value))
    for holder, name, value in changes:
        holder[name] = value
    for path in _listed(row.get("drop", [])):
        holder, name = _place(item, path)
        holder.pop(name, None)


def _place(item: Members, path: str) -> tuple[Members, str]:
    """Return the object in which a path ends, and the name there; an object of no answer where there is none."""
    head, _, name = path.rpartition(".")
    return next(values(item, steps(head)), {}), name


def _new_value(verb: str, was: Any, given: Any, root: Callable[[str], Members]) -> Any:
    """Return the value that a member gets; None where it stays as it is."""
    if verb == "add":
        return was + given
    if verb == "map":
        return given.get(was)
    if not isinstance(given, dict) or "from" not in given:
        return given
    found = next(values(root(given["from"]), steps(given["from"].removeprefix("/"))), None)
    return found + given["plus"] if found is not None and "plus" in given else found


# -- definitions of training jobs

defined = _group("definitions")


@defined.output("every-definition-is-launched")
def both_forms(_: Members, answer: Members) -> None:
    """The first of several definitions comes in the single form as well."""
    if answer.get("TrainingJobDefinitions"):
        answer["TrainingJobDefinition"] = answer["TrainingJobDefinitions"][0]


@defined.output("every-definition-is-launched")
def a_definition_that_nothing_was_launched_from(_: Members, answer: Members) -> None:
    """The last of several definitions has a name that no training job has."""
    for item in answer.get("TrainingJobDefinitions", ())[-1:]:
        item["DefinitionName"] = "idle"


@defined.output(f"{DESCRIBE}/output/TrainingJobDefinitions/present", "every-definition-is-launched")
def one_of_several_lost(_: Members, answer: Members) -> None:
    """The last of several definitions is lost."""
    if answer.get("TrainingJobDefinitions"):
        answer["TrainingJobDefinitions"].pop()


# -- what becomes of text on its way through a server

texts = Group("texts", DESCRIBE, Kind.ANSWER)

_SEPARATORS = re.compile("[\u0085\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x1f\x7f]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _throughout(value: Any, edit: Callable[[str], Any]) -> Any:
    """Edit every text of an answer; what becomes None is left out."""
    if isinstance(value, dict):
        edited = ((name, _throughout(entry, edit)) for name, entry in value.items())
        return {name: entry for name, entry in edited if entry is not None}
    if isinstance(value, (list, tuple)):
        return [_throughout(entry, edit) for entry in value]
    return edit(value) if isinstance(value, str) else value


texts.rows(
    lambda edit: on_outputs(BOTH, lambda _, answer: _throughout(answer, edit)),
    (
        f"{DESCRIBE}/output/TrainingJobDefinition.Environment{{value}}/present",
        f"{DESCRIBE}/output/FailureReason/present",
    ),
    ("html", "text is escaped for HTML", html.escape),
    ("ascii", "letters beyond ASCII become question marks", lambda text: text.encode("ascii", "replace").decode()),
    ("latin-1", "UTF-8 is read as Latin-1", lambda text: text.encode().decode("latin-1")),
    ("no-astral", "letters beyond the basic plane are lost", lambda text: _ASTRAL.sub("\ufffd", text)),
    ("composed", "text is brought into normal form C", lambda text: unicodedata.normalize("NFC", text)),
    ("decomposed", "text is brought into normal form D", lambda text: unicodedata.normalize("NFD", text)),
    ("compatible", "text is brought into normal form KC", lambda text: unicodedata.normalize("NFKC", text)),
    ("cut-at-256", "text is cut after 256 characters", lambda text: text[:256]),
    ("cut-at-500", "text is cut after 500 characters", lambda text: text[:500]),
    ("cut-at-a-nul", "text is cut at a control character", lambda text: _CONTROLS.split(text)[0]),
    ("no-separators", "line separators become spaces", lambda text: _SEPARATORS.sub(" ", text)),
    ("no-controls", "control characters are lost", lambda text: _CONTROLS.sub("", text)),
    ("unix-lines", "ends of lines become newlines", lambda text: text.replace("\r\n", "\n").replace("\r", "\n")),
    ("trimmed", "text loses the spaces around it", str.strip),
    ("folded", "runs of spaces in text become one", lambda text: " ".join(text.split())),
    ("backslashes", "backslashes are doubled", lambda text: text.replace("\\", "\\\\")),
    ("unquoted", "quotes are lost", lambda text: text.replace('"', "")),
    ("percent", "percent signs are decoded", unquote),
    ("no-empty-text", "empty text is left out", lambda text: text or None),
    ("small", "letters become lower case", str.lower),
    sees=BOTH,
)


# -- the best training job

best = _group("best")

_WON = "best-training-job"
_FAILED = "failed-objective-is-never-best"
_SPANS = "overall-best-spans-the-parents"
_DIRECTION = "best-follows-the-direction"


def _choosing(choose: Callable[[list[Any], bool], Any]) -> Change:
    """Choose another: given the training jobs with a metric, best first, and whether the highest wins."""

    def render_description(service: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
        answer: Members = original(job, parents)
        if BEST not in answer:
            return answer
        highest = answer[BEST][METRIC]["Type"] == "Maximize"
        ranked = [item for item in job.training_jobs if item.metric is not None and item.status == "Completed"]
        ranked.sort(key=attrgetter("metric"), reverse=highest)
        return answer | {BEST: service.renderer.summary(job, choose(ranked, highest))}

    return replacing(render_description=render_description)


best.rows(
    _choosing,
    (_WON,),
    ("second", "the second best is called best", lambda ranked, _: (ranked * 2)[1]),
    ("latest", "the training job that was launched last is called best",
     lambda ranked, _: max(ranked, key=attrgetter("created"))),
    ("first", "the training job that was launched first is called best, and never another",
     lambda ranked, _: min(ranked, key=attrgetter("created"))),
    ("by-text", "metrics are compared as texts to find the best",
     lambda ranked, highest: (max if highest else min)(ranked, key=lambda item: str(item.metric))),
    ("without-sign", "metrics are compared without their signs to find the best",
     lambda ranked, highest: (max if highest else min)(ranked, key=lambda item: abs(item.metric))),
)  # fmt: skip
best.rows(
    _choosing,
    (_DIRECTION,),
    ("worst", "the worst is called best", lambda ranked, _: ranked[-1], _WON),
    ("highest-always-wins", "the highest is called best whatever the direction",
     lambda ranked, highest: ranked[0 if highest else -1]),
    ("lowest-always-wins", "the lowest is called best whatever the direction",
     lambda ranked, highest: ranked[-1 if highest else 0]),
)  # fmt: skip


def _instead(pick: Callable[[Members, Any], Any]) -> Change:
    """Call the training job best that `pick` gives, given the answer and the tuning job; None changes nothing."""

    def render_description(service: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
        answer: Members = original(job, parents)
        picked = pick(answer, job)
        return answer if picked is None else answer | {BEST: service.renderer.summary(job, picked)}

    return replacing(render_description=render_description)


@best.of(_instead, _FAILED, _WON)
def failed_one(answer: Members, job: Any) -> Any:
    """A training job that failed is called best where there is one."""
    failed = (item for item in job.training_jobs if item.objective_status == "Failed")
    return next(failed, None) if BEST in answer else None


@best.of(_instead, _FAILED, _WON)
def one_where_none_has_succeeded(answer: Members, job: Any) -> Any:
    """Where no training job has succeeded the first one is called best."""
    return None if BEST in answer else next(iter(job.training_jobs), None)


@best.output(_WON)
def metric_rounded(_: Members, answer: Members) -> None:
    """The metric of the best training job is rounded."""
    for metric in within(answer, f"{BEST}.{METRIC}", f"{OVERALL}.{METRIC}"):
        metric["Value"] = round(metric["Value"], 1)


@best.output(_WON)
def tuned_values_in_other_digits(_: Members, answer: Members) -> None:
    """Tuned values of the best training job are written with a zero more."""
    for tuned in within(answer, f"{BEST}.TunedHyperParameters", f"{OVERALL}.TunedHyperParameters"):
        tuned |= {name: f"{value}0" for name, value in tuned.items() if "." in value}


@best.output(_WON)
def name_of_nobody(_: Members, answer: Members) -> None:
    """The best training job has a name that no listing has."""
    for item in within(answer, BEST, OVERALL):
        item["TrainingJobName"] = f"{item['TrainingJobName'][:-1]}z"


@best.stage("render_description", _SPANS)
def overall_is_always_a_parent(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The overall best is never the tuning job's own best."""
    answer: Members = original(job, parents)
    theirs = original(replace(job, training_jobs=()), parents)
    return answer | {OVERALL: theirs[OVERALL]} if OVERALL in theirs else answer


@best.edit("parents", _SPANS)
def overall_knows_one_parent(parents: list[Any], _: Any) -> list[Any]:
    """The overall best looks at the last parent only."""
    return parents[-1:]


# -- counters

counters = _group("counters")

_STATUS = "TrainingJobStatusCounters"
_OBJECTIVE = "ObjectiveStatusCounters"
_COVER = "status-counters-cover-the-listing"
_OBJECTIVES = "objective-counters-cover-the-listing"
_LAWS = {
    f"{_STATUS}.Completed": ("completed-counter", _COVER),
    f"{_STATUS}.InProgress": ("in-progress-counter", _COVER),
    f"{_STATUS}.RetryableError": ("retryable-error-counter", "error-counters", _COVER),
    f"{_STATUS}.NonRetryableError": ("error-counters", _COVER),
    f"{_STATUS}.Stopped": ("stopped-counter", _COVER),
    f"{_OBJECTIVE}.Succeeded": ("succeeded-objective-counter", _OBJECTIVES),
    f"{_OBJECTIVE}.Pending": ("pending-objective-counter", _OBJECTIVES),
    f"{_OBJECTIVE}.Failed": ("failed-objective-counter", _OBJECTIVES),
}


def _counting(path: str) -> Callable[[Callable[[int], int]], Change]:
    """Return what changes the counter at a path, given a function of its value."""
    group, _, name = path.partition(".")
    return lambda count: on_outputs(
        (DESCRIBE,), lambda _, answer: answer | {group: answer[group] | {name: count(answer[group][name])}}
    )


for _path, _breaks in _LAWS.items():
    counters.rows(
        _counting(_path),
        _breaks,
        (f"{_path}-one-too-many", f"{_path} counts one too many", lambda count: count + 1),
        (f"{_path}-one-too-few", f"{_path} counts one too few", lambda count: max(0, count - 1)),
        (f"{_path}-always-zero", f"{_path} is always zero", lambda _: 0),
    )


def _keeping(group: str) -> Callable[[Callable[[str, int], bool]], Change]:
    """Return what leaves counters of a group out, given which stay by name and count."""

    def change(keeps: Callable[[str, int], bool]) -> Change:
        def edit(_: Members, answer: Members) -> None:
            answer[group] = {name: count for name, count in answer[group].items() if keeps(name, count)}

        return on_outputs((DESCRIBE,), edit)

    return change


for _set, _last in ((_STATUS, "Stopped"), (_OBJECTIVE, "Failed")):
    counters.rows(
        _keeping(_set),
        (f"{DESCRIBE}/output/{_set}/present",),
        (f"{_set}-without-zeros", f"{_set} leaves out what is 0", lambda _, count: count > 0),
        (f"{_set}-without-{_last}-at-zero", f"{_set} leaves {_last} out where it is 0",
         lambda name, count, last=_last: name != last or count > 0),
    )  # fmt: skip


def _moved(status: str) -> Change:
    """Count what is in one status as completed."""

    def edit(_: Members, answer: Members) -> None:
        counts = answer[_STATUS]
        counts["Completed"], counts[status] = counts["Completed"] + counts[status], 0

    return on_outputs((DESCRIBE,), edit)


counters.add("running-are-completed", "what is in progress is counted as completed",
             (_COVER, "in-progress-counter", "completed-counter"), _moved("InProgress"))  # fmt: skip
counters.add("stopped-are-completed", "what was stopped is counted as completed",
             ("stopped-counter", "completed-counter"), _moved("Stopped"))  # fmt: skip


def _stale(names: tuple[str, ...], most: int) -> Change:
    """Take members of a description from its first training jobs alone."""

    def render_description(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
        stale = original(replace(job, training_jobs=job.training_jobs[:most]), parents)
        answer: Members = original(job, parents)
        return answer | {name: stale[name] for name in names if name in stale}

    return replacing(render_description=render_description)


best.add("not-brought-up-to-date", "the best of the first three training jobs stays the best", (_WON,),
         _stale((BEST,), 3))  # fmt: skip
counters.add("not-brought-up-to-date", "counters count the first three training jobs and no later ones",
             (_COVER, _OBJECTIVES, "completed-counter"), _stale((_STATUS, _OBJECTIVE), 3))  # fmt: skip
counters.add("count-a-page", "counters count no more than a page of a listing", (_COVER, "completed-counter"),
             _stale((_STATUS, _OBJECTIVE), 10))  # fmt: skip


@counters.output("launches-within-the-limit")
def limit_below_what_was_launched(_: Members, answer: Members) -> None:
    """The limit on training jobs is one below what was launched without errors."""
    ran = sum(answer[_STATUS].values()) - answer[_STATUS]["RetryableError"]
    if ran > 1:
        answer[CONFIG]["ResourceLimits"]["MaxNumberOfTrainingJobs"] = ran - 1


# -- times and names of tuning jobs

times = _group("times")

_END = "HyperParameterTuningEndTime"
_YEAR_S = 365 * 86_400


@times.output("completion-details-count-launched-jobs")
def more_without_improvement_than_launched(_: Members, answer: Members) -> None:
    """More training jobs did not improve than were launched."""
    details = answer.get("TuningJobCompletionDetails", {})
    if "NumberOfTrainingJobsObjectiveNotImproving" in details:
        details["NumberOfTrainingJobsObjectiveNotImproving"] = sum(answer[_STATUS].values()) + 1


@times.output("tuning-runtime-within-the-limit")
def limit_of_a_second(_: Members, answer: Members) -> None:
    """A tuning job was limited to a second, and ran for years."""
    answer[CONFIG]["ResourceLimits"]["MaxRuntimeInSeconds"] = 1
    if _END in answer:
        answer["CreationTime"] -= _YEAR_S


@times.output(f"{DESCRIBE}/output/ConsumedResources.RuntimeInSeconds/present")
def consumed_beyond_the_limit(_: Members, answer: Members) -> None:
    """A tuning job consumed two hours more than its limit, and lived as long."""
    limit = answer[CONFIG]["ResourceLimits"].get("MaxRuntimeInSeconds")
    if limit is not None and "ConsumedResources" in answer and _END in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] = limit + 7200
        answer["CreationTime"] = answer[_END] - limit - 7200


@times.output("describes-the-named-job")
def name_in_lower_case(_: Members, answer: Members) -> None:
    """The name comes back in lower case."""
    answer[NAME] = answer[NAME].lower()


@times.stage("lookup", "describes-the-named-job")
def always_the_same_job(service: Service, original: Any, name: str) -> Any:
    """Every name that exists gives the first tuning job."""
    original(name)
    return service.state.jobs()[0]


@times.output("tuning-job-arn-form", f"{DESCRIBE}/output/HyperParameterTuningJobArn/present")
def arn_of_another(_: Members, answer: Members) -> None:
    """The ARN is that of another tuning job."""
    answer["HyperParameterTuningJobArn"] = f"{answer['HyperParameterTuningJobArn'].rpartition('/')[0]}/another"


# -- what was given at creation: each just beyond what a service may add or write in another form

created = _group("created")

_ALGORITHM = "AlgorithmSpecification"
_KEYS = ("OutputDataConfig.KmsKeyId", "HyperParameterTuningResourceConfig.VolumeKmsKeyId")
_ACCOUNT = "us-east-1:123456789012"
_OWN_METRIC = "ObjectiveMetric"
_RANGES = f"{CONFIG}.ParameterRanges.IntegerParameterRanges"


def _each(edit: Callable[[Members], Any]) -> Change:
    """Edit every definition."""

    def edit_all(_: Members, answer: Members) -> None:
        for definition in definitions(answer):
            edit(definition)

    return on_outputs((DESCRIBE,), edit_all)


def _metrics(edit: Callable[[list[Members]], Any]) -> Callable[[Members], None]:
    """Edit the metrics that were asked for: the service's own one is left out."""

    def edit_asked(members: Members) -> None:
        algorithm = members[_ALGORITHM]
        asked = [metric for metric in algorithm["MetricDefinitions"] if metric["Name"] != _OWN_METRIC]
        if asked:
            edit(asked)
            algorithm["MetricDefinitions"] = asked

    return edit_asked


def _text(*paths: str, to: Callable[[str], str]) -> Callable[[Members], None]:
    """Change the text at each of the paths, where there is any."""

    def edit(members: Members) -> None:
        for path in paths:
            holder, _, name = path.partition(".")
            if members.get(holder, {}).get(name):
                members[holder][name] = to(members[holder][name])

    return edit


def _bare(members: Members) -> None:
    """Describe what was asked for, and nothing else."""
    members["StaticHyperParameters"].pop("_tuning_objective_metric")
    _metrics(lambda _: None)(members)
    if not members[_ALGORITHM]["TrainingImage"]:
        del members[_ALGORITHM]["TrainingImage"]


def _generous(members: Members) -> None:
    """Describe more of the service's own: a hyperparameter, metrics of the algorithm, empty texts, names of keys."""
    members["StaticHyperParameters"]["_tuning_seed"] = "7"
    _metrics(lambda asked: asked.insert(0, {"Name": "train:throughput", "Regex": "throughput=([0-9.]+)"}))(members)
    members["OutputDataConfig"].setdefault("KmsKeyId", "")
    _text(*_KEYS, to=_full_name)(members)


def _full_name(key: str) -> str:
    return key if key.startswith("arn:") else f"arn:aws:kms:{_ACCOUNT}:{key if '/' in key else f'key/{key}'}"


created.rows(
    _each,
    tuple(_claims("describe/definition.StaticHyperParameters/present")),
    ("a-hyperparameter-lost", "one of the static hyperparameters is lost",
     lambda item: item["StaticHyperParameters"].pop(next(iter(item["StaticHyperParameters"])))),
)  # fmt: skip
created.rows(
    _each,
    tuple(_claims(f"describe/definition.{_ALGORITHM}/present")),
    ("a-metric-replaced", "the metric of the service is there in place of the first that was given",
     _metrics(lambda asked: asked[0].update(Name=_OWN_METRIC))),
    ("a-metric-twice", "a metric that was given is defined a second time, in another way",
     _metrics(lambda asked: asked.append({**asked[0], "Regex": "other=([0-9.]+)"}))),
    ("a-metric-with-another-expression", "a metric that was given has the expression of another",
     _metrics(lambda asked: asked[0].update(Regex="other=([0-9.]+)"))),
    ("the-arn-of-another-algorithm", "an algorithm returns by an ARN that only ends with its name",
     _text(f"{_ALGORITHM}.AlgorithmName", to=lambda arn: "{0}/my-{2}".format(*arn.rpartition("/")))),
    ("the-bare-name-of-an-arn", "an algorithm that was given by its ARN returns by its name",
     _text(f"{_ALGORITHM}.AlgorithmName", to=lambda arn: arn.rpartition("/")[2])),
    ("within-bare", "a definition returns as it was given, with nothing of the service's own", _bare),
    ("within-more-of-its-own", "a definition returns with everything that a service may add", _generous),
)  # fmt: skip
created.rows(
    _each,
    tuple(_claims("describe/definition.OutputDataConfig/present")),
    ("another-key", "a key returns as an ARN that only ends with its name",
     _text(*_KEYS, to=lambda key: f"arn:aws:kms:{_ACCOUNT}:key/my-{key.rpartition('/')[2]}")),
)  # fmt: skip


def _more_ranges(applies: Callable[[Members, list[Members]], bool]) -> Change:
    """Put a range in front of those that were given, where `applies` says so."""

    def edit(_: Members, answer: Members) -> None:
        for ranges in within(answer, _RANGES):
            if applies(answer, ranges):
                ranges.insert(0, {"Name": "own", "MinValue": "1", "MaxValue": "2"})

    return on_outputs((DESCRIBE,), edit)


created.rows(
    _more_ranges,
    (f"{DESCRIBE}/output/{_RANGES}/present",),
    ("a-range-of-its-own", "a range that was not given comes before those that were, without autotune",
     lambda answer, ranges: "Autotune" not in answer and bool(ranges)),
    ("within-a-range-by-autotune", "autotune adds a range to those that were given",
     lambda answer, _: "Autotune" in answer),
)  # fmt: skip


# -- what was searched

searched = _group("ranges")

_STAYS = "search-stays-in-the-ranges"
_INTEGERS, _FLOATS, _CATEGORIES = "integers-in-range", "floats-in-range", "categories-from-the-list"


def _tuned(change: Callable[[str], str]) -> Change:
    """Change every tuned value, listed or best."""

    def edit(_: Members, answer: Members) -> None:
        for tuned in within(answer, f"{SUMMARIES}[].TunedHyperParameters", f"{BEST}.TunedHyperParameters"):
            tuned |= {item: change(value) for item, value in tuned.items()}

    return on_outputs(BOTH, edit)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _shifted(by: float, *, whole: bool) -> Callable[[str], str]:
    def change(text: str) -> str:
        value = _number(text)
        if value is None or ("." not in text and "e" not in text.lower()) != whole:
            return text
        return str(int(value + by)) if whole else str(value + by)

    return change


searched.rows(
    _tuned,
    (_STAYS,),
    ("integers-beyond", "tuned integers lie beyond their ranges", _shifted(100_000, whole=True), _INTEGERS),
    ("integers-below", "tuned integers lie below their ranges", _shifted(-100_000, whole=True), _INTEGERS),
    ("integers-with-a-fraction", "tuned integers have a fraction",
     lambda text: f"{text}.5" if text.isdigit() else text, _INTEGERS),
    ("floats-beyond", "tuned numbers lie beyond their ranges", _shifted(1000, whole=False), _FLOATS),
    ("floats-below", "tuned numbers lie below their ranges", _shifted(-1000, whole=False), _FLOATS),
    ("floats-as-words", "tuned numbers are words", lambda text: "high" if "." in text else text, _FLOATS),
    ("categories-of-nobody", "tuned words are none of the list",
     lambda text: "unheard-of" if _number(text) is None else text, _CATEGORIES),
    ("categories-in-upper-case", "tuned words are in upper case",
     lambda text: text.upper() if _number(text) is None else text, _CATEGORIES),
    sees=BOTH,
)  # fmt: skip


@searched.output("static-are-not-tuned")
def a_static_one_has_a_range(_: Members, answer: Members) -> None:
    """A hyperparameter with a range is static as well."""
    roots = [path for kind in ("Integer", "Continuous") for path in _paths(f"range-block.{kind}ParameterRanges[]")]
    for item in within(answer, *roots):
        for definition in definitions(answer):
            definition.setdefault("StaticHyperParameters", {})[item["Name"]] = "1"


# -- warm starts

warm = _group("warm-starts")


@warm.output("warm-start-comes-from-earlier-jobs")
def one_parent_lost(_: Members, answer: Members) -> None:
    """The first of the parents is lost."""
    if "WarmStartConfig" in answer:
        answer["WarmStartConfig"]["ParentHyperParameterTuningJobs"].pop(0)


@warm.output("same-number-of-hyperparameters")
def one_hyperparameter_more(_: Members, answer: Members) -> None:
    """A child has a hyperparameter more than its parents."""
    if "WarmStartConfig" in answer:
        more = {"Name": "one_more", "MinValue": "0", "MaxValue": "1"}
        answer[CONFIG]["ParameterRanges"].setdefault("ContinuousParameterRanges", []).append(more)


# -- training jobs, listed and best

listed = _group("training-jobs", LIST)


def _items(edit: Callable[[Members], Any]) -> Change:
    """Edit every training job that either operation describes."""

    def edit_all(_: Members, answer: Members) -> None:
        for item in within(answer, *_paths("training-job")):
            edit(item)

    return on_outputs(BOTH, edit_all)


listed.rows(
    _items,
    ("training-job-arn-ends-with-its-name",),
    ("another-arn", "the ARN of a training job is that of another",
     lambda item: item.update(TrainingJobArn=f"{item['TrainingJobArn'][:-1]}z")),
    ("arn-in-upper-case", "the ARN of a training job ends with its name in upper case",
     lambda item: item.update(TrainingJobArn=re.sub("[^/]*$", lambda name: name[0].upper(), item["TrainingJobArn"]))),
    sees=BOTH,
)  # fmt: skip


@listed.of(_items, "tuned-are-the-ranged", sees=BOTH)
def one_tuned_value_lost(item: Members) -> None:
    """A training job lacks one of its tuned hyperparameters."""
    item["TunedHyperParameters"] = dict(list(item["TunedHyperParameters"].items())[1:])


@listed.output("lists-only-its-own-training-jobs", f"{LIST}/output/{SUMMARIES}/present")
def one_of_another_tuning_job(asked: Members, answer: Members) -> None:
    """A listing begins with a training job of another tuning job."""
    if answer[SUMMARIES] and asked[NAME] != "completed":
        answer[SUMMARIES][0]["TuningJobName"] = "completed"


@listed.stage("lookup", "lists-only-its-own-training-jobs")
def always_the_same_list(service: Service, original: Any, name: str) -> Any:
    """Every tuning job lists the training jobs of the first."""
    original(name)
    return service.state.jobs()[0]


@listed.stage("list_training_jobs", "lists-only-its-own-training-jobs")
def everybodys_training_jobs(service: Service, original: Any, members: Members) -> Members:
    """A listing ends with the first training job of the next tuning job."""
    answer: Members = original(members)
    if "NextToken" in answer or not answer[SUMMARIES]:
        return answer
    stranger = next(job for job in service.state.jobs() if job.name != members[NAME] and job.training_jobs)
    return answer | {SUMMARIES: [*answer[SUMMARIES], service.renderer.summary(stranger, stranger.training_jobs[0])]}


@listed.output(f"{LIST}/output/{SUMMARIES}[].{METRIC}.Value/present")
def metrics_rounded(_: Members, answer: Members) -> None:
    """Final metrics are rounded to whole numbers."""
    for metric in within(answer, f"{SUMMARIES}[].{METRIC}"):
        metric["Value"] = float(round(metric["Value"]))
