"""Whatever is sent as a cover becomes two small WebP pictures that say nothing but what is seen, or is refused."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageOps

from library_portal.errors import InvalidInput

# Width in pixels by name; a picture is at most twice as high as wide, and never made larger.
WIDTHS = {"small": 240, "large": 640}
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82


class NotAPicture(InvalidInput):
    title = _("This is not a picture that can be shown: send a JPEG, PNG, WebP or GIF.")

    def __init__(self, detail: Any = "") -> None:
        super().__init__(detail, errors={"picture": [detail or self.title]})


class PictureTooLarge(NotAPicture):
    title = _("This picture is too large.")


@dataclass(frozen=True)
class CoverPicture:
    """`files` are WebP by name of WIDTHS; `hash` is that of the large one (SHA-256 in hexadecimal)."""

    hash: str
    files: dict[str, bytes]


def cover_picture(file: IO[bytes]) -> CoverPicture:
    """The first frame, upright as its EXIF says, without metadata. Raises NotAPicture, PictureTooLarge."""
    image = _opened(file)
    files = {name: _webp(image, width) for name, width in WIDTHS.items()}
    return CoverPicture(sha256(files["large"]).hexdigest(), files)


def _opened(file: IO[bytes]) -> Image.Image:
    """Only what a cover needs is unpacked: a JPEG is read at a fraction of its size."""
    largest = 2 * WIDTHS["large"]
    try:
        with Image.open(BytesIO(_content(file)), formats=FORMATS) as image:
            _refuse_bombs(image)
            image.thumbnail((largest, largest))
            return _upright(_flat(image), image.getexif().get(ExifTags.Base.Orientation))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPicture from error


def _content(file: IO[bytes]) -> bytes:
    content = file.read(settings.COVER_MAX_BYTES + 1)
    if len(content) > settings.COVER_MAX_BYTES:
        raise PictureTooLarge
    return content


def _refuse_bombs(image: Image.Image) -> None:
    """By what the file says of itself, before anything is unpacked."""
    if image.width * image.height > settings.COVER_MAX_PIXELS:
        raise PictureTooLarge


def _flat(image: Image.Image) -> Image.Image:
    """On white where it is transparent; a new picture, so that nothing but pixels goes with it."""
    seen = image.convert("RGBA")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen)
    return flat


def _upright(image: Image.Image, orientation: Any) -> Image.Image:
    """As EXIF's orientation says, of which nothing else is believed: Pillow fails over some of what cameras write."""
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return ImageOps.exif_transpose(image)


def _webp(image: Image.Image, width: int) -> bytes:
    fitted = image.copy()
    fitted.thumbnail((width, 2 * width))
    out = BytesIO()
    fitted.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
