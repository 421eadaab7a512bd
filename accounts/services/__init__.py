"""What people can do with their accounts. The rules are in rules.md, "Accounts"; one file per feature."""

from accounts.services.authenticators import (
    Enrolment,
    begin_authenticator,
    confirm_authenticator,
    remove_authenticator,
    reset_second_step,
    set_second_step,
    unfinished_enrolment,
)
from accounts.services.confirming import ConfirmationNeeded, confirm_identity, require_confirmed
from accounts.services.logging_in import Challenge, LoggedIn, resend_code, start_login, verify_code
from accounts.services.people import add_person, change_role, deactivate, reactivate, set_password, update_profile
from accounts.services.recovery_codes import make_recovery_codes
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
    "Enrolment",
    "LoggedIn",
    "SignedUp",
    "add_person",
    "begin_authenticator",
    "change_role",
    "confirm_authenticator",
    "confirm_identity",
    "deactivate",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "make_recovery_codes",
    "open_session",
    "reactivate",
    "refresh_tokens",
    "remove_authenticator",
    "require_confirmed",
    "resend_code",
    "reset_second_step",
    "set_password",
    "set_second_step",
    "sign_up",
    "start_login",
    "unfinished_enrolment",
    "update_profile",
    "verify_code",
]
