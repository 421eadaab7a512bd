"""Whatever is typed or catalogued, the search neither fails nor changes it."""

import html

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books.search.analysis import words
from books.search.highlighting import highlighted
from books.search.indexing import analyse_book
from books.search.postgres_store import PostgresStore
from books.search.queries import search_books, suggest
from books.search.querying import InvalidQuery
from tests.books.search.factories import document

TEXTS = st.text(max_size=210)
# What PostgreSQL can hold as a title.
TITLES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=60)
PATIENT = settings(
    max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.django_db
@PATIENT
@given(text=TEXTS)
def test_any_query_is_answered_or_refused(text: str) -> None:
    try:
        result = search_books(text=text, facets=True)
        suggest(text=text)
    except InvalidQuery:
        return
    assert (result.hits, result.total, result.facets) == ([], 0, [])


@pytest.mark.django_db
@PATIENT
@given(title=TITLES)
def test_any_title_is_found_by_its_own_words(title: str) -> None:
    store = PostgresStore()
    store.rebuild([[analyse_book(document(title, book_id=1))]], progress=lambda done: None)
    if any(character.isalnum() for word in words(title) for character in word):
        assert [hit.document.title for hit in search_books(text=title).hits] == [title]


@PATIENT
@given(title=TITLES, query=TEXTS)
def test_highlighting_only_adds_marks(title: str, query: str) -> None:
    marked = highlighted(title, words(query))
    assert html.unescape(marked.replace("<mark>", "").replace("</mark>", "")) == html.unescape(html.escape(title))


@given(text=TEXTS)
@PATIENT
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)
