"""What `conformance validate` prints: lines for people, and a JSON form whose rows are those of report.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from conformance import forms, report
from conformance.contract.model import Contract
from conformance.errors import ExitCode
from conformance.forms import Count
from conformance.report.layout import hanging, labelled, row
from conformance.report.run import Tool
from conformance.report.summary import count
from conformance.suite.saved import TITLES
from conformance.suite.validate import AnswerRead, CheckResult
from conformance.visible import clip, one_line, visible

_LONGEST = 480
_SECTIONS = {
    report.Rank.FAILED: "Failed",
    report.Rank.ERROR: "Errors",
    report.Rank.RECOMMENDED: "Failed, recommended only (level should)",
}


def lines(check_result: CheckResult, contract: str, width: int, *, strict: bool) -> Iterator[str]:
    """Yield the lines; `contract` names the contract, `width` is that of the terminal. Ids are never broken."""
    yield _headline(check_result, strict=strict)
    yield ""
    yield from _frame(check_result, contract, width)
    findings = [item for item in report.group_findings(check_result.results) if item.rank in _SECTIONS]
    section: report.Rank | None = None
    for number, finding in enumerate(findings, start=1):
        if finding.rank is not section:
            section = finding.rank
            yield from ("", _SECTIONS[section])
        yield from _finding(number, finding, width)
    if check_result.notes:
        yield from ("", "Notes")
        for note in check_result.notes:
            yield from hanging("  ", one_line(note), width)
    if check_result.unknown:
        yield from ("", "Unknown to the contract, which is never a failure")
        yield from hanging("  ", one_line(clip(", ".join(check_result.unknown), _LONGEST)), width)
    if check_result.left_out:
        yield from ("", "Not judged")
        for words in check_result.left_out:
            yield from hanging("  ", one_line(words), width)


def _headline(check_result: CheckResult, *, strict: bool) -> str:
    code, counts = check_result.code(strict=strict), check_result.counts
    judged = counts[report.Outcome.PASSED] + counts[report.Outcome.FAILED]
    if code is ExitCode.PARTLY_JUDGED:
        return f"Nothing was checked: this has no member of an answer of {check_result.operation}"
    against = check_result.against(strict=strict)
    if check_result.answer is None:
        facts = (
            f"{against:,} of {count(judged, 'fact')} broken"
            if against
            else f"{count(judged, 'fact')} kept, none broken"
        )
        return f"{'Invalid' if against else 'Valid'} request: {facts}"
    if code is ExitCode.DOES_NOT_CONFORM:
        return f"Does not conform: {against:,} of {count(judged, 'check')} failed"
    softly = counts[report.Outcome.FAILED]
    rest = f", {softly:,} recommended failed" if softly else ", none failed"
    return f"Conforms: {count(counts[report.Outcome.PASSED], 'check')} passed{rest}"


def _frame(check_result: CheckResult, contract: str, width: int) -> Iterator[str]:
    yield f"  operation   {check_result.operation}"
    answer = check_result.answer
    if answer is not None:
        yield from row("answer", one_line(answer.file), width)
        error = ", an error" if answer.is_error else ""
        yield from row("read as", f"{answer.form}: {TITLES[answer.form]}{error} ({answer.known_by})", width)
    if check_result.request is not None:
        yield from row("request", one_line(check_result.request), width)
        yield from row("must get", check_result.must_be_answered, width)
    yield from row("contract", contract, width)
    counts = check_result.counts
    parts = [f"{counts[outcome]:,} {outcome.value}" for outcome in report.Outcome if counts[outcome]]
    yield from row("checks", ", ".join(parts) or "none", width)


def _finding(number: int, finding: report.Finding, width: int) -> Iterator[str]:
    lead = finding.lead
    yield ""
    # A reason that says it all needs no title: the id below it says what it is about.
    title = _sentence(lead.reason) if finding.title.lower().endswith(f": {lead.reason.lower()}") else finding.title
    yield from hanging(f"{number:>3}. ", one_line(clip(title, _LONGEST)), width)
    if lead.reason and lead.reason.lower() not in title.lower():
        yield from hanging("     ", one_line(clip(lead.reason, _LONGEST)), width)
    if not finding.alone:
        names = ", ".join(name for name, _ in finding.subjects)
        yield from row(f"{len(finding.results):,} checks", one_line(clip(names, _LONGEST)), width, indent=5)
    yield f"     {'Check' if finding.alone else 'Such as':<12}{one_line(lead.id)}"
    for label, text in labelled(lead):
        yield from row(label, visible(clip(text, _LONGEST)), width, indent=5)
    for note in lead.notes:
        yield from row("Note", visible(clip(note, _LONGEST)), width, indent=5)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class ContractShown:
    """The contract that it was checked against."""

    digest: str
    facts: Count


@dataclass(frozen=True)
class Counted:
    """Checks by outcome; `against` are those that make it non-conforming."""

    passed: Count
    failed: Count
    skipped: Count
    against: Count


@dataclass(frozen=True)
class SavedReport:
    """What `conformance validate --json` prints."""

    schema: Literal[1]
    tool: Tool
    contract: ContractShown
    operation: str
    answer: AnswerRead | None
    request: str | None
    """The file of the request."""
    must_be_answered: str
    """What a conforming server answers to the request."""
    exit_code: Literal[0, 1, 4]
    summary: Counted
    unknown_members: tuple[str, ...]
    not_judged: tuple[str, ...]
    notes: tuple[str, ...]
    results: tuple[report.Result, ...]


def to_json(found: CheckResult, contract: Contract, tool: Tool, *, strict: bool) -> Any:
    """Return the form in which results are printed as JSON."""
    passed, failed, skipped = (found.counts[report.Outcome(name)] for name in ("passed", "failed", "skipped"))
    code = cast("Literal[0, 1, 4]", int(found.code(strict=strict)))
    return forms.to_json(
        SavedReport(
            1, tool, ContractShown(contract.digest, len(contract.facts)), found.operation, found.answer, found.request,
            found.must_be_answered, code, Counted(passed, failed, skipped, found.against(strict=strict)), found.unknown,
            found.left_out, found.notes, found.results,
        )
    )  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of that form."""
    return forms.schema("The judgement on a saved answer or request", SavedReport)
