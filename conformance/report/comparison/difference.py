"""Two runs compared: what became of each check, as text, as Markdown, and on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from rich.console import Console
from rich.text import Text

from conformance.errors import ExitCode
from conformance.report.comparison.reading import Note, Side, notes_on
from conformance.report.layout import Printer
from conformance.report.markdown import code, plain
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.summary import count, counts_against, headline
from conformance.visible import clip, one_line, visible

_MANY = 4
"""From how many checks that changed in the same way they are one entry, as in the findings of a report."""

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


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
        """Return the checks with this change."""
        return tuple(item for item in self.deltas if item.change is change)

    @property
    def counts(self) -> Counter[Change]:
        """Count the changes."""
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
        counts = self.counts
        fixed = counts[Change.FIXED] + counts[Change.GAINED]
        return "Better" if fixed and not counts[Change.FOUND] else "No worse"


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
        if len(self.deltas) == 1:
            return self.lead.result.id
        return f"{self.lead.result.operation}/{self.lead.result.area} ({len(self.deltas):,} checks)"


def difference_of(old: Side, new: Side, *, strict: bool = False) -> Difference:
    """Compare two runs. A failure at level should that is new counts only where `strict`, as in a run."""
    before = {item.id: item for item in old.record.results}
    after = {item.id: item for item in new.record.results}
    everything = sort_results({**before, **after}.values())
    deltas = tuple(_deltas(((before.get(item.id), after.get(item.id)) for item in everything), strict=strict))
    notes = notes_on((replace(old, label="old"), replace(new, label="new")), same_target=True)
    return Difference(old, new, notes, deltas, len(everything) - len(deltas))


def in_groups(deltas: Iterable[Delta]) -> tuple[Group, ...]:
    """Put checks together that changed in the same way for the same reason, where there are many of them."""
    alike: dict[tuple[str, ...], list[Delta]] = {}
    for item in deltas:
        ways = tuple(
            "" if side is None else f"{side.outcome} {side.kind} {side.reason}" for side in (item.old, item.new)
        )
        alike.setdefault((item.result.operation, item.result.area, *ways), []).append(item)
    groups: list[Group] = []
    for members in alike.values():
        parts = [members] if len(members) >= _MANY else [[member] for member in members]
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
    """Return the way in which a check failed: its signature, its reason, and whether that was declared."""
    return result.outcome, result.kind, result.reason, result.known


def _is_worse(change: Change, new: Result | None, *, strict: bool) -> bool:
    if change in (Change.LOST, Change.REMOVED):
        return True
    if change is not Change.BROKEN or new is None:
        return False
    return new.outcome is Outcome.ERROR or counts_against(new, strict=strict)


TITLES = {
    Change.BROKEN: "Broken",
    Change.LOST: "No longer judged",
    Change.REMOVED: "Gone",
    Change.FOUND: "Judged for the first time, and fails",
    Change.CHANGED: "Fails in another way",
    Change.FIXED: "Fixed",
    Change.GAINED: "Judged for the first time, and passes",
    Change.ADDED: "New",
}
"""The heading of each change, in the order in which they are printed."""

_WORDS = {
    Change.BROKEN: "broke",
    Change.LOST: "no longer judged",
    Change.REMOVED: "gone",
    Change.FOUND: "newly judged and failing",
    Change.CHANGED: "failing in another way",
    Change.FIXED: "fixed",
    Change.GAINED: "newly judged and passing",
    Change.ADDED: "new",
}


def sentence(difference: Difference) -> str:
    """Say in one sentence what changed: `3 checks broke, 1 gone, 12 fixed; 2,246 as before`."""
    counts = difference.counts
    parts = [(counts[change], words) for change, words in _WORDS.items() if counts[change]]
    if not parts:
        return f"{count(difference.unchanged, 'check')}, all as before"
    (number, words), *others = parts
    first = f"{count(number, 'check')} {words}"
    return ", ".join([first, *(f"{many:,} {what}" for many, what in others)]) + f"; {difference.unchanged:,} as before"


def run_text(difference: Difference, which: str) -> str:
    """Say of the old or the new run what was judged, when, and how it ended."""
    side = difference.old if which == "old" else difference.new
    header, verdict = side.record.header, headline(side.record)
    return f"{header.target.name}, {header.started}: {verdict.title.lower()}, {verdict.detail} ({verdict.judged})"


def versions_of(difference: Difference, which: str) -> str:
    """Return what the old or the new run depended on, in one line; empty where its record does not say."""
    side = difference.old if which == "old" else difference.new
    versions = side.record.header.versions
    return f"{versions}; {versions.command}" if versions else ""


def step(delta: Delta) -> str:
    """Say from what a check went to what: `passed, now failed: the reason`."""
    if delta.old is None:
        return _ended(delta.new)
    if delta.new is None:
        return f"was {_ended(delta.old)}"
    if delta.change is Change.CHANGED:
        return f"now {_ended(delta.new)}"
    recommended = delta.change is Change.BROKEN and not delta.worse and not delta.new.known
    return f"{_outcome(delta.old)}, now {_ended(delta.new)}{' (recommended only)' if recommended else ''}"


def before(group: Group) -> str:
    """Say how the old run ended, where it fails in another way now."""
    old = group.lead.old
    return _ended(old) if group.lead.change is Change.CHANGED else ""


def _ended(result: Result | None) -> str:
    if result is None:
        return ""
    # In one line: the reason of an error may be the end of a traceback.
    reason = " ".join((result.reason or result.kind).split())
    return f"{_outcome(result)}: {reason}" if reason else _outcome(result)


def _outcome(result: Result) -> str:
    return f"{result.outcome.value} as declared" if result.known else result.outcome.value


FITS = 60_000
"""Characters: GitHub takes no comment of more than 65,536, and a job may write something around it."""

_ROWS = 30
_IDS = 50
_REASON = 240
_OPEN = frozenset({Change.BROKEN, Change.LOST, Change.REMOVED})
"""Changes whose table is open; the others are folded."""


def render_diff_markdown(difference: Difference) -> str:
    """Return the text of the comment, of at most FITS characters."""
    text = "\n".join(_head(difference))
    left_out: list[str] = []
    for change, title in TITLES.items():
        groups = in_groups(difference.of(change))
        if not groups:
            continue
        section = "\n".join(_section(change, title, groups))
        if len(text) + len(section) > FITS:
            left_out.append(f"{title.lower()} ({difference.counts[change]:,})")
        else:
            text += section
    if left_out:
        text += f"\nToo long for a comment: {', '.join(left_out)}. `conformance diff --json` has all of it.\n"
    return text


def _head(difference: Difference) -> Iterator[str]:
    yield f"### {difference.title}: {plain(difference.new.record.header.target.name)}"
    yield ""
    yield f"{plain(sentence(difference))}."
    yield ""
    yield "| | run |"
    yield "|---|---|"
    for which in ("old", "new"):
        versions = versions_of(difference, which)
        shown = f"<br>{code(clip(versions, _REASON))}" if versions else ""
        yield f"| {which} | {plain(run_text(difference, which))}{shown} |"
    for note in difference.notes:
        yield f"| **note** | {plain(note.text)} |"
    yield ""


def _section(change: Change, title: str, groups: tuple[Group, ...]) -> Iterator[str]:
    number = sum(len(item.deltas) for item in groups)
    yield ""
    if change in _OPEN:
        yield f"#### {title} ({number:,})"
    else:
        yield f"<details><summary>{title} ({number:,})</summary>"
    yield ""
    yield "| check | what happened |"
    yield "|---|---|"
    for group in groups[:_ROWS]:
        yield f"| {code(group.title)} | {_happened(group)} |"
    if left := sum(len(item.deltas) for item in groups[_ROWS:]):
        yield f"| and {left:,} more | `conformance diff` lists them |"
    yield ""
    for group in groups[:_ROWS]:
        if len(group.deltas) > 1:
            yield from _ids(group)
    if change not in _OPEN:
        yield "</details>"
        yield ""


def _happened(group: Group) -> str:
    earlier = before(group)
    now = plain(clip(step(group.lead), _REASON))
    return f"before {plain(clip(earlier, _REASON))}; {now}" if earlier else now


def _ids(group: Group) -> Iterator[str]:
    yield f"<details><summary>{plain(group.title)}</summary>"
    yield ""
    for item in group.deltas[:_IDS]:
        yield f"- {code(item.result.id)}"
    if len(group.deltas) > _IDS:
        yield f"- and {len(group.deltas) - _IDS:,} more"
    yield ""
    yield "</details>"
    yield ""


LIMIT = 25
"""How many lines of one change are printed; the rest is counted."""

_TEXT_LIMIT = 300
_LABEL_WIDTH = 10
_TONES = {
    Change.BROKEN: "red", Change.LOST: "magenta", Change.REMOVED: "magenta", Change.FOUND: "red",
    Change.CHANGED: "yellow", Change.FIXED: "green", Change.GAINED: "green", Change.ADDED: "cyan",
}  # fmt: skip


def print_difference(console: Console, difference: Difference, *, limit: int = LIMIT) -> None:
    """Print a difference; ids are never broken, so that they can be copied."""
    page = _Page(console)
    tone = "bold red" if difference.worse else "bold green"
    page.wrapped(Text.assemble((difference.title, tone), ": ", sentence(difference)))
    page.line()
    for which in ("old", "new"):
        page.hanging(f"  {which:<{_LABEL_WIDTH}}", visible(run_text(difference, which)))
        if versions := versions_of(difference, which):
            page.hanging(f"  {'':<{_LABEL_WIDTH}}", visible(clip(versions, _TEXT_LIMIT)))
    for note in difference.notes:
        page.hanging(f"  {'note':<{_LABEL_WIDTH}}", visible(note.text))
    for change, title in TITLES.items():
        deltas = difference.of(change)
        if not deltas:
            continue
        page.heading(f"{title} ({len(deltas):,})", _TONES[change])
        groups = in_groups(deltas)
        for group in groups[:limit]:
            page.group(group)
        if left := sum(len(item.deltas) for item in groups[limit:]):
            page.line(f"  and {count(left, 'more check')}: --markdown and --json have all")


class _Page(Printer):
    """The parts of a difference."""

    def group(self, group: Group) -> None:
        self.line(f"  {one_line(group.title)}")
        if earlier := before(group):
            self.hanging("      before ", visible(clip(earlier, _TEXT_LIMIT)))
        self.wrapped(visible(clip(step(group.lead), _TEXT_LIMIT)), indent=6)
        if len(group.deltas) > 1:
            self.line(f"      such as {one_line(group.lead.result.id)}")
