from django.urls import path

from authors import api

urlpatterns = [
    path("authors/<int:pk>/", api.AuthorDetail.as_view(), name="api-author"),
    path("users/me/author/", api.OwnAuthor.as_view(), name="api-own-author"),
]
