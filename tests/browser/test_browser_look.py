"""report.html for everybody: accessible in light and dark, narrow and on paper, and quick to open with many results."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from html_pages import BEYOND_THE_EDGE
from playwright.sync_api import Page, expect

from browser import runs
from browser.conftest import Open
from conformance.report.run import Record

pytestmark = pytest.mark.slow

BROKEN = runs.broken_in_some_ways()
MOST_ELEMENTS = 6_000
"""What a browser lays out in a blink: with a row an element, ten thousand results come to twenty times as many."""


def problems(page: Page) -> list[str]:
    """Return what axe finds, each with the first element that it found it in."""
    found = Axe().run(page).response["violations"]
    return [f"{item['id']} ({len(item['nodes'])}): {item['nodes'][0]['html'][:200]}" for item in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["broken", "conforming"])
def test_axe_finds_nothing(open_report: Open, scheme: str, name: str) -> None:
    page = open_report(BROKEN if name == "broken" else runs.conforming(), scheme=scheme)
    assert problems(page) == []
    if name == "conforming":
        return
    for summary in ("#finding-1 .exchanges > summary", "#finding-1 .others > summary", ".reason > summary"):
        page.locator(summary).first.click()
    page.locator("#finding-1 .others .row > details > summary").first.click()
    page.locator("select[name=outcome]").select_option("broken")
    expect(page.locator("#matches")).to_contain_text("match")
    page.locator("#tree .row > details > summary").first.click()
    assert problems(page) == []


@pytest.mark.parametrize("width", [320, 1600])
def test_nothing_is_wider_than_the_window(open_report: Open, width: int) -> None:
    page = open_report(BROKEN)
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#finding-1 .others > summary").click()
    page.locator("#finding-1 .others .row > details > summary").first.click()
    page.locator("select[name=outcome]").select_option("broken")
    expect(page.locator("#tree .row").first).to_be_visible()
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_paper_has_the_findings_and_none_of_the_controls(open_report: Open) -> None:
    page = open_report(BROKEN)
    page.emulate_media(media="print")
    for hidden in ("nav", "#explorer", "#finding-1 .copy >> nth=0", "#finding-1 .exchanges >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#finding-1 .reproduce").first).to_be_visible()
    expect(page.locator("#results")).to_be_visible()
    assert page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize(("results", "failures"), [(10_000, 3), (10_000, 3_000)])
def test_ten_thousand_results_open_with_few_elements(open_report: Open, results: int, failures: int) -> None:
    large: Record = runs.large(results, failures)
    page = open_report(large)
    assert page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS
    page.locator("input[value=checks]").check()
    expect(page.locator("#matches")).to_have_text("all 10,000 checks")
    page.get_by_role("searchbox").fill("Describe")
    expect(page.locator("#matches")).to_contain_text("of 10,000 checks match")
    for branch in page.locator("#tree .branch .branch > summary").all():
        branch.click()
    assert page.evaluate("document.querySelectorAll('*').length") < 3 * MOST_ELEMENTS


def test_rows_and_findings_beyond_the_first_come_on_demand(open_report: Open) -> None:
    page = open_report(runs.large(400, 120))
    expect(page.locator("article")).to_have_count(50)
    page.get_by_role("button", name="Show 50 more findings").click()
    expect(page.locator("article")).to_have_count(100)
    expect(page.locator("article").nth(50).locator("summary").first).to_be_focused()
    page.get_by_role("button", name="Show 20 more findings").click()
    expect(page.locator("article")).to_have_count(120)
    expect(page.locator("#more-findings > button")).to_be_hidden()
    page.locator("input[value=checks]").check()
    area = page.locator("#tree .branch .branch", has=page.locator("> summary", has_text="120 failed"))
    area.locator("> summary").click()
    expect(area.locator(".row")).to_have_count(100)
    area.get_by_role("button", name="more of").click()
    assert area.locator(".row").count() > 100
