"""`conformance checks` and `conformance facts`: what there is, without running anything."""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import click

from conformance.cli.options import contract_in, json_form, settings, terminal_width
from conformance.program import Command
from conformance.report.fields import BASIS, BECAUSE, CITED, LEVEL, TEXT, TEXTS, Schema, closed, titled

if TYPE_CHECKING:
    from conformance.contract.model import Fact


_FACETS = [
    "present", "type", "enum", "required", "default", "min_length", "max_length", "pattern", "minimum", "maximum",
    "http_status",
]  # fmt: skip

FACTS: Final[Schema] = titled(
    "The facts of a contract",
    {
        "type": "array",
        "items": closed(
            {
                "id": TEXT,
                "operation": TEXT,
                "direction": {"enum": ["input", "output", "error", "paginator"]},
                "path": TEXT,
                "facet": {"enum": _FACETS},
                "value": {},
                "basis": BASIS,
                "level": LEVEL,
                "sources": CITED,
            }
        ),
    },
)

CHECKS: Final[Schema] = titled(
    "The checks of a contract",
    {
        "type": "array",
        "items": closed(
            {
                "id": TEXT,
                "operation": TEXT,
                "area": TEXT,
                "level": LEVEL,
                "basis": BASIS,
                "statement": TEXT,
                "because": BECAUSE,
                "facts": TEXTS,
                "behaviour": {"type": ["string", "null"]},
            }
        ),
    },
)


_MEMBERS = re.compile(r"[.\[\]{}]+")
"""What separates the members of a path."""


@click.command(cls=Command)
@settings("select", "operation", "area", "level")
@json_form(lambda: CHECKS)
@settings("contract")
def checks(*, as_json: bool, contract: str | None, **options: Any) -> None:
    """List the checks, without running any."""
    from conformance.suite.catalogue import catalogue, select  # noqa: PLC0415 - --help does without it

    chosen = select(
        catalogue(contract_in(contract)),
        options["select"],
        operations=options["operation"],
        areas=options["area"],
        levels=options["level"],
    )
    if as_json:
        rows = [
            {
                "id": check.id, "operation": check.operation, "area": check.area, "level": check.level,
                "basis": check.basis, "statement": check.statement,
                "because": [{"source": place.source, "line": place.line} for place in check.because],
                "facts": list(check.facts), "behaviour": check.behaviour or None,
            }
            for check in chosen
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    _print_rows(
        (check.operation, check.level, check.id.removeprefix(f"{check.operation}/"), check.id) for check in chosen
    )
    click.echo(f"{len(chosen)} checks", err=True)


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
@json_form(lambda: FACTS)
@settings("contract")
def facts(text: tuple[str, ...], *, as_json: bool, contract: str | None, **options: tuple[str, ...]) -> None:
    """List the facts of the contract with their citations; with TEXT, those whose row contains every word of it."""
    loaded = contract_in(contract)
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
        click.echo(json.dumps([fact.to_json() for fact in chosen], indent=1, ensure_ascii=False))
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
