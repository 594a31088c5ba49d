"""What lies around a user, in the working folder and in the environment, takes no part in `conformance run`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import conformance as package
from cli.command import conformance, outcomes, ran, report_of, write_targets

A_FEW = "DescribeHyperParameterTuningJob/error"
DROPS_EVERY_CHECK = "def pytest_collection_modifyitems(items):\n    items.clear()\n"
ENDS_PYTHON = "raise SystemExit('imported from the working folder')\n"

PYTEST_FILES = {
    "conftest.py": DROPS_EVERY_CHECK,
    "tests/conftest.py": DROPS_EVERY_CHECK,
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--collect-only'\n",
    "tox.ini": "[pytest]\naddopts = --collect-only\n",
    "setup.cfg": "[tool:pytest]\naddopts = --collect-only\n",
    "conformance/suite/test_error.py": "def test_nothing(): ...\n",
}
PYTEST_VARIABLES = {
    "PYTEST_ADDOPTS": "--collect-only",
    "PYTEST_PLUGINS": "no_such_plugin",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "",
    "PYTEST_XDIST_WORKER": "gw1",
    "PYTEST_XDIST_WORKER_COUNT": "400",
}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "variables"), [(PYTEST_FILES, {}), ({}, PYTEST_VARIABLES)], ids=["files", "variables"]
)
def test_what_is_meant_for_other_tests_changes_no_run(
    files: dict[str, str], variables: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, files)
    write_targets(tmp_path, reference="{kind: reference, budget: 300}")  # too few where 400 workers share it
    ended = conformance("run", "--select", A_FEW, "--report-dir", "out", cwd=tmp_path, **variables)
    assert ended.code == 0, ended.said
    assert set(outcomes(report_of(tmp_path / "out")).values()) == {"passed"}


@pytest.mark.parametrize("workers", [["-n", "2"], ["--tx", "2*popen"]])
def test_modules_of_the_working_folder_shadow_none_of_a_worker(workers: list[str], tmp_path: Path) -> None:
    write(tmp_path, {"types.py": ENDS_PYTHON, "pytest.ini": "[pytest]\naddopts = --collect-only\n", "plug.py": ""})
    program = Path(sys.executable).with_name("conformance")
    arguments = ["run", "--select", A_FEW, "--report-dir", "out", *workers]
    ended = ran([program, *arguments], cwd=tmp_path, env={"PYTEST_PLUGINS": "no_such", "PYTHONWARNINGS": "error"})
    assert ended.code == 0, ended.said
    assert set(outcomes(report_of(tmp_path / "out")).values()) == {"passed"}


@pytest.mark.parametrize("module", ["conformance", "conformance.report"])
def test_a_program_that_python_names_imports_nothing_of_the_working_folder(module: str, tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("click.py", "dataclasses.py", "yaml.py"), ENDS_PYTHON))
    ended = ran([sys.executable, "-m", module, "--help"], cwd=tmp_path)
    assert (ended.code, "Usage:" in ended.out) == (0, True), ended.said


def test_only_a_checkout_may_be_imported_from_where_one_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(package.__file__).resolve().parents[1]
    for folder, stays in ((root, True), (tmp_path, False)):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", ["", str(folder), *sys.path])
        package.use_safe_path()
        assert (str(folder) in sys.path, "" in sys.path) == (stays, stays)
