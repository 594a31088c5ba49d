"""Laws of the envelope: status, content type, request id and the shape of an error, the same for every operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from conformance.laws.requests import fault_of, shown
from conformance.laws.verdict import Tally, Verdict, skipped
from conformance.wire.exchange import Exchange

_LACKING = "the target gave no such answer"
_PAIR = 2

Judge = Callable[[tuple[Exchange, ...], str], Verdict]


def status(exchanges: tuple[Exchange, ...], wanted: int) -> Verdict:
    """Judge that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in exchanges:
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking=_LACKING)


def _each(exchanges: tuple[Exchange, ...], kind: str, expected: str, holds: Callable[[Exchange], bool]) -> Verdict:
    tally = Tally("answers")
    for exchange in exchanges:
        if verdict := (fault_of(exchange, expected) if exchange.response is None else None):
            return verdict
        tally.hold(holds(exchange), shown(exchange) if kind == "no-json" else _headers(exchange), exchange)
    return tally.verdict(kind, expected, lacking=_LACKING)


def _headers(exchange: Exchange) -> str:
    names = ("content-type", "x-amzn-requestid", "content-length")
    have = {name: exchange.response.header(name) for name in names} if exchange.response else {}
    told = ", ".join(f"{name}: {value}" for name, value in have.items() if value is not None)
    return f"HTTP {exchange.status}, {told or 'none of the headers'}; {shown(exchange)}"


def _json_object(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    return _each(exchanges, "no-json", "one JSON object", lambda exchange: exchange.answer is not None)


def _content_type(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:
    def holds(exchange: Exchange) -> bool:
        value = (exchange.response.header("content-type") if exchange.response else None) or ""
        return value.split(";", 1)[0].strip().lower() == content_type

    return _each(exchanges, "content-type", f"Content-Type: {content_type}", holds)


def _request_id(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    return _each(exchanges, "request-id", "x-amzn-RequestId with a value", lambda exchange: bool(_id(exchange)))


def _id(exchange: Exchange) -> str:
    return (exchange.response.header("x-amzn-requestid") or "") if exchange.response else ""


def _unique_ids(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    ids = [_id(exchange) for exchange in exchanges if _id(exchange)]
    if len(ids) < _PAIR:
        return skipped("fewer than two answers carry a request id")
    tally = Tally("answers", needs=_PAIR)
    for index, one in enumerate(ids):
        tally.hold(one not in ids[:index], f"{one} twice", *exchanges)
    return tally.verdict("request-id-repeated", "another id for each request", lacking=_LACKING)


def _content_length(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    given = tuple(one for one in exchanges if one.response and one.response.header("content-length") is not None)
    plain = tuple(one for one in given if one.response and not one.response.header("content-encoding"))
    return _each(
        plain,
        "content-length",
        "the length of the body",
        lambda one: one.response is not None and one.response.header("content-length") == str(len(one.response.body)),
    )


def _error_type(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    return _each(
        exchanges, "no-error-code", "an error code in __type or x-amzn-errortype", lambda one: bool(one.error_code)
    )


def _bare_type(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    def holds(exchange: Exchange) -> bool:
        return (exchange.answer or {}).get("__type") == exchange.error_code != ""

    return _each(exchanges, "error-type-form", "__type with the bare name of the error", holds)


def _error_message(exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:  # noqa: ARG001 - one signature for all laws
    def holds(exchange: Exchange) -> bool:
        answer = exchange.answer or {}
        return any(isinstance(answer.get(name), str) for name in ("message", "Message"))

    return _each(exchanges, "no-message", "message or Message, a string", holds)


LAWS: Mapping[str, Judge] = MappingProxyType(
    {
        "json_object": _json_object,
        "content_type": _content_type,
        "request_id": _request_id,
        "unique_ids": _unique_ids,
        "content_length": _content_length,
        "error_type": _error_type,
        "bare_type": _bare_type,
        "error_message": _error_message,
    }
)
"""The laws by name."""
