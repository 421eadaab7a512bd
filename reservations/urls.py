from django.urls import path

from reservations import opening_days
from reservations.calendar_feed import views as calendar_feed
from reservations.views import actions, from_mail, reserving, shelf

urlpatterns = [
    path("me/", shelf.shelf, name="shelf"),
    path("me/from-mail/", from_mail.from_mail, name="from-mail"),
    path("books/<int:pk>/reserve/", reserving.reserve, name="reserve"),
    path("me/reservations/extend-all/", actions.extend_all, name="extend-all"),
    path("me/reservations/<int:pk>/cancel/", actions.cancel, name="reservation-cancel"),
    path("me/reservations/<int:pk>/checkout/", actions.check_out, name="reservation-checkout"),
    path("me/reservations/<int:pk>/return/", actions.return_copy, name="reservation-return"),
    path("me/reservations/<int:pk>/extend/", actions.extend, name="reservation-extend"),
    path("me/reservations/<int:pk>/days/", actions.change_days, name="reservation-days"),
    path("me/reservations/<int:pk>/pause/", actions.pause, name="reservation-pause"),
    path("me/reservations/<int:pk>/go-on/", actions.go_on, name="reservation-go-on"),
    path("me/reservations/<int:pk>/defer/", actions.let_next_go_first, name="reservation-defer"),
    path("me/calendar/", calendar_feed.page, name="calendar"),
    path("me/calendar/renew/", calendar_feed.renew, name="calendar-renew"),
    path("me/calendar/end/", calendar_feed.end, name="calendar-end"),
    path("me/calendar/library.ics", calendar_feed.download, name="calendar-file"),
    path("opening-days/", opening_days.page, name="opening-days"),
    path("calendar/<str:token>.ics", calendar_feed.feed, name="calendar-feed"),
]
