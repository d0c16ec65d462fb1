"""Which static files are collected, and where they are found."""

from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Django's own, without what the schema's page does not load: it would be compressed for nothing at every start."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "oauth2-redirect.*",
        "swagger-ui-standalone-preset.*",
        "swagger-ui-bundle.js.map",
    ]


class KeptAddresses(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # brings no types
    """The storage of static files; the address of each is put together once, and not on every page a dozen times."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address under which browsers keep this file for ever; raises `ValueError` for one that is not there."""
        if force:
            return str(super().url(name, force))
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Collecting files anew changes their addresses."""
        yield from super().post_process(*args, **kwargs)
        self._addresses.clear()
