"""The registry's frame with pages that tests plant in it."""

import types
from typing import Any

from django.urls import include, path

import krat.urls


def urls_with(*patterns: Any) -> types.ModuleType:
    """A frame like `krat.urls` with planted pages before the real ones."""
    frame = types.ModuleType("extra_urls")
    frame.urlpatterns = [*patterns, path("", include(krat.urls.urlpatterns))]
    frame.OTHERS_PAGES = krat.urls.OTHERS_PAGES
    for number in (400, 403, 404, 500):
        setattr(frame, f"handler{number}", getattr(krat.urls, f"handler{number}"))
    return frame
