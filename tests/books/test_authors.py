"""What an author's page says, who was faster, and how often the author's books are lent."""

from datetime import date

import pytest

from books import services
from books.models import Author
from books.readership import Month, loans_by_book, loans_by_month
from books.services import StaleAuthor
from library_portal.errors import NotFound
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.books import AuthorFactory, BookFactory

pytestmark = pytest.mark.django_db


def page(author):
    return Author.objects.values("biography", "city", "goodreads_url", "version").get(pk=author.pk)


def test_a_change_makes_a_new_version_and_no_change_does_not():
    author = AuthorFactory(city="Steventon")
    services.update_author(author_id=author.pk, changes={"biography": "Wrote at a small table."}, version=1)
    services.update_author(author_id=author.pk, changes={"city": "Steventon"}, version=2)
    assert page(author) == {
        "biography": "Wrote at a small table.",
        "city": "Steventon",
        "goodreads_url": "",
        "version": 2,
    }


def test_who_was_slower_changes_nothing():
    author = AuthorFactory()
    services.update_author(author_id=author.pk, changes={"biography": "The librarian's"}, version=1)
    with pytest.raises(StaleAuthor):
        services.update_author(author_id=author.pk, changes={"biography": "The author's"}, version=1)
    assert page(author)["biography"] == "The librarian's"


def test_nobody_edits_an_author_who_is_not_there():
    with pytest.raises(NotFound):
        services.update_author(author_id=987654321, changes={"city": "Nowhere"})


def test_a_new_name_is_told_of_by_the_books_and_a_new_biography_is_not():
    book = BookFactory(author_names=["Old Name"])
    author = book.authors.get()
    services.update_author(author_id=author.pk, changes={"biography": "New"})
    assert OutboxEvent.objects.count() == 0
    services.update_author(author_id=author.pk, changes={"name": "New Name"})
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["book.updated"]


def test_the_api_shows_an_edit_at_once_under_a_new_tag(client, django_capture_on_commit_callbacks):
    author = AuthorFactory(name="Jane Austen")
    address = f"/api/v1/authors/{author.pk}/"
    before = client.get(address)
    assert client.get(address, headers={"If-None-Match": before["ETag"]}).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        services.update_author(author_id=author.pk, changes={"city": "Bath"})
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert after.json() == {**before.json(), "city": "Bath", "version": 2}
    assert after["ETag"].startswith('W/"2-')


def test_a_librarians_form_from_before_an_authors_edit_is_refused(client):
    author = AuthorFactory(name="Jane Austen")
    client.force_login(UserFactory(role="librarian"))
    address = f"/admin/books/author/{author.pk}/change/"
    form = {"name": author.name, "seen_version": client.get(address).context["adminform"].form.initial["seen_version"]}
    services.update_author(author_id=author.pk, changes={"biography": "The author's"})
    refused = client.post(address, {**form, "biography": "The librarian's"})
    assert refused.context["adminform"].form.non_field_errors() == [services.StaleAuthor.title]
    assert page(author)["biography"] == "The author's"
    assert client.post(address, {**form, "biography": "The librarian's", "seen_version": 2}).status_code == 302
    assert page(author) == {"biography": "The librarian's", "city": "", "goodreads_url": "", "version": 3}


@pytest.mark.parametrize("link", ["http://www.goodreads.com/author/1", "https://www.goodreads.com.evil.example/a"])
def test_a_librarian_links_to_goodreads_only(client, link):
    author = AuthorFactory()
    client.force_login(UserFactory(role="librarian"))
    client.post(f"/admin/books/author/{author.pk}/change/", {"name": author.name, "goodreads_url": link})
    assert page(author)["goodreads_url"] == ""


def test_loans_by_month_name_every_month_the_oldest_first_over_all_books_of_the_author():
    mine = [BookFactory(author_names=["Jane Austen"]), BookFactory(author_names=["Jane Austen", "Somebody Else"])]
    other = BookFactory(author_names=["Somebody Else"])
    for book, day in [
        (mine[0], date(2025, 10, 31)),
        (mine[0], date(2025, 11, 30)),
        (mine[1], date(2025, 11, 1)),
        (mine[1], date(2026, 1, 15)),
        (other, date(2026, 1, 15)),
    ]:
        services.record_loan(book.pk, on=day)
    author_id = Author.objects.get(name="Jane Austen").pk
    assert loans_by_month(author_id=author_id, months=3, today=date(2026, 1, 20)) == [
        Month(date(2025, 11, 1), 2),
        Month(date(2025, 12, 1), 0),
        Month(date(2026, 1, 1), 1),
    ]


def test_loans_by_book_put_the_most_lent_of_these_months_first(django_assert_max_num_queries):
    old, new, never = (BookFactory(title=title, author_names=["Jane Austen"]) for title in ("Old", "New", "Never"))
    for _time in range(3):
        services.record_loan(old.pk, on=date(2020, 1, 1))
    services.record_loan(new.pk, on=date(2026, 1, 1))
    author_id = Author.objects.get(name="Jane Austen").pk
    with django_assert_max_num_queries(1):
        rows = loans_by_book(author_id=author_id, months=12, today=date(2026, 1, 20))
    assert [(row["id"], row["recent_loans"], row["loans_count"]) for row in rows] == [
        (new.pk, 1, 1),
        (old.pk, 0, 3),
        (never.pk, 0, 0),
    ]
