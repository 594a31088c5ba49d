"""A command as a program: streams that last, errors printed without a traceback, and one exit code.

A reader of the output that goes away, a full disk, an encoding that lacks a sign or a stream that the caller has closed
end no command: a run still writes its reports, and says so where its words got lost.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections import Counter
from errno import EPIPE
from typing import IO, TYPE_CHECKING, Any, NoReturn, TextIO, cast

import click

import conformance
from conformance.errors import ExitCode, UserError
from conformance.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer
    from rich.console import Console

_INTERRUPTED = 128 + signal.SIGINT
"""What a shell says of a program that Ctrl-C has ended."""


class Command(click.Command):
    """A command that rejects a second value of an option that has one: the first would be ignored without a word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises UsageError for an option that is there more often than it can mean something."""
        if not ctx.resilient_parsing:
            _, _, found = self.make_parser(ctx).parse_args(list(args))
            for param, times in Counter(found).items():
                if isinstance(param, click.Option) and times > 1 and not param.multiple and not param.count:
                    name = max(param.opts, key=len)
                    raise click.UsageError(f"{name} is there {times} times, and can be there once: keep one.", ctx)
        return super().parse_args(ctx, args)


def run(command: click.Command, name: str) -> NoReturn:
    """Run a command as the program of that name, and exit with the code that it gives; 0 where it gives none."""
    conformance.use_safe_path()
    warnings.simplefilter("ignore")  # PYTHONWARNINGS=error is meant for the user's own tests
    if sys.stdin is None:  # the caller has closed it: there is nothing to read
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - it stays open until the end
    sys.stdout, out = _lasting(sys.stdout)
    sys.stderr, _ = _lasting(sys.stderr)
    code = _code(command, name)
    sys.stdout.flush()
    lost = out.lost if out else None
    # A reader that has had enough (`| head`) is no loss; otherwise nothing counts as a success that was not printed.
    if lost is not None and lost.errno != EPIPE:
        error = UserError(
            f"the output can't be written: {lost.strerror or lost}",
            where="standard output",
            hint="let it go to a terminal, or to a file on a disk with room",
        )
        click.echo(str(error), err=True)
        code = code or int(error.exit_code)
    sys.exit(code)


def console() -> Console:
    """Return a console for standard output that adds nothing of its own: brackets are no markup, numbers no colour."""
    from rich.console import Console  # noqa: PLC0415 - what prints plain lines does without it
    from rich.segment import Segment  # noqa: PLC0415 - as above

    class SafeConsole(Console):
        """Writes out what foreign text would do to a terminal; what rich adds itself stays."""

        def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(visible(segment.text), segment.style)

    file = _Styled(sys.stdout) if isinstance(sys.stdout, _Stream) else None
    return SafeConsole(highlight=False, markup=False, file=cast("IO[str] | None", file))


def _code(command: click.Command, name: str) -> int:
    """Run a command, print what the user did wrong, and return the exit code."""
    try:
        code = command.main(prog_name=name, standalone_mode=False)
    except UserError as error:
        click.echo(visible(str(error)), err=True)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except click.Abort:
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    return int(code) if isinstance(code, int) else int(ExitCode.CONFORMS)


class _Stream(io.TextIOWrapper):
    """A stream that foreign text can't steer a terminal through: the one way out of a command for all that it says."""

    def write(self, text: str, /) -> int:
        """Write text with its control characters written out."""
        return super().write(visible(text))

    def write_styled(self, text: str) -> int:
        """Write text that has been filtered, with the control characters that rich has added."""
        return super().write(text)


class _Styled:
    """The same stream as rich writes to it."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self.write = stream.write_styled

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _LastingFile(io.FileIO):
    """A descriptor that never fails: what can't be written is dropped from then on, and `lost` says why."""

    lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        if self.lost is None:
            try:
                return super().write(data)
            except OSError as error:
                self.lost = error
        return memoryview(data).nbytes


def _lasting(stream: TextIO | None) -> tuple[TextIO, _LastingFile | None]:
    """Return a stream that writes where this one does; nowhere for one that the caller has closed."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8"), None  # noqa: PTH123 - it stays open until the end
    file = _LastingFile(stream.fileno(), "w", closefd=False)
    # Whoever asked Python for unbuffered streams reads each word as it comes.
    unbuffered = isinstance(stream.buffer, io.RawIOBase)
    lasting = _Stream(
        file if unbuffered else io.BufferedWriter(file),
        stream.encoding,
        # What an encoding lacks is written as an escape: the signs of a comparison, a name in an answer.
        "backslashreplace",
        line_buffering=getattr(stream, "line_buffering", False),
        write_through=unbuffered,
    )
    return lasting, file
