"""The findings of a run as workflow commands of GitHub Actions, which shows them as annotations of the job."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.errors import ExitCode
from conformance.report.explanation import labelled
from conformance.report.findings import Finding, Rank, group_findings
from conformance.report.gate import GateFinding
from conformance.report.run import Record
from conformance.report.summary import count, headline, summarise
from conformance.report.visible import clip, visible

LIMIT = 10
"""Annotations of each kind: GitHub shows no more of one step."""

_TEXT_LIMIT = 300
_COMMANDS = {Rank.FAILED: "error", Rank.ERROR: "error", Rank.RECOMMENDED: "warning"}


def github_annotations(record: Record, *, file: str = "", strict: bool = False) -> Iterator[str]:
    """Give a workflow command for each finding, `LIMIT` errors and as many warnings at most, one a line.

    `file` is the file of the repository that the annotations point at; without one they are about the job as a whole.
    What was declared beforehand gives none. A run that did not end well without a finding gives one that says so.
    """
    told = {"error": 0, "warning": 0}
    left = {"error": 0, "warning": 0}
    for kind, line in _all(record, file, strict=strict):
        # The last place of each kind is kept for what says how many more there are.
        if told[kind] < LIMIT - 1:
            told[kind] += 1
            yield line
        else:
            left[kind] += 1
    for kind, number in left.items():
        if number:
            words = "the summary and the report of this job tell of them"
            yield _command(kind, count(number, "more finding"), words, file)


def _all(record: Record, file: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Give every annotation with its kind, in the order in which to read them."""
    findings = [one for one in group_findings(record.results) if one.rank in _COMMANDS]
    stale = record.gate.findings if record.gate else ()
    verdict = headline(record, strict=strict)
    accused = stale or any(_is_error(one, strict=strict) for one in findings)
    words = "\n".join((verdict.detail, *map(str, verdict.shares), *(f"hint: {hint}" for hint in verdict.hints)))
    if record.stopped or (verdict.code is not ExitCode.CONFORMS and not accused):
        yield "error", _command("error", verdict.title, words, file)
    elif verdict.is_partial:
        yield "warning", _command("warning", verdict.title, words, file)
    # Entries of the gate come first: each is one line to mend, and its place is known.
    for entry in stale:
        yield "error", _stale(entry)
    for finding in findings:
        kind = "error" if _is_error(finding, strict=strict) else "warning"
        yield kind, _command(kind, finding.title, _words(finding), file)


def outputs(record: Record, *, strict: bool = False) -> dict[str, str]:
    """Give what later steps of a job may ask for: the verdict and the counts, as texts of one line."""
    verdict = headline(record, strict=strict)
    summary = summarise(record)
    numbers = {**summary.to_json(), "judged": summary.judged, "selected": summary.results}
    return {
        "exit-code": str(int(verdict.code)),
        "verdict": verdict.title,
        "partial": str(verdict.is_partial).lower(),
        **{name: str(number) for name, number in numbers.items()},
    }


def _is_error(finding: Finding, *, strict: bool) -> bool:
    return strict or _COMMANDS[finding.rank] == "error"


def _words(finding: Finding) -> str:
    lead = finding.lead
    told_above = finding.title.casefold().endswith(lead.reason.casefold())
    lines = [] if told_above else [clip(lead.reason, _TEXT_LIMIT)]
    lines.append(f"{'Check' if finding.alone else 'Such as'}: {lead.id}")
    lines.extend(f"{label}: {clip(text, _TEXT_LIMIT)}" for label, text in labelled(lead))
    return "\n".join(lines)


def _stale(entry: GateFinding) -> str:
    file, _, line = entry.where.rpartition(":")
    words = f"{entry.check}: {entry.problem}\nTo do: {entry.remedy}"
    place = (file, line) if file and line.isdigit() else (entry.where, "")
    return _command("error", "Known failures are out of date", words, *place)


def _command(kind: str, title: str, words: str, file: str, line: str = "") -> str:
    members = {"file": file, "line": line, "title": title}
    properties = ",".join(f"{name}={_property(value)}" for name, value in members.items() if value)
    return f"::{kind} {properties}::{_data(visible(words))}"


def _data(text: str) -> str:
    """Escape what would end a command, or begin an escape of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
