from django.urls import path

from watching import api

urlpatterns = [
    path("watches/", api.WatchList.as_view(), name="api-watches"),
    path("watches/<int:pk>/", api.WatchDetail.as_view(), name="api-watch"),
]
