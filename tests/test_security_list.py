"""docs/security.md: each requirement of its chapters is in the table, and every test it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from accounts.password_rules import WORDS_OF_THIS_PLACE
from accounts.web_session_store import SessionStore

TESTS = Path(__file__).resolve().parent
DOCUMENT = (TESTS.parent / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \| (met|partly|no|n/a) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
# OWASP ASVS 5.0.0, levels 1 and 2: how far each section goes, without its requirements of level 3.
SECTIONS = {
    "3.2": (1, 2), "3.3": (1, 2, 3, 4), "3.4": (1, 2, 3, 4, 5, 6), "3.5": (1, 2, 3, 4, 5), "3.7": (1, 2),
    "6.1": (1, 2, 3), "6.2": range(1, 13), "6.3": (1, 2, 3, 4), "6.4": (1, 2, 3, 4), "6.5": (1, 2, 3, 4, 5),
    "6.6": (1, 2, 3), "6.8": (1, 2, 3, 4),
    "7.1": (1, 2, 3), "7.2": (1, 2, 3, 4), "7.3": (1, 2), "7.4": (1, 2, 3, 4, 5), "7.5": (1, 2), "7.6": (1, 2),
    "8.1": (1, 2), "8.2": (1, 2, 3), "8.3": (1,), "8.4": (1,),
    "9.1": (1, 2, 3), "9.2": (1, 2, 3, 4),
}  # fmt: skip


@cache
def named_in(path: str) -> set[str]:
    tree = ast.parse((TESTS / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_has_its_row_and_no_other() -> None:
    wanted = [f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers]
    assert [row[0] for row in ROW.findall(DOCUMENT)] == wanted


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(DOCUMENT)
    missing = [f"{path}::{name}" for path, name in named if not (TESTS / path).is_file() or name not in named_in(path)]
    assert len(named) > 100
    assert missing == []


def test_what_is_met_is_shown_by_a_test_and_what_is_not_says_why() -> None:
    unshown = [row[0] for row in ROW.findall(DOCUMENT) if row[2] in ("met", "partly") and not NAMED.search(row[4])]
    unexplained = [row[0] for row in ROW.findall(DOCUMENT) if len(row[3]) < 1 or row[3] == "–"]
    assert (unshown, unexplained) == ([], [])


def test_the_words_that_do_not_count_are_the_documented_ones() -> None:
    listed = re.search(r"by words everybody thinks of here:\s([^(]+)\(", DOCUMENT)
    assert listed
    assert {word.strip() for word in listed[1].split(",")} == set(WORDS_OF_THIS_PLACE)


@pytest.mark.django_db
def test_session_keys_are_long_and_random() -> None:
    """32 of 36 characters: 165 bits."""
    keys = {SessionStore()._get_new_session_key() for _number in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(r"[a-z0-9]{32}", key) for key in keys)
    assert len(set("".join(keys))) == 36
