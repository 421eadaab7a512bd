"""Pages of a patron's reservations."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST


@login_required
def shelf(request: HttpRequest) -> HttpResponse:
    return render(request, "reservations/shelf.html")


@require_POST
@login_required
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("book", pk)


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("shelf")


@require_POST
@login_required
def check_out(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("shelf")


@require_POST
@login_required
def return_copy(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("shelf")
