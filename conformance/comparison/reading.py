"""What a user names, read: a report.json, a run.jsonl, or the folder that a run has written, and its label."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.errors import UserError
from conformance.report import Footer, Header, Record, Result, read_record, sort_results
from conformance.report.fields import FieldError, Fields
from conformance.report.run import SCHEMA

RECORD = "run.jsonl"
REPORT = "report.json"
_HEADER = b'{"type":"header",'
_REMEDY = "name a report.json, a run.jsonl, or the folder that `conformance run` wrote them to"


class ReadingError(UserError):
    """Something that can't be read as the record of a run; `where` names the file."""


@dataclass(frozen=True)
class Side:
    """One run of a comparison: its label, the file that it was read from, and its record."""

    label: str
    path: Path
    record: Record


def read_side(named: str) -> Side:
    """Read one side, given as PATH or LABEL=PATH; without a label it is called as its target.

    Raises ReadingError, or RecordError where a record is broken; both have exit code 2.
    """
    label, path = _split(named)
    file = _file_in(path)
    record = read_record(file) if file.suffix == ".jsonl" or _begins_as_record(file) else _read_report(file)
    return Side(label or record.header.target.name, file, record)


def read_sides(named: Iterable[str]) -> tuple[Side, ...]:
    """Read several sides; those that have one label get the name of their folder with it, or else a number."""
    sides = tuple(read_side(one) for one in named)
    by_folder = _told_apart(sides, [f"{side.label} ({side.path.absolute().parent.name})" for side in sides])
    return _told_apart(by_folder, [f"{side.label} #{number}" for number, side in enumerate(by_folder, start=1)])


def _told_apart(sides: tuple[Side, ...], labels: list[str]) -> tuple[Side, ...]:
    """Give these labels to the sides whose own is not theirs alone."""
    counts = Counter(side.label for side in sides)
    return tuple(
        replace(side, label=label) if counts[side.label] > 1 else side
        for side, label in zip(sides, labels, strict=True)
    )


def _split(named: str) -> tuple[str, Path]:
    label, equals, path = named.partition("=")
    if equals and label and path and not Path(named).exists():
        return label, Path(path)
    return "", Path(named)


def _file_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    # The record first: it is begun anew by each run, while reports of an earlier run may still lie beside it.
    for name in (RECORD, REPORT):
        if (path / name).is_file():
            return path / name
    raise ReadingError(f"there is neither {RECORD} nor {REPORT} in this folder", where=str(path), remedy=_REMEDY)


def _begins_as_record(path: Path) -> bool:
    """Tell a record whatever it is called: its first line is a header."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def _read_report(path: Path) -> Record:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise ReadingError(
            f"the report can't be read: {error.strerror or error}", where=str(path), remedy=_REMEDY
        ) from error
    except (ValueError, RecursionError) as error:
        raise ReadingError("not a report: this is no JSON", where=str(path), remedy=_REMEDY) from error
    try:
        return _record_of(value)
    except FieldError as error:
        raise ReadingError(f"not a report: {error}", where=str(path), remedy=_REMEDY) from error


def _record_of(value: Any) -> Record:
    """Give the record that a report was made from; a report does not keep the number of planned checks."""
    fields = Fields(value, "the report")
    if (schema := fields.count("schema")) != SCHEMA:
        raise FieldError(f"it has schema {schema}, and this version reads schema {SCHEMA}")
    results = fields.each("results", Result.read)
    twice = [one for one, number in Counter(result.id for result in results).items() if number > 1]
    if twice:
        raise FieldError(f"{twice[0]} is in it twice")
    header = Header.read(Fields({**value, "planned": len(results)}, "the report"))
    footer = None if value.get("duration_s") is None else Footer.read(fields)
    return Record(header, sort_results(results), footer)
