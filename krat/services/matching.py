"""Which services serve somebody: by territory, age, sex and need, those with a free place first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from krat.access.rights import Subject
from krat.reference.models import Municipality
from krat.services.models import Service, told_days


@dataclass(frozen=True)
class Fit:
    """A service as it is offered to somebody: whether it takes them, and whether its free places can be relied on."""

    service: Service
    serves: bool
    is_stale: bool

    @property
    def has_room(self) -> bool:
        """Whether a free place was told of, and not too long ago."""
        return bool(self.service.free) and not self.is_stale

    @property
    def is_full(self) -> bool:
        """Whether it last told that none is free."""
        return self.service.free == 0


def fitting(
    seat: Subject,
    *,
    providers: Collection[int],
    municipality: Municipality,
    age: int | None,
    sex: str,
    needs: Collection[str] = (),
) -> list[Fit]:
    """The services of these providers that serve a municipality: first those that take somebody of this age, sex and
    need, of these first those with room, last those that are full (four queries; none without a provider).

    What is not known of somebody excludes no service; what a seat must not learn of shelters is left out.
    """
    if not providers:
        return []
    rows = Service.objects.visible_to(seat).offered().filter(provider__in=providers).serving(municipality)
    days = told_days()
    found = []
    for one in Service.as_known(rows.for_list().prefetch_related("needs"), seat):
        wanted = {need.code for need in one.needs.all()}
        meets = not wanted or not needs or bool(wanted & set(needs))
        found.append(Fit(one, meets and one.takes(age=age, sex=sex), one.is_stale(days)))
    return sorted(found, key=lambda fit: (not fit.serves, fit.is_full, not fit.has_room))
