"""What lies around a user, in the working folder and in the environment, takes no part in `conformance run`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import conformance as package
from cli.command import conformance, outcomes, ran, report_of, write_targets

pytestmark = pytest.mark.slow

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


def test_a_local_run_reads_no_aws_setting(tmp_path: Path) -> None:
    model = tmp_path / "home" / ".aws" / "models" / "sagemaker" / "2017-07-24" / "service-2.json"
    write(tmp_path, {"config": "no section\n[[", str(model.relative_to(tmp_path)): "{}"})
    settings = {
        "HOME": str(tmp_path / "home"), "AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_PROFILE": "missing",
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "config"), "AWS_DATA_PATH": str(model.parents[2]),
        "AWS_RETRY_MODE": "bogus", "AWS_MAX_ATTEMPTS": "none", "AWS_DEFAULTS_MODE": "bogus", "AWS_REGION": "nowhere",
        "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_STS_REGIONAL_ENDPOINTS": "bogus",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SAGEMAKER": "not a url",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_CA_BUNDLE": "", "AWS_ACCESS_KEY_ID": "half",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "bogus", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "bogus",
        "AWS_BEARER_TOKEN_SAGEMAKER": "token", "AWS_CSM_ENABLED": "true", "AWS_CSM_PORT": "x",
        "BOTOCORE_EXPERIMENTAL__PLUGINS": "mine=no_such_module", "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
    }  # fmt: skip
    ended = conformance("run", "--area", "client", "--report-dir", "out", cwd=tmp_path, **settings)
    assert ended.code == 0, ended.said
    assert set(outcomes(report_of(tmp_path / "out")).values()) <= {"passed", "skipped"}
    assert "passed" in outcomes(report_of(tmp_path / "out")).values()


def test_credentials_that_botocore_fails_on_end_a_run_in_one_error(tmp_path: Path) -> None:
    write(tmp_path, {"config": "[default]\ncredential_process = echo garbage\n"})
    write_targets(tmp_path, aws="{kind: aws, region: us-east-1}")
    ended = conformance("run", "aws", cwd=tmp_path, AWS_CONFIG_FILE=str(tmp_path / "config"))
    assert ended.code == 3
    assert ended.told_without_traceback().startswith("error: the AWS credentials can't be used: ")
