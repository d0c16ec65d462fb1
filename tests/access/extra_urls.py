"""The registry's URLs with pages that tests plant in it."""

import types
from typing import Any

from django.urls import include, path

import krat.urls


def urls_with(*patterns: Any) -> types.ModuleType:
    """A URLconf like `krat.urls` with planted pages before the real ones."""
    urls = types.ModuleType("extra_urls")
    urls.urlpatterns = [*patterns, path("", include(krat.urls.urlpatterns))]
    urls.OTHERS_PAGES = krat.urls.OTHERS_PAGES
    for number in (400, 403, 404, 500):
        setattr(urls, f"handler{number}", getattr(krat.urls, f"handler{number}"))
    return urls
