"""Authors who stand in the catalogue twice become one, with everything that hangs on them."""

import pytest

from authors.merges import LinkedToDifferentPeople
from authors.models import AuthorAccount
from books import caches, queries, services
from books.models import Author, AuthorAlias, Authorship, Genre, Publisher
from books.search.queries import search_books
from books.services.indexing import index_books
from library_portal.audit.models import AuditEntry
from library_portal.errors import NotFound
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.authors import AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory, PublisherFactory
from watching.models import Watch

pytestmark = pytest.mark.django_db

KEPT, OTHER = "J. R. R. Tolkien", "Tolkien, John"


@pytest.fixture
def kept():
    return AuthorFactory(name=KEPT)


@pytest.fixture
def other():
    return AuthorFactory(name=OTHER)


def merge(kept, *others):
    return services.merge_authors(keep_id=kept.pk, other_ids=[other.pk for other in others])


def people(book):
    return [(place.author.name, place.role) for place in book.authorships.select_related("author")]


def test_books_keep_their_order_and_roles(kept, other):
    book = BookFactory(author_names=["First", OTHER, "Last"])
    book.authorships.filter(author=other).update(role="editor")

    merge(kept, other)

    assert people(book) == [("First", ""), (KEPT, "editor"), ("Last", "")]


def test_a_book_that_has_both_keeps_the_first_place(kept, other):
    book = BookFactory(author_names=[OTHER, "Between", KEPT])
    book.authorships.filter(author=kept).update(role="illustrator")

    merge(kept, other)

    assert people(book) == [(KEPT, ""), ("Between", "")]


def test_the_page_is_filled_from_the_others_and_nothing_is_overwritten(kept, other):
    Author.objects.filter(pk=kept.pk).update(city="Oxford")
    Author.objects.filter(pk=other.pk).update(city="Leeds", biography="Wrote.")
    third = AuthorFactory(biography="Wrote more.", goodreads_url="https://www.goodreads.com/author/show/1")

    merge(kept, other, third)

    kept.refresh_from_db()
    assert (kept.city, kept.biography, kept.goodreads_url[-1], kept.version) == ("Oxford", "Wrote.", "1", 2)


def test_the_other_names_find_the_author_and_the_old_page_leads_on(kept, other, client, now):
    book = BookFactory(author_names=[OTHER])
    old_url = other.get_absolute_url()

    merge(kept, other)

    assert queries.author_id_by_name(name=OTHER) == kept.pk
    answer = client.get(old_url)
    assert (answer.status_code, answer["Location"]) == (301, kept.get_absolute_url())
    found = client.get("/api/v1/books/", {"author": OTHER}).json()["results"]
    assert [one["id"] for one in found] == [book.pk]
    entered = services.create_book(values={"title": "T", "authors": [OTHER]}, now=now)
    assert people(entered) == [(KEPT, "")]


def test_names_and_numbers_go_on_through_a_second_merge(kept, other, client):
    newest = AuthorFactory(name="John Ronald Reuel Tolkien")
    old_url = other.get_absolute_url()

    merge(kept, other)
    merge(newest, kept)

    assert set(AuthorAlias.objects.values_list("name", "author")) == {(KEPT, newest.pk), (OTHER, newest.pk)}
    assert client.get(old_url)["Location"] == newest.get_absolute_url()


def test_everybody_is_told(kept, other, django_capture_on_commit_callbacks):
    book = BookFactory(author_names=[OTHER])
    stamp = caches.kept(caches.LISTS, "test", lambda: b"old")

    with django_capture_on_commit_callbacks(execute=True):
        merge(kept, other)

    assert list(OutboxEvent.objects.order_by("pk").values_list("name", "payload")) == [
        ("author.merged", {"author_id": kept.pk, "merged_ids": [other.pk]}),
        ("book.updated", {"book_id": book.pk, "version": 1}),
    ]
    assert (stamp, caches.kept(caches.LISTS, "test", lambda: b"new")) == (b"old", b"new")


def test_the_account_of_one_of_them_goes_with_the_author_who_stays(kept, other):
    account = AuthorAccountFactory(author=other)

    merge(kept, other)

    assert list(AuthorAccount.objects.values_list("author", "user")) == [(kept.pk, account.user_id)]
    (entry,) = AuditEntry.objects.filter(action="author_linked")
    assert (entry.whom_id, entry.details) == (
        account.user_id,
        {"author_id": kept.pk, "merged_author_id": other.pk},
    )


def test_authors_who_are_different_people_stay_two(kept, other):
    AuthorAccountFactory(author=kept), AuthorAccountFactory(author=other)
    book = BookFactory(author_names=[OTHER])

    with pytest.raises(LinkedToDifferentPeople) as refused:
        merge(kept, other)

    assert (refused.value.status, people(book), Author.objects.count()) == (409, [(OTHER, "")], 2)


def test_followers_follow_the_one_who_stays_once(kept, other):
    both, one = UserFactory.create_batch(2)
    for user, author in ((both, kept), (both, other), (one, other)):
        Watch.objects.create(user=user, author=author)

    merge(kept, other)

    assert set(Watch.objects.values_list("user", "author")) == {(both.pk, kept.pk), (one.pk, kept.pk)}


@pytest.mark.parametrize("which", [[], ["kept"], ["other"] * 2 + ["kept"], range(21)])
def test_nothing_to_merge_is_said_so(kept, other, which):
    ids = {"kept": kept.pk, "other": other.pk}

    with pytest.raises(services.NothingToMerge):
        services.merge_authors(keep_id=kept.pk, other_ids=[ids.get(one, one) for one in which])


def test_who_is_gone_cannot_be_merged(kept):
    with pytest.raises(NotFound):
        services.merge_authors(keep_id=kept.pk, other_ids=[kept.pk + 1000])


@pytest.mark.parametrize("name", [OTHER, "Alias"])
def test_a_name_of_another_author_is_refused_with_who_that_is(kept, other, name):
    AuthorAlias.objects.create(author=other, name="Alias")

    with pytest.raises(services.AuthorNameTaken) as refused:
        services.update_author(author_id=kept.pk, changes={"name": name})

    assert OTHER in refused.value.extra["errors"]["name"][0]


def test_one_of_the_authors_own_names_may_become_the_name(kept, other):
    merge(kept, other)

    services.update_author(author_id=kept.pk, changes={"name": OTHER})

    assert (Author.objects.get().name, AuthorAlias.objects.count()) == (OTHER, 0)


def test_genres_are_merged(now):
    both, one = BookFactory(genre_names=["Sci-Fi", "SF"]), BookFactory(genre_names=["SF"])
    keep = GenreFactory(name="Sci-Fi")

    services.merge_genres(keep_id=keep.pk, other_ids=[GenreFactory(name="SF").pk])

    assert [list(book.genres.all()) for book in (both, one)] == [[keep], [keep]]
    assert (Genre.objects.count(), OutboxEvent.objects.filter(name="book.updated").count()) == (1, 2)


def test_publishers_are_merged(now):
    keep, gone = PublisherFactory(name="Penguin"), PublisherFactory(name="Penguin Books")
    book = BookFactory(publisher=gone)

    services.merge_publishers(keep_id=keep.pk, other_ids=[gone.pk])

    book.refresh_from_db()
    assert (book.publisher, list(Publisher.objects.all())) == (keep, [keep])


def test_the_places_on_a_book_stay_unique(kept, other):
    third = AuthorFactory(name="Third")
    book = BookFactory(author_names=["Third", OTHER, KEPT])

    merge(third, other, kept)

    assert list(Authorship.objects.filter(book=book).values_list("author", flat=True)) == [third.pk]


def test_books_are_found_by_the_other_names_of_their_authors(kept, other):
    book = BookFactory(title="The Hobbit", author_names=[KEPT])
    AuthorAlias.objects.create(author=kept, name="Толкин")

    index_books({book.pk: 1})

    assert [hit.document.book_id for hit in search_books(text="толкин").hits] == [book.pk]
