"""Several ISBNs of a book, and what each author did: one main ISBN, any of them finds the book."""

import pytest

from books import services
from books.models import AuthorAlias, Isbn
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.people import librarian
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

BOOKS = "/api/v1/books/"
HARD, SOFT, EBOOK = "9780061054884", "9780575048003", "9780439023481"


@pytest.fixture
def staff():
    return {"headers": bearer(librarian())}


@pytest.fixture
def book():
    return BookFactory(isbn=HARD, further_isbns=[SOFT])


def test_a_book_is_entered_with_several_isbns_the_first_is_the_main_one(api, staff):
    created = api.post(BOOKS, {"title": "T", "isbns": ["0-575-04800-X", EBOOK, SOFT]}, **staff).json()

    assert (created["isbn"], created["isbns"]) == (SOFT, [SOFT, EBOOK])


@pytest.mark.parametrize("form", [HARD, "057504800X", "978-0-575-04800-3"])
def test_a_book_is_found_by_any_of_them_in_any_form(api, book, form):
    assert api.get(f"{BOOKS}isbn/{form}/").json()["id"] == book.pk


@pytest.mark.parametrize(
    ("changes", "isbn", "isbns"),
    [
        ({"isbn": EBOOK}, EBOOK, [EBOOK, SOFT]),
        ({"isbn": None}, SOFT, [SOFT]),
        ({"isbn": SOFT}, SOFT, [SOFT]),
        ({"isbns": [EBOOK, HARD]}, EBOOK, [EBOOK, HARD]),
        ({"isbn": HARD, "isbns": [EBOOK]}, HARD, [HARD, EBOOK]),
        ({"isbns": []}, None, []),
        ({"year": 1990}, HARD, [HARD, SOFT]),
    ],
)
def test_a_correction_says_one_or_all_of_them(api, staff, book, changes, isbn, isbns):
    answer = api.patch(f"{BOOKS}{book.pk}/", changes, **staff).json()

    assert (answer["isbn"], answer["isbns"]) == (isbn, isbns)
    assert set(Isbn.objects.values_list("number", flat=True)) == set(isbns)


def test_replacing_a_book_leaves_no_isbn_it_does_not_name(api, staff, book):
    assert api.put(f"{BOOKS}{book.pk}/", {"title": "T", "isbn": EBOOK}, **staff).json()["isbns"] == [EBOOK]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"isbn": HARD}, "isbn"), ({"isbn": SOFT}, "isbn"), ({"isbn": EBOOK, "isbns": [EBOOK, SOFT]}, "isbns")],
)
def test_an_isbn_belongs_to_one_book(api, staff, book, changes, field):
    other = BookFactory(isbn="9781566199094")

    refused = api.patch(f"{BOOKS}{other.pk}/", changes, **staff)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert list(other.isbns.values_list("number", flat=True)) == ["9781566199094"]


def test_a_wrong_isbn_among_several_is_refused_at_its_field(api, staff):
    refused = api.post(BOOKS, {"title": "T", "isbns": [HARD, "9780575048004"]}, **staff)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["isbns.1"])


def test_saying_the_same_isbns_again_is_no_change(book, now):
    services.update_book(book_id=book.pk, changes={"isbns": [HARD, SOFT]}, now=now)

    book.refresh_from_db()
    assert book.version == 1


def credits(answer):
    return [(author["name"], author["role"]) for author in answer["authors"]]


def test_authors_come_in_order_with_what_they_did(api, staff):
    given = ["Stanisław Lem", {"name": "Michael Kandel", "role": "translator"}, {"name": "Daniel Mróz"}]

    assert credits(api.post(BOOKS, {"title": "T", "authors": given}, **staff).json()) == [
        ("Stanisław Lem", ""),
        ("Michael Kandel", "translator"),
        ("Daniel Mróz", ""),
    ]


def test_a_plain_name_keeps_its_role_and_another_order_is_a_change(api, staff, now):
    book = BookFactory(author_names=["Writer", "Translator"])
    book.authorships.filter(author__name="Translator").update(role="translator")
    url = f"{BOOKS}{book.pk}/"

    turned = api.patch(url, {"authors": ["Translator", "Writer"]}, **staff).json()
    same = api.patch(url, {"authors": ["Translator", "Writer"]}, **staff).json()
    changed = api.patch(url, {"authors": [{"name": "Translator", "role": "editor"}, "Writer"]}, **staff).json()

    assert credits(turned) == credits(same) == [("Translator", "translator"), ("Writer", "")]
    assert credits(changed) == [("Translator", "editor"), ("Writer", "")]
    assert (turned["version"], same["version"], changed["version"]) == (2, 2, 3)


@pytest.mark.parametrize(
    ("author", "field"),
    [
        ({"role": "editor"}, "authors.1.name"),
        ({"name": ""}, "authors.1.name"),
        ({"name": "A", "role": "x" * 31}, "authors.1.role"),
        ({"name": ["A"]}, "authors.1.name"),
        ("", "authors.1.name"),
        (None, "authors.1"),
    ],
)
def test_an_author_without_a_name_or_with_an_endless_role_is_refused(api, staff, author, field):
    refused = api.post(BOOKS, {"title": "T", "authors": ["Fine", author]}, format="json", **staff)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_who_is_entered_under_another_name_is_the_author_it_belongs_to(api, staff):
    tolkien = AuthorFactory(name="J. R. R. Tolkien")
    AuthorAlias.objects.create(author=tolkien, name="Tolkien, John Ronald Reuel")

    given = ["Tolkien, John Ronald Reuel", "J. R. R. Tolkien"]
    created = api.post(BOOKS, {"title": "T", "authors": given}, **staff).json()

    assert created["authors"] == [{"id": tolkien.pk, "name": "J. R. R. Tolkien", "role": ""}]
