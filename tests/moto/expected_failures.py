"""The checks that are known to fail on one version of moto: reading the list, and writing it from a record.

`python tests/moto/expected_failures.py reports/moto/run.jsonl` writes `expected.txt` anew, after a run on moto whose
every failure was looked at by hand.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

VERSION = "5.2.5"
"""The version of moto that the list is about."""
FILE = Path(__file__).parent / "expected.txt"
LEVELS = ("must", "should")

_HEADER = f"""\
# The checks that fail on moto {VERSION}, each seen by hand to be a defect of moto: level, then id.
# ListTrainingJobsForHyperParameterTuningJob is missing there altogether: one finding for all checks behind it.
# Written by: python tests/moto/expected_failures.py reports/moto/run.jsonl
"""


@dataclass(frozen=True, order=True)
class Failure:
    """A check that fails."""

    level: str
    check: str

    def __str__(self) -> str:
        return f"{self.level} {self.check}"


def expected() -> set[Failure]:
    """Read the list."""
    lines = (line.strip() for line in FILE.read_text(encoding="utf-8").splitlines())
    return {Failure(*line.split(" ", 1)) for line in lines if line and not line.startswith("#")}


def recorded(record: Path, outcome: str = "failed") -> set[Failure]:
    """Read which checks had an outcome from the record of a run."""
    rows = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    results = (row for row in rows if row["type"] == "result")
    return {Failure(row["level"], row["id"]) for row in results if row["outcome"] == outcome}


def differences(found: set[Failure]) -> list[str]:
    """Say what fails beyond the list, and what of the list no longer fails."""
    wanted = expected()
    added = [f"added    {item}" for item in sorted(found - wanted)]
    return [*added, *(f"removed  {item}" for item in sorted(wanted - found))]


def _written(found: set[Failure]) -> str:
    sections = (sorted(item for item in found if item.level == level) for level in LEVELS)
    return _HEADER + "".join("\n" + "".join(f"{item}\n" for item in section) for section in sections)


if __name__ == "__main__":
    FILE.write_text(_written(recorded(Path(sys.argv[1]))), encoding="utf-8")
