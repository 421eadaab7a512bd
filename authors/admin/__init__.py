"""Who is which author, and what authors are to be paid for."""

from authors.admin import links  # noqa: F401 - Django registers what it holds
