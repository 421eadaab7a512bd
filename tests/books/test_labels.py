"""Label sheets: the bars say the barcode, each label stands in its place, and no letter is a box."""

import re
from base64 import a85decode
from itertools import pairwise
from zlib import decompress

import pytest
from django.test import Client

from books.labels import SHEETS, Label, NotForCode128, label_sheets
from tests.factories.accounts import UserFactory
from tests.factories.books import BookFactory, CopyFactory

pytestmark = pytest.mark.django_db

COPIES, BOOKS = "/admin/books/copy/", "/admin/books/book/"
A4, LETTER = SHEETS["a4-24"], SHEETS["letter-30"]
# "A1" in Code 128, set B, looked up by hand: start (104), A (33), 1 (17), check, stop. The check is
# (104 + 1 × 33 + 2 × 17) mod 103 = 68. Each digit is the width of a bar or of the gap after it.
A1 = "".join(("211214", "111323", "123221", "141221", "2331112"))
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
BAR = re.compile(r"n ([\d.]+) 0 ([\d.]+) [\d.]+ re f")
PLACE = re.compile(r"q\n1 0 0 1 ([\d.]+) ([\d.]+) cm")


def pages(pdf):
    """What is drawn on each page, as PDF operators."""
    as_text = (stream[:-2] for stream in STREAM.findall(pdf) if stream.endswith(b"~>"))  # the others are fonts
    streams = (decompress(a85decode(stream)) for stream in as_text)
    return [stream.decode("latin-1") for stream in streams if b" re f" in stream]


def widths(page):
    """Of the bars and gaps of a page's only label, in modules."""
    bars = [(float(left), float(width)) for left, width in BAR.findall(page)]
    ends = [edge for left, width in bars for edge in (left, left + width)]
    module = min(width for _left, width in bars)
    return "".join(str(round((right - left) / module)) for left, right in pairwise(ends))


def places(page):
    """Column and row of each label, from the top left, on A4."""
    return [(int(float(x) // 198.4), int((842 - float(y)) // 105.2)) for x, y in PLACE.findall(page)]


def label(barcode="LP00000018", title="Title", author="Author"):
    return Label(barcode, title, author)


def test_the_bars_are_those_of_the_standards_table():
    (page,) = pages(label_sheets([label("A1")], sheet=A4))

    assert widths(page) == A1


def test_labels_go_on_where_the_sheet_was_left_and_on_the_next():
    first, second = pages(label_sheets([label()] * 4, sheet=A4, start=23))

    assert (places(first), places(second)) == ([(1, 7), (2, 7)], [(0, 0), (1, 0)])


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_label_is_on_the_page_with_room_beside_its_bars(sheet):
    (page,) = pages(label_sheets([label()] * sheet.labels, sheet=sheet))
    width, _height = sheet.label
    lefts = [float(x) for x, _y in PLACE.findall(page)]
    length = max(float(left) + float(bar) for left, bar in BAR.findall(page))

    assert len(lefts) == sheet.labels
    assert min(lefts) > 8
    assert max(lefts) + length < sheet.page[0] - 8
    assert length < width - 16


def test_what_the_font_lacks_is_left_out_and_what_is_long_is_cut():
    (own,) = pages(label_sheets([label(title="Žižek", author="Łukasz")], sheet=A4))
    (foreign,) = pages(label_sheets([label(title="罪と罰", author="نجيب محفوظ")], sheet=A4))
    (long,) = pages(label_sheets([label(title="word " * 100)], sheet=A4))

    assert [page.count(" Tj") for page in (own, foreign, long)] == [3, 1, 3]
    assert max(map(len, long.splitlines())) < 250


@pytest.mark.parametrize("barcode", ["Ł1", "１２", "A\t1"])
def test_a_barcode_without_bars_is_refused(barcode):
    with pytest.raises(NotForCode128):
        label_sheets([label(barcode)], sheet=A4)


def staff(role="librarian"):
    client = Client()
    client.force_login(UserFactory(role=role))
    return client


def choose(client, url, *things, **form):
    return client.post(url, {"action": "print_labels", "_selected_action": [thing.pk for thing in things], **form})


def test_a_librarian_chooses_copies_then_a_sheet_then_gets_the_pdf():
    copies = [CopyFactory(book=BookFactory(title="Emma", author_names=["Jane Austen"])) for _ in range(2)]
    client = staff()

    asked = choose(client, COPIES, *copies)
    wrong = choose(client, COPIES, *copies, sheet="letter-30", start="31")
    pdf = choose(client, COPIES, *copies, sheet="letter-30", start="30")

    assert (asked.status_code, asked.context["count"]) == (200, 2)
    assert list(wrong.context["form"].errors) == ["start"]
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == ("application/pdf", 'attachment; filename="labels.pdf"')
    assert len(pages(pdf.content)) == 2


def test_the_labels_of_a_book_are_those_of_the_copies_it_still_has():
    book = BookFactory(copies=2)
    CopyFactory(book=book, status="unavailable", reason="lost")
    CopyFactory(book=book, status="unavailable", reason="in_repair")

    assert choose(staff(), BOOKS, book).context["count"] == 3


def test_too_many_or_none_is_told(monkeypatch):
    monkeypatch.setattr("books.admin.labels.MOST_LABELS", 1)
    book = BookFactory(copies=2)
    client = staff()

    answers = [choose(client, BOOKS, one) for one in (book, BookFactory())]

    assert [answer.status_code for answer in answers] == [302, 302]


def test_readers_print_nothing():
    answer = choose(staff("customer"), COPIES, CopyFactory(), sheet="a4-24", start="1")

    assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)
