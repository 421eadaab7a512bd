"""`/author/`: an author's own page, as a browser without scripts sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone

import books.services
from accounts.models import Session
from authors.models import AuthorAccount
from library_portal.audit.models import AuditEntry
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.authors import HOLDER, IBAN, MASKED, AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory

pytestmark = pytest.mark.django_db

PAGE, BANK = "/author/", "/author/bank-account/"
WORDS = {"biography": "Wrote at a small table.\r\n\r\nNever signed.", "city": "Chawton", "version": 1}


@pytest.fixture
def jane():
    return AuthorAccountFactory(author=AuthorFactory(name="Jane Austen"))


@pytest.fixture
def as_jane(client, jane):
    client.force_login(jane.user)
    return client


def text(answer) -> str:
    return answer.content.decode()


# --- Who may open it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, BANK])
def test_strangers_log_in_first_and_other_roles_are_refused(client, address) -> None:
    assert client.get(address)["Location"] == f"/login/?next={address}"
    for role in ("customer", "librarian", "admin"):
        client.force_login(UserFactory(role=role))
        assert client.get(address).status_code == 403
        assert client.post(address, {**WORDS, "iban": IBAN, "holder": HOLDER}).status_code == 403


def test_an_author_without_a_link_is_told_what_to_do_and_changes_nothing(client) -> None:
    client.force_login(UserFactory(role="author"))
    assert "not linked to an author yet" in text(client.get(PAGE))
    assert [client.post(PAGE, WORDS).status_code, client.get(BANK).status_code] == [404, 404]
    assert client.post(BANK, {"iban": IBAN, "holder": HOLDER}).status_code == 404


def test_the_menu_leads_authors_there_and_nobody_else(client) -> None:
    for role, shown in (("author", True), ("customer", False), ("librarian", False)):
        client.force_login(UserFactory(role=role))
        assert (f'href="{PAGE}"' in text(client.get("/books/"))) is shown


# --- What readers see ------------------------------------------------------------------------------------


def test_the_author_edits_what_readers_see(as_jane, jane) -> None:
    answer = as_jane.post(PAGE, {**WORDS, "goodreads_url": "https://www.goodreads.com/author/show/1265"}, follow=True)
    assert "Saved." in text(answer)
    public = text(as_jane.get(f"/authors/{jane.author_id}/"))
    assert "<p>Wrote at a small table.</p>" in public
    assert "Chawton" in public
    assert 'href="https://www.goodreads.com/author/show/1265"' in public


def test_a_biography_is_plain_text_on_the_public_page(as_jane, jane) -> None:
    as_jane.post(PAGE, {**WORDS, "biography": "<script>alert(1)</script><b>bold</b>"})
    public = text(as_jane.get(f"/authors/{jane.author_id}/"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;bold&lt;/b&gt;" in public
    assert "<script>alert" not in public


@pytest.mark.parametrize(
    "link",
    [
        "http://www.goodreads.com/author/1",
        "https://goodreads.com.evil.example/",
        "https://www.goodreads.com@evil.example/",
        "javascript:alert(1)",
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(as_jane, jane, link) -> None:
    answer = as_jane.post(PAGE, {**WORDS, "goodreads_url": link})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"goodreads_url"})
    jane.author.refresh_from_db()
    assert (jane.author.goodreads_url, jane.author.city, jane.author.version) == ("", "", 1)


def test_what_a_librarian_wrote_meanwhile_is_not_lost(as_jane, jane) -> None:
    books.services.update_author(author_id=jane.author_id, changes={"biography": "The librarian's words."})
    refused = as_jane.post(PAGE, WORDS)
    assert refused.status_code == 412
    assert "The librarian&#x27;s words." in text(refused)
    assert "Wrote at a small table." in text(refused)
    jane.author.refresh_from_db()
    assert jane.author.biography == "The librarian's words."
    again = as_jane.post(PAGE, {**WORDS, "version": refused.context["form"]["version"].value()})
    assert again.status_code == 302
    jane.author.refresh_from_db()
    assert (jane.author.biography, jane.author.version) == ("Wrote at a small table.\n\nNever signed.", 3)


# --- The bank account ------------------------------------------------------------------------------------


def test_the_bank_account_is_saved_and_only_its_ends_are_shown(as_jane) -> None:
    answer = as_jane.post(BANK, {"iban": "DE89 3704 0044 0532 0130 00", "holder": HOLDER}, follow=True)
    assert MASKED in text(answer)
    for page in (answer, as_jane.get(BANK), as_jane.get(PAGE)):
        assert "370400440532013000" not in text(page).replace(" ", "")
        assert HOLDER not in text(page)
        assert "no-store" in page["Cache-Control"]
    saved = AuthorAccount.objects.get()
    assert (saved.iban, saved.account_holder) == (IBAN, HOLDER)


def test_a_refused_bank_account_does_not_come_back_with_the_form(as_jane) -> None:
    answer = as_jane.post(BANK, {"iban": "DE88 3704 0044 0532 0130 00", "holder": HOLDER})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"iban"})
    assert "0532" not in text(answer)
    assert HOLDER not in text(answer)


def test_the_password_comes_first_when_it_was_given_long_ago(as_jane, jane) -> None:
    Session.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    confirm = f"/me/security/confirm/?next={BANK.replace('/', '%2F')}"
    assert as_jane.get(BANK)["Location"] == confirm
    assert as_jane.post(BANK, {"iban": IBAN, "holder": HOLDER})["Location"] == confirm
    assert as_jane.post(BANK, {"remove": "1"})["Location"] == confirm
    assert AuthorAccount.objects.get().iban == ""
    as_jane.post(confirm, {"password": PASSWORD})
    assert as_jane.get(BANK).status_code == 200


def test_the_bank_account_is_removed(as_jane, jane) -> None:
    as_jane.post(BANK, {"iban": IBAN, "holder": HOLDER})
    assert "was removed" in text(as_jane.post(BANK, {"remove": "1"}, follow=True))
    assert AuthorAccount.objects.get().iban == ""
    assert list(AuditEntry.objects.filter(action="bank_account_changed").values_list("details", flat=True)) == [
        {"removed": True},
        {"removed": False},
    ]


def test_without_its_key_the_page_says_so_and_the_rest_works(as_jane, settings) -> None:
    as_jane.post(BANK, {"iban": IBAN, "holder": HOLDER})
    settings.ENCRYPTION_KEYS = ["another-key"]
    for address in (PAGE, BANK):
        assert as_jane.get(address).status_code == 200
    assert "can&#x27;t be shown at the moment" in text(as_jane.get(PAGE)) or "can't be shown" in text(as_jane.get(PAGE))


# --- The chart -------------------------------------------------------------------------------------------


def test_loans_are_drawn_by_month_and_named_in_words(as_jane) -> None:
    book, today = BookFactory(title="Emma", author_names=["Jane Austen"]), timezone.localdate()
    for _time in range(4):
        books.services.record_loan(book.pk, on=today)
    books.services.record_loan(book.pk, on=today.replace(day=1) - timedelta(days=1))
    answer = as_jane.get(PAGE)
    chart = answer.context["chart"]
    assert (len(chart.bars), chart.total, chart.busiest.loans) == (12, 5, 4)
    assert [(bar.loans, bar.height, bar.top) for bar in chart.bars[-3:]] == [(0, 0, 100), (1, 25, 75), (4, 100, 0)]
    assert f'<span class="visually-hidden">{today:%B %Y}: </span><b>4</b>' in text(answer)
    assert [(row["title"], row["recent_loans"]) for row in answer.context["rows"]] == [("Emma", 5)]
    assert len(as_jane.get(f"{PAGE}?months=24").context["chart"].bars) == 24
    assert len(as_jane.get(f"{PAGE}?months=9999").context["chart"].bars) == 12


def test_without_loans_the_chart_explains_itself(as_jane) -> None:
    assert "No loan in this time" in text(as_jane.get(PAGE))


def test_the_page_has_nothing_inline_and_as_many_queries_for_many_books(as_jane, django_assert_max_num_queries) -> None:
    for _number in range(60):
        books.services.record_loan(BookFactory(author_names=["Jane Austen"]).pk, on=timezone.localdate())
    with django_assert_max_num_queries(12):
        page = text(as_jane.get(PAGE))
    assert page.count('scope="row"') == 50
    for inline in ("style=", "<style", "onclick=", "<script>"):
        assert inline not in page
