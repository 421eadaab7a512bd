"""Suggestions while typing: a combobox that keyboard, mouse and screen readers can use, and that nobody has to."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def type_into(page: Page, text: str, box: str = "#hero-q") -> None:
    page.locator(box).press_sequentially(text, delay=10)


def active(page: Page, box: str = "#hero-q") -> str:
    """What a screen reader says is marked."""
    option = page.locator(box).get_attribute("aria-activedescendant")
    return page.locator(f"#{option}").inner_text() if option else ""


@pytest.fixture
def page(person) -> Page:
    page = person()
    page.goto("/")
    return page


def test_arrow_keys_mark_enter_opens_and_the_number_is_said_aloud(page) -> None:
    box = page.get_by_role("combobox", name="Search the catalogue").locator("visible=true")
    expect(box).to_have_attribute("aria-expanded", "false")
    type_into(page, "middlem")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.filter(has_text="Middlemarch")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggestion-words")).to_contain_text("suggestion")
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    first = active(page)
    assert first == options.first.inner_text()
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    assert active(page) == ""
    expect(box).to_be_focused()
    while "Middlemarch" not in active(page):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/books/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Middlemarch")


def test_escape_closes_and_enter_then_searches_for_what_was_typed(page) -> None:
    type_into(page, "middlem")
    suggestions = page.get_by_role("listbox", name="Suggestions")
    expect(suggestions).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(suggestions).to_be_hidden()
    expect(page.locator("#hero-q")).to_have_value("middlem")
    expect(page.locator("#suggestion-words")).to_have_text("")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/books/\?q=middlem$"))


def test_a_click_opens_an_author_and_a_click_elsewhere_closes(page) -> None:
    type_into(page, "george el")
    author = page.get_by_role("option", name="George Eliot")
    expect(author).to_contain_text("Author")
    page.get_by_role("heading", level=1).click()
    expect(author).to_be_hidden()
    page.locator("#hero-q").fill("george eli")
    author.click()
    expect(page).to_have_url(re.compile(r"/authors/\d+/$"))


def test_every_page_suggests_and_nothing_found_is_said(page) -> None:
    page.goto("/login/")
    type_into(page, "qqqqxxxx", "#header-q")
    expect(page.locator("#suggestion-words")).to_have_text("No suggestions")
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_hidden()


def test_a_fast_typist_asks_little_and_old_answers_do_not_show(page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest/" in request.url else None)
    type_into(page, "middlemarch")
    expect(page.get_by_role("option", name="Middlemarch")).to_be_visible()
    assert len(asked) <= 2
    assert asked[-1].endswith("q=middlemarch")


def test_without_a_script_the_box_is_a_plain_search(person) -> None:
    page = person(java_script_enabled=False)
    page.goto("/")
    assert page.locator("#hero-q").get_attribute("role") is None
    page.locator("#hero-q").fill("middlemarch")
    page.locator("#hero-q").press("Enter")
    expect(page.locator(".book-card").first).to_contain_text("Middlemarch")
