"""The summary of a run on a terminal: verdict, counts, findings, what was not exercised, where the reports are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from conformance.errors import ExitCode
from conformance.report.explanation import labelled
from conformance.report.findings import Finding, Rank, group_findings, skip_reasons
from conformance.report.gate import TITLES, Gate, Wrong
from conformance.report.printer import Printer
from conformance.report.progress import counts_text
from conformance.report.run import Record
from conformance.report.summary import Headline, count, headline, summarise
from conformance.report.visible import clip, one_line, visible

LIMIT = 25
"""How many findings are told in full: about what somebody scrolls back to."""

_LABEL_WIDTH = 12
_TEXT_LIMIT = 480
_SUBJECTS = 6
_REASONS = 10
_TONES = {ExitCode.CONFORMS: "bold green", ExitCode.DOES_NOT_CONFORM: "bold red"}
_SECTIONS = {
    Rank.FAILED: ("Failed", "red"),
    Rank.ERROR: ("Errors", "magenta"),
    Rank.RECOMMENDED: ("Failed, recommended only (level should)", "yellow"),
}


def print_summary(
    console: Console,
    record: Record,
    report_paths: Mapping[str, Path],
    *,
    strict: bool = False,
    limit: int = LIMIT,
) -> None:
    """Print the summary of a record; at most `limit` findings in full, the rest is in the reports named."""
    page = _Page(console)
    page.verdict(headline(record, strict=strict))
    page.frame(record)
    if record.gate:
        page.gate(record.gate, limit)
    findings = tuple(one for one in group_findings(record.results) if one.rank in _SECTIONS)
    section: Rank | None = None
    for number, finding in enumerate(findings[:limit], start=1):
        if finding.rank is not section:
            section = finding.rank
            page.heading(*_SECTIONS[section])
        page.finding(number, finding)
    if len(findings) > limit:
        page.line()
        page.line(f"{count(len(findings) - limit, 'more finding')}: see {_readable(report_paths) or 'the reports'}")
    page.skipped(record)
    page.reports(report_paths)


class _Page(Printer):
    """The parts of a summary."""

    def verdict(self, verdict: Headline) -> None:
        tone = _TONES.get(verdict.code, "bold magenta")
        self.line()
        self.wrapped(Text.assemble((verdict.title, tone), ": ", visible(verdict.detail)), indent=0)
        self.line()

    def frame(self, record: Record) -> None:
        header, summary = record.header, summarise(record)
        target = (
            f"{header.target.name} at {header.target.endpoint_url} ({header.target.kind}, state: {header.target.state})"
        )
        self._part("target", one_line(target))
        documents = count(len(header.contract.documents), "document")
        self._part("contract", one_line(f"{header.contract.digest[:12]}, {documents}, {summary.facts_total:,} facts"))
        counts = counts_text(Counter(one.outcome for one in record.results))
        if summary.known:
            counts.append(f" ({count(summary.known, 'known failure')})")
        if record.missing:
            counts.append(f", {record.missing:,} without a result")
        if record.footer:
            counts.append(f" in {record.footer.duration_s:.1f} s")
        if header.shard:
            counts.append(f", {header.shard}: {header.shard.checks:,} checks in all")
        self._part("checks", counts)
        for remark in record.footer.remarks if record.footer else ():
            self._part("note", one_line(remark))
        if summary.facts_exercised is not None:
            self._part("facts", f"{summary.facts_exercised:,} of {summary.facts_total:,} exercised")

    def gate(self, gate: Gate, limit: int) -> None:
        """Tell which known failures are out of date, and of how many nobody can say."""
        if gate.findings:
            self.heading(f"Known failures out of date ({one_line(gate.file)})", "red")
        left = limit
        for wrong in Wrong:
            findings = gate.of(wrong)
            if findings[:left]:
                self.line()
                self.wrapped(TITLES[wrong], indent=2)
            for one in findings[:left]:
                self.line(f"    {one_line(one.where)}  {one_line(one.check)}")
                self.wrapped(visible(one.problem), indent=6)
                self.wrapped(f"to do: {visible(one.remedy)}", indent=6)
            left = max(left - len(findings), 0)
        if len(gate.findings) > limit:
            self.line(f"    and {len(gate.findings) - limit:,} more")
        if gate.not_judged:
            self.line()
            entries = count(len(gate.not_judged), "known failure")
            self.wrapped(f"{entries} not put to the test: the checks were skipped")

    def finding(self, number: int, finding: Finding) -> None:
        lead = finding.lead
        self.line()
        self.hanging(f"{number:>3}. ", Text(one_line(clip(finding.title, _TEXT_LIMIT)), style="bold"))
        if finding.behind:
            self.wrapped(f"{count(finding.behind, 'more check')} could not be judged because of this", indent=5)
        if lead.reason and lead.reason.lower() not in finding.title.lower():
            self.wrapped(visible(clip(lead.reason, _TEXT_LIMIT)), indent=5)
        if not finding.alone:
            self._part(f"{len(finding.results):,} checks", _subjects(finding), indent=5)
        self.line(f"     {'Check' if finding.alone else 'Such as':<{_LABEL_WIDTH}}{one_line(lead.id)}")
        for label, text in labelled(lead):
            self._part(label, visible(clip(text, _TEXT_LIMIT)), indent=5)
        for note in lead.notes:
            self._part("Note", visible(clip(note, _TEXT_LIMIT)), indent=5)
        if lead.reproduce:
            # Only the first line is indented: a here-document that follows must stay as it is.
            self.line("     Reproduce")
            self.line(f"     {visible(lead.reproduce)}")

    def skipped(self, record: Record) -> None:
        reasons = skip_reasons(record.results)
        if reasons:
            self.heading("Skipped", "yellow")
            width = len(f"{len(reasons[0][1]):,}")
            for reason, results in reasons[:_REASONS]:
                label = f"{len(results):>{width + 2},}  "
                self.hanging(label, visible(clip(reason, _TEXT_LIMIT)))
            if len(reasons) > _REASONS:
                self.line(f"  and {count(len(reasons) - _REASONS, 'more reason')}")
        if record.footer and record.footer.facts.not_exercised:
            self.line()
            self.wrapped(f"{count(len(record.footer.facts.not_exercised), 'fact')} of the contract not exercised")
        if record.footer and record.footer.unknown_members:
            self.line()
            self.wrapped(f"{count(len(record.footer.unknown_members), 'member')} in answers unknown to the contract")

    def reports(self, paths: Mapping[str, Path]) -> None:
        if not paths:
            return
        self.line()
        shown = _readable(paths)
        others = [path.name for path in paths.values() if str(path) != shown]
        self.line(f"report: {shown}")
        if others:
            self.wrapped(f"beside it: {', '.join(others)}")

    def _part(self, label: str, text: str | Text, *, indent: int = 2) -> None:
        self.hanging(" " * indent + label.ljust(_LABEL_WIDTH), text)


def _subjects(finding: Finding) -> str:
    shown = [f"{one_line(name)} ({number:,})" for name, number in finding.subjects[:_SUBJECTS]]
    hidden = len(finding.subjects) - len(shown)
    return ", ".join(shown) + (f" and {hidden:,} more" if hidden else "")


def _readable(paths: Mapping[str, Path]) -> str:
    """Give the path of the report that people read first."""
    for name in ("report.html", "report.md"):
        if name in paths:
            return str(paths[name])
    return str(next(iter(paths.values()), ""))
