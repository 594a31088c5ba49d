"""Two runs compared: what became of each check, as text, as Markdown, and on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from conformance.errors import ExitCode
from conformance.report.comparison.reading import Note, Side, notes_on
from conformance.report.markdown import markdown_environment
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.summary import count, counts_against
from conformance.report.terminal import Lines, Printer, heading
from conformance.visible import clip, one_line, visible

_MANY = 4
"""From how many checks that changed in the same way they are one entry, as in the findings of a report."""


class Change(StrEnum):
    """What became of one check, in the order in which to read of it."""

    BROKEN = "broken"
    """It passed, and now it does not."""
    LOST = "lost"
    """It was judged, and now it is skipped, so it is unknown whether it still passes."""
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


class _Shown(NamedTuple):
    """How a change is shown: its heading, its words in a sentence, and the colour of the heading."""

    title: str
    words: str
    tone: str


_SHOWN = {
    Change.BROKEN: _Shown("Broken", "broke", "red"),
    Change.LOST: _Shown("No longer judged", "no longer judged", "magenta"),
    Change.REMOVED: _Shown("Gone", "gone", "magenta"),
    Change.FOUND: _Shown("Judged for the first time, and fails", "newly judged and failing", "red"),
    Change.CHANGED: _Shown("Fails in another way", "failing in another way", "yellow"),
    Change.FIXED: _Shown("Fixed", "fixed", "green"),
    Change.GAINED: _Shown("Judged for the first time, and passes", "newly judged and passing", "green"),
    Change.ADDED: _Shown("New", "new", "cyan"),
}


@dataclass(frozen=True)
class Delta:
    """One check that is not as it was.

    `result` is the newer of its results; `worse` says that it alone makes the new run worse than the old one.
    """

    change: Change
    result: Result
    old: Result | None
    new: Result | None
    worse: bool

    @property
    def step(self) -> str:
        """From what it went to what: `passed, now failed: the reason`."""
        if self.old is None:
            return _ended(self.result)
        if self.new is None:
            return f"was {_ended(self.old)}"
        if self.change is Change.CHANGED:
            return f"now {_ended(self.new)}"
        recommended = self.change is Change.BROKEN and not self.worse and not self.new.known
        return f"{_outcome(self.old)}, now {_ended(self.new)}{' (recommended only)' if recommended else ''}"

    @property
    def before(self) -> str:
        """How the old run ended, where it fails in another way now."""
        return _ended(self.old) if self.old and self.change is Change.CHANGED else ""


@dataclass(frozen=True)
class Group:
    """Checks of one operation and area that changed in the same way: one line of a rendering."""

    deltas: tuple[Delta, ...]

    @property
    def lead(self) -> Delta:
        """The one that represents all."""
        return self.deltas[0]

    @property
    def title(self) -> str:
        """The id of the check, or where the checks are and how many."""
        result = self.lead.result
        alone = len(self.deltas) == 1
        return result.id if alone else f"{result.operation}/{result.area} ({len(self.deltas):,} checks)"


@dataclass(frozen=True)
class Difference:
    """All that is not as it was between two runs, in the order of reports, and how many checks are."""

    old: Side
    new: Side
    notes: tuple[Note, ...]
    deltas: tuple[Delta, ...]
    unchanged: int

    def of(self, change: Change) -> tuple[Delta, ...]:
        """Return the checks with this change."""
        return tuple(item for item in self.deltas if item.change is change)

    @property
    def counts(self) -> Counter[Change]:
        """How many checks changed in which way."""
        return Counter(item.change for item in self.deltas)

    @property
    def worse(self) -> int:
        """How many checks make the new run worse than the old one."""
        return sum(item.worse for item in self.deltas)

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
        is_better = self.counts[Change.FIXED] + self.counts[Change.GAINED] and not self.counts[Change.FOUND]
        return "Better" if is_better else "No worse"

    @property
    def sentence(self) -> str:
        """What changed: `3 checks broke, 1 gone, 12 fixed; 2,246 as before`."""
        counts = self.counts
        parts = [(counts[change], shown.words) for change, shown in _SHOWN.items() if counts[change]]
        if not parts:
            return f"{count(self.unchanged, 'check')}, all as before"
        (number, words), *others = parts
        first = f"{count(number, 'check')} {words}"
        return ", ".join([first, *(f"{many:,} {what}" for many, what in others)]) + f"; {self.unchanged:,} as before"

    @property
    def groups(self) -> Iterator[tuple[Change, tuple[Group, ...]]]:
        """The changes that there are, each with its checks in groups."""
        for change in Change:
            if groups := in_groups(self.of(change)):
                yield change, groups


def difference_of(old: Side, new: Side, *, strict: bool = False) -> Difference:
    """Compare two runs. A failure at level should that is new counts only where `strict`, as in a run.

    A check that one of the runs had, and did not count, is left out.
    """
    newer = {item.id for side in (old, new) for item in side.record.newer}
    before, after = ({item.id: item for item in side.record.results if item.id not in newer} for side in (old, new))
    everything = sort_results({**before, **after}.values())
    deltas = tuple(
        Delta(change, item, was, now, _is_worse(change, item, strict=strict))
        for item in everything
        for was, now in [(before.get(item.id), after.get(item.id))]
        if (change := _change(was, now)) is not None
    )
    notes = notes_on((replace(old, label="old"), replace(new, label="new")), same_target=True)
    return Difference(old, new, notes, deltas, len(everything) - len(deltas))


def in_groups(deltas: Iterable[Delta]) -> tuple[Group, ...]:
    """Put checks together that changed in the same way for the same reason, where there are many of them."""
    by_way: dict[tuple[object, ...], list[Delta]] = {}
    for item in deltas:
        ways = tuple(side and (side.outcome, side.kind, side.reason) for side in (item.old, item.new))
        by_way.setdefault((item.result.operation, item.result.area, *ways), []).append(item)
    groups: list[Group] = []
    for members in by_way.values():
        parts = [members] if len(members) >= _MANY else [[member] for member in members]
        groups.extend(Group(tuple(part)) for part in parts)
    return tuple(groups)


_CHANGES = {
    ("passed", "problem"): Change.BROKEN,
    ("passed", "skipped"): Change.LOST,
    ("problem", "skipped"): Change.LOST,
    ("skipped", "problem"): Change.FOUND,
    ("problem", "problem"): Change.CHANGED,
    ("problem", "passed"): Change.FIXED,
    ("skipped", "passed"): Change.GAINED,
}
"""What became of a check that both runs have, by how it ended in them; as before otherwise."""


def _change(old: Result | None, new: Result | None) -> Change | None:
    if old is None:
        return Change.ADDED
    if new is None:
        return Change.REMOVED
    was, now = ("problem" if item.has_problem else item.outcome.value for item in (old, new))
    change = _CHANGES.get((was, now))
    return None if change is Change.CHANGED and _way(old) == _way(new) else change


def _way(result: Result) -> tuple[object, ...]:
    """Return the way in which a check failed: its signature, its reason, and whether that was declared."""
    return result.outcome, result.kind, result.reason, result.known


def _is_worse(change: Change, new: Result, *, strict: bool) -> bool:
    if change is Change.BROKEN:
        return new.outcome is Outcome.ERROR or counts_against(new, strict=strict)
    return change in (Change.LOST, Change.REMOVED)


def _ended(result: Result) -> str:
    # In one line: the reason of an error may be the end of a traceback.
    reason = " ".join((result.reason or result.kind).split())
    return f"{_outcome(result)}: {reason}" if reason else _outcome(result)


def _outcome(result: Result) -> str:
    return f"{result.outcome.value} as declared" if result.known else result.outcome.value


FITS = 60_000
"""Characters: GitHub takes no comment of more than 65,536, and a job may write something around it."""

_REASON = 240
_OPEN = frozenset({Change.BROKEN, Change.LOST, Change.REMOVED})
"""Changes whose table is open; the others are folded."""


def render_diff_markdown(difference: Difference) -> str:
    """Return the text of the comment, of at most FITS characters."""
    environment = markdown_environment()
    environment.filters["clip"] = lambda text: clip(text, _REASON)
    # The macros of the template are its interface, as in report.md.
    parts: Any = environment.get_template("difference.md.j2").make_module({"difference": difference})
    text = str(parts.head())
    left_out: list[str] = []
    for change, groups in difference.groups:
        title, number = _SHOWN[change].title, difference.counts[change]
        section = parts.section(title, number, groups, is_open=change in _OPEN).removesuffix("\n")
        if len(text) + len(section) > FITS:
            left_out.append(f"{title.lower()} ({number:,})")
        else:
            text += section
    if left_out:
        text += f"\nToo long for a comment: {', '.join(left_out)}. `conformance diff --json` has all of it.\n"
    return text


LIMIT = 25
"""How many lines of one change are printed; the rest is counted."""

_TEXT_LIMIT = 300
_LABEL_WIDTH = 10


def print_difference(console: Console, difference: Difference) -> None:
    """Print a difference; ids are never broken, so that they can be copied."""
    page = _Page(console)
    page.print(page.lines(difference))


class _Page(Printer):
    """The parts of a difference."""

    def lines(self, difference: Difference) -> Lines:
        tone = "bold red" if difference.worse else "bold green"
        yield from self.hanging("", Text.assemble((difference.title, tone), ": ", difference.sentence))
        yield ""
        for label, side in (("old", difference.old), ("new", difference.new)):
            yield from self.part(label, visible(side.text), column=_LABEL_WIDTH)
            if side.versions:
                yield from self.part("", visible(clip(side.versions, _TEXT_LIMIT)), column=_LABEL_WIDTH)
        for note in difference.notes:
            yield from self.part("note", visible(note.text), column=_LABEL_WIDTH)
        for change, groups in difference.groups:
            shown = _SHOWN[change]
            yield from heading(f"{shown.title} ({difference.counts[change]:,})", shown.tone)
            for group in groups[:LIMIT]:
                yield from self._group(group)
            if left := sum(len(item.deltas) for item in groups[LIMIT:]):
                yield f"  and {count(left, 'more check')}: --markdown and --json have all"

    def _group(self, group: Group) -> Lines:
        lead = group.lead
        yield f"  {one_line(group.title)}"
        if lead.before:
            yield from self.hanging("      before ", visible(clip(lead.before, _TEXT_LIMIT)))
        yield from self.hanging("      ", visible(clip(lead.step, _TEXT_LIMIT)))
        if len(group.deltas) > 1:
            yield f"      such as {one_line(lead.result.id)}"
