"""What the tests ask of the first pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from krat.demo import make
from tests.cases.examples import more_at_the_table, more_referrals, more_signals
from tests.declaring import COORDINATOR, EDUCATION, PREFECT, WORKER, Shows, at

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def more_own_tasks(s: Examples) -> None:
    make.task(s.place("ZVA"), supporting=[make.institution()], measure=s.measure)
    make.task(s.place("PREF"), state="done", done_on=make.in_days(-make.number() % 60))
    make.measure(s.objective, lead=s.place("ZVA"), due_on=make.in_days(3))
    s.another_meeting(state="held", minutes="circulated", held_on=make.in_days(-make.number() % 60))
    s.another_meeting(state="open")


PAGES = [
    Shows("home:today", WORKER, at("home:today"), more_signals),
    Shows("home:today", WORKER, at("home:today"), more_referrals),
    Shows("home:today", EDUCATION, at("home:today"), more_referrals),
    Shows("home:today", COORDINATOR, at("home:today"), more_at_the_table),
    Shows("home:today", COORDINATOR, at("home:today"), more_own_tasks),
    Shows("home:today", EDUCATION, at("home:today"), more_own_tasks),
    Shows("home:today", PREFECT, at("home:today"), more_own_tasks),
    Shows("home:today", "koordinatori.kombetar", at("home:today"), more_own_tasks),
]
