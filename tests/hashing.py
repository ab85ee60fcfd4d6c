"""The product's password hash at the least cost: the suite makes thousands, and guards nothing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2id with one pass over eight kibibytes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
