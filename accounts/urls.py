from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

urlpatterns = [
    path("signup/", views.SignUpPage.as_view(), name="signup"),
    path("login/", views.LoginPage.as_view(), name="login"),
    path("login/code/", views.CodePage.as_view(), name="login-code"),
    path("login/code/resend/", views.resend_code, name="login-code-resend"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
