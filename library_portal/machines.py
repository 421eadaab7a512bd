"""What programs ask a site for at its root: what they may read, and how browsers search it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from library_portal.public import public_page, public_url


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Robots Exclusion Protocol (RFC 9309)."""
    return render(request, "robots.txt", {"sitemap": public_page("sitemap")}, content_type="text/plain")


@require_safe
def search_description(request: HttpRequest) -> HttpResponse:
    """OpenSearch 1.1: with it a browser offers the library as a place to search."""
    addresses = {
        "books": public_page("books"),
        "feed": public_page("opds-search"),
        "icon": public_url(static("favicon.svg")),
    }
    return render(request, "search_description.xml", addresses, content_type="application/opensearchdescription+xml")
