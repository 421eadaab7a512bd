"""A copy of everything that the portal holds about a person, and nothing that is secret or somebody else's."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client

import reservations.services
import subscriptions.services
from accounts.models import Authenticator, RecoveryCode, Session, User
from library_portal import audit, personal_data
from library_portal.audit.models import AuditEntry
from library_portal.notifications import notify
from library_portal.notifications.models import Kind, Preference
from tests.factories.accounts import UserFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
EXPORT = "/api/v1/users/me/export/"

# Tables about a person that are not in the file, and why.
NOT_EXPORTED = {
    "admin.LogEntry": "what staff did in the admin is the library's record, not theirs",
    "books.ImportDraft": "as the import that it belongs to",
    "books.ImportJob": "what staff imported is the library's record, not theirs",
    "books.ImportRemark": "as the import that it belongs to",
    "books.ImportedBook": "as the import that it belongs to",
    "subscriptions.ProviderEvent": "repeats of a payment, which is in the file, what its provider said",
    "reservations.HoldShelfPlace": "where a copy stands; that it is held is in the file",
    "api.KeptAnswer": "repeats for a day what the other parts say",
    "accounts.User_groups": "follows the role, which is in the file",
    "accounts.User_user_permissions": "nobody has permissions but by the role",
}


def file_of(api, user) -> dict:
    answer = api.get(EXPORT, headers=bearer(user))
    assert answer.status_code == 200
    return json.loads(answer.getvalue())


def models_about(*wanted: type[Model]) -> set[type[Model]]:
    """Every table that refers to these, directly or through others."""
    found = {
        model
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if not model._meta.proxy and field.remote_field and field.related_model._meta.concrete_model in wanted
    } - set(wanted)
    return set(wanted) | (models_about(*wanted, *found) if found else set())


def test_every_table_about_a_person_is_exported_or_on_the_list_of_exceptions() -> None:
    about = {model._meta.label for model in models_about(User)} - {"accounts.User"}
    exported = {model._meta.label for model in personal_data.exported_models}
    assert about - exported == set(NOT_EXPORTED)


def test_the_file_has_everything(api, now) -> None:
    reader = patron(username="ada", plan="PLUS")
    User.objects.filter(pk=reader.pk).update(first_name="Ada", phone="+14155552671")
    book = book_with_copies(1, title="Emma")
    loan = reservations.services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    reservations.services.check_out(reservation_id=loan.pk, now=now)
    reservations.services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=9))
    subscriptions.services.start_top_up(user_id=reader.pk, amount=Decimal(5), provider="test")
    notify(user_id=reader.pk, kind=Kind.RETURNED, key="k", title="Back", body="Thank you", subject=loan.subject)
    Preference.objects.create(user=reader, kind=Kind.OVERDUE, by_mail=False)
    whole = file_of(api, reader)
    assert list(whole) == list(personal_data.exports)
    assert (whole["account"]["username"], whole["account"]["first_name"]) == ("ada", "Ada")
    assert (whole["account"]["phone"], whole["account"]["keeps_loan_history"]) == ("+14155552671", False)
    assert [one["book__title"] for one in whole["reservations"]] == ["Emma"]
    assert [one["amount"] for one in whole["wallet_entries"]] == ["50.00", "-0.63", "-0.40"]
    assert (whole["wallet"], whole["subscription"]["plan__code"]) == ({"balance": "48.97", "debt": "0.00"}, "PLUS")
    assert [(one["amount"], one["status"]) for one in whole["payments"]] == [("5.00", "pending")]
    assert [(one["title"], one["body"]) for one in whole["inbox"]] == [("Back", "Thank you")]
    assert [one["channel"] for one in whole["sessions"]] == ["api"]
    assert whole["security_events"][-1]["action"] == "data_exported"
    assert whole["notification_preferences"] == [{"kind": "overdue", "by_mail": False, "by_sms": False}]


def test_nobody_elses_data_is_in_it(api, now) -> None:
    other = patron(username="somebody-else")
    reservations.services.reserve(
        user_id=other.pk, book_id=book_with_copies(1, title="Persuasion").pk, days=7, join_queue=True, now=now
    )
    notify(user_id=other.pk, kind=Kind.RETURNED, key="k", title="Persuasion is back", body="")
    text = json.dumps(file_of(api, patron()))
    assert "somebody-else" not in text
    assert "Persuasion" not in text


def test_no_secret_is_in_it(api) -> None:
    user = UserFactory(second_step=True)
    Authenticator.objects.create(user=user, secret="JBSWY3DPEHPK3PXP", confirmed_at=user.email_verified_at)
    RecoveryCode.objects.create(user=user, code_hash="f" * 64)
    whole = file_of(api, user)
    assert (whole["account"]["authenticator"], whole["account"]["recovery_codes_left"]) == (True, 1)
    secrets = ["JBSWY3DPEHPK3PXP", "f" * 64, user.password, *Session.objects.values_list("refresh_id", flat=True)]
    assert [secret for secret in secrets if secret in json.dumps(whole)] == []


def test_where_staff_acted_from_is_not_in_it(api) -> None:
    reader, staff = patron(), librarian()
    audit.record("deactivated", whom_id=reader.pk, who_id=staff.pk)
    audit.record("password_refused", whom_id=reader.pk)
    AuditEntry.objects.update(address="203.0.113.7", user_agent="Firefox")
    events = [event for event in file_of(api, reader)["security_events"] if event["action"] != "data_exported"]
    assert [(event["by_me"], event["address"], event["user_agent"]) for event in events] == [
        (False, None, None),
        (False, "203.0.113.7", "Firefox"),
    ]


def test_a_long_history_comes_piece_by_piece(monkeypatch) -> None:
    def long(user_id: int) -> Iterator[int]:
        return iter(range(3))

    monkeypatch.setattr(personal_data, "exports", {"long": long, "none": lambda user_id: iter(()), "one": str})
    pieces = list(personal_data.everything_about(7))
    assert len(pieces) > 6
    assert json.loads(b"".join(pieces)) == {"long": [0, 1, 2], "none": [], "one": "7"}


def test_it_is_a_download_that_nobody_keeps_and_it_is_recorded(api) -> None:
    user = patron()
    answer = api.get(EXPORT, headers=bearer(user))
    assert answer["Content-Disposition"] == 'attachment; filename="library-portal.json"'
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("no-store", "application/json")
    assert list(AuditEntry.objects.filter(action="data_exported").values_list("whom_id", flat=True)) == [user.pk]


def test_the_password_must_have_been_given_lately(api) -> None:
    headers = bearer(patron())
    Session.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    assert api.get(EXPORT, headers=headers).status_code == 403
    assert api.get(EXPORT).status_code == 401


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(UserFactory(username="ada"))
    return client


def test_the_page_explains_and_its_button_downloads(browser) -> None:
    page = browser.get("/me/export/")
    assert (page.status_code, "Download my data" in page.content.decode()) == (200, True)
    answer = browser.post("/me/export/")
    assert json.loads(answer.getvalue())["account"]["username"] == "ada"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_page_asks_for_the_password_where_it_was_given_long_ago(browser) -> None:
    Session.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    for answer in (browser.get("/me/export/"), browser.post("/me/export/")):
        assert (answer.status_code, answer["Location"]) == (302, "/me/security/confirm/?next=%2Fme%2Fexport%2F")
    assert Client().get("/me/export/")["Location"].startswith("/login/")
