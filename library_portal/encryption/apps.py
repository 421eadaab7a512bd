from django.apps import AppConfig


class EncryptionConfig(AppConfig):
    name = "library_portal.encryption"

    def ready(self) -> None:
        from library_portal.encryption import checks  # noqa: F401
