"""What staff do to reservations in the admin: foreseen, asked back, done one by one, told, audited."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

import books.services
from accounts.models import Role
from books.models import Copy
from library_portal.audit.models import AuditEntry
from reservations import services
from reservations.admin.acts.acts import ACTS, DEEDS
from reservations.admin.queue import queue_address
from reservations.models import Reservation, Status
from reservations.transitions import TRANSITIONS, Action, Actor, actions_for
from subscriptions.models import Debt
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person
from tests.reservations.acting import LIST, WHY, act, address, foreseen, hold, late, lend, rows

pytestmark = pytest.mark.django_db


def status_of(one: Reservation) -> str:
    return Reservation.objects.get(pk=one.pk).status


def test_the_lists_action_leads_to_a_page_that_says_what_will_happen(desk: Client) -> None:
    one, other = hold(), lend()
    answer = desk.post(LIST, {"action": "end", "_selected_action": [one.pk, other.pk]})
    assert answer["Location"] == address("end", one, other)
    text = desk.get(answer["Location"]).content.decode()
    assert re.findall(r'name="row" value="(.*?)"', text) == rows(one, other)


def test_ending_cancels_what_waits_or_is_held_and_returns_what_is_on_loan_and_reports_each(desk: Client) -> None:
    book = book_with_copies(1)
    on_loan, waiting, held = lend(patron(plan="PLUS"), book), hold(patron(plan="PLUS"), book), hold()
    ended = hold()
    services.cancel(reservation_id=ended.pk, now=timezone.now())
    ended.refresh_from_db()
    chosen = [on_loan, waiting, held, ended]
    assert foreseen(desk, "end", *chosen) == [
        "The loan ends. $0.63 for unused days goes back. The copy goes to the next of 1 reader waiting.",
        "Leaves the queue from place 1.",
        "The hold ends. $0.63 goes back to the patron. The copy goes back on the shelf.",
        "Refused: This is not possible now: it is “cancelled”.",
    ]
    # The copy that the loan gives back goes to who waits, whose state is another then: that one is left alone.
    assert act(desk, "end", *chosen, **WHY) == [
        "Returned. $0.63 went back.",
        "Something else has happened to this reservation meanwhile.",
        "Cancelled. $0.63 went back.",
        "This is not possible now: it is “cancelled”.",
    ]
    assert [status_of(one) for one in chosen] == ["completed", "ready", "cancelled", "cancelled"]


@pytest.mark.parametrize("slug", ["end", "cancel", "return", "lost"])
def test_what_goes_against_a_patron_needs_a_reason(desk: Client, slug: str) -> None:
    one = hold() if slug == "cancel" else lend()
    for reason in ("", "   "):
        page = desk.post(address(slug, one), {"row": rows(one), "reason": reason})
        assert (page.status_code, list(page.context["form"].errors)) == (200, ["reason"])
    assert status_of(one) == one.status


def test_a_lost_copy_is_charged_as_was_said_before(desk: Client) -> None:
    reader = patron(plan="PLUS", balance="5.00")
    loan = late(lend(reader), 3)
    assert foreseen(desk, "lost", loan) == [
        "The loan ends, the copy is lost. $20.00 is charged: late fee $0.60, the copy $19.40. "
        "The wallet holds $4.37: $15.63 stays owed."
    ]
    assert act(desk, "lost", loan, **WHY) == ["Ended, the copy is lost. $4.37 was charged. $15.63 is owed."]
    assert (wallet_of(user_id=reader.pk).debt, Copy.objects.get().reason) == (Debt.objects.get().outstanding, "lost")


def test_a_lost_copy_is_found_again_from_the_list_of_lost_ones(desk: Client) -> None:
    loan = lend()
    act(desk, "lost", loan, **WHY)
    [row] = desk.get(LIST, {"lost": "yes"}).context["cl"].result_list
    assert row == loan
    assert foreseen(desk, "found", row) == [
        "The charge of $20.00 goes back, or is no longer owed; the late fee stays. The copy goes back on the shelf."
    ]
    assert act(desk, "found", row) == ["Returned. $20.00 went back."]
    assert Copy.objects.get().status == Copy.Status.AVAILABLE
    assert list(desk.get(LIST, {"lost": "yes"}).context["cl"].result_list) == []


def test_a_lost_copy_that_was_put_back_among_the_copies_still_gives_its_charge_back(desk: Client) -> None:
    loan = lend()
    act(desk, "lost", loan, **WHY)
    books.services.mark_copy_available_again(copy_id=loan.copy_id)
    next_one = hold(book=loan.book)
    loan.refresh_from_db()
    assert act(desk, "found", loan) == ["Returned. $20.00 went back."]
    assert (status_of(next_one), Copy.objects.get().status) == (Status.READY, Copy.Status.HELD)


def test_a_forced_return_of_a_late_loan(desk: Client) -> None:
    loan = late(lend(patron(plan="PLUS", balance="1.00")), 3)
    assert foreseen(desk, "return", loan) == [
        "The loan ends. Late fee: $0.60. The wallet holds $0.37: $0.23 stays owed. The copy goes back on the shelf."
    ]
    assert act(desk, "return", loan, **WHY) == ["Returned. $0.37 was charged. $0.23 is owed."]


def test_check_out_extend_days_pause_and_defer(desk: Client) -> None:
    book, today = book_with_copies(1), timezone.localdate()
    held, waiting = hold(patron(plan="PLUS"), book, days=2), hold(patron(plan="PLUS"), book)
    assert foreseen(desk, "days", held, waiting) == [
        "2 days now. The difference to $0.18 is charged or goes back.",
        "7 days now.",
    ]
    assert act(desk, "days", held, days="3") == ["Ready. $0.09 was charged."]
    until = (today + timedelta(days=9)).isoformat()
    assert foreseen(desk, "pause", waiting) == ["At place 1, not paused."]
    assert act(desk, "pause", waiting, until=until)[0].startswith("Paused until")
    waiting.refresh_from_db()
    assert act(desk, "pause", waiting) == ["Waiting."]
    held.refresh_from_db()
    assert foreseen(desk, "defer", held) == [
        "The next reader gets the copy, this one stands right behind; $0.27 goes back."
    ]
    assert act(desk, "defer", held) == ["Waiting. $0.27 went back."]
    waiting.refresh_from_db()
    assert act(desk, "check-out", waiting)[0].startswith("On loan until")
    held.refresh_from_db()
    act(desk, "cancel", held, **WHY)
    waiting.refresh_from_db()
    Reservation.objects.filter(pk=waiting.pk).update(
        starts_on=today - timedelta(days=3), due_on=today + timedelta(days=4)
    )
    assert foreseen(desk, "extend", waiting)[0].endswith("at the latest, for $0.27.")
    assert act(desk, "extend", waiting)[0].endswith("$0.27 was charged.")


def test_a_refusal_of_the_rules_is_told_and_stops_none_of_the_others(desk: Client) -> None:
    book = book_with_copies(1)
    wanted, quiet = lend(patron(plan="PLUS"), book), lend()
    Reservation.objects.filter(pk=quiet.pk).update(
        starts_on=timezone.localdate() - timedelta(days=1), due_on=timezone.localdate() + timedelta(days=6)
    )
    hold(patron(), book)
    assert foreseen(desk, "extend", wanted)[0] == "Refused: Somebody is waiting for this book."
    said = act(desk, "extend", wanted, quiet)
    assert (said[0], said[1].endswith("was charged.")) == ("Somebody is waiting for this book.", True)


def test_a_value_that_breaks_a_rule_is_explained(desk: Client) -> None:
    book = book_with_copies(1)
    hold(patron(), book)
    waiting = hold(patron(), book)
    [said] = act(desk, "pause", waiting, until="2020-01-01")
    assert said == "A pause ends tomorrow at the earliest and in 365 days at the latest."
    page = desk.post(address("days", waiting), {"row": rows(waiting), "days": "0"})
    assert list(page.context["form"].errors) == ["days"]


def test_a_form_that_is_sent_twice_or_is_stale_changes_nothing_more(desk: Client) -> None:
    held = hold()
    first, again = act(desk, "cancel", held, **WHY), act(desk, "cancel", held, **WHY)
    assert first == ["Cancelled. $0.63 went back."]
    assert again == ["Something else has happened to this reservation meanwhile."]
    assert AuditEntry.objects.filter(action="reservation_changed").count() == 1


@pytest.mark.parametrize("ids", ["", "abc", "999999", "-1", "9" * 30, "1,2,x", "\N{GRINNING FACE}", "٣"])
@pytest.mark.parametrize("slug", ["cancel", "days"])
def test_tampered_numbers_are_nobodys(desk: Client, slug: str, ids: str) -> None:
    answer = desk.get(f"{LIST}act/{slug}/", {"ids": ids}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Nothing was chosen."]


@pytest.mark.parametrize("row", ["", "1", "999999:0", "x:y", "9" * 30 + ":0", "1:" + "9" * 30, "٣:0"])
def test_tampered_rows_are_told_and_nothing_is_done(desk: Client, row: str) -> None:
    held = hold()
    answer = desk.post(f"{LIST}act/cancel/", {"row": [row], **WHY}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert said[0] in ("Nothing was chosen.", "#999999: Not found.")
    assert status_of(held) == Status.READY


def test_no_more_than_a_hundred_at_once(desk: Client) -> None:
    reader, book = patron(), book_with_copies(1)
    Reservation.objects.bulk_create(
        Reservation(user=reader, book=book, days=7, status=Status.CANCELLED, closed_at=timezone.now())
        for _ in range(101)
    )
    chosen = {"action": "end", "_selected_action": "1", "select_across": "1", "index": "0"}
    answer = desk.post(LIST, chosen, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["At most 100 at once, please."]


def test_an_unknown_act_is_not_found(desk: Client) -> None:
    assert desk.get(f"{LIST}act/nonsense/").status_code == 404


def test_every_act_by_staff_is_in_the_audit_log_with_its_reason(desk: Client) -> None:
    held, loan = hold(), lend()
    act(desk, "cancel", held, **WHY)
    act(desk, "lost", loan, reason="Left in a train")
    loan.refresh_from_db()
    act(desk, "found", loan, reason="The train came back")
    lines = AuditEntry.objects.filter(action="reservation_changed").order_by("pk")
    assert [(line.whom_id, line.details["what"], line.details["reason"]) for line in lines] == [
        (held.user_id, "cancel", "Found on a shelf"),
        (loan.user_id, "lose", "Left in a train"),
        (loan.user_id, "find", "The train came back"),
    ]
    assert {line.who.role for line in lines} == {Role.LIBRARIAN}


def buttons(desk: Client, one: Reservation) -> set[str]:
    page = desk.get(f"{LIST}{one.pk}/change/")
    assert page.status_code == 200
    return {link.split("/act/")[1].split("/")[0] for link, _label in page.context["acts"]}


def test_a_reservations_page_offers_what_the_table_allows_in_its_state(desk: Client) -> None:
    book = book_with_copies(1)
    loan, waiting, held = lend(patron(), book), hold(patron(), book), hold()
    assert buttons(desk, waiting) == {"days", "pause", "cancel"}
    assert buttons(desk, held) == {"days", "check-out", "defer", "cancel"}
    assert buttons(desk, loan) == {"extend", "return", "lost"}
    act(desk, "lost", loan, **WHY)
    assert buttons(desk, loan) == {"found"}


def test_a_reservations_page_shows_its_money_debts_and_what_staff_did(desk: Client) -> None:
    loan = lend(patron(plan="PLUS", balance="1.00"))
    act(desk, "lost", loan, reason="Left in a train")
    page = desk.get(f"{LIST}{loan.pk}/change/")
    panels = {str(title): [[str(cell) for cell in row[1:4]] for row in panel.rows]
              for title, panel in page.context["panels"]}  # fmt: skip
    librarian = AuditEntry.objects.get(action="reservation_changed").who
    assert panels == {
        "Money": [["Lost copy", "−$0.37", "$0.00"], ["Reservation", "−$0.63", "$0.37"]],
        "Debts": [["Lost copy", "$19.63", "$19.63"]],
        "What staff did": [["report the copy lost", str(librarian), "Left in a train"]],
    }
    text = page.content.decode()
    for link in (f"/admin/books/book/{loan.book_id}/change/", f"/admin/books/copy/{loan.copy_id}/change/",
                 f"/admin/accounts/user/{loan.user_id}/change/", queue_address(loan.book_id)):  # fmt: skip
        assert link in text, link


def test_a_reservation_that_does_not_exist_leads_back(desk: Client) -> None:
    answers = [desk.get(f"{LIST}{pk}/change/") for pk in ("999999", "abc", "9" * 30)]
    assert [one.status_code for one in answers] == [302, 302, 404]


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
def test_patrons_do_none_of_it(role: str, client: Client) -> None:
    held = hold()
    client.force_login(person(role))
    for slug in ACTS:
        assert client.post(address(slug, held), {"row": rows(held), **WHY})["Location"].startswith("/admin/login/")
    assert status_of(held) == Status.READY


def test_who_may_only_look_may_not_act(desk: Client) -> None:
    held = hold()
    connection.cursor().execute("DELETE FROM auth_group_permissions WHERE permission_id IN "
                                "(SELECT id FROM auth_permission WHERE codename = 'change_reservation')")  # fmt: skip
    assert desk.post(address("cancel", held), {"row": rows(held), **WHY}).status_code == 403
    assert buttons(desk, held) == set()
    assert status_of(held) == Status.READY


def test_every_action_that_staff_may_ask_for_is_here_or_at_the_desk_or_in_the_queue() -> None:
    of_librarians = {row.action for row in TRANSITIONS if Actor.LIBRARIAN in row.who}
    elsewhere = {Action.HOLD, Action.UNDO_CHECK_OUT, Action.UNDO_RETURN, Action.MOVE}
    assert set(DEEDS) == of_librarians - elsewhere == {action for one in ACTS.values() for action in one.actions}


def test_staff_are_offered_what_the_use_cases_do(desk: Client) -> None:
    held = hold()
    assert {act.action_for(held) for act in ACTS.values()} - {None} <= actions_for(held, Actor.LIBRARIAN)
