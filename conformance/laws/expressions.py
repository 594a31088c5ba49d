"""JMESPath as the rules of the contract use it: compiled once, with the functions that rules have beside its own.

- `matches(text, pattern)`: whether the whole text matches the regular expression; null where either is no text.
- `compiles(text)`: whether the text is a regular expression; null where it is no text.
- `number(text)`: the number that a text spells, to the last digit (a Decimal); null where it spells no finite one.
"""

from __future__ import annotations

import re
import warnings
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jmespath.parser import ParsedResult

_NUMERAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?")
_LONGEST_NUMERAL = 4096
"""Characters; a longer text is not read as a number, so that no answer can make the judge work for long."""


def as_number(text: Any) -> Decimal | None:
    """Give the number that a text spells, plain or with an exponent, to the last digit; None where it spells none."""
    if not isinstance(text, str) or len(text) > _LONGEST_NUMERAL or not _NUMERAL.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class _Functions(functions.Functions):  # type: ignore[misc]
    """The functions of JMESPath and those of rules."""

    @functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_matches(self, text: Any, pattern: Any) -> bool | None:
        if not isinstance(text, str) or not isinstance(pattern, str):
            return None
        return _pattern(pattern).fullmatch(text) is not None

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_compiles(self, text: Any) -> bool | None:
        if not isinstance(text, str):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a doubtful escape in somebody's pattern is not our user's concern
                re.compile(text)
        except (re.error, OverflowError, RecursionError):
            return False
        return True

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_number(self, text: Any) -> Decimal | None:
        return as_number(text)


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """Give the value of an expression in a scope; null also where a function meets a type that it does not take.

    Raises jmespath's ParseError for an expression that is none: those of a loaded contract all compile.
    """
    compiled = _compiled(expression)
    try:
        return compiled.search(scope, options=_OPTIONS)
    except (JMESPathError, TypeError):  # jmespath lets TypeError through where a text is compared with a number
        return None


def holds(value: Any) -> bool:
    """Tell whether a value counts as true for JMESPath: all but false, null and what is empty."""
    return value is not None and value is not False and value not in ("", [], {})
