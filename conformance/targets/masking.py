"""Account ids kept out of reports: each becomes a stand-in of the same length, the same one throughout a run."""

from __future__ import annotations

import re

_BEARERS = re.compile(
    r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(?P<arn>\d{12})(?!\d)"
    r"|(?<!\d)(?P<registry>\d{12})\.dkr\.ecr"
    r"|sagemaker-[a-z0-9-]+-(?P<bucket>\d{12})(?!\d)"
    r"|(?i:account)[ _-]?(?i:id)?\W{1,8}(?P<told>\d{12})(?!\d)"
)
"""Where twelve digits are an account for sure: ARNs, image registries, default buckets, and messages that say so."""


class AccountMask:
    """Stand-ins for account ids, numbered in the order in which they are met: 000000000000, 000000000001, and so on."""

    def __init__(self, *accounts: str) -> None:
        """Start with the accounts that are known beforehand, if any."""
        self._stand_ins: dict[str, str] = {}
        for account in accounts:
            self._meet(account)

    def __call__(self, text: str) -> str:
        """Give the text with each account replaced, wherever in it the account stands; other numbers stay."""
        for found in _BEARERS.finditer(text):
            self._meet(next(account for account in found.groups() if account))
        if not self._stand_ins:
            return text
        known = "|".join(f"{account}?" for account in self._stand_ins)  # all of it, or all but the last digit
        return re.sub(rf"(?<!\d)(?:{known})(?!\d)", lambda found: self._stand_in(found.group()), text)

    def _stand_in(self, written: str) -> str:
        """Give the stand-in of an account, or the beginning of it for a name that was cut short by its last digit."""
        return next(mine for known, mine in self._stand_ins.items() if known.startswith(written))[: len(written)]

    def _meet(self, account: str) -> None:
        # A text that was masked before is left as it is: a stand-in stands for itself.
        if account not in self._stand_ins and account not in self._stand_ins.values():
            self._stand_ins[account] = f"{len(self._stand_ins):012d}"
