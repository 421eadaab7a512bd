"""Dates and times as the portal's pages write them, in the admin too."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
