"""The bounds of what a target may cost a run: seconds and bytes of one answer, bytes of all that is kept."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange, of a whole run, and of what it keeps of all exchanges.

    Seconds to connect, seconds of silence and seconds in all; seconds of a run, from its first request; bytes of the
    body of one answer; and the memory, in bytes as `weight` estimates it, that the answers of a run may take together.
    """

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 60.0
    run_s: float = 900.0
    max_body_bytes: int = 8 * _MIB
    max_kept_bytes: int = 96 * _MIB
