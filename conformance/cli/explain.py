"""`conformance explain ID`: one check, fact or behaviour in full."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from conformance.cli.options import contract, contract_in
from conformance.errors import UserError

if TYPE_CHECKING:
    from conformance.catalogue.check import Because, Check
    from conformance.contract import Behaviour, Contract, Fact

_WIDTH = 11


@click.command()
@click.argument("id_", metavar="ID")
@contract
def explain(id_: str, contract: str | None) -> None:
    """Explain one check, fact or behaviour: what it says, where that stands, what is sent and what is accepted."""
    from conformance.catalogue.catalogue import catalogue  # noqa: PLC0415 - --help does without it
    from conformance.validate.own_checks import own_checks  # noqa: PLC0415 - as above

    loaded = contract_in(contract)
    checks = (*catalogue(loaded), *own_checks(loaded))
    texts = list(_texts(loaded, checks, id_))
    if not texts:
        ids = [
            *(check.id for check in checks),
            *(fact.id for fact in loaded.facts),
            *(one.id for one in loaded.behaviours),
        ]
        near = difflib.get_close_matches(id_, ids, n=3, cutoff=0.4)
        hint = (
            f"did you mean {', or '.join(near)}"
            if near
            else "list ids with `conformance checks` or `conformance facts`"
        )
        raise UserError(f"there is no check, fact or behaviour {id_!r}", remedy=hint)
    click.echo("\n\n".join(texts))


def _texts(loaded: Contract, checks: tuple[Check, ...], id_: str) -> Iterator[str]:
    for check in checks:
        if check.id == id_:
            yield _check(loaded, check)
    for fact in loaded.facts:
        if fact.id == id_:
            yield _fact(loaded, fact, [check.id for check in checks if fact.id in check.facts])
    for behaviour in loaded.behaviours:
        if behaviour.id == id_:
            yield _behaviour(loaded, behaviour, [check.id for check in checks if behaviour.id in check.behaviours])


def _rows(title: str, *rows: tuple[str, str]) -> str:
    lines = [title]
    for label, text in rows:
        first, *rest = text.split("\n")
        lines += [f"  {label:{_WIDTH}}{first}", *(f"  {'':{_WIDTH}}{line}" for line in rest)]
    return "\n".join(line.rstrip() for line in lines)


def _place(loaded: Contract, source: str, line: int | None) -> str:
    name, _, observation = source.partition(":")
    if observation and observation in loaded.observations:
        seen = loaded.observations[observation]
        return f"{observation}: {seen.statement} (certainty: {seen.certainty})"
    known = loaded.sources.get(name)
    title = f" ({known.title})" if known else ""
    return f"{source}:{line}{title}" if line else f"{source}{title}"


def _places(loaded: Contract, places: tuple[Because, ...]) -> str:
    return "\n".join(_place(loaded, place.source, place.line) for place in places) or "nothing"


def _check(loaded: Contract, check: Check) -> str:
    return _rows(
        f"check {check.id}",
        ("says", check.statement),
        ("level", f"{check.level} ({check.basis})"),
        ("because", _places(loaded, check.because)),
        ("sends", check.request),
        ("accepts", check.accepts),
        *((("facts", "\n".join(check.facts)),) if check.facts else ()),
        *((("behaviour", "\n".join(check.behaviours)),) if check.behaviours else ()),
    )


def _fact(loaded: Contract, fact: Fact, checks: list[str]) -> str:
    told = []
    for source in fact.to_json()["sources"]:
        other = f" says {source['value']}" if "value" in source else ""
        told.append(_place(loaded, source["id"], source["line"]) + other)
    value = "\n".join(map(str, fact.value)) if isinstance(fact.value, list | tuple) else str(fact.value)
    observed = [_place(loaded, f"observations:{one}", None) for one in fact.observed]
    return _rows(
        f"fact {fact.id}",
        ("is", value),
        ("level", f"{fact.level} ({fact.basis})"),
        ("because", "\n".join(told)),
        *((("but seen", "\n".join(observed)),) if observed else ()),
        ("judged by", "\n".join(checks) or "no check of its own"),
    )


def _behaviour(loaded: Contract, behaviour: Behaviour, checks: list[str]) -> str:
    places = "\n".join(_place(loaded, source.id, source.line) for source in behaviour.sources)
    judged = "\n".join([*checks, *behaviour.laws, *behaviour.facts])
    if behaviour.not_observable:
        judged = f"nothing: {behaviour.not_observable}"
    return _rows(
        f"behaviour {behaviour.id} (number {behaviour.number})",
        ("says", behaviour.statement),
        ("level", f"{behaviour.level} ({behaviour.basis})"),
        ("because", places),
        ("judged by", judged),
        *(("rule", f"when {rule.when or 'always'}\nrequire {rule.require}") for rule in behaviour.rules),
    )
