"""A difference as the comment on a pull request: short, what matters first, details folded, never beyond what fits."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.comparison.difference import Change, Difference, Group, in_groups
from conformance.comparison.wording import TITLES, before, run_told, sentence, step, versions_of
from conformance.report.markdown import code, plain
from conformance.report.visible import clip

FITS = 60_000
"""Characters: GitHub takes no comment of more than 65,536, and a job may write something around it."""

_ROWS = 30
_IDS = 50
_REASON = 240
_OPEN = frozenset({Change.BROKEN, Change.LOST, Change.REMOVED})
"""Changes whose table stands open; the others are folded."""


def render_diff_markdown(difference: Difference) -> str:
    """Give the text of the comment, of at most FITS characters."""
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
        told = f"<br>{code(clip(versions, _REASON))}" if versions else ""
        yield f"| {which} | {plain(run_told(difference, which))}{told} |"
    for note in difference.notes:
        yield f"| **note** | {plain(note.text)} |"
    yield ""


def _section(change: Change, title: str, groups: tuple[Group, ...]) -> Iterator[str]:
    number = sum(len(one.deltas) for one in groups)
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
    if left := sum(len(one.deltas) for one in groups[_ROWS:]):
        yield f"| and {left:,} more | `conformance diff` tells of them |"
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
    for one in group.deltas[:_IDS]:
        yield f"- {code(one.result.id)}"
    if len(group.deltas) > _IDS:
        yield f"- and {len(group.deltas) - _IDS:,} more"
    yield ""
    yield "</details>"
    yield ""
