import pytest

from books.search.highlighting import highlighted


@pytest.mark.parametrize(
    ("title", "found", "expected"),
    [
        ("The Hunger Games", ["hunger", "games"], "The <mark>Hunger</mark> <mark>Games</mark>"),
        ("Les Misérables", ["miserables"], "Les <mark>Misérables</mark>"),
        ("Ender's Game", ["enders"], "<mark>Ender&#x27;s</mark> Game"),
        ("Catch-22", ["22"], "Catch-<mark>22</mark>"),
        ("進撃の巨人", ["巨人"], "進撃の<mark>巨人</mark>"),
        ("進撃の巨人", ["進撃", "撃の"], "<mark>進撃の</mark>巨人"),
        ("Spider-Man", ["spiderman"], "<mark>Spider</mark>-<mark>Man</mark>"),
        ("Catch Twenty-Two", ["catch", "22"], "<mark>Catch</mark> <mark>Twenty</mark>-<mark>Two</mark>"),
        ("Henry V, Part II", ["henry", "2"], "<mark>Henry</mark> V, Part <mark>II</mark>"),
        ("Мёртвые души", ["mertvye"], "<mark>Мёртвые</mark> души"),
        ("Bücher & Bilder", ["buecher"], "<mark>Bücher</mark> &amp; Bilder"),
        ("القرآن الكريم", ["قران"], "<mark>القرآن</mark> الكريم"),
        ("Sense and Sensibility", ["sense"], "<mark>Sense</mark> and Sensibility"),
        ("Emma", [], "Emma"),
    ],
)
def test_found_words_are_marked_as_they_are_written(title: str, found: list[str], expected: str) -> None:
    assert highlighted(title, found) == expected


def test_a_title_is_never_markup() -> None:
    assert highlighted("<script>alert('x')</script> & Co", ["co"]) == (
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; <mark>Co</mark>"
    )
