"""A file of known failures: what it may say, and each mistake in it, reported with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.errors import ExitCode
from conformance.inputs import load_file
from conformance.report.result import Outcome
from conformance.suite.known_failures import DAY, Entry, KnownFailuresError, read_known_failures, schema, today

WHOLE = """\
# what this server breaks
known_failures:
  - check: Get/request/Name/too-long
    reason: the length is not looked at yet
    issue: https://example.org/7
    expires: 2027-03-31
    outcome: error
    kind: timeout
  - {check: "List/*/Tags[]/type", reason: 'all of them: strings'}
"""


def read(folder: Path, text: str, **how: bool) -> tuple[Entry, ...]:
    path = folder / "known.yaml"
    path.write_text(text, encoding="utf-8")
    return read_known_failures(path, **how).entries


def test_entries_are_read_with_everything_that_they_say(tmp_path: Path) -> None:
    first, second = read(tmp_path, WHOLE)
    assert first == Entry(
        "Get/request/Name/too-long",
        "the length is not looked at yet",
        f"{tmp_path}/known.yaml:3",
        "https://example.org/7",
        date(2027, 3, 31),
        Outcome.ERROR,
        "timeout",
    )
    assert (second.check, second.outcome, second.kind) == ("List/*/Tags[]/type", Outcome.FAILED, "")


def test_an_empty_list_declares_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "known_failures: []\n") == ()


ENTRY = "known_failures:\n  - check: a/b/c\n    reason: because\n"
WRONG = [
    ("a list", "- check: a\n", "the file is a list", 1, "start it with `known_failures:`"),
    ("another key", "known_failure: []\n", "the file has no key 'known_failure'", 1, "did you mean 'known_failures'?"),
    ("no list", "known_failures: yes\n", "`known_failures` must be a list, not text", 1, "write it as"),
    ("no mapping", "known_failures:\n  - a/b/c\n", "entry 1 of `known_failures` must be a mapping, not text", 2,
     "write `key: value`"),
    ("no check", "known_failures:\n  - reason: because\n", "entry 1 of `known_failures` lacks the key 'check'", 2,
     "add `check:`"),
    ("an empty check", ENTRY.replace("a/b/c", "''"), "`check` must not be empty", 2, "fix the value"),
    ("a number", ENTRY.replace("a/b/c", "12"), "`check` must be text, not a whole number", 2, "write it in quotes"),
    ("a misspelt key", ENTRY + "    expire: 2027-03-31\n", "entry 1 of `known_failures` has no key 'expire'", 4,
     "did you mean 'expires'?"),
    ("an outcome", ENTRY + "    outcome: passed\n", "`outcome` can't be 'passed'", 4, "choose one of: failed, error"),
    ("no date", ENTRY + "    expires: next year\n", "`expires` is no date: 'next year'", 4, "write it like 2027-03-31"),
    ("no day", ENTRY + "    expires: 2027-02-30\n", "`expires` is no date: '2027-02-30'", 4, "the calendar has no"),
    ("twice", ENTRY + "  - check: a/b/c/\n    reason: too\n    kind: x\n", "'a/b/c/' is there twice", 4,
     "keep one of them; the first is at"),
    ("one key twice", ENTRY + "    reason: too\n", "the key 'reason' is written twice", 4, "keep one of them"),
    ("broken YAML", "known_failures: [\n", "the file is not well-formed YAML", 2, "fix the syntax"),
    ("several", ENTRY + "    kinds: x\n    outcomes: y\n",
     "entry 1 of `known_failures` has no key 'kinds' (and 1 more in this file)", 4, "did you mean 'kind'?"),
]  # fmt: skip
OF_ITS_FORM = {"twice", "one key twice", "broken YAML", "no day"}
"""Mistakes that the schema does not know of."""


@pytest.mark.parametrize(("_", "text", "problem", "line", "hint"), WRONG, ids=[row[0] for row in WRONG])
def test_a_mistake_is_reported_with_its_line(
    _: str, text: str, problem: str, line: int, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(KnownFailuresError) as caught:
        read(tmp_path, text)
    error = caught.value
    assert error.problem.startswith(problem)
    assert error.where == f"{tmp_path}/known.yaml:{line}"
    assert error.hint.startswith(hint)
    assert error.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("unwritten", ["TODO", "'todo: look at it'", "''", "", "'  '", "null", "Todo"])
def test_a_reason_that_waits_is_rejected(unwritten: str, tmp_path: Path) -> None:
    with pytest.raises(KnownFailuresError, match="an entry has no reason yet") as caught:
        read(tmp_path, ENTRY.replace("because", unwritten))
    assert caught.value.where == f"{tmp_path}/known.yaml:3  a/b/c"
    (taken,) = read(tmp_path, ENTRY.replace("because", unwritten), reasons_due=False)
    assert taken.check == "a/b/c"


def test_every_reason_that_waits_is_named(tmp_path: Path) -> None:
    rows = ("d/e/f\n    reason: TODO", "g/h/i", "j/k/l\n    reason: todos are lost")
    text = ENTRY + "".join(f"  - check: {row}\n" for row in rows)
    with pytest.raises(KnownFailuresError, match="2 entries have no reason yet") as caught:
        read(tmp_path, text)
    name = tmp_path / "known.yaml"
    assert caught.value.where.split("\n         ") == [f"{name}:5  d/e/f", f"{name}:6  g/h/i"]


def test_a_file_that_is_not_there_is_reported_with_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(KnownFailuresError, match="there is no file") as caught:
        read_known_failures(tmp_path / "known.yaml")
    assert "--write-known-failures" in caught.value.hint


def test_the_schema_is_one_and_takes_what_is_read(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())

    def takes(text: str) -> bool:
        (tmp_path / "known.yaml").write_text(text, encoding="utf-8")
        document: Any = load_file(tmp_path / "known.yaml", "known.yaml", KnownFailuresError)[0]
        return not list(validator.iter_errors(document))

    assert takes(WHOLE)
    assert [name for name, text, *_ in WRONG if name not in OF_ITS_FORM and takes(text)] == []


def test_the_day_can_be_named() -> None:
    assert today({DAY: "2027-04-01"}) == date(2027, 4, 1)
    before = datetime.now(UTC).date()
    assert before <= today({DAY: ""}) <= datetime.now(UTC).date()
    with pytest.raises(KnownFailuresError, match="CONFORMANCE_TODAY is no date: 'tomorrow'"):
        today({DAY: "tomorrow"})
