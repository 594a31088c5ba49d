"""The wheel carries the contract, and the installed command needs no checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
A_FEW = "*/error/*"
TIMEOUT_S = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed: extra dev"),
    pytest.mark.skipif(importlib.util.find_spec("build") is None, reason="build is not installed: extra dev"),
]


def run(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody would who has no checkout and no virtual environment at hand."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, **more},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of an environment with the wheel, and with what the testing one has."""
    home = tmp_path_factory.mktemp("environment")
    made = run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    assert made.returncode == 0, made.stderr
    own = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    # A path in a .pth file is added as it is: the .pth files in there, and so an editable install, are not followed.
    paths = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (own / "dependencies.pth").write_text("\n".join(paths) + "\n", encoding="utf-8")
    python = home / "bin" / "python"
    pip = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--force-reinstall",
              "--no-index", wheel, cwd=home)  # fmt: skip
    if not (own / "conformance").is_dir():
        pytest.fail(f"pip did not install the wheel:\n{pip.stdout}{pip.stderr}", pytrace=False)
    return python.parent


def files_below(folder: Path, inside: str) -> set[str]:
    """Return where the files of a folder are in the wheel."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {f"{inside}/{path.as_posix()}" for path in paths if "__pycache__" not in path.parts}


def test_every_file_of_package_and_contract_is_inside_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package, data = (
        files_below(ROOT / "conformance", "conformance"),
        files_below(ROOT / "contract", "conformance/_contract"),
    )
    assert len(data) > len(("sources", "service", "schema"))
    assert any(name.endswith(".html.j2") for name in package)
    assert any(name.startswith("conformance/worlds/data/") for name in package)
    assert package | data | {"conformance/_targets.yaml"} <= inside
    assert {name.split("/")[0] for name in inside} == {"conformance"}


def test_the_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    received = run(installed / "python", "-c", "import conformance; print(conformance.__file__)", cwd=tmp_path)
    assert received.stdout.startswith(str(installed.parent)), received.stdout + received.stderr


def test_a_run_needs_no_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "conformance", "run", "--select", A_FEW, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "reports" / "reference" / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["passed"] > 0
    assert report["summary"]["failed"] == 0


def test_facts_contract_and_targets_come_along(installed: Path, tmp_path: Path) -> None:
    facts = run(installed / "python", "-m", "conformance", "facts", "--json", cwd=tmp_path)
    assert len(json.loads(facts.stdout)) > 1000, facts.stderr
    lint = run(installed / "conformance", "lint", cwd=tmp_path)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    unknown = run(installed / "conformance", "run", "nobody", cwd=tmp_path)
    assert unknown.returncode == 2, unknown.stdout
    assert "moto" in unknown.stderr


def test_pytest_finds_the_suite(installed: Path, tmp_path: Path) -> None:
    done = run(
        installed / "python", "-m", "pytest", "--pyargs", "conformance.suite", "--target", "reference",
        "--select", A_FEW, "-q", "-p", "no:cacheprovider", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel without its dependencies, as there is no network here: it looks where these tests have them."""
    path = tmp_path_factory.mktemp("bare") / wheel.name
    paths = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(path, "w") as less:
        for item in whole.namelist():
            content = whole.read(item)
            if item.endswith(".dist-info/METADATA"):
                content = re.sub(rb"Requires-Dist: .*\n", b"", content)
            less.writestr(item, content)
        less.writestr("dependencies.pth", "\n".join(paths))
    return path


@pytest.mark.parametrize(
    "launcher",
    [("uvx", "--no-config", "--offline", "--from"), ("pipx", "run", "--pip-args=--no-index", "--spec")],
    ids=lambda launcher: launcher[0],
)
def test_a_launcher_runs_the_wheel_in_an_environment_of_its_own(
    launcher: tuple[str, ...], bare: Path, tmp_path: Path
) -> None:
    program = Path(sysconfig.get_path("scripts")) / launcher[0]
    if not program.exists():
        pytest.skip(f"{launcher[0]} is not installed: extra dev")
    own = {"HOME": str(tmp_path), "UV_PYTHON": sys.executable}
    done = run(program, *launcher[1:], bare, "conformance", "run", "--select", A_FEW, cwd=tmp_path, **own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Selection conforms" in done.stdout
