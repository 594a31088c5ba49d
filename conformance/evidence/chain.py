"""Digests of a bundle: each line has one of its own, and a link that holds all lines before it.

Both are SHA-256 in hex. The digest of a line is that of its canonical JSON (names sorted, no blanks, ASCII) without the
two members themselves; the link is the digest of the link before it and the line's own digest. The last link stands for
the whole bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

START = "0" * 64
"""The link before the first line."""

_OWN = ("digest", "chain")


def canonical(members: Mapping[str, Any]) -> bytes:
    """Give the one way in which a line is written for its digest."""
    bare = {name: value for name, value in members.items() if name not in _OWN}
    return json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest_of(members: Mapping[str, Any]) -> str:
    """Give the digest of one line."""
    return hashlib.sha256(canonical(members)).hexdigest()


def link_of(before: str, digest: str) -> str:
    """Give the link of a line from the link before it and its own digest."""
    return hashlib.sha256(f"{before}{digest}".encode("ascii")).hexdigest()
