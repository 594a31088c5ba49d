"""The options of a run, declared once: for `conformance run`, which takes them by name, and for pytest."""

from __future__ import annotations

import shlex
from argparse import ArgumentTypeError
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.errors import UserError
from conformance.report.run import Thresholds

if TYPE_CHECKING:
    import pytest

    from conformance.targets.spec import TargetSpec


DEFAULT_TARGET: Final = "reference"
_ALL = 100


@dataclass(frozen=True)
class Option:
    """How a setting is written on a command line.

    What it takes follows from the default of its setting: an empty tuple any number of values, False none at all, 0 a
    percentage, None one value.
    """

    flag: str
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    path: str = ""
    """What a path leads to: `file`, `folder`, or `any` of them; empty for what is no path."""
    under_pytest: tuple[str, ...] = ()
    """Its flags under pytest, where they are others."""

    @property
    def pytest_flags(self) -> tuple[str, ...]:
        """Its flags under pytest, which has taken some of the names itself."""
        return self.under_pytest or (self.flag,)


def _option(default: Any, *declared: Any, **more: Any) -> Any:
    return field(default=default, metadata={"option": Option(*declared, **more)})


@dataclass(frozen=True)
class Settings:
    """One run as it was asked for."""

    target: str = _option(DEFAULT_TARGET, "--target", "Name of a target of targets.yaml, or a URL.")
    targets_file: str | None = _option(
        None,
        "--targets",
        "The file of targets (default: ./targets.yaml, else the one that comes along).",
        "FILE",
        path="any",
        under_pytest=("--targets", "--targets-file"),
    )
    select: tuple[str, ...] = _option(
        (),
        "--select",
        "Only checks whose id matches: an id, its beginning up to a slash, or * and ?. May be repeated.",
        "PATTERN",
    )
    operation: tuple[str, ...] = _option(
        (),
        "--operation",
        "Only checks of this operation. May be repeated.",
        "NAME",
        under_pytest=("--operation", "--check-operation"),
    )
    area: tuple[str, ...] = _option(
        (),
        "--area",
        "Only checks of this area, such as pagination. May be repeated.",
        "AREA",
        under_pytest=("--area", "--check-area"),
    )
    level: tuple[str, ...] = _option(
        (),
        "--level",
        "Only checks of this level. May be repeated.",
        choices=("must", "should"),
        under_pytest=("--level", "--check-level"),
    )
    strict: bool = _option(
        False,  # noqa: FBT003 - the default of a flag
        "--strict",
        "A failed check of level should fails the run as well.",
        under_pytest=("--strict-levels",),
    )
    min_exercised: int = _option(
        0, "--min-exercised", "Exit with 4 where fewer of the selected checks were judged.", "PERCENT"
    )
    allow_partial: bool = _option(
        False,  # noqa: FBT003 - as above
        "--allow-partial",
        "Exit with 0 where nothing failed, though only a part could be judged; the reports still say so.",
    )
    report_dir: str | None = _option(
        None, "--report-dir", "Where the record and the reports go (default: reports/TARGET).", "DIR", path="folder"
    )
    known_failures: str | None = _option(
        None,
        "--known-failures",
        "The failures that are known and accepted, as YAML. Others fail the run, and so does one that is fixed.",
        "FILE",
        path="file",
    )
    shard: str | None = _option(
        None, "--shard", "Only the I-th of N parts; `conformance merge` puts them together.", "I/N"
    )
    label: str | None = _option(
        None, "--label", "The version of the target, for reports (default: asked from it).", "TEXT"
    )
    world: str | None = _option(None, "--world", "The world that goes into the target (default: default).", "NAME|FILE")
    aws_cli: str | None = _option(
        None,
        "--aws-cli",
        "Run the checks through the AWS CLI, too: the one that is installed (auto), or another (default: off).",
        "PATH|auto|off",
    )
    record: str | None = _option(
        None,
        "--record",
        "Write every exchange to FILE, redacted: evidence that --replay evaluates again. FILE.gz is compressed.",
        "FILE",
        path="file",
        under_pytest=("--evidence-record",),
    )
    replay: str | None = _option(
        None,
        "--replay",
        "Evaluate the evidence in FILE again, in the place of a target and without a network.",
        "FILE",
        path="file",
        under_pytest=("--evidence-replay",),
    )
    contract: str | None = _option(
        None, "--contract", "Folder of another contract (default: the one that comes along).", "DIR", path="any"
    )
    service: str | None = _option(
        None,
        "--service",
        "Use a contract of this service, such as secretsmanager, drafted from the installed botocore: of all "
        "operations that read, or of those that --operation names.",
        "NAME",
    )
    release: str | None = _option(
        None,
        "--release",
        "Count the checks of this release of the contract alone; newer ones are shown apart.",
        "DATE",
    )
    may_write: bool = _option(
        False,  # noqa: FBT003 - as above
        "--may-write",
        "Send operations that write to a target whose state is not the suite's own: resources are made, and deleted "
        "afterwards. Never to AWS.",
    )
    command: str = ""
    """The command line that says all this, for reports."""

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """Read the options of pytest. Raises UsageError for an option that has one value, and is there twice."""
        import pytest  # noqa: PLC0415 - only under pytest

        values: dict[str, Any] = {}
        for name, (option, default) in OPTIONS.items():
            flag = option.pytest_flags[0]
            given = config.getoption(flag)
            if "" in given:
                raise pytest.UsageError(f"{flag} is empty: give a value, or leave the option out")
            if default == ():
                values[name] = tuple(given)
            elif len(given) > 1:
                raise pytest.UsageError(f"{flag} is there {len(given)} times, and can be there once: keep one")
            elif given:
                values[name] = given[0]
        return cls(**values, command=shlex.join(["pytest", *map(str, config.invocation_params.args)]))

    @property
    def thresholds(self) -> Thresholds:
        """How much has to be judged."""
        return Thresholds(self.min_exercised, self.allow_partial)

    @property
    def contract_words(self) -> tuple[str, ...]:
        """The options that name the contract, as they are written; empty for the one that comes along."""
        named = (("--contract", self.contract), ("--service", self.service))
        return tuple(word for option, value in named if value for word in (option, value))

    def resolved_target(self) -> TargetSpec:
        """Return the target that is meant. Raises UserError."""
        from conformance.targets.configuration import load_targets, resolve  # noqa: PLC0415 - --help does without them
        from conformance.targets.endpoint import as_url  # noqa: PLC0415 - as above

        # A URL needs no file of targets, so that a broken one in this folder does not stop it.
        by_url = as_url(self.target) and self.targets_path is None
        spec = resolve(self.target, {} if by_url else load_targets(self.targets_path))
        if self.may_write and spec.is_aws:
            raise UserError("AWS is only ever read", where=self.target, hint="leave out --may-write")
        return replace(spec, may_write=self.may_write)

    @property
    def targets_path(self) -> Path | None:
        """The file of targets, None for the usual places."""
        return Path(self.targets_file) if self.targets_file else None


OPTIONS: Final[dict[str, tuple[Option, Any]]] = {
    setting.name: (setting.metadata["option"], setting.default)
    for setting in fields(Settings)
    if "option" in setting.metadata
}
"""The option of each setting, with its default."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options of a run to those of pytest. Each collects its values, so that a second one can be rejected."""
    group = parser.getgroup("conformance", "conformance of an endpoint with the contract")
    for option, default in OPTIONS.values():
        kind: dict[str, Any] = {"action": "append"}
        if default is False:
            kind = {"action": "append_const", "const": True}
        elif default == 0:
            kind["type"] = _percent
        if option.metavar:
            kind["metavar"] = option.metavar
        group.addoption(*option.pytest_flags, default=[], help=option.help, **kind)


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > _ALL:
        raise ArgumentTypeError(f"{text!r} is no percentage from 0 to 100")
    return int(text)
