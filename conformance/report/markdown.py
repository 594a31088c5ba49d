"""report.md: for pull requests, job summaries and terminals without a browser."""

from __future__ import annotations

import re
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.report.explanation import because, rests_on
from conformance.report.page import page_of
from conformance.report.run import Record
from conformance.report.visible import clip, one_line, visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")
_BODY_SHOWN = 1500
"""Characters of a body: GitHub cuts job summaries at 1 MiB."""


def plain(text: object) -> str:
    """Write text in one line so that Markdown takes none of it for markup."""
    return _SPECIAL.sub(r"\\\1", one_line(str(text)))


def markup(text: object) -> str:
    """Write text in one line for a place where HTML stands, which Markdown does not read."""
    return escape(one_line(str(text)))


def code(text: object) -> str:
    """Write text as code in a line; in a table too, where a bar would end the cell."""
    shown = one_line(str(text)).replace("|", "\\|")
    if not shown:
        return ""
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(text: object, language: str = "") -> str:
    """Write text as a block of code that nothing inside it can end."""
    shown = visible(str(text))
    ticks = "`" * max(3, _longest_run(shown) + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}"


def render_markdown(record: Record, *, strict: bool = False) -> str:
    """Give the text of report.md."""
    text = _environment().get_template("report.md.j2").render(page=page_of(record, strict=strict))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.report"),
        autoescape=False,  # noqa: S701 - the output is Markdown: each value goes through plain, markup, code or fence
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        plain=plain,
        markup=markup,
        code=code,
        fence=fence,
        because=because,
        rests_on=rests_on,
        clip=lambda text: clip(text, _BODY_SHOWN),
    )
    return environment


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
