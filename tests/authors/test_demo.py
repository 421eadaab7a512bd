"""The demo login `author`: an author of the sample library whose books were lent."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.demo import create_demo_people
from authors.demo import AUTHOR, LOANS
from authors.models import AuthorAccount
from books.models import Author
from books.readership import loans_by_month
from tests.factories.books import BookFactory

pytestmark = pytest.mark.django_db


def test_the_demo_author_is_linked_once_with_loans_to_look_at() -> None:
    BookFactory.create_batch(3, author_names=[AUTHOR])
    create_demo_people()
    for _time in range(2):
        call_command("link_demo_author")
    account, author = AuthorAccount.objects.get(), Author.objects.get(name=AUTHOR)
    assert (account.user.username, account.author_id) == ("author", author.pk)
    months = loans_by_month(author_id=author.pk, months=len(LOANS), today=timezone.localdate())
    assert tuple(month.loans for month in months) == LOANS


def test_a_catalogue_without_that_author_is_left_alone() -> None:
    create_demo_people()
    call_command("link_demo_author")
    assert not AuthorAccount.objects.exists()


def test_there_is_no_demo_author_in_production(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("link_demo_author")
