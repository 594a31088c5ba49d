"""Page tokens: opaque, signed, and of use for nothing but the query that they came from."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from conformance.reference.refusals import validation

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAC_BYTES = 20
_OFFSET_BYTES = 4


class PageTokens:
    """Makes tokens and reads them back.

    The key keeps tokens from being made by hand; it guards no secret, and a fixed one gives the same tokens in each
    run.
    """

    def __init__(self, key: bytes) -> None:
        """Keep the key that tokens are signed with."""
        self._key = key

    def issue(self, query: Mapping[str, Any], offset: int) -> str:
        """Give the token of the page of a query that starts after `offset` items."""
        position = offset.to_bytes(_OFFSET_BYTES, "big")
        return base64.b64encode(position + self._mac(query, position)).decode()

    def redeem(self, query: Mapping[str, Any], token: str) -> int:
        """Give the offset that a token stands for; raises a ValidationException for one that is not of this query."""
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        position, mac = raw[:_OFFSET_BYTES], raw[_OFFSET_BYTES:]
        if not hmac.compare_digest(mac, self._mac(query, position)):
            raise validation("The NextToken is not valid for this request")
        return int.from_bytes(position, "big")

    def _mac(self, query: Mapping[str, Any], position: bytes) -> bytes:
        about = json.dumps(query, sort_keys=True).encode()
        return hmac.new(self._key, position + about, hashlib.sha256).digest()[:_MAC_BYTES]
