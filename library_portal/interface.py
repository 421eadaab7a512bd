"""Template tags of every page: icons, the chosen theme, the marked menu entry, money."""

from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from library_portal import public

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of `static/icons.svg`; decoration only, the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """`light` or `dark` where the reader has chosen, else `auto`: what the device prefers."""
    request = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE) if request else None
    return chosen if chosen in THEMES else "auto"


@register.simple_tag(takes_context=True)
def current_page(context: dict[str, Any], *names: str) -> SafeString | str:
    """Marks the menu entry whose URL name is open."""
    match = getattr(context.get("request"), "resolver_match", None)
    return SafeString(' aria-current="page"') if match and match.url_name in names else ""


@register.filter
def public_url(path: str) -> str:
    """The address of a path of this site as the world knows it."""
    return public.public_url(path)


@register.filter
def dollars(amount: Decimal | str | None) -> str:
    """`$1,234.50`; a minus stands before the sign."""
    if amount is None:
        return ""
    value = Decimal(amount)
    return f"{'−' if value < 0 else ''}${abs(value):,.2f}"
