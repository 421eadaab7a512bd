from django.db.models import QuerySet

from library_portal.notifications.models import Kind, Notification, Preference

MOST_UNREAD_SHOWN = 100


def inbox(*, user_id: int) -> QuerySet[Notification]:
    """A person's messages, newest first."""
    return Notification.objects.filter(user_id=user_id).defer("former_address").order_by("-id")


def was_told(*, user_id: int, kind: str, subject: str) -> bool:
    return Notification.objects.filter(user_id=user_id, kind=kind, subject=subject).exists()


def unread_count(*, user_id: int) -> int:
    """Unread messages, counted up to `MOST_UNREAD_SHOWN`: a badge needs no more."""
    return Notification.objects.filter(user_id=user_id, read_at=None)[:MOST_UNREAD_SHOWN].count()


def wants_mail(*, user_id: int, kind: str) -> bool:
    """Whether this person wants this kind by e-mail; who never chose does. Nobody can turn off security messages."""
    chosen = Preference.objects.filter(user_id=user_id, kind=kind).values_list("by_mail", flat=True).first()
    return kind == Kind.ACCOUNT or chosen is not False


def wants_sms(*, user_id: int, kind: str) -> bool:
    """Whether this person has chosen this kind by SMS."""
    return Preference.objects.filter(user_id=user_id, kind=kind, by_sms=True).exists()


def choices(*, staff: bool) -> list[Kind]:
    """The kinds a person chooses channels for: not what protects the account, and the digest only as staff."""
    not_theirs = {Kind.ACCOUNT} if staff else {Kind.ACCOUNT, Kind.STAFF_DIGEST}
    return [kind for kind in Kind if kind not in not_theirs]


def preferences(*, user_id: int, staff: bool) -> dict[str, dict[str, bool]]:
    """{kind: {"by_mail", "by_sms"}} for every kind of `choices`."""
    chosen = {row.kind: row for row in Preference.objects.filter(user_id=user_id)}
    every = (chosen.get(kind, Preference(kind=kind.value)) for kind in choices(staff=staff))
    return {row.kind: {"by_mail": row.by_mail, "by_sms": row.by_sms} for row in every}
