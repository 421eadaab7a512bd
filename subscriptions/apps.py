from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SubscriptionsConfig(AppConfig):
    name = "subscriptions"
    verbose_name = _("Plans and money")

    def ready(self) -> None:
        autodiscover_modules("references")
        import_module("subscriptions.payments.checks")
