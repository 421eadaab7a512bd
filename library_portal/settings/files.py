"""Files that people bring: covers, which everybody sees, and catalogues to import, which only librarians see."""

from pathlib import Path

from library_portal.settings.environment import VAR_DIR, env

# Shared by web and workers: a volume, or any storage that Django knows.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = "media/"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
# Covers are fetched from these hosts only, by the workers; no reader's browser ever asks them.
COVER_HOSTS: list[str] = env.list("COVER_HOSTS", default=[])
# What may be sent as a cover picture, in bytes, and once unpacked, in pixels.
COVER_MAX_BYTES = 10 * 1024 * 1024
COVER_MAX_PIXELS = 40_000_000
# Seconds that fetching one may take.
COVER_TIMEOUT_SECONDS: float = env.float("COVER_TIMEOUT_SECONDS", default=10.0)
# The largest catalogue file that may be sent in, in bytes.
IMPORT_MAX_BYTES: int = env.int("IMPORT_MAX_BYTES", default=500 * 1024 * 1024)
# An import of an uploaded file lets others have the worker after so long.
IMPORT_SLICE_SECONDS: float = env.float("IMPORT_SLICE_SECONDS", default=5.0)
# One that nobody has worked on for so long has failed.
IMPORT_GIVEN_UP_HOURS: int = env.int("IMPORT_GIVEN_UP_HOURS", default=2)
# Its file is kept so long after it ended.
IMPORT_FILES_DAYS: int = env.int("IMPORT_FILES_DAYS", default=30)
# What labels are printed with, where it is there; else reportlab's own, which has Latin letters only.
LABEL_FONT = Path(env.str("LABEL_FONT", default="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
