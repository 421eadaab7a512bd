"""Covers and cards drawn for other sites: the right size, the book's own cloth, words only where there are letters."""

from io import BytesIO

import pytest
from django.core.cache import cache
from PIL import Image

from books.drawn.lettering import can_be_set, fitted, length
from books.drawn.pictures import CARD_SIZE, COVER_SIZE, cloths, drawn
from books.templatetags.covers import CLOTHS, dress, facts_of
from tests.factories.books import BookFactory


def row(title: str = "Emma", author: str = "Jane Austen") -> dict[str, object]:
    return {"title": title, "authors": [{"id": 1, "name": author, "role": ""}], "genres": [], "cover_url": ""}


def picture(book: dict[str, object], size: tuple[int, int] = COVER_SIZE) -> Image.Image:
    return Image.open(BytesIO(drawn(book, size))).convert("RGB")


def inked(book: dict[str, object]) -> int:
    """How many pixels of the upper half are neither cloth nor spine."""
    upper = picture(book).crop((40, 0, 400, 300))
    return sum(count for count, _colour in upper.getcolors(10_000)) - max(upper.getcolors(10_000))[0]


def test_every_cloth_of_the_pages_has_its_colours_here() -> None:
    assert set(cloths()) == set(CLOTHS)


@pytest.mark.parametrize("size", [COVER_SIZE, CARD_SIZE])
def test_a_picture_has_its_size_and_the_cloth_of_the_book(size) -> None:
    image = picture(row(), size)
    ground = cloths()[dress(facts_of(row()))[0]].ground
    assert image.size == size
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((size[0] // 2, 5))) == ground


@pytest.mark.parametrize("title", ["Emma", "Gdańsk ő", "Война и мир", "Ὀδύσσεια", "Οδύσσεια"])
def test_what_the_typeface_has_is_written(title) -> None:
    if can_be_set(title):
        assert inked(row(title)) > 500
    else:
        assert inked(row(title)) == 0


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("Łódź, Emma!", True),
        ("Война", True),
        ("Οδύσσεια", True),
        ("百年の孤独", False),
        ("ألف ليلة", False),
        ("Emma 😀", False),
    ],
)
def test_letters_that_are_lacking_are_known(text, can) -> None:
    assert can_be_set(text) is can


def test_a_script_that_is_lacking_leaves_the_cloth_alone_instead_of_boxes() -> None:
    assert inked(row("百年の孤独", "ガルシア")) == 0


def test_a_long_title_is_set_smaller_and_at_last_cut() -> None:
    sizes = (60, 30, 20)
    assert fitted("Emma", sizes=sizes, width=300, height=200) == (["Emma"], 60)
    assert fitted("Emma and her many friends", sizes=sizes, width=300, height=80).size == 30
    lines, size = fitted("Donaudampfschifffahrt" * 3, sizes=sizes, width=300, height=80)
    assert (size, lines[0][-1]) == (20, "…")
    assert length(lines[0], size) <= 300


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["cover", "card"])
def test_a_picture_is_drawn_once_and_asked_for_again_by_its_tag(client, name) -> None:
    address = f"/books/{BookFactory(title='Emma').pk}/{name}.png"
    first = client.get(address)
    assert (first["Content-Type"], first["Cache-Control"]) == ("image/png", "public, max-age=3600")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    cache.set(f"drawn:{first['ETag']}", b"kept")
    assert client.get(address).content == b"kept"


@pytest.mark.django_db
def test_withdrawn_books_have_no_picture(client, now) -> None:
    book = BookFactory(withdrawn_at=now)
    assert client.get(f"/books/{book.pk}/card.png").status_code == 404
