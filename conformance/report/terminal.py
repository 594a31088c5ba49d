"""The summary of a run on a terminal: what was judged, the findings, where the reports are, and the verdict last.

In short it fits a screen: a line a finding, and one line for those that have no room. In full it prints of each finding
what was expected and received, and the line that reproduces it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from conformance.errors import ExitCode
from conformance.report.findings import Finding, Rank, group_findings, skip_reasons
from conformance.report.layout import LEAST_WIDTH, labelled
from conformance.report.progress import counts_text
from conformance.report.run import GateFinding, Record
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
_OUTDATED = "Known failures out of date"

Lines = Iterator[str | Text]


class Printer:
    """Lays text out within the width of a console; ids and commands are never broken, so that they can be copied."""

    def __init__(self, console: Console) -> None:
        """Print on this console."""
        self._console = console
        self.width = console.width

    def print(self, lines: Iterable[str | Text]) -> None:
        """Print lines as they are, however long."""
        for line in lines:
            self._console.print(Text(line) if isinstance(line, str) else line, soft_wrap=True)

    def hanging(self, label: str, text: str | Text) -> Lines:
        """Yield a label and a text next to it, its further lines under its first."""
        body = Text(text) if isinstance(text, str) else text
        margin = " " * len(label)
        width = max(self.width - len(margin), LEAST_WIDTH)
        for number, line in enumerate(body.wrap(self._console, width, tab_size=4) or [Text()]):
            line.rstrip()
            yield Text.assemble(label if number == 0 else margin, line)

    def part(self, label: str, text: str | Text, *, indent: int = 2, column: int = _LABEL_WIDTH) -> Lines:
        """Yield a text next to its label, which is in a column."""
        return self.hanging(f"{'':{indent}}{label:<{column}}", text)


def heading(title: str, style: str) -> Lines:
    """Yield a title, with an empty line above it."""
    yield from ("", Text(title, style=f"bold {style}"))


def print_summary(
    console: Console,
    record: Record,
    report_paths: Mapping[str, Path],
    *,
    strict: bool = False,
    verbose: bool = False,
) -> None:
    """Print the summary of a record.

    Without `verbose`, as many lines as the screen has. With it, at most LIMIT findings in full; the rest is in the
    reports named.
    """
    page = _Summary(console, record, report_paths, headline(record, strict=strict))
    if verbose:
        page.print(page.in_full())
    else:
        page.print(page.in_short(max(console.height if console.is_terminal else 0, ROWS)))


class _Summary(Printer):
    """The parts of a summary."""

    def __init__(self, console: Console, record: Record, paths: Mapping[str, Path], verdict: Headline) -> None:
        super().__init__(console)
        self._record = record
        self._paths = paths
        self._verdict = verdict
        findings = group_findings(record.results)
        self._known = [item for item in findings if item.rank is Rank.KNOWN]
        self._findings = [item for item in findings if item.rank in _SECTIONS]
        self._skipped = skip_reasons(record.results)

    def in_short(self, rows: int) -> Lines:
        """Yield what fits a screen of this height."""
        start = ["", *self._frame()]
        end = ["", *self._rest(), *self._reports(), *self._end()]
        yield from start
        yield from self._in_lines(max(rows - _ROWS_OF_OTHERS - len(start) - len(end), _LEAST_FINDINGS))
        yield from end

    def in_full(self) -> Lines:
        """Yield findings with all that explains them, and every reason for which checks were skipped."""
        yield ""
        yield from self._frame()
        yield from self._gate()
        shown = enumerate(self._findings[:LIMIT], start=1)
        for rank, findings in groupby(shown, key=lambda item: item[1].rank):
            yield from heading(*_SECTIONS[rank])
            for number, finding in findings:
                yield from self._finding(number, finding)
        if len(self._findings) > LIMIT:
            more = count(len(self._findings) - LIMIT, "more finding")
            yield from ("", f"{more}: see {self._readable or 'the reports'}")
        yield from self._newer()
        yield from self._not_exercised()
        if self._paths:
            yield ""
        yield from self._reports()
        yield from self._end()

    def _frame(self) -> Lines:
        record, header, summary = self._record, self._record.header, summarise(self._record)
        target = header.target
        # A target that was given as a URL is named after it.
        is_url = target.name.replace("-", ":") in target.endpoint_url
        where = target.endpoint_url if is_url else f"{target.name} at {target.endpoint_url}"
        yield from self.part("target", one_line(f"{where} ({target.kind}, state: {target.state})"))
        documents = count(len(header.contract.documents), "document")
        yield from self.part(
            "contract", one_line(f"{header.contract.digest[:12]}, {documents}, {summary.facts_total:,} facts")
        )
        if header.versions:
            yield self._cut_part("versions", one_line(str(header.versions)))
        counts = counts_text(Counter(result.outcome for result in record.results))
        if summary.known:
            counts.append(f" ({count(summary.known, 'known failure')})")
        if record.missing:
            counts.append(f", {record.missing:,} without a result")
        if record.footer:
            counts.append(f" in {record.footer.duration_s:.1f} s")
        if header.shard:
            counts.append(f", {header.shard}: {header.shard.checks:,} checks in all")
        yield from self.part("checks", counts)
        if record.release_text:
            yield from self.part("release", record.release_text)
        for remark in record.end.remarks:
            yield from self.part("note", one_line(remark))
        yield from self._shares()

    def _shares(self) -> Lines:
        """Yield how much of each operation was judged: a table where there is room, else a text for each."""
        shares = self._verdict.shares
        if len(shares) > _OPERATIONS:
            yield self._cut_part("judged", _together(shares))
            return
        rows = [
            ("judged", "checks", "facts"),
            *((item.operation, item.checks_text, item.facts_text) for item in shares),
        ]
        names, checks, facts = (max(cell_len(one_line(text)) for text in column) for column in zip(*rows, strict=True))
        if not shares or names + checks + facts + 6 > self.width:
            for item in shares:
                yield from self.part("judged", one_line(str(item)))
        else:
            for name, judged, exercised in rows:
                yield f"  {set_cell_size(one_line(name), names)}  {judged:>{checks}}  {exercised:>{facts}}".rstrip()

    def _in_lines(self, room: int) -> Lines:
        """Yield a line for each finding, in `room` lines with their titles; what has no room is summed up in one."""
        entries = [(_OUTDATED, "red", self._outdated_line(item)) for item in self._record.outdated]
        # The order of findings is kept within each rank, so that a rank has one title.
        by_rank = sorted(self._findings, key=lambda item: item.rank)
        entries += [(*_SECTIONS[item.rank], self._finding_line(item)) for item in by_rank]
        if not entries:
            return
        shown = entries[: max(room - 1 - len({title for title, _, _ in entries}), _LEAST_FINDINGS)]
        if len(entries) > len(shown):
            shown = entries[: max(room - 2 - len({title for title, _, _ in shown}), _LEAST_FINDINGS)]
        yield ""
        for (title, tone), lines in groupby(shown, key=lambda entry: entry[:2]):
            yield Text(title, style=f"bold {tone}")
            yield from (line for _, _, line in lines)
        if len(entries) > len(shown):
            where = "-v prints more, the report has all" if self._paths else "-v prints more"
            yield f"      and {count(len(entries) - len(shown), 'more finding')}: {where}"

    def _rest(self) -> Lines:
        """Yield in a line each what else a run has to say: what was known, skipped, and unknown to the contract."""
        gate = self._record.gate
        parts = []
        if self._known:
            checks = count(sum(len(item.results) for item in self._known), "check")
            parts.append(f"{checks} in {count(len(self._known), 'finding')}, as declared")
        if gate and gate.not_judged:
            parts.append(f"{count(len(gate.not_judged), 'entry', 'entries')} not put to the test")
        if parts:
            yield self._cut_part("known", "; ".join(parts))
        if self._skipped:
            (reason, results), *others = self._skipped
            more = f"; {count(len(others), 'more reason')}" if others else ""
            yield self._cut_part("skipped", f"{len(results):,}: {one_line(reason)}", more)
        if unknown := self._record.end.unknown_members:
            yield self._cut_part(
                "unknown", f"{count(len(unknown), 'member')} in answers that the contract does not have"
            )

    def _reports(self) -> Lines:
        if not self._paths:
            return
        others = [path.name.removeprefix("report.") for path in self._paths.values() if str(path) != self._readable]
        line = f"  {'report':<{_LABEL_WIDTH}}{self._readable}"
        others_text = f" (and {', '.join(others)})" if others else ""
        yield line + others_text if cell_len(line + others_text) <= self.width else line

    def _end(self) -> Lines:
        verdict = self._verdict
        tone = _TONES[ExitCode.PARTLY_JUDGED] if verdict.is_partial else _TONES.get(verdict.code, "bold magenta")
        # What fails comes first, if anything passes: what else could be judged is in the reports.
        hints = verdict.hints if verdict.is_partial else verdict.hints[:1]
        for hint in hints if verdict.is_partial or not summarise(self._record).passed else ():
            yield from self.part("hint", visible(hint))
        yield ""
        yield from self.hanging("", Text.assemble((verdict.title, tone), ": ", visible(verdict.detail)))

    def _gate(self) -> Lines:
        """Yield which known failures are out of date, and how many were not put to the test."""
        gate, left = self._record.gate, LIMIT
        if gate is None:
            return
        if gate.findings:
            yield from heading(f"{_OUTDATED} ({one_line(gate.file)})", "red")
        for title, findings in gate.by_title:
            if left > 0:
                yield ""
                yield from self.hanging("  ", title)
            for item in findings[: max(left, 0)]:
                yield f"    {one_line(item.where)}  {one_line(item.check)}"
                yield from self.hanging("      ", visible(item.problem))
                yield from self.hanging("      ", f"hint: {visible(item.remedy)}")
            left -= len(findings)
        if left < 0:
            yield f"    and {-left:,} more"
        if gate.not_judged:
            entries = count(len(gate.not_judged), "known failure")
            yield ""
            yield from self.hanging("", f"{entries} not put to the test: the checks were skipped")

    def _finding(self, number: int, finding: Finding) -> Lines:
        lead = finding.lead
        yield ""
        yield from self.hanging(f"{number:>3}. ", Text(one_line(clip(finding.title, _TEXT_LIMIT)), style="bold"))
        if finding.behind:
            waiting = count(finding.behind, "more check")
            yield from self.hanging("     ", f"{waiting} could not be judged because of this")
        if finding.adds_reason:
            yield from self.hanging("     ", visible(clip(lead.reason, _TEXT_LIMIT)))
        if not finding.alone:
            yield from self.part(f"{len(finding.results):,} checks", _subjects(finding), indent=5)
        yield f"     {'Check' if finding.alone else 'Such as':<{_LABEL_WIDTH}}{one_line(lead.id)}"
        for label, text in (*labelled(lead), *(("Note", note) for note in lead.notes)):
            yield from self.part(label, visible(clip(text, _TEXT_LIMIT)), indent=5)
        if lead.reproduce:
            # Only the first line is indented: a here-document that follows must stay as it is.
            yield from ("     Reproduce", f"     {visible(lead.reproduce)}")

    def _newer(self) -> Lines:
        """Yield a line for each finding of checks that the release does not have, and the checks that are gone."""
        findings, release = group_findings(self._record.newer), self._record.header.release
        if findings:
            yield from heading("Newer than the release: these do not count", "blue")
            yield from map(self._finding_line, findings[:LIMIT])
            if len(findings) > LIMIT:
                yield f"      and {count(len(findings) - LIMIT, 'more finding')}"
        if release and release.gone:
            yield from heading("Gone from the contract since the release", "blue")
            yield from (f"    {one_line(check_id)}" for check_id in release.gone[:LIMIT])
            if len(release.gone) > LIMIT:
                yield f"    and {len(release.gone) - LIMIT:,} more"

    def _not_exercised(self) -> Lines:
        if self._skipped:
            yield from heading("Skipped", "yellow")
            width = len(f"{len(self._skipped[0][1]):,}")
            for reason, results in self._skipped[:_REASONS]:
                yield from self.hanging(f"{len(results):>{width + 2},}  ", visible(clip(reason, _TEXT_LIMIT)))
            if len(self._skipped) > _REASONS:
                yield f"  and {count(len(self._skipped) - _REASONS, 'more reason')}"
        end = self._record.end
        if end.facts.not_exercised:
            yield ""
            yield from self.hanging("", f"{count(len(end.facts.not_exercised), 'fact')} of the contract not exercised")
        if end.unknown_members:
            yield ""
            yield from self.hanging(
                "", f"{count(len(end.unknown_members), 'member')} in answers unknown to the contract"
            )

    def _finding_line(self, finding: Finding) -> Text:
        more = f" ({finding.behind:,} more wait for it)" if finding.behind else ""
        return self._cut(f"{len(finding.results):>5,} ", one_line(finding.title), more)

    def _outdated_line(self, entry: GateFinding) -> Text:
        return self._cut("    ", f"{one_line(entry.where)}: {one_line(entry.problem)}: {one_line(entry.check)}")

    def _cut_part(self, label: str, text: str, more: str = "") -> Text:
        return self._cut(f"  {label:<{_LABEL_WIDTH}}", text, more)

    def _cut(self, label: str, text: str, more: str = "") -> Text:
        """Return one line, the text cut to what `label` and `more` leave of the width."""
        body = Text(text)
        body.truncate(max(self.width - cell_len(label) - cell_len(more), _LABEL_WIDTH), overflow="ellipsis")
        return Text.assemble(label, body, more)

    @property
    def _readable(self) -> str:
        """The path of the report that people read first; empty where there are no reports."""
        first = next((self._paths[name] for name in ("report.html", "report.md") if name in self._paths), None)
        return str(first or next(iter(self._paths.values()), ""))


def _together(shares: Sequence[OperationShare]) -> str:
    """Say in a line how much of many operations was judged."""
    judged, selected = (sum(each) for each in zip(*((i.checks.judged, i.checks.selected) for i in shares), strict=True))
    answered = sum(item.answered is not False for item in shares)
    return f"{judged:,} of {selected:,} checks; {answered:,} of {count(len(shares), 'operation')} answered with content"


def _subjects(finding: Finding) -> str:
    shown = [f"{one_line(name)} ({number:,})" for name, number in finding.subjects[:_SUBJECTS]]
    hidden = len(finding.subjects) - len(shown)
    return ", ".join(shown) + (f" and {hidden:,} more" if hidden else "")
