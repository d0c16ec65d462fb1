"""An independent policy of who may see what: docs/domain.md 16, decisions 11 and 12, promise 2, written down once more.

It reads the rows of acts (team, referral, holder) by itself and calls nothing of the rights tables, of the models'
paths or of `cases.sharing`: were one of them wrong, policy and registry would disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.utils import timezone

from cases.models import Assignment, Card, Case, Obstacle, Referral, Signal
from krat.access.scoping import ScopedModel
from krat.committee.models import Institution
from krat.people.models import Seat
from tests.safety.canaries import Place

_WHY = "the reference policy reads the acts by itself"

# Decision 12, and for the purposes that it does not spell out, what each needs to help (docs/domain.md 13 and 14).
SHARED_BY_PURPOSE = {
    "school": {"first_name", "last_name", "birth_date", "birth_year", "safe_contact"},
    "economic_aid": {
        *("first_name", "last_name", "father_name", "birth_date", "birth_year"),
        *("personal_number", "safe_contact"),
    },
    "counselling": {"first_name", "last_name", "birth_date", "birth_year", "language", "safe_contact"},
    "health": {"first_name", "last_name", "birth_date", "birth_year", "personal_number", "language", "safe_contact"},
    "shelter": {"first_name", "last_name", "birth_date", "birth_year", "sex", "citizenship", "language"},
    "police": {
        *("first_name", "last_name", "father_name", "mother_name", "birth_date", "birth_year"),
        *("sex", "citizenship", "language", "safe_contact"),
    },
}
# Who of the institution that is asked for help does that work.
OFFICE_OF_PURPOSE = {
    "school": "education",
    "economic_aid": "economic_aid",
    "counselling": "ngo",
    "health": "health",
    "shelter": "shelter",
    "police": "police",
}
PART_OF_PURPOSE = {
    "cases.SchoolPart": "school",
    "cases.AidPart": "economic_aid",
    "cases.CounsellingPart": "counselling",
}
AT_THE_TABLE = {"prefect", "coordinator"}


def _rows(model: type[Any]) -> Any:
    return model.objects.unscoped(_WHY) if issubclass(model, ScopedModel) else model.objects.all()


class ReferencePolicy:
    """Answers for one seat, as the acts stand now."""

    def __init__(self, seat: Seat) -> None:
        self.seat: Seat = _rows(Seat).select_related("institution", "user").get(pk=seat.pk)
        self.role = str(self.seat.role)
        self.institution = self.seat.institution_id
        self.county = self.seat.institution.county_id
        self._known: dict[Any, Any] = {}

    def may_see(self, place: Place) -> bool:
        """Whether the seat may see this field of this row."""
        if not self._in_force():
            return False
        if self.role == "data_protection" and place.field == "code":
            return True  # the trail in full: it holds codes and nothing else
        row = self._once(place, self._row)
        return row is not None and self._laws()[place.model](row, place.field)

    def owner_of(self, place: Place) -> Any:
        """The case a row belongs to; the row itself for a case, None for what belongs to none."""
        row = self._once(place, self._row)
        return row if isinstance(row, Case) else getattr(row, "case", None)

    # --- reading ---

    def _in_force(self) -> bool:
        today, one = timezone.localdate(), self.seat
        return bool(
            one.ended_at is None
            and one.starts_on <= today
            and (one.ends_on is None or one.ends_on >= today)
            and one.user.is_active
        )

    def _once(self, key: Any, look: Callable[[Any], Any]) -> Any:
        found = (look.__name__, getattr(key, "pk", None) or (key.model, key.code))
        if found not in self._known:
            self._known[found] = look(key)
        return self._known[found]

    def _row(self, place: Place) -> Any:
        model = apps.get_model(place.model)
        names = {field.name for field in model._meta.get_fields()}
        rows = _rows(model).filter(code=place.code)
        if "data" in names:
            rows = rows.defer("data")
        for name, far in (("case", "case__municipality"), ("municipality", "municipality"), ("signal", "signal")):
            if name in names:
                return rows.select_related(far).first()
        return rows.first()

    def _laws(self) -> dict[str, Callable[[Any, str], bool]]:
        return {
            "cases.Case": self._head,
            "cases.Identity": self._identity,
            # Acts of identification are the social service's own work, too.
            "cases.Identification": lambda row, field: self._leads(row.case) or self._sees_as_social_service(row.case),
            "cases.SchoolPart": self._part,
            "cases.AidPart": self._part,
            "cases.CounsellingPart": self._part,
            "cases.Note": self._note,
            "cases.Referral": self._referral,
            "cases.Obstacle": lambda row, field: self._leads(row.case),
            "cases.Card": self._card,
            "cases.Signal": self._signal,
            "cases.SignalWords": self._signal_words,
            "cases.SentChange": self._sent_change,
        }

    # --- who works on a case ---

    def _is_in_team(self, case: Case) -> bool:
        return self._once(case, self._place_in_team) is not None

    def _place_in_team(self, case: Case) -> Any:
        return _rows(Assignment).filter(case=case, seat=self.seat, ended_at=None).first()

    def _leads(self, case: Case) -> bool:
        """Full file, own cases for the worker, own municipality for the head of the unit."""
        if self.role == "unit_head":
            return bool(case.holder_id == self.institution)
        return self.role == "child_worker" and self._is_in_team(case)

    def _is_holders_system(self, case: Case) -> bool:
        """Decision 1: a machine's reach is its institution."""
        return self.role == "system" and case.holder_id == self.institution

    def _sees_as_social_service(self, case: Case) -> bool:
        """Possible and identified victims of the county: identification and placement."""
        return (
            self.role == "social_service"
            and case.municipality.county_id == self.county
            and case.victim_status in ("possible_victim", "victim")
        )

    def _helps_with(self, case: Case) -> list[str]:
        """The purposes for which this seat's institution has accepted a referral that still runs."""
        return [one.purpose for one in self._once(case, self._works_on)]

    def _works_on(self, case: Case) -> list[Referral]:
        running = _rows(Referral).filter(case=case, receiver=self.institution, state="accepted").defer("data")
        return [one for one in running if self._does_work_of(one)]

    def _does_work_of(self, referral: Referral) -> bool:
        if self.role not in (OFFICE_OF_PURPOSE[referral.purpose], "system"):
            return False
        # Only named officers: of the police, whoever accepted; and a system where it did so itself.
        return self.role not in ("police", "system") or referral.accepted_by_id in (None, self.seat.pk)

    # --- the laws ---

    def _head(self, case: Case, field: str) -> bool:
        return self._leads(case) or self._is_holders_system(case) or self._sees_as_social_service(case)

    def _identity(self, row: Any, field: str) -> bool:
        if self._head(row.case, field):
            return True
        works_on = self._once(row.case, self._works_on)
        if field == "safe_contact":  # a sender can say that the family is reached through the unit alone
            works_on = [one for one in works_on if not one.contact_via_unit]
        return any(field in SHARED_BY_PURPOSE[one.purpose] for one in works_on)

    def _part(self, row: Any, field: str) -> bool:
        if self._leads(row.case):
            return True
        if row._meta.label == "cases.CounsellingPart" and row.provider_id != self.institution:
            return False  # sees nothing of other organisations
        return PART_OF_PURPOSE[row._meta.label] in self._helps_with(row.case)

    def _note(self, row: Any, field: str) -> bool:
        if not self._leads(row.case):
            return False
        place = self._place_in_team(row.case)
        manages = place is not None and place.is_manager
        return not row.is_sensitive or row.seat_id == self.seat.pk or manages

    def _referral(self, row: Referral, field: str) -> bool:
        if self._leads(row.case) or self._is_holders_system(row.case):
            return True
        if row.receiver_id != self.institution:
            return False
        if field == "code":
            return self.role in {*OFFICE_OF_PURPOSE.values(), "system"}
        # The request while it waits for an answer or is worked on; its end closes it (promise 2).
        return self._does_work_of(row) and row.state in ("sent", "accepted")

    def _sent_change(self, row: Any, field: str) -> bool:
        """The unit's systems learn that it waits and what was decided; what was in it only who leads the case."""
        return self._leads(row.case) or (field == "code" and self._is_holders_system(row.case))

    def _card(self, row: Card, field: str) -> bool:
        if self.role in AT_THE_TABLE:
            return bool(row.county_id == self.county)
        if self.role == "national":
            return True
        if row.waits_for_id == self.institution and self.role not in ("child_worker", "system", "secretariat"):
            return True
        of = _rows(Obstacle).filter(card=row).select_related("case").defer("data").first()
        if of is None:
            return False
        if self.role == "social_director":
            return bool(_rows(Institution).get(pk=of.case.holder_id).parent_id == self.institution)
        return self._leads(of.case)

    def _signal(self, row: Signal, field: str) -> bool:
        """How it stands: for whom sent it and for whom received it."""
        if self.role in ("unit_head", "child_worker"):
            return self.institution in (row.sender_id, row.receiver_id)
        senders = {"police", "border_police", "social_service", "education", "health", "ngo", "shelter"}
        return self.role in senders and row.sender_id == self.institution

    def _signal_words(self, row: Any, field: str) -> bool:
        """Its sender sees the outcome's status only; once it is a case, its team and the head of the unit read it."""
        signal = row.signal
        if signal.receiver_id != self.institution:
            return False
        if self.role == "unit_head":
            return True
        if self.role != "child_worker":
            return False
        if signal.state == "sent":
            return True
        case = _rows(Case).filter(signal=signal).first()
        return case is not None and self._is_in_team(case)
