"""The gallery: what its page leads to is there, small enough, and tells nothing of the machine that made it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.report.markdown import LIMIT

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery"
PAGE = (GALLERY / "README.md").read_text(encoding="utf-8")
REPORTS = sorted(GALLERY.glob("*/report.html"))
TEXTS = sorted(path for path in GALLERY.rglob("*") if path.suffix in {".html", ".md"})


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if "://" not in link]
    assert len(links) > 8
    assert [link for link in links if not (GALLERY / link).is_file()] == []


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_the_page_says_what_each_report_says(report: Path) -> None:
    name = report.parent.name
    (row,) = (line for line in PAGE.splitlines() if f"({name}/report.html)" in line)
    said = row.split(" | ")[1].partition(": ")
    head = report.with_suffix(".md").read_text(encoding="utf-8").splitlines()
    assert head[0].startswith(f"# {said[0]}: {name}")
    assert head[2] == said[2]


def test_there_is_the_reference_server_and_moto_in_three_versions() -> None:
    assert [report.parent.name.partition("-")[0] for report in REPORTS] == ["moto", "moto", "moto", "reference"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(GALLERY)))
def test_nothing_is_told_of_the_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for trace in (str(ROOT), str(Path.home()), "/site-packages", "build/gallery/runs"):
        assert trace not in text, trace
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) <= {"5099"}


def test_files_are_no_larger_than_they_need_be() -> None:
    assert max(report.stat().st_size for report in REPORTS) < 2_000_000
    assert (GALLERY / "comparison.html").stat().st_size < 5_000_000
    assert max(len(path.read_text("utf-8")) for path in GALLERY.glob("*/report.md")) <= LIMIT
    pictures = [ROOT / "docs" / "report.png", *GALLERY.glob("*.png")]
    assert len(pictures) > 2
    assert max(picture.stat().st_size for picture in pictures) < 200_000
