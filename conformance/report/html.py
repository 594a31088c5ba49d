"""report.html: one file that needs nothing else; every value is escaped, nothing is fetched, no script runs."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.report.explanation import because, rests_on
from conformance.report.page import page_of
from conformance.report.run import Record
from conformance.report.visible import one_line, visible

_PRETTY_LIMIT = 4000
"""Characters up to which a JSON body is laid out over lines; a longer one was cut, and is no JSON any more."""


def anchor(check: str) -> str:
    """Give the id of the element that tells of a check: the check's own id, without white space."""
    return re.sub(r"\s", "-", one_line(check))


def link(check: str) -> str:
    """Give the reference to that element."""
    return f"#{quote(anchor(check), safe='/')}"


def body(text: str) -> str:
    """Lay out a JSON body over lines, and show any other as it is."""
    if len(text) > _PRETTY_LIMIT:
        return visible(text)
    try:
        return visible(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return visible(text)


def render_html(record: Record, *, strict: bool = False) -> str:
    """Give the text of report.html."""
    style = (files("conformance.report") / "templates" / "report.css").read_text("utf-8")
    template = _environment().get_template("report.html.j2")
    return template.render(page=page_of(record, strict=strict), style=Markup(style)) + "\n"  # noqa: S704 - our own file


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters.update(
        anchor=anchor, link=link, body=body, because=because, rests_on=rests_on, number=lambda value: f"{value:,}"
    )
    return environment
