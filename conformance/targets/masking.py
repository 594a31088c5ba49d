"""Account ids kept out of reports: each becomes a stand-in of the same length, the same one throughout a run."""

from __future__ import annotations

import re

_BEARERS = re.compile(
    r"arn:aws[a-z-]{0,32}:[a-z0-9-]{0,64}:[a-z0-9-]{0,64}:(?P<arn>\d{12})(?!\d)"
    r"|(?<!\d)(?P<registry>\d{12})\.dkr\.ecr"
    r"|sagemaker-[a-z0-9-]{1,64}-(?P<bucket>\d{12})(?!\d)"
    r"|(?i:account)[ _-]?(?i:id)?\W{1,8}(?P<told>\d{12})(?!\d)"
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
        """Give the text with each account replaced, wherever in it the account stands; other numbers stay."""
        for found in _BEARERS.finditer(text):
            self._meet(next(account for account in found.groups() if account))
        if not self._stand_ins:
            return text
        return _WRITTEN.sub(lambda found: self._stand_ins.get(found[0], found[0]), text)

    def _meet(self, account: str) -> None:
        # A text that was masked before is left as it is: a stand-in stands for itself.
        if account not in self._stand_ins and account not in self._given:
            stand_in = f"{len(self._given):012d}"
            self._given.add(stand_in)
            self._stand_ins[account] = stand_in
            self._stand_ins.setdefault(account[:-1], stand_in[:-1])
