"""Template tags by which the catalogue's pages offer to watch: the catalogue itself does not know who does."""

from typing import Any

from django import template

from books.queries import AVAILABLE
from reservations.queries import has_asked_for
from watching import queries

register = template.Library()


@register.inclusion_tag("watching/_watch_button.html", takes_context=True)
def watch_button(context: dict[str, Any], book: dict[str, Any]) -> dict[str, Any]:
    """Offered where no copy is free, to readers who have not asked for the book."""
    user = context["request"].user
    shown = _shown(context) | {"book": book, "is_offered": book["status"] != AVAILABLE}
    if not user.is_authenticated or not shown["is_offered"]:
        return shown
    this = {"user_id": user.pk, "book_id": book["id"]}
    return shown | {"is_offered": not has_asked_for(**this), "is_on": queries.watches_book(**this)}


@register.inclusion_tag("watching/_follow_button.html", takes_context=True)
def follow_button(context: dict[str, Any], author: dict[str, Any]) -> dict[str, Any]:
    user = context["request"].user
    is_on = user.is_authenticated and queries.follows(user_id=user.pk, author_id=author["id"])
    return _shown(context) | {"author": author, "is_on": is_on}


def _shown(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    return {"request": request, "user": request.user, "csrf_token": context.get("csrf_token")}
