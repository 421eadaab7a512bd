"""What pages tell programs: linked data of schema.org, and how a shared link looks."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from books.models import Copy
from tests.factories.books import AuthorFactory, BookFactory, PublisherFactory

pytestmark = pytest.mark.django_db

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">')


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def data_of(text: str) -> Any:
    (block,) = BLOCK.findall(text)
    return json.loads(block)


def test_a_book_page_describes_the_book_and_its_loan(client) -> None:
    book = BookFactory(
        title="Emma",
        author_names=["Jane Austen", "Anna Drawer"],
        genre_names=["Romance"],
        publisher=PublisherFactory(name="John Murray"),
        isbn="9780141439587",
        language="en",
        year=1815,
        pages=474,
        cover="soft",
        series="Classics Club",
        rating="4.03",
        ratings_count=7,
        daily_fee="0.25",
        copies=1,
    )
    book.authorships.filter(author__name="Anna Drawer").update(role="illustrator")
    home = settings.PUBLIC_URL
    here = f"{home}/books/{book.pk}/"
    jane, anna = book.authors.order_by("-name")

    assert data_of(page(client, f"/books/{book.pk}/")) == {
        "@context": "https://schema.org",
        "@type": "Book",
        "@id": here,
        "url": here,
        "name": "Emma",
        "author": [{"@type": "Person", "name": "Jane Austen", "url": f"{home}/authors/{jane.pk}/"}],
        "illustrator": [{"@type": "Person", "name": "Anna Drawer", "url": f"{home}/authors/{anna.pk}/"}],
        "isbn": "9780141439587",
        "inLanguage": "en",
        "datePublished": "1815",
        "numberOfPages": 474,
        "bookFormat": "https://schema.org/Paperback",
        "publisher": {"@type": "Organization", "name": "John Murray"},
        "genre": ["Romance"],
        "image": f"{here}cover.png?v=1.1",
        "isPartOf": {"@type": "BookSeries", "name": "Classics Club"},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": "4.03",
            "ratingCount": 7,
            "bestRating": 5,
        },
        "offers": {
            "@type": "Offer",
            "businessFunction": "http://purl.org/goodrelations/v1#LeaseOut",
            "availability": "https://schema.org/InStock",
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "price": "0.25",
                "priceCurrency": "USD",
                "unitCode": "DAY",
            },
        },
        "potentialAction": {
            "@type": "BorrowAction",
            "target": here,
            "lender": {"@type": "Library", "name": "Library Portal", "url": f"{home}/"},
        },
    }


def test_what_nobody_rated_has_no_rating_and_what_is_out_is_out(client) -> None:
    book = BookFactory(rating="5.00", ratings_count=0, copies=1)
    Copy.objects.filter(book=book).update(status=Copy.Status.ON_LOAN)
    told = data_of(page(client, f"/books/{book.pk}/"))
    assert "aggregateRating" not in told
    assert told["offers"]["availability"] == "https://schema.org/OutOfStock"


def test_no_text_ends_the_block(client) -> None:
    title = "</script><script>alert(1)</script><!-- & \u2028"
    text = page(client, f"/books/{BookFactory(title=title).pk}/")
    assert data_of(text)["name"] == title
    assert "<script>alert" not in text


def test_an_author_page_describes_the_person(client) -> None:
    author = AuthorFactory(
        name="Jane Austen",
        biography="Wrote six novels.",
        city="Bath",
        goodreads_url="https://www.goodreads.com/author/1",
    )
    here = f"{settings.PUBLIC_URL}/authors/{author.pk}/"
    assert data_of(page(client, f"/authors/{author.pk}/")) == {
        "@context": "https://schema.org",
        "@type": "Person",
        "@id": here,
        "url": here,
        "name": "Jane Austen",
        "description": "Wrote six novels.",
        "homeLocation": {"@type": "Place", "name": "Bath"},
        "sameAs": "https://www.goodreads.com/author/1",
    }


def test_a_shared_link_shows_title_summary_and_a_card(client) -> None:
    book = BookFactory(title="Emma & Co", description="A match-maker errs. " * 30)
    text = page(client, f"/books/{book.pk}/?utm_source=a")
    told = dict(META.findall(text))
    here = f"{settings.PUBLIC_URL}/books/{book.pk}/"
    assert f'<link rel="canonical" href="{here}">' in text
    assert len(told.pop("og:description")) <= 200
    assert told == {
        "og:site_name": "Library Portal",
        "og:type": "book",
        "og:url": here,
        "og:title": "Emma &amp; Co",
        "og:image": f"{here}card.png?v=1.1",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Emma &amp; Co",
        "twitter:card": "summary_large_image",
    }


@pytest.mark.parametrize(("address", "name"), [("/", "Library Portal"), ("/authors/{author}/", "Jane Austen")])
def test_other_pages_are_shared_without_a_picture(client, address, name) -> None:
    address = address.format(author=AuthorFactory(name="Jane Austen").pk)
    told = dict(META.findall(page(client, address)))
    assert (told["og:title"], told["og:url"], told["twitter:card"]) == (name, settings.PUBLIC_URL + address, "summary")
    assert "og:image" not in told


def test_every_way_of_looking_at_the_catalogue_is_the_same_page(client) -> None:
    assert f'<link rel="canonical" href="{settings.PUBLIC_URL}/books/">' in page(client, "/books/?q=a&page=2")
