"""The registry's settings with the plain copy beside it."""

from krat.settings import *  # noqa: F403
from krat.settings import INSTALLED_APPS, VAR_DIR

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework", "bench.plain"]
ROOT_URLCONF = "bench.urls"
STATIC_ROOT = VAR_DIR / "bench" / "static"  # nobody may have served the registry from this folder yet
