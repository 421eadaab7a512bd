"""What search engines are told: every book and author that readers may find, in parts, and what not to read."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from books import caches
from books.models import Author, Book
from books.sitemaps import PART
from tests.factories.books import AuthorFactory, BookFactory

pytestmark = pytest.mark.django_db


def read(client, address: str) -> list[tuple[str, str]]:
    """Paths with the time of their last change."""
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    entry = re.compile(r"<loc>([^<]+)</loc>(?:<lastmod>([^<]+)</lastmod>)?")
    return [
        (place.removeprefix(settings.PUBLIC_URL), changed) for place, changed in entry.findall(answer.content.decode())
    ]


@pytest.fixture
def library(now) -> list[Book]:
    """Two books in the first part, one in the third; one withdrawn, with an author of nothing else."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first, last = PART - 2, 2 * PART + 7
    AuthorFactory(id=PART + 1, name="Ann")
    books = [BookFactory(id=pk, updated_at=at, author_names=["Ann"]) for pk in (first, first + 1, last)]
    BookFactory(id=PART, withdrawn_at=now, author_names=["Gone"])
    return books


def test_the_parts_together_name_every_book_and_author_once(client, library) -> None:
    index = read(client, "/sitemap.xml")
    assert index == [
        ("/sitemap-pages.xml", ""),
        ("/sitemap-books-0.xml", "2026-01-02T03:04:05Z"),
        ("/sitemap-books-2.xml", "2026-01-02T03:04:05Z"),
        ("/sitemap-authors-1.xml", ""),
    ]
    found = [entry for part, _changed in index for entry in read(client, part)]
    assert found == [
        ("/", ""),
        ("/books/", ""),
        *((f"/books/{book.pk}/", "2026-01-02T03:04:05Z") for book in library),
        (f"/authors/{Author.objects.get(name='Ann').pk}/", ""),
    ]


@pytest.mark.parametrize("address", ["/sitemap-books-1.xml", "/sitemap-books-99.xml", "/sitemap-authors-0.xml"])
def test_a_part_without_anything_does_not_exist(client, library, address) -> None:
    assert client.get(address).status_code == 404


def test_a_book_that_is_withdrawn_leaves_at_once(client, library, now) -> None:
    assert ("/sitemap-books-2.xml", "2026-01-02T03:04:05Z") in read(client, "/sitemap.xml")
    Book.objects.filter(pk=library[-1].pk).update(withdrawn_at=now)
    caches.renew(library[-1].pk)
    assert "/sitemap-books-2.xml" not in dict(read(client, "/sitemap.xml"))


def test_each_part_takes_one_query_and_none_when_it_is_kept(client, library, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        first = client.get("/sitemap-books-0.xml")
    with django_assert_num_queries(0):
        again = client.get("/sitemap-books-0.xml", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_robots_are_told_where_the_sitemap_is_and_what_is_not_theirs(client) -> None:
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    assert f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml" in lines
    assert {"Disallow: /me/", "Disallow: /admin/", "Disallow: /login/", "Disallow: /books/?"} <= set(lines)


def test_browsers_can_search_the_library(client) -> None:
    assert 'href="/opensearch.xml" type="application/opensearchdescription+xml"' in client.get("/").content.decode()
    answer = client.get("/opensearch.xml")
    assert answer["Content-Type"] == "application/opensearchdescription+xml"
    assert f'template="{settings.PUBLIC_URL}/books/?q={{searchTerms}}"' in answer.content.decode()
