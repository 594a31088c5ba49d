"""`conformance checks` and `conformance facts`: what there is, without running anything."""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click
from msgspec import UNSET

from conformance import forms
from conformance.cli.options import json_form, settings, terminal_width
from conformance.contract.model import Fact
from conformance.program import Command
from conformance.report.result import Because
from conformance.suite.contracts import contract_of

if TYPE_CHECKING:
    from conformance.checks.check import Check


@dataclass(frozen=True)
class Cited:
    """A place in a source."""

    id: str
    line: int | None
    """Line in it; null where it has none."""
    value: Any = UNSET
    """What the source states, where that is not the value in force."""


@dataclass(frozen=True)
class ListedFact:
    """A fact of a contract."""

    id: str
    operation: str
    direction: Literal["input", "output", "error", "paginator"]
    path: str
    facet: Literal[
        "present", "type", "enum", "required", "default", "min_length", "max_length", "pattern", "minimum", "maximum",
        "http_status",
    ]  # fmt: skip
    value: Any
    basis: Literal["documented", "protocol", "modelled", "observed", "inferred"]
    level: Literal["must", "should"]
    sources: tuple[Cited, ...]

    @classmethod
    def of(cls, fact: Fact) -> ListedFact:
        """Return a fact as it is listed."""
        sources = (Cited(item.id, item.line, item.value) for item in fact.sources)
        facet: Any = fact.facet
        return cls(
            fact.id, fact.operation, fact.direction, fact.path, facet, fact.value, fact.basis, fact.level,
            tuple(sources),
        )  # fmt: skip


@dataclass(frozen=True)
class ListedCheck:
    """A check of a contract."""

    id: str
    operation: str
    area: str
    level: Literal["must", "should"]
    basis: Literal["documented", "protocol", "modelled", "observed", "inferred"]
    statement: str
    because: tuple[Because, ...]
    facts: tuple[str, ...]
    behaviour: str | None

    @classmethod
    def of(cls, check: Check) -> ListedCheck:
        """Return a check as it is listed."""
        level: Any = check.level
        basis: Any = check.basis
        return cls(
            check.id, check.operation, check.area, level, basis, check.statement,
            tuple(Because(place.source, place.line) for place in check.because), check.facts, check.behaviour or None,
        )  # fmt: skip


_MEMBERS = re.compile(r"[.\[\]{}]+")
"""What separates the members of a path."""


@click.command(cls=Command)
@settings("select", "operation", "area", "level")
@json_form(lambda: forms.schema("The checks of a contract", list[ListedCheck]))
@settings("contract", "service", "release")
def checks(*, as_json: bool, contract: str | None, service: str | None, release: str | None, **options: Any) -> None:
    """List the checks, without running any; with --release those that count by it, each at its level there."""
    from conformance.suite.catalogue import catalogue, released, select  # noqa: PLC0415 - --help does without it

    loaded, apart = contract_of(contract, service, options["operation"]), ""
    if release is None:
        every = catalogue(loaded)
    else:
        pinned, found = released(loaded, release, service)
        every = tuple(check for check in found if not check.newer)
        gone = len(pinned.gone(check.id for check in every))
        apart = f" of the release {release}; {len(found) - len(every)} newer, {gone} gone from the contract"
    chosen = select(
        every,
        options["select"],
        operations=options["operation"],
        areas=options["area"],
        levels=options["level"],
    )
    if as_json:
        rows = [forms.plain(ListedCheck.of(check)) for check in chosen]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    _print_rows(
        (check.operation, check.level, check.id.removeprefix(f"{check.operation}/"), check.id) for check in chosen
    )
    click.echo(f"{len(chosen)} checks{apart}", err=True)


def _print_rows(rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Print (group, level, row within its group, whole row): whole rows in a pipe, on a terminal what fits it."""
    width = terminal_width()
    last = ""
    for group, level, short, whole in rows:
        if width is None:
            click.echo(f"{level:6}  {whole}")
            continue
        if group != last:
            click.echo(group)
            last = group
        # A citation or an id keeps its hyphens on one line, so that it can be copied.
        row = textwrap.fill(
            short, width, initial_indent=f"  {level:6}  ", subsequent_indent=" " * 12, break_on_hyphens=False
        )
        click.echo(row)


@click.command(cls=Command)
@click.option("--operation", multiple=True, metavar="NAME", help="Only facts of this operation. May be repeated.")
@click.option(
    "--direction",
    multiple=True,
    type=click.Choice(["input", "output", "error", "paginator"]),
    help="Only facts of this direction. May be repeated.",
)
@click.option(
    "--level", multiple=True, type=click.Choice(["must", "should"]), help="Only facts of this level. May be repeated."
)
@click.option(
    "--member",
    multiple=True,
    metavar="NAME",
    help="Only facts with this member, or the end of a path, in their path: MaxResults. May be repeated.",
)
@click.option(
    "--document",
    multiple=True,
    metavar="ID",
    help="Only facts that cite this source, such as api-list. May be repeated.",
)
@click.argument("text", nargs=-1)
@json_form(lambda: forms.schema("The facts of a contract", list[ListedFact]))
@settings("contract", "service")
def facts(
    text: tuple[str, ...], *, as_json: bool, contract: str | None, service: str | None, **options: tuple[str, ...]
) -> None:
    """List the facts of the contract with their citations; with TEXT, those whose row contains every word of it."""
    loaded = contract_of(contract, service, options["operation"])
    for name, known in (("operation", loaded.operations), ("document", loaded.sources)):
        if not set(options[name]) <= set(known):
            raise click.BadParameter(f"choose of: {', '.join(known)}", param_hint=f"--{name}")
    members = sorted({name for fact in loaded.facts for name in _members(fact)})
    for name in options["member"]:
        if name not in members:
            near = difflib.get_close_matches(name, members, n=3) or [
                member for member in members if name.casefold() in member.casefold()
            ]
            hint = f": did you mean {', or '.join(near[:3])}" if near else ""
            raise click.BadParameter(f"no fact has {name!r} in its path{hint}", param_hint="--member")
    chosen = [fact for fact in loaded.facts if _is_chosen(fact, [word.casefold() for word in text], **options)]
    if as_json:
        click.echo(json.dumps([forms.plain(ListedFact.of(fact)) for fact in chosen], indent=1, ensure_ascii=False))
        return
    _print_rows(
        (f"{fact.operation}/{fact.direction}", fact.level, _row(fact, short=True), _row(fact)) for fact in chosen
    )
    click.echo(f"{len(chosen)} facts", err=True)


def _is_chosen(fact: Fact, words: list[str], **options: tuple[str, ...]) -> bool:
    """Return whether a fact has one of the values of each option of `facts`; an option without any asks for nothing."""
    values: dict[str, set[str]] = {
        "operation": {fact.operation},
        "direction": {fact.direction},
        "level": {fact.level},
        "member": _members(fact),
        "document": {source.id for source in fact.sources},
    }
    chosen = all(not wanted or values[name] & set(wanted) for name, wanted in options.items())
    return chosen and all(word in _row(fact).casefold() for word in words)


def _members(fact: Fact) -> set[str]:
    """Return what `--member` may say of a fact: each name in its path, and each path that it begins with."""
    beginnings = {fact.path[: separator.start()] for separator in _MEMBERS.finditer(fact.path)}
    return {fact.path, *_MEMBERS.split(fact.path), *beginnings} - {""}


def _row(fact: Fact, *, short: bool = False) -> str:
    value = ", ".join(map(str, fact.value)) if isinstance(fact.value, tuple | list) else fact.value
    places = ", ".join(f"{source.id}:{source.line}" if source.line else source.id for source in fact.sources)
    name = fact.id.removeprefix(f"{fact.operation}/{fact.direction}/") if short else fact.id
    return f"{name} = {value}  [{places}]"
