"""Secrets and account ids kept out of logs, reports and recordings.

A server may repeat the headers that it got, in an error message for one, or log its environment. Each secret is
replaced by as many asterisks as it has letters, and each account id by a stand-in of its length, so that everything
else is evaluated as it was. What is recognised is listed in docs/verify-aws.md; a change here is one there.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import quote, quote_plus

from conformance.wire.exchange import Fault, Headers, HttpResponse
from conformance.wire.limits import aws_suffixes, host_of
from conformance.wire.signing import Credentials

_SHORTEST = 12
"""Letters of a text that counts as a secret: `test` and the like are words, and occur in many an answer."""
_SHORTEST_NAMED = 4
"""Letters of the value of a variable whose name says that it is a secret."""
_SHORTEST_UNNAMED = 16
"""Letters of the value of any other variable that a server is started with."""
_NAMES_A_SECRET = re.compile("KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|AUTH", re.IGNORECASE)
_SIGNATURE = re.compile(r"Signature=([0-9a-f]{16,})")
_DIGITS = re.compile(rb"[0-9a-fA-F]{64,}")
_DIGEST = 64
"""Hexadecimal digits of a signature."""
_HEX = re.compile("%[0-9A-F]{2}")
_BLOCK = 3
"""Bytes that base64 writes as four letters: a text within another one begins at any of them."""


class Redactor:
    """Takes secrets, and the signatures of all requests so far, out of foreign text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Work out the ways in which each secret may be written."""
        written = {form for secret in secrets for form in _written(secret)}
        self._forms = tuple(sorted(written, key=len, reverse=True))
        self._signatures: set[bytes] = set()

    @classmethod
    def of(cls, credentials: Credentials | None) -> Redactor | None:
        """Return the redactor of these credentials; None where they hold no secret worth the name."""
        secrets = _worth(credentials)
        return cls(secrets) if secrets else None

    @classmethod
    def of_a_process(cls, environment: Mapping[str, str], credentials: Credentials | None) -> Redactor:
        """Return the redactor of what a process is started with: its own variables, and the credentials of a target."""
        named = (
            value
            for name, value in environment.items()
            if len(value) >= (_SHORTEST_NAMED if _NAMES_A_SECRET.search(name) else _SHORTEST_UNNAMED)
        )
        return cls([*named, *_worth(credentials)])

    @staticmethod
    def names_a_secret(name: str, value: str) -> bool:
        """Whether a variable of the environment, by its name and its length, holds a secret."""
        return len(value) >= _SHORTEST and _NAMES_A_SECRET.search(name) is not None

    def response(self, response: HttpResponse, authorization: str) -> HttpResponse:
        """Return an answer without secrets and signatures; the same where it has none."""
        forms = self._with_signature(authorization)
        headers_text = "\n".join(text for pair in response.headers for text in pair).encode("utf-8", "surrogatepass")
        if not any(form in response.body or form in headers_text for form in forms) and not any(
            map(self._signed, (response.body, headers_text))
        ):
            return response
        headers = tuple((self._text(name, forms), self._text(value, forms)) for name, value in response.headers)
        return replace(response, headers=headers, body=self._redacted(response.body, forms))

    def fault(self, fault: Fault, authorization: str) -> Fault:
        """Return a fault without secrets: the words of a library may repeat what a server sent."""
        return Fault(fault.kind, self._text(fault.detail, self._with_signature(authorization)))

    def log(self, content: bytes) -> bytes:
        """Return a piece of a log without secrets."""
        return self._redacted(content, self._forms)

    def unfinished(self, content: bytes) -> int:
        """Return how many bytes at the end of a piece of a log may be the beginning of a secret."""
        longest = min(len(content), max(map(len, self._forms), default=1) - 1)
        endings = (content[-size:] for size in range(longest, 0, -1))
        return next((len(ending) for ending in endings if any(form.startswith(ending) for form in self._forms)), 0)

    def _with_signature(self, authorization: str) -> tuple[bytes, ...]:
        found = _SIGNATURE.search(authorization)
        if found is None:
            return self._forms
        self._signatures.add(found[1].encode())
        return (*self._forms, *_written(found[1]))

    def _signed(self, text: bytes) -> bool:
        return any(self._without_signatures(found) != found[0] for found in _DIGITS.finditer(text))

    def _without_signatures(self, found: re.Match[bytes]) -> bytes:
        """Return a run of digits without the signature of any request so far: a server may repeat an older one."""
        digits, folded, start = bytearray(found[0]), found[0].lower(), 0
        while start + _DIGEST <= len(folded):
            # In place: a run of digits may be as long as an answer, and all of it signatures.
            if folded[start : start + _DIGEST] in self._signatures:
                digits[start : start + _DIGEST] = b"*" * _DIGEST
                start += _DIGEST
            else:
                start += 1
        return bytes(digits)

    def _text(self, text: str, forms: tuple[bytes, ...]) -> str:
        return self._redacted(text.encode("utf-8", "surrogatepass"), forms).decode("utf-8", "surrogatepass")

    def _redacted(self, text: bytes, forms: tuple[bytes, ...]) -> bytes:
        for form in forms:
            if form in text:
                text = text.replace(form, b"*" * len(form))
        return _DIGITS.sub(self._without_signatures, text) if self._signatures else text


def _worth(credentials: Credentials | None) -> list[str]:
    """Return those of the credentials that are no word."""
    keys = (credentials.access_key, credentials.secret_key, credentials.session_token or "") if credentials else ()
    return [key for key in keys if len(key) >= _SHORTEST]


def _written(secret: str) -> Iterator[bytes]:
    """Return the secret as it is, as JSON, repr, URLs and hexadecimal digits write it, and as it is inside base64."""
    plain = {secret, json.dumps(secret)[1:-1], secret.replace("/", r"\/"), repr(secret)[1:-1]}
    plain |= {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    plain |= {_HEX.sub(lambda found: found[0].lower(), text) for text in plain}
    for text in plain:
        yield text.encode("utf-8", "surrogatepass")
    content = secret.encode("utf-8", "surrogatepass")
    yield content.hex().encode()
    yield content.hex().upper().encode()
    for before in range(_BLOCK):
        # What comes before the secret, and after it, shares its first and its last letters with it: they are left out.
        whole = base64.b64encode(b"\0" * before + content).rstrip(b"=")
        first = -(-before * 8 // 6)
        last = (before + len(content)) * 8 // 6
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))


_BEARERS = re.compile(
    r"arn:aws[a-z-]{0,32}:[a-z0-9-]{0,64}:[a-z0-9-]{0,64}:(?P<arn>\d{12})(?!\d)"
    r"|(?<!\d)(?P<registry>\d{12})\.dkr\.ecr"
    r"|sagemaker-[a-z0-9-]{1,64}-(?P<bucket>\d{12})(?!\d)"
    r"|(?i:account)[ _-]?(?i:id)?\W{1,8}(?P<named>\d{12})(?!\d)"
)
"""Where twelve digits are an account for sure: ARNs, image registries, default buckets, and messages that say so.

Each part is bounded, so that the time grows with the length of the text and no faster, whatever the text is.
"""
_WRITTEN = re.compile(r"(?<!\d)\d{11,12}(?!\d)")
"""An account, or all of it but the last digit: a name that was cut short."""


class AccountMask:
    """Stand-ins for account ids, numbered in the order in which they are met: 000000000000, 000000000001, and so on."""

    def __init__(self, *accounts: str) -> None:
        """Start with the accounts that are known beforehand, if any."""
        self._stand_ins: dict[str, str] = {}
        self._given: set[str] = set()
        for account in accounts:
            self._meet(account)

    def __call__(self, text: str) -> str:
        """Return the text with each account replaced, wherever in it the account is; other numbers stay."""
        for found in _BEARERS.finditer(text):
            self._meet(next(account for account in found.groups() if account))
        if not self._stand_ins:
            return text
        return _WRITTEN.sub(lambda found: self._stand_ins.get(found[0], found[0]), text)

    def _meet(self, account: str) -> None:
        # A text that was masked before is left as it is: a stand-in replaces itself.
        if account not in self._stand_ins and account not in self._given:
            stand_in = f"{len(self._given):012d}"
            self._given.add(stand_in)
            self._stand_ins[account] = stand_in
            self._stand_ins.setdefault(account[:-1], stand_in[:-1])


_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(A(?:KIA|SIA|ROA|IDA|GPA|NPA|BIA|CCA))([A-Z0-9]{12,124})(?![A-Za-z0-9])")
"""Ids of access keys and of IAM principals."""


_CALLER = re.compile(
    r"(arn:aws[a-z-]*:(?:sts::\d{12}:(?:assumed-role|federated-user)|iam::\d{12}:user)/)([^\s\"'\\,;]+)"
)
"""Who called: it is in the messages of denials, and may be a person's name."""


_PUBLIC = re.compile(r"(?:api\.|runtime\.)?sagemaker(?:-fips)?\.[a-z0-9-]+")
"""What comes before the domain in the host of a public endpoint."""


_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token", "cookie"})


def without_secrets(headers: Mapping[str, str]) -> Headers:
    """Return the headers of a request, those that hold a signature or a token left out."""
    return tuple((name, value) for name, value in headers.items() if name.lower() not in _SECRET_HEADERS)


_LETTER = re.compile(r"[A-Za-z0-9]")


class ExchangeMask:
    """Takes private data out of the exchanges of one run; `accounts` gives account ids their stand-ins."""

    def __init__(self, accounts: Callable[[str], str], endpoint_url: str = "") -> None:
        """Find out whether the host of the endpoint is private."""
        self._accounts = accounts
        self._host = ""
        self.reaches(endpoint_url)

    def reaches(self, endpoint_url: str) -> None:
        """Set where the target answers: its host is masked unless it is one of AWS's own, or this machine."""
        host = host_of(endpoint_url)
        self._host = "" if _is_public(host) else host

    def text(self, text: str) -> str:
        """Return a text redacted."""
        text = _CALLER.sub(lambda found: found[1] + "*" * len(found[2]), text)
        text = _KEY_ID.sub(lambda found: found[1] + "0" * len(found[2]), text)
        if self._host:
            text = re.sub(re.escape(self._host), _LETTER.sub("x", self._host), text, flags=re.IGNORECASE)
        return self._accounts(text)

    def body(self, body: bytes) -> bytes:
        """Return a body redacted, whatever bytes it is made of."""
        return self.text(body.decode("latin-1")).encode("latin-1")

    def sent(self, headers: Mapping[str, str]) -> Headers:
        """Return the headers of a request redacted, those that hold a signature or a token left out."""
        return tuple((name, self.text(value)) for name, value in without_secrets(headers))

    def response(self, response: HttpResponse) -> HttpResponse:
        """Return an answer redacted."""
        headers = tuple((name, self.text(value)) for name, value in response.headers if name.lower() != "set-cookie")
        return replace(response, headers=headers, body=self.body(response.body))

    def fault(self, fault: Fault) -> Fault:
        """Return a fault redacted."""
        return Fault(fault.kind, self.text(fault.detail))


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        beginnings = {host.removesuffix(f".{suffix}") for suffix in aws_suffixes()} - {host}
        return host in {"", "localhost"} or any(_PUBLIC.fullmatch(beginning) for beginning in beginnings)
