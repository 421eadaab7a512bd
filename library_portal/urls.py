"""Every address of the portal. Pages are in each app's `urls.py`, the API is put together in `api_urls.py`."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from library_portal import health, machines, pages
from library_portal.api.documentation import Document, RedocPage, SwaggerPage

urlpatterns = [
    path("", pages.home, name="home"),
    path("robots.txt", machines.robots, name="robots"),
    path("opensearch.xml", machines.search_description, name="search-description"),
    path("theme/", pages.set_theme, name="theme"),
    path("language/", require_POST(set_language), name="set_language"),
    path("", include("books.urls")),
    path("", include("accounts.urls")),
    path("", include("subscriptions.urls")),
    path("", include("reservations.urls")),
    path("", include("authors.urls")),
    path("", include("watching.urls")),
    path("", include("library_portal.notifications.urls")),
    path("admin/desk/", include("reservations.desk.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("library_portal.api_urls")),
    path("api/v1/schema/", Document.as_view(), name="schema"),
    path("docs/", SwaggerPage.as_view(url_name="schema"), name="docs"),
    path("redoc/", RedocPage.as_view(url_name="schema"), name="redoc"),
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("dev/", include("library_portal.notifications.mailbox_urls")))

handler400 = "library_portal.pages.bad_request"
handler403 = "library_portal.pages.permission_denied"
handler404 = "library_portal.pages.page_not_found"
handler500 = "library_portal.pages.server_error"
