"""People who write at random, and one who puts the counts together meanwhile, each as a process of their own.

``python -m tests.counts.writers write SEED TURNS`` does that many verbs of cases, signals, referrals and parts, thrown
by a die; ``fold TURNS`` folds, counts anew, and looks after each whether every kept count is right.
"""

import datetime
import random
import sys
from collections.abc import Callable
from typing import Any

import django
from django.utils import timezone

WHY = "a test's process"


def seat(username: str) -> Any:
    from krat.people.models import Seat

    return Seat.objects.unscoped(WHY).for_request().filter(user__username=username).order_by("pk")[0]


class Writer:
    """Somebody at the unit, the school and the police of Durrës."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.worker, self.head, self.school = (seat(one) for one in ("pmf.durres", "njmf.durres", "zva.durres"))
        self.police, self.social = seat("policia.durres"), seat("shssh.durres")

    def one(self, model: Any, **which: Any) -> Any:
        """Any row."""
        rows = list(model.objects.unscoped(WHY).filter(**which).order_by("-pk")[:12])
        return self.dice.choice(rows) if rows else None

    def case(self) -> Any:
        from cases.models import Case

        return self.one(Case, holder=self.worker.institution)

    # --- verbs ---

    def open(self) -> None:
        from cases.actions import cases
        from krat.demo import make

        day = timezone.localdate() - datetime.timedelta(days=self.dice.randint(0, 400))
        cases.open_case(
            by=self.dice.choice([self.worker, self.head]),
            kind=self.dice.choice(["child", "adult"]),
            municipality=make.municipality(),
            source=make.term("source", "police"),
            signalled_on=day,
            identity={"first_name": "Shembulla", "last_name": "Provë"},
            risk=self.dice.choice(["", "immediate", "high"]),
            stage=self.dice.choice(["signal", "initial_assessment"]),
        )

    def assess(self) -> None:
        from cases.actions import cases

        if case := self.case():
            cases.assess(case, by=self.head, risk=self.dice.choice(["immediate", "high", "medium", "low"]))

    def move(self) -> None:
        from cases.actions import cases
        from cases.models.stages import MOVES
        from krat.demo import make

        if case := self.case():
            after = self.dice.choice([after for before, after in MOVES if before == case.stage] or [case.stage])
            ends = after == "closed"
            cases.move(
                case,
                after,
                by=self.head,
                note="Provë.",
                closing=make.term("closing", "goals_reached") if ends else None,
            )

    def identify(self) -> None:
        from cases.actions import identification

        if case := self.case():
            identification.record(
                case,
                by=self.head,
                result=self.dice.choice(["in_progress", "possible_victim", "not_victim"]),
                decided_on=timezone.localdate(),
                reference="1",
                authority=self.police.institution,
                why="Provë.",
            )

    def tell(self) -> None:
        from cases.actions import signals
        from krat.demo import make

        signals.send(
            by=self.police,
            municipality=make.municipality(),
            kind="child",
            source=make.term("source", "police"),
            what="Provë.",
        )

    def reject(self) -> None:
        from cases.actions import signals
        from cases.models import Signal

        if signal := self.one(Signal, receiver=self.head.institution):
            signals.reject(signal, by=self.head, why="Provë.")

    def refer(self) -> None:
        from cases.actions import referrals

        if case := self.case():
            referrals.refer(
                case,
                by=self.head,
                purpose="school",
                receiver=self.school.institution,
                request="Provë.",
                contact_via_unit=True,
            )

    def answer(self) -> None:
        from cases.actions import referrals
        from cases.models import Referral

        if referral := self.one(Referral, receiver=self.school.institution, purpose="school"):
            to = self.dice.choice(["accepted", "accepted", "refused", "completed"])
            referrals.move(referral, to, by=self.school, answer="Provë.")

    def write_part(self) -> None:
        from cases.actions import referrals
        from cases.models import AidPart, SchoolPart

        if case := self.case():
            kind: Any = self.dice.choice([SchoolPart, AidPart])
            state = self.dice.choice(kind.State.values)
            referrals.write_part_of(case, kind, by=self.head, based_on=None, state=state)

    def hand_over(self) -> None:
        """A case goes to another holder, as it does where an institution ends."""
        from django.db import transaction

        from cases.models import Case
        from krat.access.scoping import hold
        from krat.committee.models import Institution

        with transaction.atomic():
            if case := self.one(Case):
                units = Institution.objects.unscoped(WHY).filter(kind__code="child_protection_unit").order_by("pk")
                case = hold(case)
                case.holder = self.dice.choice(list(units[:3]))
                case.reference = ""
                case.save(update_fields=["holder", "reference"])

    def all_at_once(self) -> None:
        """What no verb does: many rows by one statement."""
        from django.db import transaction

        from cases.models import Case

        with transaction.atomic():
            rows = Case.objects.unscoped(WHY).order_by("pk")
            some = list(rows.filter(stage="initial_assessment").select_for_update().values_list("pk", flat=True)[:5])
            rows.filter(pk__in=some).update(risk=self.dice.choice(["low", "immediate"]))

    def write(self) -> str:
        """One verb; what came of it."""
        from django.core.exceptions import PermissionDenied, ValidationError
        from django.db import IntegrityError

        from krat.access.transactions import in_one_transaction

        verbs: list[Callable[[], None]] = [self.open, self.open, self.assess, self.move, self.move, self.identify]
        verbs += [self.tell, self.reject, self.refer, self.refer, self.answer, self.write_part, self.write_part]
        verbs += [self.hand_over, self.all_at_once]
        verb = self.dice.choice(verbs)
        try:
            in_one_transaction(verb, begin_again=lambda: None)
        except (ValidationError, PermissionDenied, IntegrityError):
            return "refused"
        return verb.__name__


def write(seed: str, turns: str) -> None:
    """That many verbs."""
    writer = Writer(int(seed))
    done = [writer.write() for _turn in range(int(turns))]
    sys.stdout.write(f"DONE {' '.join(done)}\n")


def fold(turns: str) -> None:
    """Fold, count anew, and look, while the others write."""
    from krat.counts import keeping

    for turn in range(int(turns)):
        keeping.recount() if turn % 3 == 2 else keeping.fold()
        wrong = keeping.differences()
        if wrong:
            sys.stdout.write(f"WRONG at {turn}: {'; '.join(map(str, wrong[:5]))}\n")
            sys.exit(1)


if __name__ == "__main__":
    django.setup()
    {"write": write, "fold": fold}[sys.argv[1]](*sys.argv[2:])
