"""How the pages write facts: whether a line of a page names a member, a type, a value or a limit.

The pages have five notations: drawn JSON (`"Name": "string"`), boto3's request and response syntax (`'Name': 123`),
boto3's and the CLI's lists (`Name (string)`, `Name -> (string)`, `--name`), and the API Reference's prose
(`Type: String`, `Required: Yes`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK = re.compile(r"\]\([^)]{0,2000}\)")
"""Where a link of Markdown goes; bounded, so that a line of brackets takes no longer than it is long."""
_LISTED = re.compile(
    r"[^\w(]*(?!key\b|value\b)(\w+(?:-+\w+)*)\W+\((?:string|integer|float|boolean|timestamp|datetime|list|map|dict|structure)\)"
)
"""A member of a list of members, with its type behind it; `key` and `value` of a map are none."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_WORDED = {
    "string": r"\(string\)|Type: String|: string$|Array of strings|to string map|String to",
    "integer": r"\(integer\)|Type: Integer|Type: Long|: integer$|Array of integers",
    "float": r"\(float\)|\(double\)|Type: Float|Type: Double|: float$",
    "boolean": r"\(boolean\)|Type: Boolean|: boolean$",
    "timestamp": r"\(datetime\)|\(timestamp\)|Type: Timestamp|: datetime$",
    "list": r"\(list\)|Type: Array of|: list$",
    "map": r"\(dict\)|\(map\)|Type: .* map$|: dict$",
    "structure": r"\(dict\)|\(structure\)|Type: (?!Array of).* objects?$|: dict$",
    "number": r"\(number\)|Type: Number",
}
_DRAWN = {
    "string": r"[\"'][^\"']*[\"']",
    "integer": r"\d+",
    "float": r"\.\.\.|\d+\.\d+",
    "boolean": r"boolean|True\|False|true\|false",
    "timestamp": r"datetime\(",
    "list": r"\[",
    "map": r"\{",
    "structure": r"\{",
    "number": r"number",
}


def plain(line: str) -> str:
    """Give a line without the targets of its links, which name members that the text does not."""
    return _LINK.sub("]", line).rstrip()


def kebab(name: str) -> str:
    """Give a member's name as the command line writes it."""
    return _HUMP.sub("-", name).lower()


@lru_cache(maxsize=4096)
def _as_word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])")


def has_word(text: str, line: str) -> bool:
    """Whether the text stands on the line, not as a part of a longer word."""
    return _as_word(text).search(line) is not None


def names_member(name: str, line: str) -> bool:
    """Whether the line has the member's name, in the page's or in the command line's spelling."""
    return has_word(name, plain(line)) or f"--{kebab(name)}" in line


def names_type(kind: str, name: str, line: str) -> bool:
    """Whether the line gives that type to the member."""
    text = plain(line)
    drawn = list(_drawn_after(name, text))
    if drawn:
        return any(re.match(_DRAWN[kind], rest) for rest in drawn)
    listed = _LISTED.match(text)
    named = listed[1] in {name, kebab(name), name.removeprefix("--")} if listed else f":type {name}:" in text
    return (named or "Type: " in text) and re.search(_WORDED[kind], text) is not None


def names_held_type(kind: str, holder: str, part: str, line: str) -> bool:
    """Whether the line gives that type to what a list or a map holds: `part` is `[]`, `{key}` or `{value}`."""
    text = plain(line)
    drawn = _DRAWN[kind]
    entry = r"\s*[\"']string[\"']\s*:"  # how every page draws the key of a map
    shape = {"[]": rf"\s*(?:{drawn})", "{key}": entry, "{value}": rf"{entry}\s*(?:{drawn})"}[part]
    opening = r"\[" if part == "[]" else r"\{"
    if any(re.match(opening + shape, rest) for rest in _drawn_after(holder, text)):
        return True
    if re.match(shape, text) and (part != "[]" or re.fullmatch(rf"{shape}[\s,\]}}]*", text)):
        return True
    unnamed = re.match(r"\W*(?:key|value)?\W*\(", text) is not None
    objects = kind == "structure" and re.search(r"Array of \w+ objects", text) is not None
    return objects or ((unnamed or "Type:" in text) and re.search(_WORDED[kind], text) is not None)


def _drawn_after(name: str, text: str) -> Iterator[str]:
    """Give what follows each place where a syntax block opens the member: `"Name": `, `'Name': ` or `Name=`."""
    for match in re.finditer(rf"[\"'\[]{re.escape(name)}\]?[\"']?\s*:\s*|(?<!\w){re.escape(name)}=", text):
        yield text[match.end() :]


def names_value(value: Any, text: str) -> bool:
    """Whether the text has a value, as the pages write it."""
    if isinstance(value, bool):
        return re.search(rf"\b{value}\b", text, re.IGNORECASE) is not None
    if isinstance(value, int) and has_word(f"{value:,}", text):
        return True
    return has_word(f"{value}", text)


def names_requirement(*, required: bool, name: str, line: str, boto3: bool) -> bool:
    """Whether the line says that a member is required, or that it is not.

    The boto3 pages mark only what is required: there, a line that names a member without the mark says that it is not.
    """
    option = name if name.startswith("--") else f"--{kebab(name)}"
    optional = f"[{option} " in line
    if required:
        return "[REQUIRED]" in line or "Required: Yes" in line or (not optional and f"{option} <" in line)
    unmarked = boto3 and "[REQUIRED]" not in line and names_member(name, line)
    return "Required: No" in line or optional or "optional" in line.lower() or unmarked
