"""A headless Chromium that looks at reports as files, and hears of everything that goes wrong in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from browser import runs
from conformance.report.html import render_html
from conformance.report.page import Page as ReportPage

REQUIRED = "CONFORMANCE_BROWSER"
"""Set to `required` where a browser has been installed on purpose: lacking one is a failure then."""

QUIET = (
    "--no-sandbox",  # continuous integration runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing of a report, and nothing of the browser, asks the network
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield a running Chromium; without one on the machine the tests are skipped, unless it is required."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        reason = f"there is no Chromium here ({', '.join(names)}): apt-get install chromium"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=list(QUIET), timeout=60_000)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Yield a window of its own, which may use the clipboard."""
    made = browser.new_context(viewport={"width": 1200, "height": 900}, permissions=["clipboard-read"])
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def open_page(context: BrowserContext, tmp_path: Path) -> Iterator[Open]:
    """Open the text of a page; whatever the page complains of or asks for fails the test in the end."""
    complaints: list[str] = []

    def opened(text: str, address: str = "", *, scheme: str = "light", width: int = 1200) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))

        def asked(request: Request) -> None:
            if not request.url.startswith(("file:", "data:")):
                complaints.append(f"asked for: {request.url}")

        page.on("request", asked)
        page.goto(f"{path.as_uri()}{address}")
        return page

    yield opened
    assert complaints == []


@pytest.fixture
def open_report(open_page: Open) -> Open:
    """Open the report of a record."""
    return lambda run, *rest, **look: open_page(render_html(ReportPage(run, contract=runs.contract())), *rest, **look)
