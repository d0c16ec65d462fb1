"""People around one case of Durrës, for the tests of its verbs: each by their role, each at their own institution."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone, translation

from cases.actions import cards, cases, referrals, signals
from cases.models import Card, Case, Identity, Obstacle, Referral, Signal
from krat.access.scoping import ScopedModel
from krat.committee.models import Institution
from krat.demo import make
from krat.people.models import Seat

WHY = "tests look at what a verb left behind"
TODAY = timezone.localdate


def rows(model: type[Any]) -> Any:
    """All rows of a model."""
    return model.objects.unscoped(WHY) if issubclass(model, ScopedModel) else model.objects.all()


def again(row: Any) -> Any:
    """A row as it stands now."""
    return rows(type(row)).get(pk=row.pk)


def sees(seat: Seat, row: Any) -> bool:
    """Whether the door shows a row to a seat."""
    return bool(type(row).objects.visible_to(seat).filter(pk=row.pk).exists())


def may(seat: Seat, row: Any, right: str) -> bool:
    """Whether a seat has a right on a row."""
    return bool(type(row).objects.permitted(seat, right).filter(pk=row.pk).exists())


def who_is(case: Case) -> Identity:
    """The identity of a case, whoever may see it."""
    found: Identity = rows(Identity).get(case=case)
    return found


class People:
    """The people of the invented world, by what they are in the story, and what they do with plain words."""

    NAMES = {
        "police": "policia.durres",
        "worker": "pmf.durres",
        "colleague": "pmf2.durres",
        "head": "njmf.durres",
        "school": "zva.durres",
        "health": "shendeti.durres",
        "ngo": "ojf.durres",
        "shelter": "strehez.durres",
        "aid": "ndihma.durres",
        "director": "drejtor.durres",
        "prefect": "prefekt.durres",
        "coordinator": "koordinator.durres",
        "secretary": "sekretaria.durres",
        "border": "kufi.durres",
        "social": "shssh.durres",
        "national": "koordinatori.kombetar",
        "officer": "dpo",
        "admin": "admin",
        "far_worker": "pmf.gjirokaster",
        "far_head": "njmf.gjirokaster",
        "far_school": "zva.gjirokaster",
        "far_ngo": "ojf.gjirokaster",
        "far_police": "policia.gjirokaster",
        "far_social": "shssh.gjirokaster",
        "far_prefect": "prefekt.gjirokaster",
        "far_coordinator": "koordinator.gjirokaster",
    }

    def __init__(self, seat: Any) -> None:
        self._seat = seat
        self._at_hand: dict[str, Seat] = {}

    def __getattr__(self, name: str) -> Seat:
        if name.startswith("_") or name not in self.NAMES:
            raise AttributeError(name)
        if name not in self._at_hand:
            self._at_hand[name] = self._seat(self.NAMES[name])
        return self._at_hand[name]

    def everybody(self) -> dict[str, Seat]:
        """All of them."""
        return {name: getattr(self, name) for name in self.NAMES}

    # --- what they do ---

    def place(self, code: str) -> Institution:
        """An institution, by the end of its code."""
        found: Institution = rows(Institution).select_related("county").get(code=code)
        return found

    def tell(self, by: Seat | None = None, **more: Any) -> Signal:
        """The police tells the unit of Durrës about a child."""
        words = {
            "municipality": make.municipality(),
            "kind": "child",
            "source": make.term("source", "police"),
            "what": "Fëmijë në rrugë.",
        }
        return signals.send(by=by or self.police, **(words | more))

    def open(self, by: Seat | None = None, *, identity: dict[str, str] | None = None, **more: Any) -> Case:
        """The worker opens the case of a girl of eleven."""
        by = by or self.worker
        born = datetime.date(TODAY().year - 11, 1, 14).isoformat()
        who = {"first_name": "Shembulla", "last_name": "Çelaj", "birth_date": born, "sex": "female"} | (identity or {})
        words: dict[str, Any] = {
            "kind": "child",
            "municipality": by.institution.territories.select_related("county").first(),
            "source": make.term("source", "police"),
            "signalled_on": TODAY(),
            "concerns": ["street_situation"],
        }
        return cases.open_case(by=by, identity=who, **(words | more))

    def refer(self, case: Case, purpose: str = "school", where: str = "AL-02-ZVA", **more: Any) -> Referral:
        """The worker refers the case."""
        knows = Identity.objects.unscoped("tests refer").get(case=case).data["safe_contact"]
        words = {"request": "Regjistrim në klasën e pestë.", "contact_via_unit": not knows} | more
        by = words.pop("by", self.worker)
        return referrals.refer(case, by=by, purpose=purpose, receiver=self.place(where), **words)

    def referred(self, case: Case, **more: Any) -> Referral:
        """The education office has accepted the referral."""
        return referrals.move(self.refer(case, **more), "accepted", by=self.school)

    def stuck(self, case: Case, **more: Any) -> Obstacle:
        """Economic aid stays unanswered."""
        words: dict[str, Any] = {
            "by": self.worker,
            "kind": make.term("obstacle", "economic_aid"),
            "waits_for": self.place("AL-02-BASHKIA-DURRES"),
            "since": TODAY(),
            "asked": "Vendim për ndihmën ekonomike",
        }
        return cards.mark(case, **(words | more))

    def at_the_table(self, case: Case, **more: Any) -> tuple[Obstacle, Card]:
        """The obstacle stands on a card."""
        obstacle = self.stuck(case, **more)
        card = cards.take_to_table(obstacle, by=self.worker)
        return again(obstacle), card


@pytest.fixture
def people(seat) -> Iterator[People]:
    """The people of the story; they are told in English, so that a test does not change with the translation."""
    with translation.override("en"):
        yield People(seat)
