"""The templates of reports, compiled once and kept beside them as Python keeps its modules.

Compiling both takes longer than filling them in, and a run does it once: a tenth of a second of each run.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

_TEMPLATES = Path(__file__).parent / "templates"


class _BesideTemplates(BytecodeCache):
    """Keeps compiled templates in `__pycache__`, where that can be written to; jinja2 tells when one is out of date."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept; leave it empty where nothing was."""
        try:
            with _kept(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except OSError:
            return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, whole or not at all: several runs may start at once."""
        if sys.dont_write_bytecode:
            return
        path = _kept(bucket)
        half = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(bucket.bytecode_to_string())
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink()


def environment(**options: Any) -> Environment:
    """Give an environment that reads the templates of this room; an unknown name in one is an error."""
    return Environment(  # noqa: S701 - each caller says whether its output is markup that needs escaping
        loader=PackageLoader("conformance.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_BesideTemplates(),
        **options,
    )


def _kept(bucket: Bucket) -> Path:
    # The key is over the name of the template; the settings of an environment go into the code as well.
    name = f"jinja-{bucket.key}"
    return Path(importlib.util.cache_from_source(str(_TEMPLATES / f"{name}.py")))
