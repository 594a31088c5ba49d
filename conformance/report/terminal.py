"""The summary of a run on a terminal: what was judged, the findings, where the reports are, and the verdict last.

In short it fits a screen: a line a finding, and one line for those that have no room. In full it prints of each finding
what was expected and received, and the line that reproduces it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from conformance.errors import ExitCode
from conformance.report.findings import Finding, Rank, group_findings, skip_reasons
from conformance.report.layout import Printer, labelled
from conformance.report.progress import counts_text
from conformance.report.run import TITLES, Gate, GateFinding, Record, Wrong
from conformance.report.summary import Headline, OperationShare, count, headline, summarise
from conformance.visible import clip, one_line, visible

LIMIT = 25
"""How many findings are printed in full: about what somebody scrolls back to."""

ROWS = 24
"""Lines of the smallest screen, and what is printed where there is no screen."""
_ROWS_OF_OTHERS = 2
"""Lines of a screen that the summary leaves: for the line that names the target, and for the prompt."""
_LEAST_FINDINGS = 3

_LABEL_WIDTH = 12
_TEXT_LIMIT = 480
_SUBJECTS = 6
_REASONS = 10
_OPERATIONS = 6
_TONES = {
    ExitCode.CONFORMS: "bold green",
    ExitCode.DOES_NOT_CONFORM: "bold red",
    ExitCode.PARTLY_JUDGED: "bold yellow",
}
_SECTIONS = {
    Rank.FAILED: ("Failed", "red"),
    Rank.ERROR: ("Errors", "magenta"),
    Rank.RECOMMENDED: ("Failed, recommended only (level should)", "yellow"),
}
_STALE = "Known failures out of date"


def print_summary(  # noqa: PLR0913 - what is printed, where, and how much of it
    console: Console,
    record: Record,
    report_paths: Mapping[str, Path],
    *,
    strict: bool = False,
    verbose: bool = False,
    limit: int = LIMIT,
) -> None:
    """Print the summary of a record.

    Without `verbose`, as many lines as the screen has. With it, at most `limit` findings in full; the rest is in the
    reports named.
    """
    verdict = headline(record, strict=strict)
    page = _Page(console)
    page.line()
    for line in page.frame(record, verdict.shares):
        page.line(line)
    if verbose:
        page.in_full(record, report_paths, limit)
        for line in page.verdict(verdict):
            page.line(line)
        return
    rows = max(console.height if console.is_terminal else 0, ROWS) - _ROWS_OF_OTHERS
    end = [Text(), *page.rest(record), *page.reports(report_paths), *page.verdict(verdict)]
    used = len(list(page.frame(record, verdict.shares))) + len(end) + 1
    for line in page.findings(record, max(rows - used, _LEAST_FINDINGS), bool(report_paths)):
        page.line(line)
    for line in end:
        page.line(line)


class _Page(Printer):
    """The parts of a summary."""

    def verdict(self, verdict: Headline) -> Iterator[Text]:
        tone = _TONES[ExitCode.PARTLY_JUDGED] if verdict.is_partial else _TONES.get(verdict.code, "bold magenta")
        # What fails comes first: what else could be judged is in the reports.
        for hint in verdict.hints if verdict.is_partial else ():
            yield from self._part("hint", visible(hint))
        yield Text()
        yield from self.laid_out("", Text.assemble((verdict.title, tone), ": ", visible(verdict.detail)))

    def frame(self, record: Record, shares: Sequence[OperationShare]) -> Iterator[Text]:
        header, summary = record.header, summarise(record)
        target = (
            f"{header.target.name} at {header.target.endpoint_url} ({header.target.kind}, state: {header.target.state})"
        )
        yield from self._part("target", one_line(target))
        documents = count(len(header.contract.documents), "document")
        yield from self._part(
            "contract", one_line(f"{header.contract.digest[:12]}, {documents}, {summary.facts_total:,} facts")
        )
        if header.versions:
            yield self._cut_line("versions", one_line(str(header.versions)))
        counts = counts_text(Counter(result.outcome for result in record.results))
        if summary.known:
            counts.append(f" ({count(summary.known, 'known failure')})")
        if record.missing:
            counts.append(f", {record.missing:,} without a result")
        if record.footer:
            counts.append(f" in {record.footer.duration_s:.1f} s")
        if header.shard:
            counts.append(f", {header.shard}: {header.shard.checks:,} checks in all")
        yield from self._part("checks", counts)
        for remark in record.footer.remarks if record.footer else ():
            yield from self._part("note", one_line(remark))
        yield from self._shares(shares)

    def _shares(self, shares: Sequence[OperationShare]) -> Iterator[Text]:
        """Lay out how much of each operation was judged: a table where there is room, else a text for each."""
        shown = shares[:_OPERATIONS]
        rows = [("judged", "checks", "facts"), *((item.operation, item.checks_text, item.facts_text) for item in shown)]
        names, checks, facts = ([cell_len(one_line(row[column])) for row in rows] for column in range(3))
        if not shown or max(names) + max(checks) + max(facts) + 6 > self.width:
            for item in shown:
                yield from self._part("judged", one_line(str(item)))
        else:
            for name, judged, exercised in rows:
                left = set_cell_size(one_line(name), max(names))
                yield Text(f"  {left}  {judged:>{max(checks)}}  {exercised:>{max(facts)}}".rstrip())
        if len(shares) > len(shown):
            yield from self._part("", f"and {count(len(shares) - len(shown), 'more operation')}")

    def findings(self, record: Record, room: int, has_reports: bool) -> Iterator[Text]:  # noqa: FBT001 - a part of the page
        """Lay out a line for each finding, in `room` lines with their titles; what has no room is summed up in one."""
        entries = [(_STALE, "red", self._stale_line(item)) for item in (record.gate.findings if record.gate else ())]
        grouped = [item for item in group_findings(record.results) if item.rank in _SECTIONS]
        # The order of findings is kept within each rank, so that a rank has one title.
        grouped.sort(key=lambda item: item.rank)
        entries += [(*_SECTIONS[item.rank], self._finding_line(item)) for item in grouped]
        if not entries:
            return
        titles = list(dict.fromkeys(title for title, _, _ in entries))
        shown = entries[: max(room - 1 - len(titles), _LEAST_FINDINGS)]
        if len(entries) - len(shown) > 0:
            shown = entries[: max(room - 2 - len({title for title, _, _ in shown}), _LEAST_FINDINGS)]
        yield Text()
        section = ""
        for title, tone, line in shown:
            if title != section:
                section = title
                yield Text(title, style=f"bold {tone}")
            yield line
        if len(entries) > len(shown):
            where = "-v prints more, the report has all" if has_reports else "-v prints more"
            yield Text(f"      and {count(len(entries) - len(shown), 'more finding')}: {where}")

    def rest(self, record: Record) -> Iterator[Text]:
        """Lay out in a line each what else a run has to say: what was known, skipped, and unknown to the contract."""
        known = [item for item in group_findings(record.results) if item.rank is Rank.KNOWN]
        gate = record.gate
        parts = []
        if known:
            checks = count(sum(len(item.results) for item in known), "check")
            parts.append(f"{checks} in {count(len(known), 'finding')}, as declared")
        if gate and gate.not_judged:
            parts.append(f"{count(len(gate.not_judged), 'entry', 'entries')} not put to the test")
        if parts:
            yield self._cut_line("known", "; ".join(parts))
        if reasons := skip_reasons(record.results):
            reason, results = reasons[0]
            more = f"; {count(len(reasons) - 1, 'more reason')}" if len(reasons) > 1 else ""
            yield self._cut_line("skipped", f"{len(results):,}: {one_line(reason)}", more)
        if record.footer and record.footer.unknown_members:
            members = count(len(record.footer.unknown_members), "member")
            yield self._cut_line("unknown", f"{members} in answers that the contract does not have")

    def reports(self, paths: Mapping[str, Path]) -> Iterator[Text]:
        if paths:
            shown = _readable(paths)
            others = [path.name.removeprefix("report.") for path in paths.values() if str(path) != shown]
            line = Text(f"  {'report':<{_LABEL_WIDTH}}{shown}")
            others_text = f" (and {', '.join(others)})" if others else ""
            yield line.append(others_text) if line.cell_len + cell_len(others_text) <= self.width else line

    def in_full(self, record: Record, report_paths: Mapping[str, Path], limit: int) -> None:
        """Print findings with all that explains them, and every reason for which checks were skipped."""
        if record.gate:
            self._gate(record.gate, limit)
        findings = tuple(item for item in group_findings(record.results) if item.rank in _SECTIONS)
        section: Rank | None = None
        for number, finding in enumerate(findings[:limit], start=1):
            if finding.rank is not section:
                section = finding.rank
                self.heading(*_SECTIONS[section])
            self._finding(number, finding)
        if len(findings) > limit:
            self.line()
            self.line(f"{count(len(findings) - limit, 'more finding')}: see {_readable(report_paths) or 'the reports'}")
        self._skipped(record)
        if report_paths:
            self.line()
        for line in self.reports(report_paths):
            self.line(line)

    def _gate(self, gate: Gate, limit: int) -> None:
        """Print which known failures are out of date, and how many were not put to the test."""
        if gate.findings:
            self.heading(f"{_STALE} ({one_line(gate.file)})", "red")
        left = limit
        for wrong in Wrong:
            findings = gate.of(wrong)
            if findings[:left]:
                self.line()
                self.wrapped(TITLES[wrong], indent=2)
            for item in findings[:left]:
                self.line(f"    {one_line(item.where)}  {one_line(item.check)}")
                self.wrapped(visible(item.problem), indent=6)
                self.wrapped(f"hint: {visible(item.remedy)}", indent=6)
            left = max(left - len(findings), 0)
        if len(gate.findings) > limit:
            self.line(f"    and {len(gate.findings) - limit:,} more")
        if gate.not_judged:
            self.line()
            entries = count(len(gate.not_judged), "known failure")
            self.wrapped(f"{entries} not put to the test: the checks were skipped")

    def _finding(self, number: int, finding: Finding) -> None:
        lead = finding.lead
        self.line()
        self.hanging(f"{number:>3}. ", Text(one_line(clip(finding.title, _TEXT_LIMIT)), style="bold"))
        if finding.behind:
            self.wrapped(f"{count(finding.behind, 'more check')} could not be judged because of this", indent=5)
        if lead.reason and lead.reason.lower() not in finding.title.lower():
            self.wrapped(visible(clip(lead.reason, _TEXT_LIMIT)), indent=5)
        if not finding.alone:
            self._print_part(f"{len(finding.results):,} checks", _subjects(finding), indent=5)
        self.line(f"     {'Check' if finding.alone else 'Such as':<{_LABEL_WIDTH}}{one_line(lead.id)}")
        for label, text in labelled(lead):
            self._print_part(label, visible(clip(text, _TEXT_LIMIT)), indent=5)
        for note in lead.notes:
            self._print_part("Note", visible(clip(note, _TEXT_LIMIT)), indent=5)
        if lead.reproduce:
            # Only the first line is indented: a here-document that follows must stay as it is.
            self.line("     Reproduce")
            self.line(f"     {visible(lead.reproduce)}")

    def _skipped(self, record: Record) -> None:
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

    def _finding_line(self, finding: Finding) -> Text:
        more = f" ({finding.behind:,} more wait for it)" if finding.behind else ""
        return self._cut(f"{len(finding.results):>5,} ", one_line(finding.title), more)

    def _stale_line(self, entry: GateFinding) -> Text:
        return self._cut("    ", f"{one_line(entry.where)}: {one_line(entry.problem)}: {one_line(entry.check)}")

    def _cut_line(self, label: str, text: str, more: str = "") -> Text:
        return self._cut(f"  {label:<{_LABEL_WIDTH}}", text, more)

    def _cut(self, label: str, text: str, more: str = "") -> Text:
        """Lay out one line, the text cut to what `label` and `more` leave of the width."""
        body = Text(text)
        body.truncate(max(self.width - cell_len(label) - cell_len(more), _LABEL_WIDTH), overflow="ellipsis")
        return Text.assemble(label, body, more)

    def _part(self, label: str, text: str | Text) -> Iterator[Text]:
        yield from self.laid_out(f"  {label:<{_LABEL_WIDTH}}", text)

    def _print_part(self, label: str, text: str | Text, *, indent: int) -> None:
        self.hanging(" " * indent + label.ljust(_LABEL_WIDTH), text)


def _subjects(finding: Finding) -> str:
    shown = [f"{one_line(name)} ({number:,})" for name, number in finding.subjects[:_SUBJECTS]]
    hidden = len(finding.subjects) - len(shown)
    return ", ".join(shown) + (f" and {hidden:,} more" if hidden else "")


def _readable(paths: Mapping[str, Path]) -> str:
    """Return the path of the report that people read first."""
    for name in ("report.html", "report.md"):
        if name in paths:
            return str(paths[name])
    return str(next(iter(paths.values()), ""))
