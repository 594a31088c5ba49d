"""The commands on the pages exit and print as the pages say, and links between pages work."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from console_blocks import blocks, execute

from conformance.contract.loading import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GALLERY = ROOT / "docs" / "gallery" / "README.md"
PROMISED = ("make run", "make test")
MOST_LINKS = 8


def commands() -> Iterator[pytest.param]:  # type: ignore[valid-type]
    for page in PAGES:
        for block in blocks(page):
            for command in block.commands:
                if block.is_run and command.startswith("conformance "):
                    yield pytest.param(command, block.exit_code, id=f"{page.name}: {command}")


@pytest.mark.parametrize(("command", "exit_code"), list(commands()))
def test_the_command_exits_as_the_page_says(command: str, exit_code: int, tmp_path: Path) -> None:
    if " moto" in command and importlib.util.find_spec("moto") is None:
        pytest.skip("moto is not installed: extra moto")
    done = execute(command, tmp_path)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_first_commands_of_the_readme_are_the_two_promised() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
    assert tuple(typed[:2]) == PROMISED


def prose(page: Path) -> str:
    """Return a page without its code, in which brackets mean something else."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def links(page: Path) -> list[tuple[str, str]]:
    """Return what a page links to in the repository: a path, which may be empty, and what is behind its #."""
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?[^)]*\)", prose(page))
    return [(path, anchor) for path, anchor in found if not path.startswith("http")]


def test_links_and_paths_lead_somewhere() -> None:
    named = r"`((?:conformance|tests|contract|benchmarks|action|\.ci)/[\w./-]+)`"
    dead = [
        (page.name, path) for page in [*PAGES, GALLERY] for path, _ in links(page) if not (page.parent / path).exists()
    ]
    text = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    gone = [(name, path) for name in text for path in re.findall(named, text[name]) if not (ROOT / path).exists()]
    assert dead + gone == []


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return what links to a page may name behind the #: its headings, as GitHub writes them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def test_links_into_pages_lead_to_a_heading() -> None:
    dead = [
        f"{page.name}: {path}#{anchor}"
        for page in PAGES
        for path, anchor in links(page)
        if anchor and anchor not in anchors(page.parent / path if path else page)
    ]
    assert dead == []


_ID = re.compile(
    r"(?:DescribeHyperParameterTuningJob|ListTrainingJobsForHyperParameterTuningJob)/[a-z]+/[\w\[\]{}.*?-]*[\w\]}*/-]+"
)


def test_ids_that_pages_name_are_ids(tmp_path: Path) -> None:
    checks = (ROOT / "tests" / "suite" / "ids.txt").read_text(encoding="utf-8").split()
    facts = [fact["id"] for fact in json.loads(execute("conformance facts --json", tmp_path).stdout)]
    every = frozenset(checks) | frozenset(facts)
    unknown = [
        f"{page.name}: {name}"
        for page in PAGES
        if page.name != "catalogue.md"
        for name in _ID.findall(page.read_text(encoding="utf-8"))
        if name not in every
        and not any(item.startswith(f"{name.rstrip('/')}/") or fnmatchcase(item, name) for item in every)
    ]
    assert unknown == []


def test_output_on_pages_is_of_the_contract_of_today() -> None:
    today = load().digest[:12]
    shown = {
        (page.name, digest)
        for page in PAGES
        for digest in re.findall(r"^  contract +([0-9a-f]{12}),", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {name for name, _ in shown} >= {"README.md", "api-reviewers.md"}
    assert {page for page, digest in shown if digest != today} == set(), "made with `make docs`"


def test_the_readme_has_at_most_eight_links_and_leads_to_every_page_in_two() -> None:
    first, second = (
        {(page.parent / path).resolve() for path, _ in links(page) if path}
        for page in (ROOT / "README.md", ROOT / "docs" / "README.md")
    )
    assert len(first - {ROOT / "docs" / "report.png"}) <= MOST_LINKS
    assert [page.name for page in PAGES[1:] if page not in first | second] == []
