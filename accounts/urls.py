from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import addresses, confirming, logging_in, passwords, privacy, profile, second_step, security

urlpatterns = [
    path("signup/", logging_in.SignUpPage.as_view(), name="signup"),
    path("login/", logging_in.LoginPage.as_view(), name="login"),
    path("login/code/", logging_in.CodePage.as_view(), name="login-code"),
    path("login/code/resend/", logging_in.resend_code, name="login-code-resend"),
    path("me/security/", security.SecurityPage.as_view(), name="security"),
    path("me/security/sessions/end-others/", security.EndOtherSessions.as_view(), name="sessions-end-others"),
    path("me/security/sessions/<uuid:pk>/end/", security.EndSession.as_view(), name="session-end"),
    path("me/security/second-step/", second_step.SetSecondStep.as_view(), name="second-step"),
    path("me/security/authenticator/", second_step.AuthenticatorPage.as_view(), name="authenticator"),
    path("me/security/authenticator/begin/", second_step.BeginAuthenticator.as_view(), name="authenticator-begin"),
    path("me/security/authenticator/remove/", second_step.RemoveAuthenticator.as_view(), name="authenticator-remove"),
    path("me/security/recovery-codes/", second_step.NewRecoveryCodes.as_view(), name="recovery-codes"),
    path("me/security/confirm/", confirming.ConfirmIdentityPage.as_view(), name="confirm-identity"),
    path("password/change/", passwords.ChangePasswordPage.as_view(), name="password-change"),
    path("password/reset/", passwords.ResetRequestPage.as_view(), name="password-reset"),
    path("password/reset/sent/", passwords.reset_sent, name="password-reset-sent"),
    path("password/reset/confirm/", passwords.ResetPage.as_view(), name="password-reset-confirm"),
    path("me/export/", privacy.ExportPage.as_view(), name="export"),
    path("me/delete/", privacy.DeleteAccountPage.as_view(), name="delete-account"),
    path("me/profile/", profile.ProfilePage.as_view(), name="profile"),
    path("me/profile/email/", addresses.AddressPage.as_view(), {"channel": "email"}, name="profile-email"),
    path("me/profile/phone/", addresses.AddressPage.as_view(), {"channel": "sms"}, name="profile-phone"),
    path("me/profile/confirm/", addresses.ConfirmAddressPage.as_view(), name="profile-confirm"),
    path("me/profile/confirm/resend/", addresses.resend_address_code, name="profile-confirm-resend"),
    path("me/profile/notifications/", profile.NotificationsPage.as_view(), name="profile-notifications"),
    path("me/profile/privacy/", profile.PrivacyPage.as_view(), name="profile-privacy"),
    path("me/profile/loan-history/", profile.choose_loan_history, name="profile-loan-history"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
