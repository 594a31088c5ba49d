"""Options that several commands share; those of a run are declared with its settings."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from conformance.errors import UserError
from conformance.suite.contracts import contract_of
from conformance.suite.settings import OPTIONS, Option

if TYPE_CHECKING:
    from conformance.contract.model import Contract
    from conformance.report.run import Record

F = TypeVar("F", bound=Callable[..., Any])
_PATHS = {"any": click.Path(), "file": click.Path(dir_okay=False), "folder": click.Path(file_okay=False)}


def settings(*names: str) -> Callable[[F], F]:
    """Add the options of these settings of a run."""

    def decorate(command: F) -> F:
        for name in reversed(names):
            command = _click_option(name, *OPTIONS[name])(command)
        return command

    return decorate


def _click_option(name: str, option: Option, default: Any) -> Callable[[F], F]:
    kind: click.ParamType[Any] | None = _PATHS.get(option.path)
    if option.choices:
        kind = click.Choice(option.choices)
    elif default == 0 and default is not False:
        kind = click.IntRange(0, 100)
    return click.option(
        option.flag,
        name,
        default=default,
        is_flag=default is False,
        multiple=default == (),
        type=kind,
        metavar=option.metavar,
        help=option.help,
        callback=_insist_on_text,
    )


def _insist_on_text(_: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Reject an option without a text, such as that of a variable that is not set: it would count as left out."""
    if "" in (value if isinstance(value, tuple) else (value,)):
        raise click.BadParameter("it is empty: give a value, or leave the option out", param=parameter)
    return value


def verbose(command: F) -> F:
    """Add the option that prints every finding in full."""
    words = "Print each finding in full: expected, received, because, and a line that reproduces it."
    return click.option("-v", "--verbose", is_flag=True, help=words)(command)


def json_form(schema: Callable[[], Mapping[str, Any]]) -> Callable[[F], F]:
    """Add the options that print JSON, or its JSON Schema instead of doing anything."""

    def print_schema(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click passes flags so
        if wanted:
            click.echo(json.dumps(schema(), indent=2))
            context.exit(0)

    def decorate(command: F) -> F:
        command = click.option(
            "--schema",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=print_schema,
            help="Print the JSON Schema of that, and stop.",
        )(command)
        return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)

    return decorate


def schema_of(module: str, *names: str) -> Callable[[], Mapping[str, Any]]:
    """Return what gives the schema of a module, which is imported only then."""

    def schema() -> Mapping[str, Any]:
        found: Mapping[str, Any] = importlib.import_module(module).schema(*names)
        return found

    return schema


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output goes to; None where it goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def contract_of_run(record: Record, folder: str | None, service: str | None) -> Contract:
    """Return the contract that a run was judged by, if it is the one that is named. Raises UserError where it is not.

    That of a service is of all operations that read, or of those that the run was asked for.
    """
    from conformance.contract.loading import UnknownOperationError  # noqa: PLC0415 - --help does without it

    loaded = contract_of(folder, service)
    expected = record.header.contract.digest
    if service and loaded.digest != expected:
        with suppress(UnknownOperationError):
            loaded = contract_of(None, service, {result.operation for result in record.results})
    if loaded.digest != expected:
        raise UserError(
            f"the run was judged by the contract {expected[:12]}, not by {loaded.digest[:12]}",
            hint="name its contract with --contract or --service",
        )
    return loaded


def insist_on_contract(records: Iterable[Record], folder: str | None, service: str | None) -> None:
    """Insist that runs were judged by the contract that is named, if one is. Raises UserError."""
    if folder or service:
        for record in records:
            contract_of_run(record, folder, service)
