"""World files: which there are, and how they become worlds; and a world of any size, to work out what a run costs.

A world file is a mapping with `world` (its name), optionally `account` and `region`, and `jobs`; `include` lists more
files next to it whose `jobs` belong to the same world. Anything may be under `anchors`, to be repeated by `*aliases`.
A job is a mapping:

- `name`, `status`, `created` (a time in UTC), and `create`: the rest of the Create input, member for member.
- `ended`, `modified`: times; without them an ended job ended soon after its last training job, and was modified then.
- `failure_reason`, `completion` (TuningJobCompletionDetails; its time as a YAML time), `consumed` (seconds; without it
  the time from creation to the end, or to the last modification).
- `schedule`: how the training jobs follow one another (see `conformance.worlds.schedule`), and `training_jobs`, a table
  of one row each.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from conformance.inputs import Entries, Section, insist, read_yaml
from conformance.worlds.model import ENDED_TUNING_STATUSES, World, WorldJob, WorldTrainingJob
from conformance.worlds.schedule import WorldError, launch

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
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
    document = _read(path)
    jobs = list(_jobs(document))
    parts = document.get("include") or Entries(document.file, document.line)
    for index, part in enumerate(parts):
        # Path.is_file would raise where a name is too long.
        if not os.path.isfile(path.parent / part):  # noqa: PTH113 - see above
            raise WorldError(
                f"there is no file {part} next to this world", where=parts.at(index), hint="name files relative to it"
            )
        jobs.extend(_jobs(_read(path.parent / part)))
    _reject_twins(jobs)
    if "world" not in document:
        raise WorldError("the world has no name", where=document.at(), hint="add `world: <name>` at the top")
    optional = {key: str(document[key]) for key in ("account", "region") if key in document}
    return World(name=document["world"], jobs=tuple(job for job, _ in jobs), **optional)


@cache
def world_schema() -> dict[str, Any]:
    """Return the JSON Schema of a world file."""
    schema: dict[str, Any] = json.loads((_package() / "world.schema.json").read_text(encoding="utf-8"))
    return schema


def _read(path: Path) -> Section:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WorldError(
            f"the world can't be read: {error.strerror}", where=str(path), hint="check the path"
        ) from error
    document = read_yaml(content, str(path), WorldError, aliases=True)
    if not isinstance(document, Section):
        raise WorldError("the file holds no mapping", where=f"{path}:1", hint="start it with `world: <name>`")
    if _shipped() not in path.parents:  # our own tests check those that ship: no run has to pay for that
        insist(document, world_schema(), WorldError)
    return document


def _package() -> Path:
    return Path(str(resources.files("conformance.worlds")))


def _shipped() -> Path:
    return _package() / "data"


def _find(name_or_path: str | Path) -> Path:
    if isinstance(name_or_path, str) and name_or_path in world_names():
        return _shipped() / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        raise WorldError(
            f"there is no world {str(name_or_path)!r}",
            where=str(name_or_path),
            hint=f"give the path of a world file, or one of: {', '.join(world_names())}",
        )
    return path


def _reject_twins(jobs: list[tuple[WorldJob, str]]) -> None:
    places: dict[str, str] = {}
    for job, where in jobs:
        if job.name in places:
            raise WorldError(
                f"two tuning jobs are called {job.name}",
                where=where,
                hint=f"rename one; the other: {places[job.name]}",
            )
        places[job.name] = where


def _jobs(document: Section) -> Iterator[tuple[WorldJob, str]]:
    for entry in document.get("jobs") or ():
        yield _job(entry), entry.at()


def _job(entry: Section) -> WorldJob:
    name = entry["name"]
    draft = WorldJob(
        name=name,
        create={"HyperParameterTuningJobName": name, **entry["create"]},
        status=entry["status"],
        created=_time(entry, "created"),
        modified=0,
    )
    launched = launch(draft, entry)
    times = _times(draft, entry, launched)
    return WorldJob(
        name=name,
        create=draft.create,
        status=draft.status,
        created=draft.created,
        **times,
        failure_reason=entry.get("failure_reason"),
        completion_details=_completion(entry),
        consumed_runtime=entry.get("consumed", int((times["ended"] or times["modified"]) - draft.created)),
        training_jobs=launched,
    )


def _times(draft: WorldJob, entry: Section, launched: tuple[WorldTrainingJob, ...]) -> dict[str, Any]:
    """Work out when the job ended, if it did, and when it was last modified."""
    last = max((job.ended or job.started or job.created for job in launched), default=draft.created)
    wound_down = round(last + _WIND_DOWN_S, 3)
    ended = _time(entry, "ended") if "ended" in entry else None
    if ended is None and draft.status not in {"InProgress", "Stopping"}:
        ended = wound_down
    modified = _time(entry, "modified") if "modified" in entry else wound_down if ended is None else ended
    if ended is not None and ended < last:
        raise WorldError("the job ended before its last training job", where=entry.at("ended"), hint="move its end")
    if draft.status in ENDED_TUNING_STATUSES and modified != ended:
        raise WorldError(
            "an ended job was last modified when it ended", where=entry.at("modified"), hint="leave it out"
        )
    return {"ended": ended, "modified": modified}


def _completion(entry: Section) -> dict[str, Any] | None:
    details: Section | None = entry.get("completion")
    if details is None:
        return None
    times = {name for name, value in details.items() if isinstance(value, str) and _TIME.fullmatch(value)}
    return {name: _time(details, name) if name in times else value for name, value in details.items()}


def _time(holder: Section, key: str) -> float:
    try:
        value = datetime.fromisoformat(holder[key])
    except ValueError as error:
        raise WorldError(
            f"{holder[key]!r} is no time", where=holder.at(key), hint="write it like 2024-06-10T08:00:00.417Z"
        ) from error
    return round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp(), 3)


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
