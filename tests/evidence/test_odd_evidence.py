"""Evidence whose digests are right and whose content is odd: one error that says so, or evidence to judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundles import STATE, lines, put, rewrite, written

from conformance.suite.evidence import Replayed
from conformance.wire.evidence import EvidenceError

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**400, 1e308, "", "\ud800", "\x1b[2J", "http://[", "a" * 100_000, [], {}, [[None]], {"a": {}},
)  # fmt: skip


def places(value: Any, trail: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the way to each value in a line, the seals aside."""
    if trail and trail[0] in {"n", "digest", "chain", "type"}:
        return
    yield trail
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*trail, key))


def cases(path: Path) -> list[tuple[int, tuple[Any, ...]]]:
    return [(number, trail) for number, line in enumerate(lines(path)) for trail in places(line) if trail]


@pytest.mark.parametrize("odd", [*ODD, ...], ids=lambda odd: f"{odd!r:.12}")
def test_odd_content_is_one_error_or_evidence(tmp_path: Path, odd: Any) -> None:
    path = tmp_path / "evidence.jsonl"
    written(path, exchanges=1)
    original = path.read_bytes()
    rejected = 0
    for number, trail in cases(path):
        path.write_bytes(original)
        try:
            rewrite(path, lambda content, n=number, way=trail: put(content[n], way, odd), forge=True)  # type: ignore[misc]
            Replayed.of(path)
        except EvidenceError:
            rejected += 1
    assert rejected
    path.write_bytes(original)
    assert Replayed.of(path).bundle.entries


def test_a_state_of_another_shape_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    written(path)
    rewrite(path, lambda content: content[1].update(state={**STATE, "jobs": [{"name": "a"}]}), forge=True)
    with pytest.raises(EvidenceError):
        Replayed.of(path)
