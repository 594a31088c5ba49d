"""scoreboard.json and its schema, and the badge of a target."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from conformance import forms
from conformance.forms import Count
from conformance.report.run import Tool
from conformance.report.scoreboard import SCHEMA, Board, Cell, CellState, Change, Figures, Kind, Part, SharedFinding
from conformance.report.summary import count
from conformance.visible import clip

_TITLE = 80
"""Characters of a title that scoreboard.json keeps."""
_MOST_RECOMMENDED = 6
"""Findings of what is recommended that scoreboard.json keeps of a cell; the page has all."""


@dataclass(frozen=True)
class TargetForm:
    """A target of the board."""

    name: str
    family: str
    """The program that it is a version of; its own name where the file says nothing."""
    version: str
    problem: str
    """Why it could not be run; empty where it could."""


@dataclass(frozen=True)
class ContractForm:
    """A contract of the board."""

    name: str
    digests: tuple[str, ...]
    """Several where it was drafted with operations that only some targets are sent."""
    operations: Count
    release: str
    """The release of the contract that its runs count by; empty for the contract as it is."""


@dataclass(frozen=True)
class FindingForm:
    """What is broken or not there, and how many checks show it."""

    title: str
    kind: Kind
    checks: Count
    behind: Count
    """Checks that could not be judged because of it."""
    lead: str
    """The id of the check that represents all."""


@dataclass(frozen=True)
class CellForm:
    """One target and one contract."""

    target: str
    contract: str
    state: CellState
    problem: str
    """Why there are no figures; empty where there are."""
    version: str
    digest: str
    """Of the contract that it was judged by; empty where there was no run."""
    started: str
    whole: Part
    operations: tuple[Part, ...]
    areas: tuple[Part, ...]
    findings: tuple[FindingForm, ...]
    """All of what is documented, and of what is recommended the few that most checks show."""


@dataclass(frozen=True)
class Scoreboard:
    """Targets side by side over contracts."""

    schema: Literal[1]
    tool: Tool
    made: str
    targets: tuple[TargetForm, ...]
    contracts: tuple[ContractForm, ...]
    cells: tuple[CellForm, ...]
    shared: tuple[SharedFinding, ...]
    changes: tuple[Change, ...]


def scoreboard_json(board: Board) -> dict[str, Any]:
    """Return a board in its JSON form."""
    form = Scoreboard(
        SCHEMA,
        board.tool,
        board.made,
        tuple(
            TargetForm(item.name, item.family, board.versions(item.name), board.problems.get(item.name, ""))
            for item in board.columns
        ),
        tuple(
            ContractForm(item.name, board.digests(item.name), item.operations, item.release) for item in board.subjects
        ),
        tuple(map(_cell_form, board.cells)),
        board.shared,
        board.changes,
    )
    value: dict[str, Any] = forms.plain(form)
    return value


def _cell_form(cell: Cell) -> CellForm:
    recommended = sorted(
        (item for item in cell.findings if Kind.of(item) is Kind.RECOMMENDED), key=lambda item: -len(item.results)
    )
    findings = (
        FindingForm(clip(item.title, _TITLE), Kind.of(item), len(item.results), item.behind, item.lead.id)
        for item in cell.findings
        if item not in recommended[_MOST_RECOMMENDED:]
    )
    return CellForm(
        cell.target, cell.contract, cell.state, cell.problem, cell.version, cell.digest,
        cell.record.header.started if cell.record else "",
        cell.whole, cell.operations, cell.areas, tuple(findings),
    )  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scoreboard.json."""
    return forms.schema("scoreboard.json", Scoreboard)


def render_badge(board: Board, target: str) -> str:
    """Return a target's badge in the form that shields.io reads: what is documented, over all of its contracts."""
    cells = [cell for cell in board.cells if cell.target == target and cell.record]
    parts = [cell.whole.documented for cell in cells]
    broken, judged, claimed = (sum(map(attrgetter(name), parts)) for name in ("broken", "judged", "claimed"))
    figures = Figures(broken, judged, claimed)
    contracts = cells[0].digest[:12] if len(cells) == 1 else count(len(cells), "contract")
    message = f"{figures.divergence} of {figures.coverage} judged diverge, {contracts}, {board.made[:10]}"
    badge: dict[str, Any] = {"schemaVersion": 1, "label": board.versions(target)}
    if not cells or not figures.judged:
        badge |= {"label": target, "message": f"not judged, {board.made[:10]}", "color": "lightgrey"}
    else:
        badge |= {"message": message, "color": "red" if figures.broken else "brightgreen"}
    return json.dumps(badge, indent=2) + "\n"
