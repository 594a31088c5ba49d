"""The worked example is a draft of today, and what a person added to it: a behaviour."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli.command import conformance

from conformance.contract.loading import load
from third_operation.worked_example import FOLDER, OPERATION, example

ADDED = "behaviours/ended-jobs.yaml"
"""What no draft has written."""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the example, drafted again."""
    botocore = pytest.importorskip("botocore")
    version = example().sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the draft is that of botocore {version}, installed is {botocore.__version__}")
    shutil.copytree(FOLDER, tmp_path / "copy")
    return tmp_path / "copy"


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}


def test_a_second_draft_has_nothing_to_change(copied: Path) -> None:
    done = conformance("draft", "sagemaker", OPERATION, "--output", "copy", cwd=copied.parent)
    assert (done.code, done.out) == (0, "copy: nothing to change\n")
    assert files(copied) == files(FOLDER)


def test_a_fresh_draft_is_the_example_without_what_a_person_added(copied: Path) -> None:
    fresh = copied.parent / "fresh"
    done = conformance("draft", "sagemaker", OPERATION, "--output", fresh, cwd=copied.parent)
    assert done.code == 0, done.said
    written = files(FOLDER)
    del written[ADDED]
    assert files(fresh) == written
    assert json.loads((FOLDER / ".draft.json").read_text(encoding="utf-8"))["files"] == written
    assert load(fresh).facts == example().facts
