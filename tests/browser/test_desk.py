"""A whole scene at the circulation desk with a scanner and a keyboard, and again without a script."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_csp import COLLECT, log_in
from tests.running import OWN, ROOT, Portal

pytestmark = pytest.mark.browser

# Two readers; a book for each of the first, one of them long overdue; two on the shelf.
PREPARE = """
import json
from datetime import timedelta
from django.utils import timezone
from books.models import Book, Copy
from reservations import services
from reservations.models import Reservation
from reservations.services import desk
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

now = timezone.now()
first, second = patron(plan="PLUS", username="desk-{tag}-ada"), patron(plan="PLUS", username="desk-{tag}-ben")
books = [book_with_copies(1, title=f"Scene {{number}}") for number in range(4)]
codes = []
for number, book in enumerate(books):
    codes.append(f"SC-{tag}-{{number}}")
    Copy.objects.filter(book=book).update(barcode=codes[-1])
for code in codes[:2]:
    desk.lend(user_id=first.pk, barcode=code, now=now)
late = Reservation.objects.filter(user=first, copy__barcode=codes[1])
late.update(starts_on=timezone.localdate() - timedelta(days=9), due_on=timezone.localdate() - timedelta(days=2))
services.reserve(user_id=second.pk, book_id=books[0].pk, days=7, join_queue=True, now=now)
print(json.dumps(codes))
"""


def prepare(portal: Portal, tag: str) -> list[str]:
    """The barcodes of the scene, made in the running portal."""
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", PREPARE.format(tag=tag)],
        cwd=ROOT,
        env={**inherited, "VAR_DIR": str(portal.var_dir), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(made.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def remembered() -> dict[str, Any]:
    """The librarian's cookies: one-time codes are limited, so that only the first scene asks for one."""
    return {}


@pytest.fixture
def scanner(person: Callable[..., Page], mailbox: Any, remembered: dict[str, Any]) -> Callable[..., Page]:
    def at_the_desk(**options: Any) -> Page:
        page = person(**options, **remembered)
        if not remembered:
            log_in(page, mailbox, "librarian")
            remembered["storage_state"] = page.context.storage_state()
        page.goto("/admin/")
        page.get_by_role("link", name="Open the circulation desk").click()
        expect(page.locator("#desk-input")).to_be_focused()
        return page

    return at_the_desk


def scan(page: Page, text: str) -> None:
    """As a scanner does: it types wherever the focus is."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_scene_by_scanner_and_keyboard_alone(scanner, portal: Portal) -> None:
    waited_for, overdue, third, fourth = prepare(portal, "js")
    page = scanner()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    mode, alert, status = page.locator("#desk-mode"), page.locator("#desk-alert"), page.locator("#desk-status")
    expect(mode).to_contain_text("Check in")

    # A part of a name, chosen by arrow keys; then two books, the second typed before the first is answered.
    scan(page, "desk-js-b")
    expect(alert).to_contain_text("Who is it?")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(mode).to_contain_text("Lending to desk-js-ben")
    expect(page.locator("#desk-input")).to_be_focused()
    scan(page, third)
    scan(page, fourth)
    expect(status).to_contain_text(fourth)
    expect(page.locator(".desk-reader")).to_contain_text("Scene 2")
    expect(page.locator(".desk-reader")).to_contain_text("Scene 3")

    # The last one was a mistake.
    page.keyboard.press("F8")
    expect(status).to_contain_text("Undone")
    expect(page.locator(".desk-reader")).not_to_contain_text("Scene 3")
    page.keyboard.press("Escape")
    expect(mode).to_contain_text("Check in")

    # Blocked by an overdue book; a dry run says so too and changes nothing; then a reason.
    scan(page, "desk-js-ada")
    expect(mode).to_contain_text("Lending to desk-js-ada")
    page.keyboard.press("F2")
    expect(page.get_by_text("Only trying: nothing is changed")).to_be_visible()
    scan(page, fourth)
    expect(alert).to_contain_text("Nothing has happened.")
    page.keyboard.press("F2")
    scan(page, fourth)
    expect(alert).to_contain_text("Blocked")
    expect(alert).not_to_contain_text("Nothing has happened.")
    page.keyboard.press("F9")
    expect(page.locator("#desk-reason")).to_be_focused()
    scan(page, "brings the other one tomorrow")
    expect(status).to_contain_text(fourth)
    page.keyboard.press("Escape")
    expect(mode).to_contain_text("Check in")

    # The overdue book, and one that somebody waits for, with its slip.
    scan(page, overdue)
    expect(alert).to_contain_text("Late fee $0.40")
    scan(page, waited_for)
    expect(alert).to_contain_text("Hold shelf: DES")
    with page.expect_popup() as opened:
        page.keyboard.press("F4")
    expect(opened.value.get_by_role("img", name=waited_for)).to_be_visible()
    opened.value.close()
    scan(page, "nothing-like-that")
    expect(alert).to_contain_text("No copy and no reader found")
    expect(page.locator("#desk-input")).to_be_focused()
    assert complaints == []


def test_what_can_not_be_sent_is_said_and_nothing_waits_behind_it(scanner, portal: Portal) -> None:
    page = scanner()
    page.context.set_offline(True)
    scan(page, "whatever")
    expect(page.locator("#desk-alert")).to_contain_text("No answer: scan it again.")
    expect(page.locator("#desk-alert")).to_contain_text("whatever")
    page.context.set_offline(False)
    scan(page, "desk")
    expect(page.locator("#desk-alert")).not_to_contain_text("No answer")


@pytest.mark.parametrize("width", [360, 768, 1024, 1280])
def test_nothing_is_cut_off_and_everything_can_be_touched(scanner, width: int) -> None:
    page = scanner(viewport={"width": width, "height": 800}, has_touch=True)
    scan(page, "reader-plus")
    expect(page.locator("#desk-mode")).to_contain_text("Lending to")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = page.eval_on_selector_all(
        ".desk :is(a, button, label.desk-switch, input[type=text])",
        "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().height)",
    )
    assert min(heights) >= 44


def test_without_a_script_the_same_forms_do_it(scanner, portal: Portal) -> None:
    _waited_for, overdue, third, _fourth = prepare(portal, "plain")
    page = scanner(java_script_enabled=False)
    scan(page, "desk-plain-ben")
    expect(page.locator("#desk-mode")).to_contain_text("Lending to desk-plain-ben")
    scan(page, third)
    expect(page.locator("#desk-status")).to_contain_text(third)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#desk-status")).to_contain_text("Undone")
    page.get_by_role("link", name="Done, next reader").click()
    expect(page.locator("#desk-mode")).to_contain_text("Check in")
    expect(page.locator("#desk-input")).to_be_focused()
    scan(page, overdue)
    expect(page.locator("#desk-alert")).to_contain_text("Late fee $0.40")


def test_the_desk_keeps_to_the_content_security_policy(scanner) -> None:
    page = scanner()
    page.add_init_script(COLLECT)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    for address in ("/admin/desk/", "/admin/desk/pull/", "/admin/desk/expired/", "/admin/desk/returns/"):
        page.goto(address)
    page.goto("/admin/desk/")
    scan(page, "reader-plus")
    expect(page.locator("#desk-mode")).to_contain_text("Lending to")
    assert complaints == []
