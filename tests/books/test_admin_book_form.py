"""The admin's forms of the catalogue: what others changed meanwhile stands, everything goes through the services."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from books.models import Author, Book, Isbn
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.authors import AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory, CopyFactory, GenreFactory

pytestmark = pytest.mark.django_db

BOOKS, AUTHORS = "/admin/books/book/", "/admin/books/author/"
MAIN, OTHER, THIRD = "9780061054884", "9780575048003", "9780439023481"


@pytest.fixture
def staff():
    client = Client()
    client.force_login(UserFactory(role="librarian"))
    return client


def form_of(client, url):
    """Everything that a browser would send back from this page."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for field in form:
            if field.name not in ("picture",) and field.value() is not None:
                sent[field.html_name] = field.value()
            if field.field.show_hidden_initial:
                sent[field.html_initial_name] = field.initial or ""
    return {name: value for name, value in sent.items() if value is not False}


def change(book):
    return f"{BOOKS}{book.pk}/change/"


def errors(response):
    assert response.status_code == 200
    return response.context["adminform"].form.errors


def test_an_empty_form_asks_for_a_book_and_shows_no_record_that_is_not_there(staff):
    page = staff.get(f"{BOOKS}add/")
    assert [name for name, _fields in page.context["adminform"].fieldsets] == [None, "Edition", "Cover", "Lending"]
    assert "Add another Author" in page.content.decode()
    assert "DatabaseDefault" not in page.content.decode()


def test_the_list_offers_no_genre_of_thousands_to_narrow_it(staff):
    GenreFactory(name="One of very many")
    assert "One of very many" not in staff.get(BOOKS).content.decode()


def test_a_form_that_comes_back_as_it_was_changes_nothing(staff):
    book = BookFactory(
        isbn=MAIN,
        further_isbns=[OTHER],
        author_names=["A", "B"],
        genre_names=["G"],
        year=1990,
        copies=2,
        daily_fee="0.20",
    )

    assert staff.post(change(book), form_of(staff, change(book))).status_code == 302

    book.refresh_from_db()
    assert (book.version, OutboxEvent.objects.count()) == (1, 0)


def test_isbns_people_and_genres_are_saved_together_in_one_new_version(staff):
    book = BookFactory(isbn=MAIN, author_names=["A", "B"])
    form = form_of(staff, change(book))
    form |= {
        "isbn": "",
        "other_isbns": f"{OTHER}\n057504800X\n{THIRD}",
        "authorships-0-position": "5",
        "authorships-0-role": "editor",
        "genres": [GenreFactory(name="G").pk],
    }

    assert staff.post(change(book), form).status_code == 302

    book.refresh_from_db()
    people = list(book.authorships.values_list("author__name", "role"))
    assert (book.version, book.isbn, people) == (2, OTHER, [("B", ""), ("A", "editor")])
    assert set(Isbn.objects.values_list("number", flat=True)) == {OTHER, THIRD}
    assert [genre.name for genre in book.genres.all()] == ["G"]
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["book.updated"]


def test_somebody_elses_change_is_not_written_over(staff):
    book = BookFactory(title="Before")
    slower = form_of(staff, change(book)) | {"title": "Slower"}
    staff.post(change(book), form_of(staff, change(book)) | {"title": "Faster"})

    refused = staff.post(change(book), slower)

    assert "Somebody else has changed this book" in str(errors(refused))
    assert Book.objects.get().title == "Faster"


def test_a_barcode_that_somebody_else_changed_is_not_written_over(staff):
    book = BookFactory()
    copy = CopyFactory(book=book, barcode="OLD")
    form = form_of(staff, change(book)) | {"copies-0-barcode": "MINE"}
    book.copies.update(barcode="THEIRS")

    refused = staff.post(change(book), form)

    copy.refresh_from_db()
    assert (refused.status_code, copy.barcode) == (200, "THEIRS")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("isbn", "9780575048004"),
        ("isbn", THIRD),
        ("other_isbns", f"{OTHER}\nnonsense"),
        ("other_isbns", THIRD),
        ("year", "99999"),
        ("pages", "0"),
        ("price", "-1"),
        ("daily_fee", "-0.10"),
        ("language", "klingonese!"),
        ("cover_url", "javascript:alert(1)"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(staff, field, value):
    BookFactory(further_isbns=[THIRD])
    book = BookFactory()

    assert list(errors(staff.post(change(book), form_of(staff, change(book)) | {field: value}))) == [field]


def test_a_picture_is_sent_and_taken_away(staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    out = BytesIO()
    Image.new("RGB", (300, 450), "teal").save(out, "PNG")
    book = BookFactory()

    picture = SimpleUploadedFile("c.png", out.getvalue())
    staff.post(change(book), form_of(staff, change(book)) | {"picture": picture})
    book.refresh_from_db()
    with_picture = book.cover_picture
    shown = staff.get(change(book)).content.decode()
    staff.post(change(book), form_of(staff, change(book)) | {"remove_picture": "on"})
    book.refresh_from_db()

    assert (len(with_picture), with_picture in shown, book.cover_picture) == (64, True, "")


def test_what_is_no_picture_is_refused_at_its_field(staff):
    book = BookFactory()

    sent = form_of(staff, change(book)) | {"picture": SimpleUploadedFile("c.svg", b"<svg/>")}

    assert list(errors(staff.post(change(book), sent))) == ["picture"]


def act(client, url, action, *things, **form):
    return client.post(url, {"action": action, "_selected_action": [one.pk for one in things], **form}, follow=True)


def test_a_withdrawn_book_is_looked_at_and_restored(staff, now):
    book = BookFactory(withdrawn_at=now)
    looked_at = staff.get(change(book)).status_code
    refused = staff.post(change(book), {"title": "Changed"}).status_code

    act(staff, BOOKS, "restore", book)

    book.refresh_from_db()
    assert (looked_at, refused, book.withdrawn_at) == (200, 403, None)


def test_possible_duplicates_stand_side_by_side(staff):
    for name in ("J. R. R. Tolkien", "Jane Austen", "J.R.R. Tolkien", "J. Tolkien", "Tolkien, J. R. R."):
        AuthorFactory(name=name)

    same, near = (
        [author.name for author in staff.get(AUTHORS, {"duplicates": kind}).context["cl"].result_list]
        for kind in ("same", "near")
    )

    assert same == ["J. R. R. Tolkien", "J.R.R. Tolkien", "Tolkien, J. R. R."]
    assert near == ["J. R. R. Tolkien", "J. Tolkien", "J.R.R. Tolkien", "Tolkien, J. R. R."]


def test_which_author_stays_is_asked_then_they_are_merged(staff):
    kept, other = AuthorFactory(name="Kept"), AuthorFactory(name="Other")
    book = BookFactory(author_names=["Other"])

    asked = act(staff, AUTHORS, "merge", kept, other)
    told = act(staff, AUTHORS, "merge", kept, other, keep=kept.pk)

    assert [one.name for one in asked.context["chosen"]] == ["Kept", "Other"]
    assert [str(message) for message in told.context["messages"]] == ["“Other” and “Kept” are one now."]
    assert (list(Author.objects.all()), list(book.authors.all())) == ([kept], [kept])


def test_a_merge_that_is_refused_is_told(staff):
    accounts = AuthorAccountFactory.create_batch(2)
    authors = [account.author for account in accounts]

    told = act(staff, AUTHORS, "merge", *authors, keep=authors[0].pk)
    alone = act(staff, AUTHORS, "merge", authors[0])

    assert "linked to different people" in str(next(iter(told.context["messages"])))
    assert "Choose the one that stays" in str(next(iter(alone.context["messages"])))


def test_a_name_that_is_taken_is_refused_with_whose_it_is(staff):
    AuthorFactory(name="Known").aliases.create(name="Alias")

    refused = staff.post(f"{AUTHORS}add/", {"name": "Alias"})

    assert "“Known”" in str(errors(refused)["name"])
