"""A librarian imports a file whose columns nobody knows: tried, followed, done for real, taken back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_csp import log_in
from tests.running import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

ROWS = "".join(f"Buch der Bücher {number};Lee, Ann;M{number:05}\n" for number in range(40))
FILE = {"name": "katalog.csv", "mimeType": "text/csv", "buffer": f"Titel;Verfasser;Strichcode\n{ROWS};Wer;x\n".encode()}


@pytest.mark.parametrize("script", [True, False])
def test_a_catalogue_goes_in_and_out_again(person, mailbox, script: bool) -> None:
    page = person(java_script_enabled=script)
    log_in(page, mailbox, "librarian")
    page.goto("/admin/books/book/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("Catalogue file").set_input_files(FILE)
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()
    expect(page.get_by_label("Barcodes")).to_have_value("strichcode")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Dry run: done")).to_be_visible(timeout=PATIENCE_SECONDS * 1000)
    page.get_by_role("button", name="Now do it for real").click()
    expect(page.get_by_role("heading", name="Import: done")).to_be_visible(timeout=PATIENCE_SECONDS * 1000)
    expect(page.get_by_role("definition").nth(1)).to_have_text("40")
    expect(page.get_by_text("The row has no title.")).to_be_visible()

    page.get_by_role("link", name="Take it all back").click()
    page.get_by_role("button", name="Take it all back").click()
    expect(page.get_by_role("heading", name=re.compile("reverted"))).to_be_visible()
