"""Mutants of signatures: what should be refused is let in, or breaks the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import BOTH, Group, Kind, replacing
from conformance.reference.inputs import DESCRIBE
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference import Service
    from conformance.reference.exchange import Call

signatures = Group("protocol", DESCRIBE, Kind.WIRE)

_BREAKS = ("protocol/signature",)


def _let_in(name: str, words: str, refused: Callable[[Refusal], bool]) -> None:
    def authenticate(_: Service, faithful: Any, call: Call) -> None:
        try:
            faithful(call)
        except Refusal as refusal:
            if refused(refusal):
                raise

    signatures.add(name, words, _BREAKS, replacing(authenticate=authenticate), sees=BOTH, signed=True)


for _told, _why, _code in (
    ("unsigned-let-in", "an unsigned request is served", "MissingAuthenticationTokenException"),
    ("garbled-signature-let-in", "a signature in pieces is taken", "IncompleteSignatureException"),
    ("unknown-key-let-in", "a key that nobody has is taken", "UnrecognizedClientException"),
    ("wrong-secret-let-in", "a signature with the wrong secret is taken", "InvalidSignatureException"),
):
    _let_in(_told, _why, lambda refusal, code=_code: refusal.code != code)  # type: ignore[misc]
for _told, _why, _words in (
    ("old-signature-let-in", "a signature of any age is taken", "Signature expired"),
    ("future-signature-let-in", "a signature with a time to come is taken", "not yet current"),
    ("other-date-let-in", "a signature scoped to another day is taken", "Date in Credential"),
):
    _let_in(_told, _why, lambda refusal, words=_words: words not in refusal.text)  # type: ignore[misc]
_let_in("signature-not-looked-at", "signatures are not looked at", lambda _: False)


@signatures.stage("authenticate", *_BREAKS, sees=BOTH, signed=True)
def wrong_signature_breaks_the_server(_: Service, faithful: Any, call: Call) -> None:
    """A signature that does not fit is answered with HTTP 500."""
    try:
        faithful(call)
    except Refusal as refusal:
        raise Refusal("InternalFailure", refusal.text, status=500) from None


GROUPS = (signatures,)
