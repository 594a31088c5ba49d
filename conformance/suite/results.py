"""The result of a check as the record has it, with the line that repeats what was sent."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from conformance import report
from conformance.checks.check import Check
from conformance.checks.verdict import Outcome, Verdict
from conformance.visible import clip
from conformance.wire.exchange import CUT, DESYNCHRONIZED, Exchange, HttpRequest

CURL = "curl -sS -i "
_LONGEST_BODY = 20_000
_LEFT_OUT = frozenset(
    {
        "accept-encoding",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "content-length",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
    }
)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LINE = re.compile(r"[^\x00-\x1f\x7f]*")
_PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True)
class Shell:
    """What a reproducing line needs to know of the target."""

    target: str
    region: str
    service: str
    signed: bool
    """Whether the target verifies signatures, so that curl has to sign with the caller's own credentials."""
    contract: tuple[str, ...] = ()
    """The options that name another contract; empty for the one that comes along."""
    ca_bundle: str = ""
    """Certificates that the target's own is checked with; empty for those that curl knows."""


def reproduce(shell: Shell, check_id: str, exchange: Exchange | None) -> str:
    """Return the line for an exchange; the suite's own for a check that has none, or a body too long to paste."""
    words = ["--select", check_id, *shell.contract]
    first = [shell.target, *words] if not shell.target.startswith("-") else [*words, "--", shell.target]
    if exchange is None or not _can_be_pasted(exchange.request):
        return shlex.join(["conformance", "run", *first])
    request = exchange.request
    parts = [f"{CURL}-X", request.method, shlex.quote(request.url)]
    for name, value in request.headers:
        if name.lower() == "accept-encoding" and "gzip" in value:
            parts.append("--compressed")
        elif name.lower() not in _LEFT_OUT:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if not any(name.lower() == "content-type" for name, _ in request.headers):
        parts += ["-H", "'Content-Type:'"]
    if shell.ca_bundle:
        parts += ["--capath" if Path(shell.ca_bundle).is_dir() else "--cacert", shlex.quote(shell.ca_bundle)]
    parts += _authorization(shell)
    if request.body or request.method != "GET":
        # After --data-binary, curl takes what begins with @ for the name of a file.
        parts += ["--data-raw" if request.body.startswith(b"@") else "--data-binary", _quoted(request.body)]
    return " ".join(parts)


def _can_be_pasted(request: HttpRequest) -> bool:
    """Whether curl sends this request and nothing else: evidence, which anybody may write, has any text in it."""
    return (
        request.url.startswith(("http://", "https://"))
        and request.url.isprintable()
        and _WORD.fullmatch(request.method) is not None
        and all(_WORD.fullmatch(name) and _LINE.fullmatch(value) for name, value in request.headers)
        and len(request.body) <= _LONGEST_BODY
        and b"\0" not in request.body
    )


def _authorization(shell: Shell) -> list[str]:
    if shell.signed:
        scope = shlex.quote(f"aws:amz:{shell.region}:{shell.service}")
        return ["--aws-sigv4", scope, "--user", '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"']
    # Emulators route by the credential scope; some want a date as well, and none looks at the signature itself.
    scope = f"Credential=test/20260101/{shell.region}/{shell.service}/aws4_request"
    authorization = f"Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
    return ["-H", "'X-Amz-Date: 20260101T000000Z'", "-H", shlex.quote(authorization)]


def _quoted(body: bytes) -> str:
    r"""Quote a body for bash; bytes beyond printable ASCII are written as $'\\x..'."""
    if all(byte in _PRINTABLE for byte in body):
        return shlex.quote(body.decode("ascii"))
    escaped = "".join(chr(byte) if byte in _PRINTABLE and byte not in b"'\\" else f"\\x{byte:02x}" for byte in body)
    return f"$'{escaped}'"


_KEPT = 3
MOST_TEXT = 4000
"""Characters of a text that a result keeps: what it quotes may be of any length, a name of a target for one."""
_MOST_NOTES = 20
_LONGEST_LINE = 40_000
"""Characters of a line to paste into a shell."""
_ON_ONE_CONNECTION = frozenset({CUT, DESYNCHRONIZED})
"""Kinds of failures that two requests on one connection show."""


def result_of(check: Check, verdict: Verdict, shell: Shell | None = None, duration_s: float = 0.0) -> report.Result:
    """Return the result of a check.

    Where something has to be explained and the shell is known, it has the first three exchanges and the line that
    repeats the first of them.
    """
    explained = verdict.outcome in {Outcome.FAILED, Outcome.ERROR}
    shown = shell if explained else None
    return report.Result(
        id=check.id,
        operation=check.operation,
        area=check.area,
        level=report.Level(check.level),
        basis=check.basis,
        outcome=report.Outcome(verdict.outcome.value),
        known=False,
        kind=verdict.kind,
        reason=clip(verdict.reason, MOST_TEXT),
        expected=clip(verdict.expected or (check.accepts if explained else ""), MOST_TEXT),
        received=clip(verdict.received, MOST_TEXT),
        statement=check.statement,
        because=tuple(report.Because(place.source, place.line) for place in check.because),
        rests_on=dict(verdict.rests_on),
        exchanges=tuple(map(_kept, verdict.exchanges[:_KEPT])) if shown else (),
        reproduce=_reproducing(shown, check, verdict) if shown else "",
        notes=tuple(clip(note, MOST_TEXT) for note in verdict.notes[:_MOST_NOTES]),
        duration_s=round(duration_s, 6),
        facts=check.facts,
        cause=next(iter(verdict.follows), "") if verdict.outcome is Outcome.FAILED else "",
        newer=check.newer,
    )


def _reproducing(shell: Shell, check: Check, verdict: Verdict) -> str:
    line = verdict.reproduce or reproduce(shell, check.id, next(iter(verdict.exchanges), None))
    if verdict.kind in _ON_ONE_CONNECTION and line.startswith(CURL):
        # curl sends what follows --next on the same connection.
        line += f" --next {reproduce(shell, check.id, verdict.exchanges[1]).removeprefix(CURL)}"
    return line if len(line) <= _LONGEST_LINE else reproduce(shell, check.id, None)


def crashed(check_id: str, level: str, reason: str) -> report.Result:
    """Return the result of a check that the suite itself could not carry out."""
    return replace(
        report.bare_result(check_id, report.Level(level), "documented", report.Outcome.ERROR),
        kind="suite-error",
        reason=reason,
        expected="a verdict",
        received=reason,
    )


def _kept(exchange: Exchange) -> report.Exchange:
    request, response, fault = exchange.request, exchange.response, exchange.fault
    answer = None
    if response is not None:
        body = report.body_text(response.body)
        answer = report.Response(response.status, dict(response.headers), body, round(response.elapsed_s, 6))
    return report.Exchange(
        exchange.operation,
        report.Request(request.method, request.url, dict(request.headers), report.body_text(request.body)),
        answer,
        report.Fault(fault.kind, fault.detail) if fault else None,
    )
