"""The invented world: two counties in full, told through the registry's own verbs by the people who would do it.

The year is told in the order in which it happened, with the clock set back, so that every row, every step and the trail
say the day on which it would have been done. Days are reckoned from today: there is always something late, something
due today, something coming. The same seed makes the same world on the same day.
"""

from __future__ import annotations

import datetime
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import mock

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from cases.models import Card
from krat.access.roles import Role
from krat.committee import actions as committee
from krat.committee.models import Act, Body, Institution, Membership
from krat.demo import catalogue, figures, make, stories, telling
from krat.demo.accounts import ACCOUNTS, COUNTRYWIDE, FAMILY_NAME, INSTITUTIONS, PASSWORD
from krat.demo.durres import DURRES
from krat.demo.founding import DURRES as FOUNDING_DURRES
from krat.demo.founding import GJIROKASTER as FOUNDING_GJIROKASTER
from krat.demo.founding import NOT_TOLD, Founding
from krat.demo.gjirokaster import GJIROKASTER
from krat.demo.papers import Duty, Event, MeasureRow, Move, Sitting, When, Year
from krat.notify.models import Mail, Mailbox, Notice
from krat.people.models import Seat, User
from krat.plan.actions import activities, plans, tasks
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.plan.models.task import State as TaskState
from krat.reference import calendar
from krat.reference.models import Term
from krat.search import index
from krat.services import actions as services
from krat.services.models import Service
from meetings import actions as meetings
from meetings.models import AgendaItem, Attendance, Decision, Meeting, Review

__all__ = ["PASSWORD", "fill", "make"]

SEED = 2026
_WITHOUT_MAIL = {"strehez.durres", "ojf.gjirokaster"}  # their addresses are not confirmed yet
_OPENS_AT = datetime.time(10, 0)
_MORNING = 9
_FIGURES = 7  # before the day begins


@dataclass
class _World:
    """What the telling needs at hand, and what is still to be told."""

    today: datetime.date
    year: int
    dice: random.Random
    institutions: dict[str, Institution] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    bodies: dict[tuple[str, str], Body] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    measures: dict[tuple[str, str], Measure] = field(default_factory=dict)
    machines: dict[str, Seat] = field(default_factory=dict)  # by the code of their institution
    # What is put on the agenda of which table ("held" or "coming"), and what the held one says and decides of it.
    cards: dict[tuple[str, str], list[Card]] = field(default_factory=dict)
    said_of_card: dict[int, tuple[str, Duty | None]] = field(default_factory=dict)
    _events: list[tuple[datetime.datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def day(self, when: When) -> datetime.date:
        """The day that is meant, in the year of the papers or reckoned from today."""
        if isinstance(when, int):
            return self.today + datetime.timedelta(days=when)
        return datetime.date(self.year, *when)

    def on(self, day: datetime.date, tell: Callable[[], None], hour: int = _MORNING) -> None:
        """Let something happen on a day; what would lie in the future does not happen."""
        if day <= self.today:
            self._events.append((_moment(day, hour), next(self._order), tell))

    def tell(self) -> None:
        """Let everything happen in its order; what happens may add what follows from it."""
        now = timezone.now()
        clock = _Clock()
        with mock.patch.object(timezone, "now", side_effect=clock):
            while self._events:
                self._events.sort(key=lambda event: event[:2], reverse=True)
                moment, _, tell = self._events.pop()
                clock.set(min(moment, now))
                tell()

    def put_on_agenda(self, table: str, card: Card, said: str, decides: Duty | None) -> None:
        """Let a card be put on the agenda of its county's table that was held last, or of the coming one."""
        self.cards.setdefault((card.county.code, table), []).append(card)
        self.said_of_card[card.pk] = said, decides

    def machine_of(self, institution: Institution) -> Seat:
        """The seat of an institution's own system; nobody knows a secret for it."""
        if institution.code not in self.machines:
            name = f"Sistemi i {institution.short_name} (shembull)"
            user = make.user(f"sistemi.{institution.code.lower()}", name=name)
            self.machines[institution.code] = make.seat(
                Role.SYSTEM, institution, user=user, starts_on=timezone.localdate()
            )
        return self.machines[institution.code]

    def all_of(self, codes: tuple[str, ...]) -> list[Institution]:
        """The institutions of these codes."""
        return [self.institutions[code] for code in codes]


def _moment(day: datetime.date, hour: int = _MORNING) -> datetime.datetime:
    local = datetime.datetime.combine(day, datetime.time(hour), timezone.get_default_timezone())
    return local.astimezone(datetime.UTC)


class _Clock:
    """Stands in for Django's clock: shows the moment it was set to, and goes on by a millisecond at every look."""

    def __init__(self) -> None:
        self._shows = datetime.datetime.min.replace(tzinfo=datetime.UTC)

    def set(self, moment: datetime.datetime) -> None:
        """Set it forward; it never goes back."""
        self._shows = max(moment, self._shows)

    def __call__(self) -> datetime.datetime:
        self._shows += datetime.timedelta(milliseconds=1)
        return self._shows


def fill(seed: int = SEED) -> None:
    """Fill an empty database with the invented world (some seconds, one transaction)."""
    today = timezone.localdate()
    # A committee's year lasts until the end of March, when the next one has been constituted.
    world = _World(today=today, year=(today - datetime.timedelta(days=90)).year, dice=random.Random(seed))
    with transaction.atomic(), translation.override("sq"):
        world.on(datetime.date(world.year, 1, 5), lambda: _seat_people(world))
        world.tell()
        for founding in (FOUNDING_DURRES, FOUNDING_GJIROKASTER):
            _file_founding(world, founding)
        for year in (DURRES, GJIROKASTER):
            _tell_year(world, year)
        for offer in catalogue.OFFERS:
            _offer(world, offer)
        for gap in catalogue.GAPS:
            _miss(world, gap)
        for sent in stories.SIGNALS:
            telling.tell_signal(world, sent)
        for story in (*stories.DURRES, *stories.GJIROKASTER):
            telling.tell(world, story)
        world.on(today, lambda: figures.tell(world.institutions, world.seats, today, seed), hour=_FIGURES)
        world.tell()
        index.catch_up_with_all()
        _read_old_notices()


def _read_old_notices() -> None:
    """What was told weeks ago has been read, and its mails went out then."""
    why, before = "the invented world has a past", timezone.now() - datetime.timedelta(days=14)
    Notice.objects.unscoped(why).filter(at__lt=before).update(read_at=F("at"))
    sent = {"state": Mail.State.SENT, "sent_at": F("made_at"), "attempts": 1}
    Mail.objects.unscoped(why).filter(made_at__lt=before).update(**sent)


# --- who is there ---


def _seat_people(world: _World) -> None:
    office = _enter_office(world)
    # One hash for all: their password is printed for everybody, and hashing it 27 times takes seconds.
    password = make_password(PASSWORD)
    for username, first_name, role, code in sorted(ACCOUNTS, key=lambda account: account[2] != Role.ADMIN):
        user = User(
            username=username,
            name=f"{first_name} {FAMILY_NAME}",
            email=f"{username}@shembull.invalid",
            password=password,
        )
        user.full_clean()
        user.save()
        Mailbox.objects.create(user=user, confirmed="" if username in _WITHOUT_MAIL else user.email)
        if role == Role.ADMIN:
            admin = make.seat(role, office, user=user, starts_on=timezone.localdate())
            _enter_institutions(world, admin)
            world.seats[username] = admin
        else:
            world.seats[username] = make.seat(role, world.institutions[code], user=user, starts_on=timezone.localdate())


def _enter_office(world: _World) -> Institution:
    place = next(place for place in INSTITUTIONS if place.code == COUNTRYWIDE)
    office = make.institution(place.code, county=None, kind=place.kind, name=place.name, short_name=place.short_name)
    world.institutions[place.code] = office
    return office


def _enter_institutions(world: _World, admin: Seat) -> None:
    for place in INSTITUTIONS:
        if place.county is None:
            continue
        world.institutions[place.code] = committee.save_institution(
            None,
            by=admin,
            code=place.code,
            name=place.name,
            short_name=place.short_name,
            kind=make.term(Term.List.INSTITUTION, place.kind),
            county=make.county(place.county),
            parent=world.institutions.get(place.parent),
            territories=[make.municipality(code) for code in place.territories],
            email=f"{place.code.lower()}@shembull.invalid",
            phone="",
            retired_on=None,
        )


def _account_of(year: Year, office: str) -> str:
    return f"{office}.{'durres' if year.county == 'AL-02' else 'gjirokaster'}"


# --- the founding texts ---


def _file_founding(world: _World, founding: Founding) -> None:
    """The minutes older than the registry are the first thing the secretariat files."""
    year = next(one for one in (DURRES, GJIROKASTER) if one.county == founding.county)

    def file() -> None:
        coordinator = world.seats[_account_of(year, "koordinator")]
        prefect = world.seats[_account_of(year, "prefekt")]
        body = _constitute(
            world,
            year,
            coordinator,
            founding.held_on.year,
            number=f"shembull {founding.held_on.year}",
            dated=datetime.date(founding.held_on.year, 2, 1),
            until=datetime.date(founding.held_on.year, 12, 31),
        )[Body.Kind.COMMITTEE]
        meeting = meetings.convene(
            by=coordinator,
            body=body,
            kind=make.term(Term.List.MEETING, "ordinary"),
            held_on=founding.held_on,
            starts_at=None,
            place=NOT_TOLD,
            agenda=[title for title, _said in founding.items],
            predates_registry=True,
        )
        meetings.open_meeting(meeting, by=coordinator)
        present = dict.fromkeys(world.all_of(founding.present), Attendance.Status.PRESENT.value)
        meetings.record_attendance(meeting, by=coordinator, status=present)
        items = _items_of(meeting, coordinator)
        for (_title, said), item in zip(founding.items, items, strict=True):
            meetings.minute(item, by=coordinator, based_on=item.version, discussion=said, is_done=True)
        for charge in founding.charges:
            meetings.decide(
                items[charge.item - 1],
                by=coordinator,
                text=charge.text,
                lead=None,
                due_on=None,
                supporting=world.all_of(charge.supporting),
                leads=world.all_of(charge.leads),
            )
        _close_and_circulate(meeting, coordinator)
        meetings.approve(meeting, by=prefect, based_on=_rewritten(meeting))

    world.on(datetime.date(world.year, 1, 20), file)


def _constitute(
    world: _World,
    year: Year,
    coordinator: Seat,
    of: int,
    *,
    number: str,
    dated: datetime.date,
    until: datetime.date,
) -> dict[str, Body]:
    """Constitute committee and table by an invented order, the first time with every member, then the same ones."""
    county = make.county(year.county)
    act = committee.record_act(
        by=coordinator,
        county=county,
        kind=Act.Kind.ORDER,
        number=number,
        dated=dated,
        title=f"Për përbërjen e KRAT-it dhe të Tryezës Teknike, {year.name} (shembull: numër i trilluar)",
    )
    made = committee.constitute(
        by=coordinator, county=county, year=of, act=act, starts_on=datetime.date(of, 1, 1), ends_on=until
    )
    places = Membership.objects.visible_to(coordinator)
    for body in made:
        world.bodies[year.county, body.kind] = body
        if places.filter(body=body).exists():
            continue
        offices = [
            (f"{year.county}-PREF", Membership.Office.CHAIR),
            *((code, Membership.Office.MEMBER) for code in year.members),
            *((code, Membership.Office.GUEST) for code in year.guests),
        ]
        for code, office in offices:
            committee.add_member(
                body,
                by=coordinator,
                institution=world.institutions[code],
                office=office,
                votes=office != Membership.Office.GUEST,
                act=act,
                starts_on=body.starts_on,
            )
    return {body.kind: body for body in made}


# --- meetings ---


def _items_of(meeting: Meeting, seat: Seat) -> list[AgendaItem]:
    return list(
        AgendaItem.objects.visible_to(seat).select_related("meeting__body__county", "card").filter(meeting=meeting)
    )


def _rewritten(meeting: Meeting) -> int:
    meeting.refresh_from_db(fields=["rewritten"])
    return meeting.rewritten


def _close_and_circulate(meeting: Meeting, coordinator: Seat) -> None:
    meetings.close_meeting(meeting, by=coordinator)
    meetings.circulate(meeting, by=coordinator)


def _convene(world: _World, year: Year, sitting: Sitting, kind: str, held_on: datetime.date) -> Meeting:
    """Convene a meeting with its agenda and its rapporteurs."""
    coordinator = world.seats[_account_of(year, "koordinator")]
    body_kind = Body.Kind.TABLE if kind == "table" else Body.Kind.COMMITTEE
    meeting = meetings.convene(
        by=coordinator,
        body=world.bodies[year.county, body_kind],
        kind=make.term(Term.List.MEETING, kind),
        held_on=held_on,
        starts_at=_OPENS_AT,
        place=year.hall,
        agenda=[point.title for point in sitting.points],
    )
    rapporteurs = {point.title: point.rapporteur for point in sitting.points if point.rapporteur}
    for item in _items_of(meeting, coordinator):
        if item.title in rapporteurs:
            meetings.change_item(
                item,
                by=coordinator,
                based_on=item.version,
                title=item.title,
                rapporteur=world.institutions[rapporteurs[item.title]],
                position=item.position,
            )
    return meeting


def _hold(world: _World, year: Year, sitting: Sitting, meeting: Meeting) -> None:
    """Hold a meeting: who is there, what came of old decisions, what is said and decided."""
    coordinator = world.seats[_account_of(year, "koordinator")]
    meetings.open_meeting(meeting, by=coordinator)
    codes = (f"{year.county}-PREF", *year.members, *year.guests)
    status = {
        world.institutions[code]: sitting.other_than_present.get(code, Attendance.Status.PRESENT) for code in codes
    }
    meetings.record_attendance(meeting, by=coordinator, status=status)
    points = {point.title: point for point in sitting.points}
    for item in _items_of(meeting, coordinator):
        point = points.get(item.title)
        said, decisions = (point.said, point.decisions) if point else (sitting.follow_up, ())
        if item.card_id is not None:
            said, duty = world.said_of_card[item.card_id]
            decisions = (duty,) if duty else ()
        meetings.minute(item, by=coordinator, based_on=item.version, discussion=said, is_done=True)
        if item.kind == AgendaItem.Kind.FOLLOW_UP:
            for old in Decision.objects.visible_to(coordinator).returning_to(meeting).order_by("pk"):
                meetings.review(
                    old, meeting=meeting, by=coordinator, outcome=Review.Outcome.GOES_ON, note=sitting.going_on
                )
        for duty in decisions:
            _decide(world, year, item, duty)
    meetings.close_meeting(meeting, by=coordinator)


def _decide(world: _World, year: Year, item: AgendaItem, duty: Duty) -> None:
    """Record a decision; what its leads will do is told on its days."""
    coordinator = world.seats[_account_of(year, "koordinator")]
    decision = meetings.decide(
        item,
        by=coordinator,
        text=duty.text,
        lead=None,
        due_on=world.day(duty.due) if duty.leads else None,
        supporting=world.all_of(duty.supporting),
        measure=world.measures.get((year.county, duty.measure)),
        leads=world.all_of(duty.leads),
    )
    given = Task.objects.visible_to(coordinator).select_related("lead").filter(decisions=decision)
    for task in given.order_by("pk"):
        _let_work(world, task, duty.moves.get(task.lead.code, ()))


def _let_work(world: _World, task: Task, moves: tuple[Move, ...]) -> None:
    def done(move: Move) -> None:
        by = world.seats[move.by]
        if move.to == "progress":
            tasks.report_progress(task, by=by, note=move.note)
        else:
            tasks.move(task, TaskState(move.to), by=by, note=move.note)

    for move in moves:
        day = max(world.day(move.on), task.given_on)
        world.on(day, lambda move=move: done(move), hour=_MORNING + 5)  # type: ignore[misc]  # each its own move


# --- the plan ---


def _write_plan(world: _World, year: Year) -> None:
    coordinator = world.seats[_account_of(year, "koordinator")]
    county = make.county(year.county)
    plan = plans.begin(by=coordinator, county=county, year=world.year, carry_over=False)
    world.plans[year.county] = plan
    for row in year.objectives:
        objective = plans.write_objective(
            None,
            plan=plan,
            by=coordinator,
            pillar=make.term(Term.List.PILLAR, row.pillar),
            number=row.number,
            title=row.title,
        )
        for measure in row.measures:
            world.measures[year.county, measure.number] = _write_measure(world, objective, measure, coordinator)


def _write_measure(world: _World, objective: Objective, row: MeasureRow, coordinator: Seat) -> Measure:
    return plans.write_measure(
        None,
        objective=objective,
        by=coordinator,
        number=row.number,
        title=row.title,
        lead=world.institutions[row.lead],
        supporting=world.all_of(row.supporting),
        due_on=world.day(row.due) if row.due else None,
        is_ongoing=row.due is None,
        indicator=row.indicator,
        baseline=row.baseline,
        target=row.target,
        means=row.means,
        resource=make.term(Term.List.RESOURCE, row.resource),
        for_children=row.for_children,
    )


def _let_report(world: _World, year: Year, row: MeasureRow, since: datetime.date) -> None:
    """Let the lead (else the secretariat) report on a measure: shortly before its day, or on the way to it."""
    if row.state == Measure.State.PLANNED:
        return
    measure = world.measures[year.county, row.number]
    by = world.seats[year.reporters.get(row.lead, _account_of(year, "koordinator"))]
    on_the_way = world.today - datetime.timedelta(days=15)
    day, state, actual, note = on_the_way, row.state, row.actual, row.note
    if row.due and row.state != Measure.State.IN_PROGRESS:
        day = world.day(row.due) - datetime.timedelta(days=2)
        if day > world.today:  # not so far yet
            day, state, actual, note = on_the_way, Measure.State.IN_PROGRESS, row.baseline, ""

    def report() -> None:
        version = measure.version
        plans.report_measure(measure, by=by, based_on=version, state=state, actual=actual, note=note)

    world.on(max(day, since), report, hour=_MORNING + 4)


# --- the year ---


def _tell_year(world: _World, year: Year) -> None:
    coordinator = world.seats[_account_of(year, "koordinator")]
    prefect = world.seats[_account_of(year, "prefekt")]
    spring = calendar.add_working_days(datetime.date(world.year, 3, 17), 1)
    table = calendar.add_working_days(world.today, -5)
    body_ends = datetime.date(world.year + 1, 3, 31)
    coming = calendar.add_working_days(world.today + datetime.timedelta(days=17), 1)
    held: dict[str, Meeting] = {}

    def constitute() -> None:
        _constitute(
            world,
            year,
            coordinator,
            world.year,
            number=f"shembull {world.year}",
            dated=datetime.date(world.year, 1, 28),
            until=body_ends,
        )

    def convene_spring() -> None:
        held["spring"] = _convene(world, year, year.spring, "analysis_year", spring)

    def adopt() -> None:
        act = committee.record_act(
            by=coordinator,
            county=make.county(year.county),
            kind=Act.Kind.ORDER,
            number=f"shembull plani {world.year}",
            dated=spring,
            title=f"Për miratimin e Planit të Veprimit {world.year}, {year.name} (shembull: numër i trilluar)",
        )
        plan = world.plans[year.county]
        plan.refresh_from_db()  # as it reads with its measures
        plans.adopt(plan, by=prefect, based_on=plan.version, adopted_on=spring, act=act)
        for objective in year.objectives:
            for row in objective.measures:
                _let_report(world, year, row, since=spring + datetime.timedelta(days=1))

    def circulate_spring() -> None:
        meetings.circulate(held["spring"], by=coordinator)

    def approve_spring() -> None:
        meetings.approve(held["spring"], by=prefect, based_on=_rewritten(held["spring"]))

    def convene_table() -> None:
        held["table"] = _convene(world, year, year.table, "table", table)

    def put_cards(table: str) -> None:
        for card in world.cards.get((year.county, table), ()):
            meetings.add_card(held["table" if table == "held" else table], by=coordinator, card=card)

    def convene_coming_table() -> None:
        day = min(calendar.add_working_days(world.today, 8), body_ends)
        held["coming"] = _convene(world, year, Sitting(points=year.coming_table), "table", day)
        put_cards("coming")

    def circulate_table() -> None:
        meetings.circulate(held["table"], by=coordinator)

    def remark() -> None:
        if year.table.remark:
            username, words = year.table.remark
            meetings.remark(held["table"], by=world.seats[username], text=words)

    world.on(datetime.date(world.year, 1, 28), constitute)
    world.on(datetime.date(world.year, 2, 16), lambda: _write_plan(world, year))
    world.on(calendar.add_working_days(spring, -8), convene_spring)
    world.on(spring, lambda: _hold(world, year, year.spring, held["spring"]), hour=10)
    world.on(spring, adopt, hour=12)
    world.on(calendar.add_working_days(spring, 3), circulate_spring)
    world.on(calendar.add_working_days(spring, 8), approve_spring)
    world.on(spring + datetime.timedelta(days=7), lambda: _give_plan_tasks(world, year))
    for event in year.activities:
        _let_happen(world, year, event)
    world.on(calendar.add_working_days(table, -7), convene_table)
    world.on(calendar.add_working_days(table, -2), lambda: put_cards("held"), hour=15)
    world.on(table, lambda: _hold(world, year, year.table, held["table"]), hour=10)
    world.on(calendar.add_working_days(table, 2), circulate_table)
    world.on(calendar.add_working_days(table, 3), remark)
    world.on(
        world.today - datetime.timedelta(days=1),
        lambda: _plan_meeting(world, year, min(coming, body_ends)),
        hour=14,
    )
    world.on(world.today - datetime.timedelta(days=1), convene_coming_table, hour=15)


def _plan_meeting(world: _World, year: Year, held_on: datetime.date) -> None:
    _convene(world, year, Sitting(points=year.planned), "ordinary", held_on)


def _give_plan_tasks(world: _World, year: Year) -> None:
    coordinator = world.seats[_account_of(year, "koordinator")]
    for duty in year.plan_tasks:
        for lead in world.all_of(duty.leads):
            task = tasks.give(
                by=coordinator,
                county=make.county(year.county),
                origin=Task.Origin.PLAN,
                source=duty.measure,
                title=duty.text,
                lead=lead,
                due_on=world.day(duty.due),
                supporting=world.all_of(duty.supporting),
                measure=world.measures[year.county, duty.measure],
            )
            _let_work(world, task, duty.moves.get(lead.code, ()))


def _let_happen(world: _World, year: Year, event: Event) -> None:
    """Let an activity be recorded: the day after it was held, or some days ago as planned."""
    held_on = world.day(event.on)
    while held_on.weekday() >= 5:
        held_on += datetime.timedelta(days=1)
    # The dice fall here, and not when it is told, so that they fall in the same order whatever day it is.
    women, men = world.dice.randint(14, 38), world.dice.randint(9, 31)
    materials = world.dice.randint(0, 12) * 10
    women, men = event.reached or (women, men)
    was_held = held_on < world.today
    state = Activity.State.HELD if was_held else Activity.State.PLANNED
    if was_held and event.is_cancelled:
        state = Activity.State.CANCELLED
    has_numbers = state == Activity.State.HELD

    def record() -> None:
        activities.record(
            None,
            by=world.seats[event.by],
            county=make.county(year.county),
            title=event.title,
            kind=make.term(Term.List.ACTIVITY, event.kind),
            audience=make.term(Term.List.AUDIENCE, event.audience),
            held_on=held_on,
            municipality=make.municipality(event.municipality),
            place=event.place,
            organiser=world.institutions[event.organiser],
            measure=world.measures.get((year.county, event.measure)),
            women=women if has_numbers else None,
            men=men if has_numbers else None,
            materials=materials if has_numbers else None,
            state=state,
            summary=event.summary if was_held else "",
        )

    day = held_on + datetime.timedelta(days=1) if was_held else world.today - datetime.timedelta(days=4)
    world.on(min(day, world.today), record, hour=_MORNING + 6)


# --- the service catalogue ---


def _offer(world: _World, offer: catalogue.Offer) -> None:
    """Let a service be entered into the catalogue, its free places be told, and some be withdrawn."""
    entered: list[Service] = []

    def enter() -> None:
        by = world.seats[offer.by]
        several: dict[str, Any] = {
            "kinds": [make.term(Term.List.SERVICE, code) for code in offer.kinds],
            "needs": [make.term(Term.List.CONCERN, code) for code in offer.needs],
            "municipalities": [make.municipality(code) for code in offer.municipalities],
        }
        words = make.SERVICE | {"hours": ""} | offer.words
        if offer.licence_ends_in is not None:
            words["licence_until"] = world.day(offer.licence_ends_in)
        entered.append(
            services.save(
                None,
                by=by,
                county=by.institution.own_county,
                provider=world.institutions[offer.provider],
                **several,
                **words,
            )
        )

    world.on(datetime.date(world.year, 1, 25), enter)
    for days, account, free in offer.told:
        tell = partial(_tell_places, world, entered, account, free)
        world.on(max(world.day(days), datetime.date(world.year, 1, 26)), tell)
    if offer.withdrawn is not None:
        days, why = offer.withdrawn

        def withdraw() -> None:
            services.withdraw(entered[0], by=world.seats[offer.by], why=why)

        world.on(max(world.day(days), datetime.date(world.year, 1, 27)), withdraw)


def _tell_places(world: _World, entered: list[Service], account: str, free: int) -> None:
    services.tell_places(entered[0], by=world.seats[account], free=free)


def _miss(world: _World, gap: catalogue.Gap) -> None:
    """Let a service be noted as missing, and one be filled by what the founding text decided."""

    def note() -> None:
        by = world.seats[gap.by]
        missing = services.note_missing(
            by=by,
            county=by.institution.own_county,
            kind=make.term(Term.List.SERVICE, gap.kind),
            municipality=make.municipality(gap.municipality),
            since=min(gap.since, timezone.localdate()),
            what=gap.what,
        )
        if gap.filled_by:
            given = Task.objects.visible_to(by).filter(origin=Task.Origin.MEETING, predates_registry=True)
            found = list(given.filter(county=missing.county).order_by("pk")[:1])
            services.give_missing(missing, by=by, tasks=found, decision=found[0].source)
            offered = Service.objects.visible_to(by).get(provider__code=gap.filled_by, kinds=missing.kind)
            services.fill_missing(missing, by=by, service=offered)

    world.on(datetime.date(world.year, 1, 28), note)
