"""Holding results against known failures: which of them are covered, and which entries are out of date."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, Self

from conformance.catalogue.catalogue import matches
from conformance.gate.entry import NEVER_COVERED, Entry, cleared, signature
from conformance.gate.reading import KnownFailures
from conformance.report import Gate, GateFinding, Outcome, Record, Result, Wrong

_ENDED_BADLY = frozenset({Outcome.FAILED, Outcome.ERROR})
_SUGGESTIONS = 5
"""For how many entries without a check the nearest id is looked for: each takes as long as many checks."""
_WILDCARD = re.compile(r"[*?]")


@dataclass(frozen=True)
class _Claim:
    """An entry, the checks that match it, and those among them that no entry before it matches."""

    entry: Entry
    matched: tuple[str, ...]
    owned: tuple[str, ...]


class Gatekeeper:
    """Known failures, held against the checks that there are on one day.

    Every check belongs to the first entry that matches it, whatever that entry says of its outcome: a file reads from
    the special to the general, and there is one line to look at for each check.
    """

    def __init__(self, known: KnownFailures, catalogue: Sequence[str], today: date) -> None:
        """Pair the entries with `catalogue`, the ids of all checks that there are, selected or not."""
        self._known = known
        self._catalogue = catalogue
        self._today = today
        self._suggestions = _SUGGESTIONS
        self._owner: dict[str, Entry] = {}
        self._claims = tuple(self._claimed())

    def _claimed(self) -> Iterator[_Claim]:
        ids = _Ids(self._catalogue)
        for entry in self._known.entries:
            matched = ids.matching(entry.check)
            owned = tuple(one for one in matched if one not in self._owner)
            self._owner.update(dict.fromkeys(owned, entry))
            yield _Claim(entry, matched, owned)

    def mark(self, result: Result) -> Result:
        """Give a result as the record keeps it: whether it is a known failure, and what the entry about it says."""
        entry = self._owner.get(result.id)
        if entry is None or result.outcome not in _ENDED_BADLY or result.kind == NEVER_COVERED:
            return result
        if not entry.covers(result):
            return replace(result, declared=f"{entry.where} declares another failure: {entry.signature}")
        if entry.has_expired(self._today):
            return replace(result, declared=f"until {entry.expires}, {entry.told}")
        return replace(result, known=True, declared=entry.told)

    def ruling(self, results: Mapping[str, Result], selected: Collection[str]) -> Gate:
        """Say how a run stands to the file: `results` by id, and `selected`, the ids of all checks of the run.

        An entry whose checks were not selected is not judged, and neither is a check that was skipped.
        """
        findings: list[GateFinding] = []
        self._suggestions = _SUGGESTIONS
        idle: list[str] = []
        for claim in self._claims:
            chosen = [one for one in claim.owned if one in selected]
            findings += self._about_the_entry(claim, chosen, selected)
            ended = [results[one] for one in chosen if one in results and results[one].outcome is not Outcome.SKIPPED]
            if chosen and not ended:
                idle.append(f"{claim.entry.where}: {claim.entry.check}")
            for result in ended:
                findings += _about_the_check(claim.entry, result)
        known = self._known
        return Gate(known.file, self._today.isoformat(), len(known.entries), tuple(findings), tuple(idle))

    def _about_the_entry(
        self, claim: _Claim, chosen: Collection[str], selected: Collection[str]
    ) -> Iterator[GateFinding]:
        entry = claim.entry
        if not claim.matched:
            self._suggestions -= 1
            near = self._suggestions >= 0 and difflib.get_close_matches(entry.check, self._catalogue, n=1, cutoff=0.5)
            remedy = (
                f"did you mean {near[0]}?" if near else "list the ids with `conformance checks`, or delete the entry"
            )
            yield _finding(Wrong.UNMATCHED, entry, "there is no such check, and none that matches", remedy)
        elif not claim.owned and any(one in selected for one in claim.matched):
            first = self._owner[claim.matched[0]]
            remedy = "delete it, or put it before the more general entry"
            yield _finding(Wrong.SHADOWED, entry, f"{first.where} is about all of its checks already", remedy)
        elif chosen and entry.has_expired(self._today):
            problem = f"its last day was {entry.expires}: the failure counts again"
            yield _finding(Wrong.EXPIRED, entry, problem, "mend the target, or say anew until when it is accepted")

    def to_json(self) -> dict[str, Any]:
        """Give what a worker process needs to mark results as this one does."""
        entries = [entry.to_json() for entry in self._known.entries]
        return {"file": self._known.file, "entries": entries, "today": self._today.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], catalogue: Sequence[str]) -> Self:
        """Take over in a worker what `to_json` gave."""
        known = KnownFailures(value["file"], tuple(Entry.from_json(one) for one in value["entries"]))
        return cls(known, catalogue, date.fromisoformat(value["today"]))


class _Ids:
    """The ids of a catalogue, to be looked up by their beginning: a file may have tens of thousands of entries."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._places = {check_id: place for place, check_id in enumerate(ids)}
        self._sorted = sorted(self._places)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Return the ids that a pattern selects, in the order of the catalogue."""
        start = _WILDCARD.split(pattern.rstrip("/"), maxsplit=1)[0]
        first = bisect_left(self._sorted, start)
        found: list[str] = []
        for check_id in islice(self._sorted, first, None):
            if not check_id.startswith(start):
                break
            if matches(pattern, check_id):
                found.append(check_id)
        return tuple(sorted(found, key=self._places.__getitem__))


def _about_the_check(entry: Entry, result: Result) -> Iterator[GateFinding]:
    if result.outcome is Outcome.PASSED:
        narrow = (
            "delete the entry" if entry.check == result.id else "narrow the pattern, so that it leaves this check out"
        )
        yield _finding(Wrong.STALE, entry, "it passes, though it is declared to fail", narrow, result.id)
    elif not entry.covers(result) and result.kind != NEVER_COVERED:
        problem = f"it is declared as {entry.signature}, and ended as {signature(result.outcome, result.kind)}"
        remedy = "mend the target, or change `outcome` and `kind` if this is the failure that you accept"
        yield _finding(Wrong.CHANGED, entry, problem, remedy, result.id)


def _finding(wrong: Wrong, entry: Entry, problem: str, remedy: str, check: str = "") -> GateFinding:
    return GateFinding(wrong, check or entry.check, entry.where, problem, remedy)


def held(record: Record, keeper: Gatekeeper) -> Record:
    """Give a record held against known failures as if it had been so from the beginning; it must have its end."""
    results = tuple(keeper.mark(cleared(one)) for one in record.results)
    by_id = {one.id: one for one in results}
    footer = replace(record.footer, gate=keeper.ruling(by_id, by_id)) if record.footer else None
    return replace(record, results=results, footer=footer)
