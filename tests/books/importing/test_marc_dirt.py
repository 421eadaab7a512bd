"""MARC21 as libraries really send it: wrong lengths, lying leaders, rubbish between records, odd names and numbers."""

import pytest

from books.importing.sources import UnknownFile
from books.importing.sources.marc import LONGEST_ORIGINAL
from tests.books.importing.marc_reading import LEADER, marc, only, reads, told

EMMA = marc("100 1_ $a Austen, Jane", "245 10 $a Emma : $b a novel /").as_marc()
PERSUASION = marc("100 1_ $a Austen, Jane", "245 10 $a Persuasion").as_marc()
MIDDLEMARCH = marc("100 1_ $a Eliot, George", "245 10 $a Middlemarch").as_marc()


def outcomes(found):
    """Titles of what was read, reasons of what was not."""
    return [read.record.title if read.record else read.refusal for read in found]


def wrong_length(raw):
    return b"00042" + raw[5:]


class TestRecordsThatDoNotFit:
    @pytest.mark.parametrize("between", [b"", b"\r\n", b"\0\0", b"\x1a", b"   \n"])
    def test_nothing_that_stands_between_records_is_counted(self, between):
        found = reads(EMMA + between + PERSUASION + between)

        assert (outcomes(found), [read.changes for read in found]) == (["Emma", "Persuasion"], [[], []])

    def test_rubbish_before_a_record_is_passed_over_and_said(self):
        found = reads(EMMA + b"<html>error 500</html>" + PERSUASION)

        assert outcomes(found) == ["Emma", "Persuasion"]
        assert found[1].changes == ["Bytes that belong to no record were passed over before this one."]

    def test_a_wrong_length_costs_nothing(self):
        found = reads(EMMA + wrong_length(PERSUASION) + MIDDLEMARCH)

        assert outcomes(found) == ["Emma", "Persuasion", "Middlemarch"]
        assert found[1].changes == ["The leader gives a wrong length of the record."]

    def test_a_directory_with_wrong_lengths_is_built_anew(self):
        record = marc("100 1_ $a Colette", "245 10 $a Chéri", "260 __ $b Éditions").as_marc()
        read = only(record[:24] + record[24:].replace(b"245001", b"245009", 1))

        assert (read.record.title, read.record.publisher) == ("Chéri", "Éditions")
        assert read.changes == ["The directory's lengths are wrong; the fields were taken in their order."]

    def test_a_record_cut_off_at_the_end_is_refused_and_kept(self):
        found = reads(EMMA + PERSUASION[:-12])

        assert outcomes(found) == ["Emma", "The record is cut off: it breaks off before its end."]
        assert found[1].original == PERSUASION[:-12]

    def test_a_record_cut_off_before_the_next_costs_only_itself(self):
        found = reads(EMMA[:-12] + PERSUASION)

        assert outcomes(found) == ["The record is cut off: it breaks off before its end.", "Persuasion"]

    def test_a_record_that_lacks_only_its_end_mark_is_whole(self):
        assert outcomes(reads(EMMA[:-1])) == ["Emma"]

    def test_what_is_kept_of_a_refused_record_is_bounded(self):
        endless = marc("500 __ $a " + "x" * 9_000, *["500 __ $a " + "x" * 9_000] * 12).as_marc()

        read = only(endless)

        assert (read.refusal, len(read.original)) == ("The record's directory can't be understood.", LONGEST_ORIGINAL)

    def test_a_file_without_end_marks_is_read_in_bounded_pieces(self):
        found = reads(EMMA + b"y" * 1_500_000 + PERSUASION)

        assert outcomes(found)[0 :: len(found) - 1] == ["Emma", "Persuasion"]


class TestRefusals:
    def test_no_title(self):
        for record in (marc("100 1_ $a Austen, Jane"), marc("245 10 $c by Jane Austen"), marc("245 10 $a /")):
            assert only(record.as_marc()).refusal == "The record has no title (245)."

    def test_unimarc_by_its_name(self):
        unimarc = marc("100 __ $a 19961119d1996    ||||0itac50      ba", "200 1_ $a Emma").as_marc()

        assert "UNIMARC" in only(unimarc).refusal

    @pytest.mark.parametrize(("kind", "named"), [("j", "recorded music"), ("e", "a map"), ("g", "a film or a video")])
    def test_what_is_no_book_is_skipped_and_named(self, kind, named):
        read = only(marc("245 10 $a Four seasons", leader=f"00000n{kind}m a2200000 i 4500").as_marc())

        assert (read.title, read.record, read.is_book) == ("Four seasons", None, False)
        assert read.refusal == f"This is no book but {named}."

    def test_a_kind_that_is_not_said_is_a_book_where_there_is_an_isbn(self):
        blank = "00000    a2200000   4500"
        with_isbn = marc("020 __ $a 0141439580", "245 10 $a Emma", leader=blank).as_marc()
        without = marc("245 10 $a Emma", leader=blank).as_marc()

        assert [bool(read.record) for read in reads(with_isbn + without)] == [True, False]

    def test_a_deleted_record_is_skipped(self):
        read = only(marc("245 10 $a Emma", leader="00000dam a2200000 i 4500").as_marc())

        assert (read.is_book, read.refusal) == (False, "The record says that it was deleted.")

    def test_a_file_of_something_else_is_unknown(self):
        with pytest.raises(UnknownFile):
            reads(b"%PDF-1.7 nothing of a catalogue", format="marc")


class TestCharacters:
    def raw(self, title, coding):
        """A record whose title is these bytes and whose leader/09 is `coding`."""
        record = marc("245 10 $a " + "x" * len(title)).as_marc().replace(b"x" * len(title), title)
        return record[:9] + coding + record[10:]

    @pytest.mark.parametrize(
        ("title", "coding", "wanted"),
        [
            ("Les Misérables".encode(), b"a", "Les Misérables"),
            ("Les Misérables".encode(), b" ", "Les Misérables"),
            (b"Les Mis\xe2erables", b" ", "Les Misérables"),
            (b"Les Mis\xe2erables", b"a", "Les Misérables"),
            (b"\xb2Resund \xa2\xa5\xab", b" ", "øResund ØÆ±"),
            (b"\x1b(2eyf\x1b(B", b" ", "ושז"),
            (b"\x1b(NaKNIGA\x1b(B", b" ", "Акнига"),
            (b"M\xc3\x83\xc2\xb6rike".replace(b"\xc3\x83\xc2\xb6", "Ã¶".encode()), b"a", "Mörike"),
            (b"Caf\xe9 M\xfcller, fa\xe7ade", b" ", "Café Müller, façade"),
            ("e\u0301".encode(), b"a", "é"),
            (b"Tokyo &#x6771;&#x4eac;", b" ", "Tokyo 東京"),
            (b"T\xe5okyo &#x6771;&#x4eac;", b" ", "Tōkyo 東京"),
        ],
    )
    def test_the_bytes_say_what_they_are_written_in(self, title, coding, wanted):
        read = only(self.raw(title, coding))

        assert read.record.title == wanted

    def test_a_byte_that_is_nothing_is_seen_and_said(self):
        read = only(self.raw("Caf\u00e9 \u2013 ".encode() + b"\xff!", b"a"))

        assert read.record.title == "Café – \ufffd!"
        assert read.changes == ["Some characters are not written in UTF-8 and can't be read; “�” stands for each."]

    def test_somebody_may_know_better(self):
        title = "Преступление".encode("koi8-r")

        assert only(self.raw(title, b" "), encoding="koi8-r").record.title == "Преступление"
        assert only(self.raw(b"Mis\xe2erables", b"a"), encoding="MARC-8").record.title == "Misérables"

    def test_an_encoding_that_nobody_knows_is_said(self):
        with pytest.raises(UnknownFile, match="“klingon” is no encoding"):
            reads(EMMA, encoding="klingon")

    @pytest.mark.parametrize("code", [b"\xe1", b"\x1b", b"\xff", "á".encode()])
    def test_a_subfield_without_a_sound_code_harms_no_other(self, code):
        record = marc("245 10 $a Emma", "500 __ $a xNote").as_marc().replace(b"\x1fax", b"\x1f" + code + b"x")

        assert outcomes(reads(record.ljust(len(record)))) == ["Emma"]


class TestFields:
    def record(self, *fields, leader=LEADER):
        return only(marc("245 10 $a Title", *fields, leader=leader).as_marc())

    @pytest.mark.parametrize(
        ("fields", "authors"),
        [
            (["100 1_ $a Tolkien, J. R. R. $q (John Ronald Reuel), $d 1892-1973."], [("J. R. R. Tolkien", "")]),
            (["100 0_ $a John Paul $b II, $c Pope, $d 1920-2005"], [("John Paul II", "")]),
            (["100 1_ $a King, Martin Luther, $c Jr., $d 1929-1968."], [("Martin Luther King, Jr.", "")]),
            (["100 0_ $a Plato."], [("Plato", "")]),
            (["110 1_ $a Canada. $b Dept. of Finance."], [("Canada. Dept. of Finance", "")]),
            (["111 2_ $a Perl Conference $n (4th : $d 2000)"], [("Perl Conference", "")]),
            (["700 1_ $a Rieu, E. V., $e translator."], [("E. V. Rieu", "translator")]),
            (["700 1_ $a Rieu, E. V. $4 trl"], [("E. V. Rieu", "translator")]),
            (["700 1_ $a Rieu, E. V. $4 http://id.loc.gov/vocabulary/relators/edt"], [("E. V. Rieu", "editor")]),
            (["700 1_ $a Rieu, E. V., $e joint author."], [("E. V. Rieu", "")]),
            (["700 1_ $a Woolf, Virginia, $e former owner."], []),
            (["700 12 $a Homer. $t Odyssey."], []),
            (["700 1_ $a B, A", "100 1_ $a D, C", "700 1_ $a D, C $e editor"], [("C D", ""), ("A B", "")]),
            (["100 1_ $a Bridgham, Gladys Ruth. [from old catalog]"], [("Gladys Ruth Bridgham", "")]),
        ],
    )
    def test_names_come_in_direct_order_with_what_they_did(self, fields, authors):
        assert list(map(tuple, self.record(*fields).record.authors)) == authors

    @pytest.mark.parametrize(
        ("field", "isbns"),
        [
            ("020 __ $a 0596001738 (pbk.) : $c $14.95", ["9780596001735"]),
            ("020 __ $a  0-596-00173-8 :", ["9780596001735"]),
            ("020 __ $a 978 0 596 00173 5 (v. 1)", ["9780596001735"]),
            ("020 __ $z 0596001738", []),
            ("020 __ $a 0815769768. $a 081576975X $b pbk.", ["9780815769767", "9780815769750"]),
            ("020 __ $a (pbk.)", []),
        ],
    )
    def test_isbns_stand_beside_other_words(self, field, isbns):
        read = self.record(field)

        assert (list(read.record.isbns), read.changes) == (isbns, [])

    def test_a_wrong_isbn_is_said_and_not_stored(self):
        read = self.record("020 __ $a 9789655220613", "020 __ $a 0596001738")

        assert read.record.isbns == ("9780596001735",)
        assert read.changes == ["The ISBN “9789655220613” has a wrong check digit. It was not stored."]

    @pytest.mark.parametrize(
        ("terms", "price"),
        [("$14.95", "14.95"), ("US$1,200", "1200.00"), ("$20.95 (Can.)", None), ("£5.99", None), ("kr. 92,00", None)],
    )
    def test_a_price_counts_in_dollars(self, terms, price):
        field = marc("020 __ $a 0596001738", "245 10 $a Title")
        field["020"].add_subfield("c", terms)

        found = only(field.as_marc()).record.price

        assert (found and str(found)) == price

    @pytest.mark.parametrize(
        ("fields", "year"),
        [
            (["008 990101s1962    xxu           000 0 eng d"], 1962),
            (["008 990101r20101873xxu           000 0 eng d"], 1873),
            (["008 990101s9999    xxu           000 0 eng d", "260 __ $c c2003."], 2003),
            (["008 990101s19--    xxu           000 0 eng d", "264 _4 $c ©1990", "264 _1 $c [1991]"], 1991),
            (["260 __ $c Shōwa 46-47 [1971-1972]"], 1971),
            (["260 __ $c [18--?]"], None),
            (["046 __ $a b $b 0750"], -750),
        ],
    )
    def test_the_year_is_the_first_that_can_be(self, fields, year):
        assert self.record(*fields).record.year == year

    @pytest.mark.parametrize(
        ("extent", "pages"),
        [
            ("xii, 450 p., [16] p. of plates :", 450), ("36, [1] p.", 36), ("1 v. (920 p.)", 920), ("2 v.", None),
            ("2 volumes :", None), ("1 p. l., vii, 180 p.", 180), ("186 с.", 186), ("V, 201 S.", 201),
            ("48 leaves", 48),
        ],
    )  # fmt: skip
    def test_pages_are_found_in_the_extent(self, extent, pages):
        assert self.record(f"300 __ $a {extent}").record.pages == pages

    @pytest.mark.parametrize(
        ("field", "series"),
        [
            ("490 1_ $a Earthsea ; $v bk. 3", "Earthsea #3"), ("490 0_ $a Penguin classics", "Penguin classics"),
            ("490 1_ $a Action ; $v v. 16, no. 2", "Action, v. 16, no. 2"), ("830 _0 $a Folio ; $v 820.", "Folio #820"),
        ],
    )  # fmt: skip
    def test_a_series_keeps_its_number(self, field, series):
        assert self.record(field).record.series == series

    def test_subjects_become_genres_without_their_subdivisions(self):
        read = self.record(
            "650 _0 $a Cats $z France $v Juvenile fiction.", "650 _0 $a Cats.", "651 _0 $a Paris (France)",
            "655 _7 $a Fables. $2 gsafd", *(f"650 _0 $a Subject {number}" for number in range(20)),
        )  # fmt: skip

        assert read.record.genres[:4] == ("Fables", "Cats", "Juvenile fiction", "Paris (France)")
        assert len(read.record.genres) == 11

    def test_titles_lose_the_punctuation_between_their_parts(self):
        read = only(
            marc(
                "245 14 $a The Lord of the Rings. $n Part 1, $p The fellowship of the ring : $b a tale / $c Tolkien.",
                "240 10 $a Ringenes herre. $l English",
            ).as_marc()
        )

        assert told(read.record) == {
            "title": "The Lord of the Rings. Part 1. The fellowship of the ring",
            "subtitle": "a tale",
            "original_title": "Ringenes herre",
        }

    @pytest.mark.parametrize(
        ("title", "kept"),
        [
            ("Learning Perl.", "Learning Perl"),
            ("U.S.A.", "U.S.A."),
            ("And then ...", "And then ..."),
            ("[Diary] /", "Diary"),
        ],
    )
    def test_a_full_stop_that_belongs_to_the_title_stays(self, title, kept):
        assert only(marc(f"245 10 $a {title}").as_marc()).record.title == kept

    def test_a_title_in_its_own_script_stays_the_title(self):
        read = only(marc("245 10 $6 880-01 $a 日本の茶書", "880 10 $6 245-01 $a Nihon no chasho").as_marc())

        assert (read.record.title, read.record.original_title) == ("日本の茶書", "")

    def test_barcodes_of_copies_come_from_both_kinds_of_holdings(self):
        read = self.record("852 __ $a Main $p 3999900000001", "952 __ $o 813 $p 3999900000002 $p 3999900000001")

        assert read.record.barcodes == ("3999900000001", "3999900000002")


def test_an_endless_extent_is_looked_at_in_part():
    content = marc("245 10 $a Emma", f"300 __ $a 474 p. {'9 ' * 4_000}").as_marc()
    digits = marc("245 10 $a Emma", f"300 __ $a {'9' * 9_000} p.").as_marc()

    assert [read.record.pages for read in reads(content + digits)] == [474, None]
