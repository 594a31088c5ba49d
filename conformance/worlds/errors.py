"""The one error of this room: a world that can't be read, or that contradicts itself."""

from __future__ import annotations

from conformance.errors import UserError


class WorldError(UserError):
    """A world file is missing, is not YAML, or says something that no tuning job can be; `where` is `file:line`."""
