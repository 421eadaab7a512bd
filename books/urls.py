from django.urls import path

from books import views

urlpatterns = [
    path("books/", views.catalogue, name="books"),
    path("books/<int:pk>/", views.book_page, name="book"),
    path("authors/<int:pk>/", views.author_page, name="author"),
]
