"""The templates of reports, compiled once and kept next to them as Python keeps its modules.

Compiling one takes longer than filling it in, and a run does it once: a tenth of a second of each run.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from conformance.report.layout import rests_on
from conformance.report.summary import count
from conformance.visible import one_line, visible

_TEMPLATES = Path(__file__).with_name("templates")


class _CompiledTemplates(FileSystemBytecodeCache):
    """Keeps compiled templates in `__pycache__`, where that can be written to; jinja2 knows when one is out of date."""

    def __init__(self, templates: Path) -> None:
        # The key is over the name of the template; the settings of an environment go into the code as well.
        place = Path(cache_from_source(str(templates / "jinja-%s.py")))
        super().__init__(str(place.parent), place.name)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept; leave it empty where nothing was."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, whole or not at all: several runs may start at once."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)


def environment(**options: Any) -> Environment:
    """Return an environment that reads the templates of reports; an unknown name in one is an error."""
    made = Environment(  # noqa: S701 - each caller says whether its output is markup that needs escaping
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_CompiledTemplates(_TEMPLATES),
        **options,
    )
    made.filters.update(rests_on=rests_on, counted=count, number=lambda value: f"{value:,}")
    return made


def html_environment() -> Environment:
    """Return an environment whose output is one HTML file: every value is escaped, and shows what it is made of."""
    made = environment(autoescape=True, finalize=lambda value: visible(value) if type(value) is str else value)
    made.filters["anchor"] = anchor
    return made


def anchor(name: str) -> str:
    """Return the id of the element about a check: the check's own id, without white space."""
    shown = one_line(name)
    return re.sub(r"\s", "-", shown) if " " in shown else shown


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """Return the text of a file next to the templates, such as a style."""
    return (_TEMPLATES / name).read_text("utf-8")


def page_assets(style: str, script: str) -> Mapping[str, Markup]:
    """Return our own style and script of a page, and the source by which its policy allows this script and no other."""
    source = f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
    texts = {"style": style, "script": script, "script_source": source}
    return {name: Markup(text) for name, text in texts.items()}  # noqa: S704 - our own files, and a digest in quotes


def dense(text: str) -> str:
    """Leave out empty lines, of which a template with thousands of rows leaves as many."""
    return re.sub(r"\n\s*\n+", "\n", text).strip()
