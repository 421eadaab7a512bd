"""The catalogue, a book and an author as readers see them."""

import pytest
from django.test import Client

from books.models import Copy
from books.services.indexing import index_books
from tests.factories.books import BookFactory, PublisherFactory
from tests.factories.people import librarian, patron

pytestmark = pytest.mark.django_db


def indexed(**facts: object):
    book = BookFactory(**facts)
    index_books({book.pk: 1})
    return book


def shown(client: Client, address: str, **headers: str):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.context["shown"], answer.content.decode()


def titles(found) -> list[str]:
    return [book["title"] for book in found.books]


def test_a_search_finds_the_book_and_marks_the_words(client) -> None:
    indexed(title="The Hobbit", copies=1)
    indexed(title="Dune", copies=1)
    found, page = shown(client, "/books/?q=hobb")
    assert titles(found) == ["The Hobbit"]
    assert "The <mark>Hobbit</mark>" in page
    assert "Available" in page


def test_a_text_that_is_too_long_is_told_instead_of_showing_everything(client) -> None:
    indexed(title="The Hobbit")
    found, page = shown(client, f"/books/?q={'x' * 201}")
    assert titles(found) == []
    assert "Please search for at most 200 characters." in page


def test_typing_gets_only_the_part_that_changes_and_says_it_aloud(client) -> None:
    indexed(title="The Hobbit")
    _found, part = shown(client, "/books/?q=hobbit", HX_Request="true")
    assert "<html" not in part
    assert '<div id="catalogue"' in part
    assert 'role="status"' in part
    assert "1 book" in part
    assert "“hobbit”" in part.split("</title>")[0]


def test_going_back_gets_the_whole_page(client) -> None:
    _found, page = shown(client, "/books/?q=x", HX_Request="true", HX_History_Restore_Request="true")
    assert "<html" in page


def test_a_cache_keeps_part_and_page_apart(client) -> None:
    assert "HX-Request" in client.get("/books/")["Vary"]


def test_filters_narrow_and_can_be_taken_back(client) -> None:
    fantasy = indexed(title="Hobbit Songs", genre_names=["Fantasy"]).genres.get()
    indexed(title="Hobbit Cookery", genre_names=["Cooking"])
    found, page = shown(client, f"/books/?q=hobbit&genre={fantasy.pk}")
    assert titles(found) == ["Hobbit Songs"]
    assert 'href="?q=hobbit"' in page


@pytest.mark.parametrize(
    ("query", "orders"),
    [("", ["Most read", "New here", "Title A–Z"]), ("?q=dune", ["Best match", "Most read", "New here", "Title A–Z"])],
)
def test_a_best_match_is_offered_only_where_words_are_to_be_matched(client, query, orders) -> None:
    assert [str(label) for _value, label in client.get(f"/books/{query}").context["sorts"]] == orders


def test_only_what_is_on_the_shelf_today(client) -> None:
    indexed(title="Free Hobbit", copies=1)
    lent = indexed(title="Lent Hobbit", copies=1)
    Copy.objects.filter(book=lent).update(status=Copy.Status.ON_LOAN)
    assert titles(shown(client, "/books/?q=hobbit&available=on")[0]) == ["Free Hobbit"]
    assert titles(shown(client, "/books/?available=on")[0]) == ["Free Hobbit"]


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=x", "page=999999999999", "genre=x", "genre=-1", "genre=99999999999999999999", "language=<b>",
     "year_min=x", "year_max=99999", "sort=evil", "available=maybe", "q=" + "x" * 300],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out(client, query) -> None:
    assert client.get(f"/books/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["q=%F0%9F%98%80", "q=%3F%3F%3F", "page=400"])
def test_an_empty_answer_helps_on(client, query) -> None:
    found, page = shown(client, f"/books/?{query}")
    assert found.books == []
    assert "See the most read books" in page


def test_the_catalogue_asks_as_often_for_many_books_as_for_one(client, django_assert_max_num_queries) -> None:
    for number in range(24):
        indexed(title=f"Hobbit {number}", author_names=["A", "B"], genre_names=["Fantasy", "Classics"], copies=2)
    with django_assert_max_num_queries(12):
        found, _page = shown(client, "/books/?q=hobbit")
    assert len(found.books) == 24


def test_a_book_page_shows_its_facts(client) -> None:
    book = BookFactory(
        title="Emma", author_names=["Jane Austen"], genre_names=["Classics"], year=-8, language="fr", copies=2
    )
    page = client.get(f"/books/{book.pk}/").content.decode()
    for words in ("Emma", "Jane Austen", "Classics", "8 BC", "French", "Log in to reserve"):
        assert words in page
    assert "administration" not in page


@pytest.mark.parametrize("address", ["/books/999999/", "/authors/999999/"])
def test_what_does_not_exist_is_a_page_of_its_own(client, address) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "not on any shelf" in answer.content.decode()


def test_librarians_get_a_way_to_the_administration(client) -> None:
    client.force_login(librarian())
    book = BookFactory(copies=1)
    assert f"/admin/books/book/{book.pk}/change/" in client.get(f"/books/{book.pk}/").content.decode()


def test_an_author_page_lists_what_readers_may_find(client, now) -> None:
    book = BookFactory(title="Emma", author_names=["Jane Austen"], copies=1)
    BookFactory(title="Withdrawn", author_names=["Jane Austen"], withdrawn_at=now)
    answer = client.get(f"/authors/{book.authors.get().pk}/")
    assert [row["title"] for row in answer.context["shown"].books] == ["Emma"]


def test_the_front_page_shows_what_is_there_and_what_is_to_do(client, django_assert_max_num_queries) -> None:
    BookFactory.create_batch(8, copies=1)
    with django_assert_max_num_queries(16):
        page = client.get("/").content.decode()
    for words in ("On the shelf today", "New here", "Plans", "Premium", "$15.00"):
        assert words in page
    reader = patron(username="ada")
    client.force_login(reader)
    assert "Good to see you, ada" in client.get("/").content.decode()


def test_an_author_of_many_books_has_pages_and_orders(client) -> None:
    books = [
        BookFactory(title=f"Volume {number:02}", author_names=["Honoré"], year=2000 - number) for number in range(30)
    ]
    address = f"/authors/{books[0].authors.get().pk}/"
    first, page = shown(client, f"{address}?sort=title")
    assert (len(first.books), first.books[0]["title"], first.pages) == (24, "Volume 00", 2)
    assert 'rel="next" href="?sort=title&amp;page=2"' in page
    assert titles(shown(client, f"{address}?sort=year&page=2")[0])[-1] == "Volume 00"
    assert shown(client, f"{address}?sort=evil&page=99")[0].page == 2


def test_beside_a_book_stand_others_of_its_author_else_of_its_genre(client) -> None:
    emma = BookFactory(title="Emma", author_names=["Jane Austen"], genre_names=["Romance"])
    BookFactory(title="Jane Eyre", author_names=["Charlotte Brontë"], genre_names=["Romance"])
    assert "More in Romance" in client.get(f"/books/{emma.pk}/").content.decode()
    BookFactory(title="Persuasion", author_names=["Jane Austen"])
    page = client.get(f"/books/{emma.pk}/").content.decode()
    assert "More by Jane Austen" in page
    assert "Persuasion" in page


def test_a_book_page_leads_to_what_shares_its_publisher_series_and_language(client) -> None:
    book = BookFactory(
        publisher=PublisherFactory(name="John Murray"),
        series="Club & Co",
        language="fr",
        isbn="9780141439587",
        further_isbns=["9780199535521"],
        daily_fee="0.25",
    )
    page = client.get(f"/books/{book.pk}/").content.decode()
    for words in (f"?publisher={book.publisher_id}", "?q=Club%20%26%20Co", "?language=fr", "9780199535521", "$0.25"):
        assert words in page


def test_a_filter_that_leaves_nothing_can_still_be_taken_back(client) -> None:
    publisher = PublisherFactory(name="John Murray")
    found, page = shown(client, f"/books/?q=zzzz&publisher={publisher.pk}&language=fr&year_min=1990&year_max=1999")
    assert found.books == []
    for words in (
        "John Murray",
        "French",
        "1990s",
        'href="?q=zzzz&amp;language=fr&amp;year_min=1990&amp;year_max=1999"',
    ):
        assert words in page


def test_what_was_meant_is_a_link(client) -> None:
    indexed(title="Middlemarch")
    _found, page = shown(client, "/books/?q=midlemarch")
    assert '<a href="?q=middlemarch"><strong>middlemarch</strong></a>' in page


def test_a_long_list_has_page_numbers(client) -> None:
    for number in range(60):
        indexed(title=f"Hobbit {number}")
    _found, page = shown(client, "/books/?q=hobbit&page=2")
    assert 'aria-current="page"><span class="visually-hidden">Page </span>2<' in page
    for number in (1, 3):
        assert f'href="?q=hobbit&amp;page={number}"' in page


def test_a_book_page_asks_little(client, django_assert_max_num_queries) -> None:
    book = BookFactory(author_names=["A", "B"], genre_names=["C", "D"], copies=3)
    BookFactory.create_batch(8, author_names=["A"], genre_names=["C"], copies=1)
    with django_assert_max_num_queries(12):
        client.get(f"/books/{book.pk}/")
