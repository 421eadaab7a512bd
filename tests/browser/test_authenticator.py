"""Setting up an authenticator app on the real pages, then logging in with it and with a recovery code."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def log_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username, e-mail or phone").fill("reader-premium")
    page.get_by_label("Password", exact=True).fill("portal-demo")
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def give(page: Page, label: str, code: str) -> None:
    page.get_by_role("textbox", name=label).fill(code)
    page.get_by_role("button", name="Continue").click()


def test_an_app_is_set_up_and_used(person) -> None:
    page, elsewhere = person(), person()
    log_in(page)
    page.goto("/me/security/")
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_role("textbox", name="Code").fill(app.now())
    page.get_by_role("button", name="Confirm").click()
    codes = page.locator("#recovery-codes code")
    expect(codes).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text().splitlines() == codes.all_inner_texts()
    recovery_code = codes.first.inner_text()

    log_in(elsewhere)
    give(elsewhere, "Code", app.at(time.time() + app.interval))  # the step after the one that confirmed the app
    expect(elsewhere).to_have_url(re.compile("/me/$"))
    elsewhere.context.clear_cookies()
    log_in(elsewhere)
    elsewhere.get_by_role("link", name="Use a recovery code").click()
    give(elsewhere, "Recovery code", recovery_code)
    expect(elsewhere).to_have_url(re.compile("/me/$"))

    page.goto("/me/security/")
    expect(page.locator("main")).to_contain_text("9 left")
    page.get_by_role("button", name="Log all others out").click()
    elsewhere.goto("/me/")
    expect(elsewhere).to_have_url(re.compile("/login/"))
    page.locator("summary", has_text="Turn off").click()
    page.get_by_role("button", name="Yes, turn it off").click()
    expect(page.get_by_role("button", name="Set up an app")).to_be_visible()


def test_the_security_page_fits_a_phone(person) -> None:
    page = person(viewport={"width": 320, "height": 700})
    log_in(page)
    page.goto("/me/security/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
