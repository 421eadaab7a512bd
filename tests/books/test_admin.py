"""The catalogue in the admin: findable, without a query per row, and every change told of."""

import pytest
from django.db.models.signals import pre_save
from django.test import Client

from accounts.models import Role
from books.models import Author, Book, Copy, Genre, Publisher
from books.services.indexing import index_books
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.books import BookFactory, CopyFactory, GenreFactory, PublisherFactory

pytestmark = pytest.mark.django_db

BOOKS, COPIES = "/admin/books/book/", "/admin/books/copy/"
NO_ROWS = {
    f"{prefix}-{field}": "0" for prefix in ("authorships", "copies") for field in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def client_of(role):
    user = UserFactory(role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(params=[Role.LIBRARIAN, Role.ADMIN])
def staff(request):
    return client_of(request.param)


def events():
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def posted(client, url, form):
    response = client.post(url, form)
    assert response.status_code == 302, response.content


def act(client, url, action, *things):
    response = client.post(url, {"action": action, "_selected_action": [thing.pk for thing in things]}, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("model", ["book", "copy", "author", "genre", "publisher"])
def test_lists_take_the_same_number_of_queries_however_long(staff, model, django_assert_max_num_queries):
    for number in range(30):
        book = BookFactory(author_names=[f"A{number}", f"B{number}"], genre_names=[f"G{number}"], copies=2)
        Book.objects.filter(pk=book.pk).update(publisher=PublisherFactory())

    with django_assert_max_num_queries(12):
        assert staff.get(f"/admin/books/{model}/").status_code == 200


@pytest.mark.parametrize("model", ["book", "copy", "author", "genre", "publisher"])
def test_everything_is_searchable(staff, model):
    BookFactory(title="Emma", author_names=["Jane Austen"], copies=1)

    for term in ("emma", "'\"%_\\", "9780575048003", "x" * 3000):
        assert staff.get(f"/admin/books/{model}/", {"q": term}).status_code == 200


def test_a_books_page_takes_the_same_number_of_queries_however_many_copies(staff, django_assert_max_num_queries):
    book = BookFactory(author_names=list("ABCDEFGH"), copies=30)

    with django_assert_max_num_queries(21):
        assert staff.get(f"{BOOKS}{book.pk}/change/").status_code == 200


@pytest.mark.parametrize("term", ["hobbit", "tolkien", "9780575048003", "B-1"])
def test_a_book_is_found_by_words_isbn_and_barcode(staff, term):
    book = BookFactory(title="The Hobbit", author_names=["J. R. R. Tolkien"], isbn="9780575048003")
    CopyFactory(book=book, barcode="B-1")
    other = BookFactory(title="Emma")
    index_books({book.pk: 1, other.pk: 1})

    found = staff.get(BOOKS, {"q": term}).context["cl"].queryset

    assert list(found) == [book]


def test_a_withdrawn_book_is_still_found(staff, now):
    book = BookFactory(title="Gone", withdrawn_at=now)

    assert list(staff.get(BOOKS, {"q": "gone"}).context["cl"].queryset) == [book]


def test_a_librarian_enters_a_book_with_people_and_copies(staff):
    author, genre, publisher = Author.objects.create(name="A"), GenreFactory(), PublisherFactory()

    posted(
        staff,
        f"{BOOKS}add/",
        {
            "title": "New",
            "isbn": "057504800X",
            "language": "eng",
            "daily_fee": "0.10",
            "is_lendable": "on",
            "publisher": publisher.pk,
            "genres": [genre.pk],
            **NO_ROWS,
            "authorships-TOTAL_FORMS": "1",
            "authorships-0-author": author.pk,
            "authorships-0-position": "0",
            "copies-TOTAL_FORMS": "2",
            "copies-0-barcode": "",
            "copies-1-barcode": "OWN",
        },
    )

    book = Book.objects.get()
    assert (book.isbn, book.language, list(book.authors.all()), list(book.genres.all())) == (
        "9780575048003",
        "en",
        [author],
        [genre],
    )
    assert [copy.barcode[:2] for copy in book.copies.order_by("pk")] == ["LP", "OW"]
    assert book.match_key != ""
    assert events() == ["book.created", "book.availability_changed", "book.availability_changed"]


def change_form(book, **changes):
    return {"title": book.title, "daily_fee": book.daily_fee, "is_lendable": "on", **NO_ROWS, **changes}


def test_a_change_takes_a_new_version_and_leaves_the_counters_alone(staff):
    book = BookFactory(title="Old")

    def lend_meanwhile(instance, **_signal):
        pre_save.disconnect(lend_meanwhile, Book)
        Book.objects.filter(pk=instance.pk).update(loans_count=5, waiting_count=2)

    pre_save.connect(lend_meanwhile, Book)
    posted(staff, f"{BOOKS}{book.pk}/change/", change_form(book, title="New"))

    book.refresh_from_db()
    assert (book.title, book.version, book.loans_count, book.waiting_count) == ("New", 2, 5, 2)
    assert events() == ["book.updated"]


def test_saving_without_a_change_is_no_change(staff):
    book = BookFactory()

    posted(staff, f"{BOOKS}{book.pk}/change/", change_form(book))

    book.refresh_from_db()
    assert (book.version, events()) == (1, [])


def test_withholding_a_title_tells_that_its_availability_changed(staff):
    book = BookFactory(copies=1)

    assert act(staff, BOOKS, "withhold", book) == ["1 changed."]

    book.refresh_from_db()
    assert (book.is_lendable, events()) == (False, ["book.availability_changed", "book.updated"])


@pytest.mark.parametrize("isbn", ["9780575048004", "9780439023481"])
def test_a_wrong_or_taken_isbn_is_refused_on_the_form(staff, isbn):
    BookFactory(isbn="9780439023481")
    book = BookFactory()

    response = staff.post(f"{BOOKS}{book.pk}/change/", change_form(book, isbn=isbn))

    assert (response.status_code, list(response.context["adminform"].form.errors)) == (200, ["isbn"])


def test_books_are_withdrawn_not_deleted(staff):
    free, lent = BookFactory(), CopyFactory(status="on_loan").book

    said = act(staff, BOOKS, "withdraw", free, lent)

    assert list(Book.objects.all()) == [lent]
    assert sorted(said) == sorted(
        ["1 changed.", f"{lent}: Copies of this book are held or on loan, or people wait for it."]
    )
    assert staff.get(f"{BOOKS}{lent.pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    ("action", "status", "reason"),
    [
        ("mark_lost", "unavailable", "lost"),
        ("send_to_repair", "unavailable", "in_repair"),
        ("withdraw", "unavailable", "withdrawn"),
    ],
)
def test_a_copy_goes_off_the_shelf_and_back(staff, action, status, reason):
    copy = CopyFactory()

    act(staff, COPIES, action, copy)
    copy.refresh_from_db()
    off = (copy.status, copy.reason)
    act(staff, COPIES, "put_back", copy)
    copy.refresh_from_db()

    assert (off, copy.status, copy.reason) == ((status, reason), "available", "")
    assert events() == ["book.availability_changed"] * 2


def test_a_copy_on_loan_is_refused(staff):
    copy = CopyFactory(status="on_loan")

    said = [act(staff, COPIES, action, copy) for action in ("mark_lost", "remove", "put_back")]

    assert said == [[f"{copy}: This copy is held for a patron or on loan."]] * 3


def test_a_copy_is_entered_and_renumbered(staff):
    book = BookFactory()

    posted(staff, f"{COPIES}add/", {"book": book.pk, "barcode": ""})
    copy = Copy.objects.get()
    posted(staff, f"{COPIES}{copy.pk}/change/", {"barcode": "NEW"})

    copy.refresh_from_db()
    assert (copy.book, copy.barcode, events()) == (book, "NEW", ["book.availability_changed"])


def test_an_authors_new_name_is_told_of_by_the_books(staff):
    book = BookFactory(author_names=["Old Name"])
    author = book.authors.get()

    posted(staff, f"/admin/books/author/{author.pk}/change/", {"name": "New Name"})

    before = book.match_key
    book.refresh_from_db()
    assert (events(), book.match_key != before) == (["book.updated"], True)


def test_a_genre_that_goes_is_told_of_by_the_books(staff):
    book = BookFactory(genre_names=["Odd"])
    genre = Genre.objects.get()

    posted(staff, f"/admin/books/genre/{genre.pk}/delete/", {"post": "yes"})

    assert (list(book.genres.all()), events()) == ([], ["book.updated"])


def test_an_author_with_books_is_not_deleted(staff):
    author = BookFactory().authors.get()

    staff.post(f"/admin/books/author/{author.pk}/delete/", {"post": "yes"})

    assert Author.objects.filter(pk=author.pk).exists()


def test_readers_see_nothing_of_it():
    reader = client_of(Role.CUSTOMER)

    assert [reader.get(url).status_code for url in (BOOKS, COPIES)] == [302, 302]
    assert not Publisher.objects.exists()
