"""The laws that hold a target against the world that the suite made: what was put in must come out.

On a state that the suite did not make they are all skipped.
"""

from __future__ import annotations

from conformance.tuning import created, prepared
from conformance.tuning.known_law import kept, known_law, statements

KNOWN_LAWS = kept()
"""Every one of them, in the order of the members that they look at."""
KNOWN_STATEMENTS = statements()
"""What each of them says, by name."""

__all__ = ["KNOWN_LAWS", "KNOWN_STATEMENTS", "created", "known_law", "prepared"]
