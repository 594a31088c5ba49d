"""A difference on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from conformance.comparison.difference import Change, Difference, Group, in_groups
from conformance.comparison.wording import TITLES, before, run_told, sentence, step, versions_of
from conformance.report.printer import Printer
from conformance.report.summary import count
from conformance.report.visible import clip, one_line, visible

LIMIT = 25
"""How many lines of one change are told; the rest is counted."""

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
        page.hanging(f"  {which:<{_LABEL_WIDTH}}", visible(run_told(difference, which)))
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
        if left := sum(len(one.deltas) for one in groups[limit:]):
            page.line(f"  and {count(left, 'more check')}: --markdown and --json tell all")


class _Page(Printer):
    """The parts of a difference."""

    def group(self, group: Group) -> None:
        self.line(f"  {one_line(group.title)}")
        if told := before(group):
            self.hanging("      before ", visible(clip(told, _TEXT_LIMIT)))
        self.wrapped(visible(clip(step(group.lead), _TEXT_LIMIT)), indent=6)
        if len(group.deltas) > 1:
            self.line(f"      such as {one_line(group.lead.result.id)}")
