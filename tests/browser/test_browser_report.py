"""report.html in a browser: what its script unfolds, filters, links to and copies."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from browser import runs
from browser.conftest import Open
from conformance.report.findings import group_findings
from conformance.report.result import Outcome

pytestmark = pytest.mark.slow

BROKEN = runs.broken_in_some_ways()
FAILED = [item for item in BROKEN.results if item.outcome is Outcome.FAILED]
FINDINGS = group_findings(BROKEN.results)
TOTAL = f"{len(runs.checks()):,}"
FACTS = f"{len(runs.contract().facts):,}"


def matches(page: Page) -> str:
    return page.locator("#matches").inner_text()


def rows(page: Page) -> list[str]:
    """Return the titles of the rows that can be seen in the tree."""
    return [text for text in page.locator("#tree .row > details > summary .id").all_inner_texts() if text]


def show_checks(page: Page) -> None:
    page.locator("input[value=checks]").check()
    expect(page.locator("#matches")).to_have_text(f"all {TOTAL} checks")


def test_the_first_screen_leads_to_the_findings(open_report: Open) -> None:
    page = open_report(BROKEN)
    expect(page.locator("h1")).to_have_text("Does not conform: a-server")
    page.get_by_role("link", name=FINDINGS[0].title).click()
    expect(page.locator("#finding-1")).to_be_in_viewport()
    expect(page.locator("#finding-1 h3")).to_contain_text(FINDINGS[0].title)


def test_facts_stand_as_a_tree_of_operation_direction_path_and_facets(open_report: Open) -> None:
    page = open_report(BROKEN)
    expect(page.locator("#matches")).to_have_text(f"all {FACTS} facts")
    fact = next(item for item in runs.contract().facts if item.path.count(".") == 1 and item.facet == "type")
    branch = page.locator("#tree")
    for name in (fact.operation, fact.direction, *fact.path.split(".")):
        branch = branch.locator(f"xpath=./details[./summary/span[1][text()='{name}']]")
        if name != fact.operation:
            branch.locator("xpath=./summary").click()
    row = branch.locator("xpath=./ul/li").filter(has_text=f"type = {fact.value}")
    expect(row).to_contain_text("conforms")
    row.locator("> details > summary").click()
    expect(row).to_contain_text(f"{fact.sources[0].id}:{fact.sources[0].line}")
    expect(row.locator(".row").first).to_contain_text(fact.id.replace("/output/", "/response/").rpartition("/")[0])


def test_search_finds_checks_by_every_word(open_report: Open) -> None:
    page = open_report(BROKEN)
    show_checks(page)
    page.get_by_role("searchbox").fill("MaxResults ABOVE")
    wanted = [item.id for item in BROKEN.results if "maxresults" in item.id.lower() and "above" in item.id.lower()]
    assert wanted
    expect(page.locator("#matches")).not_to_have_text(f"all {TOTAL} checks")
    assert set(wanted) <= set(rows(page))
    page.get_by_role("searchbox").fill("no such words anywhere")
    expect(page.locator("#matches")).to_have_text(f"0 of {TOTAL} checks match")


@pytest.mark.parametrize("view", ["checks", "facts"])
def test_every_filter_keeps_what_it_names(open_report: Open, view: str) -> None:
    page = open_report(BROKEN)
    operation, document = FAILED[0].operation, "api-list"
    if view == "checks":
        show_checks(page)
        cited = [item for item in BROKEN.results if document in {place.source for place in item.because}]
        kept = {
            "operation": (operation, sum(item.operation == operation for item in BROKEN.results)),
            "area": ("order", sum(item.area == "order" for item in BROKEN.results)),
            "level": ("should", sum(item.level == "should" for item in BROKEN.results)),
            "outcome": ("failed", len(FAILED)),
            "document": (document, len(cited)),
        }
    else:
        facts = runs.contract().facts
        in_order = {fact for item in BROKEN.results if item.area == "order" for fact in item.facts}
        kept = {
            "operation": (operation, sum(item.operation == operation for item in facts)),
            "area": ("order", len(in_order)),
            "level": ("should", sum(item.level == "should" for item in facts)),
            "outcome": ("broken", len({fact for item in FAILED for fact in item.facts})),
            "document": (document, sum(document in {source.id for source in item.sources} for item in facts)),
        }
    total = TOTAL if view == "checks" else FACTS
    for name, (value, wanted) in kept.items():
        assert wanted > 1, name
        page.locator(f"select[name={name}]").select_option(value)
        expect(page.locator("#matches")).to_contain_text(f"{wanted:,} of {total} {view}")
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#matches")).to_have_text(f"all {FACTS} facts")
        if view == "checks":
            show_checks(page)


def test_a_view_is_kept_in_the_address_and_comes_back_from_it(open_report: Open) -> None:
    page = open_report(BROKEN)
    show_checks(page)
    page.locator("select[name=area]").select_option("request")
    page.locator("select[name=outcome]").select_option("failed")
    page.get_by_role("searchbox").fill(FAILED[0].subject)
    expect(page).to_have_url(re.compile("q="))
    received, address = matches(page), page.url.partition("#")[2]
    shared = open_report(BROKEN, f"#{address}")
    expect(shared.locator("#matches")).to_have_text(received)
    expect(shared.get_by_role("searchbox")).to_have_value(FAILED[0].subject)
    assert rows(shared) == rows(page)


def test_numbers_by_area_lead_to_those_checks(open_report: Open) -> None:
    page = open_report(BROKEN)
    page.locator("#results ~ .wide td.failed a, section[aria-labelledby=results] td.failed a").first.click()
    expect(page.locator("#matches")).to_contain_text(f"of {TOTAL} checks match")
    assert set(rows(page)) <= {item.id for item in FAILED}


def address_of(check: str) -> str:
    return f"#{quote(check, safe='/')}"


def test_a_deep_link_to_the_first_check_of_a_finding_shows_the_finding(open_report: Open) -> None:
    lead = FINDINGS[-1].lead
    page = open_report(BROKEN, address_of(lead.id))
    expect(page.locator(".lead.hit")).to_be_in_viewport()
    expect(page.locator(".lead.hit .id").first).to_have_text(lead.id)


@pytest.mark.parametrize("which", ["failed", "passed", "skipped"])
def test_a_deep_link_to_any_check_opens_its_row_whatever_is_filtered(open_report: Open, which: str) -> None:
    leads = {item.lead.id for item in FINDINGS}
    result = [item for item in BROKEN.results if item.outcome == which and item.id not in leads][-1]
    page = open_report(BROKEN)
    page.locator("select[name=level]").select_option("should")
    page.get_by_role("searchbox").fill("nothing has these words")
    expect(page.locator("#matches")).to_have_text(f"0 of {FACTS} facts match")
    page.evaluate("address => { location.hash = address }", address_of(result.id))
    row = page.locator(".row.hit")
    expect(row.locator("> details")).to_have_attribute("open", "")
    expect(row).to_be_in_viewport()
    expect(row.locator("code.id").first).to_have_text(result.id)
    expect(row.locator("summary").first).to_be_focused()
    again = open_report(BROKEN, address_of(result.id))
    expect(again.locator(".row.hit code.id").first).to_have_text(result.id)


def test_a_deep_link_to_a_fact_opens_it(open_report: Open) -> None:
    fact = next(item for item in reversed(runs.contract().facts) if "{" in item.path or "[" in item.path)
    page = open_report(BROKEN, f"#fact:{quote(fact.id, safe='/')}")
    expect(page.locator(".row.hit code.id").first).to_have_text(fact.id)
    expect(page.locator(".row.hit > details")).to_have_attribute("open", "")


def test_a_deep_link_to_nothing_says_so(open_report: Open) -> None:
    page = open_report(BROKEN, "#No/such/check")
    expect(page.locator("#status")).to_have_text("There is no check No/such/check in this report.")


def test_a_row_leads_from_a_check_to_its_fact(open_report: Open) -> None:
    result = next(item for item in FAILED if item.facts and item.id not in {found.lead.id for found in FINDINGS})
    page = open_report(BROKEN, address_of(result.id))
    page.locator(".row.hit dd a.id").first.click()
    expect(page.locator(".row.hit code.id").first).to_have_text(result.facts[0])
    expect(page.locator(".row.hit > details > summary")).to_contain_text("broken")


def laid_out(answer: Locator) -> None:
    """Wait until the page has laid out the body of an answer, which it does some time after the click."""
    ends = "([answer, body]) => answer.innerText.endsWith(body)"
    answer.page.wait_for_function(ends, arg=[answer.element_handle(), runs.BODY_LAID_OUT])


def test_what_came_back_is_text_and_bodies_are_laid_out_as_they_were_sent(open_report: Open) -> None:
    page = open_report(BROKEN)
    finding = page.locator("#finding-1")
    expect(finding.locator(".received").first).to_have_text(runs.HOSTILE.replace("\u202e", "\\u202e"))
    finding.locator(".exchanges > summary").click()
    laid_out(finding.locator(".exchanges pre").last)
    finding.locator(".others > summary").click()
    row = finding.locator(".others .row").first
    row.locator("summary").first.click()
    row.locator(".exchanges > summary").click()
    laid_out(row.locator(".exchanges pre").last)
    assert page.locator("img").count() == 0


def test_copy_buttons_copy_what_stands_beside_them(open_report: Open) -> None:
    page = open_report(BROKEN)
    finding = page.locator("#finding-1")
    for name, wanted in (("Copy the line", runs.CURL), ("Copy the id of the check", FINDINGS[0].lead.id)):
        button = finding.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == wanted
    expect(page.locator("#status")).to_have_text("Copied")


def test_a_view_is_copied_as_a_link(open_report: Open) -> None:
    page = open_report(BROKEN)
    page.locator("select[name=outcome]").select_option("broken")
    page.get_by_role("button", name="Copy link to this view").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("report.html#?outcome=broken")


def test_everything_can_be_done_by_keyboard(open_report: Open) -> None:
    page = open_report(BROKEN)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#findings")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("min_length")
    page.get_by_role("button", name="Copy link to this view").focus()
    page.keyboard.press("Tab")
    branch = page.locator("#tree .branch").first
    expect(branch.locator("> summary")).to_be_focused()
    expect(branch).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(branch).not_to_have_attribute("open", "")


def test_who_leaves_the_search_finds_the_tree_as_it_stays(open_report: Open) -> None:
    page = open_report(BROKEN)
    page.clock.install()
    page.clock.pause_at("2100-01-01")
    page.get_by_role("searchbox").press_sequentially("min_length")
    expect(page.locator("#matches")).to_have_text(f"all {FACTS} facts")
    page.keyboard.press("Tab")
    expect(page.locator("#matches")).to_contain_text("match")
    first = page.locator("#tree .branch").first.element_handle()
    page.clock.run_for(1_000)
    assert first.evaluate("branch => branch.isConnected"), "the tree was replaced once more"


def test_what_was_not_exercised_unfolds_by_reason(open_report: Open) -> None:
    page = open_report(BROKEN)
    reason = page.locator(".reason", has_text="nothing to put in order").first
    reason.locator("summary").first.click()
    in_order = [item.id for item in BROKEN.results if item.area == "order"]
    expect(reason.locator(".row")).to_have_count(len(in_order))
    assert reason.locator(".row .id").all_inner_texts() == in_order


def test_the_page_reads_without_script(open_report: Open) -> None:
    page = open_report(BROKEN)
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto(page.url)
    expect(plain.locator("h1")).to_have_text("Does not conform: a-server")
    expect(plain.locator("#finding-1 .reproduce")).to_be_visible()
    expect(plain.locator("noscript p")).to_contain_text("report.json")
    for unusable in ("button", "#explorer", ".others"):
        for item in plain.locator(unusable).all():
            expect(item).to_be_hidden()
    context.close()
