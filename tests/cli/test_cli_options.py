"""Every option of every command: one that can mean a set takes several values, any other rejects a second one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.command import ROOT, conformance, outcomes, report_of, under_pytest
from conformance.cli.main import cli
from conformance.program import Command
from conformance.report.__main__ import main as report_again
from conformance.suite.settings import add_options

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"

SETS = {
    "checks": {"--select", "--operation", "--area", "--level"},
    "draft": {"--document"},
    "drift": {"--fail-on"},
    "explain": {"--operation"},
    "facts": {"--operation", "--direction", "--level", "--member", "--document"},
    "prove": {"--select"},
    "run": {"--select", "--operation", "--area", "--level", "--tx"},
    "scoreboard": {"--only"},
    "serve": {"--deny"},
    "validate": {"--level"},
}
"""The options that can mean a set, decided one by one."""


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    assert isinstance(cli, click.Group)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {"report": report_again, **{name: item for name, item in found.items() if item is not None}}


def options() -> Iterator[tuple[str, click.Command, click.Option]]:
    for name, command in commands().items():
        for param in command.params:
            if isinstance(param, click.Option):
                yield name, command, param


def twice(option: click.Option) -> list[str]:
    value = option.type.choices[0] if isinstance(option.type, click.Choice) else "1"
    return [option.opts[-1], *([] if option.is_flag else [value])] * 2


def test_every_command_is_one_that_rejects_a_second_value() -> None:
    assert {name for name, command in commands().items() if not isinstance(command, Command)} == set()


def test_the_options_that_mean_a_set_are_these() -> None:
    several: dict[str, set[str]] = {}
    for name, _, option in options():
        if option.multiple:
            several.setdefault(name, set()).add(option.opts[-1])
    assert several == SETS


def test_every_other_option_rejects_a_second_value() -> None:
    tried = 0
    for name, command, option in options():
        if option.multiple:
            continue
        with pytest.raises(click.UsageError, match=f"{max(option.opts, key=len)} is there 2 times"):
            command.make_context(name, twice(option))
        tried += 1
    assert tried > 60


def test_every_command_but_those_with_files_of_their_own_takes_a_contract_or_a_service_as_the_guide_says() -> None:
    text = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    assert "Every command but `draft`, `release` and `scoreboard` takes `--contract DIR`, or `--service NAME`" in text
    others = {"draft", "release", "scoreboard", "report"}  # the last is the program of records alone
    of_conformance = set(commands()) - others
    for name in ("contract", "service"):
        assert {command for command, _, item in options() if item.name == name} - others == of_conformance


def test_a_second_value_is_an_error_of_use_and_several_of_a_set_are_a_union(tmp_path: Path) -> None:
    ended = conformance("checks", "--contract", "a", "--contract", "b", cwd=tmp_path)
    assert ended.code == 2
    assert "--contract is there 2 times" in ended.told_without_traceback()
    several = ("--area", "error", "--area", "filter", "--operation", DESCRIBE, "--operation", LIST, "--level", "must")
    ended = conformance("run", *several, "--level", "should", "--report-dir", "out", cwd=tmp_path)
    assert ended.code == 0, ended.said
    ran = {tuple(outcome.split("/")[:2]) for outcome in outcomes(report_of(tmp_path / "out"))}
    assert ran == {(DESCRIBE, "error"), (LIST, "error"), (LIST, "filter")}


def test_facts_of_several_operations_and_directions_are_a_union(tmp_path: Path) -> None:
    chosen = ("--operation", DESCRIBE, "--operation", LIST, "--direction", "error", "--direction", "paginator")
    ended = conformance("facts", *chosen, cwd=tmp_path)
    parts = {tuple(line.split()[1].split("/")[:2]) for line in ended.out.splitlines()}
    assert parts == {(DESCRIBE, "error"), (LIST, "error"), (LIST, "paginator")}


@pytest.mark.slow
def test_the_options_under_pytest_do_the_same(tmp_path: Path) -> None:
    ended = under_pytest("--target=reference", "--target=moto", cwd=tmp_path)
    assert ended.code == 4
    assert "--target is there 2 times" in ended.said
    several = ("--area=error", "--area=filter", "--operation", LIST, "--level=must", "--level=should", "-n", "1")
    ended = under_pytest(*several, "--report-dir=out", "--targets", tmp_path / "targets.yaml", cwd=tmp_path)
    assert "there is no file" in ended.said
    ended = under_pytest(*several, "--report-dir=out", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert {tuple(outcome.split("/")[:2]) for outcome in outcomes(report_of(tmp_path / "out"))} == {
        (LIST, "error"), (LIST, "filter"),
    }  # fmt: skip


def test_no_option_under_pytest_keeps_the_last_value_alone() -> None:
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    namespace = parser.parse_known_args([f"{flag}=x" for flag in ("--target", "--world", "--shard")] * 2)
    assert vars(namespace)["target"] == vars(namespace)["world"] == vars(namespace)["shard"] == ["x", "x"]
    added = [action for action in parser.optparser._actions if action.dest != "file_or_dir" and action.nargs is None]  # noqa: SLF001 - pytest offers no list of its options
    assert {type(action).__name__ for action in added} <= {"_AppendAction", "_HelpAction"}
