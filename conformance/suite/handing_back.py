"""What workers saw of a target, on its way to the process that started them, which judges all answers of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from typing import Any, cast

from conformance.catalogue.check import Check, place_in_run
from conformance.catalogue.exchanges import Crash
from conformance.catalogue.lab import Lab
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import HeaderCase, Request, Signing

_Packed = Sequence[Any]
"""A value of the wire as execnet takes it: tuples of plain values."""


class AnswerLog:
    """The answers that the lab of a worker has seen, each with the place in the run of the check that saw it first."""

    def __init__(self, lab: Lab, checks: Iterable[Check]) -> None:
        """Note nothing yet; `checks` are those of the whole run."""
        self._lab = lab
        self._places = {check.id: place for place, check in enumerate(sorted(checks, key=place_in_run))}
        self._seen = dict.fromkeys(lab.contract.operations, 0)
        self._answers: list[tuple[int, Exchange]] = []

    def note(self, check: Check) -> None:
        """Note whatever has come in since the last time as seen by this check."""
        for operation, seen in self._seen.items():
            new = self._lab.answers(operation)[seen:]
            self._seen[operation] += len(new)
            self._answers += [(self._places[check.id], exchange) for exchange in new]

    def packed(self) -> dict[str, Any]:
        """Give it as plain values, each exchange once."""
        numbers: dict[int, int] = {}
        exchanges: list[_Packed] = []

        def numbered(exchange: Exchange) -> int:
            number = numbers.setdefault(id(exchange), len(exchanges))
            if number == len(exchanges):
                exchanges.append(_crossing(astuple(exchange)))
            return number

        asked = [(_packed(request), numbered(exchange)) for request, exchange in self._lab.asked.items()]
        answers = [(place, numbered(exchange)) for place, exchange in self._answers]
        gone = self._lab.gone
        crashes = [_crossing(astuple(one)) for one in self._lab.crashes]
        return {
            "exchanges": exchanges, "asked": asked, "answers": answers, "gone": gone and _crossing(astuple(gone)),
            "crashes": crashes,
        }  # fmt: skip


class Gathering:
    """What several workers saw, put together in the order in which one process would have seen it."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._asked: dict[Request, Exchange] = {}
        self._answers: list[tuple[int, Exchange]] = []
        self._gone: Fault | None = None
        self._crashes: list[Crash] = []

    def hear(self, packed: Mapping[str, Any]) -> None:
        """Take what one worker saw."""
        exchanges = [_exchange(one) for one in packed["exchanges"]]
        for request, number in packed["asked"]:
            self._remember(_request(request), exchanges[number])
        self._answers += [(place, exchanges[number]) for place, number in packed["answers"]]
        self._crashes += (Crash(*one) for one in packed["crashes"])
        self._gone = self._gone or (Fault(*packed["gone"]) if packed["gone"] else None)

    def _remember(self, request: Request, exchange: Exchange) -> None:
        known = self._asked.get(request)
        if known is None or known.response is None:
            self._asked[request] = exchange

    def into(self, lab: Lab) -> None:
        """Let a lab know it all, as if it had asked itself."""
        answers = [exchange for _, exchange in sorted(self._answers, key=lambda one: one[0])]
        lab.take_over(self._asked, answers, self._gone, self._crashes)


def _crossing(value: Any) -> Any:
    """Return tuples of plain values as execnet takes them: it has no way to write half of a surrogate pair."""
    if isinstance(value, tuple):
        return tuple(_crossing(one) for one in value)
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _packed(request: Request) -> _Packed:
    # execnet knows strings, and no kinds of them.
    fields = (getattr(request, field.name) for field in dataclass_fields(request))
    return tuple(
        str(one) if isinstance(one, StrEnum) else _packed(one) if isinstance(one, Request) else one for one in fields
    )


def _request(packed: _Packed) -> Request:
    request = Request(*packed)
    after = _request(cast("_Packed", request.after)) if request.after else None
    spelled = HeaderCase(request.header_case)
    return replace(request, signing=Signing(request.signing), after=after, header_case=spelled)


def _exchange(packed: _Packed) -> Exchange:
    operation, request, response, fault = packed
    return Exchange(
        operation,
        HttpRequest(*request),
        HttpResponse(*response) if response else None,
        Fault(*fault) if fault else None,
    )
