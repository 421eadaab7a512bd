"""Cover pictures: only what can be shown is kept, small and without metadata, and nothing else is ever served."""

import struct
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.template import Context, Template
from PIL import Image

from books import queries, services, tasks
from books.covers.files import keep
from books.covers.pictures import CoverPicture, NotAPicture, PictureTooLarge, cover_picture
from books.models import Book
from library_portal.outbox.models import OutboxEvent
from tests.factories.books import BookFactory
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

ORIENTATION, MAKER = 0x0112, 0x010F


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def sent(form="JPEG", size=(900, 1200), color="navy", **saving):
    """A picture as a file; more colours than one where it has frames or transparency."""
    out = BytesIO()
    Image.new("RGBA" if form in ("PNG", "WEBP") else "RGB", size, color).save(out, form, **saving)
    return BytesIO(out.getvalue())


def uploaded(content):
    """Under a name and type that say nothing true."""
    return SimpleUploadedFile("../../cover.php", content, "text/html")


def shown(picture, size="large"):
    return Image.open(BytesIO(picture.files[size]))


def set_picture(book, now, color="navy"):
    picture = cover_picture(sent(color=color))
    services.set_cover_picture(book_id=book.pk, picture=picture, now=now)
    return picture


def stored():
    _folders, _files = default_storage.listdir("covers")
    return sorted(name for folder in _folders for name in default_storage.listdir(f"covers/{folder}")[1])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_becomes_two_small_ones(form):
    picture = cover_picture(sent(form))

    assert {name: Image.open(BytesIO(data)).format for name, data in picture.files.items()} == {
        "small": "WEBP",
        "large": "WEBP",
    }
    assert (shown(picture, "small").size, shown(picture).size) == ((240, 320), (640, 853))
    assert picture.hash == sha256(picture.files["large"]).hexdigest()


def test_a_small_picture_is_not_made_larger_and_an_endless_one_is_bounded():
    assert shown(cover_picture(sent(size=(100, 150)))).size == (100, 150)
    assert shown(cover_picture(sent(size=(20, 4000)))).size[1] <= 1280


def test_it_stands_upright_and_tells_nothing_of_the_camera_or_the_place():
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Somebody's telephone"
    exif.get_ifd(0x8825)[1] = "N"

    picture = cover_picture(sent(size=(1200, 900), exif=exif.tobytes()))

    assert shown(picture).size == (640, 853)
    assert all(not Image.open(BytesIO(data)).getexif() for data in picture.files.values())
    assert all(b"telephone" not in data for data in picture.files.values())


def test_broken_words_of_the_camera_cost_no_picture():
    """Here the resolution, which should be a fraction, is a word."""
    turned = struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0)
    resolution = struct.pack("<HHI4s", 0x011A, 2, 4, b"abc\0")
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + turned + resolution + bytes(4)

    assert shown(cover_picture(sent(size=(1200, 900), exif=exif))).size == (640, 853)


def test_of_a_film_the_first_frame_is_kept_and_what_is_transparent_is_white():
    frames = [Image.new("RGB", (100, 150), color) for color in ("red", "blue")]
    film = BytesIO()
    frames[0].save(film, "GIF", save_all=True, append_images=frames[1:])
    first = shown(cover_picture(BytesIO(film.getvalue()))).convert("RGB").getpixel((50, 50))
    clear = shown(cover_picture(sent("PNG", color=(0, 0, 0, 0)))).convert("RGB").getpixel((50, 50))

    assert (first[0] > 200 > 60 > first[2], min(clear) > 250) == (True, True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xff\xd8\xff\xe0 cut off",
        sent("PNG").getvalue()[:200],
        sent("BMP").getvalue(),
        sent("TIFF").getvalue(),
    ],
)
def test_what_is_no_picture_for_the_web_is_refused(content):
    with pytest.raises(NotAPicture) as refused:
        cover_picture(BytesIO(content))

    assert list(refused.value.extra["errors"]) == ["picture"]


def test_a_bomb_is_refused_by_what_it_says_of_itself(settings):
    settings.COVER_MAX_PIXELS = 1_000_000
    bomb = sent("PNG", size=(20_000, 60))  # a few kilobytes

    with pytest.raises(PictureTooLarge):
        cover_picture(bomb)


def test_a_file_of_too_many_bytes_is_refused(settings):
    settings.COVER_MAX_BYTES = 1000

    with pytest.raises(PictureTooLarge):
        cover_picture(BytesIO(sent().getvalue() + b"\0" * 1000))


def test_a_book_shows_its_picture_from_now_on(now, client):
    book = BookFactory()

    picture = set_picture(book, now)

    row = queries.book_detail(book_id=book.pk)
    place = f"/media/covers/{picture.hash[:2]}/{picture.hash}"
    assert row["cover_picture"] == {"small": f"{place}-small.webp", "large": f"{place}-large.webp"}
    assert row["version"] == book.version
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["book.updated"]
    for cover in (row, Book.objects.get()):
        page = Template("{% load covers %}{% cover book %}").render(Context({"book": cover}))
        assert f'src="{place}-small.webp"' in page
    answer = client.get(row["cover_picture"]["large"])
    assert (answer.status_code, answer.content) == (200, picture.files["large"])
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_hash_that_looks_like_a_long_number_is_served_too(client):
    picture = CoverPicture("1" * 30 + "a" * 34, {"small": b"small", "large": b"large"})
    keep(picture)

    assert client.get(f"/media/covers/11/{picture.hash}-small.webp").content == b"small"


def test_without_a_picture_the_cover_is_drawn(now):
    book = BookFactory()
    set_picture(book, now)

    services.remove_cover_picture(book_id=book.pk, now=now)

    row = queries.book_detail(book_id=book.pk)
    assert row["cover_picture"] is None
    assert "cover-title" in Template("{% load covers %}{% cover book %}").render(Context({"book": row}))


@pytest.mark.parametrize(
    "address",
    [
        "covers/ab/../../secret.txt",
        "covers/ab/..%2f..%2fsecret.txt",
        "covers/ab/%2e%2e%2f%2e%2e%2fsecret.txt",
        "covers/%2e%2e/secret.txt",
        "covers/../secret.txt",
        "covers/ab/secret.txt",
        "covers//etc/passwd",
        "imports/secret.txt",
        "secret.txt",
        "covers/ab/",
        f"covers/ab/{'a' * 64}-small.webp",
        f"covers/aa/{'a' * 64}-small.webp",
        f"covers/aa/{'a' * 64}-huge.webp",
        f"covers/aa/{'a' * 64}-small.webp%0a",
        f"covers/{'a' * 300}/{'a' * 300}",
    ],
)
def test_nothing_else_is_served(client, address):
    for name in ("secret.txt", "imports/secret.txt", "covers/ab/secret.txt"):
        default_storage.save(name, BytesIO(b"secret"))

    assert client.get(f"/media/{address}").status_code == 404


def test_files_go_with_the_last_book_that_shows_them(now, django_capture_on_commit_callbacks):
    first, second = BookFactory(), BookFactory()
    with django_capture_on_commit_callbacks(execute=True):
        shared = set_picture(first, now)
        set_picture(second, now)
    with django_capture_on_commit_callbacks(execute=True):
        other = set_picture(first, now, color="maroon")
    assert len(stored()) == 4

    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_or_delete_book(book_id=second.pk, now=now)

    assert (stored(), shared.hash in str(stored())) == ([f"{other.hash}-large.webp", f"{other.hash}-small.webp"], False)


def test_at_night_what_nobody_shows_goes(now):
    kept = set_picture(BookFactory(), now)
    set_picture(BookFactory(), now, color="green")
    Book.objects.exclude(cover_picture=kept.hash).update(cover_picture="")

    assert (tasks.delete_unused_pictures(), tasks.delete_unused_pictures()) == (1, 0)
    assert {name[:64] for name in stored()} == {kept.hash}


def test_without_any_picture_the_night_is_quiet():
    assert tasks.delete_unused_pictures() == 0
    call_command("fetch_covers", limit=1)


def test_librarians_send_and_remove_a_picture_by_the_api(api):
    book = BookFactory()
    url, headers = f"/api/v1/books/{book.pk}/cover/", bearer(librarian())

    sent_picture = api.put(url, {"picture": uploaded(sent("PNG").getvalue())}, format="multipart", headers=headers)
    removed = [api.delete(url, headers=headers).status_code for _twice in range(2)]

    assert sent_picture.status_code == 200
    assert sent_picture.json()["cover_picture"]["small"].endswith("-small.webp")
    assert (removed, Book.objects.get().cover_picture) == ([204, 204], "")


def test_the_api_takes_what_a_telephone_sends_and_refuses_what_is_larger(api, settings):
    url, headers = f"/api/v1/books/{BookFactory().pk}/cover/", bearer(librarian())
    settings.COVER_MAX_BYTES = 4_000_000
    answers = [
        api.put(url, {"picture": uploaded(sent().getvalue() + b"\0" * more)}, format="multipart", headers=headers)
        for more in (3_000_000, 4_000_000)
    ]

    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.parametrize("form", [{}, {"picture": "text"}, {"picture": b""}, {"picture": b"<svg/>"}])
def test_the_api_refuses_what_is_no_picture_at_its_field(api, form):
    book = BookFactory()
    form = {name: uploaded(given) if isinstance(given, bytes) else given for name, given in form.items()}

    refused = api.put(f"/api/v1/books/{book.pk}/cover/", form, format="multipart", headers=bearer(librarian()))

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["picture"])


@pytest.mark.parametrize("method", ["put", "delete"])
@pytest.mark.parametrize(("who", "status"), [(patron, 403), (librarian, 404)])
def test_readers_may_not_and_a_withdrawn_book_is_not_there(api, method, who, status, now):
    book = BookFactory(withdrawn_at=now)

    answer = getattr(api, method)(
        f"/api/v1/books/{book.pk}/cover/", {"picture": uploaded(b"")}, format="multipart", headers=bearer(who())
    )

    assert answer.status_code == status


def test_a_picture_that_was_stored_in_part_is_stored_anew(client):
    picture = CoverPicture("ab" * 32, {"small": b"small", "large": b"large"})
    keep(CoverPicture(picture.hash, {"small": b"sm", "large": b"large"}))

    keep(picture)

    assert client.get(f"/media/covers/ab/{picture.hash}-small.webp").content == b"small"
