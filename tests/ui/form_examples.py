"""One of everything in Durrës, at the moment when its form is wanted; and every form that the areas declare."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import timezone

from cases.models import Card, Case, Obstacle, Referral, Signal
from krat.committee.models import Act, Body, Institution, Membership
from krat.demo import make
from krat.people.models import Seat
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.reference.models import Deadline, Holiday, Term, Threshold
from meetings.models import AgendaItem, Decision, Meeting
from tests.declaring import EDUCATION, POLICE, WORKER, FormPage, declared
from tests.ui.html_client import rows


class Examples:
    """Made as it is asked for."""

    def __init__(self, county: str = "AL-02") -> None:
        self.county = county

    def place(self, short: str) -> Institution:
        """An institution of the county: ``place("ZVA")``."""
        return rows(Institution).get(code=f"{self.county}-{short}")

    def seat_of(self, username: str) -> Seat:
        found = rows(Seat).select_related("institution__county", "user").filter(user__username=username)
        return found.order_by("pk")[0]

    @cached_property
    def body(self) -> Body:
        """The committee that stands today."""
        today = timezone.localdate()
        found = rows(Body).filter(county__code=self.county, kind="committee", starts_on__lte=today, ends_on__gte=today)
        return found.order_by("-year")[0]

    def past_body(self) -> Body:
        """A committee of another year, always of another one."""
        self.years = getattr(self, "years", 2040) + 1
        return make.body(county=self.county, year=self.years, starts_on=make.in_days(-900), ends_on=make.in_days(-800))

    def another_meeting(self, **more: Any) -> Meeting:
        """One more meeting of the committee."""
        last = rows(Meeting).filter(body=self.body).order_by("-number")[0]
        return make.meeting(self.body, number=last.number + 1, **more)

    @cached_property
    def planned(self) -> Meeting:
        return self.another_meeting()

    @cached_property
    def meeting(self) -> Meeting:
        """In progress; all who vote are there."""
        meeting = self.another_meeting(state="open")
        for place in rows(Membership).filter(body=self.body, ends_on=None, votes=True).select_related("institution"):
            make.attendance(meeting, place.institution)
        return meeting

    @cached_property
    def held(self) -> Meeting:
        return self.another_meeting(state="held")

    @cached_property
    def circulated(self) -> Meeting:
        return self.another_meeting(state="held", minutes="circulated")

    @cached_property
    def approved(self) -> Meeting:
        return self.another_meeting(state="held", minutes="approved")

    @cached_property
    def item(self) -> AgendaItem:
        return make.item(self.meeting)

    @cached_property
    def decision(self) -> Decision:
        """Taken at an earlier meeting and still open."""
        earlier = self.another_meeting(state="held", held_on=make.in_days(-1))
        last = rows(Decision).filter(body=self.body).order_by("-number")[0]
        return make.decision(make.item(earlier), number=last.number + 1)

    @cached_property
    def plan(self) -> Plan:
        return make.plan(self.county, year=2080, state="adopted")

    @cached_property
    def draft_plan(self) -> Plan:
        plan = make.plan(self.county, year=2081)
        make.measure(make.objective(plan))
        return plan

    @cached_property
    def objective(self) -> Objective:
        return make.objective(self.plan)

    @cached_property
    def measure(self) -> Measure:
        return make.measure(self.objective, lead=self.place("ZVA"))

    @cached_property
    def measure_of_the_year(self) -> Measure:
        """One of the plan of the committee's year: what a decision can point to."""
        plan = rows(Plan).get(county__code=self.county, year=self.body.year)
        return make.measure(make.objective(plan, number="99.9"))

    @cached_property
    def task(self) -> Task:
        return make.task(self.place("ZVA"), state="in_progress", body=self.body)

    @cached_property
    def done_task(self) -> Task:
        return make.task(self.place("ZVA"), state="done", body=self.body)

    @cached_property
    def activity(self) -> Activity:
        return make.activity(self.county, organiser=self.place("ZVA"))

    @cached_property
    def act(self) -> Act:
        return make.act(self.county)

    @cached_property
    def newcomer(self) -> Institution:
        return make.institution(county=self.county)

    @cached_property
    def membership(self) -> Membership:
        return make.membership(self.body, self.newcomer)

    @cached_property
    def case(self) -> Case:
        """Of the worker's team, and assessed."""
        return make.case(manager=self.seat_of(WORKER), risk="medium")

    @cached_property
    def closed_case(self) -> Case:
        return make.case(self.seat_of(WORKER).institution, stage="closed", risk="low")

    @cached_property
    def possible_victim(self) -> Case:
        return make.case(manager=self.seat_of(WORKER), risk="medium", victim_status="possible_victim")

    @cached_property
    def signal(self) -> Signal:
        """To the unit of Durrës, not answered yet."""
        return make.signal(self.seat_of(POLICE))

    @cached_property
    def referral(self) -> Referral:
        """To the education office, not answered yet."""
        return make.referral(self.case, self.place("ZVA"))

    @cached_property
    def accepted(self) -> Referral:
        """Of another case; accepted by the education office, with the part it writes."""
        case = make.case(manager=self.seat_of(WORKER))
        make.school_part(case)
        return make.referral(case, self.place("ZVA"), state="accepted", accepted_by=self.seat_of(EDUCATION))

    @cached_property
    def card(self) -> Card:
        """Of another obstacle of the case; the table has decided on it."""
        return make.card(make.obstacle(self.case), state="decided", decision="1/2026")

    @cached_property
    def obstacle(self) -> Obstacle:
        return make.obstacle(self.case, self.place("BASHKIA-DURRES"))

    @cached_property
    def term(self) -> Term:
        return Term.objects.filter(list=Term.List.PILLAR)[0]

    @cached_property
    def deadline(self) -> Deadline:
        return Deadline.objects.all()[0]

    @cached_property
    def threshold(self) -> Threshold:
        return Threshold.objects.get(code="reading_files")

    @cached_property
    def holiday(self) -> Holiday:
        return Holiday.objects.all()[0]


FORMS: list[FormPage] = [form for forms in declared("FORMS") for form in forms]
BY_ROUTE = {one.route: one for one in FORMS}
