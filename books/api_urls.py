from django.urls import path

from books.api import books, copies, covers, finding, merging, names

urlpatterns = [
    path("books/", books.BookList.as_view(), name="api-books"),
    path("books/search/", finding.BookSearch.as_view(), name="api-book-search"),
    path("books/suggest/", finding.BookSuggest.as_view(), name="api-book-suggest"),
    path("books/isbn/<str:isbn>/", books.BookByIsbn.as_view(), name="api-book-by-isbn"),
    path("books/<int:pk>/", books.BookDetail.as_view(), name="api-book"),
    path("books/<int:pk>/status/", books.BookLending.as_view(), name="api-book-status"),
    path("books/<int:pk>/cover/", covers.BookCover.as_view(), name="api-book-cover"),
    path("books/<int:pk>/copies/", copies.CopyList.as_view(), name="api-copies"),
    path("copies/<int:pk>/", copies.CopyDetail.as_view(), name="api-copy"),
    path("authors/", names.AuthorList.as_view(), name="api-authors"),
    path("authors/<int:pk>/merge/", merging.AuthorMerge.as_view(), name="api-author-merge"),
    path("genres/", names.GenreList.as_view(), name="api-genres"),
    path("genres/<int:pk>/", names.GenreDetail.as_view(), name="api-genre"),
    path("genres/<int:pk>/merge/", merging.GenreMerge.as_view(), name="api-genre-merge"),
    path("publishers/", names.PublisherList.as_view(), name="api-publishers"),
    path("publishers/<int:pk>/", names.PublisherDetail.as_view(), name="api-publisher"),
    path("publishers/<int:pk>/merge/", merging.PublisherMerge.as_view(), name="api-publisher-merge"),
]
