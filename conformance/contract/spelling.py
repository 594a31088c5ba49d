"""How operations are spelled: as the API has them, as boto3's methods, and as the AWS CLI's commands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from conformance.errors import UserError

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class UnknownOperationError(UserError):
    """An operation that the contract does not have."""


def spellings(operation: str) -> tuple[str, str, str]:
    """Give the name of an operation as the API, boto3 and the AWS CLI write it."""
    snake = _WORDS.sub("_", operation).lower()
    return operation, snake, snake.replace("_", "-")


def operation_named(name: str, operations: Iterable[str]) -> str:
    """Give the operation of that name, in any of its spellings. Raises UnknownOperationError."""
    names = tuple(operations)
    known = {spelled: operation for operation in names for spelled in spellings(operation)}
    if name in known:
        return known[name]
    folded = {spelled.lower(): operation for spelled, operation in known.items()}
    near = get_close_matches(name.lower(), folded, n=1, cutoff=0.5)
    hint = f"did you mean {folded[near[0]]}?" if near else f"choose one of: {', '.join(names)}"
    raise UnknownOperationError(f"there is no operation {name!r}", remedy=hint)
