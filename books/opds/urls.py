from django.urls import path

from books.opds import views

urlpatterns = [
    path("", views.Catalogue.as_view(), name="opds"),
    path("books/", views.Books.as_view(), name="opds-books"),
    path("search/", views.Search.as_view(), name="opds-search"),
    path("genres/", views.Genres.as_view(), name="opds-genres"),
    path("languages/", views.Languages.as_view(), name="opds-languages"),
    path("authors/", views.Authors.as_view(), name="opds-authors"),
    path("publications/<int:pk>/", views.Publication.as_view(), name="opds-publication"),
]
