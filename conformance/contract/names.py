"""Names of operations: their spellings, and what their words say."""

from __future__ import annotations

import re
from functools import cache

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?:[A-Z]|$))")


def spellings(operation: str) -> tuple[str, str, str]:
    """Return the name of an operation as the API, boto3 and the AWS CLI write it."""
    snake = _WORDS.sub("_", operation).lower()
    return operation, snake, snake.replace("_", "-")


_VERB = re.compile(r"[A-Z][a-z]+(?=[A-Z])")


CREATING = frozenset({"Create", "Put", "Register", "Import", "Add"})
DELETING = frozenset({"Delete", "Deregister", "Remove"})
"""The verbs of operations after which something is there, or is gone."""


def verb_of(operation: str) -> str:
    """Return the first word of an operation's name: `List` of ListSecrets."""
    verb = _VERB.match(operation)
    return verb[0] if verb else operation


@cache
def noun_of(operation: str) -> str:
    """Return what an operation is about, in the singular: `Secret` of ListSecrets."""
    verb = verb_of(operation)
    name = re.split(r"(?<=[a-z])(?:For|By|Of|In)(?=[A-Z])", operation.removeprefix(verb) or operation)[0]
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.lower().endswith(("sses", "ches", "xes", "iases", "tuses", "buses")):
        return name[:-2]
    return name.removesuffix("s") if not name.lower().endswith(("ss", "ias", "tus", "bus")) else name
