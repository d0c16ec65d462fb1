"""System checks that run before the registry starts: ``manage.py check``, and again in ``krat.wsgi``."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from krat.access import crypto, rights
from krat.access.access_logger import NoAccessLogger, access_logger
from krat.access.census import routes
from krat.access.processing import Processing
from krat.access.scoping import CheckedModel, ScopedModel

OWN_APPS = ("krat.", "cases", "meetings")


def own_models() -> list[type[Any]]:
    """Every model of this house."""
    return [model for model in apps.get_models() if model.__module__.startswith(OWN_APPS)]


@checks.register(checks.Tags.urls)
def every_route_declares_its_right(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E001: a page that does not say who may come. E002: a right nobody declared. E003: a route without a name."""
    found: list[checks.CheckMessage] = []
    for route in routes():
        if not route.is_classified:
            hint = "Decorate the view with @needs(right), or @public(why)."
            found.append(checks.Error(f"{route.pattern} declares no right.", hint=hint, id="krat.E001"))
        for method in route.undeclared:
            hint = "Name the method's right in the view's rights."
            found.append(checks.Error(f"{route.pattern} answers {method} without a right.", hint=hint, id="krat.E001"))
        for right in sorted(set(route.rights.values())):
            try:
                rights.right(right)
            except rights.UnknownRight as mistake:
                found.append(checks.Error(str(mistake), hint="Add it to the area's access.py.", id="krat.E002"))
        if not route.name:
            found.append(checks.Error(f"{route.pattern} has no name.", hint="Name it in urls.py.", id="krat.E003"))
    return found


@checks.register()
def an_access_logger_is_registered(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E004: nobody would write down what is shown."""
    try:
        access_logger()
    except NoAccessLogger as mistake:
        return [checks.Error(str(mistake), hint="Add krat.audit to INSTALLED_APPS.", id="krat.E004")]
    return []


@checks.register(checks.Tags.models)
def scoped_models_name_their_right(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E005: a scoped model without a declared ``view_right``. E006: its base manager would pass the door by."""
    found: list[checks.CheckMessage] = []
    for model in own_models():
        if issubclass(model, ScopedModel):
            try:
                rights.right(getattr(model, "view_right", ""))
            except rights.UnknownRight:
                hint = "Name the right by which its rows are seen."
                found.append(
                    checks.Error("The model has no declared view_right.", hint=hint, obj=model, id="krat.E005")
                )
            if model._meta.base_manager_name != "objects" and not isinstance(model._base_manager, type(model.objects)):
                hint = "Let its Meta extend ScopedModel.Meta."
                found.append(checks.Error("The base manager passes the door by.", hint=hint, obj=model, id="krat.E006"))
        elif any(
            field.is_relation and isinstance(field.related_model, type) and issubclass(field.related_model, ScopedModel)
            for field in model._meta.get_fields()
            if not field.auto_created
        ) and not issubclass(model, CheckedModel):
            hint = "Derive it from CheckedModel, so that full_clean() may look for the far end."
            found.append(checks.Error("An open model points to a scoped one.", hint=hint, obj=model, id="krat.E007"))
    return found


@checks.register(checks.Tags.models)
def models_say_why_they_are_kept(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E008: a model that does not declare purpose, legal basis, level and retention."""
    hint = "Give it processing = Processing(purpose, level, kept)."
    return [
        checks.Error("The model declares no processing.", hint=hint, obj=model, id="krat.E008")
        for model in own_models()
        if not isinstance(getattr(model, "processing", None), Processing)
    ]


@checks.register(checks.Tags.security)
def keys_and_secrets(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E010: the keys cannot be used. E011: a weak secret. E012: relaxed settings in service."""
    found: list[checks.CheckMessage] = []
    try:
        crypto.keys_are_readable()
    except ImproperlyConfigured as mistake:
        found.append(checks.Error(str(mistake), id="krat.E010"))
    if not settings.KRAT_DEMO:
        if len(settings.SECRET_KEY) < 50:
            found.append(checks.Error("SECRET_KEY has fewer than 50 characters.", id="krat.E011"))
        if settings.DEBUG:
            found.append(
                checks.Error("DEBUG shows the inside of the registry; set DEBUG=0 in service.", id="krat.E012")
            )
        if settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend":
            sentence = "EMAIL_URL is missing: invitations and messages would be written into the server's log."
            found.append(checks.Error(sentence, id="krat.E014"))
        if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
            found.append(checks.Error("ALLOWED_HOSTS must name the registry's own hosts.", id="krat.E013"))
    return found


@checks.register(deploy=True)
def service_runs_on_postgresql(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """W001: SQLite in service."""
    if settings.KRAT_DEMO or not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    hint = "Set DATABASE_URL to a PostgreSQL database."
    return [checks.Warning("Service runs on SQLite: one writer at a time.", hint=hint, id="krat.W001")]
