from django.urls import path

from reservations import api, api_books

urlpatterns = [
    path("reservations/", api.ReservationList.as_view(), name="api-reservations"),
    path("reservations/quote/", api.ReservationQuote.as_view(), name="api-reservation-quote"),
    path("reservations/<int:pk>/", api.ReservationDetail.as_view(), name="api-reservation"),
    path("reservations/<int:pk>/checkout/", api.ReservationCheckOut.as_view(), name="api-reservation-checkout"),
    path("reservations/<int:pk>/return/", api.ReservationReturn.as_view(), name="api-reservation-return"),
    path("books/<int:pk>/availability/", api.BookAvailability.as_view(), name="api-book-availability"),
    path("users/me/books/", api_books.MyBooks.as_view(), name="api-my-books"),
    path("users/borrowed-books/", api_books.MyBorrowedBooks.as_view(), name="api-my-borrowed-books"),
    path("users/<int:pk>/borrowed-books/", api_books.BorrowedBooks.as_view(), name="api-borrowed-books"),
]
