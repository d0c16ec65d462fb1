"""The registry's settings; beside its database the plain copy's, where that is filled."""

import environ

from krat.settings import *  # noqa: F403
from krat.settings import DATABASES, INSTALLED_APPS, VAR_DIR

INSTALLED_APPS = [*INSTALLED_APPS, "bench.plain"]
if "BENCH_PLAIN_URL" in environ.Env.ENVIRON:
    # Opened as the registry opens its own: it refuses any other.
    DATABASES = {**DATABASES, "plain": {**DATABASES["default"], **environ.Env().db_url("BENCH_PLAIN_URL")}}
STATIC_ROOT = VAR_DIR / "bench" / "static"  # nobody may have served the registry from this folder yet
API_REQUESTS_A_MINUTE = 1_000_000_000  # each is counted, none is told to come later
