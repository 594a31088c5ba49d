"""How a state comes in: created, found, loaded by a command; and that only what was made is removed."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ExitCode
from conformance.targets.provisioning import Provision, existing, load_by_command
from conformance.targets.spec import CredentialsError, Kind, Origin, StateSource, TargetError, TargetSpec
from conformance.targets.spec import UnreachableError as Unreachable
from conformance.targets.state import Access, State, StateJob, allowed_operations
from conformance.wire.exchange import Exchange
from conformance.worlds.loading import load_world
from conformance.worlds.model import World, WorldJob
from targets.doubles import Answer, Answers, Lifelines, ScriptedCaller, exchange

CREATE, STOP, DELETE = (f"{verb}HyperParameterTuningJob" for verb in ("Create", "Stop", "Delete"))
LIST = "ListHyperParameterTuningJobs"
NO_FOLDER = Path("nothing-is-left")
NAME, SUMMARIES = "HyperParameterTuningJobName", "HyperParameterTuningJobSummaries"
UNKNOWN = "UnknownOperationException"
Program = Callable[[str, str], Path]
STILL_STOPPING = partial(Answers.rejection, code="ValidationException", message="still Stopping")
UNREACHABLE = partial(Answers.silence, kind="unreachable")


def job(name: str, *parents: str) -> WorldJob:
    warm = {"WarmStartConfig": {"ParentHyperParameterTuningJobs": [{NAME: parent} for parent in parents]}}
    return WorldJob(name, {NAME: name, **(warm if parents else {})}, "Completed", 1.0, 2.0)


def spec(state: StateSource, kind: Kind = Kind.ENDPOINT) -> TargetSpec:
    return TargetSpec("mine", kind, state, "http://127.0.0.1:4566")


WORLD = World("three", (job("child", "parent"), job("parent"), job("single")))
ACCESS = Access("http://127.0.0.1:4566", "us-east-1", None, frozenset(), spec(StateSource(Origin.CREATE)))
FOUND = spec(StateSource(Origin.EXISTING))


def but(operation: str, answer: Callable[..., Exchange], name: str = "") -> Answer:
    """Answer well, but for one operation, or for one tuning job."""

    def answered(asked: str, members: dict[str, Any]) -> Exchange:
        odd = asked == operation and members.get(NAME) == (name or members.get(NAME))
        return (answer if odd else Answers.of)(asked, members)

    return answered


def listing(*summaries: Any, **more: Any) -> Answer:
    return lambda operation, members: Answers.of(operation, members, **{SUMMARIES: list(summaries), **more})


class Clock:
    """Time that passes only by pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.now += seconds


class Made:
    """A world that is made at a target which answers by a function."""

    def __init__(self, answer: Answer, world: World = WORLD, folder: Path = NO_FOLDER) -> None:
        self.client, self.clock, self.waits = ScriptedCaller(answer), Clock(), list[str]()
        self.provision = Provision(
            self.client, ACCESS, folder, on_wait=self.waits.append, sleep=self.clock.sleep, clock=lambda: self.clock.now
        )
        self.state = self.provision.run(world)


def test_parents_come_first_and_the_state_keeps_the_order_of_the_world() -> None:
    made = Made(Answers.of)
    assert made.client.names(CREATE) == ["parent", "child", "single"]
    assert [job.name for job in made.state.jobs] == ["child", "parent", "single"]
    assert all(job.made and job.created and job.known is not None and not job.listed_known for job in made.state.jobs)
    assert made.state.notes == ()


def test_a_rejected_job_is_kept_with_the_reason() -> None:
    state = Made(but(CREATE, partial(Answers.rejection, code="ValidationException", message="no"), "child")).state
    child = state.jobs[0]
    assert (child.created, child.made, child.problem) == (False, False, "Create was rejected: ValidationException: no")
    assert [job.name for job in state.present] == ["parent", "single"]
    assert state.notes == ("1 of 3 jobs of the world are not at the target",)


def test_what_was_there_before_is_used_but_never_removed(tmp_path: Path) -> None:
    made = Made(but(CREATE, partial(Answers.rejection, code="ResourceInUse"), "parent"), folder=tmp_path)
    assert made.state.jobs[1].created
    assert made.state.jobs[1].known is None
    assert made.state.notes[0].startswith("1 of 3 jobs were at the target before this run")
    assert made.state.notes[0].endswith(f"delete them first: sh {tmp_path / 'leftovers.sh'}")
    assert '"parent"' in (tmp_path / "leftovers.sh").read_text(encoding="utf-8")
    assert made.provision.tear_down() == ()
    assert made.client.names(DELETE) == ["single", "child"]


def test_a_job_that_is_deleted_only_after_its_stop_is_waited_for() -> None:
    # Delete is rejected until the stop has finished, which here takes five more attempts for each.
    left, stopped = dict.fromkeys(("single", "child", "parent"), 5), set[str]()

    def stops_slowly(operation: str, members: dict[str, Any]) -> Exchange:
        name = members[NAME]
        stopped.update([name] if operation == STOP else [])
        if operation == DELETE and (left[name] or name not in stopped):
            left[name] -= name in stopped
            return STILL_STOPPING(operation, members)
        return Answers.of(operation, members)

    made = Made(stops_slowly)
    assert made.provision.tear_down() == ()
    assert made.client.names(STOP) == ["single", "child", "parent"]
    assert made.clock.pauses == [0.1, 0.2, 0.4, 0.8, 1.6]
    assert made.waits == ["3 tuning jobs to stop, so that they can be deleted (at most 60 s)"]


def test_what_can_not_be_deleted_is_reported_with_the_script_that_deletes_it(tmp_path: Path) -> None:
    made = Made(but(DELETE, STILL_STOPPING), folder=tmp_path)
    said, line = made.provision.tear_down()
    assert said.endswith("from the target: single, child, parent (ValidationException: still Stopping)")
    assert line == f"to delete what is left: sh {tmp_path / 'leftovers.sh'}"
    assert (tmp_path / "leftovers.sh").read_text(encoding="utf-8").splitlines()[-1] == (
        "aws sagemaker delete-hyper-parameter-tuning-job --region us-east-1 --endpoint-url http://127.0.0.1:4566 "
        """--cli-input-json '{"HyperParameterTuningJobName": "parent"}'"""
    )
    assert made.clock.now <= 60
    assert made.provision.tear_down() == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (partial(Answers.silence, kind="budget"), "nothing came (budget)"),
        (partial(Answers.rejection, code=UNKNOWN), f"the target does not know {DELETE}"),
    ],
)
def test_no_further_delete_is_tried_where_none_can_succeed(answer: Callable[..., Exchange], reason: str) -> None:
    made = Made(but(DELETE, answer))
    said, line = made.provision.tear_down()
    assert said == f"3 tuning jobs of this run could not be deleted from the target: single, child, parent ({reason})"
    assert line.startswith("to delete what is left: the commands that do can't be written to nothing-is-left/")
    assert (len(made.client.names(DELETE)), made.client.names(STOP)) == (1, [])


def test_ctrl_c_ends_the_wait_and_the_rest_is_reported() -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    provision = Provision(ScriptedCaller(but(DELETE, Answers.page_of_html)), ACCESS, NO_FOLDER, sleep=interrupted)
    provision.run(WORLD)
    assert "the wait for its stop was interrupted" in provision.tear_down()[0]


def test_an_interrupted_making_is_removed_with_the_job_that_was_under_way() -> None:
    def interrupted(*_: object) -> Exchange:
        raise KeyboardInterrupt

    client = ScriptedCaller(but(CREATE, interrupted, "child"))
    provision = Provision(client, ACCESS, NO_FOLDER)
    with pytest.raises(KeyboardInterrupt):
        provision.run(WORLD)
    assert provision.tear_down() == ()
    assert client.names(DELETE) == ["child", "parent"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answers.page_of_html, "Create failed with a server error: HTTP 500"),
        (Answers.silence, "Create was not answered: nothing came (timeout)"),
        (partial(Answers.page_of_html, status=200), "Create was answered in no known form: HTTP 200"),
    ],
)
def test_a_create_that_may_have_made_the_job_is_named_as_what_it_is_and_cleaned_up(
    answer: Callable[..., Exchange], words: str
) -> None:
    made = Made(but(CREATE, answer, "single"))
    assert made.state.jobs[2].problem.startswith(words)
    assert made.provision.tear_down() == ()
    assert made.client.names(DELETE) == ["single", "child", "parent"]


@pytest.mark.parametrize(
    ("answer", "calls", "problem"),
    [
        (partial(Answers.rejection, code=UNKNOWN), 1, f"the target does not know {CREATE}"),
        (Answers.silence, 3, "the target left 3 requests in a row unanswered"),
    ],
)
def test_a_target_that_creates_nothing_is_given_up(answer: Answer, calls: int, problem: str) -> None:
    made = Made(answer, World("many", tuple(job(f"j{n}") for n in range(9))))
    assert len(made.client.calls) == calls
    assert made.state.present == ()
    assert made.state.jobs[-1].problem == f"not tried: {problem}"


def test_a_target_that_goes_away_is_an_error() -> None:
    with pytest.raises(Unreachable) as caught:
        Made(UNREACHABLE)
    assert caught.value.exit_code is ExitCode.TARGET_BROKE
    with pytest.raises(Unreachable):
        existing(ScriptedCaller(UNREACHABLE), FOUND)


def test_parents_in_a_circle_are_an_error() -> None:
    with pytest.raises(TargetError, match="circle"):
        Made(Answers.of, World("circle", (job("a", "b"), job("b", "a"))))


# -- a state that is found


def test_pages_are_followed_up_to_the_bound() -> None:
    def endless(operation: str, members: dict[str, Any]) -> Exchange:
        start = int(members.get("NextToken", 0))
        named = [{NAME: f"j{n}"} for n in range(start, start + 3)]
        return listing(*named, NextToken=str(start + 3))(operation, members)

    client = ScriptedCaller(endless)
    state = existing(client, spec(StateSource(Origin.EXISTING, bound=7)))
    assert [job.name for job in state.jobs] == [f"j{n}" for n in range(7)]
    assert not any(job.made or job.known for job in state.jobs)
    asked = [{"MaxResults": 7}, {"MaxResults": 7, "NextToken": "3"}, {"MaxResults": 7, "NextToken": "6"}]
    assert client.calls == [(LIST, members) for members in asked]


def test_empty_pages_are_passed_but_not_for_ever() -> None:
    client = ScriptedCaller(lambda o, m: Answers.of(o, m, **{SUMMARIES: [], "NextToken": str(len(client.calls))}))
    assert existing(client, FOUND).jobs == ()
    assert len(client.calls) == 100


def test_a_token_that_repeats_ends_the_walk() -> None:
    client = ScriptedCaller(listing({NAME: "a"}, {"unnamed": 1}, "odd", NextToken="t"))
    state = existing(client, FOUND)
    assert [job.name for job in state.jobs] == ["a"]
    assert "twice" in state.notes[0]
    assert len(client.calls) == 2


BROKEN_TEXT = b'{"HyperParameterTuningJobSummaries":[{"HyperParameterTuningJobName":"\xff"}]}'
NESTED = b'{"HyperParameterTuningJobSummaries":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
UNREADABLE: dict[str, tuple[Answer, str]] = {
    "too-large": (partial(Answers.silence, kind="too-large"), "nothing came (too-large)"),
    "nested": (lambda o, m: exchange(o, m, 200, NESTED), "HTTP 200, "),
    "bad-utf-8": (lambda o, m: exchange(o, m, 200, BROKEN_TEXT), "not UTF-8"),
    "html": (Answers.page_of_html, "HTTP 500"),
    "an-error": (partial(Answers.rejection, code=UNKNOWN, message="x" * 5000), "UnknownOperationExc"),
    "no-list": (Answers.of, f"without {SUMMARIES}"),
    "null": (lambda o, m: Answers.of(o, m, **{SUMMARIES: None}), f"without {SUMMARIES}"),
    "no-names": (listing({}, None, {NAME: 5}), f"without {NAME} in {SUMMARIES}"),
}


@pytest.mark.parametrize("defect", UNREADABLE)
def test_a_listing_that_can_not_be_read_leaves_the_state_unknown(defect: str) -> None:
    answer, words = UNREADABLE[defect]
    state = existing(ScriptedCaller(answer), FOUND)
    assert state.jobs == ()
    assert words in state.problem
    assert state.notes == (state.problem,)
    assert len(state.problem) < 500
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_a_listing_that_breaks_off_leaves_the_rest_unknown() -> None:
    def breaks(operation: str, members: dict[str, Any]) -> Exchange:
        if "NextToken" in members:
            return exchange(operation, members, 200, BROKEN_TEXT)
        return listing({NAME: "a"}, NextToken="t")(operation, members)

    state = existing(ScriptedCaller(breaks), FOUND)
    assert [job.name for job in state.jobs] == ["a"]
    assert "not UTF-8" in state.problem
    assert "what was found until then is used" in state.notes[0]


def test_a_target_without_jobs_says_so() -> None:
    state = existing(ScriptedCaller(listing()), FOUND)
    assert (state.notes, state.problem) == (("the target has no tuning jobs",), "")


def test_named_jobs_need_no_listing() -> None:
    client = ScriptedCaller(Answers.of)
    state = existing(client, spec(StateSource(Origin.EXISTING, names=("b", "a"))))
    assert [job.name for job in state.jobs] == ["b", "a"]
    assert len(client.calls) == 1, "whether the credentials are good"


@pytest.mark.parametrize("names", [(), ("a",)])
def test_credentials_that_aws_rejects_are_one_clear_error(names: tuple[str, ...]) -> None:
    client = ScriptedCaller(partial(Answers.rejection, code="ExpiredTokenException"))
    with pytest.raises(CredentialsError, match="ExpiredTokenException") as caught:
        existing(client, spec(StateSource(Origin.EXISTING, names=names), Kind.AWS))
    assert caught.value.exit_code is ExitCode.TARGET_BROKE


# -- a state that a command loads


def load(*command: str | Path, timeout_s: float = 20.0) -> State:
    target = spec(StateSource(Origin.COMMAND, command=tuple(map(str, command)), timeout_s=timeout_s))
    return load_by_command(target, WORLD, endpoint_url="http://127.0.0.1:9", region="eu-west-1")


@pytest.mark.slow
def test_a_command_gets_the_world_and_the_endpoint_and_no_real_credentials(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL_SAGEMAKER": "https://elsewhere.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_CA_BUNDLE": "ca.pem", "AWS_PROFILE": "real", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    got = tmp_path / "got.json"
    path = program(
        "original",
        f"""
        import json
        aws = {{k: v for k, v in os.environ.items() if k.startswith(("AWS_", "CONFORMANCE_E"))}}
        json.dump([json.load(sys.stdin), aws], open({str(got)!r}, "w"))
        """,
    )
    state = load(sys.executable, path)
    world, environment = json.loads(got.read_text(encoding="utf-8"))
    assert World.from_json(world) == WORLD
    assert environment == {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CA_BUNDLE": "ca.pem",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "CONFORMANCE_ENDPOINT_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    assert state.origin is Origin.COMMAND
    assert all(job.known is not None and job.listed_known and not job.made for job in state.jobs)


@pytest.mark.slow
def test_a_command_that_fails_is_reported_with_its_last_words(program: Program) -> None:
    path = program("fails", "sys.exit(print('no such table', file=sys.stderr) or 3)")
    with pytest.raises(TargetError, match="failed with exit status 3") as caught:
        load(sys.executable, path)
    assert "no such table" in caught.value.problem
    assert caught.value.exit_code is ExitCode.TARGET_BROKE


@pytest.mark.slow
def test_a_command_that_does_not_end_is_ended(program: Program, lifelines: Lifelines) -> None:
    path = program("never_ends", "hold = hold_lifeline(sys.argv[1]); signal.pause()")
    with pytest.raises(TargetError, match=r"did not end within 3 s"):
        load(sys.executable, path, str(lifelines.port), timeout_s=3)
    lifelines.expect(1)
    assert lifelines.all_ended()


@pytest.mark.slow
def test_what_a_command_leaves_running_is_not_waited_for(program: Program, lifelines: Lifelines) -> None:
    path = program(
        "leaves_a_child",
        """
        if len(sys.argv) > 2:
            hold = hold_lifeline(sys.argv[1])
            hold.recv(1)
        else:
            subprocess.Popen([sys.executable, __file__, sys.argv[1], "child"])
        """,
    )
    assert load(sys.executable, path, str(lifelines.port)).present
    lifelines.expect(1)


@pytest.mark.slow
def test_a_command_that_can_not_be_started_is_an_error_of_usage(tmp_path: Path) -> None:
    path = tmp_path / "no-shebang"
    path.write_bytes(b"\x00not a program")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    for command, problem in (("./load-world.sh", "no program that can be run"), (path, "can't be started")):
        with pytest.raises(TargetError, match=problem) as caught:
            load(command)
        assert caught.value.exit_code is ExitCode.USAGE
    assert "#!/bin/sh" in caught.value.hint


def test_a_state_survives_the_way_to_a_worker() -> None:
    known = load_world("default").jobs[0]
    missing = StateJob("rejected", created=False, problem="ValidationException")
    jobs = (StateJob(known.name, known=known, made=True), missing)
    state = State(Origin.CREATE, jobs, ("one note",), made={"ListRacks": ({"RackName": "a"},)}, tag="a1")
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


@pytest.mark.parametrize(
    ("state", "kind", "more"),
    [
        (Origin.EXISTING, Kind.AWS, set()),
        (Origin.EXISTING, Kind.ENDPOINT, set()),
        (Origin.COMMAND, Kind.ENDPOINT, set()),
        (Origin.BUILT_IN, Kind.REFERENCE, set()),
        (Origin.CREATE, Kind.ENDPOINT, {CREATE, STOP, DELETE}),
        (Origin.CREATE, Kind.AWS, set()),
    ],
)
def test_only_a_state_of_our_own_may_be_written(state: Origin, kind: Kind, more: set[str]) -> None:
    tested = ("DescribeHyperParameterTuningJob", "ListThings")
    assert allowed_operations(spec(StateSource(state), kind), tested) == {*tested, LIST, *more}


def test_for_operations_on_other_things_nothing_of_tuning_jobs_may_be_sent() -> None:
    tested = ("DescribeThing", "CreateThing")
    assert allowed_operations(spec(StateSource(Origin.CREATE), Kind.ENDPOINT), tested) == set(tested)
    assert allowed_operations(spec(StateSource(Origin.EXISTING), Kind.ENDPOINT), tested) == {"DescribeThing"}
