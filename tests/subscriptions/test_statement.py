"""The statement: chosen by kind and day, as CSV, as PDF, and one entry as a receipt; everybody their own."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone
from reportlab.pdfbase.pdfmetrics import stringWidth

from subscriptions.models import LedgerEntry, Wallet
from subscriptions.statement import pdf_file
from tests.factories.lending import book_with_copies, reserved
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

LAST_YEAR = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def reader():
    """$10 given last year, a book reserved now."""
    reader = patron(balance="0")
    wallet = Wallet.objects.create(user=reader, balance=Decimal(10))
    LedgerEntry.objects.create(
        wallet=wallet, kind="adjustment", amount=10, balance_after=10, reason="=A gift", idempotency_key="gift",
        created_at=LAST_YEAR,
    )  # fmt: skip
    reserved(reader, book_with_copies(1, title="The Dispossessed"), timezone.now())
    return reader


@pytest.fixture
def page(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def rows(page: Client, query: str = "") -> list[list[str]]:
    answer = page.get(f"/me/wallet/statement.csv{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [[kind, details, amount, balance] for _pk, _at, kind, details, amount, balance in csv.reader(StringIO(text))]


HEAD = ["What", "Details", "Amount in USD", "Balance in USD"]
GIFT = ["Adjustment", "'=A gift", "10.00", "10.00"]
BOOK = ["Reservation", "The Dispossessed", "-0.70", "9.30"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [BOOK, GIFT]),
        ("?kind=reservation", [BOOK]),
        ("?kind=reservation&kind=adjustment", [BOOK, GIFT]),
        ("?kind=top_up", []),
        ("?until=2025-06-01", [GIFT]),
        ("?since=2025-06-02", [BOOK]),
        ("?since=2025-06-01&until=2025-06-01", [GIFT]),
    ],
)
def test_what_was_chosen_as_csv_without_formulas(page: Client, query: str, found: list) -> None:
    assert rows(page, query) == [HEAD, *found]


def test_the_page_shows_what_was_chosen(page: Client) -> None:
    shown = page.get("/me/wallet/?kind=reservation")
    assert [entry.kind for entry in shown.context["entries"]] == ["reservation"]
    assert "The Dispossessed" in shown.content.decode()


def test_the_api_filters_its_entries_alike(reader) -> None:
    answer = Client().get("/api/v1/users/me/wallet/entries/?until=2025-12-31", headers=bearer(reader)).json()
    assert [entry["kind"] for entry in answer["results"]] == ["adjustment"]


@pytest.mark.parametrize("query", ["?since=yesterday", "?kind=nothing"])
def test_what_makes_no_sense_is_told(page: Client, query: str) -> None:
    answer = page.get(f"/me/wallet/statement.csv{query}", follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Please check the dates."]


def test_the_statement_as_pdf(page: Client) -> None:
    answer = page.get("/me/wallet/statement.pdf")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store, private")
    assert answer.content.startswith(b"%PDF-")


def test_details_end_before_the_amount_however_wide_their_letters_are(page: Client) -> None:
    page.get("/me/wallet/statement.pdf")  # brings the font along
    for text in ("W" * 60, "i" * 300, "a reason of many words " * 12):
        shown = pdf_file._short(text)
        assert shown.endswith("…")
        assert (
            pdf_file.DETAILS_WIDTH * 0.9 < stringWidth(shown, pdf_file.FONT, pdf_file.SIZE) < pdf_file.DETAILS_WIDTH + 6
        )
    assert pdf_file._short("The Dispossessed") == "The Dispossessed"


def test_a_receipt_tells_one_movement(page: Client, reader) -> None:
    entry = LedgerEntry.objects.get(kind="reservation", wallet__user=reader)
    shown = page.get(f"/me/wallet/entries/{entry.pk}/").content.decode()
    for words in (f"Receipt {entry.pk}", "The Dispossessed", "−$0.70", "$9.30"):
        assert words in shown


def test_nobody_sees_anothers_receipt(page: Client) -> None:
    other = patron(balance="1.00")
    entry = LedgerEntry.objects.get(wallet__user=other)
    assert page.get(f"/me/wallet/entries/{entry.pk}/").status_code == 404
    assert rows(page, "?since=" + str(timezone.localdate() - timedelta(days=1))) == [HEAD, BOOK]
