from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from library_portal.notifications.mailbox import letters


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Development and tests: what would have been sent."""
    to = request.GET.get("to", "")
    return render(request, "notifications/mailbox.html", {"letters": letters(to=to), "to": to})
