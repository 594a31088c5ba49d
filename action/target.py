"""Prints the file of targets for a server that the inputs of the action describe: LAUNCH, or URL with STATE or ADAPTER.

Commands are split into words as a shell would, but no shell ever reads them. Exits with 2 and an annotation where the
inputs don't make a target.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

STATES = ("create", "existing")
PORT = "{port}"
FROM_HERE = "import os, sys; os.chdir(sys.argv[1]); os.execvp(sys.argv[2], sys.argv[2:])"


class InputError(Exception):
    """Inputs that don't make a target; the message says what to do."""


def words(name: str) -> list[str]:
    """Return the words of a command line; raise InputError where its quotes don't match."""
    try:
        split = shlex.split(os.environ[name])
    except ValueError as error:
        raise InputError(f"{name.lower()} is no command line: {error}") from error
    if not split:
        raise InputError(f"{name.lower()} has no words")
    return split


def target() -> dict[str, Any]:
    """Return the entry of the file of targets."""
    launch, url, state, adapter = (os.environ[name].strip() for name in ("LAUNCH", "URL", "STATE", "ADAPTER"))
    if os.environ["TARGET"] or bool(launch) == bool(url):
        raise InputError("give one of target, url and launch, not several and not none")
    if state and adapter:
        raise InputError("give state or adapter, not both")
    if state and state not in STATES:
        raise InputError(f"state is one of {', '.join(STATES)}, not {state!r}")
    entry: dict[str, Any] = {"endpoint_url": url or f"http://127.0.0.1:{PORT}"}
    if launch:
        # The file lies elsewhere: relative paths are meant from where the job works.
        entry["launch"] = {
            "command": words("LAUNCH"),
            "ready_s": number("READY_SECONDS"),
            "cwd": str(Path.cwd()),
            **({"port": number("PORT")} if os.environ["PORT"] else {}),
        }
    if adapter:
        # An adapter runs beside the file of targets; relative paths are meant from where the job works.
        entry["state"] = {"command": [sys.executable, "-P", "-c", FROM_HERE, str(Path.cwd()), *words("ADAPTER")]}
    else:
        entry["state"] = state or ("create" if launch else "existing")
    return entry


def number(name: str) -> int:
    """Return an input that is a number; raise InputError where it is none."""
    value = os.environ[name]
    if not value.isascii() or not value.isdigit():
        raise InputError(f"{name.lower().replace('_', '-')} is a whole number, not {value!r}")
    return int(value)


def main() -> int:
    """Print the file; JSON is YAML, and quotes everything."""
    try:
        entry = target()
    except InputError as error:
        received = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=conformance::{received}", file=sys.stderr)
        return 2
    print(json.dumps({"targets": {"target": entry}}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
