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
