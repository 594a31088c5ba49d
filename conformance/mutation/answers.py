"""Mutants of what a successful answer says: the rows of `mutants.yaml`, and those that take more than new values.

Those named `within-` are just inside what a service may add or write in another form: `mutants.yaml` lists them as
equivalent, with the observation that allows each. Long, since it is a table with code between its rows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache, partial
from importlib import resources
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

import yaml

from conformance.mutation.mutant import (
    BEST,
    BOTH,
    CONFIG,
    LIST,
    METRIC,
    NAME,
    OVERALL,
    SUMMARIES,
    Change,
    Group,
    Kind,
    Members,
    instead_of,
    on_outputs,
    replacing,
    steps,
    values,
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


def group_of(name: str, *, kind: Kind = Kind.ANSWER, signed: bool = False) -> Group:
    """Return the group of that name with its mutants of `mutants.yaml`."""
    table = tables()["groups"][name]
    group = Group(name, tuple(table["operations"]), kind, signed)
    for mutant, row in table["mutants"].items():
        operations = tuple(row.get("operations", table["operations"]))
        breaks = tuple(claim for short in _listed(row["breaks"]) for claim in _claims(short))
        more = {name: row[name] for name in ("found", "signed") if name in row}
        group.add(mutant, row["words"], breaks, on_outputs(operations, partial(_edit, row)), sees=operations, **more)
    return group


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _claims(short: str) -> Iterator[str]:
    """Yield the ids of facts and behaviours that a row means: a definition has two forms, each with its facts."""
    operation, slash, fact = short.partition("/")
    if operation not in _OUTPUTS:
        yield short
    elif fact.startswith("definition."):
        yield from (f"{_OUTPUTS[operation]}/{path}" for path in _paths(fact))
    else:
        yield f"{_OUTPUTS[operation]}{slash}{fact}"


def _paths(short: str) -> Iterator[str]:
    """Yield the paths that one with a short name in front means."""
    head, dot, rest = short.partition(".")
    yield from (f"{path}{dot}{rest}" for path in tables()["paths"].get(head, [head]))


def within(answer: Members, *paths: str) -> Iterator[Any]:
    """Yield every value at any of the paths, to be edited in place."""
    for short in paths:
        for path in _paths(short):
            yield from values(answer, steps(path))


def _edit(row: Members, answer: Members) -> None:
    if _fits(answer, row.get("when", {})):
        for item in within(answer, *_listed(row.get("at", ""))):
            if _fits(item, row.get("where", {})):
                _change(row, item, answer)


def _fits(item: Members, patterns: Members) -> bool:
    """Whether each member named has the value, or one that fits the pattern; None where it has to be absent."""
    for path, pattern in patterns.items():
        value = next(values(item, steps(path)), None)
        if value != pattern and (pattern is None or value is None or not fnmatchcase(str(value), str(pattern))):
            return False
    return True


_VERBS: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": lambda was, given: was + given,
    "prepend": lambda was, given: given + was,
    "map": lambda was, given: given.get(was, was),
    "sub": lambda was, given: re.sub(given[0], given[1], was),
    "round": lambda was, given: float(round(was, given)),
}
"""What becomes of a value that is there: given it, and what the row says of it."""


def _change(row: Members, item: Members, answer: Members) -> None:
    """Change the members of one item as the row says; each new value is taken before any is put in."""
    changes: list[tuple[Any, Any, Any]] = []
    for verb in ("set", "replace", "default", *_VERBS):
        for path, given in row.get(verb, {}).items():
            for holder, name in _places(item, path):
                if verb != "set" and (name in holder) == (verb == "default"):
                    continue
                value = _VERBS[verb](holder[name], given) if verb in _VERBS else _taken(given, item, answer)
                if value is not None:
                    changes.append((holder, name, value))
    for holder, name, value in changes:
        holder[name] = value
    for path in _listed(row.get("drop", [])):
        for holder, name in _places(item, path):
            if holder if isinstance(holder, list) else name in holder:
                del holder[name]


def _places(item: Members, path: str) -> Iterator[tuple[Any, Any]]:
    """Yield the objects in which the path ends, each with the name there; a list with the index of its item."""
    for full in _paths(path):
        *way, last = steps(full)
        for holder in values(item, tuple(way)):
            if last == "{value}":
                yield from ((holder, name) for name in holder)
            else:
                yield holder, int(last[1:-1]) if last.startswith("[") else last


def _taken(given: Any, item: Members, answer: Members) -> Any:
    """Return the value that a row gives or takes from elsewhere; None where there is none."""
    if not isinstance(given, dict) or "from" not in given:
        return given
    place = given["from"]
    found = next(values(answer if place[0] == "/" else item, steps(place.removeprefix("/"))), None)
    return found + _taken(given["plus"], item, answer) if found is not None and "plus" in given else found


_described = partial(on_outputs, (DESCRIBE,))

defined = group_of("definitions")


# -- what becomes of text on its way through a server

texts = Group("texts", BOTH, Kind.ANSWER)

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
    lambda edit: on_outputs(BOTH, lambda answer: _throughout(answer, edit)),
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
)


# -- the best training job

best = group_of("best")

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


@best.of(instead_of("render_description"), _SPANS)
def overall_is_always_a_parent(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The overall best is never the tuning job's own best."""
    answer: Members = original(job, parents)
    theirs = original(replace(job, training_jobs=()), parents)
    return answer | {OVERALL: theirs[OVERALL]} if OVERALL in theirs else answer


@best.of(instead_of("parents"), _SPANS)
def overall_knows_one_parent(_: Service, original: Any, job: Any) -> Any:
    """The overall best looks at the last parent only."""
    return original(job)[-1:]


# -- counters

counters = group_of("counters")

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


def _counting(row: tuple[str, Callable[[int], int]]) -> Change:
    """Change the counter at a path, given a function of its value."""
    path, count = row
    group, _, name = path.partition(".")
    return _described(lambda answer: answer | {group: answer[group] | {name: count(answer[group][name])}})


for _path, _breaks in _LAWS.items():
    counters.rows(
        _counting,
        _breaks,
        (f"{_path}-one-too-many", f"{_path} counts one too many", (_path, lambda count: count + 1)),
        (f"{_path}-one-too-few", f"{_path} counts one too few", (_path, lambda count: max(0, count - 1))),
        (f"{_path}-always-zero", f"{_path} is always zero", (_path, lambda _: 0)),
    )


def _without_zeros(group: str) -> Change:
    """Leave out the counters of a group that are 0."""
    return _described(
        lambda answer: answer | {group: {name: count for name, count in answer[group].items() if count > 0}}
    )


for _set in (_STATUS, _OBJECTIVE):
    counters.add(f"{_set}-without-zeros", f"{_set} leaves out what is 0", (f"{DESCRIBE}/output/{_set}/present",),
                 _without_zeros(_set))  # fmt: skip


def _stale(row: tuple[int, tuple[str, ...]]) -> Change:
    """Take members of a description from so many of its first training jobs alone."""
    most, names = row

    def render_description(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
        stale = original(replace(job, training_jobs=job.training_jobs[:most]), parents)
        answer: Members = original(job, parents)
        return answer | {name: stale[name] for name in names if name in stale}

    return replacing(render_description=render_description)


best.rows(
    _stale,
    (_WON,),
    ("not-brought-up-to-date", "the best of the first three training jobs stays the best", (3, (BEST,))),
)
counters.rows(
    _stale,
    (_COVER,),
    ("not-brought-up-to-date", "counters count the first three training jobs and no later ones",
     (3, (_STATUS, _OBJECTIVE)), _OBJECTIVES, "completed-counter"),
    ("count-a-page", "counters count no more than a page of a listing", (10, (_STATUS, _OBJECTIVE)),
     "completed-counter"),
)  # fmt: skip


@counters.of(_described, "launches-within-the-limit")
def limit_below_what_was_launched(answer: Members) -> None:
    """The limit on training jobs is one below what was launched without errors."""
    ran = sum(answer[_STATUS].values()) - answer[_STATUS]["RetryableError"]
    if ran > 1:
        answer[CONFIG]["ResourceLimits"]["MaxNumberOfTrainingJobs"] = ran - 1


# -- times and names of tuning jobs

times = group_of("times")

_END = "HyperParameterTuningEndTime"
_YEAR_S = 365 * 86_400


@times.of(_described, "completion-details-count-launched-jobs")
def more_without_improvement_than_launched(answer: Members) -> None:
    """More training jobs did not improve than were launched."""
    details = answer.get("TuningJobCompletionDetails", {})
    if "NumberOfTrainingJobsObjectiveNotImproving" in details:
        details["NumberOfTrainingJobsObjectiveNotImproving"] = sum(answer[_STATUS].values()) + 1


@times.of(_described, "tuning-runtime-within-the-limit")
def limit_of_a_second(answer: Members) -> None:
    """A tuning job was limited to a second, and ran for years."""
    answer[CONFIG]["ResourceLimits"]["MaxRuntimeInSeconds"] = 1
    if _END in answer:
        answer["CreationTime"] -= _YEAR_S


@times.of(_described, f"{DESCRIBE}/output/ConsumedResources.RuntimeInSeconds/present")
def consumed_beyond_the_limit(answer: Members) -> None:
    """A tuning job consumed two hours more than its limit, and lived as long."""
    limit = answer[CONFIG]["ResourceLimits"].get("MaxRuntimeInSeconds")
    if limit is not None and "ConsumedResources" in answer and _END in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] = limit + 7200
        answer["CreationTime"] = answer[_END] - limit - 7200


@times.of(_described, "describes-the-named-job")
def name_in_lower_case(answer: Members) -> None:
    """The name comes back in lower case."""
    answer[NAME] = answer[NAME].lower()


@times.of(instead_of("lookup"), "describes-the-named-job")
def always_the_same_job(service: Service, original: Any, name: str) -> Any:
    """Every name that exists gives the first tuning job."""
    original(name)
    return service.state.jobs()[0]


# -- what was given at creation: each just beyond what a service may add or write in another form

created = group_of("created")

_OWN_METRIC = "ObjectiveMetric"


def _each(edit: Callable[[Members], Any]) -> Change:
    """Edit every definition."""

    def edit_all(answer: Members) -> None:
        for definition in within(answer, "definition"):
            edit(definition)

    return _described(edit_all)


def _metrics(edit: Callable[[list[Members]], Any]) -> Callable[[Members], None]:
    """Edit the metrics that were asked for: the service's own one is left out."""

    def edit_asked(members: Members) -> None:
        algorithm = members["AlgorithmSpecification"]
        asked = [metric for metric in algorithm["MetricDefinitions"] if metric["Name"] != _OWN_METRIC]
        if asked:
            edit(asked)
            algorithm["MetricDefinitions"] = asked

    return edit_asked


def _bare(members: Members) -> None:
    """Describe what was asked for, and nothing else."""
    members["StaticHyperParameters"].pop("_tuning_objective_metric")
    _metrics(lambda _: None)(members)
    if not members["AlgorithmSpecification"]["TrainingImage"]:
        del members["AlgorithmSpecification"]["TrainingImage"]


def _generous(members: Members) -> None:
    """Describe more of the service's own: a hyperparameter, metrics of the algorithm, empty texts, names of keys."""
    members["StaticHyperParameters"]["_tuning_seed"] = "7"
    _metrics(lambda asked: asked.insert(0, {"Name": "train:throughput", "Regex": "throughput=([0-9.]+)"}))(members)
    members["OutputDataConfig"].setdefault("KmsKeyId", "")
    for block, name in (("OutputDataConfig", "KmsKeyId"), ("HyperParameterTuningResourceConfig", "VolumeKmsKeyId")):
        key = members.get(block, {}).get(name)
        if key and not key.startswith("arn:"):
            path = key if "/" in key else f"key/{key}"
            members[block][name] = f"arn:aws:kms:us-east-1:123456789012:{path}"


created.rows(
    _each,
    tuple(_claims("describe/definition.StaticHyperParameters/present")),
    ("a-hyperparameter-lost", "one of the static hyperparameters is lost",
     lambda item: item["StaticHyperParameters"].pop(next(iter(item["StaticHyperParameters"])))),
)  # fmt: skip
created.rows(
    _each,
    tuple(_claims("describe/definition.AlgorithmSpecification/present")),
    ("a-metric-replaced", "the metric of the service is there in place of the first that was given",
     _metrics(lambda asked: asked[0].update(Name=_OWN_METRIC))),
    ("a-metric-twice", "a metric that was given is defined a second time, in another way",
     _metrics(lambda asked: asked.append({**asked[0], "Regex": "other=([0-9.]+)"}))),
    ("a-metric-with-another-expression", "a metric that was given has the expression of another",
     _metrics(lambda asked: asked[0].update(Regex="other=([0-9.]+)"))),
    ("within-bare", "a definition returns as it was given, with nothing of the service's own", _bare),
    ("within-more-of-its-own", "a definition returns with everything that a service may add", _generous),
)  # fmt: skip


# -- what was searched

searched = group_of("ranges")

_STAYS = "search-stays-in-the-ranges"
_INTEGERS, _FLOATS, _CATEGORIES = "integers-in-range", "floats-in-range", "categories-from-the-list"


def _tuned(change: Callable[[str], str]) -> Change:
    """Change every tuned value, listed or best."""

    def edit(answer: Members) -> None:
        for tuned in within(answer, "tuned"):
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


for _name, _words, _edited, _claim in (
    ("integers-beyond", "tuned integers lie beyond their ranges", _shifted(100_000, whole=True), _INTEGERS),
    ("integers-below", "tuned integers lie below their ranges", _shifted(-100_000, whole=True), _INTEGERS),
    ("floats-beyond", "tuned numbers lie beyond their ranges", _shifted(1000, whole=False), _FLOATS),
    ("floats-below", "tuned numbers lie below their ranges", _shifted(-1000, whole=False), _FLOATS),
    ("categories-of-nobody", "tuned words are none of the list",
     lambda text: "unheard-of" if _number(text) is None else text, _CATEGORIES),
    ("categories-in-upper-case", "tuned words are in upper case",
     lambda text: text.upper() if _number(text) is None else text, _CATEGORIES),
):  # fmt: skip
    searched.add(_name, _words, (_STAYS, _claim), _tuned(_edited), sees=BOTH)


@searched.of(_described, "static-are-not-tuned")
def a_static_one_has_a_range(answer: Members) -> None:
    """A hyperparameter with a range is static as well."""
    for item in within(answer, "range-block.IntegerParameterRanges[]", "range-block.ContinuousParameterRanges[]"):
        for definition in within(answer, "definition"):
            definition.setdefault("StaticHyperParameters", {})[item["Name"]] = "1"


warm = group_of("warm-starts")


# -- training jobs, listed and best

listed = group_of("training-jobs")

_OWN_LISTING = "lists-only-its-own-training-jobs"


def _items(edit: Callable[[Members], Any]) -> Change:
    """Edit every training job that either operation describes."""

    def edit_all(answer: Members) -> None:
        for item in within(answer, "training-job"):
            edit(item)

    return on_outputs(BOTH, edit_all)


listed.rows(
    _items,
    ("training-job-arn-ends-with-its-name",),
    ("arn-in-upper-case", "the ARN of a training job ends with its name in upper case",
     lambda item: item.update(TrainingJobArn=re.sub("[^/]*$", lambda name: name[0].upper(), item["TrainingJobArn"]))),
)  # fmt: skip


@listed.of(_items, "tuned-are-the-ranged")
def one_tuned_value_lost(item: Members) -> None:
    """A training job lacks one of its tuned hyperparameters."""
    item["TunedHyperParameters"] = dict(list(item["TunedHyperParameters"].items())[1:])


@listed.of(instead_of("lookup"), _OWN_LISTING, sees=(LIST,))
def always_the_same_list(service: Service, original: Any, name: str) -> Any:
    """Every tuning job lists the training jobs of the first."""
    original(name)
    return service.state.jobs()[0]


@listed.of(instead_of("list_training_jobs"), _OWN_LISTING, sees=(LIST,))
def everybodys_training_jobs(service: Service, original: Any, members: Members) -> Members:
    """A listing ends with the first training job of the next tuning job."""
    answer: Members = original(members)
    if "NextToken" in answer or not answer[SUMMARIES]:
        return answer
    stranger = next(job for job in service.state.jobs() if job.name != members[NAME] and job.training_jobs)
    return answer | {SUMMARIES: [*answer[SUMMARIES], service.renderer.summary(stranger, stranger.training_jobs[0])]}
