"""A request and its answer as a record keeps them: text, without secrets, long bodies cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.report.fields import Fields

BODY_LIMIT = 4000
"""Characters of a body that a record keeps: enough for any answer of one item, and a thousand checks stay small."""


def body_text(body: bytes) -> str:
    """Give a body as a record keeps it: as text, bytes that are no UTF-8 escaped, cut after BODY_LIMIT characters."""
    text = body.decode("utf-8", errors="backslashreplace")
    if len(text) <= BODY_LIMIT:
        return text
    return f"{text[:BODY_LIMIT]}… ({len(text) - BODY_LIMIT} more characters)"


@dataclass(frozen=True)
class Request:
    """What was sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def read(cls, fields: Fields) -> Request:
        """Read it from a record."""
        return cls(fields.text("method"), fields.text("url"), fields.text_mapping("headers"), fields.text("body"))

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {"method": self.method, "url": self.url, "headers": dict(self.headers), "body": self.body}


@dataclass(frozen=True)
class Response:
    """What came back, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: str
    elapsed_s: float

    @classmethod
    def read(cls, fields: Fields) -> Response:
        """Read it from a record."""
        headers = fields.text_mapping("headers")
        return cls(fields.count("status"), headers, fields.text("body"), fields.seconds("elapsed_s"))

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {
            "status": self.status,
            "headers": dict(self.headers),
            "body": self.body,
            "elapsed_s": self.elapsed_s,
        }


@dataclass(frozen=True)
class Fault:
    """Why there was no answer."""

    kind: str
    detail: str

    @classmethod
    def read(cls, fields: Fields) -> Fault:
        """Read it from a record."""
        return cls(fields.text("kind"), fields.text("detail"))

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {"kind": self.kind, "detail": self.detail}


@dataclass(frozen=True)
class Exchange:
    """One request of an operation, and its answer or the fault that stands for it."""

    operation: str
    request: Request
    response: Response | None = None
    fault: Fault | None = None

    @classmethod
    def read(cls, fields: Fields) -> Exchange:
        """Read it from a record."""
        return cls(
            fields.text("operation"),
            Request.read(fields.mapping("request")),
            fields.optional("response", Response.read),
            fields.optional("fault", Fault.read),
        )

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {
            "operation": self.operation,
            "request": self.request.to_json(),
            "response": self.response.to_json() if self.response else None,
            "fault": self.fault.to_json() if self.fault else None,
        }
