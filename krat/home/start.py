"""System checks of the database before the server starts."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError, ProgrammingError

from krat.access.models import Installation
from krat.audit import head


def refuse_wrong_place() -> None:
    """Raise `ImproperlyConfigured` when the invented world is served as service, or service as the invented world."""
    wanted = Installation.Kind.DEMO if settings.KRAT_DEMO else Installation.Kind.SERVICE
    try:
        place = Installation.objects.filter(pk=1).first()
    except (OperationalError, ProgrammingError) as mistake:
        raise ImproperlyConfigured("The database is not prepared. Run `manage.py migrate` first.") from mistake
    if place is None:
        try:
            head.begin(wanted)
        except head.AnotherInstallation as refusal:
            raise ImproperlyConfigured(
                "This database does not say which installation it is, and heads of a trail are noted in"
                f" {settings.KRAT_TRAIL_HEAD}: it was emptied or replaced. Restore it; or, if this is meant to be a new"
                " registry, move that file away and keep it."
            ) from refusal
    elif place.kind != wanted:
        raise ImproperlyConfigured(
            f"This database holds the {Installation.Kind(place.kind).name} world; KRAT_DEMO says otherwise."
        )
