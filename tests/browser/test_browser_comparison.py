"""The matrix of `conformance compare --html` in a browser: filters, search, deep links, the header that stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from comparison.small_runs import FAILED, NEW, OLD, check, run, side
from html_pages import BEYOND_THE_EDGE
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Open
from conformance.report.comparison.matrix import Matrix, matrix_of, render_matrix_html
from conformance.report.result import Outcome, Result

pytestmark = pytest.mark.slow

SMALL = matrix_of([side(OLD, "old"), side(NEW, "new")])
NUMBER = 3000
LONG = matrix_of(
    [
        side(run(*(check(f"Read/response/Member{n:04}/type", outcome) for n in range(NUMBER))), label)
        for label, outcome in (("a server with a rather long name", Outcome.PASSED), ("b", FAILED))
    ]
)
NAMED_AS_OPERATIONS_ARE = matrix_of(
    [
        side(
            run(
                *(
                    check(f"ListTrainingJobsForHyperParameterTuningJob/{area}/TrainingJobSummaries[].Member/type")
                    for area in ("request", "response", "consistency")
                )
            ),
            label,
        )
        for label in ("reference", "moto")
    ]
)


@pytest.fixture
def open_matrix(open_page: Open) -> Open:
    """Open the page of a matrix."""
    return lambda matrix, *rest, **look: open_page(render_matrix_html(matrix), *rest, **look)


def seen(page: Page) -> list[str]:
    """Return the ids of the rows that can be seen."""
    rows: list[str] = page.eval_on_selector_all(
        "tr[data-id]", "rows => rows.filter(row => row.offsetParent !== null).map(row => row.dataset.id)"
    )
    return rows


def ids(rows: tuple[Result, ...]) -> set[str]:
    return {item.id for item in rows}


def test_rows_that_differ_come_first(open_matrix: Open) -> None:
    page = open_matrix(SMALL)
    assert set(seen(page)) == {claim.id for claim in SMALL.claims if claim.differs}
    page.get_by_label("only those that differ").uncheck()
    assert set(seen(page)) == {claim.id for claim in SMALL.claims}
    page.get_by_label("checks", exact=True).check()
    assert set(seen(page)) == {row.check.id for row in SMALL.rows} == ids(OLD.results) | ids(NEW.results)
    expect(page.get_by_role("status")).to_have_text(f"{len(SMALL.rows)} of {len(SMALL.rows)} rows")


def test_outcome_and_words_narrow_the_rows(open_matrix: Open) -> None:
    page = open_matrix(SMALL)
    page.get_by_label("checks", exact=True).check()
    page.get_by_label("Outcome").select_option("error")
    assert seen(page) == ["Read/protocol/body/empty"]
    page.get_by_label("Outcome").select_option("any")
    page.get_by_role("searchbox").fill("  list  FILTER ")
    expect(page.get_by_role("status")).to_contain_text("2 of")
    assert set(seen(page)) == {"List/filter/Status/Failed", "List/filter/Status/Stopped"}
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_role("status")).to_contain_text("0 of")
    assert not page.locator("tbody tr.area:visible").count(), "a heading without rows stays"


def test_a_link_to_a_check_shows_it_whatever_the_filters_say(open_matrix: Open) -> None:
    page = open_matrix(SMALL, "#Read/error/ResourceNotFound/http-status")
    row = page.locator("[id='Read/error/ResourceNotFound/http-status']")
    expect(row).to_be_in_viewport()
    page.get_by_label("only those that differ").check()
    expect(row).to_be_hidden()
    page.evaluate("location.hash = '#List/pagination/MaxResults/7'")
    expect(page.locator("[id='List/pagination/MaxResults/7']")).to_be_in_viewport()


def test_the_header_stays_while_the_rows_go_by(open_matrix: Open) -> None:
    page = open_matrix(LONG)
    page.locator(f"[data-id$='Member{NUMBER - 1:04}/type']").first.scroll_into_view_if_needed()
    header = page.locator("#claims thead th").nth(1)
    expect(header).to_have_text("a server with a rather long name")
    expect(header).to_be_in_viewport()


def test_thousands_of_rows_are_filtered_at_once(open_matrix: Open) -> None:
    page = open_matrix(LONG)
    taken = page.evaluate(
        """() => {
            const begun = performance.now();
            document.getElementById("differ").click();
            document.body.offsetHeight;
            return performance.now() - begun;
        }"""
    )
    assert taken < 5_000, "milliseconds; a machine with nothing else to do takes some tens"
    assert len(seen(page)) == NUMBER


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_matrix: Open, scheme: str) -> None:
    page = open_matrix(SMALL, scheme=scheme)
    for rows in ("checks", "facts and behaviours"):
        page.get_by_label(rows, exact=True).check()
        found = Axe().run(page).response["violations"]
        assert [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found] == []


@pytest.mark.parametrize("matrix", [SMALL, NAMED_AS_OPERATIONS_ARE], ids=["small", "long names"])
@pytest.mark.parametrize("width", [320, 390, 800, 1100, 1200])
def test_the_page_is_no_wider_than_the_window(open_matrix: Open, matrix: Matrix, width: int) -> None:
    page = open_matrix(matrix, width=width)
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_without_a_script_every_row_is_there(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "matrix.html"
    path.write_text(render_matrix_html(SMALL), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("tr[data-id]:visible").count() == len(SMALL.rows) + len(SMALL.claims)
    expect(page.locator("#controls")).to_be_hidden()
    context.close()
