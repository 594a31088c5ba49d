"""A difference on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from conformance.comparison.difference import Change, Difference, Group, in_groups
from conformance.comparison.wording import TITLES, before, run_told, sentence, step
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
    page = _Printer(console)
    tone = "bold red" if difference.worse else "bold green"
    page.hanging("", Text.assemble((difference.title, tone), ": ", sentence(difference)))
    page.line()
    for which in ("old", "new"):
        page.hanging(f"  {which:<{_LABEL_WIDTH}}", Text(visible(run_told(difference, which))))
    for note in difference.notes:
        page.hanging(f"  {'note':<{_LABEL_WIDTH}}", Text(visible(note.text)))
    for change, title in TITLES.items():
        deltas = difference.of(change)
        if not deltas:
            continue
        page.line()
        page.line(Text(f"{title} ({len(deltas):,})", style=f"bold {_TONES[change]}"))
        groups = in_groups(deltas)
        for group in groups[:limit]:
            page.group(group)
        if left := sum(len(one.deltas) for one in groups[limit:]):
            page.line(f"  and {count(left, 'more check')}: --markdown and --json tell all")


class _Printer:
    """Prints within the width of a console; only ids go beyond it."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str | Text = "") -> None:
        self._console.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)

    def group(self, group: Group) -> None:
        self.line(f"  {one_line(group.title)}")
        if told := before(group):
            self.hanging("      before ", Text(visible(clip(told, _TEXT_LIMIT))))
        self.hanging("      ", Text(visible(clip(step(group.lead), _TEXT_LIMIT))))
        if len(group.deltas) > 1:
            self.line(f"      such as {one_line(group.lead.result.id)}")

    def hanging(self, label: str, text: Text) -> None:
        """Print a label and beside it a text, its further lines under its first."""
        width = max(self._console.width - len(label), 20)
        for number, line in enumerate(text.wrap(self._console, width, tab_size=4) or [Text()]):
            line.rstrip()
            self.line(Text.assemble(label if number == 0 else " " * len(label), line))
