"""Laws of the envelope: status, content type, request id and the shape of an error, the same for every operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conformance.laws.requests import fault_of, shown
from conformance.laws.verdict import Tally, Verdict
from conformance.wire.exchange import Exchange

_LACKING = "the target gave no such answer"
_PAIR = 2
_TYPE, _LENGTH, _ID = "Content-Type", "Content-Length", "x-amzn-RequestId"
_SHOWN = 200
"""Characters of a body that are shown."""

Judge = Callable[[tuple[Exchange, ...], str], Verdict]
"""Judges answers; the second is the content type of the protocol."""


def status(exchanges: tuple[Exchange, ...], wanted: int) -> Verdict:
    """Judge that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in exchanges:
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking=_LACKING)


@dataclass(frozen=True)
class _Each:
    """A law that each answer keeps, or breaks, by itself."""

    kind: str
    expected: str
    """With `{content_type}` where it speaks of the protocol's."""
    holds: Callable[[Exchange, str], bool | None]
    """None for an answer that the law says nothing about."""
    tells: Callable[[Exchange], str]
    """Says of an answer that breaks the law what the law looked at."""

    def __call__(self, exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:
        expected = self.expected.format(content_type=content_type)
        tally = Tally("answers")
        for exchange in exchanges:
            if verdict := (fault_of(exchange, expected) if exchange.response is None else None):
                return verdict
            held = self.holds(exchange, content_type)
            if held is not None:
                tally.hold(held, self.tells(exchange), exchange)
        return tally.verdict(self.kind, expected, lacking=_LACKING)


def _header(exchange: Exchange, name: str) -> str | None:
    return exchange.response.header(name) if exchange.response else None


def _telling(name: str) -> Callable[[Exchange], str]:
    """Give what says which value a header has, and how long the body is."""

    def tell(exchange: Exchange) -> str:
        value, length = _header(exchange, name), len(exchange.response.body) if exchange.response else 0
        return f"HTTP {exchange.status} with {f'no {name}' if value is None else f'{name}: {value}'}, {length} bytes"

    return tell


def _body(exchange: Exchange) -> str:
    body = exchange.response.body if exchange.response else b""
    return f"HTTP {exchange.status}: {body[:_SHOWN].decode('utf-8', 'replace')}{'…' if len(body) > _SHOWN else ''}"


def _has_content_type(exchange: Exchange, content_type: str) -> bool:
    return (_header(exchange, _TYPE) or "").split(";", 1)[0].strip().lower() == content_type


def _has_its_length(exchange: Exchange, _: str) -> bool | None:
    length = _header(exchange, _LENGTH)
    if length is None or exchange.response is None or _header(exchange, "content-encoding"):
        return None
    return length.isdecimal() and int(length) == len(exchange.response.body)


def _has_bare_type(exchange: Exchange, _: str) -> bool:
    return (exchange.answer or {}).get("__type") == exchange.error_code != ""


def _has_message(exchange: Exchange, _: str) -> bool:
    return any(isinstance((exchange.answer or {}).get(name), str) for name in ("message", "Message"))


def _unique_ids(exchanges: tuple[Exchange, ...], _: str) -> Verdict:
    ids = [found for exchange in exchanges if (found := _header(exchange, _ID))]
    tally = Tally("answers", needs=_PAIR)
    for index, one in enumerate(ids):
        tally.hold(one not in ids[:index], f"{one} twice", *exchanges)
    lacking = "fewer than two answers carry a request id"
    return tally.verdict("request-id-repeated", "another id for each request", lacking=lacking)


LAWS: Mapping[str, Judge] = MappingProxyType(
    {
        "json_object": _Each("no-json", "one JSON object", lambda one, _: one.answer is not None, shown),
        "content_type": _Each("content-type", "Content-Type: {content_type}", _has_content_type, _telling(_TYPE)),
        "request_id": _Each(
            "request-id", "x-amzn-RequestId with a value", lambda one, _: bool(_header(one, _ID)), _telling(_ID)
        ),
        "unique_ids": _unique_ids,
        "content_length": _Each("content-length", "the length of the body", _has_its_length, _telling(_LENGTH)),
        "error_type": _Each(
            "no-error-code", "an error code in __type or x-amzn-errortype", lambda one, _: bool(one.error_code), _body
        ),
        "bare_type": _Each("error-type-form", "__type with the bare name of the error", _has_bare_type, _body),
        "error_message": _Each("no-message", "message or Message, a string", _has_message, _body),
    }
)
"""The laws by name."""
