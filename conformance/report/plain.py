"""Plain text within a width: a label and beside it a text, as reports without colours lay it out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

_LEAST = 20
"""Characters that a text is given however narrow the page is: words are read, letters below one another are not."""


def hanging(label: str, text: str, width: int) -> Iterator[str]:
    """Give the lines of a label and its text, further lines under the first. Words, such as ids, are never broken."""
    room = max(width - len(label), _LEAST)
    first, *more = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    yield (label + first).rstrip()
    yield from (" " * len(label) + line for line in more)
