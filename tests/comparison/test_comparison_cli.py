"""`conformance diff` and `conformance compare` as processes: exit codes, forms, and words for mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from cli.command import Ended, conformance

from comparison.small_runs import NEW, OLD, run, write_record, write_report
from conformance.errors import ExitCode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two runs in it."""
    write_record(OLD, tmp_path / "old" / "run.jsonl")
    write_report(NEW, tmp_path / "new" / "report.json")
    return tmp_path


def diff(folder: Path, *arguments: str) -> Ended:
    return conformance("diff", *arguments, cwd=folder)


def test_something_broke(folder: Path) -> None:
    ended = diff(folder, "old", "new/report.json")
    assert ended.code == ExitCode.DOES_NOT_CONFORM
    assert ended.told_without_traceback() == ""
    assert ended.out.startswith("Worse: 2 checks broke, 1 no longer judged, 1 gone")
    assert "Read/request/Name/left-out\n      passed, now failed: it was accepted" in ended.out


def test_nothing_broke(folder: Path) -> None:
    ended = diff(folder, "old", "old/run.jsonl")
    assert ended.code == ExitCode.CONFORMS
    assert ended.out.startswith("No difference: 11 checks, all as before")


def test_strict_counts_what_is_only_recommended(folder: Path) -> None:
    write_record(run(*(result for result in OLD.results if result.level == "should")), folder / "a" / "run.jsonl")
    write_record(run(*(result for result in NEW.results if result.level == "should")), folder / "b" / "run.jsonl")
    assert diff(folder, "a", "b").code == ExitCode.CONFORMS
    assert diff(folder, "a", "b", "--strict").code == ExitCode.DOES_NOT_CONFORM


def test_the_json_forms_keep_to_the_schemas_that_the_commands_print(folder: Path) -> None:
    for name, code in (("diff", ExitCode.DOES_NOT_CONFORM), ("compare", ExitCode.CONFORMS)):
        received = conformance(name, "old", "new", "--json", cwd=folder)
        schema = conformance(name, "--schema", cwd=folder)
        assert (received.code, schema.code) == (code, ExitCode.CONFORMS)
        jsonschema.validate(json.loads(received.out), json.loads(schema.out))


def test_markdown_goes_to_standard_output(folder: Path) -> None:
    ended = diff(folder, "old", "new", "--markdown")
    assert ended.code == ExitCode.DOES_NOT_CONFORM
    assert ended.out.startswith("### Worse: mine\n")


def test_a_matrix_is_reported_written_and_exits_with_0(folder: Path) -> None:
    received = conformance("compare", "old", "new", cwd=folder)
    assert received.code == ExitCode.CONFORMS
    assert "Where they differ" in received.out
    written = conformance("compare", "a=old", "b=new", "--html", "out/matrix.html", cwd=folder)
    assert (written.code, written.out) == (ExitCode.CONFORMS, "written: out/matrix.html\n")
    page = (folder / "out" / "matrix.html").read_text(encoding="utf-8")
    assert "<title>Comparison of a, b</title>" in page
    both = conformance("compare", "old", "new", "--html", "other.html", "--markdown", cwd=folder)
    assert both.out.startswith("# Comparison of ")
    assert (folder / "other.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "old"), "Name two runs"),
        (("diff", "old", "nowhere"), "nowhere"),
        (("diff", "old", "new", "--json", "--markdown"), "choose one"),
        (("compare",), "Name the runs"),
        (("compare", "old", "."), "neither run.jsonl nor report.json"),
        (("compare", "old", "--json", "--markdown"), "choose one"),
        (("compare", "old", "--html", "old/run.jsonl/x.html"), "can't be written"),
        (("annotate",), "REPORT"),
        (("annotate", "nowhere"), "nowhere"),
    ],
)
def test_mistakes_are_reported_in_words(arguments: tuple[str, ...], words: str, folder: Path) -> None:
    ended = conformance(*arguments, cwd=folder)
    assert ended.code == ExitCode.USAGE
    assert words in ended.told_without_traceback()


@pytest.mark.parametrize("command", ["diff", "compare", "annotate"])
def test_help_says_what_the_exit_codes_mean(command: str, folder: Path) -> None:
    ended = conformance(command, "--help", cwd=folder)
    assert ended.code == ExitCode.CONFORMS
    assert "Exit code" in ended.out
