from django.urls import path

from reservations.api import book_queue, calendar, loans, queue, quote, reservations, shelves

urlpatterns = [
    path("reservations/", reservations.ReservationList.as_view(), name="api-reservations"),
    path("reservations/quote/", quote.ReservationQuote.as_view(), name="api-reservation-quote"),
    path("reservations/extend-all/", loans.ExtendAll.as_view(), name="api-extend-all"),
    path("reservations/<int:pk>/", reservations.ReservationDetail.as_view(), name="api-reservation"),
    path("reservations/<int:pk>/checkout/", loans.ReservationCheckOut.as_view(), name="api-reservation-checkout"),
    path("reservations/<int:pk>/return/", loans.ReservationReturn.as_view(), name="api-reservation-return"),
    path("reservations/<int:pk>/extend/", loans.ReservationExtend.as_view(), name="api-reservation-extend"),
    path("reservations/<int:pk>/defer/", queue.ReservationDefer.as_view(), name="api-reservation-defer"),
    path("reservations/<int:pk>/move/", queue.ReservationMove.as_view(), name="api-reservation-move"),
    path("reservations/<int:pk>/lost/", loans.ReservationLost.as_view(), name="api-reservation-lost"),
    path("reservations/<int:pk>/found/", loans.ReservationFound.as_view(), name="api-reservation-found"),
    path("books/<int:pk>/queue/", book_queue.BookQueue.as_view(), name="api-book-queue"),
    path("books/<int:pk>/availability/", quote.BookAvailability.as_view(), name="api-book-availability"),
    path("calendar/", calendar.LibraryDays.as_view(), name="api-calendar"),
    path("users/me/books/", shelves.MyBooks.as_view(), name="api-my-books"),
    path("users/borrowed-books/", shelves.MyBorrowedBooks.as_view(), name="api-my-borrowed-books"),
    path("users/<int:pk>/borrowed-books/", shelves.BorrowedBooks.as_view(), name="api-borrowed-books"),
]
