"""Drawn covers: the same book always looks the same, and no picture of another host is ever loaded."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from books.templatetags.covers import CLOTHS, MOODS, PICTURES, Facts, dress, is_local, short_title, title_size


def row(**changes: object) -> dict[str, object]:
    authors = [{"id": 1, "name": "Ada Writer", "role": ""}]
    return {"title": "A Title", "authors": authors, "genres": [], "cover_url": "", **changes}


def drawn(**changes: object) -> str:
    return Template("{% load covers %}{% cover book %}").render(Context({"book": row(**changes)}))


def test_the_same_book_always_looks_the_same() -> None:
    facts = Facts("Middlemarch", ["George Eliot"], ["Classics"], "")
    assert {dress(facts) for _ in range(3)} == {dress(facts)}


def test_the_genre_sets_the_mood() -> None:
    for words, cloths, pictures in MOODS:
        cloth, picture, _layout = dress(Facts("Some Title", ["Some Author"], [words[0].title()], ""))
        assert cloth in cloths
        assert picture in pictures


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("https://images.example/1.jpg", False),
        ("//images.example/1.jpg", False),
        ("javascript:alert(1)", False),
        ("", False),
        ("/media/1.jpg", True),
    ],
)
def test_only_pictures_of_this_site_are_shown(address: str, local: bool) -> None:
    assert is_local(address) is local
    assert ("<img" in drawn(cover_url=address)) is local


def test_text_on_a_cover_is_escaped() -> None:
    assert "<script>" not in drawn(title="<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("The Hunger Games (The Hunger Games, #1)", "The Hunger Games"),
        ("(Untitled)", "(Untitled)"),
        ("Plain", "Plain"),
    ],
)
def test_the_series_in_brackets_is_not_printed(title: str, printed: str) -> None:
    assert short_title(title) == printed


@pytest.mark.parametrize(
    ("title", "size"), [("It", 1), ("Frankenstein", 4), ("百年の孤独", 3), ("x" * 300, 6), ("", 1)]
)
def test_the_type_is_as_large_as_the_longest_word_allows(title: str, size: int) -> None:
    assert title_size(title) == size


def test_every_cloth_and_picture_exists_in_the_static_files() -> None:
    css = (settings.BASE_DIR / "static/css/covers.css").read_text()
    svg = (settings.BASE_DIR / "static/covers.svg").read_text()
    assert set(re.findall(r"\.cloth-(\w+)", css)) == set(CLOTHS)
    assert set(re.findall(r'symbol id="(\w+)"', svg)) == set(PICTURES)
    assert {name for _words, cloths, _pictures in MOODS for name in cloths} <= set(CLOTHS)
    assert {name for _words, _cloths, pictures in MOODS for name in pictures} <= set(PICTURES)


def test_every_icon_that_a_template_names_is_drawn() -> None:
    drawn_icons = set(re.findall(r'symbol id="(\w+)"', (settings.BASE_DIR / "static/icons.svg").read_text()))
    templates = Path(settings.BASE_DIR / "templates").rglob("*.html")
    named = {name for file in templates for name in re.findall(r'{% icon "(\w+)" %}', file.read_text())}
    assert named - drawn_icons == set()
