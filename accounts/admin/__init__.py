"""People in the admin: patrons for the librarians, everybody for the admins, and who is logged in where."""

from accounts.admin import patrons, persons, sessions

__all__ = ["patrons", "persons", "sessions"]
