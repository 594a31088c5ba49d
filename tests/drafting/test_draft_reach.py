"""Drafts of services that are installed: each lints, its pages state what it cites, and it has checks."""

from __future__ import annotations

import pytest

from conformance.documents.service_model import ModelSource
from conformance.survey import ServiceSurvey, json_services, survey
from conformance.wire.limits import reads

_PARTS = 4
"""Into which the services are divided, for as many processes."""


def _one_of(source: ModelSource) -> list[str]:
    """Return an operation with pages, else one that reads, else any."""
    paginated = (source.paginators or {}).get("pagination", {})
    names = sorted(source.model["operations"])
    return sorted(names, key=lambda name: (name not in paginated, not reads(name)))[:1]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
def test_one_operation_of_each_service_is_drafted(part: int) -> None:
    services = [pair for number, pair in enumerate(json_services()) if number % _PARTS == part]
    assert len(services) > 20
    found: list[ServiceSurvey] = [survey(service, source, _one_of(source)) for service, source in services]
    assert [finding for row in found for finding in row.findings] == []
    assert {row.service: row.rejected for row in found if row.rejected} == {}
    assert all(row.checks > 50 for row in found)
