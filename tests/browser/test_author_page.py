"""An author's own page in a browser: the demo login `author` is Jane Austen there."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def log_in(page: Page) -> None:
    page.goto("/login/?next=/author/")
    page.get_by_label("Username, e-mail or phone").fill("author")
    page.get_by_label("Password", exact=True).fill("portal-demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jane Austen")


def test_an_author_edits_the_page_and_gives_a_bank_account(person) -> None:
    page = person(java_script_enabled=False)
    log_in(page)
    page.get_by_label("City").fill("Steventon")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message-success")).to_contain_text("Saved.")
    page.get_by_role("link", name="Give a bank account").click()
    page.get_by_label("IBAN").fill("DE88 3704 0044 0532 0130 00")
    page.get_by_label("Account holder").fill("Jane Austen")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_contain_text("This is not an IBAN")
    expect(page.get_by_label("IBAN")).to_have_value("")
    page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 00")
    page.get_by_label("Account holder").fill("Jane Austen")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".iban")).to_have_text("DE89 •••• •••• 3000")
    page.get_by_role("link", name="See your page as readers do").click()
    expect(page.locator("main")).to_contain_text("Steventon")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_chart_has_a_bar_for_each_month_and_fits_a_phone(person, color_scheme) -> None:
    page = person(viewport={"width": 360, "height": 740}, color_scheme=color_scheme)
    log_in(page)
    for months in (12, 24):
        page.get_by_role("link", name=f"{months} months").click()
        expect(page.locator(".chart li")).to_have_count(months)
        expect(page.locator(".chart-busiest")).to_be_in_viewport()
        heights = page.locator(".chart rect").evaluate_all(
            "bars => bars.map(bar => bar.getBoundingClientRect().height)"
        )
        assert max(heights) > 100
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
