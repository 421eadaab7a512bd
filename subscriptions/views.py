"""The wallet's pages."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST


@login_required
def wallet(request: HttpRequest) -> HttpResponse:
    return render(request, "subscriptions/wallet.html")


@require_POST
@login_required
def top_up(request: HttpRequest) -> HttpResponse:
    return render(request, "subscriptions/wallet.html")


@login_required
def test_payment(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "subscriptions/test_payment.html")
