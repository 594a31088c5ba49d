"""Names that exist and tokens that were given out, put into requests that a tool has made up.

A name that is made up is rejected as unknown, which hides whatever else a request tries. What breaks a constraint on
purpose is never touched, and no other member is.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from conformance.contract.model import Operation
from conformance.reference.inputs import violations

_EVERY = 3
"""Of requests that say nothing but a name, every third keeps one that is unknown: what comes then is judged, too."""
T = TypeVar("T")


@dataclass
class KnownNames:
    """The names that exist, and the tokens that were seen, by the rest of the query that they belong to."""

    names: Sequence[str]
    _tokens: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def put_into(self, operation: Operation, members: dict[str, Any]) -> None:
        """Put what exists in place of a name and a token that keep their constraints."""
        made_up = self.asks_for_unknown(operation, members)
        if made_up and not self._left_so(operation, members):
            members[operation.subject] = self._one_of(self.names)
        paging = operation.pagination
        if paging is None or not _keeps(operation, paging.input_token, members):
            return
        del members[paging.input_token]
        name, known = members.get(operation.subject), self._tokens.get(_rest(operation, members), [])
        # A name that exists was meant: only its own tokens go with it.
        fitting = [item for item in known if made_up or item[0] == name]
        if fitting and name in self.names:
            members[operation.subject], members[paging.input_token] = self._one_of(fitting)

    def asks_for_unknown(self, operation: Operation, members: Any) -> bool:
        """Return whether a request has a name that keeps its constraints and is unknown."""
        if not isinstance(members, dict) or not _keeps(operation, operation.subject, members):
            return False
        return members[operation.subject] not in self.names

    def learn(self, operation: Operation, members: Any, answer: Any) -> None:
        """Keep the token of an answer, with the name and the rest of the query that it belongs to."""
        paging = operation.pagination
        if paging is None or not isinstance(answer, dict) or not isinstance(members, dict):
            return
        token, name = answer.get(paging.output_token), members.get(operation.subject)
        if isinstance(token, str) and isinstance(name, str):
            self._tokens.setdefault(_rest(operation, members), []).append((name, token))

    def _left_so(self, operation: Operation, members: Mapping[str, Any]) -> bool:
        said = [name for name in operation.input.members if members.get(name) is not None]
        return said == [operation.subject] and next(self._turns) % _EVERY == 0

    def _one_of(self, values: Sequence[T]) -> T:
        return values[next(self._turns) % len(values)]


def _rest(operation: Operation, members: Mapping[str, Any]) -> str:
    """Return what a token depends on next to the name: the query without its page; null is as good as left out."""
    paging = operation.pagination
    aside = {operation.subject, *((paging.limit, paging.input_token) if paging else ())}
    return json.dumps({name: members.get(name) for name in operation.input.members if name not in aside})


def _keeps(operation: Operation, name: str, members: Mapping[str, Any]) -> bool:
    value, node = members.get(name), operation.input.members[name]
    return isinstance(value, str) and not any(True for _ in violations(node, value, name))
