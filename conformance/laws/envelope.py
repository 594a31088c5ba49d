"""Laws of the envelope: status, headers and the shape of an error, the same for every operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from conformance.laws.requests import shown
from conformance.laws.verdict import Tally, Verdict, failed, passed, skipped
from conformance.wire.exchange import Exchange

_LACKING = "the target gave no such answer"
_PAIR = 2
_TYPE, _LENGTH, _ID, _DATE = "Content-Type", "Content-Length", "x-amzn-RequestId", "Date"
_SINGLE = (_TYPE, _LENGTH, _ID, _DATE, "Server")
"""Headers that no answer has twice: their values can't be joined by commas (RFC 9110, section 5.3)."""
_SHOWN = 200
"""Characters of a body that are shown."""
_FEW = 5
"""Kinds of answers that are shown where more break a law."""
SLACK_S = 900.0
"""Seconds that a Date may be off: from there on AWS takes no signature that was made by it."""

Judge = Callable[[tuple[Exchange, ...], str], Verdict]
"""Judges answers; the second is the content type of the protocol."""


def status(exchanges: tuple[Exchange, ...], wanted: int) -> Verdict:
    """Judge that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in exchanges:
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking=_LACKING)


@dataclass
class _Kind:
    """What the answers of one kind showed: how many there were, and the first that broke the law."""

    seen: int = 0
    broken: int = 0
    received: str = ""
    first: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True)
class _Each:
    """A law that each answer keeps or breaks by itself; the verdict says on which kinds of answers it rests."""

    kind: str
    expected: str
    """With `{content_type}` where it speaks of the protocol's."""
    holds: Callable[[Exchange, str], bool | None]
    """None for an answer that the law says nothing about."""
    tells: Callable[[Exchange], str]
    """Says of an answer that breaks the law what the law looked at."""

    def __call__(self, exchanges: tuple[Exchange, ...], content_type: str) -> Verdict:
        kinds: dict[str, _Kind] = {}
        for exchange in exchanges:
            held = self.holds(exchange, content_type) if exchange.response is not None else None
            if held is None:
                continue
            one = kinds.setdefault(_kind_of(exchange), _Kind())
            one.seen += 1
            if not held:
                one.broken += 1
                one.received = one.received or self.tells(exchange)
                one.first = one.first or [exchange]
        return self._verdict(kinds, self.expected.format(content_type=content_type))

    def _verdict(self, kinds: Mapping[str, _Kind], expected: str) -> Verdict:
        if not kinds:
            return skipped(_LACKING)
        rests_on = {name: kinds[name].seen for name in sorted(kinds)}
        broken = {name: one for name, one in kinds.items() if one.broken}
        if not broken:
            return passed(rests_on)
        shown_kinds = list(broken.items())[:_FEW]
        received = [f"{one.received} ({one.broken} of {one.seen} {name})" for name, one in shown_kinds]
        count, seen = sum(one.broken for one in broken.values()), sum(rests_on.values())
        return failed(
            self.kind,
            f"{count} of {seen} answers break this",
            expected=expected,
            received="; ".join(received),
            exchanges=tuple(exchange for _, one in shown_kinds for exchange in one.first),
            rests_on=rests_on,
        )


def _kind_of(exchange: Exchange) -> str:
    """Name the kind of an answer: answers, or errors by their code."""
    return "answers" if exchange.ok else exchange.error_code or f"answers with HTTP {exchange.status}"


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
    values = exchange.response.headers_named(_TYPE) if exchange.response else ()
    return {value.split(";", 1)[0].strip().lower() for value in values} == {content_type}


def _has_its_length(exchange: Exchange, _: str) -> bool | None:
    length = _header(exchange, _LENGTH)
    if length is None or exchange.response is None or _header(exchange, "content-encoding"):
        return None
    return length.isdecimal() and int(length) == len(exchange.response.body)


def _has_bare_type(exchange: Exchange, _: str) -> bool:
    return (exchange.answer or {}).get("__type") == exchange.error_code != ""


_OFTEN_WITHOUT_MESSAGE = frozenset({"SerializationException", "UnknownOperationException"})
"""Errors that were seen without a message (O33, O34)."""


def _has_message(exchange: Exchange, _: str) -> bool | None:
    if exchange.error_code in _OFTEN_WITHOUT_MESSAGE:
        return None
    return any(isinstance((exchange.answer or {}).get(name), str) for name in ("message", "Message"))


def _repeated(exchange: Exchange) -> list[tuple[str, tuple[str, ...]]]:
    found = [(name, exchange.response.headers_named(name)) for name in _SINGLE] if exchange.response else []
    return [(name, values) for name, values in found if len(values) > 1]


def _tell_repeated(exchange: Exchange) -> str:
    return ", ".join(f"{name} {len(values)} times: {', '.join(values)}" for name, values in _repeated(exchange))


def date_of(exchange: Exchange) -> float | None:
    """Return the time of an answer's Date header in epoch seconds; None where it has none that HTTP knows."""
    text = _header(exchange, _DATE)
    try:
        return parsedate_to_datetime(text).timestamp() if text and text.endswith("GMT") else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_dated_now(exchange: Exchange, _: str) -> bool | None:
    date, at = date_of(exchange), exchange.response.at if exchange.response else 0.0
    return None if date is None or not at else abs(date - at) <= SLACK_S


def _tell_date(exchange: Exchange) -> str:
    off = (date_of(exchange) or 0.0) - (exchange.response.at if exchange.response else 0.0)
    return f"Date: {_header(exchange, _DATE)}, {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the suite's clock"


def _unique_ids(exchanges: tuple[Exchange, ...], _: str) -> Verdict:
    ids = [(found, exchange) for exchange in exchanges if (found := _header(exchange, _ID))]
    counts = Counter(found for found, _ in ids)
    tally = Tally("answers", needs=_PAIR)
    for found, exchange in dict(reversed(ids)).items():
        tally.hold(counts[found] == 1, f"{found} {counts[found]} times", exchange)
    lacking = "fewer than two answers carry a request id"
    tally.seen = len(ids)
    return tally.verdict("request-id-repeated", "another id for each request", lacking=lacking)


def error_status(exchanges: tuple[Exchange, ...], statuses: Mapping[str, tuple[int, ...]]) -> Verdict:
    """Judge that each error has the HTTP status of its code, those of codes that are not known aside."""

    def holds(exchange: Exchange, _: str) -> bool | None:
        known = statuses.get(exchange.error_code)
        return None if known is None else exchange.status in known

    law = _Each("error-status", "the HTTP status of the error's code", holds, shown)
    return law(exchanges, "")


LAWS: Mapping[str, Judge] = MappingProxyType(
    {
        "json_object": _Each("no-json", "one JSON object", lambda one, _: one.answer is not None, shown),
        "content_type": _Each("content-type", "Content-Type: {content_type}", _has_content_type, _telling(_TYPE)),
        "request_id": _Each(
            "request-id", "x-amzn-RequestId with a value", lambda one, _: bool(_header(one, _ID)), _telling(_ID)
        ),
        "unique_ids": _unique_ids,
        "content_length": _Each("content-length", "the length of the body", _has_its_length, _telling(_LENGTH)),
        "single_headers": _Each(
            "header-repeated", "each of these headers at most once", lambda one, _: not _repeated(one), _tell_repeated
        ),
        "date": _Each("no-date", "a Date of HTTP, in GMT", lambda one, _: date_of(one) is not None, _telling(_DATE)),
        "date_now": _Each("date-off", f"a Date within {SLACK_S:.0f} s of now", _is_dated_now, _tell_date),
        "error_type": _Each(
            "no-error-code", "an error code in __type or x-amzn-errortype", lambda one, _: bool(one.error_code), _body
        ),
        "bare_type": _Each("error-type-form", "__type with the bare name of the error", _has_bare_type, _body),
        "error_message": _Each("no-message", "message or Message, a string", _has_message, _body),
    }
)
"""The laws by name."""
