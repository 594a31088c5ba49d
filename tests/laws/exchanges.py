"""Exchanges for the tests of laws: an answer of an operation, or silence."""

from __future__ import annotations

from typing import Any

from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse

Headers = tuple[tuple[str, str], ...]


def answered(  # noqa: PLR0913 - the parts of an exchange that laws look at
    answer: Any = b"{}",
    status: int = 200,
    headers: Headers = (),
    *,
    operation: str = "any",
    request: Any = b"{}",
    region: str = "",
    at: float = 0.0,
) -> Exchange:
    """Return an exchange; bytes are bodies as they are, all else is written as JSON."""
    sent = HttpRequest("POST", "http://127.0.0.1/", (), _body(request), region)
    return Exchange(operation, sent, HttpResponse(status, headers, _body(answer), 0.0, at))


def silence(kind: str = "timeout", *, operation: str = "any", region: str = "") -> Exchange:
    """Return an exchange without an answer."""
    sent = HttpRequest("POST", "http://127.0.0.1/", (), b"{}", region)
    return Exchange(operation, sent, None, Fault(kind, "no answer"))


def _body(content: Any) -> bytes:
    return content if isinstance(content, bytes) else dump(content)
