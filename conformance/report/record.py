"""The record of a run on disk: one JSON line a result, appended as the run goes, and read back whole or cut short."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance import forms
from conformance.errors import UserError
from conformance.forms import FormError, SchemaVersion
from conformance.output import open_alone
from conformance.report.result import Result
from conformance.report.run import SCHEMA, Footer, Header, Record

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_RUN_AGAIN = "make the record again with `conformance run`"


class RecordError(UserError):
    """A file that can't be written or read as a record; `where` names the file, and the line where there is one."""


class RecordWriter:
    """Appends the lines of one run: the header, a line a result, the footer.

    Each line goes to the operating system in one write, so that a run that dies keeps all it had, and at most its last
    line is torn. A record that was there before is replaced.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, with its folder; raise RecordError where that can't be done."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(open_alone(path, 0o644), "w")
        except OSError as error:
            raise self._unwritable(error) from error

    def header(self, header: Header) -> None:
        """Write the first line."""
        self._append("header", header, schema=SCHEMA)

    def result(self, result: Result) -> None:
        """Write the line of one check."""
        self._append("result", result)

    def footer(self, footer: Footer) -> None:
        """Write the last line: without it the record counts as cut short."""
        self._append("footer", footer)

    def whole(self, record: Record) -> None:
        """Write a record that is there already, line by line."""
        self.header(record.header)
        for result in (*record.results, *record.newer):
            self.result(result)
        if record.footer:
            self.footer(record.footer)

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: str, form: object, **first: int) -> None:
        # ASCII only: a lone surrogate in somebody's body can't be written as UTF-8.
        line = _ENCODER.encode({"type": kind, **first, **forms.plain(form)}).encode("ascii") + b"\n"
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> RecordError:
        return RecordError(
            f"the record can't be written: {error.strerror or error}",
            where=str(self.path),
            hint="name a folder that can be written to, on a disk with room",
        )


def read_record(path: Path) -> Record:
    """Read a record; raise RecordError with file and line where it is not one.

    A torn last line is left out, and a record without a footer is returned as not complete.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"the record can't be read: {error.strerror or error}",
            where=str(path),
            hint="name a run.jsonl that `conformance run` wrote",
        ) from error
    return _Reader(path).read(content)


@dataclass(frozen=True)
class _Line:
    """What every line of a record has."""

    type: str


class _Reader:
    """Takes the lines of one record in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: Header | None = None
        self._footer: Footer | None = None
        self._results: list[Result] = []
        self._line_of: dict[str, int] = {}

    def read(self, content: bytes) -> Record:
        # Every whole line ends with a newline: what follows the last one may be a torn line.
        lines = content.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for number, line in enumerate(lines, start=1):
            self._take(number, line, last=number == len(lines))
        if self._header is None:
            raise self._wrong(1, "there is no header: the file is empty", _RUN_AGAIN)
        return Record.of(self._header, self._results, self._footer)

    def _take(self, number: int, line: bytes, *, last: bool) -> None:
        try:
            members = json.loads(line)
        except (ValueError, RecursionError) as error:
            if last and self._header is not None:
                return
            raise self._wrong(number, "this is not a line of JSON", _not_a_record(number)) from error
        try:
            self._take_line(number, forms.read(_Line, members).type, members)
        except FormError as error:
            raise self._wrong(number, str(error), _not_a_record(number)) from error

    def _take_line(self, number: int, kind: str, members: dict[str, Any]) -> None:
        if number == 1:
            if kind != "header":
                raise self._wrong(number, f"the first line must be a header, not {kind!r}", _not_a_record(number))
            if (schema := forms.read(SchemaVersion, members).schema) != SCHEMA:
                hint = f"this version reads schema {SCHEMA}: use the version of conformance that wrote it, or run again"
                raise self._wrong(number, f"the record has schema {schema}", hint)
            self._header = forms.read(Header, members)
        elif self._footer is not None:
            raise self._wrong(number, f"a line of type {kind!r} follows the footer", _RUN_AGAIN)
        elif kind == "result":
            self._add(number, forms.read(Result, members))
        elif kind == "footer":
            self._footer = forms.read(Footer, members)
        elif kind == "header":
            raise self._wrong(number, "there is a second header: two runs wrote to one file", _RUN_AGAIN)
        else:
            raise FormError(f"type must be header, result or footer, not {kind!r:.80}")

    def _add(self, number: int, result: Result) -> None:
        earlier = self._line_of.setdefault(result.id, number)
        if earlier != number:
            raise self._wrong(number, f"{result.id} was already judged in line {earlier}", _RUN_AGAIN)
        self._results.append(result)

    def _wrong(self, number: int, problem: str, hint: str) -> RecordError:
        return RecordError(f"not a record: {problem}", where=f"{self._path}:{number}", hint=hint)


def _not_a_record(number: int) -> str:
    return "name a run.jsonl that `conformance run` wrote" if number == 1 else _RUN_AGAIN
