"""The record of a run: written a line at a time, read back whole, torn or broken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli.command import python
from sample_records import BROKE, EVERY_KIND, FAILED, FOOTER, HEADER, HOSTILE_ONE, PASSED, SKIPPED, record

from conformance.errors import ExitCode
from conformance.forms import to_json
from conformance.output import InUseError
from conformance.report.record import RecordError, RecordWriter, read_record
from conformance.report.result import BODY_LIMIT, body_text
from conformance.report.run import Record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moto" / "run.jsonl"


def write(path: Path, record: Record) -> None:
    with RecordWriter(path) as writer:
        writer.whole(record)


def lines_of(record: Record) -> list[dict[str, Any]]:
    assert record.footer
    return [
        {"type": "header", "schema": 1, **to_json(record.header)},
        *({"type": "result", **to_json(result)} for result in record.results),
        {"type": "footer", **to_json(record.footer)},
    ]


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_a_record_reads_back_as_it_was_written(path: Path) -> None:
    write(path, EVERY_KIND)
    assert read_record(path) == EVERY_KIND
    assert read_record(path).complete


def test_results_come_back_in_the_order_of_reports(path: Path) -> None:
    write(path, Record(HEADER, (PASSED, FAILED, BROKE, HOSTILE_ONE), FOOTER))
    assert read_record(path).results == (HOSTILE_ONE, BROKE, FAILED, PASSED)


def test_every_line_is_on_disk_before_the_next_is_written(path: Path) -> None:
    writer = RecordWriter(path)
    writer.header(HEADER)
    assert path.read_bytes().count(b"\n") == 1
    writer.result(PASSED)
    assert path.read_bytes().count(b"\n") == 2
    writer.close()
    writer.close()


@pytest.mark.slow
def test_a_run_that_dies_keeps_what_it_had(path: Path) -> None:
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from sample_records import FAILED, HEADER, PASSED
from conformance.report.record import RecordWriter
writer = RecordWriter(Path({str(path)!r}))
writer.header(HEADER)
writer.result(PASSED)
writer.result(FAILED)
os._exit(9)
"""
    assert python(program, cwd=Path(__file__).parents[2]).code == 9
    kept = read_record(path)
    assert kept.results == (FAILED, PASSED)
    assert not kept.complete


def test_two_writers_do_not_write_over_each_other(path: Path) -> None:
    with RecordWriter(path) as first:
        first.header(HEADER)
        with pytest.raises(InUseError):
            RecordWriter(path)
        first.result(FAILED)
    assert read_record(path).results == (FAILED,)


def test_a_new_run_replaces_the_record_of_the_one_before(path: Path) -> None:
    write(path, EVERY_KIND)
    write(path, record(PASSED))
    assert read_record(path) == record(PASSED)


@pytest.mark.parametrize("kept", range(1, 40, 7))
def test_a_torn_last_line_is_left_out(path: Path, kept: int) -> None:
    write(path, record(PASSED, FAILED))
    *whole, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole) + last[:kept])
    torn = read_record(path)
    assert torn.results == (FAILED, PASSED)
    assert torn.footer is None
    assert not torn.complete


def test_a_last_line_of_zero_bytes_is_left_out_and_one_that_lacks_only_its_newline_is_read(path: Path) -> None:
    write(path, record(PASSED))
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0" * 512 + b"\n")
    assert read_record(path) == record(PASSED)
    path.write_bytes(whole.removesuffix(b"\n"))
    assert read_record(path) == record(PASSED)


def test_a_footer_that_says_incomplete_counts(path: Path) -> None:
    write(path, record(PASSED, footer=replace(FOOTER, complete=False, stopped="the target went away")))
    assert not read_record(path).complete
    assert read_record(path).stopped == "the target went away"


def changed(line: int, **members: object) -> list[dict[str, Any]]:
    lines = lines_of(record(PASSED, SKIPPED))
    lines[line - 1] = {**lines[line - 1], **members}
    return lines


WHOLE = lines_of(record(PASSED, SKIPPED))

BROKEN: dict[str, tuple[list[dict[str, Any]], int, str]] = {
    "no header": (WHOLE[1:], 1, "the first line must be a header, not 'result'"),
    "another schema": (changed(1, schema=2), 1, "the record has schema 2"),
    "schema of another type": (changed(1, schema="1"), 1, "schema must be an integer, not a string"),
    "no type": ([{"schema": 1}], 1, "type is missing"),
    "a type that is not known": (changed(2, type="verdict"), 2, "type must be header, result or footer, not 'verdict'"),
    "a second header": ([*WHOLE[:2], WHOLE[0]], 3, "there is a second header"),
    "a result after the footer": ([*WHOLE, WHOLE[1]], 5, "a line of type 'result' follows the footer"),
    "a check judged twice": ([*WHOLE[:2], WHOLE[1]], 3, "was already judged in line 2"),
    "an outcome that is not known": (changed(2, outcome="xfail"), 2, "outcome: invalid enum value 'xfail'"),
    "a level that is not known": (
        changed(2, level="may"),
        2,
        "level: invalid enum value 'may'; it is one of: must, should",
    ),
    "a member missing": ([WHOLE[0], {"type": "result", "id": "A/b/c"}], 2, "operation is missing"),
    "a list that is none": (changed(2, because="cli:3"), 2, "because must be a list, not a string"),
    "a list of another type": (changed(2, notes=[3]), 2, "notes[0] must be a string, not an integer"),
    "a flag that is none": (changed(2, known=0), 2, "known must be true or false, not an integer"),
    "a deep member": (changed(2, because=[{"source": "cli", "line": -3}]), 2, "because[0].line must be an integer"),
    "a time that is none": (changed(4, duration_s=True), 4, "duration_s must be a number, not true or false"),
    "a time that is no number": (changed(4, duration_s=float("nan")), 4, "duration_s must be a number >= 0"),
    "a time without end": (changed(2, duration_s=float("inf")), 2, "duration_s must be a number <= 1000000000"),
    "a time before its start": (changed(2, duration_s=-1), 2, "duration_s must be a number >= 0"),
    "a time beyond all floats": (changed(2, duration_s=10**400), 2, "duration_s: number out of range"),
    "a null object": (changed(1, target=None), 1, "target must be an object, not null"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_is_reported_with_its_line(path: Path, name: str) -> None:
    lines, number, problem = BROKEN[name]
    write_lines(path, lines)
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert problem in caught.value.problem
    assert caught.value.where == f"{path}:{number}"
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"<html>", b"[1]\n", b"\xff\xfe\n", b'{"type":"hea', b"[" * 100_000 + b"\n"]
)
def test_a_file_that_is_no_record_is_reported(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RecordError, match="not a record") as caught:
        read_record(path)
    assert caught.value.where == f"{path}:1"


def test_a_broken_line_in_the_middle_is_no_torn_line(path: Path) -> None:
    write(path, record(PASSED, FAILED))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:40] + b"\n", *lines[2:]]))
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert caught.value.where == f"{path}:2"


def test_a_file_that_is_not_there_is_reported(path: Path) -> None:
    with pytest.raises(RecordError, match="No such file") as caught:
        read_record(path)
    assert caught.value.where == str(path)


def test_a_record_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="can't be written"):
        RecordWriter(tmp_path / "file" / "run.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_reported() -> None:
    with pytest.raises(RecordError, match="No space left") as caught, RecordWriter(Path("/dev/full")) as writer:
        writer.header(HEADER)
    assert caught.value.where == "/dev/full"


def test_a_body_is_kept_as_text_and_cut() -> None:
    assert body_text(b'{"a":"\xc3\xa4"}') == '{"a":"ä"}'
    assert body_text(b"\xff\x00") == "\\xff\x00"
    assert body_text(b"x" * BODY_LIMIT) == "x" * BODY_LIMIT
    assert body_text(b"x" * (BODY_LIMIT + 5)) == "x" * BODY_LIMIT + "… (5 more characters)"
