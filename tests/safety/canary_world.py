"""Planted cases: one of everything in Durrës and in Gjirokastër, with a canary in every text, date and number.

They stand in the database of the whole run, so that every page of every test is asked for while they are there.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from cases.models import Assignment, Case, Identity
from krat.committee.models import Institution
from krat.demo import make
from krat.people.models import Seat
from tests.safety import canaries

_WHY = "tests plant cases"
# No other date of the run lies in these years; the children are still children for some years to come.
_BIRTHS = itertools.count()
_DAYS = itertools.count()


def seat_of(username: str) -> Seat:
    """The open seat of somebody of the invented world."""
    seats = Seat.objects.unscoped(_WHY).active().for_request()
    return seats.filter(user__username=username).order_by("starts_on", "pk")[0]


def place(code: str) -> Institution:
    """An institution of the invented world."""
    return Institution.objects.unscoped(_WHY).select_related("county").get(code=code)


def _birth(age: int = 13) -> str:
    day = datetime.date(timezone.localdate().year - age, 1, 3) + datetime.timedelta(days=7 * next(_BIRTHS))
    return day.isoformat()


def _day() -> str:
    # A year in which nothing else happens and nobody is born, so that no other day is taken for a planted one.
    return (datetime.date(1991, 1, 5) + datetime.timedelta(days=3 * next(_DAYS))).isoformat()


def number_rows_high() -> None:
    """Let the rows of every table be numbered beyond planted numbers, or a key in a page would be taken for one.

    A year of birth has four digits, and on PostgreSQL no rollback takes a sequence back.
    """
    first = 10_000_000
    with connection.cursor() as cursor:
        for one in connection.introspection.sequence_list():
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(%s, %s)", [one["name"], first])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [one["table"]])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [one["table"], first])


@contextmanager
def with_canaries() -> Iterator[None]:
    """Whatever the builder makes within this block carries canaries."""
    before, make.canary = make.canary, canaries.new
    try:
        yield
    finally:
        make.canary = before


def fill() -> None:
    """Plant the cases into the invented world."""
    canaries.forget()
    with with_canaries():
        _county("durres", "AL-02", worker="pmf.durres", head="njmf.durres")
        _county("gjirokaster", "AL-05", worker="pmf.gjirokaster", head="njmf.gjirokaster")
        _others_in_durres()
    assert next(_BIRTHS) < 52
    assert next(_DAYS) < 120


def _remember(row: Any, **values: str) -> None:
    """The dates and numbers of a row."""
    canaries.code(row)
    for field, text in values.items():
        if "-" in text:
            canaries.date(row, field, datetime.date.fromisoformat(text))
        elif text:
            canaries.value(row, field, text, said=f"{text[:-3]} {text[-3:]}" if len(text) > 4 else "")


def a_case(manager: Seat, *, age: int = 13, **more: Any) -> Case:
    """A case of a manager's unit with every text of its identity marked."""
    born = {"birth_year": more["birth_year"]} if "birth_year" in more else {"birth_date": _birth(age)}
    case = make.case(manager=manager, **(more | born))
    who = Identity.objects.unscoped(_WHY).get(case=case)
    canaries.code(case)
    _remember(who, **born)
    return case


def _part(kind: Any, case: Case, *where: Any, **values: str) -> Any:
    row = kind(case, *where, **values)
    _remember(row, **values)
    return row


def _county(county: str, code: str, *, worker: str, head: str) -> None:
    """A child in the middle of everything: parts, notes, referrals in each state, obstacles, cards, signals."""
    by = seat_of(worker)
    police = seat_of(f"policia.{county}")
    signal = make.signal(police, municipality=by.institution.territories.get(), receiver=by.institution, state="taken")
    case = a_case(by, signal=signal, risk="high", stage="full_assessment")
    canaries.code(signal)
    _part(make.school_part, case, dropped_on=_day())
    _part(make.aid_part, case, applied_on=_day(), amount="73519" if code == "AL-02" else "74519")
    _part(
        make.counselling_part,
        case,
        place(f"{code}-OJF"),
        started_on=_day(),
        sessions="6317" if code == "AL-02" else "6417",
    )
    _remember(make.note(case, by))
    _remember(make.note(case, by, is_sensitive=True))
    _remember(make.note(case, seat_of(head), is_sensitive=True))
    answers = [
        ("school", "ZVA", f"zva.{county}", "accepted"),
        ("counselling", "OJF", f"ojf.{county}", "accepted"),
        ("economic_aid", f"BASHKIA-{county.upper()}", "", "sent"),
        ("police", "POL", f"policia.{county}", "accepted"),
    ]
    for purpose, where, username, state in answers:
        who = {"accepted_by": seat_of(username)} if username else {}
        _remember(
            make.referral(
                case, place(f"{code}-{where}"), purpose=purpose, state=state, sent_by=by, answer="Shembull.", **who
            )
        )
    _remember(make.obstacle(case, place(f"{code}-ZVA"), kind="school", marked_by=by, how="Shembull."))
    stuck = make.obstacle(case, place(f"{code}-BASHKIA-{county.upper()}"), marked_by=by, how="Shembull.")
    make.card(stuck)  # its code stands in addresses of the table; whose it is does not
    _remember(stuck)
    _remember(make.sent_change(case, sent={"identity": {"first_name": "Shembulla", "safe_contact": "Shkolla"}}))
    for state in ("sent", "rejected"):
        canaries.code(
            make.signal(
                police,
                municipality=by.institution.territories.get(),
                receiver=by.institution,
                state=state,
                answer="Jo.",
            )
        )


def _others_in_durres() -> None:
    """A possible victim, whom the regional social service sees; a colleague's case; one that is over."""
    worker, colleague = seat_of("pmf.durres"), seat_of("pmf2.durres")
    adult = a_case(colleague, kind="adult", birth_year="1907", victim_status="possible_victim")
    _remember(
        make.referral(
            adult,
            place("AL-02-STREHEZ"),
            purpose="shelter",
            state="accepted",
            accepted_by=seat_of("strehez.durres"),
            sent_by=colleague,
        )
    )
    _remember(make.note(adult, colleague))
    _remember(make.identification(adult, seat=colleague))  # it stands so already: one more act
    other = a_case(colleague, team=[worker])
    _remember(
        make.referral(
            other,
            place("AL-02-NJVKSH"),
            purpose="health",
            state="completed",
            accepted_by=seat_of("shendeti.durres"),
            sent_by=colleague,
            answer="U krye.",
        )
    )
    _remember(
        make.referral(
            other, place("AL-02-ZVA"), purpose="school", state="withdrawn", sent_by=colleague, answer="U tërhoq."
        )
    )
    _part(make.school_part, other, dropped_on=_day())
    _remember(make.note(other, colleague, is_sensitive=True))
    _remember(
        make.referral(
            a_case(colleague),
            place("AL-02-NJVKSH"),
            purpose="health",
            state="accepted",
            accepted_by=seat_of("shendeti.durres"),
            sent_by=colleague,
            contact_via_unit=True,
        )
    )
    over = a_case(worker, stage="closed")
    Assignment.objects.unscoped(_WHY).filter(case=over).update(ended_at=timezone.now())
    _remember(make.note(over, worker))
