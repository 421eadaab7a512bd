"""A real address for every route: each parameter names an object made for it, somebody's where objects have owners."""

import re
from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

import reservations.services
import subscriptions.services
from accounts.models import Role, Session, User
from accounts.services.sessions import Device, open_session
from authors.models import AuthorAccount
from books.covers.files import keep
from books.covers.pictures import cover_picture
from books.importing.models import ImportJob
from books.models import Authorship
from books.sitemaps import PART
from library_portal.audit.models import Action, AuditEntry
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox.models import Delivery, OutboxEvent
from reservations.calendar_feed.addresses import token_of
from reservations.models import Closure, PastLoans, Reservation
from subscriptions.models import Debt, Payment, Plan, ProviderEvent, Wallet
from tests.factories.books import AuthorFactory, BookFactory, CopyFactory, GenreFactory, PublisherFactory
from tests.factories.watching import WatchFactory

Maker = Callable[[User], Any]
ISBN = "9780061054884"
ONE_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_PARAMETER = re.compile(r"{\w+}")


def address(route: str, owner: User) -> str:
    """The route with its parameters filled in by objects of this person."""
    made = _maker(route)(owner) if "{" in route else ()
    values = iter(made if isinstance(made, tuple) else (made,))
    return _PARAMETER.sub(lambda _name: str(next(values)), route) + QUERIES.get(route, "")


def _maker(route: str) -> Maker:
    """That of the longest beginning; a KeyError names a route for which somebody has to say how to make its object."""
    fitting = [beginning for beginning in MAKERS if route.startswith(beginning)]
    if not fitting:
        raise KeyError(f"tests/permissions/objects.py does not know what to put into {route}")
    return MAKERS[max(fitting, key=len)]


def a_book(_owner: User) -> int:
    return BookFactory(copies=1).pk


def a_book_with_an_isbn(_owner: User) -> str:
    return BookFactory(title="The Dispossessed", isbn=ISBN).isbn


def an_author(owner: User) -> int:
    """Who the owner is, if that is an author."""
    if owner.role == Role.AUTHOR:
        return AuthorAccount.objects.get(user=owner).author_id
    return AuthorFactory().pk


def an_author_account(owner: User) -> int:
    return AuthorAccount.objects.create(author=AuthorFactory(), user=owner).pk


def an_audit_entry(owner: User) -> int:
    return AuditEntry.objects.create(action=Action.LOGGED_IN, whom=owner).pk


def a_reservation(owner: User) -> int:
    return Reservation.objects.create(user=owner, book=BookFactory(), days=7).pk


def a_closure(_owner: User) -> int:
    today = timezone.localdate()
    return Closure.objects.create(first_on=today, last_on=today, reason="Works").pk


def a_hold(owner: User) -> int:
    """Of a book that costs nothing a day."""
    book = BookFactory(copies=1, daily_fee=0)
    asked = {"user_id": owner.pk, "book_id": book.pk, "days": 7, "join_queue": False, "now": timezone.now()}
    return reservations.services.reserve(**asked).pk


def past_loans(_owner: User) -> int:
    return PastLoans.objects.create(book=BookFactory()).pk


def a_purchase_suggestion(_owner: User) -> int:
    return BookFactory(waiting_count=9).pk


def an_import(_owner: User) -> int:
    return ImportJob.objects.create(file_name="books.csv", format=ImportJob.Format.CSV).pk


def a_payment(owner: User) -> int:
    return subscriptions.services.start_top_up(user_id=owner.pk, amount=Decimal(5), provider="test").pk


def a_place_to_pay(owner: User) -> str:
    url = Payment.objects.get(pk=a_payment(owner)).checkout_url
    return url.rstrip("/").rpartition("/")[2]


def a_calendar_feed(owner: User) -> str:
    return token_of(reservations.services.renew_feed(user_id=owner.pk))


def a_session(owner: User) -> Any:
    return open_session(user=owner, channel=Session.Channel.API, device=Device(), now=timezone.now()).pk


def a_notification(owner: User) -> int:
    return Notification.objects.create(user=owner, kind=Kind.ACCOUNT, key="a key", title="A message").pk


def a_preference(owner: User) -> int:
    return Preference.objects.create(user=owner, kind=Kind.ACCOUNT).pk


def an_event(_owner: User) -> int:
    return OutboxEvent.objects.create(name="user.created", payload={}).pk


def a_delivery(owner: User) -> int:
    return Delivery.objects.create(event_id=an_event(owner), handler="nobody", queue="circulation").pk


def a_subscription(owner: User) -> int:
    return subscriptions.services.set_plan(user_id=owner.pk, plan_code="PLUS", now=timezone.now()).pk


def a_wallet(owner: User) -> int:
    return Wallet.objects.get_or_create(user=owner)[0].pk


def a_ledger_entry(owner: User) -> int:
    return subscriptions.services.adjust(user_id=owner.pk, amount=Decimal(1), reason="a gift", key="a key").pk


def a_message_of_a_provider(_owner: User) -> int:
    said = {"event_id": "evt_1", "kind": "checkout.session.completed", "outcome": ProviderEvent.Outcome.UNKNOWN}
    return ProviderEvent.objects.create(provider="stripe", received_at=timezone.now(), **said).pk


def an_adjustment(owner: User) -> int:
    """Of a wallet, large enough to wait for a second admin."""
    asked = {"amount": Decimal(900), "reason": "a gift", "by_id": owner.pk, "key": "a key", "now": timezone.now()}
    return subscriptions.services.request_adjustment(user_id=owner.pk, **asked).pk


def a_debt(owner: User) -> int:
    return Debt.objects.create(
        wallet_id=a_wallet(owner), amount=1, outstanding=1, reference="reservation:1", idempotency_key="a key"
    ).pk


def a_watch(owner: User) -> int:
    return WatchFactory(user=owner).pk


def a_watched_book(owner: User) -> int:
    return WatchFactory(user=owner).book_id


def a_type_and_an_object(owner: User) -> tuple[int, int]:
    return ContentType.objects.get_for_model(User).pk, owner.pk


def a_cover_picture(_owner: User) -> tuple[str, str]:
    """A picture without a book: made anew each time, it costs nothing."""
    picture = cover_picture(BytesIO(ONE_PIXEL))
    keep(picture)
    return picture.hash[:2], f"{picture.hash}-small.webp"


# By the beginning of the route; the longest that fits.
MAKERS: dict[str, Maker] = {
    "/books/": a_book,
    "/authors/": lambda _owner: AuthorFactory().pk,
    "/opds/publications/": a_book,
    "/sitemap-books-": lambda owner: a_book(owner) // PART,
    "/sitemap-authors-": lambda owner: Authorship.objects.get(book=a_book(owner)).author_id // PART,
    "/media/covers/": a_cover_picture,
    "/pay/test/": a_place_to_pay,
    "/me/wallet/payments/": a_payment,
    "/api/v1/payments/webhook/": lambda _owner: "test",
    "/me/reservations/": a_reservation,
    "/calendar/": a_calendar_feed,
    "/me/inbox/": a_notification,
    "/me/wallet/entries/": a_ledger_entry,
    "/me/security/sessions/": a_session,
    "/api/v1/books/": a_book,
    "/api/v1/books/isbn/": a_book_with_an_isbn,
    "/api/v1/copies/": lambda _owner: CopyFactory().pk,
    "/api/v1/authors/": an_author,
    "/api/v1/genres/": lambda _owner: GenreFactory().pk,
    "/api/v1/publishers/": lambda _owner: PublisherFactory().pk,
    "/api/v1/auth/sessions/": a_session,
    "/api/v1/payments/": a_payment,
    "/api/v1/reservations/": a_reservation,
    "/api/v1/notifications/": a_notification,
    "/api/v1/watches/": a_watch,
    "/api/v1/users/": lambda owner: owner.pk,
    "/admin/{app_label}/": lambda _owner: "books",
    "/admin/{url}": lambda _owner: "nothing/here/",
    "/admin/desk/slips/": a_hold,
    "/admin/r/": a_type_and_an_object,
    "/admin/accounts/patron/": lambda owner: owner.pk,
    "/admin/accounts/patron/{pk}/{slug}/": lambda owner: (owner.pk, "deactivate"),
    "/admin/accounts/session/": a_session,
    "/admin/accounts/user/": lambda owner: owner.pk,
    "/admin/books/importjob/": an_import,
    "/admin/accounts/user/{pk}/{slug}/": lambda owner: (owner.pk, "deactivate"),
    "/admin/audit/auditentry/": an_audit_entry,
    "/admin/authors/authoraccount/": an_author_account,
    "/admin/books/author/": lambda _owner: AuthorFactory().pk,
    "/admin/books/book/": a_book,
    "/admin/books/copy/": lambda _owner: CopyFactory().pk,
    "/admin/books/genre/": lambda _owner: GenreFactory().pk,
    "/admin/books/publisher/": lambda _owner: PublisherFactory().pk,
    "/admin/notifications/notification/": a_notification,
    "/admin/notifications/preference/": a_preference,
    "/admin/outbox/delivery/": a_delivery,
    "/admin/outbox/outboxevent/": an_event,
    "/admin/reservations/closure/": a_closure,
    "/admin/reservations/pastloans/": past_loans,
    "/admin/reservations/purchasesuggestion/": a_purchase_suggestion,
    "/admin/reservations/reservation/": a_reservation,
    "/admin/reservations/reservation/queue/": a_book,
    "/admin/reservations/reservation/act/": lambda _owner: "cancel",
    "/admin/subscriptions/adjustmentrequest/": an_adjustment,
    "/admin/subscriptions/debt/": a_debt,
    "/admin/subscriptions/ledgerentry/": a_ledger_entry,
    "/admin/subscriptions/payment/": a_payment,
    "/admin/subscriptions/providerevent/": a_message_of_a_provider,
    "/admin/subscriptions/plan/": lambda _owner: Plan.objects.get(code="FREE").pk,
    "/admin/subscriptions/subscription/": a_subscription,
    "/admin/subscriptions/wallet/": a_wallet,
    "/admin/watching/watchedbook/": a_watched_book,
}
# What a route can't be asked without.
QUERIES = {"/admin/autocomplete/": "?app_label=reservations&model_name=reservation&field_name=book"}
