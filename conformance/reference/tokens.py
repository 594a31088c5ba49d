"""Page tokens: opaque, signed, and of use for nothing but the query that they came from.

A token holds the position at which a listing goes on, not a number of items: items that come and go meanwhile shift
nothing.
"""

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


class PageTokens:
    """Makes tokens and reads them back.

    The key keeps tokens from being made by hand; it guards no secret, and a fixed one gives the same tokens in each
    run.
    """

    def __init__(self, key: bytes) -> None:
        """Keep the key that tokens are signed with."""
        self._key = key

    def issue(self, query: Mapping[str, Any], position: Any) -> str:
        """Return the token of the page of a query that starts at a position, a JSON value."""
        content = json.dumps(position, separators=(",", ":")).encode()
        mac = self._mac(query, content)
        return base64.b64encode(mac + self._hidden(mac, content)).decode()

    def redeem(self, query: Mapping[str, Any], token: str) -> Any:
        """Return the position that a token holds; raises a ValidationException for one that is not of this query."""
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        mac, content = raw[:_MAC_BYTES], self._hidden(raw[:_MAC_BYTES], raw[_MAC_BYTES:])
        if not hmac.compare_digest(mac, self._mac(query, content)):
            raise validation("The NextToken is not valid for this request")
        return json.loads(content)

    def _hidden(self, mac: bytes, content: bytes) -> bytes:
        """Hide a content, or show a hidden one: nobody should read a token, and come to rely on what it says."""
        pad = hashlib.shake_256(self._key + mac).digest(len(content))
        return bytes(one ^ other for one, other in zip(content, pad, strict=True))

    def _mac(self, query: Mapping[str, Any], position: bytes) -> bytes:
        about = json.dumps(query, sort_keys=True).encode()
        return hmac.new(self._key, position + about, hashlib.sha256).digest()[:_MAC_BYTES]
