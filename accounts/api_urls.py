from django.urls import path

from accounts.api import confirming, logging_in, me, sessions

urlpatterns = [
    path("auth/signup/", logging_in.SignUp.as_view(), name="api-signup"),
    path("auth/login/", logging_in.Login.as_view(), name="api-login"),
    path("auth/verify-otp/", logging_in.VerifyCode.as_view(), name="api-verify-otp"),
    path("auth/resend-otp/", logging_in.ResendCode.as_view(), name="api-resend-otp"),
    path("auth/refresh/", logging_in.Refresh.as_view(), name="api-refresh"),
    path("auth/logout/", sessions.Logout.as_view(), name="api-logout"),
    path("auth/confirm/", confirming.ConfirmIdentity.as_view(), name="api-confirm-identity"),
    path("auth/sessions/", sessions.Sessions.as_view(), name="api-sessions"),
    path("auth/sessions/<uuid:pk>/", sessions.OneSession.as_view(), name="api-session"),
    path("users/me/", me.Me.as_view(), name="api-me"),
]
