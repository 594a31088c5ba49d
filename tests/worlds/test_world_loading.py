"""A world file that can't be a world is rejected with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance import worlds
from conformance.inputs import read_yaml, schema_problems
from conformance.worlds.loading import load_world, world_schema
from conformance.worlds.schedule import WorldError, single, training_job_name

HEAD = "world: mine\njobs:\n"
JOB = """\
- name: job
  status: {status}
  created: 2024-06-10T08:00:00.417Z
  create:
    HyperParameterTuningJobConfig:
      ResourceLimits: {{MaxParallelTrainingJobs: 2}}
    TrainingJobDefinition: {{}}
  training_jobs:
    - {row}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def job(row: str = "[Completed, 0.5, 0, 10]", status: str = "Completed") -> str:
    return HEAD + JOB.format(row=row, status=status)


def test_a_row_becomes_a_training_job(tmp_path: Path) -> None:
    (launched,) = load_world(write(tmp_path, job())).jobs[0].training_jobs
    assert launched.name == training_job_name("job", 1) == "job-001-1e76573f"
    assert (launched.created, launched.started, launched.ended) == (1718006461, 1718006556, 1718007156)
    assert (launched.status, launched.objective_status, launched.metric) == ("Completed", "Succeeded", 0.5)


def test_an_ended_job_ends_after_its_last_training_job(tmp_path: Path) -> None:
    loaded = load_world(write(tmp_path, job())).jobs[0]
    assert loaded.created == 1718006400.417
    assert loaded.ended == loaded.modified == 1718007186.25
    assert loaded.consumed_runtime == 785


def test_metrics_are_single_floats(tmp_path: Path) -> None:
    (launched,) = load_world(write(tmp_path, job("[Completed, 0.1, 0, 10]"))).jobs[0].training_jobs
    assert launched.metric == single(0.1) == 0.10000000149011612


def test_a_repetition_stands_for_many_rows(tmp_path: Path) -> None:
    (loaded,) = load_world(write(tmp_path, job("{repeat: 5, row: [Completed, auto, auto, 10]}"))).jobs
    created = [launched.created - 1718006461 for launched in loaded.training_jobs]
    assert created == [0, 0, 3600, 3600, 7200]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("world: [", 2, "not well-formed YAML"),
        ("world: a\nworld: b\n", 2, "written twice"),
        ("- a\n", 1, "no mapping"),
        ("world: a\nfoo: 1\n", 2, "no key 'foo'"),
        ("world: a\nanchors: &self [*self]\n", 2, "*self is inside of what it names"),
        ("world: a\nanchors:\n  b: &self\n    c: [{d: *self}]\n", 4, "*self is inside of what it names"),
        ("world: a\nanchors: " + "[" * 100_000, 2, "deeper than 200 levels"),
        ("world: a\nanchors:\n  " + "- " * 100_000 + "x\n", 3, "deeper than 200 levels"),
        ("jobs: []\n", 1, "no name"),
        ("world: a\njobs: 3\n", 2, "must be a list"),
        ("world: a\ninclude: [none.yaml]\n", 2, "no file none.yaml"),
        ("world: a\ninclude: 3\n", 2, "`include` must be a list"),
        ("world: a\n? [b]\n: c\n", 2, "a collection as a key"),
        (job(status="[Completed]"), 4, "`status` can't be"),
        (job() + "  consumed: much\n", 12, "`consumed` must be a whole number"),
        (job("[[Completed], 0.5, 0, 10]"), 11, "entry 1 of entry 1 of `training_jobs` can't be"),
        (job("[Completed, [0.5], 0, 10]"), 11, "no metric"),
        (job("[Completed, 0.5, 0, .inf]"), 11, "no number of JSON"),
        (HEAD + "- name: job\n", 3, "lacks the key 'status'"),
        (job(status="Pending"), 4, "`status` can't be"),
        (job().replace("2024-06-10T08:00:00.417Z", "yesterday"), 5, "no time"),
        (job().replace("training_jobs", "trainings"), 10, "no key 'trainings'"),
        (job() + JOB.format(row="[Completed, 0.5, 0, 10]", status="Completed"), 12, "two tuning jobs"),
        (job("[Completed]"), 11, "is no row"),
        (job("[Done, 0.5, 0, 10]"), 11, "entry 1 of entry 1 of `training_jobs` can't be"),
        (job("[Completed, high, 0, 10]"), 11, "no metric"),
        (job("[Completed, 0.5, -1, 10]"), 11, "no wave"),
        (job("[Completed, 0.5, 0, long]"), 11, "no number of minutes"),
        (job("[Completed, 0.5, 0, 10, {colour: red}]"), 11, "has no key 'colour'"),
        (job("{repeat: 3, row: [Completed, 0.5, 0, 10]}"), 11, "more than 2 training jobs in wave 0"),
        (job("{repeat: many}"), 11, "lacks the key 'row'"),
        (job("[Completed, 0.5, 0, 10, {definition: other}]"), 11, "no definition other"),
        (job("[Failed, 0.5, 0, 10, {reason: r}]"), 11, "a failed training job has no metric"),
        (job("[Failed, none, 0, 10]"), 11, "a failure has a reason"),
        (job("[InProgress, none, 0, none, {objective: Pending}]"), 11, "is Pending"),
        (job("[InProgress, none, 0, 10]"), 11, "it has ended, or it runs"),
        (job("[Completed, none, 0, 10, {retryable: true}]"), 11, "only a failure is retryable"),
        (job("[Completed, none, 0, 10]\n  ended: 2024-06-10T08:00:01Z"), 12, "ended before its last training job"),
        (job("[Completed, none, 0, 10]\n  modified: 2024-06-12T08:00:01Z"), 12, "last modified when it ended"),
        (job("[Completed, none, 0, 10]\n  schedule: {pause: 3}"), 12, "no key 'pause'"),
        (job().replace("ResourceLimits", "Limits"), 6, "no MaxParallelTrainingJobs"),
        (job().replace("Definition: {}", "Definition: 7"), 6, "the create input is not what it should be"),
        (job().replace("{}", "{HyperParameterRanges: {IntegerParameterRanges: [{}]}}"), 6, "the create input is not"),
    ],
)
def test_a_faulty_world_is_rejected_at_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(WorldError) as caught:
        load_world(path)
    assert caught.value.where == f"{path}:{line}"
    assert problem in caught.value.problem


@pytest.mark.parametrize("value", ["!!timestamp x", "!!int x", "!!binary 'xx!'", "!!omap [1]", "!!python/name:os.x y"])
def test_a_tag_is_an_error_of_the_world(tmp_path: Path, value: str) -> None:
    with pytest.raises(WorldError, match="a tag has no place"):
        load_world(write(tmp_path, f"world: a\nanchors: {value}\n"))


def test_a_name_that_no_file_can_have_is_an_error_of_the_world(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no file"):
        load_world(write(tmp_path, f"world: a\ninclude: [{'x' * 5000}]\n"))


def test_aliases_that_multiply_without_end_are_rejected(tmp_path: Path) -> None:
    tenfold = "".join(f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9))
    path = write(tmp_path, f"world: a\nanchors:\n  a0: &a0 x\n{tenfold}")
    with pytest.raises(WorldError, match="more than 1,000,000 values"):
        load_world(path)


def test_the_worlds_that_ship_keep_the_schema() -> None:
    Draft202012Validator.check_schema(world_schema())
    folder = Path(worlds.__file__).parent / "data"
    for path in folder.rglob("*.yaml"):
        document = read_yaml(path.read_bytes(), str(path), WorldError, aliases=True)
        assert schema_problems(document, world_schema()) == []


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(WorldError) as caught:
        load_world("nowhere")
    assert "default, empty" in caught.value.hint


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorldError, match="not well-formed YAML"):
        load_world(path)
