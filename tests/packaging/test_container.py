"""The container, as far as it can be tested without an engine: its steps run in clean folders, and what it says."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.targets.configuration import load_targets

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docs" / "examples" / "compose"
HADOLINT = Path(sysconfig.get_path("scripts")) / "hadolint"
TIMEOUT_S = 240

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("dockerfile_parse") is None, reason="dockerfile-parse: extra dev"),
]


def instructions(name: str) -> list[str]:
    from dockerfile_parse import DockerfileParser  # noqa: PLC0415 - not installed everywhere

    with (ROOT / "Dockerfile").open("rb") as file:
        structure: list[dict[str, Any]] = DockerfileParser(fileobj=file).structure
    return [row["value"] for row in structure if row["instruction"] == name]


def test_the_bases_are_one_image_by_tag_and_digest_and_nothing_runs_as_root() -> None:
    bases = {item.split(" AS ")[0] for item in instructions("FROM")}
    (base,) = bases
    assert "@sha256:" in base
    assert ":" in base.split("@")[0]
    (user,) = instructions("USER")
    assert user.split(":")[0].isdecimal()
    assert user.split(":")[0] != "0"


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint is not installed: extra dev")
def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed: extra dev")
def test_the_steps_install_a_suite_that_runs(tmp_path: Path) -> None:
    source, prefix, work = tmp_path / "src", tmp_path / "opt", tmp_path / "work"
    ignored = shutil.ignore_patterns("__pycache__")
    source.mkdir()
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            item = ROOT / line[1:]
            copy = shutil.copy if item.is_file() else lambda old, new: shutil.copytree(old, new, ignore=ignored)
            copy(item, source / item.name)
    # No network: what the suite depends on is found where these tests have it.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_CACHE_DIR": "1"}
    paths = os.pathsep.join(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))
    programs = os.pathsep.join((str(prefix / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    env = {"PATH": programs, "HOME": str(tmp_path), "PYTHONPATH": paths, "PREFIX": str(prefix), "WORK": str(work)}
    for step in instructions("RUN"):
        ran = subprocess.run(
            ["/bin/sh", "-c", step], cwd=source, env={**env, **offline}, capture_output=True, text=True,
            timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert work.stat().st_mode & 0o7777 == 0o1777
    shutil.rmtree(source)
    command = [*yaml.safe_load(instructions("ENTRYPOINT")[0]), *yaml.safe_load(instructions("CMD")[0])]
    chosen = ("--select", "*/error/*")
    done = subprocess.run(
        [prefix / "bin" / command[0], *command[1:], *chosen], cwd=work, env=env, capture_output=True, text=True,
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (work / "reports" / "reference" / "report.html").is_file()


def test_the_suite_in_compose_waits_for_the_server_that_its_targets_name() -> None:
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))["services"]
    target = load_targets(COMPOSE / "targets.yaml")[services["conformance"]["command"][1]]
    host = str(target.endpoint_url).removeprefix("http://").partition(":")[0]
    assert set(services) == {"conformance", host}
    assert services["conformance"]["depends_on"][host] == {"condition": "service_healthy"}
    assert services[host]["image"].endswith(f":{target.version}")
    assert (COMPOSE / services["conformance"]["build"] / "Dockerfile").is_file()
