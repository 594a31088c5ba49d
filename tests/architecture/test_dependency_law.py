"""The dependency law of docs/architecture.md: an arrow between rooms may only point down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "conformance"

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "visible": set(),
    "forms": set(),
    "program": {"errors", "visible"},
    "output": {"errors"},
    "inputs": {"errors"},
    "contract": {"errors", "inputs"},
    "worlds": {"errors", "inputs"},
    "wire": {"errors", "output", "forms"},
    "targets": {"errors", "inputs", "output", "contract", "wire", "worlds"},
    "session": {"contract", "wire"},
    "checks": {"contract", "wire", "worlds", "session"},
    "clients": {"errors", "contract", "wire", "targets", "session", "checks"},
    "report": {"errors", "visible", "output", "forms", "contract", "program"},
    "documents": {"errors", "visible", "forms", "program", "contract", "report"},
    "reference": {"errors", "output", "contract", "wire", "worlds"},
    "drafting": {"errors", "output", "contract", "wire", "documents"},
    "suite": {
        "errors", "inputs", "visible", "output", "forms", "contract", "worlds", "wire", "targets", "session", "checks",
        "clients", "report", "reference", "drafting",
    },
    "mutation": {
        "errors", "forms", "contract", "worlds", "wire", "session", "checks", "clients", "suite", "reference",
    },
    "survey": {"errors", "contract", "documents", "drafting", "suite"},
    "scoreboard": {"errors", "inputs", "output", "contract", "targets", "report", "drafting", "suite"},
    "cli": {
        "errors", "visible", "output", "forms", "program", "contract", "worlds", "wire", "targets", "checks", "suite",
        "report", "reference", "mutation", "documents", "drafting", "scoreboard",
    },
    "__main__": {"cli"},
}  # fmt: skip
"""Each room, and the rooms that it may import beside itself and the version in `conformance`."""

MAY_NAME_THE_REFERENCE_SERVER = ("reference/", "suite/embedded.py", "cli/serve.py", "mutation/")
"""Beside itself: where a run starts it, the command that serves it, and what proves the suite with variants of it."""

ABOUT_TUNING_JOBS = ("checks/tuning/", "worlds/", "reference/", "mutation/", "targets/state.py")
"""Where names of the two operations and of their members belong; the rest of the package is generic over contracts."""

NAMES_OF_TUNING_JOBS = ("HyperParameter", "TrainingJob", "TuningJob")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def within(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def imports(module: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of each import, wherever in the module it stands."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{within(module)}:{node.lineno}: imports are written in full"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def imported_rooms(module: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the room of each import from the package."""
    for line, name in imports(module):
        package, _, rest = name.partition(".")
        if package == "conformance" and rest:
            yield line, rest.split(".")[0]


def texts(module: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string and name of a module, docstrings and comments aside."""
    tree = parsed(module)
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            if isinstance(node.value, str | bytes):
                yield node.lineno, node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id


def test_every_room_has_a_rule() -> None:
    rooms = {room_of(module) for module in modules()} - {"__init__"}
    assert rooms <= set(MAY_IMPORT)


def test_the_law_itself_has_no_circle() -> None:
    placed: set[str] = set()
    while left := {room for room in MAY_IMPORT if room not in placed}:
        next_up = {room for room in left if MAY_IMPORT[room] <= placed}
        assert next_up, f"these rooms import each other: {sorted(left)}"
        placed |= next_up


def test_imports_point_down() -> None:
    offences = [
        f"{within(module)}:{line} imports {room}"
        for module in modules()
        for line, room in imported_rooms(module)
        if room not in {room_of(module), "__version__"} | MAY_IMPORT.get(room_of(module), set())
    ]
    assert offences == []


def test_judge_and_implementer_share_the_contract_and_nothing_else() -> None:
    judges = {"session", "checks", "clients", "targets", "suite", "report", "cli"}
    assert not MAY_IMPORT["reference"] & judges
    offences = [
        f"{within(module)}:{line}"
        for module in modules()
        for line, room in imported_rooms(module)
        if room == "reference" and not within(module).startswith(MAY_NAME_THE_REFERENCE_SERVER)
    ]
    assert offences == []


def test_only_rooms_about_tuning_jobs_name_them() -> None:
    offences = [
        f"{within(module)}:{line}: {text[:60]}"
        for module in modules()
        if not within(module).startswith(ABOUT_TUNING_JOBS)
        for line, text in texts(module)
        if any(name in text for name in NAMES_OF_TUNING_JOBS)
    ]
    assert offences == []


def test_laws_do_no_input_or_output() -> None:
    forbidden = {"requests", "boto3", "socket", "http", "urllib3", "pathlib", "os", "subprocess", "random", "time"}
    offences = [
        f"{within(module)}:{line}: {name}"
        for module in sorted((PACKAGE / "checks").rglob("*.py"))
        for line, name in imports(module)
        if name.split(".")[0] in forbidden and name != "http.HTTPStatus"
    ]
    assert offences == []


@pytest.mark.parametrize("room", sorted({room_of(module) for module in modules()} - {"__init__", "__main__"}))
def test_the_page_of_the_architecture_names_every_room(room: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    name = f"conformance.{room}"
    assert f"`{name}`" in page, f"docs/architecture.md does not tell of {name}"
