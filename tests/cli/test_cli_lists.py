"""The commands that run nothing: lists, explanations, lint; and the wording of usage errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from cli.command import ROOT, conformance
from cli.processes import on_a_terminal
from conformance.cli.main import cli
from conformance.errors import ExitCode, UserError

DESCRIBE = "DescribeHyperParameterTuningJob"


def printed(*arguments: str) -> str:
    """Return what a command prints, run in this process."""
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def rejected(*arguments: str) -> UserError:
    """Return the error that a command ends in."""
    result = CliRunner().invoke(cli, list(arguments))
    assert isinstance(result.exception, UserError), result.output
    return result.exception


@pytest.mark.parametrize("what", ["checks", "facts"])
def test_a_list_as_json_keeps_to_its_schema_and_the_plain_one_has_a_line_for_each_row(what: str) -> None:
    rows, schema = json.loads(printed(what, "--json")), json.loads(printed(what, "--schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(rows, schema)
    assert len({row["id"] for row in rows}) == len(rows) > 1000
    assert all(row["id"] in line for row, line in zip(rows, printed(what).splitlines(), strict=True))


def test_facts_are_narrowed_by_operation_and_direction() -> None:
    rows = json.loads(printed("facts", "--json", "--operation", DESCRIBE, "--direction", "input"))
    assert {(row["operation"], row["direction"]) for row in rows} == {(DESCRIBE, "input")}


def test_facts_are_narrowed_by_member_document_level_and_words() -> None:
    rows = json.loads(printed("facts", "--json", "--member", "MaxResults", "--document", "cli", "--level", "must"))
    assert {row["facet"] for row in rows} == {"present", "type", "required", "default"}
    assert all("MaxResults" in row["path"] and "cli" in {place["id"] for place in row["sources"]} for row in rows)
    assert [row["value"] for row in json.loads(printed("facts", "--json", "maxresults", "maximum"))] == [100]


def test_a_member_may_be_a_path() -> None:
    rows = json.loads(printed("facts", "--json", "--member", "TrainingJobDefinition.Environment"))
    assert {row["path"].partition("{")[0] for row in rows} == {"TrainingJobDefinition.Environment"}
    assert {"", "key}", "value}"} == {row["path"].partition("{")[2] for row in rows}


@pytest.mark.parametrize(("name", "near"), [("maxresults", "MaxResults"), ("MaxResult", "MaxResults"), ("zzzz", "")])
def test_a_member_that_no_fact_has_is_an_error(name: str, near: str) -> None:
    result = CliRunner().invoke(cli, ["facts", "--member", name])
    assert result.exit_code == ExitCode.USAGE
    assert near in result.output
    assert repr(name) in result.output


@pytest.mark.slow
@pytest.mark.parametrize("command", [("checks",), ("facts",), ("explain", "api-list:35")])
def test_rows_fit_a_terminal_of_80_columns(command: tuple[str, ...], tmp_path: Path) -> None:
    screen = on_a_terminal(tmp_path, *command)
    assert [line for line in screen.splitlines() if len(line) > 80 and " http" not in line] == []


@pytest.mark.slow
def test_a_citation_is_not_broken_at_a_hyphen(tmp_path: Path) -> None:
    screen = on_a_terminal(tmp_path, "facts", "--member", "HyperParameterTuningJobName")
    assert "api-describe:10" in screen
    assert [line for line in screen.splitlines() if line.rstrip().endswith("-")] == []


@pytest.mark.parametrize(
    ("cited", "parts"),
    [
        ("api-list:35", ("/input/MaxResults/maximum = 100", "page-size-bounds", "API_ListTrainingJobsFor")),
        ("cli", ("edition    1", "sha256", "list-training-jobs-for-hyper-parameter-tuning-job.html")),
        ("O34", ("SerializationException", "certainty  medium", "protocol/body/not-json")),
        ("observations:O34", ("SerializationException",)),
        ("protocol", ("smithy.io",)),
    ],
)
def test_a_citation_can_be_followed(cited: str, parts: tuple[str, ...]) -> None:
    text = printed("explain", cited)
    for part in parts:
        assert part in text


def test_a_line_that_nothing_cites_leads_to_the_nearest_that_is() -> None:
    error = rejected("explain", "api-list:36")
    assert "121 lines" in error.problem
    assert "api-list:35" in error.hint


def test_every_exit_code_is_what_the_design_says() -> None:
    names = ["CONFORMS", "DOES_NOT_CONFORM", "USAGE", "TARGET_BROKE", "PARTLY_JUDGED"]
    assert {code.name: int(code) for code in ExitCode} == {name: number for number, name in enumerate(names)}


@pytest.mark.parametrize(
    ("id_", "parts"),
    [
        (
            f"{DESCRIBE}/request/HyperParameterTuningJobName/length-33",
            ["check ", "says ", "level ", "must (documented)", "because ", "sends ", "POST ", "accepts ", "facts "],
        ),
        (
            f"{DESCRIBE}/input/HyperParameterTuningJobName/max_length",
            ["fact ", "is ", "32", "because ", "judged by ", f"{DESCRIBE}/request/"],
        ),
        ("sort-by-metric-omits-jobs-without-metric", ["behaviour ", "number 29", "says ", "because ", "judged by "]),
    ],
    ids=["check", "fact", "behaviour"],
)
def test_explain_tells_all_there_is_about_an_id(id_: str, parts: list[str]) -> None:
    text = printed("explain", id_)
    assert id_ in text
    for part in parts:
        assert part in text


def test_every_id_that_is_listed_can_be_explained() -> None:
    ids = [row["id"] for what in ("checks", "facts") for row in json.loads(printed(what, "--json"))[::400]]
    assert all(item in printed("explain", item) for item in ids)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        (f"{DESCRIBE}/request/HyperParameterTuningJobName/lenght-33", f"{DESCRIBE}/request/"),
        ("sort-by-metric-omits-jobs-with-metric", "sort-by-metric-omits-jobs-without-metric"),
        ("zzz", "conformance checks"),
    ],
    ids=["check", "behaviour", "nonsense"],
)
def test_explain_of_an_unknown_id_names_the_nearest(wrong: str, near: str) -> None:
    error = rejected("explain", wrong)
    assert error.exit_code is ExitCode.USAGE
    assert wrong in error.problem
    assert near in error.hint


@pytest.mark.parametrize(
    ("arguments", "problem", "hint"),
    [
        (("--select", "nothing-like-it"), "'nothing-like-it'", "conformance checks"),
        (("--select", "*/error/*", "--select", "*/eror/*"), "'*/eror/*'", "conformance checks"),
        (("--select", f"{DESCRIBE}/error/ResourceNotFond/plain"), "ResourceNotFond", f"did you mean {DESCRIBE}/error/"),
        (("--operation", "Describe"), "'Describe'", DESCRIBE),
        (("--area", "errors"), "'errors'", "error, filter"),
        (("--select", f"{DESCRIBE}/*", "--operation", "ListTrainingJobsForHyperParameterTuningJob"), DESCRIBE, "ids"),
        (("--level", "should", "--area", "error"), "nothing is left to check", "loosen"),
    ],
    ids=["pattern", "second-pattern", "near-pattern", "operation", "area", "pattern-outside", "nothing-left"],
)
def test_a_selection_that_matches_nothing_is_an_error_with_a_hint(
    arguments: tuple[str, ...], problem: str, hint: str
) -> None:
    error = rejected("checks", *arguments)
    assert error.exit_code is ExitCode.USAGE
    assert problem in error.problem
    assert hint in error.hint


def test_an_unknown_operation_of_facts_is_an_error() -> None:
    result = CliRunner().invoke(cli, ["facts", "--operation", "Describe"])
    assert result.exit_code == ExitCode.USAGE
    assert DESCRIBE in result.output


@pytest.mark.parametrize("arguments", [("bogus",), ("run", "--bogus"), ("run", "a", "b"), ("explain",)])
def test_a_usage_error_is_reported_in_words(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = conformance(*arguments, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "Usage: conformance" in ended.told_without_traceback()


def test_the_contract_that_ships_has_no_errors() -> None:
    assert printed("lint").startswith("no findings: ")


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Return a copy of the contract to break."""
    return Path(shutil.copytree(ROOT / "contract", tmp_path / "contract"))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.mark.parametrize("what", ["lint", "checks"])
@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("service.yaml", "\nkey: [unclosed\n", ""),
        ("operations/ListTrainingJobsForHyperParameterTuningJob.yaml", "sumary: x\n", "sumary"),
        ("shapes/names.yaml", "\nBadOne: {type: string, pattern: '['}\n", "["),
    ],
    ids=["bad-yaml", "unknown-key", "bad-pattern"],
)
def test_a_broken_contract_is_reported_with_file_line_and_hint(
    what: str, name: str, text: str, word: str, contract: Path
) -> None:
    append(contract / name, text)
    error = rejected(what, "--contract", str(contract))
    assert error.exit_code is ExitCode.USAGE
    assert error.hint
    assert word in f"{error.problem} {error.where} {error.hint}"
    file, _, line = error.where.rpartition(":")
    assert Path(file) == contract / name
    assert line.isdigit()


def test_lint_lists_every_finding_and_exits_as_a_usage_error(contract: Path, tmp_path: Path) -> None:
    append(contract / "shapes" / "names.yaml", "\nNobodysOne: {type: string, min_length: 3, default: ab}\n")
    ended = conformance("lint", "--contract", contract, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "shapes/names.yaml:" in ended.told_without_traceback() + ended.out
    assert "hint: " in ended.said


def test_a_run_on_a_contract_that_is_broken_or_not_there_writes_nothing(contract: Path, tmp_path: Path) -> None:
    append(contract / "service.yaml", "\nkey: [unclosed\n")
    for folder, words in ((contract, "service.yaml:"), (tmp_path / "nowhere", "nowhere")):
        ended = conformance("run", "--contract", folder, cwd=tmp_path)
        assert ended.code == ExitCode.USAGE
        assert words in ended.told_without_traceback()
    assert not (tmp_path / "reports").exists()
