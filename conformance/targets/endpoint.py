"""Endpoints as URLs: which are well-formed, and whether anything answers there."""

from __future__ import annotations

import os
import re
import socket
import ssl
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from requests.adapters import DEFAULT_CA_BUNDLE_PATH

from conformance.targets.spec import PORT, Kind, TargetError, TargetSpec, UnreachableError

_HOST_PORT = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]]+):(?P<port>\d+)/?")
_HIGHEST_PORT = 65535
_FORM = "write it like http://127.0.0.1:4566"

CA_VARIABLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name trusted certificates, the first of them that is set counts."""
_PRIVATE_CA = (
    "write `ca_bundle: FILE` in its entry of targets.yaml, or set AWS_CA_BUNDLE: a file in PEM with the certificate of "
    "the authority that signed it"
)
_CERTIFICATE = {
    10: "renew the certificate of the target",
    62: "use a host name that is in the certificate",
    64: "use an address that is in the certificate",
}
"""What to do by OpenSSL's code of what is wrong, where it is not the authority."""


def as_url(text: str) -> str:
    """Return the URL that a text means, `localhost:4566` as http://localhost:4566; empty where it is a name."""
    if "://" in text:
        return text
    found = _HOST_PORT.fullmatch(text)
    if found is None:  # the name of a target has no colon
        return ""
    return f"{'https' if found['port'] == '443' else 'http'}://{text}"


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked(url: str, where: str) -> str:
    """Return a well-formed endpoint, which may contain `{port}`. Raises TargetError without the URL."""
    parts, problem = _parts(url), ""
    if parts is None:
        problem = "is not a URL"
    elif parts.scheme not in {"http", "https"}:
        problem = "must start with http:// or https://"
    elif parts.username is not None or parts.password is not None:
        problem = "must not carry a user name or a password"
    elif not parts.hostname:
        problem = "names no host"
    elif not _can_be_looked_up(parts.hostname):
        problem = "names a host that can't be one: a part of it is empty, or longer than 63 letters"
    elif parts.port == 0:
        problem = "names port 0, at which nothing can listen"
    elif parts.query or parts.fragment:
        problem = "must not have a query or a fragment"
    if problem:
        raise TargetError(f"the endpoint {problem}", where=where, hint=_FORM)
    return url


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.replace(PORT, str(_HIGHEST_PORT)))
        _ = parts.port  # raises where it is no number, or out of range
    except ValueError:
        return None
    return parts if url.isprintable() and " " not in url else None


def _can_be_looked_up(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def address(url: str) -> tuple[str, int]:
    """Return the host and the port of an endpoint."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def check_reachable(url: str, *, timeout_s: float, ca_bundle: str = "") -> None:
    """Check that something listens at an endpoint and, over https, that its certificate is trusted.

    Raises UnreachableError in words that say what is wrong.
    """
    host, port = address(url)
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            if urlsplit(url).scheme == "https":
                trust(ca_bundle).wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        raise UnreachableError(
            f"the certificate of the target is not trusted: {error.verify_message}",
            where=url,
            hint=_CERTIFICATE.get(error.verify_code, _PRIVATE_CA),
        ) from error
    except ssl.SSLError as error:
        raise UnreachableError(
            f"the target can't be reached by TLS: {error.reason or error}",
            where=url,
            hint="check the port, or write http:// if it speaks plain HTTP",
        ) from error
    except OSError as error:
        raise UnreachableError(
            f"the target can't be reached: {_why(error, host, port)}", where=url, hint=_hint(error)
        ) from error


def ca_bundle_of(spec: TargetSpec) -> str:
    """Return the file or folder of certificates that a target's own certificate is checked with.

    `ca_bundle` of its entry goes first, then the variables of the environment, in their order; empty where none is
    set, and for plain HTTP. Raises TargetError where it can't be read.
    """
    if spec.kind is Kind.REFERENCE or spec.endpoint_url.startswith("http:"):
        return ""
    named = [(spec.where, str(spec.ca_bundle))] if spec.ca_bundle else []
    named += [(name, os.environ[name]) for name in CA_VARIABLES if os.environ.get(name)]
    if not named:
        return ""
    where, path = named[0]
    try:
        trust(path)
    except (OSError, ValueError) as error:
        reason = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else error
        raise TargetError(
            f"the CA bundle {path} can't be read: {getattr(error, 'strerror', None) or reason}",
            where=where,
            hint="name a file of certificates in PEM, or a folder that `openssl rehash` has prepared",
        ) from error
    return path


def trust(ca_bundle: str) -> ssl.SSLContext:
    """Return what checks certificates with a file or folder of trusted ones; empty for certifi's. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    path = ca_bundle or DEFAULT_CA_BUNDLE_PATH
    context.load_verify_locations(**({"capath": path} if Path(path).is_dir() else {"cafile": path}))
    return context


def insist_on_plain_http(url: str, *, timeout_s: float) -> None:
    """Raise UnreachableError where what was asked in plain HTTP takes a TLS handshake, whatever its certificate is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if not url.startswith("http://"):
        return
    try:
        with socket.create_connection(address(url), timeout=timeout_s) as connection:
            context.wrap_socket(connection).close()
    except OSError:  # TLS errors are ones, too
        return
    raise UnreachableError(
        "the target speaks TLS, and was asked in plain HTTP", where=url, hint=f"write https://{url[7:].rstrip('/')}"
    )


def why_not_http(url: str, *, timeout_s: float) -> str:
    """Say why an endpoint does not answer HTTP within so many seconds; empty if it does, whatever the answer.

    An https endpoint only has to accept the connection: its certificate is for the requests themselves to judge.
    """
    host, port = address(url)
    deadline = time.monotonic() + timeout_s
    start = b""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            if urlsplit(url).scheme == "https":
                return ""
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
            while len(start) < len(b"HTTP/") and (left := deadline - time.monotonic()) > 0:
                connection.settimeout(left)
                received = connection.recv(64)
                if not received:
                    break
                start += received
    except OSError as error:
        return _why(error, host, port)
    if start.startswith(b"HTTP/"):
        return ""
    return "it accepts connections, but what it answers is not HTTP" if start else "it closes connections unanswered"


def _why(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"the host name {host} can't be resolved"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {host}:{port} (connection refused)"
    if isinstance(error, TimeoutError):
        return f"{host}:{port} does not answer in time"
    return f"{host}:{port}: {error.strerror or error}"


def _hint(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "check the spelling of the host, and the network"
    return "start the server, or check host and port; `launch` in targets.yaml lets the suite start it"
