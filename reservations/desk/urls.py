from django.urls import path

from reservations.desk import views
from reservations.desk.views import for_staff

urlpatterns = [
    path("", for_staff(views.desk), name="desk"),
    path("undo/", for_staff(views.undo_scan), name="desk-undo"),
    path("pull/", for_staff(views.pull), name="desk-pull"),
    path("expired/", for_staff(views.expired), name="desk-expired"),
    path("returns/", for_staff(views.returns), name="desk-returns"),
    path("slips/<int:pk>/", for_staff(views.slip), name="desk-slip"),
]
