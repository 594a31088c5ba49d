"""The figures of a board, what is shared and what has changed, and the forms in which a board is read."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from comparison.small_runs import FAILED, HOSTILE, check
from html_pages import Page
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from text_snapshots import Markdown, Text

from conformance.errors import UserError
from conformance.report.result import Level
from conformance.report.scoreboard import CellState, Figures, Kind, percent, read_history
from conformance.report.scoreboard_json import render_badge, schema, scoreboard_json
from conformance.report.scoreboard_pages import print_scoreboard, render_scoreboard_html, render_scoreboard_markdown
from conformance.scoreboard.board_file import read_board_file
from scoreboard.boards import DEAD, GOOD, LAX, NEW, OLD, OTHER, SMALL, absent, board, cell


def test_broken_is_of_what_was_judged_and_judged_of_what_is_claimed() -> None:
    assert OLD.whole.documented == Figures(broken=2, judged=3, claimed=5)
    assert OLD.whole.recommended == Figures(broken=1, judged=1, claimed=1)
    assert (OLD.whole.documented.divergence, OLD.whole.documented.coverage) == ("66.7 %", "60.0 %")
    assert NEW.whole.errors == 1, "no answer is neither broken nor judged"


def test_what_is_not_implemented_is_an_outcome_of_its_own() -> None:
    assert OLD.missing == ("List",)
    assert [part.documented.broken for part in OLD.operations if part.availability != "served"] == [0]
    assert [Kind.of(finding) for finding in OLD.findings] == ["not implemented", "documented", "recommended"]
    nothing = cell("none", *absent("Read/protocol/operation/available", "Read/request/Name/left-out"))
    assert (nothing.state, OLD.state) == (CellState.NOT_IMPLEMENTED, CellState.JUDGED)


def test_a_finding_of_what_is_documented_counts_no_recommendation() -> None:
    names = ("Read/request/Name/left-out", "Read/request/Name/null", "Read/request/Name/type-list")
    levels = (Level.MUST, Level.SHOULD, Level.SHOULD)
    both = cell("both", *(check(name, FAILED, level=level, **LAX) for name, level in zip(names, levels, strict=True)))
    assert [(Kind.of(item), len(item.results)) for item in both.findings] == [("documented", 1), ("recommended", 2)]


def test_an_operation_that_breaks_on_plain_requests_is_not_called_missing() -> None:
    down = cell(
        "down", *absent("Read/protocol/operation/available", "Read/request/Name/left-out", kind="operation-broken")
    )
    assert down.state == "only server errors"
    assert [Kind.of(finding) for finding in down.findings] == ["only server errors"]


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "-"), (0, 9, "0 %"), (9, 9, "100 %"), (1, 9999, "0.1 %"), (9998, 9999, "99.9 %"), (1, 3, "33.3 %")],
)
def test_a_share_is_0_or_100_only_where_it_is_exact(part: int, whole: int, words: str) -> None:
    assert percent(part, whole) == words


def test_versions_of_one_program_share_nothing_by_themselves() -> None:
    assert [(item.targets, item.checks) for item in SMALL.shared] == [(("mine-1", "mine-2", "other"), 1)]
    assert board(OLD, NEW).shared == ()
    assert board(GOOD, OLD, replace(GOOD, target="fine")).shared == ()


def test_changes_are_against_the_last_board_that_had_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    board(replace(OLD, target="mine")).append_to(path)
    board(GOOD, history=read_history(path)).append_to(path)
    (change,) = board(GOOD, replace(NEW, target="mine"), history=read_history(path)).changes
    assert (change.target, change.worse) == ("mine", False)
    assert change.details == (
        "version 1.0 → 2.0", "documented: 2 of 3 broken → 1 of 4", "recommended: 1 of 1 broken → 0 of 1",
        "served: List",
    )  # fmt: skip
    (back,) = board(replace(OLD, target="mine"), history=(board(replace(NEW, target="mine")).past,)).changes
    assert back.worse
    assert board(DEAD, history=(board(DEAD).past,)).changes == ()


def test_a_broken_history_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    board(GOOD).append_to(path)
    path.write_text(path.read_text("utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_history(path)
    assert error.value.where == f"{path}:2"


def test_the_json_form_keeps_to_its_schema() -> None:
    value = json.loads(json.dumps(scoreboard_json(SMALL)))
    jsonschema.validate(value, schema())
    assert {item["version"] for item in value["targets"]} == {"1.0", "2.0", "unknown"}
    assert all(item["digest"] and item["started"] for item in value["cells"] if item["state"] == "judged")


def test_a_board_on_a_terminal(snapshot: SnapshotAssertion) -> None:
    console = Console(file=io.StringIO(), width=80)
    print_scoreboard(console, SMALL, verbose=True)
    assert console.file.getvalue() == snapshot(extension_class=Text)  # type: ignore[attr-defined]


def test_a_board_as_markdown(snapshot: SnapshotAssertion) -> None:
    assert render_scoreboard_markdown(SMALL) == snapshot(extension_class=Markdown)


def test_a_cell_of_the_page_leads_to_its_findings_with_citation_and_command() -> None:
    page = Page(render_scoreboard_html(SMALL))
    assert page.misnested == []
    assert "#mine-1/things" in page.values("href")
    assert "curl -sS http://127.0.0.1:1/" in page.texts["mine-1/things"]
    again = "conformance run mine-1 --targets targets.yaml --service things --hold"
    assert again in page.texts["mine-1/things"]
    assert "https://docs.example.com/read" in page.values("href")


def test_foreign_text_is_escaped_in_every_form() -> None:
    failed = check("Read/request/Name/left-out", FAILED, **LAX | {"reason": HOSTILE})
    hostile = board(cell("a", failed), cell("b", failed, version=HOSTILE), replace(DEAD, problem=HOSTILE))
    page = Page(render_scoreboard_html(hostile))
    assert (page.tags["script"], page.tags["img"], page.misnested) == (1, 0, [])
    for text in (render_scoreboard_markdown(hostile), render_badge(hostile, "b"), json.dumps(scoreboard_json(hostile))):
        text.encode("utf-8")
    assert "<script>" not in render_scoreboard_markdown(hostile)


def test_a_badge_has_version_contract_and_date() -> None:
    assert json.loads(render_badge(board(OTHER), "other")) == {
        "schemaVersion": 1,
        "label": "1.0",
        "message": "50.0 % of 100 % judged diverge, 9f2c4be1a7d0, 2026-01-02",
        "color": "red",
    }
    assert json.loads(render_badge(SMALL, "dead"))["message"] == "not judged, 2026-01-02"


def test_the_board_of_the_repository_and_that_of_the_guide_can_be_read(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    house = read_board_file(root / "scoreboard.yaml")
    assert sum(len(contract.operations) for contract in house.contracts) == 60
    assert [target.family for target in house.targets].count("moto") == 3
    (guide,) = re.findall(r"```yaml\n(.*?)```", (root / "docs" / "scoreboard.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scoreboard.yaml").write_text(guide, encoding="utf-8")
    tuning, secrets = read_board_file(tmp_path / "scoreboard.yaml").contracts
    assert "--release" in tuning.options
    assert secrets.options[-4:] == ("--operation", "ListSecrets", "--operation", "DescribeSecret")


def test_the_last_board_is_below_300_kilobytes_and_keeps_to_its_schema() -> None:
    folder = Path(__file__).parents[2] / "docs" / "scoreboard"
    value = json.loads((folder / "scoreboard.json").read_text("utf-8"))
    jsonschema.validate(value, schema())
    assert value["made"][:10] in (folder / "README.md").read_text("utf-8")
    assert (folder / "README.md").stat().st_size + (folder / "scoreboard.json").stat().st_size < 300_000
