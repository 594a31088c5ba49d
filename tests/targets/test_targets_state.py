"""How a state comes in: created, found, loaded by a command; and that only what was made is removed."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from vices import Answer, Answers, Lifelines, ScriptedCaller, exchange, write_program

from conformance.errors import ExitCode
from conformance.targets.provisioning import Provision, existing, load_by_command
from conformance.targets.spec import (
    CredentialsError,
    Kind,
    Origin,
    StateSource,
    TargetError,
    TargetSpec,
    UnreachableError,
)
from conformance.targets.state import Access, State, StateJob, allowed_operations
from conformance.wire.exchange import Exchange
from conformance.worlds.loading import load_world
from conformance.worlds.model import World, WorldJob

CREATE, STOP, DELETE, LIST = (
    f"{verb}HyperParameterTuningJob{ending}"
    for verb, ending in (("Create", ""), ("Stop", ""), ("Delete", ""), ("List", "s"))
)
NAME = "HyperParameterTuningJobName"
BROKEN_TEXT = b'{"HyperParameterTuningJobSummaries":[{"HyperParameterTuningJobName":"\xff"}]}'
NESTED = b'{"HyperParameterTuningJobSummaries":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
UNREADABLE: dict[str, tuple[Answer, str]] = {
    "too-large": (lambda o, m: Answers.silence(o, m, "too-large"), "nothing came (too-large)"),
    "nested": (lambda o, m: exchange(o, m, 200, NESTED), "HTTP 200, "),
    "bad-utf-8": (lambda o, m: exchange(o, m, 200, BROKEN_TEXT), "not UTF-8"),
    "html": (Answers.page_of_html, "HTTP 500"),
    "an-error": (lambda o, m: Answers.rejection(o, m, "UnknownOperationException", "x" * 5000), "UnknownOperationExc"),
    "no-list": (Answers.of, "without HyperParameterTuningJobSummaries"),
    "null": (lambda o, m: Answers.of(o, m, HyperParameterTuningJobSummaries=None), "without HyperParameterTuning"),
    "no-names": (
        lambda o, m: Answers.of(o, m, HyperParameterTuningJobSummaries=[{}, None, {NAME: 5}]),
        "without HyperParameterTuningJobName in HyperParameterTuningJobSummaries",
    ),
}
Program = Callable[[str, str], Path]
TESTED = ("DescribeThing", "ListThings")


def job(name: str, *parents: str) -> WorldJob:
    warm = [{"HyperParameterTuningJobName": parent} for parent in parents]
    start = {"WarmStartConfig": {"ParentHyperParameterTuningJobs": warm}} if parents else {}
    return WorldJob(name, {"HyperParameterTuningJobName": name, **start}, "Completed", 1.0, 2.0)


def spec(state: StateSource, kind: Kind = Kind.ENDPOINT) -> TargetSpec:
    return TargetSpec("mine", kind, state, "http://127.0.0.1:4566")


WORLD = World("three", (job("child", "parent"), job("parent"), job("single")))


class Clock:
    """Time that passes only by pauses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.now += seconds


ACCESS = Access("http://127.0.0.1:4566", "us-east-1", None, frozenset(), spec(StateSource(Origin.CREATE)))


def making(
    client: ScriptedCaller, clock: Clock | None = None, on_wait: Callable[[str], None] = lambda _: None
) -> Provision:
    clock = clock or Clock()
    return Provision(client, ACCESS, on_wait=on_wait, sleep=clock.sleep, clock=lambda: clock.now)


@pytest.fixture
def lifelines() -> Iterator[Lifelines]:
    with closing(Lifelines()) as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return partial(write_program, tmp_path)


class TestCreated:
    def test_parents_come_first_and_the_state_keeps_the_order_of_the_world(self) -> None:
        client = ScriptedCaller(Answers.of)
        state = making(client).run(WORLD)
        assert client.names(CREATE) == ["parent", "child", "single"]
        assert [job.name for job in state.jobs] == ["child", "parent", "single"]
        assert all(job.made and job.created and job.known is not None and not job.listed_known for job in state.jobs)
        assert state.notes == ()

    def test_a_rejected_job_is_kept_with_the_reason(self) -> None:
        def refuses_warm_starts(operation: str, members: dict[str, Any]) -> Exchange:
            if "WarmStartConfig" in members:
                return Answers.rejection(operation, members, "ValidationException", "no warm starts")
            return Answers.of(operation, members)

        state = making(ScriptedCaller(refuses_warm_starts)).run(WORLD)
        child = state.jobs[0]
        assert (child.created, child.made) == (False, False)
        assert child.problem == "Create was rejected: ValidationException: no warm starts"
        assert [job.name for job in state.present] == ["parent", "single"]
        assert state.notes == ("1 of 3 jobs of the world are not at the target",)

    def test_what_was_there_before_is_used_but_never_removed(self) -> None:
        def has_the_parent(operation: str, members: dict[str, Any]) -> Exchange:
            if operation == CREATE and members["HyperParameterTuningJobName"] == "parent":
                return Answers.rejection(operation, members, "ResourceInUse")
            return Answers.of(operation, members)

        client = ScriptedCaller(has_the_parent)
        provision = making(client)
        state = provision.run(WORLD)
        assert state.jobs[1].created
        assert state.jobs[1].known is None
        assert state.notes[0].startswith("1 of 3 jobs were at the target before this run")
        assert "for job in parent; do" in state.notes[0]
        assert provision.tear_down() == ()
        assert client.names(DELETE) == ["single", "child"]

    def test_a_job_that_is_deleted_only_after_its_stop_is_waited_for(self) -> None:
        # Delete is rejected until the stop has finished, which here takes five more attempts for each.
        left = dict.fromkeys(("single", "child", "parent"), 5)

        def stops_slowly(operation: str, members: dict[str, Any]) -> Exchange:
            name = members["HyperParameterTuningJobName"]
            if operation == DELETE and (left[name] or not client.names(STOP).count(name)):
                left[name] -= bool(client.names(STOP).count(name))
                return Answers.rejection(operation, members, "ValidationException", "still Stopping")
            return Answers.of(operation, members)

        client, clock, waits = ScriptedCaller(stops_slowly), Clock(), list[str]()
        provision = making(client, clock, waits.append)
        provision.run(WORLD)
        assert provision.tear_down() == ()
        assert client.names(STOP) == ["single", "child", "parent"]
        assert clock.pauses == [0.1, 0.2, 0.4, 0.8, 1.6]
        assert waits == ["3 tuning jobs to stop, so that they can be deleted (at most 60 s)"]

    def test_what_can_not_be_deleted_is_reported_with_the_line_that_deletes_it(self) -> None:
        def keeps_everything(operation: str, members: dict[str, Any]) -> Exchange:
            if operation == DELETE:
                return Answers.rejection(operation, members, "ValidationException", "still Stopping")
            return Answers.of(operation, members)

        client, clock = ScriptedCaller(keeps_everything), Clock()
        provision = making(client, clock)
        provision.run(WORLD)
        said, line = provision.tear_down()
        assert said == (
            "3 tuning jobs of this run could not be deleted from the target (ValidationException: still Stopping)"
        )
        assert line == (
            "to delete what is left: for job in single child parent; do AWS_ACCESS_KEY_ID=test "
            "AWS_SECRET_ACCESS_KEY=test aws sagemaker delete-hyper-parameter-tuning-job "
            '--hyper-parameter-tuning-job-name "$job" --region us-east-1 --endpoint-url http://127.0.0.1:4566; done'
        )
        assert clock.now <= 60
        assert provision.tear_down() == ()

    @pytest.mark.parametrize(
        ("answer", "reason", "asked"),
        [
            (Answers.silence, "nothing came (budget)", 1),
            (partial(Answers.rejection, code="UnknownOperationException"), f"the target does not know {DELETE}", 1),
        ],
    )
    def test_no_further_delete_is_tried_where_none_can_succeed(
        self, answer: Callable[..., Exchange], reason: str, asked: int
    ) -> None:
        kind = {"kind": "budget"} if answer is Answers.silence else {}
        client = ScriptedCaller(lambda o, m: answer(o, m, **kind) if o == DELETE else Answers.of(o, m))
        provision = making(client)
        provision.run(WORLD)
        said, line = provision.tear_down()
        assert said == f"3 tuning jobs of this run could not be deleted from the target ({reason})"
        assert "for job in single child parent;" in line
        assert (len(client.names(DELETE)), client.names(STOP)) == (asked, [])

    def test_ctrl_c_ends_the_wait_and_the_rest_is_reported(self) -> None:
        def interrupted(_: float) -> None:
            raise KeyboardInterrupt

        def never_deletes(operation: str, members: dict[str, Any]) -> Exchange:
            return (Answers.page_of_html if operation == DELETE else Answers.of)(operation, members)

        provision = Provision(ScriptedCaller(never_deletes), ACCESS, sleep=interrupted)
        provision.run(WORLD)
        assert "the wait for its stop was interrupted" in provision.tear_down()[0]

    def test_an_interrupted_making_is_removed_with_the_job_that_was_under_way(self) -> None:
        def interrupted_at_the_second(operation: str, members: dict[str, Any]) -> Exchange:
            if operation == CREATE and members["HyperParameterTuningJobName"] == "child":
                raise KeyboardInterrupt
            return Answers.of(operation, members)

        client = ScriptedCaller(interrupted_at_the_second)
        provision = making(client)
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
        self, answer: Callable[..., Exchange], words: str
    ) -> None:
        def fails_for_one(operation: str, members: dict[str, Any]) -> Exchange:
            item = operation == CREATE and members["HyperParameterTuningJobName"] == "single"
            return (answer if item else Answers.of)(operation, members)

        client = ScriptedCaller(fails_for_one)
        provision = making(client)
        state = provision.run(WORLD)
        assert state.jobs[2].problem.startswith(words)
        assert provision.tear_down() == ()
        assert client.names(DELETE) == ["single", "child", "parent"]

    def test_a_target_without_create_is_asked_once(self) -> None:
        client = ScriptedCaller(
            lambda operation, members: Answers.rejection(operation, members, "UnknownOperationException")
        )
        state = making(client).run(WORLD)
        assert len(client.calls) == 1
        assert state.present == ()
        assert state.jobs[0].problem == f"not tried: the target does not know {CREATE}"

    def test_a_page_of_html_is_no_job(self) -> None:
        state = making(ScriptedCaller(Answers.page_of_html)).run(WORLD)
        assert state.present == ()
        assert "HTTP 500" in state.jobs[0].problem

    def test_silence_is_given_up(self) -> None:
        client = ScriptedCaller(Answers.silence)
        state = making(client).run(World("many", tuple(job(f"j{n}") for n in range(9))))
        assert len(client.calls) == 3
        assert state.jobs[-1].problem == "not tried: the target left 3 requests in a row unanswered"

    def test_a_target_that_goes_away_is_an_error(self) -> None:
        with pytest.raises(UnreachableError) as caught:
            making(ScriptedCaller(lambda o, m: Answers.silence(o, m, "unreachable"))).run(WORLD)
        assert caught.value.exit_code is ExitCode.TARGET_BROKE

    def test_parents_in_a_circle_are_an_error(self) -> None:
        with pytest.raises(TargetError, match="circle"):
            making(ScriptedCaller(Answers.of)).run(World("circle", (job("a", "b"), job("b", "a"))))


class TestExisting:
    def test_pages_are_followed_up_to_the_bound(self) -> None:
        def endless(operation: str, members: dict[str, Any]) -> Exchange:
            start = int(members.get("NextToken", 0))
            named = [{"HyperParameterTuningJobName": f"j{n}"} for n in range(start, start + 3)]
            return Answers.of(operation, members, HyperParameterTuningJobSummaries=named, NextToken=str(start + 3))

        client = ScriptedCaller(endless)
        state = existing(client, spec(StateSource(Origin.EXISTING, bound=7)))
        assert [job.name for job in state.jobs] == [f"j{n}" for n in range(7)]
        assert not any(job.made or job.known for job in state.jobs)
        assert [members for _, members in client.calls] == [
            {"MaxResults": 7},
            {"MaxResults": 7, "NextToken": "3"},
            {"MaxResults": 7, "NextToken": "6"},
        ]
        assert {operation for operation, _ in client.calls} == {LIST}

    def test_empty_pages_are_passed_but_not_for_ever(self) -> None:
        tokens = iter(range(10**6))

        def empty(operation: str, members: dict[str, Any]) -> Exchange:
            return Answers.of(operation, members, HyperParameterTuningJobSummaries=[], NextToken=str(next(tokens)))

        client = ScriptedCaller(empty)
        assert existing(client, spec(StateSource(Origin.EXISTING))).jobs == ()
        assert len(client.calls) == 100

    def test_a_token_that_repeats_ends_the_walk(self) -> None:
        def repeats(operation: str, members: dict[str, Any]) -> Exchange:
            named = [{"HyperParameterTuningJobName": "a"}, {"unnamed": 1}, "odd"]
            return Answers.of(operation, members, HyperParameterTuningJobSummaries=named, NextToken="t")

        client = ScriptedCaller(repeats)
        state = existing(client, spec(StateSource(Origin.EXISTING)))
        assert [job.name for job in state.jobs] == ["a"]
        assert "twice" in state.notes[0]
        assert len(client.calls) == 2

    @pytest.mark.parametrize("defect", UNREADABLE)
    def test_a_listing_that_can_not_be_read_leaves_the_state_unknown(self, defect: str) -> None:
        answer, words = UNREADABLE[defect]
        state = existing(ScriptedCaller(answer), spec(StateSource(Origin.EXISTING)))
        assert state.jobs == ()
        assert words in state.problem
        assert state.notes == (state.problem,)
        assert len(state.problem) < 500
        assert State.from_json(json.loads(json.dumps(state.to_json()))) == state

    def test_a_listing_that_breaks_off_leaves_the_rest_unknown(self) -> None:
        def breaks(operation: str, members: dict[str, Any]) -> Exchange:
            if "NextToken" in members:
                return exchange(operation, members, 200, BROKEN_TEXT)
            return Answers.of(operation, members, HyperParameterTuningJobSummaries=[{NAME: "a"}], NextToken="t")

        state = existing(ScriptedCaller(breaks), spec(StateSource(Origin.EXISTING)))
        assert [job.name for job in state.jobs] == ["a"]
        assert "not UTF-8" in state.problem
        assert "what was found until then is used" in state.notes[0]

    def test_a_target_without_jobs_says_so(self) -> None:
        client = ScriptedCaller(lambda o, m: Answers.of(o, m, HyperParameterTuningJobSummaries=[]))
        state = existing(client, spec(StateSource(Origin.EXISTING)))
        assert (state.notes, state.problem) == (("the target has no tuning jobs",), "")

    def test_named_jobs_need_no_listing(self) -> None:
        client = ScriptedCaller(Answers.of)
        state = existing(client, spec(StateSource(Origin.EXISTING, names=("b", "a"))))
        assert [job.name for job in state.jobs] == ["b", "a"]
        assert len(client.calls) == 1, "whether the credentials are good"

    @pytest.mark.parametrize("names", [(), ("a",)])
    def test_credentials_that_aws_rejects_are_one_clear_error(self, names: tuple[str, ...]) -> None:
        client = ScriptedCaller(
            lambda o, m: Answers.rejection(o, m, "ExpiredTokenException", "The security token is expired")
        )
        with pytest.raises(CredentialsError, match="ExpiredTokenException") as caught:
            existing(client, spec(StateSource(Origin.EXISTING, names=names), Kind.AWS))
        assert caught.value.exit_code is ExitCode.TARGET_BROKE

    def test_nobody_there_is_an_error(self) -> None:
        client = ScriptedCaller(lambda o, m: Answers.silence(o, m, "unreachable"))
        with pytest.raises(UnreachableError):
            existing(client, spec(StateSource(Origin.EXISTING)))


@pytest.mark.slow
class TestByCommand:
    def adapter(self, path: Path, *arguments: str, timeout_s: float = 20.0) -> TargetSpec:
        return spec(StateSource(Origin.COMMAND, command=(sys.executable, str(path), *arguments), timeout_s=timeout_s))

    def load(self, target: TargetSpec) -> State:
        return load_by_command(target, WORLD, endpoint_url="http://127.0.0.1:9", region="eu-west-1")

    def test_it_gets_the_world_and_the_endpoint_and_no_real_credentials(
        self, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", "https://elsewhere.example")
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        monkeypatch.setenv("AWS_CA_BUNDLE", "ca.pem")
        monkeypatch.setenv("AWS_PROFILE", "production")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        got = tmp_path / "got.json"
        path = program(
            "faithful",
            f"""
            import json
            aws = {{k: v for k, v in os.environ.items() if k.startswith(("AWS_", "CONFORMANCE_E"))}}
            json.dump([json.load(sys.stdin), aws], open({str(got)!r}, "w"))
            """,
        )
        state = self.load(self.adapter(path))
        world, environment = json.loads(got.read_text(encoding="utf-8"))
        assert World.from_json(world) == WORLD
        assert environment == {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_CA_BUNDLE": "ca.pem",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_REGION": "eu-west-1",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CONFORMANCE_ENDPOINT_URL": "http://127.0.0.1:9",
        }
        assert state.origin is Origin.COMMAND
        assert all(job.known is not None and job.listed_known and not job.made for job in state.jobs)

    def test_one_that_fails_is_reported_with_its_last_words(self, program: Program) -> None:
        with pytest.raises(TargetError, match="failed with exit status 3") as caught:
            self.load(self.adapter(program("fails", "sys.exit(print('no such table', file=sys.stderr) or 3)")))
        assert "no such table" in caught.value.problem
        assert caught.value.exit_code is ExitCode.TARGET_BROKE

    def test_one_that_does_not_end_is_ended(self, program: Program, lifelines: Lifelines) -> None:
        path = program("never_ends", "hold = hold_lifeline(sys.argv[1]); signal.pause()")
        with pytest.raises(TargetError, match=r"did not end within 3 s"):
            self.load(self.adapter(path, str(lifelines.port), timeout_s=3))
        lifelines.expect(1)
        assert lifelines.all_ended()

    def test_what_it_leaves_running_is_not_waited_for(self, program: Program, lifelines: Lifelines) -> None:
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
        assert self.load(self.adapter(path, str(lifelines.port))).present
        lifelines.expect(1)

    def test_one_that_is_not_there_is_an_error_of_usage(self) -> None:
        target = spec(StateSource(Origin.COMMAND, command=("./load-world.sh",)))
        with pytest.raises(TargetError, match="no program that can be run") as caught:
            self.load(target)
        assert caught.value.exit_code is ExitCode.USAGE

    def test_one_without_a_first_line_that_names_its_language_is_an_error_of_usage(self, tmp_path: Path) -> None:
        path = tmp_path / "no-shebang"
        path.write_bytes(b"\x00not a program")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        with pytest.raises(TargetError, match="can't be started") as caught:
            self.load(spec(StateSource(Origin.COMMAND, command=(str(path),))))
        assert caught.value.exit_code is ExitCode.USAGE
        assert "#!/bin/sh" in caught.value.hint


def test_a_state_survives_the_way_to_a_worker() -> None:
    shipped = load_world("default")
    state = State(
        Origin.CREATE,
        (
            StateJob(shipped.jobs[0].name, known=shipped.jobs[0], made=True),
            StateJob("refused", created=False, problem="ValidationException"),
        ),
        ("one note",),
    )
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
    assert allowed_operations(spec(StateSource(state), kind), TESTED) == {*TESTED, LIST, *more}
