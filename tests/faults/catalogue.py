"""Every fault there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faults import answers, descriptions, echoes, envelopes, errors, filters, limits, orders, pages, summaries

if TYPE_CHECKING:
    from faults.fault import Fault

_MODULES = (limits, answers, pages, orders, filters, descriptions, summaries, echoes, errors, envelopes)

FAULTS: tuple[Fault, ...] = tuple(fault for module in _MODULES for group in module.GROUPS for fault in group)
