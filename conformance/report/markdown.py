"""report.md: a comment on a pull request or a job summary, never longer than such a comment may be.

Findings come first, each folded into a line. What does not fit is left out from the end, and the page says so:
report.html and report.json hold everything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

from jinja2 import Environment, Template

from conformance.report.layout import because
from conformance.report.page import Page
from conformance.report.templating import environment
from conformance.visible import clip, one_line, visible

LIMIT = 60_000
"""Characters of the whole page: GitHub takes 65,536 in a comment, and whoever posts it may want to add a word."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$!])")
_BREAK, _NOTHING = "\ue000", "&#8203;"
"""A zero-width space; until the text is escaped, a character that no text has which is fit to be shown."""
_LINKED = re.compile(
    r"@(?=\w)"  # somebody, a team, an address
    r"|#(?=\d)|\bGH(?=-\d)"  # an issue or a pull request, of another repository too
    r"|\b(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)",
    re.IGNORECASE,
)
_COMMIT = re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b", re.IGNORECASE)
_TEXT_SHOWN = 1000
"""Characters of what was expected, received or sent: enough to see what is wrong."""
_LINE_SHOWN = 4000
"""Characters of a line to reproduce; a longer one is left out, as half a command is none."""


def plain(text: object) -> str:
    """Write text in one line so that Markdown takes none of it for markup, and GitHub none of it for a link."""
    return _SPECIAL.sub(r"\\\1", _broken(one_line(str(text)))).replace(_BREAK, _NOTHING)


def markup(text: object) -> str:
    """Write text in one line for a place inside HTML, which Markdown does not read."""
    return escape(_broken(one_line(str(text)))).replace(_BREAK, _NOTHING)


def _broken(text: str) -> str:
    """Break what GitHub makes a link of, or a mention of somebody, even where Markdown is escaped; code it leaves."""
    text = _LINKED.sub(lambda found: f"{found[0]}{_BREAK}", text)
    return _COMMIT.sub(lambda found: _BREAK.join(re.findall(".{1,6}", found[0])), text)


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


def render_markdown(page: Page, *, limit: int = LIMIT) -> str:
    """Return the text of report.md, at most `limit` characters."""
    # The macros of the template are its interface: which of them are called is decided by how much room there is.
    parts: Any = _template().make_module({"page": page})
    head, tail = _tidy(parts.head()), _tidy(parts.tail())
    if len(head) + len(tail) > limit // 2:
        tail = _tidy(parts.short_tail())
    room = limit - len(head) - len(tail) - len(_tidy(parts.left_out(len(page.findings))))
    written: list[str] = []
    for number, (section, finding) in enumerate(page.findings, start=1):
        text = _tidy(parts.finding(number, section, finding, with_exchanges=True))
        if len(text) > room:
            text = _tidy(parts.finding(number, section, finding, with_exchanges=False))
        if len(text) > room:
            break
        written.append(text)
        room -= len(text)
    left_out = len(page.findings) - len(written)
    return "".join((head, *written, _tidy(parts.left_out(left_out)) if left_out else "", tail)).strip() + "\n"


@lru_cache(maxsize=1)
def _template() -> Template:
    made = markdown_environment()
    made.filters.update(because=because, is_pasteable=lambda text: 0 < len(text) <= _LINE_SHOWN)
    return made.get_template("report.md.j2")


def markdown_environment() -> Environment:
    """Return an environment whose output is Markdown: each value goes through plain, markup, code or fence."""
    made = environment(autoescape=False)
    made.filters.update(plain=plain, markup=markup, code=code, fence=fence, clip=lambda text: clip(text, _TEXT_SHOWN))
    return made


def _tidy(text: str) -> str:
    """Keep one empty line where several came of parts that were left out, and one at the end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n\n"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
