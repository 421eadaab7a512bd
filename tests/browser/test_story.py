"""One book's whole life on the real pages, with two patrons, on the portal as `make run` starts it.

The sample library has one copy of Middlemarch.
"""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.running import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

PASSWORD = "a long walk by the sea"


def sign_up(page: Page, mailbox, username: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Username").fill(username)
    page.get_by_label("E-mail").fill(f"{username}@library.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.get_by_label("Code").fill(mailbox.code_for(f"{username}@library.example"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Enter your code")


def top_up(page: Page, amount: str) -> None:
    page.goto("/me/wallet/")
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Go to payment").click()
    page.get_by_role("button", name="Confirm payment").click()
    expect(page.locator(".balance-amount")).to_have_text(f"${amount}")


def find_book(page: Page, words: str, title: str) -> None:
    page.goto("/")
    page.locator("input[type=search]:visible").first.fill(words)
    page.locator("input[type=search]:visible").first.press("Enter")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def wait_for_inbox(page: Page, words: str) -> None:
    """The workers tell people in their own time: look again until it is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    page.goto("/me/inbox/")
    while page.get_by_text(words).count() == 0:
        assert time.monotonic() < deadline, f"Nothing in the inbox about {words!r}"
        page.reload()


def test_a_book_goes_from_reader_to_reader(person, mailbox) -> None:
    ada, ben = person(), person()
    sign_up(ada, mailbox, "ada")
    sign_up(ben, mailbox, "ben")
    for page in (ada, ben):
        top_up(page, "5.00")

    find_book(ada, "middlemar", "Middlemarch")
    ada.get_by_role("link", name="Reserve", exact=True).click()
    ada.get_by_role("button", name="Reserve for 7 days and pay $0.70").click()
    expect(ada.get_by_role("button", name="Check out")).to_be_visible()

    find_book(ben, "eliot middlemarch", "Middlemarch")
    ben.get_by_role("link", name="Join the queue as number 1").click()
    expect(ben.locator("#summary")).to_contain_text("until your turn")
    ben.get_by_role("button", name="Join the queue as number 1").click()
    expect(ben.locator("main")).to_contain_text("Leave the queue")
    ben.goto("/me/")
    expect(ben.locator("main")).to_contain_text("Number 1 of 1")

    ada.goto("/me/")
    ada.get_by_role("button", name="Check out").click()
    ada.locator("summary", has_text="Return").click()
    ada.get_by_role("button", name="Yes, it is back").click()
    expect(ada.get_by_role("button", name="Yes, it is back")).to_have_count(0)
    ada.goto("/me/wallet/")
    expect(ada.locator(".balance-amount")).to_have_text("$5.00")

    wait_for_inbox(ben, "“Middlemarch” is ready for you")
    mailbox.wait_for("ben@library.example", "(Middlemarch)")
    ben.goto("/me/")
    ben.locator("summary", has_text="Cancel").click()
    ben.get_by_role("button", name="Yes, cancel it").click()
    expect(ben.locator("main")).not_to_contain_text("Yes, cancel it")
    ben.goto("/me/wallet/")
    expect(ben.locator(".balance-amount")).to_have_text("$5.00")


def test_the_story_without_javascript(person, mailbox) -> None:
    page = person(java_script_enabled=False)
    sign_up(page, mailbox, "noscript")
    top_up(page, "2.00")
    find_book(page, "dune herbert", "Dune")
    page.get_by_role("link", name="Reserve", exact=True).click()
    page.get_by_label("3 days, $0.30").check()
    page.get_by_role("button", name="Show what it costs").click()
    page.get_by_role("button", name="Reserve for 3 days and pay $0.30").click()
    expect(page.locator("#messages")).to_contain_text("$0.30 was charged.")
    page.goto("/me/")
    page.get_by_role("button", name="Check out").click()
    expect(page.locator("main")).to_contain_text("Return")


def test_a_phone_shows_every_page_without_sideways_scrolling(person) -> None:
    page = person(viewport={"width": 320, "height": 700})
    for address in ("/", "/books/", "/books/?q=tolkien", "/books/1/", "/login/", "/signup/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
