"""A patron's due dates and pick-up deadlines in any calendar (iCalendar, RFC 5545), by a secret address."""
