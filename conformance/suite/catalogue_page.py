"""The catalogue as a page to read (Markdown): every check of a contract, area by area, with its level and citations.

`python -m conformance.suite.catalogue_page SAMPLES` prints the page of the contract that comes along; SAMPLES is a
JSON file with a failure of each check, as an example (`python -m conformance.mutation.running`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.checks.check import AREAS, Because, Check
from conformance.contract.loading import load
from conformance.contract.model import Contract, Fact
from conformance.suite.catalogue import catalogue

_AREAS = {
    "protocol": "The envelope: HTTP, headers, JSON, signatures, the form of errors.",
    "request": "What is accepted and what is rejected. A rejection counts only where its valid neighbour is accepted.",
    "error": "The errors that the operation itself has.",
    "response": "Each fact about the answer, judged on every answer that the run saw.",
    "pagination": "Pages put together are the list, whatever their size; and what a token may and may not do.",
    "order": "Sorting, its directions and defaults.",
    "filter": "Filters, and that they keep the order.",
    "consistency": "Members of one answer against each other, answers against each other, and against a known state.",
    "client": "Through boto3 and its paginator; through the AWS CLI where a run asks for it (`--aws-cli auto`).",
}
_INTRODUCTION = """\
{checks:,} checks of {operations} operations, from {facts:,} facts and {behaviours} behaviours. An id reads
`Operation/area/subject/case`; `conformance explain ID` shows all of a check, and `conformance run --select ID` runs it.
*Must* is documented or belongs to the protocol, *should* is modelled, observed or inferred. The last column is what a
check said of a server that had been broken on purpose (`conformance prove`)."""
_SAMPLE = "a failure, for example"
_LONGEST = 140
"""Characters of a sample."""
_FEW = 6
"""How many words of an enum, or ids of a row, are written out."""


def page(contract: Contract, checks: Sequence[Check], samples: Mapping[str, str]) -> str:
    """Return the page of these checks, which are those of this contract; `samples` is a failure of each, by id."""
    lines = [
        "# Catalogue of checks",
        "",
        "Made from the contract by `make docs`; do not edit it by hand.",
        "",
        _INTRODUCTION.format(
            checks=len(checks),
            operations=len(contract.operations),
            facts=len(contract.facts),
            behaviours=len(contract.behaviours),
        ),
        "",
        *_numbers(contract, checks),
        *_sources(contract),
    ]
    for operation in contract.operations.values():
        own = [check for check in checks if check.operation == operation.name]
        lines += ["", f"## {operation.name}", "", f"{operation.summary}."]
        for area in AREAS:
            chosen = [check for check in own if check.area == area]
            if chosen:
                lines += ["", f"### {operation.name}: {area}", "", f"{_AREAS.get(area, area)} {_count(chosen)}", ""]
                lines += _answers(contract, chosen, samples) if area == "response" else _rows(chosen, samples)
    lines += [*_unseen(contract), *_observations(contract)]
    return "\n".join(lines) + "\n"


def _count(checks: Sequence[Check]) -> str:
    return f"{len(checks)} check{'' if len(checks) == 1 else 's'}."


def _numbers(contract: Contract, checks: Sequence[Check]) -> Iterator[str]:
    names = list(contract.operations)
    yield _row("area", *(f"{name}, {level}" for name in names for level in ("must", "should")))
    yield _row("---", *("---:" for _ in range(2 * len(names))))
    for area in AREAS:
        counts = [
            sum((check.area, check.operation, check.level) == (area, name, level) for check in checks)
            for name in names
            for level in ("must", "should")
        ]
        yield _row(area, *map(str, counts))


def _sources(contract: Contract) -> Iterator[str]:
    yield from ("", "A citation names a document and its line:", "", _row("source", "what it is"), _row("---", "---"))
    for name, source in contract.sources.items():
        yield _row(f"`{name}`", _text(source.title))
    yield _row("`world`", "the state that the suite made at the target, and therefore knows")


def _rows(checks: Iterable[Check], samples: Mapping[str, str]) -> Iterator[str]:
    """Yield a row for each statement: checks that say the same with the same reason share one."""
    groups: dict[tuple[str, str, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.level, check.statement, _places(check.because)), []).append(check)
    yield from (_row("subject/case", "level", "says", "because", _SAMPLE), _row(*("---",) * 5))
    for (level, statement, places), group in groups.items():
        yield _row(_ids(group), level, _text(statement), places, _sample(group, samples))


def _ids(group: Sequence[Check]) -> str:
    names = [f"`{_text(check.id.split('/', 2)[2])}`" for check in group]
    if len(names) <= _FEW:
        return ", ".join(names)
    return f"{', '.join(names[: _FEW - 1])} and {len(names) - _FEW + 1} more"


def _sample(group: Iterable[Check], samples: Mapping[str, str]) -> str:
    words = next((samples[check.id] for check in group if check.id in samples), "")
    # As code: what a server sent may look like Markdown, or like a link.
    received = _text(words).replace("`", "'")
    return f"`{received if len(received) <= _LONGEST else received[: _LONGEST - 1] + '…'}`" if received else ""


def _answers(contract: Contract, checks: Iterable[Check], samples: Mapping[str, str]) -> Iterator[str]:
    """Yield a row for each path of the answer, with the facts that are judged there."""
    subjects: dict[str, list[Check]] = {}
    for check in checks:
        subjects.setdefault(check.id.split("/", 2)[2].rsplit("/", 1)[0], []).append(check)
    yield from (_row("subject", "must", "should", "because", _SAMPLE), _row(*("---",) * 5))
    for subject, group in subjects.items():
        received: dict[str, list[str]] = {"must": [], "should": []}
        for check in group:
            received[check.level].append(_claim(contract, check))
        places = tuple(dict.fromkeys(place for check in group for place in check.because))
        claims = (", ".join(dict.fromkeys(received[item])) for item in received)
        yield _row(f"`{_text(subject)}`", *claims, _places(places), _sample(group, samples))


def _claim(contract: Contract, check: Check) -> str:
    facts = [contract.fact(fact) for fact in check.facts]
    return _stated(facts[0]) if len(facts) == 1 else _text(check.id.rsplit("/", 1)[1])


def _stated(fact: Fact) -> str:
    value = fact.value
    if fact.facet in {"present", "required"}:
        return fact.facet
    if fact.facet == "type":
        return str(value)
    if isinstance(value, list | tuple):
        words = [f"`{_text(str(item))}`" for item in value]
        more = f" and {len(words) - _FEW + 1} more" if len(words) > _FEW else ""
        return f"one of {', '.join(words[: _FEW - 1] if more else words)}{more}"
    return f"{fact.facet.replace('_', ' ')} `{_text(str(value))}`"


def _unseen(contract: Contract) -> Iterator[str]:
    unseen = [behaviour for behaviour in contract.behaviours if behaviour.not_observable]
    yield from (
        "",
        "## What no check can see",
        "",
        "What the documents state and these operations do not show.",
    )
    yield from ("", _row("behaviour", "says", "why it is not judged"), _row("---", "---", "---"))
    for behaviour in unseen:
        yield _row(f"`{behaviour.id}`", _text(behaviour.statement), _text(behaviour.not_observable))


def _observations(contract: Contract) -> Iterator[str]:
    yield from ("", "## What was observed", "", "A second source next to the documents, cited as `observations:O1`.")
    yield from ("", _row("observation", "says", "certainty"), _row("---", "---", "---"))
    for name, observation in contract.observations.items():
        yield _row(name, _text(observation.statement), observation.certainty)


def _places(places: Iterable[Because]) -> str:
    """Return citations, the lines of one document together."""
    lines: dict[str, list[str]] = {}
    for place in places:
        lines.setdefault(place.source, []).extend([] if place.line is None else [str(place.line)])
    return "; ".join(f"{source}:{', '.join(numbers)}" if numbers else source for source, numbers in lines.items())


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def read_samples(path: Path) -> Mapping[str, str]:
    """Return the sample failures in a file, by the ids of their checks."""

    def flat(tree: Mapping[str, Any], start: str) -> Iterator[tuple[str, str]]:
        for name, value in tree.items():
            yield from flat(value, f"{start}{name}/") if isinstance(value, dict) else [(start + name, value)]

    return dict(flat(json.loads(path.read_text(encoding="utf-8")), ""))


if __name__ == "__main__":
    _contract = load()
    sys.stdout.write(page(_contract, catalogue(_contract), read_samples(Path(sys.argv[1]))))
