"""Secrets that a target sends back: echoes of what a request was signed with are blotted out before anybody sees them.

A server may repeat the headers that it got, in an error message for one. Each secret is replaced by as many asterisks
as it has letters, so that lengths, and with them the judgement of everything else in the answer, stay as they were.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, quote_plus

from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.signing import Credentials

_SHORTEST = 12
"""Letters of a text that counts as a secret: `test` and the like are words, and stand in many an answer."""
_SIGNATURE = re.compile(r"Signature=([0-9a-f]{16,})")
_HEX = re.compile("%[0-9A-F]{2}")
_BLOCK = 3
"""Bytes that base64 writes as four letters: a text within another one begins at any of them."""


class Blotter:
    """Takes the secrets of one caller out of what comes back to it."""

    def __init__(self, credentials: Credentials) -> None:
        """Work out the ways in which each secret may be written."""
        keys = (credentials.access_key, credentials.secret_key, credentials.session_token or "")
        written = {form for secret in keys if len(secret) >= _SHORTEST for form in _written(secret)}
        self._forms = tuple(sorted(written, key=len, reverse=True))

    @classmethod
    def of(cls, credentials: Credentials | None) -> Blotter | None:
        """Give the blotter of these credentials; None where they hold no secret worth the name."""
        keys = (credentials.access_key, credentials.secret_key, credentials.session_token or "") if credentials else ()
        return cls(credentials) if credentials and any(len(key) >= _SHORTEST for key in keys) else None

    def response(self, response: HttpResponse, authorization: str) -> HttpResponse:
        """Give an answer without secrets, the signature of its own request among them; the same where it has none."""
        forms = self._with_signature(authorization)
        told = "\n".join(value for _, value in response.headers).encode("utf-8", "surrogatepass")
        if not any(form in response.body or form in told for form in forms):
            return response
        headers = tuple((name, _blotted_text(value, forms)) for name, value in response.headers)
        return replace(response, headers=headers, body=_blotted(response.body, forms))

    def fault(self, fault: Fault, authorization: str) -> Fault:
        """Give a fault without secrets: the words of a library may repeat a header that it could not send."""
        return Fault(fault.kind, _blotted_text(fault.detail, self._with_signature(authorization)))

    def _with_signature(self, authorization: str) -> tuple[bytes, ...]:
        found = _SIGNATURE.search(authorization)
        return (*self._forms, *_written(found[1])) if found else self._forms


def _blotted_text(text: str, forms: tuple[bytes, ...]) -> str:
    return _blotted(text.encode("utf-8", "surrogatepass"), forms).decode("utf-8", "surrogatepass")


def _blotted(text: bytes, forms: tuple[bytes, ...]) -> bytes:
    for form in forms:
        if form in text:
            text = text.replace(form, b"*" * len(form))
    return text


def _written(secret: str) -> Iterator[bytes]:
    """Give the secret as it is, as JSON, repr and URLs write it, and as it stands inside of base64."""
    plain = {secret, json.dumps(secret)[1:-1], secret.replace("/", r"\/"), repr(secret)[1:-1]}
    plain |= {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    plain |= {_HEX.sub(lambda found: found[0].lower(), text) for text in plain}
    for text in plain:
        yield text.encode("utf-8", "surrogatepass")
    content = secret.encode("utf-8", "surrogatepass")
    for before in range(_BLOCK):
        # What stands before the secret, and after it, shares its first and its last letters with it: they are left out.
        whole = base64.b64encode(b"\0" * before + content).rstrip(b"=")
        first = -(-before * 8 // 6)
        last = (before + len(content)) * 8 // 6
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))
