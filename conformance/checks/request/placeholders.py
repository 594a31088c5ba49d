"""Requests as they are sent: the placeholders of a case replaced by what the state of the target gives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from conformance.checks.request.values import Members, Placeholder
from conformance.contract.model import Operation
from conformance.session.session import TargetSession
from conformance.wire.request import Request

_TOKENS = (Placeholder.TOKEN, Placeholder.BROKEN_TOKEN)


def exists(session: TargetSession, operation: Operation, members: Mapping[str, Any]) -> bool:
    """Return whether a request names a resource that exists, where it names one at all."""
    return not operation.subject or str(members.get(operation.subject)) in session.names(operation.subject)


def resolve(
    session: TargetSession, operation: Operation, members: Members, control: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    """Put values in the place of placeholders, those of the control where it has them; None where there is no token.

    No token could be had for a query that is broken: it is that of the control.
    """
    resolved: dict[str, Any] = {}
    for name, value in sorted(members, key=lambda pair: pair[1] in _TOKENS):
        if isinstance(value, Placeholder) and name in control:
            resolved[name] = control[name]
        elif value is Placeholder.EXISTING:
            resolved[name] = session.existing(operation) or session.unknown_name
        elif value in _TOKENS:
            token = fresh_token(session, operation, resolved)
            if token is None:
                return None
            resolved |= token
        else:
            resolved[name] = value
        if value is Placeholder.BROKEN_TOKEN:
            resolved[name] += "\n"
    return resolved


def fresh_token(session: TargetSession, operation: Operation, members: dict[str, Any]) -> dict[str, Any] | None:
    """Return the members of a request for the second page of a query: its token, and the resource that has one."""
    representative = session.representative_listing(operation) if operation.listing is not None else None
    pagination = operation.pagination
    if pagination is None or representative is None:
        return None
    query = {**members, **representative.members}
    # Pages of one item are the surest to leave something over, whatever the query.
    for sizes in ({}, {pagination.limit: 1}):
        first = session.exchange(Request.call(operation.name, sizes | query))
        token = (first.answer or {}).get(pagination.output_token)
        if isinstance(token, str):
            return {**representative.members, pagination.input_token: token}
    return None
