"""System checks: the REST interface is closed by default."""

from typing import Any

from django.core import checks
from rest_framework.settings import api_settings

from krat.access.census import routes
from krat.api.auth import BearerToken, Closed
from krat.api.limits import PerClient
from krat.api.views import Resource

_CLOSED = [BearerToken], [Closed], [PerClient]


@checks.register(checks.Tags.security)
def rest_is_closed_by_default(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E015: an address for machines that anybody may use, or would if its author said nothing."""
    found: list[checks.CheckMessage] = []
    default: tuple[Any, ...] = (
        list(api_settings.DEFAULT_AUTHENTICATION_CLASSES),
        list(api_settings.DEFAULT_PERMISSION_CLASSES),
        list(api_settings.DEFAULT_THROTTLE_CLASSES),
    )
    if default != _CLOSED:
        hint = "Leave authentication, permission and throttle in REST_FRAMEWORK to krat.api."
        found.append(checks.Error("REST is not closed by default.", hint=hint, id="krat.E015"))
    for route in routes():
        view = getattr(route.view, "cls", None)
        if view is None:
            continue
        own = (list(view.authentication_classes), list(view.permission_classes), list(view.throttle_classes))
        if not issubclass(view, Resource) or own != _CLOSED:
            hint = "Derive it from krat.api.views.Resource and leave its authentication, permission and throttle."
            found.append(checks.Error(f"{route.pattern} is not closed.", hint=hint, id="krat.E015"))
    return found
