"""Lets the AWS CLI write its pages: `python -m conformance.documents.cli_generator SERVICE [OPERATION...]`.

A process of its own, because awscli has a botocore of its own, and puts it in place of the installed one. Prints JSON:
the pages by operation, and the folder of the service models that they were made from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import botocore
from awscli.bcdoc.docevents import generate_events
from awscli.clidriver import create_clidriver


def written(service: str, operations: list[str]) -> dict[str, Any]:
    """Return the pages of these operations, of all if none is named, and the folder of the models."""
    commands = create_clidriver().create_help_command().command_table[service].create_help_command().command_table
    pages = {}
    for command in commands.values():
        page = command.create_help_command()
        model: Any = getattr(page, "obj", None)
        if not hasattr(model, "service_model") or (operations and model.name not in operations):
            continue  # a command of the client's own, or none that is asked for
        page.doc.target = "html"
        handler = page.EventHandlerClass(page)
        generate_events(page.session, page)
        handler.unregister()
        pages[model.name] = page.doc.getvalue().decode()
    return {"pages": pages, "data": str(Path(botocore.__file__).parent / "data")}


if __name__ == "__main__":
    json.dump(written(sys.argv[1], sys.argv[2:]), sys.stdout)
