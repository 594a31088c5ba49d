"""Foreign text made fit to be shown, under the name by which reports know it."""

from __future__ import annotations

import re
import unicodedata

_KEPT = "\n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMED = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}
_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")


def visible(text: str) -> str:
    """Write control, format and unassigned characters as escapes; line breaks and tabs stay.

    Nothing that comes out can steer a terminal, turn the direction of writing, or is forbidden in XML.
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(char if _shows(char) else escape(char) for char in text)


def one_line(text: str) -> str:
    """Write text in one line: as `visible`, line breaks and tabs as escapes too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(escape(char) if char in _KEPT else char for char in visible(text))


def clip(text: str, limit: int) -> str:
    """Cut text to `limit` characters and say how many are missing, unless saying so takes more room than they do."""
    said = f"… ({len(text) - limit:,} more characters)"
    return text if len(text) <= limit + len(said) else text[:limit] + said


def escape(char: str) -> str:
    """Write one character as an escape."""
    if char in _NAMED:
        return _NAMED[char]
    number = ord(char)
    if number <= 0xFF:  # noqa: PLR2004 - the widest number of two digits
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - and of four


def _shows(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in _HIDDEN
