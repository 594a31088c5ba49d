"""Runs checks in a session: each once, a failed comparison asked again, the response checks on every answer."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from conformance.checks.availability import Availability, denied
from conformance.checks.check import Check
from conformance.checks.verdict import Outcome, Verdict, broke, skipped
from conformance.session.session import TargetSession
from conformance.wire.exchange import KILLED, RUN_TIME, Exchange
from conformance.wire.request import UnansweredError

_REJECTIONS = range(400, 500)
_SEEN_ONCE = "seen once: a recording can't be asked again"


class Runner:
    """Returns the verdicts of a selection of checks.

    A check that is gathered looks at every answer of the run. It therefore first runs whatever else was selected,
    so that its verdict is the same in whatever process and order the checks are run. `run_elsewhere` says that all of
    that was done, and the session has taken over what was seen.
    """

    def __init__(self, session: TargetSession, selected: Sequence[Check], *, run_elsewhere: bool = False) -> None:
        """Run nothing yet."""
        self._session = session
        self._run_elsewhere = run_elsewhere
        self._checks = [*selected]
        self._selected = {item.id: item for item in selected}
        self._availability = Availability(session, self._checks)
        self._verdicts: dict[str, Verdict] = {}
        self._running: set[str] = set()
        self._gathered = False
        self._unanswered = ""

    def add(self, checks: Iterable[Check]) -> None:
        """Select further checks: the verdicts that there are stay as they are."""
        self._checks += checks
        self._selected = {item.id: item for item in self._checks}
        self._gathered = False

    def verdict(self, check: Check) -> Verdict:
        """Run a check, or return the verdict that it has had already."""
        if check.gathered and not self._gathered:
            self._gathered = True
            with suppress(UnansweredError):  # whatever needs it says so
                _ = self._session.snapshot
            for other in () if self._run_elsewhere else self._checks:
                if not other.gathered:
                    self.verdict(other)
        known = self._verdicts.get(check.id)
        if known is None:
            self._running.add(check.id)
            try:
                known = self._run(check)
            except UnansweredError as error:
                known = skipped(str(error), kind="not-in-the-evidence")
            except Exception as error:  # noqa: BLE001 - a fault of the suite must not look like one of the target
                known = broke("suite-error", _place_of(error))
            finally:
                self._running.discard(check.id)
            self._verdicts[check.id] = known
        return known

    def _run(self, check: Check) -> Verdict:
        self._session.asking = check.id
        unavailable = self._availability.blocked_by(check)
        verdict = unavailable or self._on_one_server(check)
        gone = self._session.gone
        if gone is not None and gone.kind == RUN_TIME and verdict.outcome is Outcome.ERROR:
            # The time was up by chance when this check had its turn.
            return skipped(gone.detail, kind=RUN_TIME)
        if unavailable is not None:
            return unavailable
        if verdict.kind == KILLED and verdict.outcome is Outcome.ERROR:
            verdict = replace(verdict, outcome=Outcome.FAILED)
        if verdict.outcome is Outcome.ERROR and self._session.gone is not None:
            # One check reports that the target is gone; all others that need an answer are skipped behind it.
            crash = self._session.crashes[-1].check if self._session.crashes else ""
            self._unanswered = self._unanswered or crash or check.id
            if self._unanswered != check.id:
                return skipped(f"the target gave no answer any more: see {self._unanswered}", kind="behind")
        if verdict.outcome is Outcome.FAILED:
            verdict = self._attributed(check, verdict)
            self._session.asking = check.id
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        if self._session.auth and (denial := denied(self._session.contract, verdict.exchanges)):
            return denial
        return self._confirmed(check, verdict) if check.compares and verdict.kind != KILLED else verdict

    def _on_one_server(self, check: Check) -> Verdict:
        """Run a check, and again where the server went away and came back meanwhile: its answers are of one life."""
        while True:
            crashes = len(self._session.crashes)
            verdict = check.run(self._session)
            if self._session.gone is not None or len(self._session.crashes) == crashes:
                return verdict

    def _attributed(self, check: Check, verdict: Verdict) -> Verdict:
        """Put a failure behind the first selected check closer to its cause that fails as well, and counts as much.

        Where none counts as much it stays a failure, which follows from the first that there is. A check of answers
        judges all of them, this one too: the law that names it has found it broken.
        """
        for closer in self._closer(check, verdict.see):
            if closer.level == "must" or check.level != "must":
                return skipped(f"{verdict.reason}: see {closer.id}", exchanges=verdict.exchanges, kind="behind")
        causes = self._closer(check, (*verdict.see, *verdict.follows))
        return replace(verdict, follows=tuple(closer.id for closer in islice(causes, 1)))

    def _closer(self, check: Check, ids: Iterable[str]) -> Iterator[Check]:
        """Find the selected checks of these that fail, up to the check itself."""
        for item in self._expanded(ids):
            if item == check.id:
                return
            closer = self._selected.get(item)
            if closer is None or item in self._running:
                continue
            if closer.gathered or self.verdict(closer).outcome is Outcome.FAILED:
                yield closer

    def _expanded(self, ids: Iterable[str]) -> Iterator[str]:
        """Return ids, and for one that ends with a star those of the selection that begin as it does."""
        for item in ids:
            if item.endswith("*"):
                yield from (other for other in self._selected if other.startswith(item[:-1]))
            else:
                yield item

    def _confirmed(self, check: Check, verdict: Verdict) -> Verdict:
        """Ask again before a comparison accuses: on a live target, what it compares may have changed meanwhile.

        Where the second answers leave nothing to judge because they are broken, the first verdict is kept.
        """
        try:
            with self._session.asking_again():
                again = check.run(self._session)
                broken = any(_is_broken(item) for item in self._session.asked.values())
        except UnansweredError:
            return replace(verdict, notes=(*verdict.notes, _SEEN_ONCE))
        if again.outcome is Outcome.ERROR:
            return again
        if again.outcome is Outcome.FAILED or (broken and again.outcome is Outcome.SKIPPED):
            # What fails in another way fails so on answers of one time: those of the first may have been of several.
            return again if again.outcome is Outcome.FAILED and again.kind != verdict.kind else verdict
        return skipped(
            f"asked again, it did not repeat: {verdict.reason} ({verdict.received})",
            kind="did-not-repeat",
            exchanges=verdict.exchanges,
        )


def _is_broken(exchange: Exchange) -> bool:
    """Return whether an answer is neither one of the operation nor a rejection."""
    return exchange.response is not None and not exchange.ok and exchange.status not in _REJECTIONS


def _place_of(error: Exception) -> str:
    """Say where the suite broke, in a line that can be put into an issue."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"the suite itself broke{place}: {type(error).__name__}: {error}"
