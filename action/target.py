"""Prints the file of targets for the server that the inputs describe: LAUNCH, or URL with STATE or ADAPTER.

Commands are split into words as by a shell, but no shell reads them. Exits with 2 and an annotation if the inputs are
no target.
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
    """The inputs are no target; the message says what to do."""


def words(name: str) -> list[str]:
    """Return the words of a command line; raise InputError for unbalanced quotes."""
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
        # The file is in another folder; relative paths are relative to the workspace.
        entry["launch"] = {
            "command": words("LAUNCH"),
            "ready_s": number("READY_SECONDS"),
            "cwd": str(Path.cwd()),
            **({"port": number("PORT")} if os.environ["PORT"] else {}),
        }
    if adapter:
        # An adapter runs in the folder of the file; relative paths are relative to the workspace.
        entry["state"] = {"command": [sys.executable, "-P", "-c", FROM_HERE, str(Path.cwd()), *words("ADAPTER")]}
    else:
        entry["state"] = state or ("create" if launch else "existing")
    return entry


def number(name: str) -> int:
    """Return an input that is a number; raise InputError if it is none."""
    value = os.environ[name]
    if not value.isascii() or not value.isdigit():
        raise InputError(f"{name.lower().replace('_', '-')} is a whole number, not {value!r}")
    return int(value)


def main() -> int:
    """Print the file, as JSON: that is YAML, with everything quoted."""
    try:
        entry = target()
    except InputError as error:
        message = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=conformance::{message}", file=sys.stderr)
        return 2
    print(json.dumps({"targets": {"target": entry}}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
