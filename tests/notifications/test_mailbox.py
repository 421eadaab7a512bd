"""The mailbox of development: files, read once however often it is opened."""

from pathlib import Path

from library_portal.notifications.mailbox import deposit, letters


def test_a_letter_that_is_sent_again_is_shown_once_as_it_is_now(tmp_path: Path, settings) -> None:
    settings.MAIL_DIR = tmp_path

    for text in ("first", "second"):
        deposit("<1@library>", f"To: ada@library.example\nSubject: a\n\n{text}\n".encode())
        assert [letter.text.strip() for letter in letters(to="ADA@")] == [text]
    assert letters(to="bob@") == []
