from django.urls import path

from reservations import views

urlpatterns = [
    path("me/", views.shelf, name="shelf"),
    path("books/<int:pk>/reserve/", views.reserve, name="reserve"),
    path("me/reservations/<int:pk>/cancel/", views.cancel, name="reservation-cancel"),
    path("me/reservations/<int:pk>/checkout/", views.check_out, name="reservation-checkout"),
    path("me/reservations/<int:pk>/return/", views.return_copy, name="reservation-return"),
]
