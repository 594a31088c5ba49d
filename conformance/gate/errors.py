"""What can be wrong with a file of known failures, with a shard, or with records that are to be merged."""

from __future__ import annotations

from conformance.errors import UserError


class KnownFailuresError(UserError):
    """A file of known failures can't be used; `where` names the file and the line."""


class ShardError(UserError):
    """A part of a run that there can't be."""


class MergeError(UserError):
    """Records that are not the parts of one run; `where` names the one that does not fit."""
