from django.urls import path

from authors import views

urlpatterns = [
    path("author/", views.AuthorPage.as_view(), name="author-account"),
    path("author/bank-account/", views.BankAccountPage.as_view(), name="author-bank-account"),
]
