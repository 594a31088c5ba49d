"""CONTRIBUTING.md: its check, its report and its operation work when they are added to a copy of the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"```(?:yaml|python|sh)\n(.*?)```", PAGE, re.DOTALL)
TIMEOUT_S = 300


def block(start: str) -> str:
    """Return the block of the page that starts so."""
    (found,) = (text for text in BLOCKS if text.startswith(start))
    return found


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name} has {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\n{text}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of what the page adds to."""
    for name in ("conformance", "contract", "tests/behaviours"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests/conftest.py", "tests/made_once.py", "tests/tls_servers.py", "targets.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(project: Path, *words: str, module: str = "conformance") -> str:
    """Run a module in the copy of the project and return what it prints; fail if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=project, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_check_of_the_guide_works(project: Path) -> None:
    claim = block("- id:")
    case = block("CASES = {\n").removeprefix("CASES = {\n").removesuffix("    # and so on\n}\n")
    (name,) = re.findall(r"id: (\S+)", claim)
    (number,) = re.findall(r"number: (\d+)", claim)
    append(project / "contract" / "behaviours" / "tuning-config.yaml", claim)
    change(project / "contract" / "service.yaml", f"behaviours: {int(number) - 1}", f"behaviours: {number}")
    cases = project / "tests" / "behaviours" / "rule_cases.py"
    (start,) = re.findall(r"^CASES\b.*\{\n", cases.read_text(encoding="utf-8"), re.MULTILINE)
    change(cases, start, start + case)
    mutants = project / "conformance" / "mutation" / "mutants.yaml"
    (start,) = re.findall(r"^  definitions:\n(?:    .*\n)*?    mutants:\n", mutants.read_text("utf-8"), re.MULTILINE)
    change(mutants, start, start + block("      more-in-parallel"))

    assert run(project, "lint").startswith("no findings")
    assert f"/limits/{name}" in run(project, "explain", name)
    assert "Selection conforms" in run(project, "run", "--select", "*/limits/parallel*", "--strict")
    assert "passed" in run(project, "-q", "-p", "no:cacheprovider", "tests/behaviours", "-k", name, module="pytest")
    assert "1 tried (a selection), 1 caught" in run(project, "prove", "--select", "*/more-in-parallel*", "-v")


def test_the_report_of_the_guide_works(project: Path) -> None:
    writing = project / "conformance" / "report" / "writing.py"
    (line,) = re.findall(r'`("report\.tap": .*?)`', PAGE)
    (project / "conformance" / "report" / "tap.py").write_text(block('"""report.tap'), encoding="utf-8")
    change(writing, '"badge.json": ', f'{line}\n        "badge.json": ')
    change(writing, "\n\nclass ReportError", "from conformance.report.tap import render_tap\n\n\nclass ReportError")
    run(project, "run", "--area", "error")
    first, *rest = (project / "reports" / "reference" / "report.tap").read_text(encoding="utf-8").splitlines()
    assert first == f"1..{len(rest)}"
    assert all(line.startswith("ok ") for line in rest)


def test_the_operation_of_the_guide_works_in_the_contract_of_the_package(project: Path) -> None:
    example, contract = ROOT / "docs" / "examples" / "third-operation", project / "contract"
    known = "\n".join(path.read_text(encoding="utf-8") for path in (contract / "shapes").glob("*.yaml"))
    names = set(re.findall(r"^(\w+):", known, re.MULTILINE))
    for path in (example / "shapes").glob("*.yaml"):
        shapes = re.split(r"^(?=\w+:)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        new = [shape for shape in shapes if shape.split(":")[0] not in names]
        if any(shape[:1].isalpha() for shape in new):
            (contract / "shapes" / f"third-{path.name}").write_text("".join(new), encoding="utf-8")
    for folder in ("operations", "citations"):
        shutil.copytree(example / folder, contract / folder, dirs_exist_ok=True)
    sources = (example / "sources.yaml").read_text(encoding="utf-8")
    documents = sources.partition("documents:\n")[2].partition("\nothers:")[0]
    documents = re.sub(r"edition: (\d)", r"edition: 9\1", documents)
    change(contract / "sources.yaml", "documents:\n", f"documents:\n{documents}\n")
    assert run(project, "lint").startswith("no findings")
    printed = run(project, "run", "--operation", "ListHyperParameterTuningJobs", "--area", "order")
    assert "checks passed, none failed" in " ".join(printed.split())


def test_the_law_that_the_guide_shows_is_in_the_code() -> None:
    laws = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "conformance" / "checks").rglob("*.py"))
    assert block("@Law(") in laws
