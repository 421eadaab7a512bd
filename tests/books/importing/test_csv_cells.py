"""Cells as people, programs and spreadsheets write them."""

import pytest

from books.importing import cleaning
from books.importing.record import Contributor


@pytest.mark.parametrize(
    ("cell", "isbns"),
    [
        ("439023483", ["9780439023481"]),
        ("61120081", ["9780061120084"]),
        ("978-0-439-02348-1", ["9780439023481"]),
        ("978 0 439 02348 1", ["9780439023481"]),
        ("057504800x", ["9780575048003"]),
        ('="0439023483"', ["9780439023481"]),
        ("9780439023481.0", ["9780439023481"]),
        ("0596001738 :", ["9780596001735"]),
        ("9780596001735 (pbk.) ; 0-596-00173-8 : $14.95", ["9780596001735"]),
        ("9781615645619 ; 9781615645626", ["9781615645619", "9781615645626"]),
        ("[0596001738]", ["9780596001735"]),
        ("9780596001735 (0439023483)", ["9780596001735"]),
        ("9780439023481 9780061120084", ["9780439023481", "9780061120084"]),
        ("", []),
    ],
)
def test_every_isbn_of_a_cell_is_found_once(cell, isbns):
    changes = []
    assert (cleaning.isbns(cell, changes.append), changes) == (tuple(isbns), [])


@pytest.mark.parametrize(
    ("cell", "kept", "said"),
    [
        ("812971060", (), ["The ISBN “812971060” has a wrong check digit. It was not stored."]),
        ("9.78043902348e+12", (), ["“9.78043902348e+12” is not an ISBN. It was not stored."]),
        ("123456789012", (), ["“123456789012” is not an ISBN. It was not stored."]),
        ("none", (), ["“none” is not an ISBN. It was not stored."]),
        (
            "812971060; 439023483",
            ("9780439023481",),
            ["The ISBN “812971060” has a wrong check digit. It was not stored."],
        ),
    ],
)
def test_what_is_no_isbn_is_named_and_not_stored(cell, kept, said):
    changes = []
    assert (cleaning.isbns(cell, changes.append), changes) == (kept, said)


@pytest.mark.parametrize(
    ("cell", "year", "changes"),
    [
        ("2008.0", 2008, 0), ("-1750.0", -1750, 0), ("March 25, 2008", 2008, 0), ("2006-", 2006, 0), ("c1999", 1999, 0),
        ("2009-2010", 2009, 0), ("1st edition (August 1999)", 1999, 0), ("9/16/2006", 2006, 0), ("", None, 0),
        ("soon", None, 1), ("199-?", None, 1), ("nan", None, 1), ("1e9", None, 1),
    ],
)  # fmt: skip
def test_a_year_is_found_within_words(cell, year, changes):
    said = []
    assert (cleaning.year(cell, said.append), len(said)) == (year, changes)


@pytest.mark.parametrize(
    ("cell", "pages"),
    [
        ("328", 328), ("328.0", 328), ("xviii, 328 p. :", 328), ("xi,339p.", 339), ("1 resource (256 pages)", 256),
        ("240 S.", 240), ("240 pages, 72 unnumbered pages", 240), ("24 v. :", None), ("1 volume (unpaged)", None),
        ("1,200 p.", 1200), ("1.200 S.", 1200), ("1,200", 1200), ("xii,340 p.", 340), ("10,240,328 p.", 328),
    ],
)  # fmt: skip
def test_pages_are_found_within_a_description(cell, pages):
    said = []
    assert (cleaning.extent(cell, said.append), said) == (pages, [])


@pytest.mark.parametrize(
    ("cell", "code", "said"),
    [
        ("eng", "en", []), ("en-US", "en", []), ("English", "en", []), ("Deutsch", "de", []), ("inglés", "en", []),
        ("eng ; English", "en", []), ("", "", []),
        ("English ; Maori", "mul", ["Several languages: English ; Maori."]),
        ("gibberish", "", ["“gibberish” is not a language code. Stored without language."]),
    ],
)  # fmt: skip
def test_languages_come_as_codes_or_names_one_or_several(cell, code, said):
    changes = []
    assert (cleaning.language(cell, changes.append), changes) == (code, said)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Tolkien, J. R. R.", "J. R. R. Tolkien"), ("Dana, Richard Henry, Jr.", "Richard Henry Dana Jr."),
        ("Connick, Jr.", "Connick Jr."), ("Tynion, James, iv", "James Tynion IV"), ("Bright, M. D.", "M. D. Bright"),
        ("Percy, Thomas, Bishop", "Thomas Percy, Bishop"), ("Ak World, Inc", "Ak World, Inc"), ("Plato", "Plato"),
        ("Symposium (1st 1995 San Diego, Calif.)", "Symposium (1st 1995 San Diego, Calif.)"),
    ],
)  # fmt: skip
def test_headings_become_names(heading, name):
    assert cleaning.in_natural_order(heading) == name


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("Learning Perl.", "Learning Perl"), ("Algorithms in C [plus plus].", "Algorithms in C [plus plus]"),
        ("After Effects version 3.1.", "After Effects version 3.1"), ("G.", "G."), ("D.I.Y.", "D.I.Y."),
        ("Film for Less Outside the U. S.", "Film for Less Outside the U. S."), ("Acme Inc.", "Acme Inc."),
        ("Wait...", "Wait..."),
    ],
)  # fmt: skip
def test_a_catalogues_full_stop_goes_and_initials_keep_theirs(title, clean):
    assert cleaning.without_full_stop(title) == clean


def test_roles_stand_in_brackets_and_a_name_stands_once():
    people = cleaning.people("Jane Austen; Ann Other [Translator]; jane austen; ", ";", print)

    assert people == (Contributor("Jane Austen"), Contributor("Ann Other", "translator"))


@pytest.mark.parametrize(
    ("cell", "price", "changes"),
    [
        ("$12.5", "12.50", 0), ("12,50", "12.50", 0), ("", "None", 0), ("1,250.00", "1250.00", 0),
        ("12.50 $", "12.50", 0), ("$1.250,00", "1250.00", 0), ("1,250", "1250.00", 0), ("1,2,3", "None", 1),
        ("free", "None", 1),
    ],
)  # fmt: skip
def test_prices_are_in_dollars(cell, price, changes):
    said = []
    assert (str(cleaning.price(cell, said.append)), len(said)) == (price, changes)


@pytest.mark.parametrize("cell", ["€ 12,50", "12,50 €", "EUR 9,90", "DM 24,80", "£5", "C$12", "12.50 CHF"])
def test_other_money_is_named_and_left_out(cell):
    said = []
    assert cleaning.price(cell, said.append) is None
    assert said == [f"The price “{cell}” is not in US dollars and was left out."]


@pytest.mark.parametrize(
    ("cell", "cover"), [("Hardcover", "hard"), ("Mass Market Paperback", "soft"), ("Gebunden", "hard"), ("Kindle", "")]
)
def test_bindings_have_many_names(cell, cover):
    assert cleaning.cover(cell, [].append) == cover
