from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.PortalAdminSite"

    def ready(self) -> None:
        from library_portal.admin_inputs import register_date_filter

        register_date_filter()
        super().ready()
