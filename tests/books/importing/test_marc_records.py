"""Real records, field by field: scripts, accents, roles, series, years, and what mending left of broken ones."""

from decimal import Decimal

import pytest

from tests.books.importing.marc_reading import reads, told

RECORDS = [
    (
        "evergreen/hebrew.marc",
        1,
        {
            "title": "La-Torah vela-moʻadim",
            "original_title": "לתורה בלמועדים",
            "subtitle": "resise hegyonot",
            "authors": (("Shelomoh Yosef Zeṿin", ""),),
            "genres": ("Festival-day sermons, Jewish", "Jewish sermons, Hebrew", "Jewish sermons"),
            "publisher": "Zioni",
            "language": "he",
            "year": 1961,
            "pages": 384,
        },
    ),
    (
        "evergreen/hebrew.marc",
        16,
        {
            "title": "Sefer Ṭohorat ha-bayit",
            "original_title": "ספר טוהורת הבית",
            "subtitle": "... ʻim Mishmeret ha-ṭohorah ...",
            "authors": (("Ovadia Yosef", ""),),
            "genres": ("Purity, Ritual",),
            "language": "he",
            "year": 1986,
            "pages": 522,
        },
    ),
    (
        "evergreen/lul_fre_500.mrc",
        10,
        {
            "title": "Les Homiliae cathedrales de Sévère d'Antioche",
            "series": "Patrologia Orientalis",
            "authors": (("Severus of Antioch", ""), ("Jacob of Edessa", "")),
            "genres": ("Syriaque (Langue)", "Sermons grecs"),
            "publisher": "Brepols",
            "language": "fr",
            "year": 1906,
        },
    ),
    (
        "evergreen/lul_fre_500.mrc",
        16,
        {
            "title": "La charité",
            "subtitle": "choix de textes précédés d'une étude",
            "series": "Anthologies illustrées. Les vertus théologales",
            "authors": (("Antonin Gilbert Sertillanges", ""),),
            "genres": ("Charité",),
            "publisher": "Laurens",
            "language": "fr",
            "year": 1913,
            "pages": 192,
        },
    ),
    (
        "evergreen/oss.marc",
        16,
        {
            "title": "Two bits",
            "subtitle": "the cultural significance of free software",
            "series": "Experimental futures",
            "authors": (("Christopher M. Kelty", ""),),
            "genres": ("Information society", "Open source software"),
            "publisher": "Duke University Press",
            "language": "en",
            "year": 2008,
            "pages": 378,
            "cover": "hard",
            "isbns": ("9780822342427", "9780822342649"),
        },
    ),
    (
        "evergreen/badisbns.xml",
        3,
        {
            "title": "The farthest shore",
            "series": "Earthsea trilogy #3",
            "authors": (("Ursula K. Le Guin", ""),),
            "publisher": "Bantam Books",
            "language": "en",
            "year": 1975,
            "pages": 197,
            "cover": "soft",
            "isbns": ("9780553204308", "9780553268478"),
            "price": Decimal("6.99"),
        },
    ),
    (
        "evergreen/serials_marc21.xml",
        4,
        {
            "title": "Rapport annuel de la Commission canadienne de sûreté nucléaire",
            "authors": (("Commission canadienne de sûreté nucléaire", ""),),
            "genres": ("Énergie nucléaire", "Périodiques"),
            "publisher": "Commission canadienne de sûreté nucléaire",
            "language": "fr",
            "year": 2001,
        },
    ),
    (
        "koha/koha_biblios.marcxml.xml",
        71,
        {
            "title": "The battle",
            "original_title": "La battaglia, Storia di Waterloo",
            "subtitle": "a new history of Waterloo",
            "authors": (("Alessandro Barbero", ""),),
            "genres": ("Waterloo, Battle of, Waterloo, Belgium, 1815",),
            "publisher": "Atlantic",
            "language": "en",
            "year": 2005,
            "pages": 304,
            "cover": "hard",
            "isbns": ("9781843543091",),
        },
    ),
    (
        "koha/koha_biblios.marcxml.xml",
        89,
        {
            "title": "Dom Casmurro",
            "subtitle": "a novel",
            "series": "Library of Latin America",
            "authors": (("Machado de Assis", ""), ("John Gledson", "")),
            "genres": ("Reminiscing in old age", "Adultery", "Authorship"),
            "publisher": "Oxford University Press",
            "language": "en",
            "year": 1997,
            "pages": 258,
            "isbns": ("9780195103083",),
        },
    ),
    (
        "koha/koha_biblios.marcxml.xml",
        416,
        {"title": "Blackout", "authors": (("Barr", ""),), "publisher": "Headline Review", "isbns": ("9781472212481",)},
    ),
    (
        "koha/koha_biblio_369_illformed.marcxml.xml",
        1,
        {
            "title": "Strk̆v̜elser",
            "authors": (("Anderson", ""),),
            "publisher": "Clausen bg̜er",
            "language": "da",
            "year": 1988,
        },
    ),
    (
        "openlibrary/mrc/880_Nihon_no_chasho.mrc",
        1,
        {
            "title": "Nihon no chasho",
            "original_title": "日本 の 茶書",
            "series": "Tōyō bunko, 201, 206",
            "authors": (("Tatsusaburō Hayashiya", ""), ("Kiyoshi Yokoi", ""), ("Tadao Narabayashi", "")),
            "genres": ("Japanese tea ceremony", "Book reviews"),
            "publisher": "Heibonsha",
            "language": "ja",
            "year": 1971,
        },
    ),
    (
        "openlibrary/mrc/880_arabic_french_many_linkages.mrc",
        1,
        {
            "title": "Intiqāl al-afkār wa-al-taqnīyāt fī al-Maghārib wa-al-ʻālam al-mutawassiṭī",
            "original_title": "انتقال الأفكار و التقنيات في المغارب و العالم المتوسطي",
            "series": "Silsilat nadawāt wa-munāẓarāt, raqm 160",
            "authors": (
                ("Abderrahmane El Moudden", ""),
                ("ʻAbd al-Raḥīm Bin-Ḥāddah", ""),
                ("Mohamed Lazhar Gharbi", ""),
                ("Jāmiʻat Muḥammad al-Khāmis. Kullīyat al-Ādāb wa-al-ʻUlūm al-Insānīyah", ""),
            ),
            "genres": (
                "Political science",
                "Congresses",
                "Medicine",
                "Islamic civilization",
                "Morocco",
                "Africa, North",
                "Turkey",
            ),
            "publisher": "Jāmiʻat Muḥammad al-Khāmis, Kullīyat al-Ādāb wa-al-ʻUlūm al-Insānīyah",
            "language": "ar",
            "year": 2009,
            "pages": 247,
        },
    ),
    (
        "openlibrary/mrc/880_publisher_unlinked.mrc",
        1,
        {
            "title": "Zeh gadol?",
            "original_title": "זה גדול!",
            "authors": (("Ben Hailman", ""), ("Uri Śagi", "")),
            "genres": ("Size perception", "Juvenile literature"),
            "language": "he",
            "year": 2011,
            "pages": 47,
        },
    ),
    (
        "openlibrary/mrc/9999_sd_dates.mrc",
        1,
        {
            "title": "Ifadat-e homiyopethi",
            "authors": (("ʻAbd-ul-Qayyum Tahir Malihabadi", ""),),
            "publisher": "Maktabah-e Daniyal",
            "language": "ur",
            "pages": 150,
        },
    ),
    (
        "openlibrary/mrc/dasrmischepriv00rein_meta.mrc",
        1,
        {
            "title": "Das römische Privatrecht und der Civilprocess bis in das erste Jahrhundert der Kaiserherrschaft",
            "subtitle": "ein Hülfsbuch zur Erklärung der alten Classiker, vorzüglich für Philologen nach den Quellen "
            "bearbeitet",
            "authors": (("Wilhelm Rein", ""),),
            "genres": ("Roman law", "Constitutional history"),
            "publisher": "K.F. Koehler",
            "year": 1836,
            "pages": 537,
        },
    ),
    (
        "openlibrary/mrc/lesnoirsetlesrou0000garl_meta.mrc",
        1,
        {
            "title": "Les noirs et les rouges",
            "original_title": "Legge dell'odio",
            "series": "Folio, Policier : roman noir #820",
            "authors": (("Alberto Garlini", ""), ("Vincent Raynaud", "translator")),
            "publisher": "Gallimard",
            "language": "fr",
            "year": 2017,
            "pages": 920,
            "cover": "soft",
            "isbns": ("9782072702211",),
        },
    ),
    (
        "openlibrary/mrc/ithaca_college_75002321.mrc",
        1,
        {
            "title": "Work incentives and income guarantees",
            "subtitle": "the New Jersey negative income tax experiment",
            "series": "Brookings studies in social experimentation",
            "authors": (
                ("Joseph A. Pechman", "editor"),
                ("P. Michael Timpane", "editor"),
                ("Brookings Institution, Washington, D.C. Panel on Social Experimentation", ""),
            ),
            "genres": ("Negative income tax", "Labor supply", "Guaranteed annual income"),
            "publisher": "Brookings Institution",
            "language": "en",
            "year": 1975,
            "pages": 232,
            "isbns": ("9780815769767", "9780815769750"),
        },
    ),
    (
        "openlibrary/mrc/zweibchersatir01horauoft_meta.mrc",
        1,
        {
            "title": "Zwei Bücher Satiren",
            "authors": (
                ("Horace", ""),
                ("Carl Christian Jacob Kirchner", "translator"),
                ("Wilhelm Sigmund Teuffel", ""),
            ),
            "publisher": "Teubner",
            "language": "de",
            "year": 1854,
        },
    ),
    (
        "openlibrary/mrc/flatlandromanceo00abbouoft_meta.mrc",
        1,
        {
            "title": "Flatland",
            "subtitle": "a romance of many dimensions",
            "authors": (("Edwin Abbott Abbott", ""),),
            "publisher": "Seeley and Co.",
            "language": "en",
            "year": 1884,
        },
    ),
    (
        "openlibrary/mrc/reprint_date_wrong_order.mrc",
        1,
        {
            "title": "Around the world in eighty days",
            "series": "Dalmatian Press Classics",
            "authors": (("Jules Verne", ""), ("Kathryn Knight", "")),
            "genres": ("Adventure stories, French", "Voyages around the world", "Fiction"),
            "publisher": "Dalmatian Press",
            "language": "en",
            "year": 1873,
            "pages": 210,
            "cover": "soft",
            "isbns": ("9781403793966",),
        },
    ),
    (
        "pymarc/1251.dat",
        5,
        {
            "title": "Мио, мой Мио!",
            "subtitle": "повести-сказки : для детей : пер. со швед.",
            "series": "Мои любимые книжки",
            "authors": (("Астрид Линдгрен", ""), ("Виталий Еклерис", "illustrator")),
            "genres": ("Сказки шведские (д. л.)",),
            "publisher": "Азбука-классика",
            "language": "ru",
            "year": 2005,
            "pages": 347,
            "isbns": ("9785352012864",),
        },
    ),
    (
        "pymarc/bad_eacc_encoding.dat",
        1,
        {
            "title": "Beikoku no tōchi no shikumi",
            "original_title": "米国の統治の仕組",
            "authors": (
                ("Paul A. Arnold", ""),
                ("United States. Dept. of State. Bureau of International Information Programs", ""),
                ("Braddock Communications", ""),
            ),
            "genres": (
                "Democracy",
                "Federal government",
                "Local government",
                "State governments",
                "Voting",
                "United States",
            ),
            "publisher": "Braddock Communications",
            "language": "ja",
            "year": 2004,
            "pages": 36,
        },
    ),
    (
        "pymarc/bad_indicator.dat",
        1,
        {
            "title": "Aristocrats of color",
            "subtitle": "the Black elite, 1880-1920",
            "authors": (("Willard B. Gatewood", ""),),
            "genres": ("African Americans", "Upper class"),
            "publisher": "Indiana University Press",
            "language": "en",
            "year": 1990,
            "pages": 450,
            "isbns": ("9780253325525",),
        },
    ),
    (
        "pymarc/bad_subfield_code.dat",
        1,
        {
            "title": "ActivePerl with ASP and ADO",
            "authors": (("Tobias Martinsson", ""),),
            "genres": ("Perl (Computer program language)",),
            "publisher": "John Wiley & Sons",
            "language": "en",
            "year": 2000,
            "pages": 289,
            "cover": "soft",
            "isbns": ("9780471383147",),
        },
    ),
    (
        "pymarc/utf8_without_leader_flag.dat",
        1,
        {
            "title": "Escape from loneliness",
            "original_title": "De la solitude à la communauté",
            "authors": (("Paul Tournier", ""),),
            "genres": ("Loneliness", "Self", "Social psychology", "Social Isolation"),
            "publisher": "Westminster Press",
            "language": "en",
            "year": 1962,
            "pages": 192,
        },
    ),
    (
        "pymarc/multi_isbn.dat",
        1,
        {
            "title": "The town scold",
            "series": "Her Waste #1",
            "authors": (("Judith Emlyn Johnson", ""),),
            "publisher": "Countryman Press",
            "language": "en",
            "year": 1977,
            "pages": 39,
            "cover": "soft",
            "isbns": ("9780914378280", "9780914378297", "9780914378266"),
        },
    ),
]


@pytest.mark.parametrize(
    ("file", "number", "wanted"), RECORDS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_record_tells_this(shared_data, file, number, wanted):
    record = reads(shared_data / "marc" / file)[number - 1].record

    found = told(record)
    found.pop("description", None)
    assert found == wanted


@pytest.mark.parametrize(
    ("file", "number", "remarks"),
    [
        ("evergreen/lul_fre_500.mrc", 1, []),
        (
            "openlibrary/mrc/new_poganucpeoplethe00stowuoft_meta.mrc",
            1,
            [
                "The directory's lengths are wrong; the fields were taken in their order.",
                "The leader gives a wrong length of the record.",
                "The leader does not say UTF-8, but the record is written in it.",
            ],
        ),
        (
            "pymarc/1251.dat",
            1,
            ["The record is written in neither MARC-8 nor UTF-8 and was read as windows-1251."],
        ),
        (
            "koha/koha_biblio_369_illformed.marcxml.xml",
            1,
            ["Control characters, which XML does not allow, were left out."],
        ),
    ],
)
def test_what_was_mended_is_said(shared_data, file, number, remarks):
    assert reads(shared_data / "marc" / file)[number - 1].changes == remarks


def test_a_summary_is_the_description(shared_data):
    thirty_years_war = reads(shared_data / "marc/koha/koha_biblios.marcxml.xml")[7].record

    assert thirty_years_war.description.startswith("A deadly continental struggle, the Thirty Years War devastated")
