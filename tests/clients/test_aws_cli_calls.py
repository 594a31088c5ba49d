"""Calls of the program: its environment, its time, what becomes of its children, and the relay behind it."""

from __future__ import annotations

import json
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from clients.at_hand import LIST, aws_cli_at, contract, sender
from clients.fake_aws import ORIGINAL, VERSION, lives, pids, program, send
from conformance.checks.check import Unfit
from conformance.clients.awscli import (
    AwsCli,
    AwsCliError,
    AwsCliSettings,
    Relay,
    environment,
    find,
    line_of,
    version_of,
)
from conformance.clients.cli_commands import command_of, options
from conformance.clients.laws import Command
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse
from conformance.wire.request import Request

ANY = Command(("sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job"))
BODY = b'{"HyperParameterTuningJobName": "a"}'


Calls = Callable[..., AwsCli]


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    """Return the AWS CLI with a defect; it is closed in the end."""
    with ExitStack() as stack:

        def make(defect: str, *, time_s: float = 60.0, **env: str) -> AwsCli:
            cli = aws_cli_at(program(tmp_path, defect, **env), sender().send, time_s=time_s)
            stack.callback(cli.close)
            return cli

        yield make


@pytest.mark.slow
def test_a_command_that_does_not_end_is_ended_with_its_children(calls: Calls, tmp_path: Path) -> None:
    run = calls("never_ends", FAKE_AWS_PIDS=str(tmp_path / "pids"), time_s=4).run(ANY)
    assert run.fault is not None
    assert run.fault.kind == "stuck"
    assert "4 s" in run.fault.detail
    assert [pid for pid in pids(tmp_path / "pids") if lives(pid)] == []


@pytest.mark.slow
def test_closing_ends_what_still_runs(calls: Calls, tmp_path: Path) -> None:
    written = tmp_path / "pids"
    cli = calls("never_ends", FAKE_AWS_PIDS=str(written))
    cli.ahead([ANY])
    started = threading.Event()
    for _ in range(2000):
        if written.exists() and len(written.read_text(encoding="utf-8").split()) == 2:
            break
        started.wait(0.01)
    cli.close()
    assert [pid for pid in pids(written) if lives(pid)] == []


@pytest.mark.slow
def test_output_that_is_no_text_is_kept_as_it_can_be(calls: Calls) -> None:
    run = calls("prints_garbage").run(ANY)
    assert (run.status, run.printed) == (0, None)
    assert "{" in run.out


def test_it_is_given_nothing_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = {"AWS_PROFILE": "mine", "AWS_SECRET_ACCESS_KEY": "canary", "HTTPS_PROXY": "http://p", "PYTHONPATH": "/x"}
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    given = dict(environment(tmp_path, region="eu-west-1"))
    assert "canary" not in json.dumps(given)
    assert {"AWS_PROFILE", "HTTPS_PROXY", "PYTHONPATH"} & set(given) == set()
    assert given["AWS_PAGER"] == ""
    assert given["HOME"] == str(tmp_path)
    assert not Path(given["AWS_CONFIG_FILE"]).exists()


@pytest.mark.slow
def test_the_line_that_does_the_same_is_pasted_into_a_shell(tmp_path: Path) -> None:
    command = Command((*ANY.words, "--cli-input-json", "file://input.json"), (("input.json", '{"a": "it\'s"}'),))
    settings = AwsCliSettings(tmp_path / "aws", "http://127.0.0.1:4566", "eu-west-1", frozenset())
    line = line_of(settings, command)
    echo = f"aws() {{ env | grep ^AWS_; cat input.json; printf '%s ' \"$@\"; }}; {line}"
    received = subprocess.run(
        ["/bin/sh", "-c", echo], cwd=tmp_path, capture_output=True, text=True, check=True, env={}
    ).stdout
    assert "AWS_SECRET_ACCESS_KEY=test" in received
    assert '{"a": "it\'s"}' in received
    assert received.rstrip().endswith("--region eu-west-1 --endpoint-url http://127.0.0.1:4566")
    signed = line_of(replace(settings, endpoint_url="", signed=True), ANY)
    assert signed == f"aws {' '.join(ANY.words)} --region eu-west-1"


@pytest.mark.slow
def test_what_was_begun_ahead_is_run_once_and_again_when_asked_again(calls: Calls) -> None:
    cli = calls(ORIGINAL)
    command = Command((*ANY.words, "--hyper-parameter-tuning-job-name", "nobody"))
    cli.ahead([command, command])
    first, second = cli.run(command), cli.run(command)
    assert first is not second
    assert [item.error_code for item in (*first.exchanges, *second.exchanges)] == ["ResourceNotFound"] * 2


@pytest.mark.slow
def test_the_version_is_read_and_another_program_is_an_error(tmp_path: Path) -> None:
    assert version_of(program(tmp_path, ORIGINAL), tmp_path) == VERSION.split()[0].removeprefix("aws-cli/")
    for name, text, words in (("other", "#!/bin/sh\necho something else\n", "something else"), ("none", "none", "run")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
        with pytest.raises(AwsCliError, match=words):
            version_of(tmp_path / name, tmp_path)


def test_it_is_found_beside_the_interpreter_or_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = program(tmp_path, ORIGINAL)
    monkeypatch.setattr("sys.executable", str(tmp_path / "empty" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find("auto") == made
    assert find("off") is None
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(AwsCliError, match="not installed"):
        find("auto")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert find("auto") == made


# -- text of the target


@pytest.mark.parametrize(
    "value", ["file:///etc/hostname", "fileb://x", "http://a/", "HTTPS://x", "-x", "--debug", "a\nb", "", "a\x00b", "Ω"]
)
def test_a_value_that_the_program_would_interpret_is_not_passed_to_it(value: str) -> None:
    with pytest.raises(Unfit):
        options({"HyperParameterTuningJobName": value})


def test_names_and_tokens_are_passed_as_they_are() -> None:
    words = options({"NextToken": "/+AAECAw==", "MaxResults": 3})
    assert words == ("--next-token", "/+AAECAw==", "--max-results", "3")


def test_what_is_too_long_for_a_command_line_is_not_run() -> None:
    with pytest.raises(Unfit):
        command_of(contract(), contract().operations[LIST], "--cli-input-json", "a" * 200_000)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["file://", "fileb://"])
def test_no_word_of_a_command_leads_the_program_to_a_file_of_the_users(calls: Calls, scheme: str) -> None:
    run = calls(ORIGINAL).run(Command((*ANY.words, "--hyper-parameter-tuning-job-name", f"{scheme}{__file__}")))
    assert run.fault is not None
    assert run.fault.kind == "refused-by-client"
    assert run.exchanges == ()


@pytest.mark.slow
def test_the_real_program_sends_an_address_inside_json_as_it_is(aws_cli: Path) -> None:
    members = {"HyperParameterTuningJobName": f"file://{__file__}"}
    with closing(aws_cli_at(aws_cli, sender().send)) as cli:
        run = cli.run(Command((*ANY.words, "--cli-input-json", json.dumps(members))))
    assert [exchange.input for exchange in run.exchanges] == [members]


# -- the relay


@pytest.fixture
def sent() -> list[Request]:
    return []


@pytest.fixture
def relay(sent: list[Request]) -> Iterator[Relay]:
    def answer(request: Request) -> Exchange:
        sent.append(request)
        response = HttpResponse(200, (("Content-Type", "application/x-amz-json-1.1"),), b"{}", 0.0)
        return Exchange(request.operation, HttpRequest("POST", "http://target/", (), request.body), response)

    made = Relay(answer, [LIST])
    yield made
    made.close()


def test_requests_are_kept_by_the_command_that_sent_them(relay: Relay, sent: list[Request]) -> None:
    item, other = relay.open("1"), relay.open("2")
    assert send(item, LIST, BODY) == (200, b"{}")
    assert send(other, LIST, b"{}")[0] == 200
    assert [exchange.input for exchange in relay.end("1")] == [{"HyperParameterTuningJobName": "a"}]
    assert [exchange.input for exchange in relay.end("2")] == [{}]
    assert [request.body for request in sent] == [BODY, b"{}"]


def test_other_operations_and_commands_that_have_ended_are_rejected(relay: Relay, sent: list[Request]) -> None:
    endpoint = relay.open("1")
    assert send(endpoint, "DeleteHyperParameterTuningJob", BODY)[0] == 403
    (rejected,) = relay.end("1")
    assert rejected.fault is not None
    assert rejected.fault.kind == "refused-by-client"
    assert send(endpoint, LIST, BODY)[0] == 403
    assert sent == []


def test_a_stranger_can_not_guess_the_path_of_a_command(relay: Relay, sent: list[Request]) -> None:
    item, other = relay.open("1"), relay.open("2")
    root = item.rpartition("/")[0]
    assert len(item.rpartition("/")[2]) >= 20
    assert item.rpartition("/")[2] != other.rpartition("/")[2]
    for path in ("1", "2", "", "None"):
        assert send(f"{root}/{path}", LIST, BODY)[0] == 403
    assert sent == []
    assert relay.end("1") == relay.end("2") == ()


def test_one_command_sends_so_much_and_no_more(relay: Relay, sent: list[Request]) -> None:
    endpoint = relay.open("1")
    statuses = [send(endpoint, LIST, BODY)[0] for _ in range(62)]
    assert statuses == [200] * 60 + [403] * 2
    assert len(sent) == 60


def test_a_method_without_a_body_is_passed_on_as_it_is(relay: Relay, sent: list[Request]) -> None:
    endpoint = relay.open("1")
    request = urllib.request.Request(endpoint, headers={"X-Amz-Target": f"SageMaker.{LIST}"})  # noqa: S310 - our own relay
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
        assert response.status == 200
    assert (sent[0].method, sent[0].body) == ("GET", b"")
