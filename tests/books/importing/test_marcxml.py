"""MARCXML as it is found: any prefix, several roots, wrappings of harvests, ill-formed records among good ones."""

import pytest

from books.importing.sources import UnknownFile
from books.importing.sources.marcxml import _still_wanted
from tests.books.importing.marc_reading import only, reads

NAMESPACE = 'xmlns="http://www.loc.gov/MARC21/slim"'


def record(title, p=""):
    return (
        f'<{p}record><{p}leader>00000nam a2200000 i 4500</{p}leader><{p}datafield tag="245" ind1="1" ind2="0">'
        f'<{p}subfield code="a">{title}</{p}subfield></{p}datafield></{p}record>'
    )


def titles(text, **wishes):
    content = text.encode() if isinstance(text, str) else text
    return [read.record.title if read.record else read.refusal for read in reads(content, **wishes)]


@pytest.mark.parametrize(
    "text",
    [
        f'<?xml version="1.0"?><collection {NAMESPACE}>{record("Emma")}{record("Persuasion")}</collection>',
        f"<collection>{record('Emma')}{record('Persuasion')}</collection>",
        f"<marc:collection xmlns:marc='x'>{record('Emma', 'marc:')}{record('Persuasion', 'marc:')}</marc:collection>",
        f"{record('Emma', 'nobody:')}{record('Persuasion', 'nobody:')}",
        f'\ufeff<?xml version="1.0"?>\n{record("Emma")}\n<?xml version="1.0"?>\n{record("Persuasion")}',
        f"<a>{record('Emma')}</a><b>{record('Persuasion')}",
        f"<!-- {record('Not this')} --><collection>{record('Emma')}<!-- nor <record> -->{record('Persuasion')}",
        f"<OAI-PMH><ListRecords><record><header/><metadata>{record('Emma', 'm:')}</metadata></record>"
        f"<record><metadata>{record('Persuasion')}</metadata></record></ListRecords></OAI-PMH>",
    ],
)
def test_records_are_found_however_they_are_wrapped(text):
    assert titles(text) == ["Emma", "Persuasion"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_used(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><collection>{record("Chéri")}</collection>'

    assert titles(text.encode(encoding)) == ["Chéri"]


def test_records_and_letters_are_whole_across_the_blocks_of_a_file():
    wanted = [f"Ärger № {number} {'ß' * (number % 97)}" for number in range(900)]

    assert titles("<collection>" + "\n".join(map(record, wanted)) + "</collection>") == [
        title.strip() for title in wanted
    ]


def test_one_ill_formed_record_costs_only_itself():
    broken = record("Broken").replace("</datafield>", "</datafeld>")
    found = reads(f"<c>{record('Emma')}{broken}{record('Persuasion')}</c>".encode())

    assert [bool(read.record) for read in found] == [True, False, True]
    assert found[1].refusal.startswith("The record is no well-formed XML: mismatched tag")
    assert found[1].original == broken.encode()


def test_a_record_that_is_never_closed_costs_only_itself():
    unclosed = record("Unclosed").removesuffix("</record>")

    assert titles(f"<c>{record('Emma')}{unclosed}{record('Persuasion')}{unclosed}") == [
        "Emma", "The record is cut off: it is never closed.", "Persuasion",
        "The record is cut off: it is never closed.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "title", "remark"),
    [
        ("Em\x1fma", "Emma", "Control characters, which XML does not allow, were left out."),
        ("Em&#x1F;ma", "Emma", "Control characters, which XML does not allow, were left out."),
        ("Dombey & Son", "Dombey & Son", "A bare “&” was taken for the character itself."),
        ("R&D; &c", "R&D; &c", "A bare “&” was taken for the character itself."),
        ("&eacute;t&eacute;", "été", "“&eacute;” is a name of HTML, not of XML, and was taken for its character."),
        (
            "Dombey&nbsp;&amp; Son",
            "Dombey & Son",
            "“&nbsp;” is a name of HTML, not of XML, and was taken for its character.",
        ),
        ("a &LT; b", "a < b", "“&LT;” is a name of HTML, not of XML, and was taken for its character."),
        ("<![CDATA[R&D]]> & co", "R&D & co", "A bare “&” was taken for the character itself."),
    ],
)
def test_what_xml_does_not_allow_is_mended_and_said(written, title, remark):
    read = only(record(written).encode())

    assert (read.record.title, read.changes) == (title, [remark])


@pytest.mark.parametrize("title", ["Dombey &amp; Son", "<![CDATA[Dombey & Son]]>", "Dombey &#38; Son"])
def test_what_xml_allows_is_read_without_a_remark(title):
    read = only(record(title).encode())

    assert read.record.title == "Dombey & Son"


def test_a_document_type_is_refused():
    bomb = '<!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'

    with pytest.raises(UnknownFile, match="document type"):
        reads(f"{bomb}<c>{record('&b;')}</c>".encode())


def test_other_xml_is_unknown():
    with pytest.raises(UnknownFile, match="no MARC records"):
        reads(b"<rss><channel><item/></channel></rss>")


def test_blanks_lost_from_the_leader_do_not_hide_a_book():
    found = reads(record("Emma").replace("00000nam", "nam").encode())

    assert [read.record.title for read in found] == ["Emma"]


@pytest.mark.parametrize("tag", ["", "1", "²²", "001", "24500"])
def test_a_tag_that_is_none_harms_no_other(tag):
    odd = (
        f'<datafield tag="{tag}"><subfield>x</subfield></datafield><controlfield tag="{tag}">y</controlfield></record>'
    )

    assert titles(record("Emma").replace("</record>", odd)) == ["Emma"]


def test_an_encoding_that_nobody_knows_is_said():
    with pytest.raises(UnknownFile, match="“marc-8” is no encoding"):
        reads(record("Emma").encode(), encoding="marc-8")


def test_an_empty_record_has_no_title():
    assert titles(f"<c><record/>{record('Emma')}</c>") == ["The record has no title (245).", "Emma"]


@pytest.mark.parametrize("encoding", ["zip", "base64", "idna", "undefined"])
def test_a_declared_encoding_that_is_none_of_texts_is_not_believed(encoding):
    assert titles(f'<?xml version="1.0" encoding="{encoding}"?><c>{record("Emma")}</c>') == ["Emma"]


def test_of_a_comment_without_end_no_more_than_its_last_letters_is_kept():
    comment = "<!--" + "a" * 300_000
    waiting = _still_wanted(comment)

    assert len(waiting) < 1_000
    assert titles(f"{comment}{record('Emma')}--{'b' * 300_000}-->{record('Persuasion')}") == ["Persuasion"]
