"""A target's description as JSON, for a worker process on this machine or another: all that checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conformance.targets.spec import Capabilities, Kind, Origin, StateSource, TargetSpec
from conformance.wire.limits import Limits


def spec_to_json(spec: TargetSpec) -> dict[str, Any]:
    """Give what a worker needs of a description. How it is launched, filled and signed for stays behind."""
    return {
        "name": spec.name,
        "kind": spec.kind.value,
        "origin": spec.state.origin.value,
        "endpoint_url": spec.endpoint_url,
        "region": spec.region,
        "capabilities": asdict(spec.capabilities),
        "limits": asdict(spec.limits),
        "budget": spec.budget,
        "pace": spec.pace,
        "ca_bundle": spec.ca_bundle and str(spec.ca_bundle),
        "where": spec.where,
    }


def spec_from_json(value: Mapping[str, Any]) -> TargetSpec:
    """Take over in a worker what `spec_to_json` gave."""
    return TargetSpec(
        value["name"],
        Kind(value["kind"]),
        StateSource(Origin(value["origin"])),
        value["endpoint_url"],
        region=value["region"],
        credentials=None,
        capabilities=Capabilities(**value["capabilities"]),
        limits=Limits(**value["limits"]),
        budget=value["budget"],
        pace=value["pace"],
        ca_bundle=Path(value["ca_bundle"]) if value["ca_bundle"] else None,
        where=value["where"],
    )
