"""A judgement as people read it: verdict, what was judged, the findings as a run tells them, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import report
from conformance.errors import ExitCode
from conformance.report.explanation import labelled
from conformance.report.plain import hanging
from conformance.report.summary import count
from conformance.report.visible import clip, one_line, visible
from conformance.validate.forms import TITLES
from conformance.validate.judgement import Judgement

_LONGEST = 480
_SECTIONS = {
    report.Rank.FAILED: "Failed",
    report.Rank.ERROR: "Errors",
    report.Rank.RECOMMENDED: "Failed, recommended only (level should)",
}


def told(judgement: Judgement, contract: str, width: int, *, strict: bool) -> Iterator[str]:
    """Give the lines; `contract` names the contract, `width` is that of the terminal. Ids are never broken."""
    yield _headline(judgement, strict=strict)
    yield ""
    yield from _frame(judgement, contract, width)
    findings = [one for one in report.group_findings(judgement.results) if one.rank in _SECTIONS]
    section: report.Rank | None = None
    for number, finding in enumerate(findings, start=1):
        if finding.rank is not section:
            section = finding.rank
            yield from ("", _SECTIONS[section])
        yield from _finding(number, finding, width)
    if judgement.notes:
        yield from ("", "Notes")
        for note in judgement.notes:
            yield from hanging("  ", one_line(note), width)
    if judgement.unknown:
        yield from ("", "Unknown to the contract, which is never a failure")
        yield from hanging("  ", one_line(clip(", ".join(judgement.unknown), _LONGEST)), width)
    if judgement.left_out:
        yield from ("", "Not judged")
        for words in judgement.left_out:
            yield from hanging("  ", one_line(words), width)


def _headline(judgement: Judgement, *, strict: bool) -> str:
    code, counts = judgement.code(strict=strict), judgement.counts
    judged = counts[report.Outcome.PASSED] + counts[report.Outcome.FAILED]
    if code is ExitCode.PARTLY_JUDGED:
        return f"Nothing was checked: this has no member of an answer of {judgement.operation}"
    against = judgement.against(strict=strict)
    if judgement.answer is None:
        facts = (
            f"{against:,} of {count(judged, 'fact')} broken"
            if against
            else f"{count(judged, 'fact')} kept, none broken"
        )
        return f"{'Invalid' if against else 'Valid'} request: {facts}"
    if code is ExitCode.DOES_NOT_CONFORM:
        return f"Does not conform: {against:,} of {count(judged, 'check')} failed"
    softly = counts[report.Outcome.FAILED]
    beside = f", {softly:,} recommended failed" if softly else ", none failed"
    return f"Conforms: {count(counts[report.Outcome.PASSED], 'check')} passed{beside}"


def _frame(judgement: Judgement, contract: str, width: int) -> Iterator[str]:
    yield f"  operation   {judgement.operation}"
    if judgement.answer is not None and judgement.form is not None:
        yield from hanging("  answer      ", one_line(judgement.answer), width)
        what = (
            f"{judgement.form}: {TITLES[judgement.form]}{', an error' if judgement.is_error else ''} ({judgement.why})"
        )
        yield from hanging("  read as     ", what, width)
    if judgement.request is not None:
        yield from hanging("  request     ", one_line(judgement.request), width)
        yield from hanging("  must get    ", judgement.must_be_answered, width)
    yield from hanging("  contract    ", contract, width)
    counts = judgement.counts
    parts = [f"{counts[outcome]:,} {outcome.value}" for outcome in report.Outcome if counts[outcome]]
    yield from hanging("  checks      ", ", ".join(parts) or "none", width)


def _finding(number: int, finding: report.Finding, width: int) -> Iterator[str]:
    lead = finding.lead
    yield ""
    # A reason that says it all stands alone: what it is about is told by the id below it.
    title = _sentence(lead.reason) if finding.title.lower().endswith(f": {lead.reason.lower()}") else finding.title
    yield from hanging(f"{number:>3}. ", one_line(clip(title, _LONGEST)), width)
    if lead.reason and lead.reason.lower() not in title.lower():
        yield from hanging("     ", one_line(clip(lead.reason, _LONGEST)), width)
    if not finding.alone:
        names = ", ".join(name for name, _ in finding.subjects)
        label = f"     {f'{len(finding.results):,} checks':<12}"
        yield from hanging(label, one_line(clip(names, _LONGEST)), width)
    yield f"     {'Check' if finding.alone else 'Such as':<12}{one_line(lead.id)}"
    for label, text in labelled(lead):
        yield from hanging(f"     {label:<12}", visible(clip(text, _LONGEST)), width)
    for note in lead.notes:
        yield from hanging("     Note        ", visible(clip(note, _LONGEST)), width)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
