"""What a bundle does not tell: accounts, key ids, the caller, and the host of a private endpoint.

Everything is replaced by something of the same length, and the same thing always by the same: so answers still agree
with each other, and what is judged of them stays as it was. Signatures, keys and session tokens never get here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address

from conformance.wire.exchange import Fault, Headers, HttpResponse
from conformance.wire.read_only import aws_suffixes, host_of

_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(A(?:KIA|SIA|ROA|IDA|GPA|NPA|BIA|CCA))([A-Z0-9]{12,124})(?![A-Za-z0-9])")
"""Ids of access keys and of IAM principals."""
_CALLER = re.compile(
    r"(arn:aws[a-z-]*:(?:sts::\d{12}:(?:assumed-role|federated-user)|iam::\d{12}:user)/)([^\s\"'\\,;]+)"
)
"""Who called: it stands in the messages of denials, and may be a person's name."""
_PUBLIC = re.compile(r"(?:api\.|runtime\.)?sagemaker(?:-fips)?\.[a-z0-9-]+")
"""What stands before the domain in the host of an endpoint that is everybody's."""
_UNSENT = frozenset({"authorization", "x-amz-security-token", "cookie"})
_UNTOLD = frozenset({"set-cookie"})
_LETTER = re.compile(r"[A-Za-z0-9]")


class Redactor:
    """Takes out of one run's exchanges what is nobody else's business; `accounts` gives account ids their stand-ins."""

    def __init__(self, accounts: Callable[[str], str], endpoint_url: str = "") -> None:
        """Look whether the host of the endpoint may be told."""
        self._accounts = accounts
        self._host = ""
        self.reaches(endpoint_url)

    def reaches(self, endpoint_url: str) -> None:
        """Hear where the target answers: its host is masked unless it is one of AWS's own, or this machine."""
        host = host_of(endpoint_url)
        self._host = "" if _may_be_told(host) else host

    def text(self, text: str) -> str:
        """Give a text redacted."""
        text = _CALLER.sub(lambda found: found[1] + "*" * len(found[2]), text)
        text = _KEY_ID.sub(lambda found: found[1] + "0" * len(found[2]), text)
        if self._host:
            text = re.sub(re.escape(self._host), _LETTER.sub("x", self._host), text, flags=re.IGNORECASE)
        return self._accounts(text)

    def body(self, body: bytes) -> bytes:
        """Give a body redacted, whatever bytes it is made of."""
        return self.text(body.decode("latin-1")).encode("latin-1")

    def sent(self, headers: Headers) -> Headers:
        """Give the headers of a request, those that hold a signature or a token left out."""
        return tuple((name, self.text(value)) for name, value in headers if name.lower() not in _UNSENT)

    def response(self, response: HttpResponse) -> HttpResponse:
        """Give an answer redacted."""
        headers = tuple((name, self.text(value)) for name, value in response.headers if name.lower() not in _UNTOLD)
        return replace(response, headers=headers, body=self.body(response.body))

    def fault(self, fault: Fault) -> Fault:
        """Give a fault redacted."""
        return Fault(fault.kind, self.text(fault.detail))


def _may_be_told(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        beginnings = {host.removesuffix(f".{suffix}") for suffix in aws_suffixes()} - {host}
        return host in {"", "localhost"} or any(_PUBLIC.fullmatch(beginning) for beginning in beginnings)
