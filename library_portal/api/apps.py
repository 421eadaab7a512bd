from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "library_portal.api"
    label = "api"

    def ready(self) -> None:
        from library_portal.api.effects import write_down
        from library_portal.outbox import recorded

        recorded.connect(write_down)
