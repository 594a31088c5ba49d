"""What a run is told on the command line, and how that goes to pytest and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEFAULT_TARGET = "reference"
_OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("target", "--target", "name of a target of targets.yaml, or a URL"),
    (
        "targets_file",
        "--targets-file",
        "the file of targets (default: targets.yaml here, else the one that comes along)",
    ),
    ("operation", "--check-operation", "only the checks of this operation"),
    ("area", "--check-area", "only the checks of this area"),
    ("level", "--check-level", "only the checks of this level, must or should"),
    ("report_dir", "--report-dir", "folder of the record and the reports (default: reports/<target>)"),
    ("world", "--world", "name or file of the world that goes into the target"),
    ("contract", "--contract", "folder of another contract"),
    ("aws_cli", "--aws-cli", "run the checks through the AWS CLI, too: auto, or its path (default: off)"),
    ("record", "--evidence-record", "file that the evidence of the run goes to"),
    ("replay", "--evidence-replay", "file of evidence to judge again, without a target"),
    ("known_failures", "--known-failures", "YAML file of the failures that are known and accepted"),
    ("shard", "--shard", "I/N: only the I-th of N parts of the checks"),
)


@dataclass(frozen=True)
class Settings:
    """One run as it was asked for."""

    target: str = DEFAULT_TARGET
    targets_file: str | None = None
    select: tuple[str, ...] = ()
    operation: str | None = None
    area: str | None = None
    level: str | None = None
    strict: bool = False
    report_dir: str | None = None
    world: str | None = None
    contract: str | None = None
    aws_cli: str | None = None
    record: str | None = None
    replay: str | None = None
    known_failures: str | None = None
    shard: str | None = None

    def to_arguments(self) -> list[str]:
        """Give the options of pytest that say the same."""
        arguments = [f"{flag}={value}" for name, flag, _ in _OPTIONS if (value := getattr(self, name)) is not None]
        arguments += [f"--select={pattern}" for pattern in self.select]
        return [*arguments, *(["--strict-levels"] if self.strict else [])]

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """Read the options of pytest."""
        values: dict[str, Any] = {name: config.getoption(flag) for name, flag, _ in _OPTIONS}
        values["target"] = values["target"] or DEFAULT_TARGET
        return cls(select=tuple(config.getoption("--select")), strict=config.getoption("--strict-levels"), **values)

    @property
    def contract_root(self) -> Path | None:
        """The folder of another contract, None for the one that comes along."""
        return Path(self.contract) if self.contract else None

    @property
    def targets_path(self) -> Path | None:
        """The file of targets, None for the usual places."""
        return Path(self.targets_file) if self.targets_file else None


def add_options(parser: pytest.Parser) -> None:
    """Teach pytest the options of a run."""
    group = parser.getgroup("conformance", "conformance of an endpoint with the contract")
    for _, flag, words in _OPTIONS:
        group.addoption(flag, default=None, help=words)
    group.addoption(
        "--select", action="append", default=[], help="only checks whose id matches; may stand several times"
    )
    group.addoption("--strict-levels", action="store_true", help="a failed check of level should fails the run as well")
