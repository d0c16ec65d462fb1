"""What `manage.py check --deploy` asks about mails."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db.utils import OperationalError, ProgrammingError


@checks.register(checks.Tags.security)
def mails_lead_to_the_registry(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """E018: mails of a service would lead nowhere, or over an open line."""
    parts = urlsplit(settings.KRAT_ADDRESS)
    is_whole = bool(parts.hostname) and not parts.query and not parts.fragment
    if settings.KRAT_DEMO or (is_whole and (parts.scheme == "https" or settings.PLAIN_HTTP)):
        return []
    sentence = "KRAT_ADDRESS must be the registry's own address, as https://krat.example.al/: mails lead there."
    return [checks.Error(sentence, id="krat.E018")]


@checks.register(checks.Tags.security, deploy=True)
def somebody_sends_mails(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """W002: the sender of mails is nobody's address. W005: no other machine finds what they lead to."""
    found: list[checks.CheckMessage] = []
    if not settings.KRAT_DEMO and "@localhost" in settings.DEFAULT_FROM_EMAIL:
        hint = "Set DEFAULT_FROM_EMAIL to an address of the registry's own."
        found.append(checks.Warning("Mails say that they come from localhost.", hint=hint, id="krat.W002"))
    if not settings.KRAT_DEMO and urlsplit(settings.KRAT_ADDRESS).hostname == "localhost":
        hint = "Set KRAT_ADDRESS to the registry's own address."
        found.append(checks.Warning("Mails lead to localhost.", hint=hint, id="krat.W005"))
    return found


@checks.register(checks.Tags.database, deploy=True)
def mails_go_out(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """W003: the timer has not run. W004: the mail system does not answer. Only with ``--database default``."""
    from krat.notify.models import Timer

    if not kwargs.get("databases"):
        return []
    try:
        row = Timer.objects.filter(pk=1).first()
    except (OperationalError, ProgrammingError):
        return []  # not migrated yet
    found: list[checks.CheckMessage] = []
    if row is None or row.stands_still:
        hint = "Let a timer call manage.py run_due every five minutes."
        found.append(checks.Warning("run_due has not run for two hours.", hint=hint, id="krat.W003"))
    if row is not None and row.failing_since is not None:
        sentence = f"The mail system has not answered since {row.failing_since:%Y-%m-%d %H:%M} UTC ({row.failure})."
        found.append(checks.Warning(sentence, hint="Look at EMAIL_URL.", id="krat.W004"))
    return found
