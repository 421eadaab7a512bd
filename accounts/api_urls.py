from django.urls import path

from accounts import api

urlpatterns = [
    path("auth/signup/", api.SignUp.as_view(), name="api-signup"),
    path("auth/login/", api.Login.as_view(), name="api-login"),
    path("auth/verify-otp/", api.VerifyCode.as_view(), name="api-verify-otp"),
    path("auth/resend-otp/", api.ResendCode.as_view(), name="api-resend-otp"),
    path("auth/refresh/", api.Refresh.as_view(), name="api-refresh"),
    path("auth/logout/", api.Logout.as_view(), name="api-logout"),
    path("auth/sessions/", api.Sessions.as_view(), name="api-sessions"),
    path("auth/sessions/<uuid:pk>/", api.OneSession.as_view(), name="api-session"),
    path("users/me/", api.Me.as_view(), name="api-me"),
]
