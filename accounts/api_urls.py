from django.urls import path

from accounts.api import confirming, logging_in, me, passwords, people, privacy, second_step, sessions, totp

urlpatterns = [
    path("auth/signup/", logging_in.SignUp.as_view(), name="api-signup"),
    path("auth/login/", logging_in.Login.as_view(), name="api-login"),
    path("auth/verify-otp/", logging_in.VerifyCode.as_view(), name="api-verify-otp"),
    path("auth/resend-otp/", logging_in.ResendCode.as_view(), name="api-resend-otp"),
    path("auth/refresh/", logging_in.Refresh.as_view(), name="api-refresh"),
    path("auth/logout/", sessions.Logout.as_view(), name="api-logout"),
    path("auth/confirm/", confirming.ConfirmIdentity.as_view(), name="api-confirm-identity"),
    path("auth/second-step/", second_step.SecondStep.as_view(), name="api-second-step"),
    path("auth/totp/", totp.Totp.as_view(), name="api-totp"),
    path("auth/totp/confirm/", totp.ConfirmTotp.as_view(), name="api-totp-confirm"),
    path("auth/totp/recovery-codes/", totp.RecoveryCodes.as_view(), name="api-recovery-codes"),
    path("auth/password/change/", passwords.ChangePassword.as_view(), name="api-password-change"),
    path("auth/password/reset/", passwords.RequestPasswordReset.as_view(), name="api-password-reset"),
    path("auth/password/reset/confirm/", passwords.ConfirmPasswordReset.as_view(), name="api-password-reset-confirm"),
    path("auth/sessions/", sessions.Sessions.as_view(), name="api-sessions"),
    path("auth/sessions/<uuid:pk>/", sessions.OneSession.as_view(), name="api-session"),
    path("users/", people.People.as_view(), name="api-users"),
    path("users/<int:pk>/", people.Person.as_view(), name="api-user"),
    path("users/me/export/", privacy.ExportMe.as_view(), name="api-export"),
    path("users/me/", me.Me.as_view(), name="api-me"),
    path("users/me/confirm-address/", me.ConfirmAddress.as_view(), name="api-confirm-address"),
    path("users/me/confirm-address/resend/", me.ResendAddressCode.as_view(), name="api-confirm-address-resend"),
]
