"""A failure of each check, as an example: what it says of the first broken server that it tells.

`python -m conformance.proof.samples` prints them as JSON, from check id to words; the catalogue of checks shows them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from conformance.catalogue.catalogue import catalogue
from conformance.contract import load
from conformance.proof.bench import Bench, every_mutant, world
from conformance.proof.running import faults, prove

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.proof.bench import Trial


def samples(trials: Iterable[Trial]) -> dict[str, str]:
    """Give for each check that a mutant fails what it says of the first that is about it, else of the first of all.

    They stand in the order of ids.
    """
    best: dict[str, str] = {}
    others: dict[str, str] = {}
    for trial in trials:
        about = set(trial.about)
        for check, words in trial.told:
            (best if check in about else others).setdefault(check, words)
    return dict(sorted({**others, **best}.items()))


def main() -> None:
    """Run the whole proof and print the samples."""
    contract = load()
    bench = Bench(contract, catalogue(contract), world())
    proof = prove(bench, faults(every_mutant(contract)), processes=os.cpu_count() or 1)
    json.dump(samples(proof.trials), sys.stdout, indent=0, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
