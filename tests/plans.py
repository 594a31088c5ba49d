"""The plan of a run, as the command makes it."""

from __future__ import annotations

from conformance.suite.contracts import chosen_contract
from conformance.suite.plan import Plan
from conformance.suite.settings import Settings


def planned(settings: Settings) -> Plan:
    """Return the plan of a run with these settings."""
    return Plan.of(settings, chosen_contract(settings))
