"""A matrix as one HTML file that needs nothing else: every value escaped, nothing fetched, one script of our own."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.comparison.matrix import Cell, Claim, Matrix
from conformance.comparison.matrix_terminal import SIGNS, cell_text
from conformance.report import Outcome, Result
from conformance.report.summary import headline
from conformance.report.visible import one_line, visible

_ROOM = "conformance.comparison"


def render_matrix_html(matrix: Matrix) -> str:
    """Give the text of the page."""
    script = _dense(_asset("matrix.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    groups = [(name, tuple(claims)) for name, claims in groupby(matrix.claims, key=lambda one: one.group)]
    text = (
        _environment()
        .get_template("matrix.html.j2")
        .render(
            matrix=matrix,
            claim_groups=groups,
            cells=[Cell.of(side.record.results) for side in matrix.sides],
            verdicts=[headline(side.record) for side in matrix.sides],
            style=Markup(_asset("matrix.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_digest=digest,
        )
    )
    return _dense(text) + "\n"


def _dense(text: str) -> str:
    """Leave out empty lines, of which a template with thousands of rows leaves as many."""
    return re.sub(r"\n\s*\n+", "\n", text).strip()


def _asset(name: str) -> str:
    return (files(_ROOM) / "templates" / name).read_text("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_ROOM),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
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
