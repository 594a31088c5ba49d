"""Two runs of one target as a difference: what broke, what is no longer judged, what was mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.comparison.frames import Note, notes_on
from conformance.comparison.reading import Side
from conformance.errors import ExitCode
from conformance.report import Outcome, Result, counts_against, sort_results

_MANY = 4
"""From how many checks that changed in the same way they are told as one, as in the findings of a report."""

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class Change(StrEnum):
    """What became of one check, in the order in which to read of it."""

    BROKEN = "broken"
    """It passed, and now it does not."""
    LOST = "lost"
    """It was judged, and now it is skipped: nobody knows any more."""
    REMOVED = "removed"
    """It is not in the new run at all."""
    FOUND = "found"
    """It was skipped before; now it is judged, and fails."""
    CHANGED = "changed"
    """It fails as before, but in another way, or for another reason, or declared otherwise."""
    FIXED = "fixed"
    """It failed, and now it passes."""
    GAINED = "gained"
    """It was skipped before; now it is judged, and passes."""
    ADDED = "added"
    """It was not in the old run at all."""


@dataclass(frozen=True)
class Delta:
    """One check that is not as it was; `worse` if it alone makes the new run worse than the old one."""

    change: Change
    old: Result | None
    new: Result | None
    worse: bool = False

    @property
    def result(self) -> Result:
        """The newer of its results."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a delta has at least one result")
        return found


@dataclass(frozen=True)
class Difference:
    """All that is not as it was between two runs, in the order of reports, and how many checks are."""

    old: Side
    new: Side
    notes: tuple[Note, ...]
    deltas: tuple[Delta, ...]
    unchanged: int

    def of(self, change: Change) -> tuple[Delta, ...]:
        """Give the checks with this change."""
        return tuple(one for one in self.deltas if one.change is change)

    @property
    def counts(self) -> Counter[Change]:
        """Count the changes."""
        return Counter(one.change for one in self.deltas)

    @property
    def worse(self) -> int:
        """How many checks make the new run worse than the old one."""
        return sum(one.worse for one in self.deltas)

    @property
    def exit_code(self) -> ExitCode:
        """1 where something broke or vanished, 0 otherwise."""
        return ExitCode.DOES_NOT_CONFORM if self.worse else ExitCode.CONFORMS

    @property
    def title(self) -> str:
        """The verdict in a word or three."""
        if self.worse:
            return "Worse"
        if not self.deltas:
            return "No difference"
        counts = self.counts
        mended = counts[Change.FIXED] + counts[Change.GAINED]
        return "Better" if mended and not counts[Change.FOUND] else "No worse"


@dataclass(frozen=True)
class Group:
    """Checks of one operation and area that changed in the same way: one line of a rendering."""

    deltas: tuple[Delta, ...]

    @property
    def lead(self) -> Delta:
        """The one that stands for all."""
        return self.deltas[0]

    @property
    def title(self) -> str:
        """The id of the check, or where the checks are and how many."""
        if len(self.deltas) == 1:
            return self.lead.result.id
        return f"{self.lead.result.operation}/{self.lead.result.area} ({len(self.deltas):,} checks)"


def difference_of(old: Side, new: Side, *, strict: bool = False) -> Difference:
    """Compare two runs. A failure at level should that is new counts only where `strict`, as in a run."""
    before = {one.id: one for one in old.record.results}
    after = {one.id: one for one in new.record.results}
    everything = sort_results({**before, **after}.values())
    deltas = tuple(_deltas(((before.get(one.id), after.get(one.id)) for one in everything), strict=strict))
    notes = notes_on((replace(old, label="old"), replace(new, label="new")), same_target=True)
    return Difference(old, new, notes, deltas, len(everything) - len(deltas))


def in_groups(deltas: Iterable[Delta]) -> tuple[Group, ...]:
    """Put checks together that changed in the same way for the same reason, where there are many of them."""
    alike: dict[tuple[str, ...], list[Delta]] = {}
    for one in deltas:
        ways = tuple("" if side is None else f"{side.outcome} {side.kind} {side.reason}" for side in (one.old, one.new))
        alike.setdefault((one.result.operation, one.result.area, *ways), []).append(one)
    groups: list[Group] = []
    for members in alike.values():
        parts = [members] if len(members) >= _MANY else [[one] for one in members]
        groups.extend(Group(tuple(part)) for part in parts)
    return tuple(groups)


def _deltas(pairs: Iterable[tuple[Result | None, Result | None]], *, strict: bool) -> Iterator[Delta]:
    for old, new in pairs:
        change = _change(old, new)
        if change is not None:
            yield Delta(change, old, new, _is_worse(change, new, strict=strict))


def _change(old: Result | None, new: Result | None) -> Change | None:
    if old is None:
        return Change.ADDED
    if new is None:
        return Change.REMOVED
    if old.outcome is Outcome.SKIPPED or new.outcome is Outcome.SKIPPED:
        return _judged_or_not(old, new)
    was, now = old.outcome in _BAD, new.outcome in _BAD
    if was and now:
        return None if _way(old) == _way(new) else Change.CHANGED
    if was:
        return Change.FIXED
    return Change.BROKEN if now else None


def _judged_or_not(old: Result, new: Result) -> Change | None:
    if old.outcome is new.outcome:
        return None
    if new.outcome is Outcome.SKIPPED:
        return Change.LOST
    return Change.FOUND if new.outcome in _BAD else Change.GAINED


def _way(result: Result) -> tuple[object, ...]:
    """Give the way in which a check failed: its signature, its reason, and whether that was declared."""
    return result.outcome, result.kind, result.reason, result.known


def _is_worse(change: Change, new: Result | None, *, strict: bool) -> bool:
    if change in (Change.LOST, Change.REMOVED):
        return True
    if change is not Change.BROKEN or new is None:
        return False
    return new.outcome is Outcome.ERROR or counts_against(new, strict=strict)
