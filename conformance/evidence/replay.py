"""A bundle in the place of the network: each request is answered as it was when it was recorded, or not at all."""

from __future__ import annotations

from collections import defaultdict

from conformance.evidence.bundle import Bundle, Entry, Key, key_of
from conformance.wire.sending import Carried, Sending, UnansweredError

_SHOWN = 120


class Replay:
    """Answers from a bundle, without a socket.

    A request that was sent several times is answered in the order of then. One that the bundle does not hold, or does
    not hold so many times, is not answered: whoever asked can't be judged.
    """

    def __init__(self, bundle: Bundle) -> None:
        """Find the entries by their requests."""
        self._entries: dict[Key, list[Entry]] = defaultdict(list)
        for entry in bundle.entries:
            self._entries[entry.key].append(entry)
        self._asked: dict[Key, int] = defaultdict(int)

    def carry(self, sending: Sending) -> Carried:
        """Give what came of this request when it was recorded. Raises UnansweredError where that is not known."""
        key = key_of(sending)
        entries = self._entries.get(key, ())
        number = self._asked[key]
        if number >= len(entries):
            raise UnansweredError(_unanswered(sending, len(entries)))
        self._asked[key] = number + 1
        entry = entries[number]
        return Carried(entry.response, entry.fault, entry.sent)


def _unanswered(sending: Sending, held: int) -> str:
    body = sending.body[:_SHOWN].decode("utf-8", "backslashreplace")
    what = f"{sending.operation} {body}{'…' if len(sending.body) > _SHOWN else ''}"
    if held:
        times = "once" if held == 1 else f"{held} times"
        return f"the evidence holds this request {times}, and it was wanted once more: {what}"
    return f"the evidence does not hold this request: {what}"
