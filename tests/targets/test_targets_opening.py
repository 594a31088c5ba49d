"""A target from start to end, with the clients and the servers that it will meet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import ExitCode
from conformance.reference.server import ReferenceServer
from conformance.targets.configuration import REFERENCE, load_targets, resolve
from conformance.targets.opening import OpenTarget, open_target
from conformance.targets.spec import (
    Capabilities,
    CredentialsError,
    Kind,
    Origin,
    StateSource,
    TargetSpec,
    UnreachableError,
)  # fmt: skip
from conformance.targets.state import Access
from conformance.wire.client import Client, Protocol
from conformance.wire.signing import Credentials
from conformance.worlds.model import World, WorldJob
from targets.doubles import Answers, ScriptedCaller, launching, write_program

DESCRIBE = "DescribeHyperParameterTuningJob"
OPERATIONS = (DESCRIBE, "ListTrainingJobsForHyperParameterTuningJob")
PROTOCOL = Protocol("sagemaker", "SageMaker", "application/x-amz-json-1.1")
LIMITS = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
CONFIG = {"HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": LIMITS}}
WORLD = World(
    "two",
    tuple(
        WorldJob(name, {"HyperParameterTuningJobName": name, **CONFIG}, "Completed", 1.7e9, 1.7e9, ended=1.7e9)
        for name in ("one", "two")
    ),
)


def real_client(access: Access) -> Client:
    return Client(
        access.endpoint_url,
        PROTOCOL,
        access.credentials or Credentials("", ""),
        region=access.region,
        limits=access.spec.limits,
        allowed=access.allowed,
        requests_per_second=access.spec.pace,
    )


@contextmanager
def no_reference(_world: World, _credentials: Credentials | None) -> Iterator[str]:
    pytest.fail("this target is not the reference server")
    yield ""


@contextmanager
def reference(world: World, credentials: Credentials | None) -> Iterator[str]:
    keys = {credentials.access_key: credentials.secret_key} if credentials else None
    with ReferenceServer(world, credentials=keys) as server:
        yield server.endpoint_url


class Opening:
    """Opens targets with a log in the folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.log_path = folder / "launch.log"

    def __call__(self, spec: TargetSpec, stack: ExitStack, **instead: object) -> OpenTarget:
        parts = {"caller_factory": real_client, "start_reference": no_reference, **instead}
        opened = open_target(spec, world=WORLD, operations=OPERATIONS, log_path=self.log_path, **parts)  # type: ignore[arg-type]
        return stack.enter_context(opened)


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    return Opening(tmp_path)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_the_reference_holds_the_world_and_verifies_signatures(opening: Opening, stack: ExitStack) -> None:
    target = opening(REFERENCE, stack, start_reference=reference)
    assert [job.name for job in target.state.jobs if job.listed_known] == ["one", "two"]
    assert real_client(target.access).call(DESCRIBE, {"HyperParameterTuningJobName": "one"}).ok
    stranger = replace(target.access, credentials=Credentials("test", "another secret"))
    assert real_client(stranger).call(DESCRIBE, {"HyperParameterTuningJobName": "one"}).status in {400, 403}
    assert (target.pid, target.region) == (None, "us-east-1")
    target.check_alive()


def test_the_reference_verifies_nothing_where_its_entry_says_so(opening: Opening, stack: ExitStack) -> None:
    given: list[Credentials | None] = []

    @contextmanager
    def remembering(_world: World, credentials: Credentials | None) -> Iterator[str]:
        given.append(credentials)
        yield "http://127.0.0.1:1"

    opening(replace(REFERENCE, capabilities=Capabilities(auth=False)), stack, start_reference=remembering)
    assert given == [None]


@pytest.fixture
def account(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> TargetSpec:
    """Return AWS, played by a server that knows one pair of keys, which are those of the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    url = stack.enter_context(reference(WORLD, Credentials("AKIAEXAMPLE", "secret")))
    return TargetSpec("aws", Kind.AWS, StateSource(Origin.EXISTING), url, region="us-east-1", credentials=None)


def test_aws_is_read_with_credentials_of_the_chain_and_cannot_be_written(
    opening: Opening, stack: ExitStack, account: TargetSpec
) -> None:
    target = opening(account, stack)
    assert sorted(job.name for job in target.state.jobs) == ["one", "two"]
    assert not any(job.made or job.known for job in target.state.jobs)
    for operation in ("Create", "Stop", "Delete"):
        rejected = real_client(target.access).call(f"{operation}HyperParameterTuningJob", {})
        assert rejected.fault is not None
        assert rejected.fault.kind == "refused-by-client"
        assert rejected.response is None


def test_credentials_that_the_endpoint_rejects_are_one_clear_error(
    opening: Opening, stack: ExitStack, account: TargetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a wrong one")
    with pytest.raises(CredentialsError, match="AWS rejects the credentials") as caught:
        opening(account, stack)
    assert "a wrong one" not in str(caught.value)


def test_what_was_made_at_a_server_of_somebody_else_is_removed(opening: Opening, stack: ExitStack) -> None:
    url = stack.enter_context(reference(World("empty"), None))
    spec = replace(resolve(url, {}), state=StateSource(Origin.CREATE))
    client = ScriptedCaller(Answers.of)
    with ExitStack() as inner:
        opening(spec, inner, caller_factory=lambda _: client)
        assert client.names("CreateHyperParameterTuningJob") == ["one", "two"]
        assert not client.closed
    assert client.names("DeleteHyperParameterTuningJob") == ["two", "one"]
    assert client.closed


@pytest.mark.slow
def test_what_was_made_at_a_launched_server_goes_away_with_it(
    opening: Opening, stack: ExitStack, tmp_path: Path
) -> None:
    spec = launching(write_program(tmp_path, "original", "serve(sys.argv[1])"))
    client = ScriptedCaller(Answers.of)
    with ExitStack() as inner:
        target = opening(spec, inner, caller_factory=lambda _: client)
        assert target.pid
    assert client.names("DeleteHyperParameterTuningJob") == []
    with pytest.raises(ProcessLookupError):
        os.kill(target.pid, 0)
    stack.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1", r"nothing listens at 127\.0\.0\.1:1 \(connection refused\)"),
        ("http://nobody.invalid:80", r"the host name nobody\.invalid can't be resolved"),
    ],
)
def test_no_server_at_a_url_is_reported_in_clear_words(
    opening: Opening, stack: ExitStack, url: str, words: str
) -> None:
    with pytest.raises(UnreachableError, match=words) as caught:
        opening(resolve(url, {}), stack)
    assert caught.value.exit_code is ExitCode.TARGET_BROKE
    assert caught.value.where == url


@pytest.mark.slow
def test_moto_is_launched_and_filled_and_gives_back_what_was_created(opening: Opening, stack: ExitStack) -> None:
    pytest.importorskip("moto")
    target = opening(load_targets(Path(__file__).parents[2] / "targets.yaml")["moto"], stack)
    assert [(job.name, job.made, job.problem) for job in target.state.jobs] == [("one", True, ""), ("two", True, "")]
    in_worker = OpenTarget.in_worker(target.spec, json.loads(json.dumps(target.to_worker())))
    answer = real_client(in_worker.access).call(DESCRIBE, {"HyperParameterTuningJobName": "two"}).answer
    assert answer is not None
    assert answer["HyperParameterTuningJobConfig"] == CONFIG["HyperParameterTuningJobConfig"]
    read_only = opening(resolve(target.endpoint_url, {}), stack)
    assert [job.name for job in read_only.state.jobs] == ["one", "two"]
