"""What everything that belongs to a case has in common: its paths of reach, and how its words are opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import keys
from krat.access import crypto
from krat.access.rights import Reach, Subject
from krat.access.scoping import ScopedModel, VersionedModel

if TYPE_CHECKING:
    from cases.models.case import Assignment, Case, DataKey

_AT_HAND = "_data_key"


class Caseload:
    """The common ground of what belongs to a case."""

    BASIS = _("Law 18/2017 on the rights and protection of the child; VKM 578/2018; VKM 499/2018")
    KEPT = _("a child's case until the 25th birthday, others ten years after closing; to be confirmed by law")
    SIGNALS_KEPT = _("two years where no case came of it; else as long as the case; to be confirmed by law")

    @staticmethod
    def paths(seat: Subject, to_case: str = "case") -> dict[Reach, Q]:
        """How a case, and rows that belong to one, are reached; ``to_case`` is the way from a row to its case.

        By joins, not by a list of all cases within reach, which would grow with the unit.
        """
        case: type[Case] = apps.get_model("cases", "Case")
        place: type[Assignment] = apps.get_model("cases", "Assignment")
        way = f"{to_case}__" if to_case else ""
        return {
            Reach.TEAM: Q(**{f"{way}pk__in": place.cases_of(seat)}),
            Reach.INSTITUTION: Q(**{f"{way}holder": seat.institution_id}),
            Reach.VICTIMS: Q(
                **{f"{way}municipality__county": seat.county_id, f"{way}victim_status__in": case.OF_VICTIMS}
            ),
        }


def key_of(row: Any, **owner: int) -> bytes:
    """The opened data key of a row's case or signal, kept on the row for as long as it lives (one query)."""
    held: dict[str, Any] = row.__dict__
    if _AT_HAND not in held:
        data_keys: type[DataKey] = apps.get_model("cases", "DataKey")
        found = data_keys.objects.filter(**owner).first()
        if found is None:
            raise crypto.DecryptionError("The data key is gone.")
        held[_AT_HAND] = keys.unwrap(found.wrapped, found.code)
    key: bytes = held[_AT_HAND]
    return key


def lend_key(owner: Any, *rows: Any) -> None:
    """Hand the data key that one row has at hand to others of the same case, so that each need not fetch it."""
    key = owner.data_key()
    for row in rows:
        if row is not None:
            row.__dict__[_AT_HAND] = key


class OfCase:
    """A row whose data is encrypted by its case's key."""

    case_id: int

    def data_key(self) -> bytes:
        """The opened data key of its case."""
        return key_of(self, case_id=self.case_id)


class EncryptedInCase(OfCase, ScopedModel):
    """A row of a case with encrypted data."""

    class Meta(ScopedModel.Meta):
        abstract = True

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat)


class EditedEncryptedInCase(OfCase, VersionedModel):
    """A row of a case with encrypted data that several people edit."""

    class Meta(VersionedModel.Meta):
        abstract = True

    @classmethod
    def paths(cls, seat: Subject) -> dict[Reach, Q]:
        return Caseload.paths(seat)


def fetch_keys(rows: Iterable[Any]) -> None:
    """Have the data keys of many rows of cases at hand (one query, however many)."""
    wanting = [row for row in rows if _AT_HAND not in row.__dict__]
    data_keys: type[DataKey] = apps.get_model("cases", "DataKey")
    found = {key.case_id: key for key in data_keys.objects.filter(case__in={row.case_id for row in wanting})}
    for row in wanting:
        if row.case_id not in found:
            raise crypto.DecryptionError("The data key is gone.")
        key = found[row.case_id]
        row.__dict__[_AT_HAND] = keys.unwrap(key.wrapped, key.code)
