"""An open payment's page follows what the provider says, without a reload."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_page_of_an_open_payment_tells_when_the_money_is_there(person) -> None:
    page = person()
    page.goto("/login/")
    page.get_by_label("Username, e-mail or phone").fill("reader-free")
    page.get_by_label("Password", exact=True).fill("portal-demo")
    page.get_by_role("button", name="Log in").click()
    page.goto("/me/wallet/")
    page.get_by_label("Amount").fill("3.21")
    page.get_by_role("button", name="Go to payment").click()
    provider = page.context.new_page()
    provider.goto(page.url)
    page.goto("/me/wallet/payments/")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("This page looks again by itself.")).to_be_visible()
    page.get_by_role("button", name="Cancel payment").focus()
    page.evaluate("window.sameDocument = true")
    provider.get_by_role("button", name="Confirm payment").click()
    expect(provider.get_by_text("$3.21 arrived in your wallet.")).to_be_visible()
    page.bring_to_front()
    expect(page.get_by_role("status").filter(has_text="The money came")).to_have_count(1, timeout=60_000)
    expect(page.locator("#payment .badge")).to_have_text("Paid")
    expect(page.locator("#payment")).to_be_focused()
    expect(page.get_by_role("button", name="Cancel payment")).to_have_count(0)
    assert page.evaluate("window.sameDocument")
