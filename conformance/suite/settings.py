"""What a run is told on the command line, and how that goes to pytest and back."""

from __future__ import annotations

import shlex
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.report.run import Thresholds

DEFAULT_TARGET = "reference"
_ALL = 100
_OPTIONS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("target", ("--target",), "name of a target of targets.yaml, or a URL"),
    (
        "targets_file",
        ("--targets", "--targets-file"),
        "the file of targets (default: targets.yaml here, else the one that comes along)",
    ),
    ("report_dir", ("--report-dir",), "folder of the record and the reports (default: reports/<target>)"),
    ("world", ("--world",), "name or file of the world that goes into the target"),
    ("contract", ("--contract",), "folder of another contract"),
    ("aws_cli", ("--aws-cli",), "run the checks through the AWS CLI, too: auto, or its path (default: off)"),
    ("record", ("--evidence-record",), "file that the evidence of the run goes to"),
    ("replay", ("--evidence-replay",), "file of evidence to judge again, without a target"),
    ("known_failures", ("--known-failures",), "YAML file of the failures that are known and accepted"),
    ("label", ("--label",), "the version of the target, for reports"),
    ("shard", ("--shard",), "I/N: only the I-th of N parts of the checks"),
)
"""Options that have one value: the name of the setting, the names of the option, its help."""
_SETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("select", ("--select",), "only checks whose id matches; may be repeated"),
    ("operation", ("--operation", "--check-operation"), "only the checks of this operation; may be repeated"),
    ("area", ("--area", "--check-area"), "only the checks of this area; may be repeated"),
    ("level", ("--level", "--check-level"), "only the checks of this level, must or should; may be repeated"),
)
"""Options that stand for a set: any of their values will do."""
_STRICT = "--strict-levels"
_PARTIAL = "--allow-partial"
_LEAST = "--min-exercised"


@dataclass(frozen=True)
class Settings:
    """One run as it was asked for."""

    target: str = DEFAULT_TARGET
    targets_file: str | None = None
    select: tuple[str, ...] = ()
    operation: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    strict: bool = False
    report_dir: str | None = None
    world: str | None = None
    contract: str | None = None
    aws_cli: str | None = None
    record: str | None = None
    replay: str | None = None
    known_failures: str | None = None
    shard: str | None = None
    label: str | None = None
    command: str = ""
    """The command line that says all this, for reports."""
    min_exercised: int = 0
    allow_partial: bool = False

    def to_arguments(self) -> list[str]:
        """Return the options of pytest that say the same."""
        arguments = [f"{flags[0]}={value}" for name, flags, _ in _OPTIONS if (value := getattr(self, name)) is not None]
        arguments += [f"{flags[0]}={value}" for name, flags, _ in _SETS for value in getattr(self, name)]
        arguments += [f"{_LEAST}={self.min_exercised}"] if self.min_exercised else []
        arguments += [_PARTIAL] if self.allow_partial else []
        return [*arguments, *([_STRICT] if self.strict else [])]

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """Read the options of pytest. Raises UsageError for an option that has one value, and is there twice."""
        values: dict[str, Any] = {name: _one(config, flags[0]) for name, flags, _ in _OPTIONS}
        values["target"] = values["target"] or DEFAULT_TARGET
        # A worker of pytest-xdist reads the arguments a second time.
        sets: dict[str, Any] = {name: tuple(dict.fromkeys(config.getoption(flags[0]))) for name, flags, _ in _SETS}
        return cls(
            **values,
            **sets,
            strict=bool(_one(config, _STRICT)),
            min_exercised=_one(config, _LEAST) or 0,
            allow_partial=bool(_one(config, _PARTIAL)),
            command=shlex.join(["pytest", *map(str, config.invocation_params.args)]),
        )

    @property
    def thresholds(self) -> Thresholds:
        """How much has to be judged."""
        return Thresholds(self.min_exercised, self.allow_partial)

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
    for _, flags, words in (*_OPTIONS, *_SETS):
        group.addoption(*flags, action="append", default=[], help=words)
    words = "a failed check of level should fails the run as well"
    group.addoption(_STRICT, action="append_const", const=True, default=[], help=words)
    words = "a run that judged only a part may pass; its reports still say so"
    group.addoption(_PARTIAL, action="append_const", const=True, default=[], help=words)
    words = "exit with 4 where fewer of the selected checks were judged"
    group.addoption(_LEAST, action="append", type=_percent, default=[], metavar="PERCENT", help=words)


def _one(config: pytest.Config, flag: str) -> Any:
    """Return the value of an option that has one; None where it is not there."""
    values = config.getoption(flag)
    if len(values) > 1 and not hasattr(config, "workerinput"):
        raise pytest.UsageError(f"{flag} is there {len(values)} times, and can be there once: keep one")
    return values[-1] if values else None


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > _ALL:
        raise ArgumentTypeError(f"{text!r} is no percentage from 0 to 100")
    return int(text)
