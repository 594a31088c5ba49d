"""What a user can get wrong about drift, told without a traceback."""

from __future__ import annotations

from conformance.errors import UserError


class PageError(UserError):
    """A page that can't be read: no such file, no text, in none of the known styles, about no known operation."""


class ModelError(UserError):
    """A service model that can't be read: no such folder or file, not one of botocore's, without the operations."""
