"""`conformance scoreboard FILE` as a process: targets that conform, that do not, and that do not even start."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.command import Ended, conformance, write_targets
from cli.processes import kill, launching, outlived, started
from gate.broken_server import serving

from conformance.errors import ExitCode
from conformance.targets.configuration import load_targets

pytestmark = pytest.mark.slow

FEW = "{select: ['*/consistency/*', '*/error/*']}"
UNINSTALLABLE = (
    "{install: [['{python}', -c, \"raise SystemExit('no compiler')\"]], launch: {command: ['{home}/server']}}"
)
DYING = (
    "{install: [['{python}', -c, \"open('server.py', 'w').write('raise SystemExit(7)')\"]],"
    " launch: {command: ['{python}', '{home}/server.py']}}"
)


def board(folder: Path, contracts: str = f"{{few: {FEW}}}", **targets: str) -> None:
    text = write_targets(folder, **targets).read_text("utf-8") + f"contracts: {contracts}\n"
    (folder / "board.yaml").write_text(text, encoding="utf-8")
    (folder / "targets.yaml").unlink()


def scoreboard(folder: Path, *options: str) -> Ended:
    return conformance("scoreboard", "board.yaml", *options, cwd=folder, XDG_CACHE_HOME=str(folder / "cache"))


def written(folder: Path) -> dict[str, Any]:
    value = json.loads((folder / "reports" / "scoreboard" / "scoreboard.json").read_text("utf-8"))
    assert isinstance(value, dict)
    return value


def test_targets_are_side_by_side_and_one_that_does_not_start_stops_no_other(tmp_path: Path) -> None:
    with serving(tmp_path) as targets:
        endpoint = load_targets(targets)["broken"].endpoint_url
        mutant = f"{{endpoint_url: {endpoint}, version: '7'}}"
        board(tmp_path, reference="{}", mutant=mutant, dying=DYING, unbuilt=UNINSTALLABLE)
        ended = scoreboard(tmp_path, "--jobs", "2")
        assert (ended.code, ended.told_without_traceback()) == (ExitCode.CONFORMS, "")
        value = written(tmp_path)
        assert {item["target"]: item["state"] for item in value["cells"]} == {
            "reference": "judged", "mutant": "judged", "dying": "not started", "unbuilt": "not started",
        }  # fmt: skip
        problems = {item["name"]: item["problem"] for item in value["targets"]}
        assert "exit status 7" in problems["dying"], "what was installed has been started"
        assert "could not be installed" in problems["unbuilt"]
        assert "no compiler" in problems["unbuilt"]
        broken = {item["target"]: item["whole"]["documented"][0] for item in value["cells"]}
        assert (broken["reference"], broken["mutant"] > 0) == (0, True)
        assert (tmp_path / "reports" / "scoreboard" / "targets.yaml").stat().st_mode & 0o077 == 0, "it may have keys"
        assert "curl" in (tmp_path / "reports" / "scoreboard" / "scoreboard.html").read_text("utf-8")

        only = scoreboard(tmp_path, "--only", "mutant", "--fail-on", "broken", "--json")
        assert only.code == ExitCode.DOES_NOT_CONFORM
        again = json.loads(only.out)
        jsonschema.validate(again, json.loads(conformance("scoreboard", "--schema", cwd=tmp_path).out))
        assert {item["target"]: item["state"] for item in again["cells"]} == {"reference": "judged", "mutant": "judged"}
        assert again["changes"] == []

    resumed = scoreboard(tmp_path, "--resume", "--only", "reference", "--only", "mutant", "--fail-on", "worse")
    assert resumed.code == ExitCode.CONFORMS
    assert "reference, few: kept" in resumed.out
    assert "mutant, few: kept" in resumed.out, "nothing answers there any more"
    board(tmp_path, f"{{few: {FEW.replace('*/error/*', '*/order/*')}}}", mutant=mutant)
    changed = scoreboard(tmp_path, "--resume", "--fail-on", "worse")
    assert changed.code == ExitCode.DOES_NOT_CONFORM, "another selection is run again, and nothing answers"
    assert "judged → not started" in changed.out
    run = conformance("run", "mutant", "--targets", "reports/scoreboard/targets.yaml", "--area", "error", cwd=tmp_path)
    assert run.code == ExitCode.TARGET_BROKE, "the targets of a board are those of an ordinary run"


def test_an_interrupted_board_ends_what_it_started_and_goes_on_from_there(tmp_path: Path) -> None:
    waits = "{launch: {command: ['{python}', -c, 'import time; time.sleep(600)'], ready_s: 600}}"
    board(tmp_path, reference="{}", waits=waits)
    with started("scoreboard", "board.yaml", cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("reference, few: ")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert "--resume" in said
    board(tmp_path, reference="{}")
    assert "reference, few: kept" in scoreboard(tmp_path, "--resume").out


def test_a_board_that_was_killed_goes_on_at_once(tmp_path: Path) -> None:
    with launching(tmp_path) as asked:
        mine = (tmp_path / "targets.yaml").read_text("utf-8").partition("mine: ")[2]
        board(tmp_path, reference="{}", mine=mine)
        with started("scoreboard", "board.yaml", cwd=tmp_path) as process:
            lifeline = asked()
            kill(process)
        board(tmp_path, reference="{}", mine="{kind: reference}")
        resumed = scoreboard(tmp_path, "--resume").out
        assert not outlived(lifeline)
    assert "reference, few: kept" in resumed
    assert [item["state"] for item in written(tmp_path)["cells"]] == ["judged", "judged"], resumed


@pytest.mark.parametrize(
    ("text", "options", "words", "line"),
    [
        ("targets: {a: {kind: reference}}", (), "lacks the key 'contracts'", 1),
        ("targets:\n  a: {kind: referense}\ncontracts: {b: {}}", (), "can't be 'referense'", 2),
        ("targets:\n  a:\n    instal: []\ncontracts: {b: {}}", (), "no key 'instal'", 3),
        ("targets:\n  a: {state: create}\ncontracts: {b: {}}", (), "there is no endpoint_url", 2),
        ("targets:\n  a:\n    kind: reference\n    contracts: [c]\ncontracts: {b: {}}", (), "no contract 'c'", 4),
        ("targets: {a: {kind: reference}}\ncontracts:\n  b: {service: sqz}", (), "no service 'sqz'", 3),
        ("targets: {a: {kind: reference}}\ncontracts:\n  b: {operations: [X]}", (), "no operation 'X'", 3),
        ("targets: {a: {kind: reference}}\ncontracts:\n  b: {release: 1999-01-01}", (), "no release '1999-01-01'", 3),
        ("targets: {a: {kind: reference}}\ncontracts:\n  b: {service: kms, release: 1999-01-01}", (), "on the spot", 3),
        ("targets: {a: {kind: reference}}\ncontracts:\n  b: {service: kms, contract: x}", (), "two contracts", 3),
        ("targets: {a: {kind: reference}}\ncontracts: {b: {}}", ("--only", "c"), "no target 'c'", None),
    ],
)
def test_a_file_that_can_not_be_used_is_reported_with_its_line(
    text: str, options: tuple[str, ...], words: str, line: int | None, tmp_path: Path
) -> None:
    (tmp_path / "board.yaml").write_text(text, encoding="utf-8")
    ended = scoreboard(tmp_path, *options)
    assert ended.code == ExitCode.USAGE
    said = ended.told_without_traceback()
    assert words in said
    assert f"where: board.yaml{f':{line}' if line else ''}\n" in said
    assert not (tmp_path / "reports").exists()
