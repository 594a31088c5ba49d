"""What a law says of the evidence: outcome, what was expected and received, and what the verdict rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.wire.exchange import Exchange

_SHOWN = 5


class Outcome(StrEnum):
    """The four ways in which a check can end."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not exercised: the reason says what was lacking."""
    ERROR = "error"
    """The target or the suite broke before anything could be judged."""


@dataclass(frozen=True)
class Verdict:
    """The judgement of one check.

    `kind` is a stable key of the way it failed (`accepted`, `wrong-code`), `reason` one line for people, `rests_on`
    counts what was looked at (answers, items, pairs), so that an empty pass is not mistaken for a pass.
    """

    outcome: Outcome
    kind: str = ""
    reason: str = ""
    expected: str = ""
    received: str = ""
    rests_on: Mapping[str, int] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()
    notes: tuple[str, ...] = ()
    reproduce: str = ""
    """A line that shows it, where sending the first exchange again would not."""
    see: tuple[str, ...] = ()
    """Ids of checks closer to the cause: where one of them fails, nothing was judged here that it does not judge."""
    follows: tuple[str, ...] = ()
    """Ids of checks about members that this one reads: where one of them fails, this failure may come from it."""


def passed(
    rests_on: Mapping[str, int], *, reason: str = "", exchanges: tuple[Exchange, ...] = (), notes: tuple[str, ...] = ()
) -> Verdict:
    """Return a pass, with what it rests on."""
    return Verdict(Outcome.PASSED, reason=reason, rests_on=rests_on, exchanges=exchanges, notes=notes)


def failed(  # noqa: PLR0913 - a failure explains itself, and each part of the explanation has a name
    kind: str,
    reason: str,
    *,
    expected: str,
    received: str,
    exchanges: tuple[Exchange, ...] = (),
    rests_on: Mapping[str, int] | None = None,
    notes: tuple[str, ...] = (),
) -> Verdict:
    """Return a failure that explains itself."""
    return Verdict(Outcome.FAILED, kind, reason, expected, received, rests_on or {}, exchanges, notes)


def skipped(reason: str, *, exchanges: tuple[Exchange, ...] = (), kind: str = "not-exercised") -> Verdict:
    """Say that nothing could be judged, and what was lacking."""
    return Verdict(Outcome.SKIPPED, kind, reason, exchanges=exchanges)


def broke(kind: str, reason: str, *, exchanges: tuple[Exchange, ...] = ()) -> Verdict:
    """Say that the target (or the suite) broke before it could be judged."""
    return Verdict(Outcome.ERROR, kind, reason, expected="an answer", received=reason, exchanges=exchanges)


_WEIGHT = (Outcome.FAILED, Outcome.ERROR, Outcome.PASSED, Outcome.SKIPPED)


def weightiest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the one of several verdicts on a claim that speaks for all: a failure, else an error, else a pass."""
    return min(verdicts, key=lambda verdict: _WEIGHT.index(verdict.outcome))


@dataclass
class Tally:
    """Counts what a law looked at and keeps the first violations: the accumulator inside a law.

    `noun` is what is counted (`items`, `answers`, `pairs`); `needs` is how many the law must see to say anything.
    """

    noun: str
    needs: int = 1
    seen: int = 0
    broken: int = 0
    violations: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def hold(self, condition: bool, received: str, *exchanges: Exchange) -> None:  # noqa: FBT001 - reads as: hold(a <= b, ...)
        """Count one look; where the condition does not hold keep what was received, and the exchanges that show it."""
        self.seen += 1
        if condition:
            return
        self.broken += 1
        if len(self.violations) < _SHOWN:
            self.violations.append(received)
            self.exchanges.extend(exchange for exchange in exchanges if exchange not in self.exchanges)

    def clear(self, name: str, faults: Sequence[str], *exchanges: Exchange) -> None:
        """Count one look at what has this name; it holds where there are no faults."""
        self.hold(not faults, f"{name}: {'; '.join(faults)}", *exchanges)

    def verdict(
        self, kind: str, expected: str, *, lacking: str, wrong: str = "", notes: tuple[str, ...] = ()
    ) -> Verdict:
        """Sum up: failed on any violation, skipped (for `lacking`) under `needs` looks, passed otherwise.

        `wrong` says what is wrong where it failed, as the title of a finding; without it, the claim does.
        """
        rests_on = {self.noun: self.seen}
        if self.broken:
            more = f" (and {self.broken - len(self.violations)} more)" if self.broken > len(self.violations) else ""
            count = f"{self.broken} of {self.seen} {self.noun}"
            return failed(
                kind,
                f"{wrong} ({count})" if wrong else f"{count} break the rule: {expected}",
                expected=expected,
                received="; ".join(self.violations) + more,
                exchanges=tuple(self.exchanges),
                rests_on=rests_on,
                notes=notes,
            )
        if self.seen < self.needs:
            return skipped(lacking)
        return passed(rests_on, notes=notes)
