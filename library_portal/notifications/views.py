from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from library_portal.notifications import queries, services
from library_portal.notifications.models import Notification

PAGE_SIZE = 20


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.inbox(user_id=request.user.pk), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "notifications/inbox.html", {"page": page})


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message read; the button `open` goes on to what it is about."""
    notification = services.mark_read(user_id=request.user.pk, notification_id=pk, now=timezone.now())
    if request.htmx:
        return render(request, "notifications/_notification.html", {"notification": notification})
    return redirect(_address(request, notification) if "open" in request.POST else "inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_all_read(user_id=request.user.pk, now=timezone.now())
    return redirect("inbox")


def _address(request: HttpRequest, notification: Notification) -> str:
    is_ours = url_has_allowed_host_and_scheme(notification.url, allowed_hosts={request.get_host()})
    return notification.url if is_ours else "inbox"
