"""Readers who watch a book or follow an author."""

import factory

from tests.factories.accounts import UserFactory
from tests.factories.books import AuthorFactory, BookFactory
from watching.models import Watch


class WatchFactory(factory.django.DjangoModelFactory):
    """Of a book that has no copies, unless one is given."""

    class Meta:
        model = Watch

    user = factory.SubFactory(UserFactory)
    book = factory.SubFactory(BookFactory)


class FollowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Watch

    user = factory.SubFactory(UserFactory)
    author = factory.SubFactory(AuthorFactory)
