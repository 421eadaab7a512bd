from django.urls import path

from library_portal.notifications import api

urlpatterns = [
    path("notifications/", api.NotificationList.as_view(), name="api-notifications"),
    path("notifications/read-all/", api.ReadAll.as_view(), name="api-notifications-read-all"),
    path("notifications/<int:pk>/read/", api.Read.as_view(), name="api-notification-read"),
    path("users/me/notification-preferences/", api.Preferences.as_view(), name="api-notification-preferences"),
]
