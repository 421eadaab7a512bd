from django.urls import path

from library_portal.notifications import views

urlpatterns = [
    path("me/inbox/", views.inbox, name="inbox"),
    path("me/inbox/<int:pk>/read/", views.read, name="inbox-read"),
    path("me/inbox/read-all/", views.read_all, name="inbox-read-all"),
]
