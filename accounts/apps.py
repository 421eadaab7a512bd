from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import schema, web_sessions  # noqa: F401
        from accounts.roles import grant

        autodiscover_modules("personal_data")
        autodiscover_modules("panels")
        post_migrate.connect(grant, dispatch_uid="accounts.grant")
