"""Compiled templates: kept where Python keeps its modules, and never needed."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import Template

from conformance.report.templating import environment


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    return tmp_path


def kept(folder: Path) -> list[Path]:
    return sorted(folder.rglob("jinja-*"))


def compiled() -> Template:
    made = environment(autoescape=False)
    source = (files("conformance.report") / "templates" / "report.md.j2").read_text("utf-8")
    made.filters.update(dict.fromkeys(re.findall(r"\|\s*(\w+)", source), str))
    return made.get_template("report.md.j2")


def test_a_template_is_compiled_once_and_read_again(cache: Path) -> None:
    compiled()
    (path,) = kept(cache)
    before = path.stat().st_mtime_ns
    compiled()
    assert kept(cache) == [path]
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("broken", [b"", b"not bytecode", b"j2" * 40])
def test_what_was_kept_and_is_broken_is_made_again(cache: Path, broken: bytes) -> None:
    compiled()
    (path,) = kept(cache)
    whole = path.read_bytes()
    path.write_bytes(broken)
    compiled()
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_does_no_harm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "file").write_text("")
    monkeypatch.setattr(sys, "pycache_prefix", str(cache / "file"))
    assert compiled().name == "report.md.j2"
    assert kept(cache) == []


def test_nothing_is_kept_where_python_keeps_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compiled()
    assert kept(cache) == []
