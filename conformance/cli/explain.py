"""`conformance explain ID`: one check, fact, behaviour, source, cited line or observation in full."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from conformance.cli.options import settings, terminal_width
from conformance.errors import UserError
from conformance.program import Command
from conformance.report.layout import row
from conformance.suite.contracts import contract_of

if TYPE_CHECKING:
    from conformance.checks.check import Because, Check
    from conformance.contract.model import Behaviour, Citation, Contract, Fact, Observation, Source


@click.command(cls=Command)
@click.argument("id_", metavar="ID")
@settings("contract", "service", "operation")
def explain(id_: str, contract: str | None, service: str | None, operation: tuple[str, ...]) -> None:
    """Explain an id: a check, fact or behaviour, or a citation.

    A citation is a source (api-list), a line of one (api-list:35) or an observation (O34), as reports write it.
    """
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - --help does without it
    from conformance.suite.validate import own_checks  # noqa: PLC0415 - as above

    for writing in (False, True) if service else (False,):  # a run that may write has more operations
        loaded = contract_of(contract, service, operation, writing=writing)
        checks = (*catalogue(loaded), *own_checks(loaded))
        texts = [*_texts(loaded, checks, id_), *_citation(loaded, checks, id_)]
        if texts:
            break
    else:
        ids = [
            *(check.id for check in checks),
            *(fact.id for fact in loaded.facts),
            *(behaviour.id for behaviour in loaded.behaviours),
            *loaded.sources,
            *loaded.observations,
        ]
        near = difflib.get_close_matches(id_, ids, n=3, cutoff=0.4)
        hint = (
            f"did you mean {', or '.join(near)}"
            if near
            else "list ids with `conformance checks` or `conformance facts`"
        )
        raise UserError(f"there is no check, fact, behaviour, source or observation {id_!r}", hint=hint)
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


def _citation(loaded: Contract, checks: tuple[Check, ...], id_: str) -> Iterator[str]:
    name, _, line = id_.rpartition(":")
    if line in loaded.observations and name in {"", "observations"}:
        yield _observation(loaded, checks, loaded.observations[line])
    elif id_ in loaded.sources:
        yield _source(loaded, loaded.sources[id_])
    elif name in loaded.sources and loaded.sources[name].lines and line.isdecimal():
        yield _line(loaded, loaded.sources[name], int(line))


def _source(loaded: Contract, source: Source) -> str:
    claims = _claims(loaded, source.id)
    lines = {line for cited in claims.values() for citation in cited for line in citation.all_lines()}
    edition = f"{source.edition}, {source.dated}" if source.dated else f"{source.edition}"
    return _rows(
        f"source {source.id}",
        ("is", source.title),
        ("published", source.url),
        ("edition", edition if source.is_document else ""),
        ("about", source.operation if source.is_document else ""),
        ("file", f"{source.lines} lines, sha256 {source.sha256}" if source.sha256 else ""),
        ("version", source.version),
        ("cited by", f"{len(claims)} facts and behaviours" if claims else ""),
        ("for a line", f"conformance explain {source.id}:{min(lines)}" if lines else ""),
    )


def _line(loaded: Contract, source: Source, line: int) -> str:
    from conformance.contract.model import UNSET  # noqa: PLC0415 - --help does without it

    claims = _claims(loaded, source.id)
    here: list[str] = []
    for claim, cited in claims.items():
        for citation in cited:
            if line in citation.all_lines():
                words = "" if citation.value is UNSET else f" (which it gives as {_written(citation.value)})"
                here.append(f"{claim}{words}")
    if not here:
        every = sorted({n for cited in claims.values() for citation in cited for n in citation.all_lines()})
        near = sorted(every, key=lambda cited: abs(cited - line))[:3]
        raise UserError(
            f"nothing in the contract cites line {line} of {source.id}, which has {source.lines} lines",
            hint=f"the nearest lines that are cited: {', '.join(f'{source.id}:{cited}' for cited in sorted(near))}",
        )
    return _rows(
        f"line {line} of {source.id}",
        ("in", source.title),
        ("published", source.url),
        ("says", "\n".join(dict.fromkeys(here))),
    )


def _observation(loaded: Contract, checks: tuple[Check, ...], seen: Observation) -> str:
    name = f"observations:{seen.id}"
    claims = [
        *(fact.id for fact in loaded.facts if seen.id in fact.observed),
        *(behaviour.id for behaviour in loaded.behaviours if any(cited.id == name for cited in behaviour.sources)),
    ]
    of_checks = [check.id for check in checks if any(place.source == name for place in check.because)]
    return _rows(
        f"observation {seen.id}",
        ("says", seen.statement),
        ("certainty", seen.certainty),
        ("bears on", "\n".join(claims)),
        ("cited by", "\n".join(of_checks) or "no check"),
    )


def _claims(loaded: Contract, source: str) -> dict[str, list[Citation]]:
    """Return every fact and behaviour that cites a source, with its citations of it."""
    claims: dict[str, list[Citation]] = {}
    for fact in loaded.facts:
        value = _written(fact.value)
        claims[f"{fact.id} = {value}"] = [cited for cited in fact.sources if cited.id == source]
    for behaviour in loaded.behaviours:
        claims[f"{behaviour.id}: {behaviour.statement}"] = [cited for cited in behaviour.sources if cited.id == source]
    return {claim: cited for claim, cited in claims.items() if cited}


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _published(loaded: Contract, sources: Iterable[str]) -> str:
    """Return where the cited sources are published, a line each; empty where the contract does not say."""
    urls = dict.fromkeys(loaded.sources[name].url for name in sources if name in loaded.sources)
    return "\n".join(filter(None, urls))


_WIDTH = 11
"""Columns of the labels: an id next to them fits a screen of 80."""


def _rows(title: str, *rows: tuple[str, str]) -> str:
    """Return rows of a label and a text under a title; a row without a text is left out."""
    width = terminal_width() or sys.maxsize
    lines = [title]
    for label, text in rows:
        first, *more = text.split("\n")
        lines += row(label, first, width, column=_WIDTH) if text else ()
        for line in more:
            lines += row("", line, width, column=_WIDTH)
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
        ("published", _published(loaded, [place.source for place in check.because])),
        ("sends", check.request),
        ("accepts", check.accepts),
        ("facts", "\n".join(check.facts)),
        ("behaviour", "\n".join(check.behaviours)),
    )


def _fact(loaded: Contract, fact: Fact, checks: list[str]) -> str:
    from conformance.contract.model import UNSET  # noqa: PLC0415 - --help does without it

    received = []
    for source in fact.sources:
        value = list(source.value) if isinstance(source.value, tuple) else source.value
        other = "" if value is UNSET else f" says {value}"
        received.append(_place(loaded, source.id, source.line) + other)
    value = "\n".join(map(str, fact.value)) if isinstance(fact.value, list | tuple) else str(fact.value)
    observed = [_place(loaded, f"observations:{item}", None) for item in fact.observed]
    return _rows(
        f"fact {fact.id}",
        ("is", value),
        ("level", f"{fact.level} ({fact.basis})"),
        ("because", "\n".join(received)),
        ("published", _published(loaded, [source.id for source in fact.sources])),
        ("but seen", "\n".join(observed)),
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
        ("published", _published(loaded, [source.id for source in behaviour.sources])),
        ("judged by", judged),
        *(("rule", f"when {rule.when or 'always'}\nrequire {rule.require}") for rule in behaviour.rules),
    )
