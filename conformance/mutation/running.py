"""The proof: every mutant tried, spread over processes.

`python -m conformance.mutation.running` prints a failure of each check, for the catalogue: JSON, from check id to what
it says of the first mutant that it catches.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.checks.check import matches
from conformance.contract.loading import load
from conformance.errors import ExitCode, UserError
from conformance.mutation.bench import Bench, every_mutant, world
from conformance.mutation.collection import allowed
from conformance.suite.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.mutation.bench import Trial
    from conformance.mutation.mutant import Mutant


_CHUNK = 8
_shared: list[tuple[Bench, tuple[Mutant, ...]]] = []
"""What the processes of a proof share: they are forked, so that nothing of it is made or sent twice."""


class ProofError(UserError):
    """The proof can't be begun: nothing was selected, or the checks accuse the unbroken server."""


@dataclass(frozen=True)
class Proof:
    """What became of the mutants of a proof."""

    tried: tuple[tuple[Mutant, Trial], ...]
    whole: bool
    """Whether every mutant was tried."""
    seconds: float

    @property
    def survivors(self) -> tuple[tuple[Mutant, Trial], ...]:
        """The mutants that no check about what they break caught."""
        return tuple((mutant, trial) for mutant, trial in self.tried if not trial.caught)


def faults(mutants: Sequence[Mutant]) -> tuple[Mutant, ...]:
    """Return the mutants that the documents do not allow."""
    return tuple(mutant for mutant in mutants if allowed(mutant.id) is None)


def chosen(mutants: Sequence[Mutant], select: Sequence[str] = (), sample: int = 1) -> tuple[Mutant, ...]:
    """Return the mutants whose id matches any pattern, and of those every `sample`-th. Raises ProofError for none."""
    for pattern in select:
        if not any(matches(pattern, mutant.id) for mutant in mutants):
            raise ProofError(f"the pattern {pattern!r} matches no mutant", hint="list the ids with --json")
    picked = [item for item in mutants if not select or any(matches(pattern, item.id) for pattern in select)]
    return tuple(picked[::sample])


def prove(
    bench: Bench,
    mutants: Sequence[Mutant],
    *,
    whole: bool = True,
    processes: int = 1,
) -> Proof:
    """Try every mutant. Raises ProofError where a check accuses the unbroken server."""
    started = time.perf_counter()
    alarms = bench.false_alarms()
    if alarms:
        error = ProofError(
            f"{len(alarms)} checks accuse the unbroken server, such as {alarms[0]}",
            hint="fix these checks, or the reference server, first: `conformance run` shows more",
        )
        error.exit_code = ExitCode.DOES_NOT_CONFORM
        raise error
    tried = tuple(zip(mutants, _trials(bench, tuple(mutants), processes), strict=True))
    return Proof(tried, whole, time.perf_counter() - started)


def _trials(bench: Bench, mutants: tuple[Mutant, ...], processes: int) -> Iterator[Trial]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # mutants break the server on purpose, and it would log each
    try:
        if processes < 2 or "fork" not in multiprocessing.get_all_start_methods():  # noqa: PLR2004 - one is no pool
            yield from map(bench.try_out, mutants)
            return
        _shared.append((bench, mutants))
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            yield from pool.imap(_try_out, range(len(mutants)), chunksize=_CHUNK)
    finally:
        _shared.clear()
        logging.disable(before)


def _try_out(index: int) -> Trial:
    bench, mutants = _shared[-1]
    return bench.try_out(mutants[index])


def samples(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return what each check says of the first mutant that it is about, else of the first that it fails.

    The samples are in objects by the segments of the check's id.
    """
    about: dict[str, str] = {}
    others: dict[str, str] = {}
    for trial in trials:
        for check, words in trial.reports:
            (about if check in trial.about else others).setdefault(check, words)
    tree: dict[str, Any] = {}
    for check, words in sorted({**others, **about}.items()):
        *places, case = check.split("/", 3)
        branch = tree
        for place in places:
            branch = branch.setdefault(place, {})
        branch[case] = words
    return tree


def main() -> None:
    """Run the whole proof and print the samples."""
    contract = load()
    bench = Bench(contract, catalogue(contract), world())
    proof = prove(bench, faults(every_mutant(contract)), processes=os.cpu_count() or 1)
    json.dump(samples(trial for _, trial in proof.tried), sys.stdout, indent=0, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
