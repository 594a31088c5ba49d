"""report.html: one file that needs nothing else; every value is escaped, nothing is fetched, one script of ours runs.

The first screen and the findings stand in the page itself and need no script. The lists of every check and fact are
data (see `island`) that the script unfolds when somebody looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment
from markupsafe import Markup

from conformance.contract import Contract
from conformance.report.exchange import Request, Response
from conformance.report.island import anchor, header_lines, island
from conformance.report.judged_facts import FactOutcome
from conformance.report.page import Area, Page, page_of
from conformance.report.run import Record
from conformance.report.templating import asset, html_environment, script_source
from conformance.report.visible import visible

_ROOM = "conformance.report"

LIMIT = 50
"""How many findings, and rows of any other list, stand in the page itself: somebody reads so many, and a page with
more opens slowly. The script shows the rest."""

_INDEX_LIMIT = 12
"""How many findings the first screen lists before the rest is folded."""

_FACT_BAR = {
    FactOutcome.CONFORMS: ("conform", "passed"),
    FactOutcome.BROKEN: ("broken", "failed"),
    FactOutcome.CONTRADICTED: ("contradicted by observation", "error"),
    FactOutcome.NOT_EXERCISED: ("not exercised", "skipped"),
}
"""The words and the colour of each part of the bar of facts."""


def render_html(record: Record, *, strict: bool = False, contract: Contract | None = None) -> str:
    """Give the text of report.html; `contract` is the one that the record was judged by, where it is at hand."""
    return render_page(page_of(record, strict=strict, contract=contract))


def render_page(page: Page) -> str:
    """Give the text of report.html from its page."""
    script = asset(_ROOM, "report.js")
    told = {finding.lead.id: number for number, (_, finding) in enumerate(page.findings[:LIMIT], start=1)}
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            limit=LIMIT,
            index_limit=_INDEX_LIMIT,
            fact_bars=_fact_bars(page),
            style=Markup(asset(_ROOM, "report.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_source=Markup(script_source(script)),  # noqa: S704 - a digest in quotes
            island=Markup(island(page, told)),  # noqa: S704 - made to stand inside a script element
        )
    )
    return text + "\n"


def _fact_bars(page: Page) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """Return the parts of the bar of facts of each operation that was selected; none where not every fact is known."""
    selected = {share.operation for share in page.verdict.shares}
    if not page.tells_all_facts:
        return []
    counts: dict[str, Counter[FactOutcome]] = {}
    for fact in page.facts:
        counts.setdefault(fact.operation, Counter())[fact.outcome] += 1
    return [
        (operation, [(words, outcomes[outcome], tone) for outcome, (words, tone) in _FACT_BAR.items()])
        for operation, outcomes in counts.items()
        if operation in selected
    ]


def link(check: str) -> str:
    """Give the reference to what tells of a check."""
    return f"#{quote(anchor(check), safe='/:')}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = html_environment(_ROOM)
    made.filters.update(
        anchor=anchor,
        link=link,
        sent=_sent,
        answered=_answered,
        filtered=_filtered,
        sum_of=_sum_of,
    )
    return made


def _sent(request: Request) -> str:
    return f"{request.method} {request.url}\n{header_lines(request.headers)}"


def _answered(response: Response) -> str:
    return f"{response.status}\n{header_lines(response.headers)}"


def _filtered(area: Area, outcome: str) -> str:
    """Give the reference to the checks of an area that have an outcome, as the script reads it."""
    chosen: Mapping[str, str] = {
        "view": "checks", "operation": area.operation, "area": area.name, "outcome": outcome,
    }  # fmt: skip
    return f"#?{urlencode({name: visible(value) for name, value in chosen.items()})}"


def _sum_of(groups: Sequence[tuple[str, Sequence[Any]]]) -> int:
    return sum(len(members) for _, members in groups)
