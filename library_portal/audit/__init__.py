"""The audit log: who did what, to whom, when and from where. Read-only in the admin; never a secret in it."""

from typing import Any


def record(action: str, *, whom_id: int | None = None, who_id: int | None = None, **details: Any) -> None:
    """Write one line, in the caller's transaction where there is one.

    `action` is one of `library_portal.audit.models.Action`. `who_id` is for who is not logged in yet; otherwise it is
    the person whose request is being served (`library_portal.origin`). `details` are JSON values: no code, password or
    token.
    """
    from library_portal.audit.models import AuditEntry
    from library_portal.origin import current_origin

    origin = current_origin()
    AuditEntry.objects.create(
        action=action,
        who_id=who_id or origin.actor_id,
        whom_id=whom_id,
        address=origin.address,
        user_agent=origin.user_agent,
        details=details,
    )
