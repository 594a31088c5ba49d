"""Answers that the AWS CLI printed as YAML: judged as its JSON is, and read no less strictly."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.command import conformance

from conformance.errors import UserError
from conformance.suite.saved import Form, Layout, read
from validate.saving import DESCRIBE, LIST, SORTED, SUBJECT, Saved, answers, failures, judged, write

SAVED = [answers().of(DESCRIBE), answers().of(LIST), answers().of(DESCRIBE, "exactly-ten")]


BROKEN = {"HyperParameterTuningJobStatus": "Done", SUBJECT: 5}


@pytest.mark.parametrize(
    ("saved", "change"), [*((saved, {}) for saved in SAVED), (SAVED[0], BROKEN)], ids=["job", "page", "ten", "broken"]
)
def test_yaml_is_judged_as_the_json_of_the_same_client(saved: Saved, change: dict[str, Any], tmp_path: Path) -> None:
    answer = {**json.loads(saved.cli), **change}
    texts = json.dumps(answer, indent=4), yaml.safe_dump(answer, sort_keys=False, allow_unicode=True)
    in_json, in_yaml = (
        judged(saved.operation, read(str(write(tmp_path, "answer", text)), "an answer")) for text in texts
    )
    assert in_yaml.answer is not None
    assert in_yaml.answer.form is Form.CLI
    assert bool(failures(in_yaml)) is bool(change)
    assert replace(in_yaml, answer=None) == replace(in_json, answer=None)


def test_a_request_may_be_yaml_too(tmp_path: Path) -> None:
    write(tmp_path, "page.json", answers().page)
    write(tmp_path, "asked.yaml", yaml.safe_dump(SORTED))
    assert conformance("validate", LIST, "page.json", "--request", "asked.yaml", cwd=tmp_path).code == 0
    write(tmp_path, "asked.yaml", f"{SUBJECT}: a\nMaxResults: 101\n")
    assert conformance("validate", LIST, "--request", "asked.yaml", cwd=tmp_path).code == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-01T10:00:00+00:00", "2024-05-01T10:00:00+00:00"),
        ("2024-05-01", "2024-05-01"),
        ("Off", "Off"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        ("'5'", "5"),
        ("5", 5),
        ("9223372036854775807", 2**63 - 1),
        ("5.0", 5.0),
        ("1.0e-05", 1e-05),
        ("true", True),
        ("null", None),
        ("", None),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("<<", "<<"),
    ],
)
def test_words_stay_words_and_numbers_keep_their_kind(text: str, value: Any, tmp_path: Path) -> None:
    content = read(str(write(tmp_path, "answer.yaml", f"A: {text}\n")), "an answer")
    assert content.members == {"A": value}
    assert type(content.members["A"]) is type(value)
    assert content.layout is Layout.YAML


@pytest.mark.parametrize(
    "text",
    [
        "A: 1\n",
        "\n\n# said by aws\nA: 1\n",
        "---\nA: 1\n",
        "--- # one\nA: 1\n",
        "\ufeffA: 1\n",
        "A:\n  - 1\n",
        "A: 1\r\n",
    ],
)
def test_the_first_line_tells_yaml(text: str, tmp_path: Path) -> None:
    assert read(str(write(tmp_path, "answer", text)), "an answer").layout is Layout.YAML


@pytest.mark.parametrize(
    ("text", "layout"),
    [('{"A": 1}', Layout.OTHER), ('{\n    "A": 1\n}', Layout.INDENTED), ('\ufeff{\r\n    "A": 1}', Layout.INDENTED)],
)
def test_what_begins_with_a_brace_is_json_whatever_it_is_called(text: str, layout: Layout, tmp_path: Path) -> None:
    assert read(str(write(tmp_path, "answer.yaml", text)), "an answer").layout is layout


def unfolding() -> str:
    """Return nine lines that stand for a billion words to a reader that follows aliases."""
    names = "abcdefghi"
    rows = [f"{name}: &{name} [{', '.join(['*' + below] * 9)}]" for below, name in pairwise(names)]
    return "\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *rows])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (unfolding(), 1, "an anchor or a tag"),
        ("A: 1\nB: *x\n", 2, "an alias"),
        ("A: 1\nB: !!python/object/apply:os.getcwd []\n", 2, "an anchor or a tag"),
        ("A: 1\nB: 2\nA: 3\n", 3, "'A' is written twice"),
        ("A: 1\n---\nB: 2\n", 2, "a second document"),
        ("A: {B: 1\n", 2, "not well-formed YAML"),
        ("A: .nan\n", 1, "no number of JSON"),
        ("A:\n- 1\n- -.Inf\n", 3, '"-Infinity"'),
        ("A: 1e999\n", 1, "larger than any"),
        (f"A: {'9' * 400}\n", 1, "larger than any"),
        ("\n".join("  " * depth + "A:" for depth in range(300)), 201, "deeper than 200 levels"),
        ("A:\n" + "- 1\n" * 600_000, 499_999, "more than 500,000 values"),
        ("A: \x01\n", 1, "not well-formed YAML"),
    ],
    ids=[
        "laughs", "alias", "tag", "twice", "two-documents", "open", "nan", "infinity", "float", "integer", "deep",
        "many", "control",
    ],
)  # fmt: skip
def test_what_json_would_not_have_is_rejected_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    file = write(tmp_path, "answer.yaml", text)
    with pytest.raises(UserError) as received:
        read(str(file), "an answer")
    assert words in str(received.value)
    assert received.value.exit_code == 2
    assert received.value.where == f"{file}:{line}"


def test_the_items_of_a_stream_are_distinguished_from_one_answer(tmp_path: Path) -> None:
    file = write(tmp_path, "answer.yaml", "- A: 1\n- A: 2\n")
    with pytest.raises(UserError, match="an answer is a mapping, and this is a list"):
        read(str(file), "an answer")
