"""`conformance scoreboard FILE`: several targets over several contracts, side by side."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.cli.options import json_form, schema_of
from conformance.errors import ExitCode, UserError, suggest
from conformance.program import Command, console

if TYPE_CHECKING:
    from types import FrameType

    from conformance.report.scoreboard import Board


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End a board that is told to end just as Ctrl-C does: what it has started is ended."""
    raise KeyboardInterrupt


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--only", multiple=True, metavar="TARGET", help="Run only this target; of others show the last run. "
              "May be repeated.")  # fmt: skip
@click.option("--resume", is_flag=True, help="Keep the runs that have come to their end, and run what is missing.")
@click.option("--no-install", is_flag=True, help="Install nothing: use what is there.")
@click.option("--jobs", default=1, type=click.IntRange(1, 64), metavar="N", help="Run N targets at once.")
@click.option("--report-dir", default="reports/scoreboard", type=click.Path(file_okay=False, path_type=Path),
              metavar="DIR", help="Where records and pages go (default: reports/scoreboard).")  # fmt: skip
@click.option("--history", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="What the board is compared with, and appended to (default: history.jsonl there).")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["broken", "worse"]), help="Exit with 1 where a target breaks what is "
              "documented, or is worse than the last time.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Print the areas of each target, too.")
@json_form(schema_of("conformance.report.scoreboard_json"))
def scoreboard(  # noqa: PLR0913 - the options
    file: Path,
    *,
    only: tuple[str, ...],
    resume: bool,
    no_install: bool,
    jobs: int,
    report_dir: Path,
    history: Path | None,
    fail_on: str | None,
    verbose: bool,
    as_json: bool,
) -> int:
    """Run the targets of a file over its contracts, and lay them side by side.

    FILE is a scoreboard.yaml: targets as in targets.yaml, how each is installed, and contracts or services with their
    operations. Each target is installed in a folder of its own, once; each run leaves its reports in the report folder,
    next to scoreboard.html, scoreboard.md, scoreboard.json and a badge for each target.

    Exit code 0: the board was made, whatever is on it, also where a target could not be started; 1: --fail-on says so;
    2: a file that can't be used.
    """
    from conformance.report.scoreboard import Board, read_history  # noqa: PLC0415 - --help does without it
    from conformance.scoreboard.board_file import read_board_file  # noqa: PLC0415 - as above
    from conformance.scoreboard.running import BoardOptions, BoardRun  # noqa: PLC0415 - as above

    read = read_board_file(file)
    names = [target.name for target in read.targets]
    for name in only:
        if name not in names:
            raise UserError(f"--only: there is no target {name!r}", where=str(file), hint=suggest(name, names))
    history = history or report_dir / "history.jsonl"
    past = read_history(history)
    options = BoardOptions(report_dir, only, resume, not no_install, jobs, lambda line: click.echo(line, err=as_json))
    run = BoardRun(read, options)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        cells = run.cells()
    except KeyboardInterrupt:
        click.echo("stopped: --resume goes on from here", err=True)
        raise click.Abort from None
    finally:
        signal.signal(signal.SIGTERM, before)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    columns, subjects = [target.column for target in read.targets], [item.subject for item in read.contracts]
    board = Board.made_of(columns, subjects, cells, made=made, history=past)
    _write(board, report_dir)
    if run.ran:
        board.append_to(history)
    if as_json:
        from conformance.report.scoreboard_json import scoreboard_json  # noqa: PLC0415 - only this branch needs it

        click.echo(json.dumps(scoreboard_json(board), separators=(",", ":")))
    else:
        from conformance.report.scoreboard_pages import print_scoreboard  # noqa: PLC0415 - as above

        click.echo()
        print_scoreboard(console(), board, verbose=verbose)
        click.echo(f"\n  written     {report_dir / 'scoreboard.html'} (and md, json, badges)")
    failed = {
        "broken": any(cell.whole.documented.broken for cell in cells),
        "worse": any(change.worse for change in board.changes),
    }
    return ExitCode.DOES_NOT_CONFORM if fail_on and failed[fail_on] else ExitCode.CONFORMS


def _write(board: Board, folder: Path) -> None:
    from conformance.output import write_whole  # noqa: PLC0415 - --help does without it
    from conformance.report.scoreboard_json import render_badge, scoreboard_json  # noqa: PLC0415 - as above
    from conformance.report.scoreboard_pages import (  # noqa: PLC0415 - as above
        render_scoreboard_html,
        render_scoreboard_markdown,
    )

    texts = {
        "scoreboard.json": json.dumps(scoreboard_json(board), separators=(",", ":")) + "\n",
        "scoreboard.md": render_scoreboard_markdown(board),
        "scoreboard.html": render_scoreboard_html(board),
        **{f"badges/{column.name}.json": render_badge(board, column.name) for column in board.columns},
    }
    try:
        (folder / "badges").mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(folder / name, text)
    except OSError as error:
        raise UserError(
            f"the board can't be written: {error.strerror or error}",
            where=str(folder),
            hint="name another --report-dir",
        ) from error
