"""The JSON Schema of the contract's files, and its verdict on them.

Loading makes the same checks directly, for speed and for better words; the schema is for editors, for other tools and
for people, and lint holds the files against it so that the two never part.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.contract.errors import ContractError, Finding
from conformance.contract.yaml_source import Entries, Section, load_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA_FILE = "contract.schema.json"

_KINDS = {
    "sources.yaml": "sources",
    "service.yaml": "service",
    "observations.yaml": "observations",
    "operations": "operation",
    "shapes": "shapes",
    "citations": "citations",
    "behaviours": "behaviours",
}


def schema_findings(root: Path, shown_root: str, shipped: Path | None = None) -> Iterator[Finding]:
    """Hold each file below a contract's folder against the schema of its kind; a file of no kind is a finding too.

    `shipped` is the folder whose schema counts where the contract brings none of its own.
    """
    import jsonschema  # noqa: PLC0415 - costs more than loading a contract, and only lint needs it

    own = root / SCHEMA_FILE
    path = own if shipped is None or own.is_file() else shipped / SCHEMA_FILE
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield Finding(f"the schema can't be read: {error}", f"{shown_root}/{SCHEMA_FILE}:1", "restore the file")
        return
    validator = jsonschema.Draft202012Validator(schema)
    for file in sorted((*root.rglob("*.yaml"), *root.rglob("*.yml"))):
        relative = file.relative_to(root)
        shown = f"{shown_root}/{relative.as_posix()}"
        kind = _KINDS.get(relative.parts[0])
        if kind is None:
            yield Finding(f"{relative.as_posix()} is no file of a contract", f"{shown}:1", "move it away")
            continue
        try:
            value, _ = load_file(file, shown)
        except ContractError as error:
            yield Finding(error.problem, error.where, error.remedy)
            continue
        narrowed = validator.evolve(schema={**schema, "$ref": f"#/$defs/{kind}"})
        for fault in sorted(narrowed.iter_errors(value), key=lambda fault: fault.json_path):
            where = _line(value, list(fault.absolute_path))
            yield Finding(
                f"the schema refuses {fault.json_path}: {fault.message}", where, f"see $defs/{kind} in {SCHEMA_FILE}"
            )


def _line(value: Section | Entries, path: list[Any]) -> str:
    """Give `file:line` of the deepest value on the path that knows its line."""
    where = value.at()
    current: Any = value
    for step in path:
        if isinstance(current, Section | Entries):
            where = current.at(step)
            current = current[step]
    return where
