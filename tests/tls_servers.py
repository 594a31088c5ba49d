"""Certificates of an authority that nobody else trusts, for servers on loopback that speak TLS."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme


@dataclass(frozen=True)
class PrivateAuthority:
    """An authority of a test's own: `bundle` is the file that a client trusts it by."""

    authority: trustme.CA
    bundle: Path

    @classmethod
    def below(cls, folder: Path) -> PrivateAuthority:
        import trustme  # noqa: PLC0415 - a test without it is skipped

        made = cls(trustme.CA(), folder / "ca.pem")
        made.authority.cert_pem.write_to_path(made.bundle)
        return made

    def server(self, name: str = "127.0.0.1") -> ssl.SSLContext:
        """Return the context of a server that has a certificate for this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        return context
