import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.running import Portal

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

# On a busy machine a page takes longer than Playwright's 5 and 30 seconds.
PATIENCE_MILLISECONDS = 60_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with the last of these tests: its event loop, while it runs, keeps Django from the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["TEST_CHROMIUM"], args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[object]:
    """Opens a browser of their own for each person; any script error on a page fails the test."""
    contexts, errors = [], []

    def open_browser(**options: object) -> Page:
        context = browser.new_context(base_url=portal.url, **options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert errors == []
