"""What an institution leaves behind in the catalogue when it ends: the services that it offers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.services.models import SHELTER, Service

HANDED_OVER = trail.event("service.handed_over", gettext_lazy("handed a service over to a successor"))


def seat_ends(seat: Seat, *, by: Seat) -> None:
    """Nothing: a service is the institution's, and whoever sits there next tells its free places."""


def _services(institution: Institution) -> Any:
    rows = Service.objects.unscoped("services of an institution that ends")
    return rows.offered().filter(provider=institution.pk)


def open_work(institution: Institution) -> list[str]:
    """What it offers, as a number (one query)."""
    services = _services(institution).count()
    return [ngettext("%(n)s service", "%(n)s services", services) % {"n": services}] if services else []


def fits(institution: Institution, successor: Institution) -> bool:
    """A shelter's services go to a shelter: anywhere else their name and place would be told."""
    kinds = (institution.kind.code, successor.kind.code)
    return SHELTER not in kinds or kinds[0] == kinds[1] or not _services(institution).exists()


def hand_over(institution: Institution, successor: Institution, *, by: Seat) -> None:
    """The successor offers what is in the catalogue. Row locks: these services."""
    for service in _services(institution).order_by("pk").select_for_update(of=("self",)):
        service.provider = successor
        service.version += 1
        service.save(update_fields=["provider", "version"])
        trail.record(by, HANDED_OVER, service, changes={"provider": (institution.code, successor.code)})
