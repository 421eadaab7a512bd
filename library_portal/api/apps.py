from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "library_portal.api"
    label = "api"
