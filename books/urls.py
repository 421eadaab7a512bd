from django.urls import include, path

from books import sitemaps, views
from books.covers import views as covers
from books.drawn import views as drawn

urlpatterns = [
    path("books/", views.catalogue, name="books"),
    path("books/<int:pk>/", views.book_page, name="book"),
    path("books/<int:pk>/cover.png", drawn.cover, name="book-cover"),
    path("books/<int:pk>/card.png", drawn.card, name="book-card"),
    path("media/covers/<str:folder>/<str:name>", covers.cover_picture, name="cover-picture"),
    path("authors/<int:pk>/", views.author_page, name="author"),
    path("opds/", include("books.opds.urls")),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-books-<int:part>.xml", sitemaps.books, name="sitemap-books"),
    path("sitemap-authors-<int:part>.xml", sitemaps.authors, name="sitemap-authors"),
]
