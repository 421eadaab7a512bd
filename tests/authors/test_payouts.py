"""What authors are to be paid for: loans by author and period, for admins (rules.md, "Accounts")."""

from datetime import date

import pytest

from accounts.models import Role
from authors.models import AuthorAccount
from books.models import Author, MonthlyLoans
from library_portal.audit.models import Action, AuditEntry
from tests.factories.authors import HOLDER, IBAN, MASKED, AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.people import person

pytestmark = pytest.mark.django_db
PAGE, CSV = "/admin/authors/authoraccount/payouts/", "/admin/authors/authoraccount/payouts.csv"
SPRING = "?first=2026-03&last=2026-05"


def lent(month: int, loans: int, *names: str) -> None:
    book = BookFactory(author_names=names)
    MonthlyLoans.objects.create(book=book, month=date(2026, month, 1), loans=loans)


@pytest.fixture
def austen() -> AuthorAccount:
    """Lent 2 + 3 times in spring, once with Burney; Burney has an account, Defoe has none."""
    lent(3, 2, "Austen")
    lent(5, 3, "Austen", "Burney", "Defoe")
    lent(2, 40, "Austen")
    lent(6, 50, "Austen")
    AuthorAccountFactory(author=AuthorFactory(name="Burney"), user__username="fanny", user__role=Role.AUTHOR)
    return AuthorAccountFactory(
        author=AuthorFactory(name="Austen"),
        user__username="jane",
        user__role=Role.AUTHOR,
        iban=IBAN,
        account_holder=HOLDER,
    )


def rows_of(client, query: str) -> list[tuple[str, int, str]]:
    rows = client.get(PAGE + query).context["rows"]
    return [(row.account.author.name, row.loans, row.bank_account.iban) for row in rows]


@pytest.mark.parametrize(
    ("query", "austen_loans", "burney_loans"),
    [(SPRING, 5, 3), ("?first=2026-03&last=2026-03", 2, 0), ("?first=2026-02&last=2026-06", 95, 3)],
)
def test_loans_of_linked_authors_in_the_months_chosen(
    client, austen: AuthorAccount, query: str, austen_loans: int, burney_loans: int
) -> None:
    client.force_login(person(Role.ADMIN))
    assert rows_of(client, query) == [("Austen", austen_loans, MASKED), ("Burney", burney_loans, "")]


def test_the_download_masks_bank_accounts_and_is_told(client, austen: AuthorAccount) -> None:
    admin = person(Role.ADMIN)
    client.force_login(admin)
    lines = client.get(CSV + SPRING).getvalue().decode().splitlines()
    burney = Author.objects.get(name="Burney").pk
    assert lines == [
        "author_id,author,username,from,to,loans,bank_account,iban",
        f"{austen.author_id},Austen,jane,2026-03,2026-05,5,given,{MASKED}",
        f"{burney},Burney,fanny,2026-03,2026-05,3,none,",
    ]
    [told] = AuditEntry.objects.filter(action=Action.PAYOUTS_EXPORTED)
    assert (told.who, told.details) == (admin, {"first": "2026-03", "last": "2026-05"})


def test_a_bank_account_that_no_key_reads_hides_no_other(client, austen: AuthorAccount, settings) -> None:
    settings.ENCRYPTION_KEYS = ["another key"]
    AuthorAccount.objects.filter(author__name="Burney").update(iban=IBAN)
    client.force_login(person(Role.ADMIN))
    states = [row.bank_account.state for row in client.get(PAGE + SPRING).context["rows"]]
    assert states == ["unreadable", "given"]


def test_a_page_takes_the_same_queries_however_many_authors(client, austen, django_assert_max_num_queries) -> None:
    AuthorAccountFactory.create_batch(8, iban=IBAN)
    client.force_login(person(Role.ADMIN))
    with django_assert_max_num_queries(9):
        assert len(client.get(PAGE + SPRING).context["rows"]) == 10


@pytest.mark.parametrize(
    "query", ["?first=2026-05&last=2026-03", "?first=x&last=2026-03", "?first=0001-01&last=9999-12"]
)
@pytest.mark.parametrize("address", [PAGE, CSV])
def test_a_period_that_is_none_is_told_at_its_field(client, address: str, query: str) -> None:
    client.force_login(person(Role.ADMIN))
    answer = client.get(address + query)
    assert (answer.status_code, bool(answer.context["form"].errors)) == (400, True)
    assert not AuditEntry.objects.filter(action=Action.PAYOUTS_EXPORTED).exists()


@pytest.mark.parametrize("address", [PAGE, CSV])
def test_librarians_see_no_payouts(client, address: str) -> None:
    client.force_login(person(Role.LIBRARIAN))
    assert client.get(address).status_code == 403
    assert PAGE not in client.get("/admin/authors/authoraccount/").content.decode()
