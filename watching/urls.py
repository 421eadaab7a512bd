from django.urls import path

from watching import views

urlpatterns = [
    path("me/watching/", views.watching, name="watching"),
    path("books/<int:pk>/watch/", views.watch_book, name="watch-book"),
    path("authors/<int:pk>/follow/", views.follow_author, name="follow-author"),
]
