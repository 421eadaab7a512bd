"""A patron's ledger for people: chosen by kind and time, as a page, as CSV, as PDF, and one entry as a receipt."""
