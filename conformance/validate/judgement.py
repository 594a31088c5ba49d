"""The judgement on what was saved: a row for each check, as in the record of a run, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import report
from conformance.contract import Contract, Operation
from conformance.errors import ExitCode
from conformance.suite.rows import judged_row
from conformance.validate.asked import Asked, error_code, plain_members
from conformance.validate.evidence import exchange_of
from conformance.validate.forms import Answer, Form, as_wire
from conformance.validate.offline import Offline
from conformance.validate.request import Requested, judge_request
from conformance.validate.saved import Content

_JUDGED = frozenset({report.Outcome.PASSED, report.Outcome.FAILED})
_NO_REQUEST = "add the request with --request"
_BROKEN_REQUEST = "the request is not valid"


@dataclass(frozen=True)
class Judgement:
    """What one saved answer, one saved request, or both together come to.

    `answer` and `request` name the files, None where there is none. `must_be_answered` says what a conforming server
    answers to the request. `foreign` says that what should be an answer has none of its members. `left_out` says what
    could not be judged, `unknown` are members that the contract lacks.
    """

    operation: str
    answer: str | None
    request: str | None
    form: Form | None
    why: str
    is_error: bool
    foreign: bool
    results: tuple[report.Result, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    must_be_answered: str = ""

    def selected(self, levels: Collection[str]) -> Judgement:
        """Return the judgement with the rows of these levels; () is all."""
        kept = tuple(one for one in self.results if one.level.value in (levels or [one.level.value]))
        return replace(self, results=kept)

    @property
    def counts(self) -> Counter[report.Outcome]:
        """How many rows there are of each outcome."""
        return Counter(one.outcome for one in self.results)

    def against(self, *, strict: bool) -> int:
        """Count the rows that alone make it non-conforming."""
        return sum(report.counts_against(one, strict=strict) for one in self.results)

    def code(self, *, strict: bool) -> ExitCode:
        """Give what the command exits with, as a run does."""
        if self.against(strict=strict):
            return ExitCode.DOES_NOT_CONFORM
        judged = not self.foreign and any(one.outcome in _JUDGED for one in self.results)
        return ExitCode.CONFORMS if judged else ExitCode.PARTLY_JUDGED

    def to_json(self, contract: Contract, *, tool: Mapping[str, str], strict: bool) -> dict[str, Any]:
        """Give the form in which judgements are printed as JSON."""
        counts = self.counts
        return {
            "schema": 1,
            "tool": dict(tool),
            "contract": {"digest": contract.digest, "facts": len(contract.facts)},
            "operation": self.operation,
            "answer": None
            if self.answer is None
            else {"file": self.answer, "form": self.form, "known_by": self.why, "is_error": self.is_error},
            "request": self.request,
            "must_be_answered": self.must_be_answered,
            "exit_code": int(self.code(strict=strict)),
            "summary": {
                "passed": counts[report.Outcome.PASSED],
                "failed": counts[report.Outcome.FAILED],
                "skipped": counts[report.Outcome.SKIPPED],
                "against": self.against(strict=strict),
            },
            "unknown_members": list(self.unknown),
            "not_judged": list(self.left_out),
            "notes": list(self.notes),
            "results": [one.to_json() for one in self.results],
        }


def judge(
    contract: Contract,
    operation: Operation,
    *,
    answer: Content | None = None,
    request: Content | None = None,
    form: Form | None = None,
) -> Judgement:
    """Judge an answer, a request, or an answer to a request; the form of an answer is found out where none is given."""
    asked = None if request is None else plain_members(request.members)
    requested = None if asked is None else judge_request(contract, operation, asked)
    if answer is None:
        if requested is None or request is None:
            raise ValueError("there is neither an answer nor a request")
        return Judgement(
            operation.name, None, request.file, None, "", is_error=False, foreign=False,
            results=requested.results, notes=requested.notes, must_be_answered=requested.must_be_answered,
        )  # fmt: skip
    wire = as_wire(operation, answer.members, form, layout=answer.layout)
    return _of_answer(contract, operation, wire, answer.file, asked, requested, request.file if request else None)


def _of_answer(  # noqa: PLR0913, PLR0917 - as above
    contract: Contract,
    operation: Operation,
    answer: Answer,
    file: str,
    asked: Mapping[str, Any] | None,
    requested: Requested | None,
    request: str | None,
) -> Judgement:
    exchange = exchange_of(operation, answer, asked)
    # What an invalid request asks for, no answer can be measured by.
    measured = exchange_of(operation, answer, None if requested is None or requested.broken else asked)
    lacking = _NO_REQUEST if requested is None else _BROKEN_REQUEST
    offline = Offline(contract, operation, answer, measured, lacking)
    judged = [(offline.checks[check_id], ask()) for check_id, ask in offline.judges()]
    if answer.is_error:
        judged += error_code(contract, operation, answer, exchange)
    if requested is not None:
        beside = Asked(contract, operation, answer, exchange, requested.broken, requested.unsettled)
        judged.append(beside.ending())
        judged += [(offline.checks[check_id], ask()) for check_id, ask in beside.judges()]
    results = report.sort_results(judged_row(check, verdict) for check, verdict in judged)
    return Judgement(
        operation.name,
        file,
        request,
        answer.form,
        answer.why,
        answer.is_error,
        not answer.is_error and not operation.output.members.keys() & answer.body.keys(),
        results,
        left_out=tuple(_left_out(results, offline)),
        notes=tuple(_of_request(requested)),
        unknown=tuple(sorted(offline.unknown)),
        must_be_answered=requested.must_be_answered if requested else "",
    )


def _of_request(requested: Requested | None) -> Iterable[str]:
    if requested is None:
        return
    for one in requested.results:
        if one.outcome is report.Outcome.FAILED:
            yield f"the request breaks {one.id}: {one.received}"
    yield from requested.notes


def _left_out(results: Iterable[report.Result], offline: Offline) -> Iterable[str]:
    skipped = Counter(one.area for one in results if one.outcome is report.Outcome.SKIPPED)
    if skipped["response"]:
        yield f"{skipped['response']:,} facts about members that this answer does not have"
    others = sum(count for area, count in skipped.items() if area != "response")
    if others:
        yield f"{others:,} rules and laws that have nothing to go by in this answer"
    yield from offline.left_out
    judged = {one.id for one in results}
    rest = sum(check not in judged for check in offline.checks)
    yield f"{rest:,} checks of a run in all, most of which send requests of their own: conformance run"
