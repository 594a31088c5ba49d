"""Drift as text for a terminal and as JSON, with the JSON Schema of `conformance drift --json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from conformance import forms
from conformance.contract.model import UNSET
from conformance.documents.findings import AgainstModel, AgainstPage, Drift, Finding, Kind, in_words
from conformance.forms import Count
from conformance.report.layout import hanging, row
from conformance.report.result import Because
from conformance.report.run import Tool
from conformance.visible import clip, one_line

_LONGEST = 600
_ALSO = 3
"""How many further facts a finding names."""

_KNOWN_PAGE = "Known already: the contract has both values, that of the newest edition in force"
_KNOWN_MODEL = "No drift, though it is written otherwise"
_TITLES = {Kind.NEW: "New", Kind.CHANGED: "Changed", Kind.REMOVED: "Removed"}


def in_text(drift: Drift, contract: str, width: int) -> Iterator[str]:
    """Yield the lines; `contract` names the contract, `width` is that of the terminal. Ids are never broken."""
    page = _Page(drift, width)
    yield from page.head(contract)
    number = 0
    for kind, title in _TITLES.items():
        findings = [item for item in drift.findings if item.kind is kind]
        if findings:
            yield from ("", title)
        for finding in findings:
            number += 1
            yield from page.finding(f"{number:>3}. ", finding)
    if drift.known:
        yield from ("", _KNOWN_PAGE if isinstance(drift.against, AgainstPage) else _KNOWN_MODEL)
        yield from page.known()
    if drift.unread:
        yield from ("", "Not read")
        for line, text, why in drift.unread:
            yield from page.hanging(f"  line {line:<6}", f"{one_line(clip(text, 120))} ({why})")
    for note in drift.notes:
        yield ""
        yield from page.hanging("", f"note: {note}")


class _Page:
    """Writes within a width."""

    def __init__(self, drift: Drift, width: int) -> None:
        self._drift = drift
        self._width = max(width, 40)
        self._other = "Page" if isinstance(drift.against, AgainstPage) else "Model"

    def head(self, contract: str) -> Iterator[str]:
        against = self._drift.against
        counts = [(self._drift.count(kind), kind.value) for kind in _TITLES]
        counted = ", ".join(f"{number:,} {word}" for number, word in counts if number)
        yield f"Drift: {counted}" if counted else "No drift"
        yield ""
        yield from row("contract", contract, self._width)
        if isinstance(against, AgainstModel):
            version = f"botocore {against.version}" if against.version else "botocore of an unknown version"
            had = f", the contract has the model of {against.contract_version}" if against.contract_version else ""
            yield from row("model", f"{version}, API {against.api_version}{had}", self._width)
            yield f"  from        {one_line(against.file)}"
        else:
            edition = against.edition
            compared = f", compared with {edition}" if edition else ""
            yield f"  page        {one_line(against.file)}"
            yield f"  about       {against.operation}"
            yield from row("read as", f"{against.style}, {against.claims:,} claims{compared}", self._width)

    def finding(self, label: str, finding: Finding) -> Iterator[str]:
        yield ""
        yield label + one_line(finding.facts[0])
        yield from self._values(finding)
        if finding.detail:
            yield from self._part("Note" if finding.kind is not Kind.NEW else "It is", finding.detail)
        if finding.cited:
            yield from self._part("Because", _places(finding))
        if finding.lines:
            yield from self._part("On page", _lines(finding.lines))
        for fact in finding.facts[1 : 1 + _ALSO]:
            yield f"     {'Also':<12}{one_line(fact)}"
        if len(finding.facts) > 1 + _ALSO:
            yield from self._part("", f"and {len(finding.facts) - 1 - _ALSO} more")

    def known(self) -> Iterator[str]:
        if isinstance(self._drift.against, AgainstPage):
            for finding in self._drift.known:
                yield f"  {one_line(finding.facts[0])}"
                words = finding.detail or f"in force is {_newest(finding)}"
                where = f"line {_lines(finding.lines)}: " if finding.lines else ""
                yield from self.hanging("    ", f"{where}{_difference(finding)}; {words}")
            return
        for reason in dict.fromkeys(finding.detail for finding in self._drift.known):
            facts = [fact for finding in self._drift.known if finding.detail == reason for fact in finding.facts]
            yield from self.hanging("  ", f"{reason}: {len(facts)} fact{'' if len(facts) == 1 else 's'}, such as")
            yield f"    {one_line(facts[0])}"

    def _values(self, finding: Finding) -> Iterator[str]:
        if finding.facet == "present":
            return
        if finding.added or finding.gone:
            if finding.added:
                yield from self._part("Added", ", ".join(finding.added))
            if finding.gone:
                yield from self._part("Gone", ", ".join(finding.gone))
            return
        if finding.ours is not None:
            yield from self._part("Contract", _value(finding.ours))
        if finding.theirs is not None:
            yield from self._part(self._other, _value(finding.theirs))

    def _part(self, label: str, text: str) -> Iterator[str]:
        yield from row(label, clip(one_line(text), _LONGEST), self._width, indent=5)

    def hanging(self, label: str, text: str) -> Iterator[str]:
        """Yield a label and its text within the width."""
        yield from hanging(label, text, self._width)


def _value(value: Any) -> str:
    return (
        in_words(value)
        if isinstance(value, list | tuple)
        else str(value).lower()
        if value in (True, False)
        else str(value)
    )


def _places(finding: Finding) -> str:
    return ", ".join(f"{item.id}:{item.line}" if item.line else item.id for item in finding.cited)


def _lines(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))


def _newest(finding: Finding) -> str:
    return _places(finding) or in_words(finding.ours)


def _difference(finding: Finding) -> str:
    if isinstance(finding.ours, list | tuple):
        parts = [
            f"without {in_words(finding.gone)}" if finding.gone else "",
            f"with {in_words(finding.added)}" if finding.added else "",
        ]
        return " and ".join(part for part in parts if part)
    return one_line(f"{_value(finding.theirs)} for {_value(finding.ours)}")


Line = Annotated[int, Meta(ge=1)]


@dataclass(frozen=True)
class DriftContract:
    """The contract that was compared."""

    digest: str


@dataclass(frozen=True)
class DriftCounts:
    """How many findings of each kind there are."""

    new: Count
    removed: Count
    changed: Count
    known: Count


@dataclass(frozen=True)
class DriftFinding:
    """One difference, at one fact or at several that it is the same at."""

    kind: Kind
    facts: Annotated[tuple[str, ...], Meta(min_length=1)]
    operation: str
    direction: Literal["", "input", "output", "error", "paginator", "service"]
    path: str
    facet: str
    contract: Any
    """The value in the contract, null where there is none."""
    other: Any
    """The value in the model or on the page, null where there is none."""
    added: tuple[str, ...]
    """Words of a list that only the other side has."""
    removed: tuple[str, ...]
    """Words of a list that only the contract has."""
    because: tuple[Because, ...]
    lines: tuple[Line, ...]
    """Where the page says so; empty for a model."""
    detail: str

    @classmethod
    def of(cls, finding: Finding) -> DriftFinding:
        """Return a finding as it is printed."""
        direction: Any = finding.direction
        ours, theirs = (None if value is UNSET else value for value in (finding.ours, finding.theirs))
        return cls(
            finding.kind, finding.facts, finding.operation, direction, finding.path, finding.facet, ours, theirs,
            finding.added, finding.gone,
            tuple(Because(item.id, item.line) for item in finding.cited), finding.lines, finding.detail,
        )  # fmt: skip


@dataclass(frozen=True)
class UnreadLine:
    """A line of a page that its reader could make nothing of."""

    line: Line
    text: str
    why: str


@dataclass(frozen=True)
class DriftReport:
    """Drift of a service model or of a page from the contract."""

    schema: Literal[1]
    tool: Tool
    contract: DriftContract
    against: AgainstModel | AgainstPage
    summary: DriftCounts
    findings: tuple[DriftFinding, ...]
    known: tuple[DriftFinding, ...]
    unread: tuple[UnreadLine, ...]
    notes: tuple[str, ...]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of `conformance drift --json`."""
    return forms.schema("Drift of a service model or of a page from the contract", DriftReport)


def to_json(drift: Drift, *, tool: str, version: str, digest: str) -> dict[str, Any]:
    """Return drift in that form."""
    form = DriftReport(
        schema=1,
        tool=Tool(tool, version),
        contract=DriftContract(digest),
        against=drift.against,
        summary=DriftCounts(**{kind.value: drift.count(kind) for kind in Kind}, known=len(drift.known)),
        findings=tuple(map(DriftFinding.of, drift.findings)),
        known=tuple(map(DriftFinding.of, drift.known)),
        unread=tuple(UnreadLine(*item) for item in drift.unread),
        notes=drift.notes,
    )
    value: dict[str, Any] = forms.to_json(form)
    return value
