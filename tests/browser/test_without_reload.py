"""What HTMX saves a reload for: searching while typing, filters, and the way back; and the theme."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_typing_searches_and_the_way_back_leads_through_every_step(person) -> None:
    page = person()
    page.goto("/books/?q=dune")
    page.evaluate("window.sameDocument = true")
    box = page.locator("#q")
    box.fill("middlemar")
    expect(page).to_have_url(re.compile(r"q=middlemar\b"))
    expect(page.locator("#catalogue-status")).to_contain_text("book")
    expect(page.locator(".book-card").first).to_contain_text("Middlemarch")
    expect(box).to_be_focused()
    box.press("Escape")  # the suggestions, which lie over the filters
    page.locator(".filter-switch").click()
    expect(page).to_have_url(re.compile("available=on"))
    expect(page.locator(".filter-switch")).to_have_attribute("aria-current", "true")
    box.fill("dune")
    expect(page).to_have_url(re.compile(r"q=dune\b.*available=on"))
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page).to_have_url(re.compile(r"q=middlemar\b.*available=on"))
    expect(page.locator(".book-card").first).to_contain_text("Middlemarch")
    page.go_back()
    expect(page.locator(".filter-switch")).to_have_attribute("aria-current", "false")


def test_the_theme_changes_at_once_and_stays(person) -> None:
    page = person(color_scheme="light")
    page.goto("/")
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != ground


def test_the_menu_closes_by_escape_and_gives_the_focus_back(person) -> None:
    page = person(viewport={"width": 360, "height": 740})
    page.goto("/login/")
    page.get_by_label("Username, e-mail or phone").fill("reader-plus")
    page.get_by_label("Password", exact=True).fill("portal-demo")
    page.get_by_role("button", name="Log in").click()
    menu = page.locator("details.menu")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Wallet").focus()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Wallet")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
