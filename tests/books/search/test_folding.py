import pytest

from books.search.folding import fold


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Les Misérables", "les miserables"),
        ("Łódź", "lodz"),
        ("Jo Nesbø", "jo nesbo"),
        ("Straße", "strasse"),
        ("Ævisaga", "aevisaga"),
        ("Œuvres", "oeuvres"),
        ("Þórður Đặng", "thordur dang"),
        ("İstanbul ve ılık", "istanbul ve ilik"),
        ("Smilla\u2019s", "smilla's"),
        ("Ｆｕｌｌ Width", "full width"),
        ("ﬁne", "fine"),
        ("co\u00adoperate", "cooperate"),
    ],
)
def test_latin_letters_are_found_without_their_marks(written: str, typed: str) -> None:
    assert fold(written) == typed


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Ёлка", "елка"),
        ("Чехов и Йод", "чехов и иод"),
        ("Їжак Ґудзик", "іжак гудзик"),
        ("Όμηρος", "ομηροσ"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_other_alphabets_are_found_without_their_marks(written: str, typed: str) -> None:
    assert fold(written) == typed


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("أإآٱا", "ااااا"),
        ("القُرْآنُ", "القران"),
        ("كـــتاب", "كتاب"),
        ("مدرسة", "مدرسه"),
        ("موسى", "موسي"),
        ("کتاب یک", "كتاب يك"),
        ("مسؤول رئيس", "مسوول رييس"),
        ("می\u200cخواهم", "ميخواهم"),
        ("ﻛﺘﺎﺏ", "كتاب"),
        ("١٩٨٤ ۱۹۸۴", "1984 1984"),
    ],
)
def test_arabic_letter_forms_vowels_and_digits_are_one(written: str, typed: str) -> None:
    assert fold(written) == typed


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("ﾊﾘｰ･ﾎﾟｯﾀｰ", "ハリー・ポッター"),
        ("カフカ", "かふか"),
        ("が", "か\u3099"),
        ("１Ｑ８４", "1Q84"),
    ],
)
def test_japanese_widths_and_syllabaries_are_one(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


def test_voiced_kana_are_other_letters() -> None:
    assert fold("が") != fold("か")


def test_vowel_signs_that_spell_a_word_stay() -> None:
    assert fold("हिन्दी ภาษาไทย") == "हिन्दी ภาษาไทย"
