"""A world of any size, in which all tuning jobs are alike: for working out beforehand what a run costs.

A world file is a mapping with `world` (its name), optionally `account` and `region`, and `jobs`; `include` lists more
files beside it whose `jobs` belong to the same world. Anything may stand under `anchors`, to be repeated by `*aliases`.
A job is a mapping:

- `name`, `status`, `created` (a time in UTC), and `create`: the rest of the Create input, member for member.
- `ended`, `modified`: times; without them an ended job ended soon after its last training job, and was modified then.
- `failure_reason`, `completion` (TuningJobCompletionDetails; its time as a YAML time), `consumed` (seconds; without it
  the time from creation to the end, or to the last modification).
- `schedule`: how the training jobs follow one another (see `conformance.worlds.schedule`), and `training_jobs`, a table
  of one row each.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.worlds.model import ENDED_TUNING_STATUSES, TUNING_STATUSES, World, WorldJob
from conformance.worlds.schedule import Document, Trail, WorldError, launch, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.worlds.model import WorldTrainingJob


_WORLD_MEMBERS = frozenset({"world", "account", "region", "include", "jobs", "anchors"})
_JOB_MEMBERS = frozenset(
    {
        "name",
        "status",
        "created",
        "create",
        "ended",
        "modified",
        "failure_reason",
        "completion",
        "consumed",
        "schedule",
        "training_jobs",
    }
)
_WIND_DOWN_S = 30.25
"""Seconds from the end of the last training job to the end of its tuning job, where the world does not say."""


def world_names() -> tuple[str, ...]:
    """Return the names of the worlds that ship."""
    shipped = (path for path in _shipped().iterdir() if path.suffix == ".yaml")
    return tuple(sorted(path.stem for path in shipped))


def load_world(name_or_path: str | Path) -> World:
    """Load a world that ships, by its name, or any world file, by its path.

    Raises WorldError, with file and line where there is one.
    """
    path = _find(name_or_path)
    document = read(path)
    members = _mapping(document, (), document.content, _WORLD_MEMBERS)
    jobs = list(_jobs(document))
    parts = members.get("include") or []
    if not isinstance(parts, list):
        raise document.error(("include",), "include is no list", "write each file as `- name.yaml`")
    for index, part in enumerate(parts):
        # Path.is_file would raise where a name is too long.
        if not isinstance(part, str) or not os.path.isfile(path.parent / part):  # noqa: PTH113 - see above
            raise document.error(("include", index), f"no file {part} beside this world", "name files relative to it")
        included = read(path.parent / part)
        _mapping(included, (), included.content, _WORLD_MEMBERS)
        jobs.extend(_jobs(included))
    _refuse_twins(jobs)
    name = members.get("world")
    if not isinstance(name, str) or not name:
        raise document.error(("world",), "the world has no name", "add `world: <name>` at the top")
    optional = {key: str(members[key]) for key in ("account", "region") if key in members}
    return World(name=name, jobs=tuple(job for job, _ in jobs), **optional)


def _shipped() -> Path:
    return Path(str(resources.files("conformance.worlds"))) / "data"


def _find(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, str) and name_or_path in world_names():
        return _shipped() / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        raise WorldError(
            f"there is no world {str(name_or_path)!r}",
            where=str(name_or_path),
            remedy=f"give the path of a world file, or one of: {', '.join(world_names())}",
        )
    return path


def _refuse_twins(jobs: list[tuple[WorldJob, str]]) -> None:
    places: dict[str, str] = {}
    for job, where in jobs:
        if job.name in places:
            raise WorldError(
                f"two tuning jobs are called {job.name}",
                where=where,
                remedy=f"rename one; the other: {places[job.name]}",
            )
        places[job.name] = where


def _jobs(document: Document) -> Iterator[tuple[WorldJob, str]]:
    jobs = document.content.get("jobs") or []
    if not isinstance(jobs, list):
        raise document.error(("jobs",), "jobs is no list", "write each job as `- name: ...`")
    for index, entry in enumerate(jobs):
        trail = ("jobs", index)
        yield _job(document, trail, _mapping(document, trail, entry, _JOB_MEMBERS)), document.where(trail)


def _job(document: Document, trail: Trail, entry: dict[str, Any]) -> WorldJob:
    for member in ("name", "status", "created", "create"):
        if member not in entry:
            raise document.error(trail, f"the job has no {member}", f"add `{member}:`")
    if str(entry["status"]) not in TUNING_STATUSES:
        raise document.error(
            (*trail, "status"),
            f"{entry['status']} is no status of a tuning job",
            f"use one of: {', '.join(sorted(TUNING_STATUSES))}",
        )
    if not isinstance(entry["create"], dict):
        raise document.error((*trail, "create"), "create is no mapping", "write the members of the Create input")
    if not isinstance(entry.get("consumed", 0), int):
        raise document.error((*trail, "consumed"), "consumed is no whole number", "write seconds, without a unit")
    name = str(entry["name"])
    draft = WorldJob(
        name=name,
        create={"HyperParameterTuningJobName": name, **entry["create"]},
        status=entry["status"],
        created=_time(document, (*trail, "created"), entry["created"]),
        modified=0,
    )
    launched = launch(document, trail, draft, entry)
    times = _times(document, trail, draft, entry, launched)
    return WorldJob(
        name=name,
        create=draft.create,
        status=draft.status,
        created=draft.created,
        **times,
        failure_reason=entry.get("failure_reason"),
        completion_details=_completion(document, trail, entry),
        consumed_runtime=entry.get("consumed", int((times["ended"] or times["modified"]) - draft.created)),
        training_jobs=launched,
    )


def _times(
    document: Document, trail: Trail, draft: WorldJob, entry: dict[str, Any], launched: tuple[WorldTrainingJob, ...]
) -> dict[str, Any]:
    """Work out when the job ended, if it did, and when it was last modified."""
    ends = [job.ended or job.started or job.created for job in launched]
    last = max(ends, default=draft.created)
    ended = _time(document, (*trail, "ended"), entry["ended"]) if "ended" in entry else None
    if ended is None and draft.status not in {"InProgress", "Stopping"}:
        ended = round(last + _WIND_DOWN_S, 3)
    modified = _time(document, (*trail, "modified"), entry["modified"]) if "modified" in entry else None
    if modified is None:
        modified = ended if ended is not None else round(last + _WIND_DOWN_S, 3)
    if ended is not None and ended < last:
        raise document.error((*trail, "ended"), "the job ended before its last training job", "move its end")
    if draft.status in ENDED_TUNING_STATUSES and modified != ended:
        raise document.error((*trail, "modified"), "an ended job was last modified when it ended", "leave it out")
    return {"ended": ended, "modified": modified}


def _completion(document: Document, trail: Trail, entry: dict[str, Any]) -> dict[str, Any] | None:
    details = entry.get("completion")
    if details is None:
        return None
    where = (*trail, "completion")
    if not isinstance(details, dict):
        raise document.error(where, "completion is no mapping", "write the members of TuningJobCompletionDetails")
    return {
        name: _time(document, (*where, name), value) if isinstance(value, datetime) else value
        for name, value in details.items()
    }


def _time(document: Document, trail: Trail, value: Any) -> float:
    if not isinstance(value, datetime):
        raise document.error(trail, f"{value!r} is no time", "write it like 2024-06-10T08:00:00.417Z")
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return round(aware.timestamp(), 3)


def _mapping(document: Document, trail: Trail, value: Any, members: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise document.error(trail, "there is no mapping here", f"its members are: {', '.join(sorted(members))}")
    unknown = sorted(str(name) for name in value if name not in members)
    if unknown:
        raise document.error(
            (*trail, unknown[0]), f"unknown member {unknown[0]}", f"the members are: {', '.join(sorted(members))}"
        )
    return value


def synthetic_world(jobs: int, training_jobs: int) -> World:
    """Return a world of so many ended tuning jobs with so many training jobs each, which are of every kind."""
    world = load_world("default")
    pattern = max(world.jobs, key=lambda job: len({(item.status, item.metric) for item in job.training_jobs}))
    members = tuple(_member(pattern, number, training_jobs) for number in range(jobs))
    return replace(world, name=f"{jobs} tuning jobs of {training_jobs} training jobs", jobs=members)


def _member(pattern: WorldJob, number: int, training_jobs: int) -> WorldJob:
    name = f"job-{number:05d}"
    launched = tuple(
        replace(item, name=f"{name}-{place:04d}")
        for place, item in enumerate(islice(cycle(pattern.training_jobs), training_jobs))
    )
    return replace(
        pattern, name=name, create={**pattern.create, "HyperParameterTuningJobName": name}, training_jobs=launched
    )
