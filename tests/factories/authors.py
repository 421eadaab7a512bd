"""People who are an author of the catalogue."""

import factory

from accounts.models import Role
from authors.models import AuthorAccount
from tests.factories.accounts import UserFactory
from tests.factories.books import AuthorFactory

IBAN, MASKED, HOLDER = "DE89370400440532013000", "DE89 •••• •••• 3000", "Jane Austen-Leigh"


class AuthorAccountFactory(factory.django.DjangoModelFactory):
    """Without a bank account, unless `iban` and `account_holder` are given."""

    class Meta:
        model = AuthorAccount

    author = factory.SubFactory(AuthorFactory)
    user = factory.SubFactory(UserFactory, role=Role.AUTHOR)
