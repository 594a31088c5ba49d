"""From a check and its verdict to the row of the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conformance import report
from conformance.catalogue.check import Check
from conformance.laws.verdict import Outcome, Verdict
from conformance.report.visible import clip
from conformance.suite.reproduce import CURL, Shell, reproduce
from conformance.wire.exchange import CUT, DESYNCHRONIZED, Exchange

_KEPT = 3
MOST_TEXT = 4000
"""Characters of a text that a row keeps: what it quotes may be of any length, a name of a target for one."""
_MOST_NOTES = 20
_LONGEST_LINE = 40_000
"""Characters of a line to paste into a shell."""
_ON_ONE_CONNECTION = frozenset({CUT, DESYNCHRONIZED})
"""Kinds of failures that two requests on one connection show."""
_NEEDS_EXPLAINING = frozenset({Outcome.FAILED, Outcome.ERROR})


def row(check: Check, verdict: Verdict, shell: Shell, duration_s: float) -> report.Result:
    """Give the row; exchanges are kept where something has to be explained, the first three of them."""
    judged = judged_row(check, verdict, duration_s)
    if verdict.outcome not in _NEEDS_EXPLAINING:
        return judged
    return replace(judged, exchanges=tuple(_kept(verdict.exchanges)), reproduce=_reproducing(shell, check, verdict))


def judged_row(check: Check, verdict: Verdict, duration_s: float = 0.0) -> report.Result:
    """Give the row of a judgement alone, which needs no target: without what was sent, and how to send it again."""
    return report.Result(
        id=check.id,
        operation=check.operation,
        area=check.area,
        level=report.Level(check.level),
        basis=check.basis,
        outcome=report.Outcome(verdict.outcome.value),
        kind=verdict.kind,
        reason=clip(verdict.reason, MOST_TEXT),
        expected=clip(verdict.expected or (check.accepts if verdict.outcome in _NEEDS_EXPLAINING else ""), MOST_TEXT),
        received=clip(verdict.received, MOST_TEXT),
        statement=check.statement,
        because=tuple(report.Because(place.source, place.line) for place in check.because),
        rests_on=dict(verdict.rests_on),
        notes=tuple(clip(note, MOST_TEXT) for note in verdict.notes[:_MOST_NOTES]),
        duration_s=round(duration_s, 6),
        facts=check.facts,
        cause=next(iter(verdict.follows), "") if verdict.outcome is Outcome.FAILED else "",
    )


def _reproducing(shell: Shell, check: Check, verdict: Verdict) -> str:
    line = verdict.reproduce or reproduce(shell, check.id, next(iter(verdict.exchanges), None))
    if verdict.kind in _ON_ONE_CONNECTION and line.startswith(CURL):
        # curl sends what stands behind --next on the same connection.
        line += f" --next {reproduce(shell, check.id, verdict.exchanges[1]).removeprefix(CURL)}"
    return line if len(line) <= _LONGEST_LINE else reproduce(shell, check.id, None)


def crashed(check_id: str, level: str, reason: str) -> report.Result:
    """Give the row of a check that the suite itself could not carry out."""
    operation, area, *_ = check_id.split("/")
    return report.Result(
        id=check_id,
        operation=operation,
        area=area,
        level=report.Level(level),
        basis="documented",
        outcome=report.Outcome.ERROR,
        kind="suite-error",
        reason=reason,
        expected="a verdict",
        received=reason,
    )


def _kept(exchanges: Iterable[Exchange]) -> Iterable[report.Exchange]:
    for exchange in tuple(exchanges)[:_KEPT]:
        request, response, fault = exchange.request, exchange.response, exchange.fault
        yield report.Exchange(
            exchange.operation,
            report.Request(request.method, request.url, dict(request.headers), report.body_text(request.body)),
            report.Response(
                response.status, dict(response.headers), report.body_text(response.body), round(response.elapsed_s, 6)
            )
            if response
            else None,
            report.Fault(fault.kind, fault.detail) if fault else None,
        )
