"""Files that no profile knows: a person says which of their columns is which of ours; names in many languages help."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from html import unescape

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.record import Record, Warn
from books.importing.sources.profiles.library import LIBRARY_COLUMNS, from_library
from books.importing.sources.profiles.people_cells import people
from books.importing.sources.profiles.profile import Cells, Profile
from books.importing.sources.source import UnknownFile

# As written without spaces, hyphens and underscores.
_SYNONYMS = {
    "title": "title booktitle titel titre título titulo titolo titull titlu tytuł název cím nimi заглавие название "
    "заголовок τίτλος العنوان عنوان 书名 書名 题名 タイトル 제목",
    "subtitle": "subtitle untertitel soustitre subtítulo sottotitolo ondertitel undertitel podtytuł подзаголовок",
    "original_title": "originaltitle originaltitel titreoriginal títulooriginal titolooriginale tytułoryginału",
    "series": "series seriesname reihe serie série collection collana reeks seria серия cycle",
    "authors": "authors author primaryauthor authorname bookauthor writer creator verfasser autor autoren autorin "
    "auteur auteurs autora autores autore autori författare "
    "forfatter schrijver автор авторы συγγραφέας المؤلف مؤلف 作者 著者 저자",
    "publisher": "publisher verlag verlagsname éditeur editeur editorial editora editore uitgever uitgeverij förlag "
    "forlag wydawnictwo wydawca издательство εκδότης الناشر 出版社 출판사",
    "year": "year yearofpublication publicationyear yearpublished originalpublicationyear publicationdate publishdate "
    "datepublished pubyear pubdate date published jahr erscheinungsjahr année annee anneedepublication "
    "datedepublication año ano anno jaar år rok год годиздания έτος سنة 出版年 발행년",
    "isbn": "isbn isbns isbn13 isbn10 isbnnumber isbnnr ean ean13 isbnissn",
    "language": "language languagecode lang sprache langue idioma lingua taal språk sprog język язык γλώσσα لغة 语言",
    "genres": "genres genre subject subjects category categories categoría topics keywords tags bookshelves schlagwort "
    "schlagwörter sujet sujets materia genere argomento onderwerp ämne gatunek жанр",
    "pages": "pages numpages numberofpages pagecount seiten seitenzahl umfang pagination nombredepages páginas paginas "
    "pagine aantalpaginas sidor sider stron страниц 页数",
    "cover": "cover binding format bookformat einband reliure encuadernación rilegatura bindwijze oprawa переплёт",
    "cover_url": "coverurl imageurl imageurll imageurlm coverimage image thumbnail coverlink bild",
    "price": "price listprice cost preis ladenpreis prix precio preço prezzo prijs pris cena цена",
    "daily_fee": "dailyfee feeperday leihgebühr",
    "rating": "rating averagerating avgrating bewertung note",
    "ratings_count": "ratingscount ratings numratings numberofratings reviews",
    "description": "description summary abstract blurb annotation notes beschreibung inhalt résumé resume descripción "
    "descrição descrizione beschrijving beskrivning opis описание",
    "copies": "copies numberofcopies quantity qty exemplare anzahl exemplaires ejemplares exemplares copie exemplaren",
    "barcodes": "barcodes barcode strichcode codebarres códigodebarras mediennummer",
}
_FIELD_OF = {name: field for field, names in _SYNONYMS.items() for name in names.split()}
# "Little, Brown &amp; Company": some catalogues were taken off web pages.
_ESCAPED = re.compile(r"&(?:#\d+|#x[\da-f]+|\w+);", re.IGNORECASE)


def proposed_columns(header: Sequence[str]) -> dict[str, str]:
    """Our fields and the columns that may be meant, to be agreed to by a person: "Titel" is surely the title."""
    proposed: dict[str, str] = {}
    for close in (False, True):
        for column in header:
            field = _field(column, close)
            if field and column not in proposed.values():
                proposed.setdefault(field, column)
    return {field: proposed[field] for field in LIBRARY_COLUMNS if field in proposed}


def _field(column: str, close: bool) -> str:
    plain = re.sub(r"[\W_]+", "", column.casefold())
    if not close:
        return _FIELD_OF.get(plain, "")
    near = get_close_matches(plain, _FIELD_OF, n=1, cutoff=0.9)
    return _FIELD_OF[near[0]] if near else ""


def mapped_profile(columns: Mapping[str, str], header: Sequence[str]) -> Profile:
    """`columns` maps our fields to the file's columns, however they are spaced and spelled. Raises UnknownFile."""
    meant = {field: " ".join(column.casefold().split()) for field, column in columns.items() if column}
    _check(meant, header)

    def to_record(cells: Cells, warn: Warn) -> Record:
        ours = {field: _ESCAPED.sub(_unescaped, cells[column]) for field, column in meant.items()}
        if "series" not in ours:
            ours["title"], ours["series"] = cleaning.title_and_series(ours["title"])
        ours["genres"] = _with_semicolons(ours.get("genres", ""))
        return from_library(ours, warn, names=people)

    return Profile(name="columns", required=frozenset(meant.values()), to_record=to_record, title=meant["title"])


def _check(meant: Mapping[str, str], header: Sequence[str]) -> None:
    if wrong := sorted(set(meant) - set(LIBRARY_COLUMNS)):
        detail = _("We have no field %(wrong)s; there are: %(fields)s.")
        raise UnknownFile(detail % {"wrong": ", ".join(wrong), "fields": ", ".join(LIBRARY_COLUMNS)})
    if "title" not in meant:
        raise UnknownFile(_("Say which column has the title."))
    if absent := sorted(set(meant.values()) - set(header)):
        detail = _("The file has no column %(absent)s; it has: %(found)s.")
        raise UnknownFile(detail % {"absent": ", ".join(absent), "found": ", ".join(header)})


def _unescaped(found: re.Match[str]) -> str:
    return unescape(found[0])


def _with_semicolons(subjects: str) -> str:
    return subjects if ";" in subjects else subjects.replace("|", ";").replace(",", ";")
