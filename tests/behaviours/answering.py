"""Exchanges as they would have come over the wire, made of Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


def answering(operation: str, answer: Any, *, name: str = "tuning", status: int = 200) -> Exchange:
    request: Mapping[str, Any] = {"HyperParameterTuningJobName": name}
    return Exchange(
        operation,
        HttpRequest("POST", "http://127.0.0.1/", (), dump(request)),
        HttpResponse(status, (), dump(answer), 0.0),
    )
