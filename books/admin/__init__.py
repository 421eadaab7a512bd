"""The catalogue for librarians. Writing ends in the services, so that every change is told of and indexed."""

from books.admin import books, copies, imports, names  # noqa: F401 - Django registers what they hold
