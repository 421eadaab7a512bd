"""People with a password to log in with."""

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Role, User
from accounts.roles import join_group

PASSWORD = "a-long-passphrase"


class UserFactory(factory.django.DjangoModelFactory):
    """A customer with a verified e-mail address and the second step on."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        unverified = factory.Trait(email_verified_at=None)

    username = factory.Sequence(lambda number: f"reader{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@library.example")
    email_verified_at = factory.LazyFunction(timezone.now)
    role = Role.CUSTOMER
    password = factory.LazyFunction(lambda: make_password(PASSWORD))
    is_superuser = factory.LazyAttribute(lambda user: user.role == Role.ADMIN)

    @factory.post_generation
    def in_the_group_of_the_role(user, create, extracted, **kwargs):
        if create:
            join_group(user)
