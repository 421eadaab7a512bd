"""An author's own page: what readers see of them, how much they are read, and their bank account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import FormView

import books.queries
from accounts.roles import Role
from accounts.views.confirming import ConfirmedIdentity
from authors import queries, services
from authors.chart import SPANS, chart
from authors.forms import AuthorPageForm, BankAccountForm
from authors.queries import NoAuthorAccount
from books.readership import loans_by_book, loans_by_month
from books.services import StaleAuthor
from library_portal.errors import Forbidden


class ForAuthors:
    """Mixin of a page that only people with the role author may open."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and request.user.role != Role.AUTHOR:
            raise Forbidden
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    @cached_property
    def author_id(self) -> int | None:
        return queries.own_author_id(user_id=self.request.user.pk)


@method_decorator(never_cache, name="dispatch")
class AuthorPage(ForAuthors, LoginRequiredMixin, FormView):
    template_name = "authors/author_account.html"
    form_class = AuthorPageForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.author_id is None:
            return render(request, "authors/not_linked.html")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.author_id is None:
            raise NoAuthorAccount
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return self.author

    @cached_property
    def author(self) -> dict[str, Any]:
        return books.queries.author_detail(author_id=self.author_id or 0)

    def form_valid(self, form: AuthorPageForm) -> HttpResponse:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        try:
            services.edit_author(
                author_id=self.author_id or 0,
                user_id=self.request.user.pk,
                changes=changes,
                version=version,
                now=timezone.now(),
            )
        except StaleAuthor as refusal:
            form.shows_version(self.author["version"])
            return self.render_to_response(self.get_context_data(form=form, refusal=refusal), status=refusal.status)
        messages.success(self.request, _("Saved. Your page shows it now."))
        return redirect("author-account")

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        span = SPANS[1] if self.request.GET.get("months") == str(SPANS[1]) else SPANS[0]
        period = {"author_id": self.author_id, "months": span, "today": timezone.localdate()}
        return super().get_context_data(
            author=self.author,
            bank_account=queries.shown_bank_account(user_id=self.request.user.pk),
            span=span,
            spans=SPANS,
            chart=chart(loans_by_month(**period)),
            rows=loans_by_book(**period),
            **kwargs,
        )


@method_decorator([sensitive_post_parameters("iban", "holder"), never_cache], name="dispatch")
class BankAccountPage(ForAuthors, ConfirmedIdentity, FormView):
    """Given anew or removed, never read back."""

    template_name = "authors/bank_account.html"
    form_class = BankAccountForm
    success_url = reverse_lazy("author-account")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.author_id is None:
            raise NoAuthorAccount
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "remove" not in request.POST:
            return super().post(request, *args, **kwargs)
        services.set_bank_account(user_id=request.user.pk, bank_account=None, now=timezone.now())
        messages.success(request, _("Your bank account was removed."))
        return redirect("author-account")

    @method_decorator(sensitive_variables())
    def form_valid(self, form: BankAccountForm) -> HttpResponse:
        services.set_bank_account(user_id=self.request.user.pk, bank_account=form.bank_account(), now=timezone.now())
        messages.success(self.request, _("Your bank account was saved."))
        return super().form_valid(form)

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = queries.shown_bank_account(user_id=self.request.user.pk)
        return super().get_context_data(bank_account=shown, **kwargs)
