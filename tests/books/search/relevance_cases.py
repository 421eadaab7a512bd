"""What readers type, and the number of the book that they want in the real catalogue of 10,000 books."""

# Every store must answer these with the right book first.
FIRST = {
    "harry potter": 2,
    "tolkien hobbit": 7,
    "hunger ga": 1,
    "les miserables": 109,
}

TITLES = {
    "the stand": 168,
    "catch 22": 113,
    "of mice & men": 32,
    "of mice and men": 32,
    "how to win friends": 260,
    "brothers karamazov": 485,
    "color magic pratchett": 429,
    "go set watchman": 533,
    "mr mercedes": 623,
}

STOP_WORDS_AND_NUMBERS = {
    "it": 176,
    "we": 2187,
    "s": 6769,
    "1984": 13,
    "1q84": 649,
    "fahrenheit 451": 48,
    "2001 space odyssey": 503,
    "v for vendetta": 365,
}

AUTHORS_AND_TITLES = {
    "stephen king it": 176,
    "king stephen the shining": 72,
    "rowling casual vacancy": 342,
    "jrr tolkien hobbit": 7,
    "saint exupery": 80,
    "madeleine lengle": 117,
    "agatha christie orient": 672,
    "hemingway old man": 130,
    "percy jackson lightning": 41,
    "larsson girl dragon": 16,
    "gone girl gillian fl": 30,
    "huxley brave new world": 55,
}

BEGINNINGS = {
    "harry potter and the phil": 2,
    "girl with the dra": 16,
    "hitchhiker's guide to the gal": 54,
    "game of throne": 39,
    "slaughterh": 65,
    "enders ga": 70,
}

MISSPELT = {
    "tolkein hobit": 7,
    "crime and punishmnt": 177,
    "wuthering hights": 63,
    "gret gatsby": 5,
    "to kil a mockingbird": 4,
    "murikami norwegian": 380,
    "dostoevsky idiot": 1041,
    "girl with the dragon tatoo": 16,
    "fight club palahnuik": 196,
    "alchemist coehlo": 35,
    "nietsche zarathustra": 1113,
}

SPLIT_AND_JOINED = {
    "slaughterhousefive": 65,
    "catch22": 113,
    "spiderman": 9465,
    "spider man": 9465,
    "enders game": 70,
    "ender s game": 70,
}

TOO_MANY_WORDS = {
    "a game of thrones by george martin": 39,
    "the book dune by frank herbert": 126,
    "dr zhivago": 1561,
}

LATIN_LETTERS = {
    "cien anos de soledad": 94,
    "marquez solitude": 94,
    "nesbo snomannen": 1882,
    "die verwandlung": 213,
    "la sombra del viento": 258,
    "bronte jane eyre": 43,
    "anais nin": 7812,
    "emile zola nana": 7090,
}

OTHER_SCRIPTS = {
    "преступление и наказание": 177,
    "мертвые души": 2177,
    "мастер маргарита": 592,
    "ιλιας": 341,
    "οδυσσεια": 79,
    "الفيل الازرق": 1372,
    "القران": 2082,
    "اولاد حارتنا": 5046,
    "ذاكره الجسد": 4264,
    "進撃の巨人": 1183,
    "ノルウェイの森": 380,
    "三体": 2676,
    "채식주의자": 3481,
    "धर्मपद": 5637,
}

ISBNS = {
    "9780439554930": 2,
    "978-0-439-02348-1": 1,
    "ISBN 0 7432 7356 7": 5,
}

ALL = (
    FIRST
    | TITLES
    | STOP_WORDS_AND_NUMBERS
    | AUTHORS_AND_TITLES
    | BEGINNINGS
    | MISSPELT
    | SPLIT_AND_JOINED
    | TOO_MANY_WORDS
    | LATIN_LETTERS
    | OTHER_SCRIPTS
    | ISBNS
)
