"""Writing a bundle as the run goes: what is there when a run is killed can be read, and says that it is not all."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.evidence.bundle import EvidenceError, Origin, entry_to_json
from conformance.evidence.chain import START, digest_of, link_of
from conformance.evidence.redaction import Redactor
from conformance.output import open_alone
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.sending import Sending

_GZIP = 16 + zlib.MAX_WBITS


class BundleWriter:
    """Appends the lines of one bundle, redacted and chained; a file that ends in `.gz` is compressed as it is written.

    It is the recorder of a run's exchanges. Each line goes to the operating system at once. A bundle that was there
    before is replaced.
    """

    def __init__(self, path: Path, redactor: Redactor) -> None:
        """Open the file, with its folder. Raises EvidenceError where that can't be done."""
        self.path = path
        self.redactor = redactor
        self.exchanges = 0
        self.digest = START
        """The last link of the chain so far, in hex."""
        self._lines = 0
        self._packer = zlib.compressobj(wbits=_GZIP) if path.suffix == ".gz" else None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = open_alone(path, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        self._open = True

    def begin(self, origin: Origin) -> None:
        """Write the header."""
        self._append("header", origin.to_json())

    def state(self, state: Mapping[str, Any]) -> None:
        """Write the state of the target, as JSON."""
        self._append("state", {"state": json.loads(self.redactor.text(json.dumps(state)))})

    def take(self, sending: Sending, response: HttpResponse | None, fault: Fault | None) -> None:
        """Write one exchange."""
        if not self._open:
            return
        redactor = self.redactor
        # The answer comes first: an account that it tells of may stand in the request as well, where nothing says so.
        told = redactor.response(response) if response else None
        fault = redactor.fault(fault) if fault else None
        redacted = replace(sending, url=redactor.text(sending.url), body=redactor.body(sending.body))
        entry = entry_to_json(redacted, redactor.sent(tuple(sending.headers.items())), told, fault)
        self.exchanges += 1
        self._append("exchange", {"at": _now(), **entry})

    def finish(self, *, stopped: str) -> str:
        """Write the footer and let go of the file; give the digest of the whole. `stopped` says why the run gave up."""
        footer = {"exchanges": self.exchanges, "finished": _now(), "stopped": self.redactor.text(stopped)}
        self._append("footer", footer, last=True)
        self.close()
        return self.digest

    def close(self) -> None:
        """Let go of the file; without a footer it counts as cut short. Closing twice does no harm."""
        if self._open:
            self._open = False
            os.close(self._descriptor)

    def _append(self, kind: str, members: Mapping[str, Any], *, last: bool = False) -> None:
        self._lines += 1
        line: dict[str, Any] = {"n": self._lines, "type": kind, **members}
        line["digest"] = digest_of(line)
        line["chain"] = self.digest = link_of(self.digest, line["digest"])
        content = json.dumps(line, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"
        if self._packer is not None:
            mode = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
            content = self._packer.compress(content) + self._packer.flush(mode)
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> EvidenceError:
        return EvidenceError(
            f"the evidence can't be written: {error.strerror or error}",
            where=str(self.path),
            remedy="name a file in a folder that can be written to, on a disk with room",
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
