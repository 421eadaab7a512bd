"""What people can do with their accounts. The rules are in rules.md, "Accounts"; one file per feature."""

from accounts.services.addresses import (
    AddressConfirmation,
    AddressTaken,
    change_address,
    confirm_address,
    remove_address,
    resend_address_code,
    set_address,
)
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
from accounts.services.inviting import invite_person, send_password_link
from accounts.services.logging_in import Challenge, LoggedIn, resend_code, start_login, verify_code
from accounts.services.passwords import (
    ResetLinkInvalid,
    change_password,
    request_password_reset,
    reset_password,
)
from accounts.services.people import (
    OnOneself,
    add_person,
    change_access,
    change_person,
    change_role,
    deactivate,
    reactivate,
    set_password,
    update_profile,
)
from accounts.services.privacy import delete_account, export_of, losses_of, reasons_to_stay, set_loan_history
from accounts.services.recovery_codes import make_recovery_codes
from accounts.services.sessions import (
    Device,
    end_all_sessions,
    end_own_session,
    end_session,
    forget_old_sessions,
    open_session,
    refresh_tokens,
)
from accounts.services.signing_up import SignedUp, delete_unconfirmed, sign_up

__all__ = [
    "AddressConfirmation",
    "AddressTaken",
    "Challenge",
    "ConfirmationNeeded",
    "Device",
    "Enrolment",
    "LoggedIn",
    "OnOneself",
    "ResetLinkInvalid",
    "SignedUp",
    "add_person",
    "begin_authenticator",
    "change_access",
    "change_address",
    "change_password",
    "change_person",
    "change_role",
    "confirm_address",
    "confirm_authenticator",
    "confirm_identity",
    "deactivate",
    "delete_account",
    "delete_unconfirmed",
    "end_all_sessions",
    "end_own_session",
    "end_session",
    "export_of",
    "forget_old_sessions",
    "invite_person",
    "losses_of",
    "make_recovery_codes",
    "open_session",
    "reactivate",
    "reasons_to_stay",
    "refresh_tokens",
    "remove_address",
    "remove_authenticator",
    "request_password_reset",
    "require_confirmed",
    "resend_address_code",
    "resend_code",
    "reset_password",
    "reset_second_step",
    "send_password_link",
    "set_address",
    "set_loan_history",
    "set_password",
    "set_second_step",
    "sign_up",
    "start_login",
    "unfinished_enrolment",
    "update_profile",
    "verify_code",
]
