"""Known failures: the file that declares them, and how the results of a run compare with it."""

from __future__ import annotations

import difflib
import json
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

from conformance import forms
from conformance.checks.check import matches
from conformance.errors import UserError
from conformance.inputs import Section, insist, load_file
from conformance.report.result import Outcome, Result
from conformance.report.run import Gate, GateFinding, Record, Wrong


class KnownFailuresError(UserError):
    """A file of known failures can't be used; `where` names the file and the line."""


NEVER_COVERED = "suite-error"
"""The kind of an error that is the suite's own fault, which can't be declared."""


@dataclass(frozen=True)
class Entry:
    """A failure that is accepted for now.

    `check` is an id or a pattern, `where` the `file:line` of the entry. `outcome` and `kind` are the signature of the
    failure, an empty `kind` meaning any. `expires` is the last day on which it holds.
    """

    check: str
    reason: str
    where: str
    issue: str = ""
    expires: date | None = None
    outcome: Outcome = Outcome.FAILED
    kind: str = ""

    @property
    def signature(self) -> str:
        """How its checks are declared to end, in words."""
        return signature(self.outcome, self.kind)

    @property
    def text(self) -> str:
        """Its place and what it says: the reason, and the link where there is one."""
        return f"{self.where}: {self.reason}" + (f" ({self.issue})" if self.issue else "")

    def has_expired(self, today: date) -> bool:
        """Return whether its last day is over."""
        return self.expires is not None and today > self.expires

    def covers(self, result: Result) -> bool:
        """Return whether a result of one of its checks is the failure that it declares."""
        same = result.outcome is self.outcome and self.kind in {"", result.kind}
        return same and result.kind != NEVER_COVERED


def signature(outcome: Outcome, kind: str) -> str:
    """Say in words how a check ended, or is declared to end."""
    return f"{outcome.value} ({kind})" if kind else outcome.value


def cleared(result: Result) -> Result:
    """Return a result as it was without what known failures say of it."""
    return replace(result, known=False, declared="") if result.known or result.declared else result


TODO: Final = "TODO"
"""The placeholder for a reason that is still to be written."""
DAY: Final = "CONFORMANCE_TODAY"
"""The environment variable that names the day by which expiry is judged, such as 2027-04-01."""

_UNWRITTEN = re.compile(rf"\s*({TODO}\b.*)?", re.IGNORECASE | re.DOTALL)
_FORM = "start it with `known_failures:`, and write `- check:` and `reason:` for each entry"


@dataclass(frozen=True)
class KnownFailures:
    """The entries of one file, in their order; `file` is its name as the user gave it."""

    file: str
    entries: tuple[Entry, ...]


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file."""
    text = (files("conformance.suite") / "known_failures.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def read_known_failures(path: Path, *, reasons_due: bool = True) -> KnownFailures:
    """Read a file. Raises KnownFailuresError, with file and line, for whatever is wrong with it.

    With `reasons_due`, each entry must have its reason; without, those that wait for one are taken as they are.
    """
    name = str(path)
    if not path.is_file():
        hint = "let `conformance run --write-known-failures` write a first one"
        raise KnownFailuresError(f"there is no file {name}", where=name, hint=hint)
    document, _ = load_file(path, name, KnownFailuresError)
    if not isinstance(document, Section):
        raise KnownFailuresError("the file is a list", where=f"{name}:1", hint=_FORM)
    rows = document.get("known_failures")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Section) and row.get("reason") in (None, ""):
            row["reason"] = TODO
    insist(document, schema(), KnownFailuresError)
    if reasons_due:
        _insist_on_reasons(document["known_failures"])
    entries = tuple(_entry(row) for row in document["known_failures"])
    first: dict[str, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(entry.check.rstrip("/"), entry)
        if earlier is not entry:
            hint = f"keep one of them; the first is at {earlier.where}"
            raise KnownFailuresError(f"{entry.check!r} is there twice", where=entry.where, hint=hint)
    return KnownFailures(name, entries)


def _insist_on_reasons(rows: list[Section]) -> None:
    waiting = [row for row in rows if is_unwritten(row["reason"])]
    if waiting:
        what = "an entry has" if len(waiting) == 1 else f"{len(waiting)} entries have"
        places = "\n         ".join(f"{row.at('reason')}  {row['check']}" for row in waiting)
        hint = f"say in each why the failure is accepted for now, in the place of {TODO}"
        raise KnownFailuresError(f"{what} no reason yet", where=places, hint=hint)


def is_unwritten(reason: str) -> bool:
    """Return whether a reason is still to be written."""
    return _UNWRITTEN.fullmatch(reason) is not None


def today(environ: Mapping[str, str]) -> date:
    """Return the day by which expiry is judged: the one that the environment names, else today in UTC."""
    text = environ.get(DAY)
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise KnownFailuresError(f"{DAY} is no date: {text!r}", hint="write it like 2027-04-01") from error


def _entry(row: Section) -> Entry:
    try:
        return forms.read(Entry, {**row, "where": row.at("check")})
    except forms.FormError as error:  # the schema has seen to all else
        problem = f"`expires` is no date: {row['expires']!r}"
        raise KnownFailuresError(problem, where=row.at("expires"), hint="the calendar has no such day") from error


_ENDED_BADLY = frozenset({Outcome.FAILED, Outcome.ERROR})
_SUGGESTIONS = 5
"""For how many entries without a check the nearest id is looked for: each takes as long as many checks."""
_WILDCARD = re.compile(r"[*?]")


class KnownFailureMatcher:
    """Known failures, matched with the checks that there are, on one day.

    Every check belongs to the first entry that matches it, whatever that entry says of its outcome: a file reads from
    the special to the general, and there is one line to look at for each check.
    """

    def __init__(self, known: KnownFailures, catalogue: Sequence[str], today: date) -> None:
        """Pair the entries with `catalogue`, the ids of all checks that there are, selected or not."""
        self.known = known
        self.today = today
        self._places = {check_id: place for place, check_id in enumerate(catalogue)}
        self._sorted = sorted(catalogue)
        self._matches = [(entry, self.matching(entry.check)) for entry in known.entries]
        self._owner: dict[str, Entry] = {}
        for entry, matched in self._matches:
            for check_id in matched:
                self._owner.setdefault(check_id, entry)

    def matching(self, pattern: str) -> list[str]:
        """Return the ids that a pattern selects, in the order of the catalogue."""
        # A file may have tens of thousands of entries: only ids with the right beginning are looked at.
        start = _WILDCARD.split(pattern.rstrip("/"), maxsplit=1)[0]
        first = islice(self._sorted, bisect_left(self._sorted, start), None)
        found = [item for item in takewhile(lambda item: item.startswith(start), first) if matches(pattern, item)]
        return sorted(found, key=self._places.__getitem__)

    def entry_of(self, check_id: str) -> Entry | None:
        """Return the entry that a check belongs to."""
        return self._owner.get(check_id)

    def mark(self, result: Result) -> Result:
        """Return a result as the record keeps it: whether it is a known failure, and what the entry about it says."""
        entry = self._owner.get(result.id)
        if entry is None or result.outcome not in _ENDED_BADLY or result.kind == NEVER_COVERED:
            return result
        if not entry.covers(result):
            return replace(result, declared=f"{entry.where} declares another failure: {entry.signature}")
        if entry.has_expired(self.today):
            return replace(result, declared=f"until {entry.expires}, {entry.text}")
        return replace(result, known=True, declared=entry.text)

    def evaluate(self, results: Mapping[str, Result], selected: Collection[str]) -> Gate:
        """Return which entries are out of date or unused, by the results of a run and the ids of all its checks.

        An entry whose checks were not selected is not evaluated, and neither is a check that was skipped.
        """
        findings: list[GateFinding] = []
        unused: list[str] = []
        suggestions = _SUGGESTIONS
        for entry, matched in self._matches:
            owned = [item for item in matched if self._owner[item] is entry]
            chosen = [item for item in owned if item in selected]
            if not matched:
                findings.append(self._unmatched(entry, suggest=suggestions > 0))
                suggestions -= 1
            elif not owned and any(item in selected for item in matched):
                problem = f"{self._owner[matched[0]].where} is about all of its checks already"
                hint = "delete it, or put it before the more general entry"
                findings.append(GateFinding(Wrong.SHADOWED, entry.check, entry.where, problem, hint))
            elif chosen and entry.has_expired(self.today):
                problem = f"its last day was {entry.expires}: the failure counts again"
                hint = "fix the target, or set a new date until which it is accepted"
                findings.append(GateFinding(Wrong.EXPIRED, entry.check, entry.where, problem, hint))
            ended = [item for item in map(results.get, chosen) if item and item.outcome is not Outcome.SKIPPED]
            if chosen and not ended:
                unused.append(f"{entry.where}: {entry.check}")
            for result in ended:
                findings += _about_the_check(entry, result)
        known = self.known
        return Gate(known.file, self.today.isoformat(), len(known.entries), tuple(findings), tuple(unused))

    def _unmatched(self, entry: Entry, *, suggest: bool) -> GateFinding:
        near = suggest and difflib.get_close_matches(entry.check, list(self._places), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "list the ids with `conformance checks`, or delete the entry"
        problem = "there is no such check, and none that matches"
        return GateFinding(Wrong.UNMATCHED, entry.check, entry.where, problem, hint)


def _about_the_check(entry: Entry, result: Result) -> Iterator[GateFinding]:
    if result.outcome is Outcome.PASSED:
        own = entry.check == result.id
        hint = "delete the entry" if own else "narrow the pattern, so that it leaves this check out"
        problem = "it passes, though it is declared to fail"
        yield GateFinding(Wrong.STALE, result.id, entry.where, problem, hint)
    elif not entry.covers(result) and result.kind != NEVER_COVERED:
        problem = f"it is declared as {entry.signature}, and ended as {signature(result.outcome, result.kind)}"
        hint = "fix the target, or change `outcome` and `kind` if this is the failure that you accept"
        yield GateFinding(Wrong.CHANGED, result.id, entry.where, problem, hint)


def apply_known_failures(record: Record, matcher: KnownFailureMatcher) -> Record:
    """Return a record as it would be if the run had had these known failures. The run must have ended."""
    results = tuple(matcher.mark(cleared(item)) for item in record.results)
    by_id = {item.id: item for item in results}
    footer = replace(record.footer, gate=matcher.evaluate(by_id, by_id)) if record.footer else None
    return replace(record, results=results, footer=footer)
