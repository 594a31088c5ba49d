"""Small boards, made of small records."""

from __future__ import annotations

from dataclasses import replace

from comparison.small_runs import FAILED, SKIPPED, check, run

from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Tool, Versions
from conformance.report.scoreboard import Board, Cell, CellState, Column, PastBoard, Subject

MADE = "2026-01-02T03:04:05+00:00"
READ, LIST = "Read/protocol/operation/available", "List/protocol/operation/available"


def absent(name: str, *others: str, kind: str = "operation-unknown") -> tuple[Result, ...]:
    """Return the results of an operation that is not there: one failure, and checks that wait for it."""
    waiting = (check(item, SKIPPED, kind="behind", reason=f"it is not there: see {name}") for item in others)
    return check(name, FAILED, kind=kind, reason="the target does not know it"), *waiting


def cell(target: str, *results: Result, version: str = "1.0", contract: str = "things", digest: str = "") -> Cell:
    """Return a cell that was judged."""
    record = run(*results, digest=digest)
    versions = Versions(version, "--label", "", {}, "Linux", "conformance run")
    return Cell(target, contract, replace(record, header=replace(record.header, versions=versions)))


LAX = {"kind": "accepted", "reason": "an invalid request is accepted", "reproduce": "curl -sS http://127.0.0.1:1/"}
GOOD = cell("good", check(READ), check("Read/request/Name/left-out"), check("List/pagination/MaxResults/7"))
OLD = cell(
    "mine-1",
    *absent(LIST, "List/pagination/MaxResults/7"),
    check(READ),
    check("Read/request/Name/left-out", FAILED, **LAX),
    check("Read/request/Name/length-33", FAILED, **LAX),
    check("Read/request/Extra/any", FAILED, level=Level.SHOULD, **LAX),
)
NEW = cell(
    "mine-2",
    check(LIST),
    check("List/pagination/MaxResults/7", Outcome.ERROR),
    check(READ),
    check("Read/request/Name/left-out", FAILED, **LAX),
    check("Read/request/Name/length-33"),
    check("Read/request/Extra/any", level=Level.SHOULD),
    version="2.0",
)
OTHER = cell("other", check(READ), check("Read/request/Name/left-out", FAILED, **LAX))
DEAD = Cell("dead", "things", None, "the server ended before it answered (exit status 1)", CellState.NOT_STARTED)


def board(*cells: Cell, history: tuple[PastBoard, ...] = ()) -> Board:
    """Return a board of one contract."""
    columns = tuple(Column(item.target, item.target.partition("-")[0]) for item in cells)
    subject = Subject("things", 2, "2026-01-01", {"api-read": "https://docs.example.com/read"}, "--service things")
    return Board(MADE, columns, (subject,), cells, history, Tool("conformance", "0.1.0"))


SMALL = board(GOOD, OLD, NEW, OTHER, DEAD, history=(board(OLD, replace(OLD, target="mine-2")).past,))
