from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import confirming, logging_in

urlpatterns = [
    path("signup/", logging_in.SignUpPage.as_view(), name="signup"),
    path("login/", logging_in.LoginPage.as_view(), name="login"),
    path("login/code/", logging_in.CodePage.as_view(), name="login-code"),
    path("login/code/resend/", logging_in.resend_code, name="login-code-resend"),
    path("me/security/confirm/", confirming.ConfirmIdentityPage.as_view(), name="confirm-identity"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
