from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

urlpatterns = [
    path("signup/", LoginView.as_view(), name="signup"),
    path("login/", LoginView.as_view(), name="login"),
    path("login/code/", LoginView.as_view(), name="login-code"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
