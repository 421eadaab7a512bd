"""Development and tests only: the mail that was sent."""

from django.urls import path

from library_portal.notifications import mailbox_views

urlpatterns = [path("mailbox/", mailbox_views.mailbox, name="mailbox")]
