"""What a job on GitHub shows: annotations, outputs of a step, and badge.json.

A badge is the verdict of a run in the form that shields.io reads from any URL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance import forms
from conformance.errors import ExitCode
from conformance.report.findings import Finding, Rank, group_findings
from conformance.report.layout import labelled
from conformance.report.run import GateFinding, Record
from conformance.report.summary import Headline, Summary, count, counts_against, headline, summarise
from conformance.visible import clip, visible

LIMIT = 10
"""Annotations of each kind: GitHub shows no more of one step."""

_TEXT_LIMIT = 300
_COMMANDS = {Rank.FAILED: "error", Rank.ERROR: "error"}


def github_annotations(record: Record, *, file: str = "", strict: bool = False) -> Iterator[str]:
    """Yield a workflow command for each finding, `LIMIT` errors and as many warnings at most, one a line.

    `file` is the file of the repository that the annotations point at; without one they are about the job as a whole.
    What was declared beforehand gives none. A run that did not end well without a finding gives one that says so.
    """
    printed = {"error": 0, "warning": 0}
    left = {"error": 0, "warning": 0}
    for kind, line in _all(record, file, strict=strict):
        # The last place of each kind is kept for what says how many more there are.
        if printed[kind] < LIMIT - 1:
            printed[kind] += 1
            yield line
        else:
            left[kind] += 1
    for kind, number in left.items():
        if number:
            words = "the summary and the report of this job have them"
            yield _command(kind, count(number, "more finding"), words, file)


def _all(record: Record, file: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Yield every annotation with its kind, in the order in which to read them."""
    kinds = {**_COMMANDS, Rank.RECOMMENDED: "error" if strict else "warning"}
    findings = [(kinds[item.rank], item) for item in group_findings(record.results) if item.rank in kinds]
    verdict = headline(record, strict=strict)
    has_errors = record.outdated or any(kind == "error" for kind, _ in findings)
    words = "\n".join((verdict.detail, *map(str, verdict.shares), *(f"hint: {hint}" for hint in verdict.hints)))
    if record.stopped or (verdict.code is not ExitCode.CONFORMS and not has_errors):
        yield "error", _command("error", verdict.title, words, file)
    elif verdict.is_partial:
        yield "warning", _command("warning", verdict.title, words, file)
    # Known failures come first: each is one line to fix, and its place is known.
    for entry in record.outdated:
        yield "error", _outdated(entry)
    for kind, finding in findings:
        yield kind, _command(kind, finding.title, _words(finding), file)


def outputs(record: Record, *, strict: bool = False) -> dict[str, str]:
    """Return what later steps of a job may ask for: the verdict and the counts, as texts of one line."""
    verdict = headline(record, strict=strict)
    summary = summarise(record)
    numbers = {**forms.plain(summary.counts), "judged": summary.judged, "selected": summary.results}
    return {
        "exit-code": str(int(verdict.code)),
        "verdict": verdict.title,
        "partial": str(verdict.is_partial).lower(),
        **{name: str(number) for name, number in numbers.items()},
    }


def _words(finding: Finding) -> str:
    lead = finding.lead
    lines = [clip(lead.reason, _TEXT_LIMIT)] if finding.adds_reason else []
    lines.append(f"{'Check' if finding.alone else 'Such as'}: {lead.id}")
    lines.extend(f"{label}: {clip(text, _TEXT_LIMIT)}" for label, text in labelled(lead))
    return "\n".join(lines)


def _outdated(entry: GateFinding) -> str:
    file, _, line = entry.where.rpartition(":")
    words = f"{entry.check}: {entry.problem}\nhint: {entry.remedy}"
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


LABEL = "SageMaker tuning"
"""What is on the left of the badge; `?label=` in the URL of a badge says something else."""

_COLOURS = {
    ExitCode.CONFORMS: "brightgreen",
    ExitCode.DOES_NOT_CONFORM: "red",
    ExitCode.TARGET_BROKE: "orange",
}
_WITH_KNOWN = "yellowgreen"
_PARTLY = "yellow"
_NOTHING = "lightgrey"
_SELECTION = "blue"
"""The colour of what conforms and is a part of the contract only: it must not look like the whole."""


def render_badge(record: Record, *, strict: bool = False) -> str:
    """Return the text of badge.json, in version 1 of the endpoint's schema."""
    verdict, summary = headline(record, strict=strict), summarise(record)
    message, colour = _partial(record, verdict, summary) or _whole(record, verdict, summary, strict=strict)
    label = f"{LABEL} {record.header.release.date}" if record.header.release else LABEL
    badge = {"schemaVersion": 1, "label": label, "message": message, "color": colour}
    if verdict.code is ExitCode.TARGET_BROKE:
        badge["isError"] = True
    return json.dumps(badge, indent=2) + "\n"


def _partial(record: Record, verdict: Headline, summary: Summary) -> tuple[str, str] | None:
    """Return message and colour where the verdict is about a part of the contract; None where it is not."""
    known = f", {summary.known:,} known" if summary.known else ""
    if verdict.is_partial:
        if not summary.judged and not summary.known:
            return "nothing checked", _NOTHING
        return f"partly judged, {summary.judged:,} of {count(summary.results, 'check')}{known}", _PARTLY
    if verdict.code is not ExitCode.CONFORMS:
        return None
    if record.is_shard:
        return f"{record.header.shard} conforms{known}", _SELECTION
    if record.is_narrowed:
        return f"{summary.results:,} of {count(record.header.contract.checks, 'check')} conform{known}", _SELECTION
    return None


def _whole(record: Record, verdict: Headline, summary: Summary, *, strict: bool) -> tuple[str, str]:
    """Return message and colour of a verdict on the whole contract, or of one that is no pass."""
    colour = _COLOURS[verdict.code]
    if verdict.code is ExitCode.CONFORMS:
        share = f"conforms, {summary.judged:,} of {count(summary.results, 'check')}"
        return (f"{share}, {summary.known:,} known", _WITH_KNOWN) if summary.known else (share, colour)
    if verdict.code is ExitCode.DOES_NOT_CONFORM:
        failed = sum(counts_against(result, strict=strict) for result in record.results)
        return f"{failed:,} of {summary.results:,} fail" if failed else "known failures out of date", colour
    return "no verdict", colour
