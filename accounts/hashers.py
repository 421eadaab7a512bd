from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane (architecture.md, "Serving")."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
