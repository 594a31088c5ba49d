"""Limits of values; and patterns, regular expressions of Java matched from end to end, with texts that match them."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_BEYOND_16_BITS = r"\uD800\uDC00-\uDBFF\uDFFF"
"""How Java writes the range of all characters that take two of its own."""
_JAVA = (
    (re.compile(re.escape(_BEYOND_16_BITS)), "\\\\U00010000-\\\\U0010FFFF"),
    (re.compile(r"\\p\{(?:javaLetter|IsAlphabetic)\}"), r"\\p{L}"),
    (re.compile(r"\\p\{LD\}"), r"[\\p{L}\\p{Nd}]"),
    (re.compile(r"\\p\{Punct\}"), r"[!-/:-@\\[-`{-~]"),
    (re.compile(r"\\x\{([0-9A-Fa-f]{1,4})\}"), lambda match: f"\\u{match[1]:0>4}"),
    (re.compile(r"\\Z|\\z"), r"\\Z"),
)
_PROPERTY = re.compile(r"\\[pP]\{[^}]*\}|\\[pP]\w")
_FLAGS = re.compile(r"(?<!^)\(\?[a-zA-Z]+\)")
_SET = re.compile(r"\\.|(\[\^?\]?)((?:\\.|[^\]\\])*)\]", re.DOTALL)
_IN_A_SET = re.compile(r"\\.|\[|--|&&|\|\||~~", re.DOTALL)
"""What Python warns of, as it may come to mean more than itself: `re` takes it for what it is."""


def python_pattern(pattern: str) -> str:
    """Return a pattern of a service model as Python's `re` or the package `regex` understands it."""
    for java, python in _JAVA:
        pattern = java.sub(python, pattern)
    pattern = _SET.sub(_escaped, pattern)
    flags = "".join(sorted({flag for found in _FLAGS.findall(pattern) for flag in found[2:-1]}))
    return (f"(?{flags})" if flags else "") + _FLAGS.sub("", pattern)


def _escaped(found: re.Match[str]) -> str:
    """Return a set of characters with a backslash before those in it that mean themselves."""
    if found[1] is None:
        return found[0]
    inner = _IN_A_SET.sub(lambda it: it[0] if it[0][0] == "\\" else f"{it[0][:-1]}\\{it[0][-1]}", found[2])
    return f"{found[1]}{inner}]"


_REPEATED_GROUP = re.compile(r"\)[*+{]")
_TIMEOUT_S = 0.2


@lru_cache(maxsize=4096)
def compiled(pattern: str, *, ascii_only: bool = False) -> Any:
    r"""Return a compiled pattern. Raises ValueError, with the reason, where it is no regular expression.

    `ascii_only` is whether `\d` and the like stand for characters of ASCII only, as far as Python's own words do.

    It is one of the package `regex` where Python's own has no words for it, or might take for ever: where a group
    repeats.
    """
    text = python_pattern(pattern)
    try:
        found = re.compile(text, re.ASCII if ascii_only else 0)
        if not _REPEATED_GROUP.search(text):
            return found
        reason = ""
    except (re.error, OverflowError, RecursionError) as error:
        reason = str(error)
    import regex  # noqa: PLC0415 - few patterns need it

    try:
        return regex.compile(text, regex.ASCII if ascii_only and not reason else 0)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(reason or str(error)) from error


def matches(pattern: str, text: str, *, ascii_only: bool = False) -> bool | None:
    """Whether a text matches a pattern from end to end; None where that can't be found out in a fifth of a second."""
    found = compiled(pattern, ascii_only=ascii_only)
    if isinstance(found, re.Pattern):
        return found.fullmatch(text) is not None
    try:
        return found.fullmatch(text, timeout=_TIMEOUT_S) is not None
    except TimeoutError:
        return None


def breaks(facet: str, bound: Any, value: Any) -> bool:
    """Whether a value of the right type is outside of a limit, or does not match a pattern.

    A float that is no number of JSON, such as "NaN", is outside of none.
    """
    match facet:
        case "min_length":
            return bool(len(value) < bound)
        case "max_length":
            return bool(len(value) > bound)
        case "minimum":
            return not isinstance(value, str) and bool(value < bound)
        case "maximum":
            return not isinstance(value, str) and bool(value > bound)
        case _:
            return matches(bound, value) is False


_TRIES = 40
_MORE = 3
"""Repetitions beyond the least: examples are short."""


def matching(pattern: str, seed: str) -> Iterator[str]:
    """Yield texts that a pattern may match, the same ones for the same seed: whether it does is for the caller."""
    text = _without_properties(pattern)
    if not _compiles(text):
        return
    maker = _maker()(random.Random(seed))  # noqa: S311 - an example, no secret
    for _ in range(_TRIES):
        try:
            yield maker.xeger(text)
        except (KeyError, ValueError, IndexError, RecursionError):  # what the package can't do
            return


def _without_properties(pattern: str) -> str:
    """Return a pattern with letters and digits for properties of characters."""
    text = _SET.sub(
        lambda found: _PROPERTY.sub("a-zA-Z0-9", found[0]) if found[1] else found[0], python_pattern(pattern)
    )
    return _PROPERTY.sub("[a-zA-Z0-9]", text)


@lru_cache(maxsize=1)
def _maker() -> type[Any]:
    import rstr  # noqa: PLC0415 - only where no simple text will do

    class Maker(rstr.Rstr):
        """Makes short texts, and the same ones in every process: sets of characters have an order."""

        def _handle_in(self, value: Any) -> Any:
            found = [item for part in value for item in self._handle_state(part)]
            if found[0] is False:
                found = [item for item in string.printable[:-5] if item not in found[1:]]
            return self._random.choice(found)

        def _handle_repeat(self, start_range: int, end_range: int, value: str) -> str:
            return str(super()._handle_repeat(start_range, min(end_range, start_range + _MORE), value))

    return Maker


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
