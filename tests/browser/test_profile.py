"""The profile page in a browser, with and without a script: names, a new e-mail by its code, what is written about."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_story import sign_up

pytestmark = pytest.mark.browser


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_person_keeps_the_profile_up_to_date(person, mailbox, script: bool) -> None:
    username = f"grace-{'fast' if script else 'plain'}"
    page = person(viewport={"width": 360, "height": 740}, java_script_enabled=script)
    sign_up(page, mailbox, username)
    page.goto("/me/profile/")
    page.get_by_label("First name").fill("Grace")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    page.get_by_role("link", name="Change e-mail").click()
    page.get_by_label("New e-mail").fill(f"{username}@navy.example")
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    page.get_by_label("Code").fill(mailbox.code_for(f"{username}@navy.example"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"{username}@navy.example")).to_be_visible()
    assert mailbox.wait_for(f"{username}@library.example", "(Your e-mail address was changed)")
    page.get_by_role("link", name="Notifications").click()
    payment = page.get_by_label("Payment: E-mail")
    payment.uncheck()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("We write as you wish from now on.")).to_be_visible()
    expect(payment).not_to_be_checked()
    expect(page.get_by_label("Copy ready: E-mail")).to_be_checked()
    if script:
        assert fits(page)
