"""The one builder of test data: rows for tests and the invented world, by functions with defaults (decision 27).

It inserts through the models, checked by ``full_clean``, where a verb would ask for a seat that a test does not have.
Whatever is not given is made or taken as invented. Every keyword of the model may be given instead.
"""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from cases import names
from cases.actions import signals
from cases.crypto import EncryptedJSONField
from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    DataKey,
    Identification,
    Identity,
    NameToken,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    Series,
    Signal,
    SignalWords,
    StageDeadline,
    UnmetNeed,
)
from cases.models.case import NEVER
from cases.models.keys import give_key
from cases.models.stages import OVER, Stage, VictimStatus, deadline_of
from cases.sharing import PURPOSES
from krat.access.roles import Role
from krat.access.scoping import CheckedModel
from krat.audit import triggers
from krat.committee.models import Act, Body, Institution, Membership
from krat.indicators.models import Figure, FigureSheet, Indicator
from krat.indicators.periods import Period
from krat.people.models import Seat, User
from krat.plan.models import Activity, Measure, Objective, Plan, Step, Task
from krat.plan.models.task import State as TaskState
from krat.reference import calendar
from krat.reference.models import County, Municipality, Term
from krat.services.models import ForWhom, Missing, Opening, Places, Sector, Service, Territory
from meetings import paper
from meetings.models import AgendaItem, ApprovedMinutes, Attendance, Decision, Meeting, Remark, Review

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


_county, _municipality = county, municipality  # for functions whose own argument has that name


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


# --- the service catalogue ---

# What a service says unless said otherwise: public, for everybody of the county, in office hours.
SERVICE: dict[str, Any] = {
    "name": "Shërbim shembull",
    "sector": Sector.PUBLIC,
    "age_from": None,
    "age_to": None,
    "sex": ForWhom.EVERYBODY,
    "territory": Territory.COUNTY,
    "opening": Opening.HOURS,
    "hours": "e hënë–e premte, 8:00–16:00",
    "is_emergency": False,
    "capacity": None,
    "how_to_refer": "",
    "partners": "",
    "founded_by": "",
    "opened_on": None,
    "licence": "",
    "licence_until": None,
}


def service(
    provider: Institution | None = None,
    *,
    county: str | County = "AL-02",
    kinds: Iterable[str | Term] = ("counselling",),
    needs: Iterable[str | Term] = (),
    municipalities: Iterable[str | Municipality] = (),
    **more: Any,
) -> Service:
    """A service of a county's catalogue, for the whole county; with ``municipalities`` for these alone."""
    place = _county(county)
    values = SERVICE | ({"territory": Territory.MUNICIPALITIES} if municipalities else {}) | more
    row = _saved(Service(county=place, provider=provider or _institution(county=place), **values))
    row.kinds.add(*[one if isinstance(one, Term) else term("service", one) for one in kinds])
    row.needs.add(*[one if isinstance(one, Term) else term("concern", one) for one in needs])
    places = [one if isinstance(one, Municipality) else municipality(one) for one in municipalities]
    row.municipalities.add(*places)
    return row


def places(service: Service, by: Seat, free: int = 3, **more: Any) -> Places:
    """Free places of a service, as they were told now; ``told_at`` is another moment."""
    values = {"told_at": timezone.now(), "capacity": service.capacity} | more
    told = _saved(Places(service=service, free=free, told_by=by, **values))
    service.free, service.told_at = free, told.told_at
    service.save()
    return told


def missing(
    kind: str | Term = "nursery",
    *,
    municipality: str | Municipality = "AL-02-DURRES",
    by: Seat | None = None,
    **more: Any,
) -> Missing:
    """A service that is missing in a municipality since last year."""
    place = municipality if isinstance(municipality, Municipality) else _municipality(municipality)
    values = {"since": in_days(-300), "noted_on": in_days(-30), "what": "Përshkrim shembull."}
    return _saved(
        Missing(
            county=place.county,
            municipality=place,
            kind=kind if isinstance(kind, Term) else term("service", kind),
            noted_by=by or _seat(county=place.county),
            **(values | more),
        )
    )


# --- figures ---


def figure_sheet(
    place: Institution,
    at: str | Municipality,
    period: Period,
    *,
    state: str = "accepted",
    figures: Mapping[str, int | None] | None = None,
    by: Seat | None = None,
    **more: Any,
) -> FigureSheet:
    """What an institution reported for a municipality and period: accepted, with one figure where none is given."""
    by = by or _seat(Role.EDUCATION, place)
    values: dict[str, Any] = {"county": place.county, "submitted_by": by, "submitted_at": timezone.now()} | more
    if state == FigureSheet.State.RETURNED:
        values.setdefault("reason", "Shifra duhet parë edhe një herë.")
    row = _saved(
        FigureSheet(
            institution=place,
            municipality=at if isinstance(at, Municipality) else municipality(at),
            year=period.year,
            part=period.part,
            state=state,
            **values,
        )
    )
    told = {"I09a": 12} if figures is None else figures
    named = {one.code: one for one in Indicator.objects.filter(code__in=told)}
    for code, value in told.items():
        figure(row, named[code], value, entered_by=by)
    return row


def figure(sheet: FigureSheet, indicator: Indicator, value: int | None, **more: Any) -> Figure:
    """One number of a sheet; None is "not known"."""
    more.setdefault("entered_by", sheet.submitted_by)
    return _saved(Figure(sheet=sheet, indicator=indicator, value=value, **more))


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
    return _on_paper(_saved(Meeting(body=body, **values)))


def _on_paper(meeting: Meeting) -> Meeting:
    """Approved minutes have their paper, and what a builder adds to them afterwards stands on it too."""
    if meeting.is_frozen and meeting.approved_by is not None:
        papers = ApprovedMinutes.objects.unscoped("the builder writes the paper anew").filter(meeting=meeting)
        if papers.exists():
            with triggers.lifted(connection, ApprovedMinutes._meta.db_table):
                papers.delete()
        paper.freeze(meeting, meeting.approved_by)
    return meeting


_body, _meeting = body, meeting


def item(meeting: Meeting | None = None, **more: Any) -> AgendaItem:
    """An agenda item, at the end of the agenda."""
    meeting = meeting or _meeting()
    rows = AgendaItem.objects.unscoped("the builder numbers what it makes").filter(meeting=meeting)
    values = {"position": rows.count() + 1, "title": "Pikë shembull e rendit të ditës"}
    row = _saved(AgendaItem(meeting=meeting, **(values | more)))
    _on_paper(meeting)
    return row


def attendance(
    meeting: Meeting, institution: Institution, status: str = Attendance.Status.PRESENT, *, votes: bool = True
) -> Attendance:
    """An institution at a meeting."""
    row = _saved(Attendance(meeting=meeting, institution=institution, status=status, votes=votes))
    _on_paper(meeting)
    return row


def decision(item: AgendaItem | None = None, *, tasks: Iterable[Task] = (), **more: Any) -> Decision:
    """A numbered decision of the meeting of its item, open."""
    item = item or _item(_meeting(state=Meeting.State.OPEN))
    body = item.meeting.body
    rows = Decision.objects.unscoped("the builder numbers what it makes").filter(body=body)
    values = {"number": rows.count() + 1, "year": body.year, "text": "Vendim shembull."}
    row = _saved(Decision(item=item, body=body, **(values | more)))
    row.tasks.add(*tasks)
    _on_paper(item.meeting)
    return row


_item = item


def review(meeting: Meeting, decision: Decision, outcome: str = Review.Outcome.GOES_ON, **more: Any) -> Review:
    """What a meeting found on a returning decision."""
    row = _saved(Review(meeting=meeting, decision=decision, outcome=outcome, **more))
    _on_paper(meeting)
    return row


def remark(meeting: Meeting, seat: Seat, text: str = "Të saktësohet pika e dytë.") -> Remark:
    """A remark on circulated minutes."""
    return _saved(Remark(meeting=meeting, seat=seat, text=text))


# --- cases ---

# A test that follows every word to where it comes out sets this: it is called with a row of a case and the name of one
# of its texts, and gives a word of five small letters or more, which is then planted in that text. ``type(row)``,
# ``row.code`` and ``row.case`` (of the words of a signal ``row.signal``; a card has neither) say where it was planted.
# A personal number is kept in capitals.
canary: Callable[[Any, str], str] | None = None

# No texts, but dates, numbers and codes: no word can be planted in them.
_NO_TEXT = {
    "birth_date",
    "birth_year",
    "sex",
    "care",
    "dropped_on",
    "applied_on",
    "amount",
    "started_on",
    "sessions",
    "sent",
}
_ROLE_OF_PURPOSE = {
    "school": Role.EDUCATION,
    "economic_aid": Role.ECONOMIC_AID,
    "counselling": Role.NGO,
    "health": Role.HEALTH,
    "shelter": Role.SHELTER,
    "police": Role.POLICE,
}


def _marked(row: Any, name: str, text: str, *, joint: str = " ") -> str:
    if canary is None or name in _NO_TEXT:
        return text
    word = canary(row, name)
    return word.upper() if name == "personal_number" else joint.join(filter(None, (text, word)))


def _encrypt(row: Any, more: dict[str, Any], **words: str) -> None:
    """Fill the encrypted data of a row: the plain ones, those among what else was given, and the canaries of a test."""
    field = row._meta.get_field("data")
    assert isinstance(field, EncryptedJSONField)  # noqa: S101  # for the type checker
    words |= {name: more.pop(name) for name in field.names if name in more}
    row.data = {name: _marked(row, name, words.get(name, "")) for name in field.names}


def _set(row: M, values: dict[str, Any]) -> M:
    known = {one.name for one in row._meta.get_fields()}
    for name, value in values.items():
        if name not in known:
            raise TypeError(f"{type(row).__name__} has no {name}.")
        setattr(row, name, value)
    return row


def _key(row: Any, **owner: Any) -> None:
    key, opened = DataKey.make(**owner)
    _saved(key)
    give_key(opened, row)


def _unit(place: Municipality) -> Institution:
    """The child protection unit of a municipality; a new one where there is none."""
    found = signals.unit_of(place)
    return found or institution(county=place.county, kind="child_protection_unit", territories=[place])


_municipality = municipality


@transaction.atomic
def signal(sent_by: Seat | None = None, *, municipality: str | Municipality = "AL-02-DURRES", **more: Any) -> Signal:
    """A signal to the unit of a municipality, sent an hour ago by the police. Its words (what, who, where, answer) may
    be given; ``state="taken"`` and ``"rejected"`` say when and by whom."""
    place = municipality if isinstance(municipality, Municipality) else _municipality(municipality)
    sent_by = sent_by or seat(Role.POLICE, county=place.county)
    words: dict[str, Any] = {name: more.pop(name) for name in ("what", "who", "where", "answer") if name in more}
    sent_at = more.pop("sent_at", timezone.now() - datetime.timedelta(hours=1))
    values: dict[str, Any] = {
        "receiver": more.pop("receiver", None) or _unit(place),
        "source": term(Term.List.SOURCE, "police"),
        "due_at": calendar.due_at("referral", sent_at),
    } | more
    if values.get("state", Signal.State.SENT) != Signal.State.SENT:
        values.setdefault("answered_at", timezone.now())
        values.setdefault("answered_by", seat(Role.UNIT_HEAD, values["receiver"]))
    row = _saved(Signal(municipality=place, sender=sent_by.institution, sent_by=sent_by, sent_at=sent_at, **values))
    told = SignalWords(signal=row)
    _key(told, signal=row)
    _encrypt(told, words, what="Fëmijë shembull në rrugë.", who="Shembull", where="Sheshi shembull")
    _saved(told)
    return row


@transaction.atomic
def case(
    holder: Institution | None = None,
    *,
    manager: Seat | None = None,
    team: Iterable[Seat] = (),
    municipality: str | Municipality | None = None,
    **more: Any,
) -> Case:
    """A case in its initial assessment with what every case has: data key, identity, tokens, running clock.

    The words of its identity are given by name (``first_name="Shembulla"``). Without a holder it is the manager's
    unit, else the unit of the municipality. ``stage="closed"`` gives it yesterday's day and a reason.
    """
    holder = holder or (manager.institution if manager else None)
    if municipality is None:
        place = holder.territories.select_related("county").first() if holder else None
        place = place or _municipality()
    else:
        place = municipality if isinstance(municipality, Municipality) else _municipality(municipality)
    values: dict[str, Any] = {
        "kind": "child",
        "stage": Stage.INITIAL_ASSESSMENT.value,
        "signalled_on": in_days(-3),
        "source": term(Term.List.SOURCE, "police"),
        "concerns": ["street_situation"],
        "holder": holder or _unit(place),
    }
    words = {one: more.pop(one) for one in Identity._meta.get_field("data").names if one in more}
    values |= more
    stage = Stage(values["stage"])
    if stage is Stage.CLOSED:
        values.setdefault("closed_on", in_days(-1))
        values.setdefault("closing", term(Term.List.CLOSING, "goals_reached"))
    starts_at = timezone.now() - datetime.timedelta(hours=2)
    deadline = deadline_of(stage, values.get("risk", ""))
    due_at = calendar.due_at(deadline, starts_at) if deadline else None
    values.setdefault("due_at", due_at or NEVER)
    if due_at is not None:
        values.setdefault("clock_minutes", round((due_at - starts_at).total_seconds() / 60))
    year = timezone.localdate().year
    serial = Series.next(Series.Of.CASES, place.county, year)
    row = Case(
        number=f"{place.county.prefix}-{year}-{serial:04}-{'F' if values['kind'] == 'child' else 'R'}",
        municipality=place,
        **values,
    )
    row.reference = _marked(row, "reference", row.reference, joint="-")
    _saved(row)
    _saved(
        StageDeadline(
            case=row,
            stage=stage,
            deadline=deadline,
            starts_at=starts_at,
            due_at=values["due_at"] if values["due_at"] != NEVER else None,
            met_at=starts_at if stage in OVER else None,
        )
    )
    _identity(row, words)
    if row.victim_status != VictimStatus.AT_RISK:
        _saved(Identification(case=row, kind=Identification.Kind.CARRIED_OVER, result=row.victim_status))
    if manager is not None:
        assignment(row, manager, is_manager=True)
    for one in team:
        assignment(row, one)
    return row


def _identity(case: Case, words: dict[str, Any]) -> None:
    who = Identity(case=case)
    _key(who, case=case)
    born = in_days(-365 * (10 if case.kind == "child" else 30) - number())  # another day for each
    plain = {} if "birth_year" in words else {"birth_date": born.isoformat()}
    _encrypt(
        who,
        words,
        first_name="Shembulla",
        last_name="Provë",
        sex="female",
        citizenship="AL",
        language="sq",
        **plain,
    )
    who.number_token = names.number_token(who.data["personal_number"])
    who.index_version = names.INDEX_VERSION
    _saved(who)
    NameToken.objects.bulk_create(NameToken(case=case, token=token) for token in sorted(who.name_tokens()))


def assignment(case: Case, seat: Seat, *, is_manager: bool = False, **more: Any) -> Assignment:
    """A seat's place in the team of a case, since an hour; ``ended_at`` ends it."""
    values = {"starts_at": timezone.now() - datetime.timedelta(hours=1), "by": seat}
    return _saved(Assignment(case=case, seat=seat, is_manager=is_manager, **(values | more)))


def identification(case: Case, **more: Any) -> Identification:
    """A first identification of yesterday by the case's own unit; the case itself stays as it stands."""
    row = Identification(case=case, kind=Identification.Kind.FIRST, result=VictimStatus.POSSIBLE)
    _encrypt(row, more, reference="Prot. shembull 12/3", why="Shenja të shfrytëzimit (shembull).")
    values: dict[str, Any] = {"authority": case.holder, "decided_on": in_days(-1)} | more
    values["seat"] = values.get("seat") or _seat(Role.CHILD_WORKER, case.holder)
    return _saved(_set(row, values))


def school_part(case: Case, **more: Any) -> SchoolPart:
    """The school part of a case: not enrolled."""
    row = SchoolPart(case=case)
    _encrypt(row, more, school="Shkolla shembull", grade="4", reason="Familja ka ndërruar banesë.")
    return _saved(_set(row, {"state": SchoolPart.State.NOT_ENROLLED} | more))


def aid_part(case: Case, **more: Any) -> AidPart:
    """The economic-aid part of a case: applied."""
    row = AidPart(case=case)
    _encrypt(row, more, applied_on=in_days(-20).isoformat(), basis="Familje në nevojë", amount="9000")
    return _saved(_set(row, {"state": AidPart.State.APPLIED} | more))


def counselling_part(case: Case, provider: Institution | None = None, **more: Any) -> CounsellingPart:
    """The counselling part of one provider: going on."""
    row = CounsellingPart(case=case, provider=provider or institution(county=case.municipality.county))
    _encrypt(row, more, started_on=in_days(-10).isoformat(), sessions="3", summary="Përmbledhje shembull.")
    return _saved(_set(row, {"state": CounsellingPart.State.GOING_ON} | more))


def note(case: Case, seat: Seat | None = None, **more: Any) -> Note:
    """A note on yesterday's visit; ``is_sensitive=True`` hides it from all but the manager and its writer."""
    row = Note(case=case, seat=seat or _seat(Role.CHILD_WORKER, case.holder))
    _encrypt(row, more, text="Shënim shembull.")
    return _saved(_set(row, {"kind": Note.Kind.VISIT, "happened_on": in_days(-1)} | more))


@transaction.atomic
def referral(case: Case, receiver: Institution | None = None, *, purpose: str = "school", **more: Any) -> Referral:
    """A referral of yesterday, without an answer yet; any other ``state`` says when and by whom."""
    role = _ROLE_OF_PURPOSE[purpose]
    receiver = receiver or institution(
        county=case.municipality.county, kind=KIND_OF_ROLE[role], territories=[case.municipality]
    )
    sent_at = more.pop("sent_at", timezone.now() - datetime.timedelta(days=1))
    place, year = case.municipality.county, timezone.localdate(sent_at).year
    row = Referral(
        case=case,
        county=place,
        year=year,
        number=Series.next(Series.Of.REFERRALS, place, year),
        purpose=purpose,
        receiver=receiver,
        sender=case.holder,
        sent_at=sent_at,
    )
    _encrypt(row, more, request="Kërkesë shembull.")
    states = Referral.State
    values: dict[str, Any] = {
        "state": states.SENT.value,
        "due_at": calendar.due_at("referral_answer", sent_at),
        "consent": Referral.Consent.GIVEN if PURPOSES[purpose].needs_consent else Referral.Consent.DUTY,
    } | more
    values["sent_by"] = values.get("sent_by") or _seat(Role.CHILD_WORKER, case.holder)
    if values["state"] in (states.ACCEPTED, states.COMPLETED):
        values.setdefault("accepted_at", timezone.now() - datetime.timedelta(hours=3))
        values["accepted_by"] = values.get("accepted_by") or _seat(role, receiver)
    if values["state"] in (states.REFUSED, states.WITHDRAWN, states.COMPLETED):
        values.setdefault("ended_at", timezone.now() - datetime.timedelta(hours=2))
    return _saved(_set(row, values))


def need(case: Case, missing: Missing, **more: Any) -> UnmetNeed:
    """That a case needs a service that is missing."""
    values: dict[str, Any] = {"noted_on": in_days(0)} | more
    values["noted_by"] = values.get("noted_by") or _seat(Role.CHILD_WORKER, case.holder)
    return _saved(UnmetNeed(case=case, missing=missing, **values))


def obstacle(
    case: Case, waits_for: Institution | None = None, *, kind: str | Term = "economic_aid", **more: Any
) -> Obstacle:
    """What holds a case up since twelve days; ``state="gone"`` says when and by whom."""
    row = Obstacle(
        case=case,
        waits_for=waits_for or institution(county=case.municipality.county, kind="municipality"),
        kind=kind if isinstance(kind, Term) else term(Term.List.OBSTACLE, kind),
    )
    _encrypt(row, more, asked="Vendim për ndihmën ekonomike (shembull).")
    values: dict[str, Any] = {"since": in_days(-12), "state": Obstacle.State.STANDS} | more
    values["marked_by"] = values.get("marked_by") or _seat(Role.CHILD_WORKER, case.holder)
    if values["state"] == Obstacle.State.GONE:
        values.setdefault("gone_on", in_days(0))
        values.setdefault("gone_by", values["marked_by"])
    return _saved(_set(row, values))


@transaction.atomic
def card(obstacle: Obstacle | None = None, *, county: str | County | None = None, **more: Any) -> Card:
    """The card of an obstacle, which waits for the table; without one, a card that no case is known of.

    ``state="closed"`` gives it today's day.
    """
    of = obstacle.case if obstacle is not None else None
    place = _county(county) if county is not None else of.municipality.county if of is not None else _county()
    year = timezone.localdate().year
    values: dict[str, Any] = {
        "kind": obstacle.kind if obstacle is not None else term(Term.List.OBSTACLE, "economic_aid"),
        "since": obstacle.since if obstacle is not None else in_days(-12),
        "age_band": "10-13",
        "sex": "female",
        "stage": of.stage if of is not None else Stage.IMPLEMENTATION,
        "risk": of.risk if of is not None else "high",
        "state": Card.State.OPEN,
    } | more
    waits_for = values.pop("waits_for", obstacle.waits_for if obstacle is not None else None)
    waits_for = waits_for or institution(county=place, kind="municipality")
    asked = values.pop("asked", "Vendim për ndihmën ekonomike (shembull).")
    if values["state"] == Card.State.CLOSED:
        values.setdefault("closed_on", in_days(0))
    row = Card(county=place, year=year, number=Series.next(Series.Of.CARDS, place, year), waits_for=waits_for, **values)
    row.asked = _marked(row, "asked", asked)
    _saved(row)
    if obstacle is not None:
        obstacle.card = row
        _saved(obstacle)
    return row


def sent_change(case: Case, seat: Seat | None = None, *, sent: dict[str, Any] | None = None, **more: Any) -> SentChange:
    """A change that the holder's system sent and that waits; ``sent`` is what was in it: head, identity, stage."""
    row = SentChange(case=case, seat=seat or _seat(Role.SYSTEM, case.holder))
    sent = sent or {"identity": {"first_name": "Shembulla", "safe_contact": "Shkolla shembull"}}
    if canary is not None:
        sent = sent | {"identity": {name: _marked(row, name, text) for name, text in sent.get("identity", {}).items()}}
    sent = {"head": {}, "identity": {}, "stage": ""} | sent
    row.data = {"sent": json.dumps(sent, sort_keys=True)}
    return _saved(_set(row, more))
