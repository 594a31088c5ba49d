"""Endpoints as URLs: which are well-formed, which are AWS's own, and whether anybody is there."""

from __future__ import annotations

import re
import socket
import time
from urllib.parse import SplitResult, urlsplit

from conformance.targets.errors import TargetError, UnreachableError
from conformance.targets.spec import PORT

_AWS_HOST = re.compile(r"(?:.+\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)")
_AWS_REGION = re.compile(r"(?:^|\.)((?:[a-z]{2,4}-)+[a-z]+-\d)\.")
_FORM = "write it like http://127.0.0.1:4566"


def is_url(text: str) -> bool:
    """Whether a text is meant as a URL rather than as a name."""
    return "://" in text


def checked(url: str, where: str) -> str:
    """Give back a well-formed endpoint, in which `{port}` may stand. Raises TargetError that never repeats the URL."""
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
        problem = "names port 0, at which nobody can listen"
    elif parts.query or parts.fragment:
        problem = "must not have a query or a fragment"
    if problem:
        raise TargetError(f"the endpoint {problem}", where=where, remedy=_FORM)
    return url


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.replace(PORT, "1"))
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


def is_aws(url: str) -> bool:
    """Whether an endpoint belongs to AWS itself."""
    return _AWS_HOST.fullmatch(_host(url)) is not None


def aws_region(url: str) -> str | None:
    """Give the region that stands in the host of an endpoint of AWS."""
    found = _AWS_REGION.search(_host(url))
    return found.group(1) if found else None


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().rstrip(".")


def address(url: str) -> tuple[str, int]:
    """Give the host and the port of an endpoint."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def check_reachable(url: str, *, timeout_s: float) -> None:
    """Insist that something listens at an endpoint. Raises UnreachableError in words that say what is wrong."""
    host, port = address(url)
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except OSError as error:
        raise UnreachableError(
            f"the target can't be reached: {_why(error, host, port)}", where=url, remedy=_remedy(error)
        ) from error


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


def _remedy(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "check the spelling of the host, and the network"
    return "start the server, or check host and port; `launch` in targets.yaml lets the suite start it"
