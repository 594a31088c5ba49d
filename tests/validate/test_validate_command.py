"""`conformance validate` as a user runs it: words, exit codes, JSON, and what can't be read."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.command import Ended, command, conformance, environment
from syrupy.assertion import SnapshotAssertion

from conformance.errors import UserError
from conformance.suite.saved import read
from validate.saving import DESCRIBE, LIST, SORTED, SUBJECT, answers, write


def validate(*arguments: str | Path, cwd: Path) -> Ended:
    return conformance("validate", *arguments, cwd=cwd)


def masked(text: str) -> str:
    """Put the same in place of what another contract or another check changes."""
    text = re.sub(r"(contract +)[0-9a-f]{12}", r"\1DIGEST", text)
    return re.sub(r"[\d,]+(?= (?:checks of a run in all|facts?$))", "N", text, flags=re.MULTILINE)


def shown(code: int, *arguments: str, cwd: Path) -> str:
    """Return what the command prints, which ends with this exit code."""
    ended = validate(*arguments, cwd=cwd)
    assert (ended.code, ended.err) == (code, "")
    return masked(ended.out)


def test_a_clean_answer_of_the_aws_cli(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    write(tmp_path, "answer.json", answers().of(DESCRIBE).cli)
    assert shown(0, "describe-hyper-parameter-tuning-job", "answer.json", cwd=tmp_path) == snapshot


def test_a_broken_answer(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    broken = {"HyperParameterTuningJobStatus": "Done", "CreationTime": "2024-05-01T10:00:00Z", "Colour": "red"}
    write(tmp_path, "answer.json", json.dumps(json.loads(answers().of(DESCRIBE).wire) | broken))
    assert shown(1, "describe_hyper_parameter_tuning_job", "answer.json", cwd=tmp_path) == snapshot


def test_a_page_beside_its_request(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    page = json.loads(answers().page)
    page["TrainingJobSummaries"].reverse()
    write(tmp_path, "page.json", json.dumps(page))
    write(tmp_path, "asked.json", json.dumps(SORTED))
    assert shown(1, LIST, "page.json", "--request", "asked.json", cwd=tmp_path) == snapshot


def test_a_request_alone(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    write(tmp_path, "asked.json", json.dumps({SUBJECT: "-a", "MaxResults": 101, "Foo": 1}))
    assert shown(1, LIST, "--request", "asked.json", cwd=tmp_path) == snapshot


@pytest.mark.slow
def test_an_error_from_standard_input(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    done = subprocess.run(
        command("validate", DESCRIBE, "-"),
        input=answers().unknown_name.encode(), cwd=tmp_path, env=environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert masked(done.stdout.decode()) == snapshot


def test_nothing_to_judge(tmp_path: Path) -> None:
    write(tmp_path, "answer.json", '{"Foo": 1}')
    assert shown(4, DESCRIBE, "answer.json", cwd=tmp_path).startswith("Nothing was checked")


def test_json_keeps_its_schema(tmp_path: Path) -> None:
    write(tmp_path, "page.json", answers().page)
    write(tmp_path, "asked.json", json.dumps(SORTED))
    schema = json.loads(validate("--schema", cwd=tmp_path).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    request = ("--request", "asked.json")
    for arguments in (("page.json",), ("page.json", *request), request):
        ended = validate(LIST, *arguments, "--json", cwd=tmp_path)
        found: dict[str, Any] = json.loads(ended.out)
        jsonschema.validate(found, schema)
        assert ended.code == found["exit_code"] == 0
        assert found["summary"]["passed"] == sum(row["outcome"] == "passed" for row in found["results"])


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"not json", ":1:1", "it is not JSON"),
        (b'{"a": 1,\n  "b": 2,}', ":2:10", "it is not JSON"),
        (b"{'a': 1}", ":1:2", "json.dumps(answer, default=str)"),
        (b'{"a": 1,\n "b": NaN}', ":2:7", "the literal NaN"),
        (b'{"a": {"x": 1},\n "b": {"x": 1,\n  "x": 2}}', ":3:3", "'x' is there twice"),
        (b'{"a": ' * 10_000 + b"1" + b"}" * 10_000, ":1:1201", "deeper than"),
        (b'{"a": ' * 300 + b"1" + b"}" * 300, ":1:1201", "deeper than 200 levels"),
        (b"\xff\xfe{}", ":1:1", "not UTF-8"),
        (b"", "", "there is nothing in it"),
        (b"[]", ":1:1", "this is a list"),
        (b"null", ":1:1", "this is null"),
        (b'"text"', ":1:1", "this is a string"),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_place(content: bytes, place: str, words: str, tmp_path: Path) -> None:
    file = write(tmp_path, "answer.json", content)
    with pytest.raises(UserError) as received:
        read(str(file), "an answer")
    assert received.value.exit_code == 2
    assert received.value.where == f"{file}{place}"
    assert words in str(received.value)


def test_what_cannot_be_read_ends_the_command(tmp_path: Path) -> None:
    write(tmp_path, "answer.json", b'{"a": 1,\n "b": NaN}')
    ended = validate(DESCRIBE, "answer.json", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "where: answer.json:2:7\n" in ended.told_without_traceback()


def test_a_file_of_200_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "answer.json").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    ended = validate(DESCRIBE, "answer.json", cwd=tmp_path)
    assert ended.code == 2
    assert "larger than" in ended.told_without_traceback()


def test_the_checks_of_saved_answers_alone_can_be_looked_up_too(tmp_path: Path) -> None:
    ended = conformance("explain", f"{LIST}/request/answered/let-through", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "a valid request is accepted" in ended.out
    assert "conformance validate" in ended.out


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    write(tmp_path, "answer.json", "{}")
    for arguments, words in (
        (("DescribHyperParametrTuningJob", "answer.json"), f"did you mean {DESCRIBE}?"),
        (("xyz", "answer.json"), "choose one of"),
        ((DESCRIBE,), "there is nothing to judge"),
        ((), "there is nothing to judge"),
        ((DESCRIBE, "nowhere.json"), "No such file"),
        ((DESCRIBE, "-", "--request", "-"), "standard input holds one thing"),
        ((DESCRIBE, "answer.json", "--form", "yaml"), "--form"),
    ):
        ended = validate(*arguments, cwd=tmp_path)
        assert ended.code == 2
        assert words in ended.told_without_traceback()
