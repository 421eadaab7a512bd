"""What a reader does with reservations in a real browser: prices before, by keyboard, in place, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_story import find_book, sign_up, top_up

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(person, mailbox):
    def log_in(username: str, **options: object) -> Page:
        page = person(**options)
        sign_up(page, mailbox, username)
        top_up(page, "5.00")
        return page

    return log_in


def test_the_price_follows_the_days_without_a_reload_and_by_keyboard(reader) -> None:
    page = reader("prices")
    find_book(page, "emma austen", "Emma")
    page.get_by_role("link", name="Reserve", exact=True).click()
    page.evaluate("window.sameDocument = true")
    summary = page.locator("#summary")
    expect(summary).to_contain_text("Reserve for 7 days and pay $0.70")
    top = summary.bounding_box()["y"]
    page.get_by_label("7 days, $0.70").focus()
    page.keyboard.press("ArrowLeft")
    expect(summary).to_contain_text("Reserve for 6 days and pay $0.60")
    expect(page.locator("#summary-said")).to_have_text("6 days: $0.60. Your wallet holds $4.40 afterwards.")
    expect(page.get_by_label("6 days, $0.60")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?days=6$"))
    assert page.evaluate("window.sameDocument")
    assert summary.bounding_box()["y"] == top
    page.keyboard.press("Tab")
    expect(summary.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("$0.60 was charged.")


def test_a_shelf_is_worked_on_in_place(reader) -> None:
    page = reader("inplace")
    find_book(page, "persuasion austen", "Persuasion")
    page.get_by_role("link", name="Reserve", exact=True).click()
    page.get_by_role("button", name="Reserve for 7 days").click()
    page.goto("/me/")
    page.evaluate("window.sameDocument = true")
    page.locator("summary", has_text="Change the days").click()
    page.get_by_label("For how many days, and what it costs").select_option("2")
    page.get_by_role("button", name="Change the days Persuasion").click()
    expect(page.locator("#messages")).to_contain_text("“Persuasion” is yours for 2 days. $0.50 went back")
    expect(page.locator("#messages")).to_be_focused()
    page.get_by_role("button", name="Check out Persuasion").click()
    expect(page.locator(".due-words")).to_contain_text("2 days left")
    page.locator("summary", has_text="Extend").click()
    page.get_by_role("button", name="Yes, extend Persuasion").click()
    expect(page.locator("#messages")).to_contain_text("is now due on")
    expect(page.locator(".due-words")).to_contain_text("7 days left")
    expect(page.locator(".why-not")).to_contain_text("It is lent already for as long as the plan allows from today.")
    assert page.evaluate("window.sameDocument")


def test_the_way_to_the_wallet_leads_back_to_the_book(person, mailbox) -> None:
    page = person(viewport={"width": 360, "height": 740}, color_scheme="dark")
    sign_up(page, mailbox, "pennyless")
    find_book(page, "beowulf", "Beowulf")
    page.get_by_role("link", name="Reserve", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("#summary").get_by_role("button")).to_be_disabled()
    page.get_by_role("link", name="Top up your wallet").click()
    page.get_by_role("button", name="Go to payment").click()
    page.get_by_role("button", name="Confirm payment").click()
    page.locator("#summary").get_by_role("button").click()
    expect(page.get_by_role("button", name="Check out Beowulf")).to_be_visible()
