"""The one builder: rows for tests and for the invented world, each a function with plain defaults (ruling 27).

It inserts through the models, checked by ``full_clean``, where a verb would ask for a seat that a test does not have.
Whatever is not given is made or taken as invented. Every keyword of the model may be given instead.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from krat.access import vault
from krat.access.roles import Role
from krat.access.scoping import CheckedModel
from krat.committee.models import Act, Body, Institution, Membership
from krat.people.models import Seat, User
from krat.plan.models import Activity, Measure, Objective, Plan, Step, Task
from krat.plan.models.task import State as TaskState
from krat.reference.models import County, Municipality, Term
from meetings.models import AgendaItem, Attendance, Decision, Meeting, MinuteDraft, Remark, Review

M = TypeVar("M", bound=CheckedModel)

_numbers = itertools.count(1)

# The kind of institution at which a role usually sits.
KIND_OF_ROLE = {
    Role.PREFECT: "prefecture",
    Role.COORDINATOR: "prefecture",
    Role.SECRETARIAT: "prefecture",
    Role.UNIT_HEAD: "child_protection_unit",
    Role.CHILD_WORKER: "child_protection_unit",
    Role.SOCIAL_DIRECTOR: "municipality",
    Role.ECONOMIC_AID: "municipality",
    Role.POLICE: "local_police",
    Role.BORDER_POLICE: "border_police",
    Role.SOCIAL_SERVICE: "social_service",
    Role.EDUCATION: "education",
    Role.HEALTH: "health",
    Role.NGO: "ngo",
    Role.SHELTER: "shelter",
    Role.NATIONAL: "national_office",
    Role.DATA_PROTECTION: "national_office",
    Role.ADMIN: "national_office",
    Role.SYSTEM: "municipality",
}
_COUNTRYWIDE = {Role.NATIONAL, Role.DATA_PROTECTION, Role.ADMIN}


def _saved(row: M) -> M:
    row.full_clean()
    row.save()
    return row


def number() -> int:
    """A number not given out before in this process, for codes and names that must differ."""
    return next(_numbers)


def in_days(days: int) -> datetime.date:
    """So many days from today; before today with a minus."""
    return timezone.localdate() + datetime.timedelta(days=days)


# --- places and lists: they stand there from the start ---


def county(code: str | County = "AL-02") -> County:
    """A county, by its code."""
    return code if isinstance(code, County) else County.objects.get(code=code)


def municipality(code: str = "AL-02-DURRES") -> Municipality:
    """A municipality, by its code."""
    return Municipality.objects.select_related("county").get(code=code)


def term(kind: str, code: str) -> Term:
    """A row of a list: ``make.term("pillar", "prevention")``."""
    return Term.objects.get(list=kind, code=code)


# --- institutions and bodies ---


def institution(
    code: str = "",
    *,
    county: str | County | None = "AL-02",
    kind: str | Term = "ngo",
    name: str = "",
    territories: Iterable[str | Municipality] = (),
    **more: Any,
) -> Institution:
    """An institution; ``territories`` are municipalities or their codes. Without a county: the whole country."""
    place = _county(county) if county is not None else None
    code = code or f"{place.code if place else 'AL'}-SHEMBULL-{number()}"
    more.setdefault("short_name", name or code)
    row = _saved(
        Institution(
            code=code,
            county=place,
            kind=kind if isinstance(kind, Term) else term("institution", kind),
            name=name or f"Institucioni shembull {code}",
            **more,
        )
    )
    row.territories.add(*[one if isinstance(one, Municipality) else municipality(one) for one in territories])
    return row


_county = county  # for functions whose own argument has that name


def act(county: str | County = "AL-02", **more: Any) -> Act:
    """An order of the Prefect."""
    values = {"kind": Act.Kind.ORDER, "number": str(number()), "dated": in_days(-300), "title": "Urdhër shembull"}
    return _saved(Act(county=_county(county), **(values | more)))


def body(
    kind: str = Body.Kind.COMMITTEE, *, county: str | County = "AL-02", year: int | None = None, **more: Any
) -> Body:
    """A committee (or ``"table"``) of a county and year; of the current year it stands from January to next March."""
    year = year or timezone.localdate().year
    values: dict[str, Any] = {"starts_on": datetime.date(year, 1, 1), "ends_on": datetime.date(year + 1, 3, 31)} | more
    if "act" not in values:
        values["act"] = act(county)
    return _saved(Body(county=_county(county), kind=kind, year=year, **values))


def membership(body: Body, institution: Institution, office: str = Membership.Office.MEMBER, **more: Any) -> Membership:
    """An institution's place in a body, voting, from the body's first day."""
    values = {"votes": office != Membership.Office.GUEST, "starts_on": body.starts_on}
    return _saved(Membership(body=body, institution=institution, office=office, **(values | more)))


# --- people ---


def user(username: str = "", *, password: str | None = None, **more: Any) -> User:
    """A person; without a password nobody signs in as them but ``client.force_login``."""
    username = username or f"shembull{number()}"
    values = {"name": f"{username.title()} Shembulli", "email": f"{username}@shembull.invalid"}
    return _saved(User(username=username, password=make_password(password), **(values | more)))


def seat(
    role: str = Role.COORDINATOR,
    institution: Institution | None = None,
    *,
    user: User | None = None,
    county: str | County = "AL-02",
    **more: Any,
) -> Seat:
    """A person's seat, in force since last year; without an institution, at a new one of the usual kind."""
    role = Role(role)
    if institution is None:
        where = None if role in _COUNTRYWIDE else county
        institution = _institution(county=where, kind=KIND_OF_ROLE[role])
    values = {"starts_on": in_days(-365)}
    return _saved(Seat(user=user or _user(), institution=institution, role=role, **(values | more)))


_institution, _user = institution, user


# --- plan, tasks, activities ---


def plan(county: str | County = "AL-02", *, year: int | None = None, **more: Any) -> Plan:
    """An action plan, a draft; ``state="adopted"`` gives it a day of adoption."""
    values: dict[str, Any] = {"state": Plan.State.DRAFT} | more
    if values["state"] in (Plan.State.ADOPTED, Plan.State.CLOSED):
        values.setdefault("adopted_on", in_days(-200))
    return _saved(Plan(county=_county(county), year=year or timezone.localdate().year, **values))


def objective(plan: Plan | None = None, *, pillar: str | Term = "prevention", **more: Any) -> Objective:
    """An objective of a plan."""
    values = {"number": f"1.{number()}", "title": "Objektiv shembull"}
    pillar = pillar if isinstance(pillar, Term) else term("pillar", pillar)
    return _saved(Objective(plan=plan or _plan(), pillar=pillar, **(values | more)))


def measure(
    objective: Objective | None = None,
    *,
    lead: Institution | None = None,
    supporting: Iterable[Institution] = (),
    municipalities: Iterable[Municipality] = (),
    **more: Any,
) -> Measure:
    """A measure, planned, due in thirty days; ``is_ongoing=True`` needs no day."""
    objective = objective or _objective()
    values = {
        "number": f"{objective.number}.{number()}",
        "title": "Masë shembull",
        "indicator": "Numri i takimeve",
        "target": 10,
        "due_on": None if more.get("is_ongoing") else in_days(30),
    }
    lead = lead or _institution(county=objective.plan.county)
    row = _saved(Measure(objective=objective, lead=lead, **(values | more)))
    row.supporting.add(*supporting)
    row.municipalities.add(*municipalities)
    return row


_plan, _objective = plan, objective


def task(
    lead: Institution | None = None,
    *,
    county: str | County | None = None,
    supporting: Iterable[Institution] = (),
    **more: Any,
) -> Task:
    """A task, new, given a week ago and due in two weeks; a done or verified one says when and by whom."""
    lead = lead or _institution(county=county or "AL-02")
    values = {
        "origin": Task.Origin.MEETING,
        "title": "Detyrë shembull",
        "given_on": in_days(-7),
        "due_on": None if more.get("predates_registry") else in_days(14),
        "state": TaskState.NEW,
    } | more
    if values["state"] in (TaskState.DONE, TaskState.VERIFIED):
        values.setdefault("done_on", in_days(-1))
        values.setdefault("done_by", _seat(Role.NGO, lead))
    if values["state"] == TaskState.VERIFIED:
        values.setdefault("verified_on", in_days(0))
        values.setdefault("verified_by", _seat(Role.COORDINATOR, county=lead.county or "AL-02"))
    place = _county(county) if county is not None else lead.county or _county()
    row = _saved(Task(lead=lead, county=place, **values))
    row.supporting.add(*supporting)
    return row


_seat = seat


def step(task: Task, seat: Seat, note: str = "Puna ka filluar.", **more: Any) -> Step:
    """A step in the life of a task."""
    return _saved(Step(task=task, seat=seat, note=note, **({"state": task.state} | more)))


def activity(county: str | County = "AL-02", *, organiser: Institution | None = None, **more: Any) -> Activity:
    """An activity, planned in ten days; ``state="held"`` gives it yesterday's day and numbers."""
    place = _county(county)
    values: dict[str, Any] = {
        "title": "Takim shembull në shkollë",
        "kind": term("activity", "school"),
        "audience": term("audience", "pupils_primary"),
        "held_on": in_days(10),
        "place": "Shkolla shembull",
    }
    if more.get("state") == Activity.State.HELD:
        values |= {"held_on": in_days(-1), "women": 20, "men": 18}
    if "municipality" not in more:
        values["municipality"] = Municipality.objects.filter(county=place).order_by("code")[0]
    organiser = organiser or _institution(county=place)
    return _saved(Activity(county=place, organiser=organiser, **(values | more)))


# --- meetings ---


def meeting(body: Body | None = None, **more: Any) -> Meeting:
    """A meeting of a body, planned for today; ``state="open"`` and ``"held"`` as they come."""
    body = body or _body()
    rows = Meeting.objects.unscoped("the builder numbers what it makes").filter(body=body)
    values = {
        "kind": term("meeting", "table" if body.kind == Body.Kind.TABLE else "ordinary"),
        "year": body.year,
        "number": rows.count() + 1,
        "held_on": in_days(0),
        "starts_at": datetime.time(10, 0),
        "place": "Salla e mbledhjeve, Prefektura",
    } | more
    if values.get("minutes") == Meeting.Minutes.APPROVED:
        values.setdefault("approved_on", in_days(0))
        values.setdefault("approved_by", _seat(Role.PREFECT, county=body.county))
    return _saved(Meeting(body=body, **values))


_body, _meeting = body, meeting


def item(meeting: Meeting | None = None, **more: Any) -> AgendaItem:
    """An agenda item, at the end of the agenda."""
    meeting = meeting or _meeting()
    rows = AgendaItem.objects.unscoped("the builder numbers what it makes").filter(meeting=meeting)
    values = {"position": rows.count() + 1, "title": "Pikë shembull e rendit të ditës"}
    return _saved(AgendaItem(meeting=meeting, **(values | more)))


def attendance(
    meeting: Meeting, institution: Institution, status: str = Attendance.Status.PRESENT, *, votes: bool = True
) -> Attendance:
    """An institution at a meeting."""
    return _saved(Attendance(meeting=meeting, institution=institution, status=status, votes=votes))


def decision(item: AgendaItem | None = None, *, tasks: Iterable[Task] = (), **more: Any) -> Decision:
    """A numbered decision of the meeting of its item, open."""
    item = item or _item(_meeting(state=Meeting.State.OPEN))
    body = item.meeting.body
    rows = Decision.objects.unscoped("the builder numbers what it makes").filter(body=body)
    values = {"number": rows.count() + 1, "year": body.year, "text": "Vendim shembull."}
    row = _saved(Decision(item=item, body=body, **(values | more)))
    row.tasks.add(*tasks)
    return row


_item = item


def review(meeting: Meeting, decision: Decision, outcome: str = Review.Outcome.GOES_ON, **more: Any) -> Review:
    """What a meeting found on a returning decision."""
    return _saved(Review(meeting=meeting, decision=decision, outcome=outcome, **more))


def remark(meeting: Meeting, seat: Seat, text: str = "Të saktësohet pika e dytë.") -> Remark:
    """A remark on circulated minutes."""
    return _saved(Remark(meeting=meeting, seat=seat, text=text))


def draft(
    item: AgendaItem, seat: Seat, text: str = "Diskutim i papërfunduar.", *, based_on: int | None = None
) -> MinuteDraft:
    """A sealed draft of what somebody is writing on an item."""
    row = MinuteDraft(item=item, seat=seat, based_on=based_on or item.version)
    row.sealed = vault.seal(text, place=f"meetings_minutedraft:sealed:{row.code}")
    return _saved(row)
