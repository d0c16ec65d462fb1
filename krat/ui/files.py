"""Which static files are collected: of other packages' only those that some page of ours loads."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Django's own, without what the schema's page does not load: it would be compressed for nothing at every start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "oauth2-redirect.*",
        "swagger-ui-standalone-preset.*",
        "swagger-ui-bundle.js.map",
    ]
