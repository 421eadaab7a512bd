"""The pages in a real browser: none does what its content security policy forbids, and all of them work."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.running import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

# In ReDoc's footer, of another host: what the policy is there to stop.
REDOCS_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
COLLECT = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`forbidden: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture
def watched(person) -> tuple[Page, list[str]]:
    """A browser, and what it complains about."""
    page, complaints = person(), []
    page.add_init_script(COLLECT)
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    return page, complaints


def log_in(page: Page, mailbox, username: str) -> None:
    """Also when the person logged in before: an older letter's code would be refused."""
    page.goto("/login/")
    page.get_by_label("Username, e-mail or phone").fill(username)
    page.get_by_label("Password", exact=True).fill("portal-demo")
    older = mailbox.letters()
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile("/login/code/|/me/"))
    if "/login/code/" in page.url:
        page.get_by_label("Code").fill(mailbox.code_for(f"{username}@library.example", besides=older))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/me/")


def look_at(page: Page, *addresses: str) -> None:
    for address in addresses:
        answer = page.goto(address)
        page.wait_for_load_state("networkidle")
        assert answer.status == 200, address


def test_the_policy_is_in_force(watched) -> None:
    page, complaints = watched
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"><img src=//evil.example/x>')")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    forbidden = {text.split()[1] for text in complaints if text.startswith("forbidden")}
    assert forbidden == {"style-src-attr", "img-src", "script-src-elem"}


def test_readers_pages_keep_to_it(watched, mailbox) -> None:
    page, complaints = watched
    look_at(page, "/", "/books/", "/books/?q=dune", "/books/1/", "/authors/1/", "/signup/", "/login/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    log_in(page, mailbox, "reader-plus")
    look_at(
        page,
        "/me/",
        "/me/wallet/",
        "/me/inbox/",
        "/me/security/",
        "/me/profile/",
        "/me/profile/notifications/",
        "/books/1/",
        "/books/1/reserve/",
    )
    assert complaints == []


def test_the_admin_keeps_to_it(watched, mailbox) -> None:
    page, complaints = watched
    log_in(page, mailbox, "admin")
    look_at(page, "/admin/", "/admin/accounts/user/", "/admin/subscriptions/plan/", "/admin/books/book/1/change/")
    page.locator(".select2-selection").first.click()
    expect(page.locator(".select2-results__option").nth(1)).to_be_visible()
    assert complaints == []


def test_swagger_ui_shows_and_sends_operations(watched) -> None:
    page, complaints = watched
    page.goto("/docs/")
    page.locator("#operations-books-books_list .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
    assert page.locator(".opblock").count() > 50
    assert complaints == []


def test_redoc_shows_operations_and_finds_them(watched) -> None:
    page, complaints = watched
    page.goto("/redoc/")
    page.locator(".search-input").fill("reserve")
    expect(page.locator("[data-role='search:results'] li").first).to_be_visible(timeout=PATIENCE_SECONDS * 1000)
    assert page.locator("[data-section-id]").count() > 50
    assert [text for text in complaints if REDOCS_LOGO not in text] == []
