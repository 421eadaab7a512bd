"""REST framework and the OpenAPI document."""

from library_portal.settings.environment import BASE_DIR

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.WebSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["library_portal.api.json.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["library_portal.api.json.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "library_portal.api.pagination.PagePagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "library_portal.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "library_portal.api.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Library Portal",
    "DESCRIPTION": (BASE_DIR / "library_portal" / "api" / "guide.md").read_text(),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CodeChannelEnum": "accounts.models.User.Channel",
        "ChallengeChannelEnum": "accounts.codes.Channel",
        "SessionChannelEnum": "accounts.models.Session.Channel",
        "BookStatusEnum": ["available", "borrowed", "unavailable"],
        "LendingStatusEnum": ["available", "unavailable"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
