"""How far drafts reach: operations of services that speak AWS JSON are drafted, linted, and their checks listed.

python -m conformance.survey [--sample N] [SERVICE]...
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from conformance.contract.cited_lines import verify_citations
from conformance.contract.loading import load
from conformance.documents.claims import ModelError
from conformance.documents.service_model import ModelSource, installed
from conformance.drafting.contracts import draft
from conformance.drafting.folder import write
from conformance.drafting.sources import draft_sources
from conformance.errors import UserError
from conformance.suite.catalogue import catalogue, lint_findings


@dataclass
class ServiceSurvey:
    """What became of the operations of one service."""

    service: str
    operations: int = 0
    drafted: int = 0
    checks: int = 0
    slowest_s: float = 0.0
    """Processor time in which the slowest of them was drafted."""
    rejected: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def json_services() -> Iterator[tuple[str, ModelSource]]:
    """Yield each service of the installed botocore that speaks AWS JSON, with its model."""
    from botocore.session import get_session  # noqa: PLC0415 - a survey's alone

    for service in get_session().get_available_services():
        source = installed(service)
        metadata = source.model["metadata"]
        if "json" in {metadata.get("protocol"), *metadata.get("protocols", ())}:
            yield service, source


def survey(service: str, source: ModelSource, names: Iterable[str]) -> ServiceSurvey:
    """Draft operations of a service, each as a contract of its own."""
    found = ServiceSurvey(service)
    for name in names:
        found.operations += 1
        try:
            number, seconds, findings = _try(service, source, name)
        except ModelError as error:
            found.rejected[error.problem.replace(name, "an operation", 1)] += 1
        except UserError as error:
            found.findings.append(f"{name}: {error.problem} ({error.where})")
        except Exception as error:  # noqa: BLE001 - a crash is what this looks for
            found.findings.append(f"{name}: crashed: {error!r}")
        else:
            found.drafted += 1
            found.checks += number
            found.slowest_s = max(found.slowest_s, seconds)
            found.findings += [f"{name}: {finding}" for finding in findings]
    return found


def _try(service: str, source: ModelSource, name: str) -> tuple[int, float, list[str]]:
    """Return the number of checks of a draft, the processor time of drafting, and what lint has to say of it."""
    began = time.process_time()
    sources, names = draft_sources(service, source, [name], ())
    drafted = draft(sources, names)
    seconds = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), drafted, keep_pages=True)
        contract = load(folder)
        findings = (*lint_findings(contract), *verify_citations(contract, Path(folder) / "pages"))
        return len(catalogue(contract)), seconds, [finding.problem for finding in findings]


_WIDTHS = (11, 9, 9)
_NO_FINDINGS = "findings: 0"


def table(rows: Iterable[ServiceSurvey]) -> Iterator[str]:
    """Yield the lines of a table as rows come, below each what is wrong with drafts, and the totals at the end."""
    yield f"{'service':32}{'operations':>11}{'drafted':>9}{'checks':>9}{'slowest':>9}"
    totals: Counter[int] = Counter()
    reasons: Counter[str] = Counter()
    slowest, findings = 0.0, 0
    for row in rows:
        figures = (row.operations, row.drafted, row.checks)
        yield _line(row.service, figures, row.slowest_s)
        yield from (f"    {finding}" for finding in row.findings)
        totals.update(dict(enumerate(figures)))
        reasons.update(row.rejected)
        slowest, findings = max(slowest, row.slowest_s), findings + len(row.findings)
    yield _line("together", tuple(totals[number] for number in range(len(_WIDTHS))), slowest)
    yield from (f"rejected: {number:,}: {reason}" for reason, number in sorted(reasons.items()))
    yield f"findings: {findings:,}"


def _line(name: str, figures: Iterable[int], slowest_s: float) -> str:
    return (
        f"{name:32}"
        + "".join(f"{value:{width},}" for value, width in zip(figures, _WIDTHS, strict=True))
        + f"{slowest_s:8.2f}s"
    )


@click.command()
@click.argument("services", nargs=-1)
@click.option("--sample", default=1, type=click.IntRange(1), help="Every N-th operation of each service only.")
def main(services: tuple[str, ...], sample: int) -> None:
    """Draft every operation of services that speak AWS JSON (default: all of botocore's)."""
    wanted = ((service, installed(service)) for service in services) if services else json_services()
    line = ""
    rows = (survey(service, source, sorted(source.model["operations"])[::sample]) for service, source in wanted)
    for line in table(rows):
        click.echo(line)
    sys.exit(line != _NO_FINDINGS)


if __name__ == "__main__":
    main()
