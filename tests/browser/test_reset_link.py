"""The secret of a reset link stays in the browser until the form is sent; a password can be looked at while typing."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LINK = r"(http\S+/password/reset/confirm/#\S+)"


def ask_for_link(page: Page, mailbox, username: str) -> str:
    page.goto("/login/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("Username, e-mail or phone").fill(username)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    return mailbox.wait_for(f"{username}@library.example", LINK)


def test_the_code_moves_from_the_address_into_the_form_and_into_no_request(person, mailbox) -> None:
    page, requests = person(), []
    link = ask_for_link(page, mailbox, "author")
    code = link.partition("#")[2]
    page.on("request", lambda request: requests.append(f"{request.url} {request.headers}"))
    page.goto(link)
    expect(page.get_by_label("Code from the message")).to_have_value(code)
    expect(page.get_by_label("New password")).to_be_focused()
    assert page.url.endswith("/password/reset/confirm/")
    page.get_by_role("link", name="Ask for a new link").click()
    page.go_back()
    assert requests
    assert [request for request in requests if code in request] == []


def test_without_a_script_the_code_is_pasted(person, mailbox) -> None:
    page = person(java_script_enabled=False)
    code = ask_for_link(page, mailbox, "reader-free").partition("#")[2]
    page.goto("/password/reset/sent/")
    page.get_by_role("link", name="Enter the code by hand").click()
    expect(page.get_by_role("button", name="Show")).to_have_count(0)
    page.get_by_label("Code from the message").fill(code)
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set the new password").click()
    expect(page.locator(".field-error")).to_contain_text("too short")
    expect(page.get_by_label("Code from the message")).to_have_value(code)


def test_a_password_can_be_shown_by_the_keyboard(person) -> None:
    page = person()
    page.goto("/login/")
    field = page.get_by_label("Password", exact=True)
    field.fill("portal-demo")
    page.keyboard.press("Tab")
    show = page.get_by_role("button", name="Show")
    expect(show).to_be_focused()
    for shown, kind in (("true", "text"), ("false", "password")):
        page.keyboard.press("Space")
        expect(show).to_have_attribute("aria-pressed", shown)
        expect(field).to_have_attribute("type", kind)
