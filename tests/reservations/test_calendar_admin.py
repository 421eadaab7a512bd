"""Librarians edit the library's calendar in the admin; patrons can't."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from library_portal.audit.models import AuditEntry
from library_portal.outbox.models import OutboxEvent
from reservations.models import Closure, WeeklyClosing
from tests.factories.people import person

pytestmark = pytest.mark.django_db

CLOSURES = "/admin/reservations/closure/"


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def desk() -> Client:
    return client_of(Role.LIBRARIAN)


@pytest.fixture
def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def filled_in(first_on: date, last_on: date, reason: str = "Holidays") -> dict[str, str]:
    return {"first_on": str(first_on), "last_on": str(last_on), "reason": reason}


def spans() -> list[tuple[date, date, str]]:
    return list(Closure.objects.values_list("first_on", "last_on", "reason"))


def changes() -> list[str]:
    return [event.payload["what"] for event in OutboxEvent.objects.filter(name="calendar.changed").order_by("pk")]


def test_a_librarian_closes_the_library_changes_it_and_opens_it_again(desk: Client, tomorrow: date) -> None:
    later = tomorrow + timedelta(days=2)
    desk.post(CLOSURES + "add/", filled_in(tomorrow, tomorrow))
    [closure] = Closure.objects.all()
    assert spans() == [(tomorrow, tomorrow, "Holidays")]
    desk.post(f"{CLOSURES}{closure.pk}/change/", filled_in(tomorrow, later, "Works"))
    assert spans() == [(tomorrow, later, "Works")]
    desk.post(f"{CLOSURES}{closure.pk}/delete/", {"post": "yes"})
    assert (spans(), changes()) == ([], ["closed", "closed", "reopened"])
    who = AuditEntry.objects.filter(action="calendar_changed").values_list("who__role", flat=True)
    assert list(who) == [Role.LIBRARIAN] * 3


def test_several_closures_are_taken_back_together(desk: Client, tomorrow: date) -> None:
    for _ in range(2):
        desk.post(CLOSURES + "add/", filled_in(tomorrow, tomorrow))
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in Closure.objects.all()], "post": "yes"}
    desk.post(CLOSURES, chosen)
    assert (spans(), changes()) == ([], ["closed", "closed", "reopened", "reopened"])


def test_days_that_make_no_sense_are_told_at_their_field(desk: Client, tomorrow: date) -> None:
    answer = desk.post(CLOSURES + "add/", filled_in(tomorrow, tomorrow - timedelta(days=1)))
    assert answer.context["adminform"].form.errors == {"last_on": ["The last day is before the first."]}
    assert spans() == []


def test_what_is_coming_is_listed_at_first(desk: Client, tomorrow: date) -> None:
    coming = Closure.objects.create(first_on=tomorrow, last_on=tomorrow, reason="Coming")
    over = Closure.objects.create(first_on=date(2026, 1, 1), last_on=date(2026, 1, 2), reason="Over")

    def listed(query: str) -> list[Closure]:
        return list(desk.get(CLOSURES + query).context["cl"].result_list)

    assert [listed(""), listed("?when=over"), listed("?when=all")] == [[coming], [over], [over, coming]]


def test_a_librarian_sets_the_days_closed_every_week(desk: Client) -> None:
    desk.post(CLOSURES + "week/", {"weekdays": ["5", "6"]})
    assert list(WeeklyClosing.objects.values_list("weekday", flat=True)) == [5, 6]
    page = desk.get(CLOSURES).content.decode()
    assert "Closed every week on: Saturday, Sunday." in page
    assert f'href="{CLOSURES}week/"' in page
    desk.post(CLOSURES + "week/", {})
    assert (WeeklyClosing.objects.count(), changes()) == (0, ["week", "week"])


def test_all_seven_days_are_refused_at_the_form(desk: Client) -> None:
    answer = desk.post(CLOSURES + "week/", {"weekdays": [str(day) for day in range(7)]})
    assert answer.context["form"].errors == {"weekdays": ["The library is open on one day of the week at least."]}
    assert not WeeklyClosing.objects.exists()


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
def test_patrons_close_nothing(role: str, tomorrow: date) -> None:
    client = client_of(role)
    for address, given in ((CLOSURES + "add/", filled_in(tomorrow, tomorrow)), (CLOSURES + "week/", {"weekdays": "6"})):
        assert client.post(address, given)["Location"].split("?")[0] == "/admin/login/"
    assert (spans(), WeeklyClosing.objects.count()) == ([], 0)
