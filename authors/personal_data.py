"""The author's account in what the portal holds about a person. The bank account leaves masked, as it is shown."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import books.queries
from authors import services
from authors.models import AuthorAccount
from authors.queries import shown_bank_account
from library_portal.personal_data import erases, exports_as


@exports_as("author", AuthorAccount)
def author(user_id: int) -> dict[str, Any] | None:
    own = AuthorAccount.objects.filter(user_id=user_id).values("author_id", "linked_at").first()
    if own is None:
        return None
    return {
        "author": books.queries.author_detail(author_id=own["author_id"]),
        "linked_at": own["linked_at"],
        "bank_account": asdict(shown_bank_account(user_id=user_id)),
    }


@erases
def forget_author_account(user_id: int, now: datetime) -> None:
    """The link and the bank account; the author and the books stay in the catalogue."""
    services.unlink(user_id=user_id)
