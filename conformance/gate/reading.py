"""From a YAML file to known failures: held against its schema, each fault told with file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.contract.errors import ContractError, suggest
from conformance.contract.fields import shown
from conformance.contract.yaml_source import Section, load_file
from conformance.gate.entry import Entry
from conformance.gate.errors import KnownFailuresError
from conformance.report import Outcome

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

TODO: Final = "TODO"
"""What stands for a reason that is still to be written."""
DAY: Final = "CONFORMANCE_TODAY"
"""The environment variable that names the day by which expiry is judged, such as 2027-04-01."""

_UNWRITTEN = re.compile(rf"\s*({TODO}\b.*)?", re.IGNORECASE | re.DOTALL)
_KINDS = {"object": "a mapping", "array": "a list", "string": "text"}
_FORM = "start it with `known_failures:`, and write `- check:` and `reason:` for each entry"


@dataclass(frozen=True)
class KnownFailures:
    """The entries of one file, in their order; `file` is its name as the user gave it."""

    file: str
    entries: tuple[Entry, ...]


@cache
def schema() -> dict[str, Any]:
    """Give the JSON Schema of the file."""
    text = (files("conformance.gate") / "known_failures.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def read_known_failures(path: Path, *, reasons_due: bool = True) -> KnownFailures:
    """Read a file. Raises KnownFailuresError, with file and line, for whatever is wrong with it.

    With `reasons_due`, each entry must have its reason; without, those that wait for one are taken as they are.
    """
    name = str(path)
    document = _document(path, name)
    faults = sorted(_faults(document), key=lambda fault: fault.line)
    structural = [fault for fault in faults if not fault.about_reason]
    if structural:
        first = structural[0]
        more = f" (and {len(structural) - 1} more in this file)" if len(structural) > 1 else ""
        raise KnownFailuresError(first.problem + more, where=f"{name}:{first.line}", remedy=first.remedy)
    rows: list[Section] = document["known_failures"]
    if reasons_due:
        _insist_on_reasons(rows)
    entries = tuple(_entry(row) for row in rows)
    _insist_on_one_entry_each(entries)
    return KnownFailures(name, entries)


def is_unwritten(reason: str) -> bool:
    """Return whether a reason is still to be written."""
    return _UNWRITTEN.fullmatch(reason) is not None


def day_named(environ: Mapping[str, str]) -> date | None:
    """Give the day that the environment names for judging expiry; None where it names none."""
    text = environ.get(DAY)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise KnownFailuresError(f"{DAY} is no date: {text!r}", remedy="write it like 2027-04-01") from error


def today(environ: Mapping[str, str]) -> date:
    """Give the day by which expiry is judged: the one that the environment names, else today in UTC."""
    return day_named(environ) or datetime.now(UTC).date()


def _document(path: Path, name: str) -> Section:
    if not path.is_file():
        raise KnownFailuresError(
            f"there is no file {name}",
            where=name,
            remedy="let `conformance run --write-known-failures` write a first one",
        )
    try:
        document, _ = load_file(path, name)
    except ContractError as error:
        raise KnownFailuresError(error.problem, where=error.where, remedy=error.remedy) from error
    if not isinstance(document, Section):
        raise KnownFailuresError("the file is a list", where=f"{name}:1", remedy=_FORM)
    return document


@dataclass(frozen=True)
class _Fault:
    line: int
    problem: str
    remedy: str
    about_reason: bool = False
    """Whether it is no more than that a reason is still to be written."""


def _faults(document: Section) -> Iterator[_Fault]:
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed here

    errors = list(jsonschema.Draft202012Validator(schema()).iter_errors(document))
    misspelt = [error.absolute_path for error in errors if error.validator == "additionalProperties"]
    for error in errors:
        if error.validator != "required" or error.absolute_path not in misspelt:  # the misspelt key is the missing one
            yield from _told(document, error)


def _told(document: Section, error: ValidationError) -> Iterator[_Fault]:
    """Say in words what one error of the validator means."""
    trail = list(error.absolute_path)
    line = _line(document, trail)
    what = f"`{trail[-1]}`" if trail and isinstance(trail[-1], str) else "the entry" if trail else "the file"
    rule, given = str(error.validator), error.instance
    limit: Any = error.validator_value
    if rule == "additionalProperties" and isinstance(given, Section):
        allowed = sorted((error.schema or {}).get("properties", {}))  # type: ignore[union-attr]
        for name in (one for one in given if one not in allowed):
            yield _Fault(given.lines[name], f"{what} has no key {name!r}", suggest(name, allowed))
    elif rule == "required" and isinstance(given, Section):
        for name in (one for one in limit if one not in given):
            yield _Fault(line, f"{what} lacks the key {name!r}", f"add `{name}:` to it", about_reason=name == "reason")
    elif rule == "type":
        unwritten = trail[-1:] == ["reason"] and given is None
        problem = f"{what} must be {_KINDS[limit]}, not {shown(given):.80}"
        yield _Fault(line, problem, "write it in quotes" if limit == "string" else _FORM, about_reason=unwritten)
    elif rule == "enum":
        yield _Fault(line, f"{what} can't be {given!r}", suggest(str(given), limit))
    elif rule == "pattern":
        yield _Fault(line, f"{what} is no date: {given!r}", "write it like 2027-03-31")
    else:
        unwritten = trail[-1:] == ["reason"]
        yield _Fault(line, f"{what} must not be empty", "fill it, or leave the key out", about_reason=unwritten)


def _insist_on_reasons(rows: list[Section]) -> None:
    waiting = [row for row in rows if is_unwritten(row.get("reason") or "")]
    if waiting:
        what = "an entry has" if len(waiting) == 1 else f"{len(waiting)} entries have"
        places = "\n         ".join(f"{row.at('reason')}  {row['check']}" for row in waiting)
        remedy = f"say in each why the failure is accepted for now, in the place of {TODO}"
        raise KnownFailuresError(f"{what} no reason yet", where=places, remedy=remedy)


def _insist_on_one_entry_each(entries: tuple[Entry, ...]) -> None:
    first: dict[str, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(entry.check.rstrip("/"), entry)
        if earlier is not entry:
            raise KnownFailuresError(
                f"{entry.check!r} stands twice",
                where=entry.where,
                remedy=f"keep one of them; the first is at {earlier.where}",
            )


def _entry(row: Section) -> Entry:
    return Entry(
        check=row["check"],
        reason=row.get("reason") or "",
        where=row.at("check"),
        issue=row.get("issue", ""),
        expires=_day(row),
        outcome=Outcome(row.get("outcome", Outcome.FAILED)),
        kind=row.get("kind", ""),
    )


def _day(row: Section) -> date | None:
    if "expires" not in row:
        return None
    try:
        return date.fromisoformat(row["expires"])
    except ValueError as error:
        problem = f"`expires` is no date: {row['expires']!r}"
        raise KnownFailuresError(problem, where=row.at("expires"), remedy="the calendar has no such day") from error


def _line(document: Section, trail: list[str | int]) -> int:
    """Give the line of what a trail of keys and indices leads to."""
    line = document.line
    value: Any = document
    for step in trail:
        line = value.lines[step]
        value = value[step]
    return line
