"""What a book or an author is in the words of schema.org, for search engines and other programs that read pages."""

from typing import Any

from django.utils.translation import gettext as _

from books.drawn.addresses import pictures_of
from books.queries import AVAILABLE, Row
from library_portal.public import public_page

CONTEXT = "https://schema.org"
IN_STOCK, OUT_OF_STOCK = f"{CONTEXT}/InStock", f"{CONTEXT}/OutOfStock"
BINDINGS = {"hard": f"{CONTEXT}/Hardcover", "soft": f"{CONTEXT}/Paperback"}
ROLES = {"": "author", "author": "author", "translator": "translator", "illustrator": "illustrator", "editor": "editor"}
FOR_LOAN = "http://purl.org/goodrelations/v1#LeaseOut"
BEST_RATING = 5

Data = dict[str, Any]


def book_data(book: Row) -> Data:
    """Of a row of `book_details`. Ratings only where somebody has rated."""
    return _told(
        {
            "@context": CONTEXT,
            "@type": "Book",
            "@id": public_page("book", book["id"]),
            "url": public_page("book", book["id"]),
            "name": book["title"],
            "alternativeHeadline": book["subtitle"],
            **_people(book),
            "isbn": book["isbns"] if len(book["isbns"]) > 1 else book["isbn"],
            "inLanguage": book["language"],
            "datePublished": f"{book['year']:04}" if book["year"] and book["year"] > 0 else "",
            "numberOfPages": book["pages"],
            "bookFormat": BINDINGS.get(book["cover"]),
            "publisher": book["publisher"] and {"@type": "Organization", "name": book["publisher"]["name"]},
            "genre": [genre["name"] for genre in book["genres"]],
            "description": book["description"],
            "image": pictures_of(book)[0]["href"],
            "isPartOf": {"@type": "BookSeries", "name": book["series"]} if book["series"] else None,
            "aggregateRating": _rating(book),
            "offers": _loan(book),
            "potentialAction": {
                "@type": "BorrowAction",
                "target": public_page("book", book["id"]),
                "lender": library(),
            },
        }
    )


def author_data(author: Row) -> Data:
    """Of a row of `author_detail`."""
    return _told(
        {
            "@context": CONTEXT,
            "@type": "Person",
            "@id": public_page("author", author["id"]),
            "url": public_page("author", author["id"]),
            "name": author["name"],
            "description": author["biography"],
            "homeLocation": {"@type": "Place", "name": author["city"]} if author["city"] else None,
            "sameAs": author["goodreads_url"],
        }
    )


def library() -> Data:
    return {"@type": "Library", "name": _("Library Portal"), "url": public_page("home")}


def _people(book: Row) -> dict[str, list[Data]]:
    found: dict[str, list[Data]] = {}
    for person in book["authors"]:
        described = {"@type": "Person", "name": person["name"], "url": public_page("author", person["id"])}
        found.setdefault(ROLES.get(person["role"].lower(), "contributor"), []).append(described)
    return found


def _rating(book: Row) -> Data | None:
    if not (book["rating"] and book["ratings_count"]):
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(book["rating"]),
        "ratingCount": book["ratings_count"],
        "bestRating": BEST_RATING,
    }


def _loan(book: Row) -> Data:
    """Nothing is sold: the price is that of a day."""
    fee = {
        "@type": "UnitPriceSpecification",
        "price": str(book["daily_fee"]),
        "priceCurrency": "USD",
        "unitCode": "DAY",
    }
    return {
        "@type": "Offer",
        "businessFunction": FOR_LOAN,
        "availability": IN_STOCK if book["status"] == AVAILABLE else OUT_OF_STOCK,
        "priceSpecification": fee,
    }


def _told(data: Data) -> Data:
    """What is not known is left out."""
    return {name: value for name, value in data.items() if value not in (None, "", [])}
