"""The page of `conformance scoreboard` in a browser: filters, links from cells to findings, narrow windows."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from html_pages import BEYOND_THE_EDGE
from playwright.sync_api import Page, expect
from scoreboard.boards import SMALL

from browser.conftest import Open
from conformance.report.scoreboard_pages import render_scoreboard_html

pytestmark = pytest.mark.slow

HTML = render_scoreboard_html(SMALL)


def shown(page: Page) -> list[str]:
    """Return the cells whose findings are shown."""
    ids: list[str] = page.eval_on_selector_all(
        "section.cell details", "all => all.filter(one => one.offsetParent).map(one => one.parentElement.id)"
    )
    return ids


def test_target_contract_area_and_words_narrow_figures_and_findings(open_page: Open) -> None:
    page = open_page(HTML)
    assert set(shown(page)) == {"mine-1/things", "mine-2/things", "other/things"}
    page.get_by_label("Target").select_option("other")
    assert set(shown(page)) == {"other/things"}
    assert page.locator(".board td:visible[data-target='mine-1']").count() == 0
    page.get_by_label("Target").select_option("")
    page.locator("#area").select_option("pagination")
    assert shown(page) == ["mine-2/things"], "the check without an answer"
    assert page.locator("tr.part:visible th").all_inner_texts() == ["pagination"]
    page.locator("#area").select_option("")
    page.get_by_role("searchbox").fill("invalid REQUEST length-33")
    expect(page.get_by_role("status")).to_contain_text("0 of")
    page.get_by_role("searchbox").fill("read/request/name")
    expect(page.get_by_role("status")).to_contain_text("3 of")


def test_a_cell_leads_to_its_findings_by_the_keyboard(open_page: Open) -> None:
    page = open_page(HTML)
    link = page.locator("tr.part:visible", has_text="Read").locator("td[data-target='mine-1'] a")
    link.focus()
    page.keyboard.press("Enter")
    section = page.locator("[id='mine-1/things']")
    expect(section).to_be_in_viewport()
    expect(page.get_by_role("searchbox")).to_have_value("Read")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(section.locator("dl").first).to_be_visible()
    page.get_by_role("searchbox").fill("nothing like it")
    expect(section).to_be_hidden()
    page.evaluate("location.hash = ''; location.hash = '#mine-1/things'")
    expect(section).to_be_in_viewport()


def test_the_way_back_leads_to_the_cell_and_what_was_searched_for(open_page: Open) -> None:
    page = open_page(HTML)
    page.get_by_role("searchbox").fill("rea")
    link = page.locator("tr.part:visible", has_text="Read").locator("td[data-target='mine-1'] a")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value("Read")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("rea")
    expect(link).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_board(open_page: Open, scheme: str) -> None:
    page = open_page(HTML, scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found] == []


@pytest.mark.parametrize("width", [320, 390, 800, 1200])
def test_a_board_is_no_wider_than_the_window(open_page: Open, width: int) -> None:
    page = open_page(HTML, width=width)
    assert page.evaluate(BEYOND_THE_EDGE) == []
