"""/api/v1/: every context adds its own endpoints."""

from django.urls import include, path

urlpatterns = [
    path("", include("books.api_urls")),
    path("", include("authors.api_urls")),
    path("", include("accounts.api_urls")),
    path("", include("subscriptions.api_urls")),
    path("", include("reservations.api_urls")),
    path("", include("watching.api_urls")),
    path("", include("library_portal.notifications.api_urls")),
]
