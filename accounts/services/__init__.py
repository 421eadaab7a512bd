"""What people can do with their accounts. The rules are in rules.md, "Accounts"; one file per feature."""

from accounts.services.confirming import ConfirmationNeeded, confirm_identity, require_confirmed
from accounts.services.logging_in import Challenge, LoggedIn, resend_code, start_login, verify_code
from accounts.services.people import add_person, change_role, deactivate, reactivate, set_password, update_profile
from accounts.services.sessions import (
    Device,
    end_all_sessions,
    end_own_session,
    end_session,
    open_session,
    refresh_tokens,
)
from accounts.services.signing_up import SignedUp, sign_up

__all__ = [
    "Challenge",
    "ConfirmationNeeded",
    "Device",
    "LoggedIn",
    "SignedUp",
    "add_person",
    "change_role",
    "confirm_identity",
    "deactivate",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "open_session",
    "reactivate",
    "refresh_tokens",
    "require_confirmed",
    "resend_code",
    "set_password",
    "sign_up",
    "start_login",
    "update_profile",
    "verify_code",
]
