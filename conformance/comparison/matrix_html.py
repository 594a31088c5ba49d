"""A matrix as one HTML file that needs nothing else: every value escaped, nothing fetched, one script of our own."""

from __future__ import annotations

import re
from itertools import groupby

from jinja2 import Environment
from markupsafe import Markup

from conformance.comparison.matrix import Cell, Claim, Matrix
from conformance.comparison.matrix_terminal import SIGNS, cell_text
from conformance.report import Outcome, Result
from conformance.report.summary import headline
from conformance.report.templating import asset, html_environment, script_source
from conformance.report.visible import one_line

_ROOM = "conformance.comparison"


def render_matrix_html(matrix: Matrix) -> str:
    """Give the text of the page."""
    script = _dense(asset(_ROOM, "matrix.js"))
    groups = [(name, tuple(claims)) for name, claims in groupby(matrix.claims, key=lambda one: one.group)]
    text = (
        _environment()
        .get_template("matrix.html.j2")
        .render(
            matrix=matrix,
            claim_groups=groups,
            cells=[Cell.of(side.record.results) for side in matrix.sides],
            verdicts=[headline(side.record) for side in matrix.sides],
            style=Markup(asset(_ROOM, "matrix.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_source=Markup(script_source(script)),  # noqa: S704 - a digest in quotes
        )
    )
    return _dense(text) + "\n"


def _dense(text: str) -> str:
    """Leave out empty lines, of which a template with thousands of rows leaves as many."""
    return re.sub(r"\n\s*\n+", "\n", text).strip()


def _environment() -> Environment:
    environment = html_environment(_ROOM)
    environment.filters.update(
        cell=cell_text,
        sign=lambda outcome: SIGNS[outcome],
        anchor=lambda text: re.sub(r"\s", "-", one_line(text)),
        why=_why,
        claim_outcomes=_claim_outcomes,
    )
    return environment


def _why(result: Result) -> str:
    """Say what a run says of a check that did not pass."""
    return one_line("" if result.outcome is Outcome.PASSED else result.reason or result.kind)


def _claim_outcomes(claim: Claim) -> str:
    """Give the outcomes of a claim, for the filter."""
    return " ".join(sorted({one.value for one in claim.outcomes if one}))
