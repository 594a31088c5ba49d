"""A saved answer as the laws look at one: an exchange, and a survey of the one resource that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract import Operation
from conformance.laws.listing import member
from conformance.laws.survey import Survey, View
from conformance.validate.forms import Answer
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse, Listing

_OK, _BAD_REQUEST = 200, 400


def exchange_of(operation: Operation, answer: Answer, request: Mapping[str, Any] | None) -> Exchange:
    """Give the exchange of an answer; where no status was saved it has that of a success, or of a refusal."""
    status = answer.status or (_BAD_REQUEST if answer.is_error else _OK)
    return Exchange(
        operation.name,
        HttpRequest("POST", "", (), b"" if request is None else dump(request)),
        HttpResponse(status, answer.headers, dump(answer.body), 0.0),
    )


def survey_of(operation: Operation, exchange: Exchange) -> Survey:
    """Give the survey of the resource that an answer describes, or whose items it lists.

    A page of a listing stands for the whole: no law that needs all of it does without the description as well.
    """
    answer = exchange.answer or {}
    asked = (exchange.input or {}).get(operation.subject)
    if operation.pagination is not None:
        listed = answer.get(operation.pagination.result)
        items = tuple(item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()
        unknown = Exchange("", HttpRequest("POST", "", (), b""), None, Fault("not-saved", "no description was saved"))
        return Survey((View(str(asked), unknown, Listing((exchange,), items, complete=True), settled=False),))
    told = asked if asked is not None else answer.get(operation.subject)
    ended = operation.settled is not None and member(answer, operation.settled.path) in operation.settled.values
    return Survey((View(str(told), exchange, None, settled=ended),))
