"""The words of a difference, the same on a terminal and in a pull request."""

from __future__ import annotations

from conformance.comparison.difference import Change, Delta, Difference, Group
from conformance.report import Result
from conformance.report.summary import count, headline

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
"""The heading of each change, in the order in which they are told."""

_TOLD = {
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
    told = [(counts[change], words) for change, words in _TOLD.items() if counts[change]]
    if not told:
        return f"{count(difference.unchanged, 'check')}, all as before"
    (number, words), *others = told
    first = f"{count(number, 'check')} {words}"
    return ", ".join([first, *(f"{many:,} {what}" for many, what in others)]) + f"; {difference.unchanged:,} as before"


def run_told(difference: Difference, which: str) -> str:
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
    """Say how the old run ended, where the new one tells only half: it fails in another way now."""
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
