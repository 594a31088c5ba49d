"""The templates of reports, compiled once and kept next to them as Python keeps its modules."""

from __future__ import annotations

import importlib.util
import os
import sys
from base64 import b64encode
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

from conformance.report.layout import rests_on
from conformance.report.summary import count
from conformance.visible import visible


class _BesideTemplates(BytecodeCache):
    """Keeps compiled templates in `__pycache__`, where that can be written to; jinja2 knows when one is out of date."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept; leave it empty where nothing was."""
        try:
            with self._kept(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except OSError:
            return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, whole or not at all: several runs may start at once."""
        if sys.dont_write_bytecode:
            return
        path = self._kept(bucket)
        half = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(bucket.bytecode_to_string())
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink()

    def _kept(self, bucket: Bucket) -> Path:
        # The key is over the name of the template; the settings of an environment go into the code as well.
        return Path(importlib.util.cache_from_source(str(self._templates / f"jinja-{bucket.key}.py")))


def environment(room: str, **options: Any) -> Environment:
    """Return an environment that reads the templates of a room, a package; an unknown name in one is an error."""
    made = Environment(  # noqa: S701 - each caller says whether its output is markup that needs escaping
        loader=PackageLoader(room),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_BesideTemplates(_folder(room)),
        **options,
    )
    made.filters.update(rests_on=rests_on, counted=count, number=lambda value: f"{value:,}")
    return made


def html_environment(room: str) -> Environment:
    """Return an environment whose output is one HTML file: every value is escaped, and shows what it is made of."""
    return environment(room, autoescape=True, finalize=lambda value: visible(value) if type(value) is str else value)


@lru_cache(maxsize=4)
def asset(room: str, name: str) -> str:
    """Return the text of a file next to the templates of a room, such as its style."""
    return (_folder(room) / name).read_text("utf-8")


def script_source(script: str) -> str:
    """Return the source by which a Content-Security-Policy allows this script and no other."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _folder(room: str) -> Path:
    return Path(str(files(room) / "templates"))
