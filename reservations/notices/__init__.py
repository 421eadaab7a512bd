"""What lending tells people, by event and once a day, and what they can do from the mail."""
