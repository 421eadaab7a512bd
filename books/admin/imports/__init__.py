"""Catalogue files sent in by librarians: upload, columns, progress, remarks, and taking it all back."""

from books.admin.imports.admin import ImportJobAdmin

__all__ = ["ImportJobAdmin"]
