"""What can be wrong with what somebody saved."""

from __future__ import annotations

from conformance.errors import UserError


class SavedError(UserError):
    """A saved answer or request that can't be read; `where` names the file, and the line where there is one."""
