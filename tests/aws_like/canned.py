"""Saved answers in place of a service: what a sender gives for Describe and List, in the notation that AWS uses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse
from conformance.wire.request import Request

ANSWERS = Path(__file__).parent / "answers"
CASES = sorted(path.stem for path in ANSWERS.glob("*.json"))
_HEADERS = (
    ("Content-Type", "application/x-amz-json-1.1"),
    ("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000"),
)
_SECONDS = re.compile(rb"(?<=[:,\[])1\d{9}(?:\.\d+)?(?=[,}\]])")
_NOT_JSON = b'{"__type":"SerializationException"}'
_NOBODY = b'{"__type":"ResourceNotFound","Message":"Amazon SageMaker can not find that"}'


def java_doubles(body: bytes) -> bytes:
    """Write times as Java writes doubles: 1.555674649089E9."""

    def written(match: re.Match[bytes]) -> bytes:
        digits, _, fraction = match[0].partition(b".")
        return digits[:1] + b"." + ((digits[1:] + fraction).rstrip(b"0") or b"0") + b"E9"

    return _SECONDS.sub(written, body)


class Canned:
    """A sender that has one case of saved answers, and ResourceNotFound for whatever else it is asked about."""

    def __init__(self, case: str) -> None:
        """Read the case."""
        self.jobs: Mapping[str, Any] = json.loads((ANSWERS / f"{case}.json").read_text(encoding="utf-8"))["jobs"]

    def send(self, request: Request) -> Exchange:
        """Answer one request."""
        try:
            asked = json.loads(request.body)
        except ValueError:
            return self._exchange(request, 400, _NOT_JSON)
        job = self.jobs.get(asked.get("HyperParameterTuningJobName"))
        if job is None:
            return self._exchange(request, 400, _NOBODY)
        answer = job["describe"]
        if request.operation.startswith("List"):
            tokens = [None, *(page.get("NextToken") for page in job["pages"])]
            answer = job["pages"][tokens.index(asked.get("NextToken"))]
        return self._exchange(request, 200, java_doubles(json.dumps(answer, separators=(",", ":")).encode()))

    def _exchange(self, request: Request, status: int, body: bytes) -> Exchange:
        sent = HttpRequest(request.method, "https://api.sagemaker.example/", (), request.body)
        return Exchange(request.operation, sent, HttpResponse(status, _HEADERS, body, 0.0))
