"""One of everything in Durrës, at the moment when its form is wanted; and every form with words it accepts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils import timezone

from cases.models import Card, Case, Obstacle, Referral, Signal
from krat.committee.models import Act, Body, Institution, Membership
from krat.demo import make
from krat.people.models import Seat
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.reference.models import Deadline, Holiday, Municipality, Term, Threshold
from meetings.models import AgendaItem, Decision, Meeting
from tests.declaring import FormPage, declared
from tests.ui.html_client import rows, url

WORKER, UNIT_HEAD, POLICE = "pmf.durres", "njmf.durres", "policia.durres"
COORDINATOR, PREFECT, EDUCATION, BORDER, ADMIN = (
    "koordinator.durres",
    "prefekt.durres",
    "zva.durres",
    "kufi.durres",
    "admin",
)


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


def _day(days: int) -> str:
    return make.in_days(days).strftime("%d.%m.%Y")


def _at(name: str, thing: str, **more: str) -> Callable[[Examples], str]:
    return lambda s: url(name, getattr(s, thing), **{key: getattr(s, way).code for key, way in more.items()})


def _objective(_examples: Examples) -> dict[str, Any]:
    return {"pillar": make.term("pillar", "prevention").pk, "number": "7.7", "title": "Rritja e ndërgjegjësimit"}


def _measure(s: Examples) -> dict[str, Any]:
    return {
        "number": "7.7.1",
        "title": "Takime informuese në shkolla",
        "lead": s.place("ZVA").pk,
        "supporting": [s.place("KUFI").pk, s.place("POL").pk],
        "municipalities": [make.municipality("AL-02-DURRES").pk, make.municipality("AL-02-SHIJAK").pk],
        "due_on": _day(40),
        "indicator": "Numri i takimeve",
        "baseline": 3,
        "target": 12,
        "means": "Listat e takimeve",
        "resource": Term.objects.filter(list="resource")[0].pk,
    }


def _activity(s: Examples) -> dict[str, Any]:
    return {
        "title": "Takim me nxënësit",
        "kind": make.term("activity", "school").pk,
        "audience": make.term("audience", "pupils_primary").pk,
        "held_on": _day(5),
        "municipality": Municipality.objects.get(code="AL-02-SHIJAK").pk,
        "place": "Shkolla e mesme",
        "organiser": s.place("ZVA").pk,
        "measure": s.measure.pk,
        "state": "planned",
        "summary": "Do të flitet për numrat e ndihmës.",
    }


def _institution(_examples: Examples) -> dict[str, Any]:
    return {
        "code": "AL-02-PROVA-E-RE",
        "name": "Institucioni i provës",
        "short_name": "Prova",
        "kind": make.term("institution", "ngo").pk,
        "county": make.county("AL-02").pk,
        "parent": _examples.place("PREF").pk,
        "territories": [make.municipality("AL-02-DURRES").pk, make.municipality("AL-02-SHIJAK").pk],
        "email": "zyra@example.org",
        "phone": "052 000 000",
        "retired_on": "",
        "successor": "",
    }


def _term(_examples: Examples) -> dict[str, Any]:
    return {
        "code": "shtylla-e-re",
        "name_sq": "Shtylla e re",
        "name_en": "New pillar",
        "position": 7,
        "retired_on": "",
        "legal_reference": "Urdhri 139/2006",
        "verified_on": _day(-3),
        "verified_by": "Sekretaria",
    }


def _of_a_deadline() -> dict[str, Any]:
    return {"starts_from": "signal", "moves_off_rest_days": "on", "verified_on": _day(-1)}


def _who(_examples: Examples) -> dict[str, Any]:
    return {
        "first_name": "Shembulla",
        "last_name": "Provë",
        "father_name": "Shembull",
        "mother_name": "Shembulla",
        "birth_date": "14.03.2015",
        "birth_year": "2015",
        "sex": "female",
        "personal_number": "K50314777A",
        "citizenship": "XK",
        "language": "rom",
        "care": "relatives",
        "safe_contact": "Vetëm telefon (shembull).",
        "address": "Lagjja shembull.",
    }


def _head(_examples: Examples) -> dict[str, Any]:
    return {
        "municipality": make.municipality("AL-02-DURRES").pk,
        "source": make.term("source", "school").pk,
        "signalled_on": _day(-9),
        "concerns": ["neglect", "begging"],
    }


def _note(_examples: Examples) -> dict[str, Any]:
    return {"note": "U zhvillua takimi i parë."}


# Of each area those that stand here; a newer area's stand in its own `examples.py`.
FORMS = [
    FormPage(
        "meetings:add",
        COORDINATOR,
        lambda s: url("meetings:add"),
        lambda s: {
            "body": s.body.pk,
            "kind": make.term("meeting", "ordinary").pk,
            "held_on": _day(3),
            "starts_at": "10:30",
            "place": "Salla e vogël",
            "agenda": "Hapja\nRaportet",
        },
        "meeting.convened",
        ("place", "agenda"),
    ),
    FormPage(
        "meetings:edit",
        COORDINATOR,
        _at("meetings:edit", "planned"),
        lambda s: {
            "kind": make.term("meeting", "ordinary").pk,
            "held_on": _day(4),
            "starts_at": "11:00",
            "place": "Salla e madhe",
        },
        "meeting.changed",
        ("place",),
    ),
    FormPage(
        "meetings:item_add",
        COORDINATOR,
        _at("meetings:item_add", "planned"),
        lambda s: {"title": "Raporti i arsimit", "rapporteur": s.place("ZVA").pk},
        "item.saved",
        ("title",),
    ),
    FormPage(
        "meetings:item_edit",
        COORDINATOR,
        _at("meetings:item_edit", "item"),
        lambda s: {"title": "Raporti i kufirit", "rapporteur": s.place("KUFI").pk, "position": 1},
        "item.saved",
        ("title",),
    ),
    FormPage(
        "meetings:item",
        COORDINATOR,
        _at("meetings:item", "item"),
        lambda s: {
            "discussion": "U raportua për regjistrimet.",
            "text": "Të hapet regjistri.",
            "lead": s.place("ZVA").pk,
            "due_on": _day(20),
            "measure": s.measure_of_the_year.pk,
            "supporting": [s.place("KUFI").pk],
        },
        "decision.taken",
        ("discussion", "text"),
    ),
    FormPage(
        "meetings:attendance",
        COORDINATOR,
        _at("meetings:attendance", "meeting"),
        lambda s: {f"institution-{s.place('ZVA').pk}": "excused"},
        "meeting.attendance",
    ),
    FormPage(
        "meetings:open",
        COORDINATOR,
        _at("meetings:open", "planned"),
        lambda s: {"version": s.planned.version},
        "meeting.opened",
    ),
    FormPage(
        "meetings:decision_correct",
        COORDINATOR,
        _at("meetings:decision_correct", "decision"),
        lambda s: {
            "text": "Të hapet regjistri i ri.",
            "lead": s.place("ZVA").pk,
            "due_on": _day(20),
            "measure": s.measure_of_the_year.pk,
            "supporting": [s.place("KUFI").pk],
            "reason": "Gabim shkrimi.",
        },
        "decision.corrected",
        ("text", "reason"),
    ),
    FormPage(
        "meetings:decision_withdraw",
        COORDINATOR,
        _at("meetings:decision_withdraw", "decision"),
        lambda s: {"reason": "U mor dy herë."},
        "decision.withdrawn",
        ("reason",),
    ),
    FormPage(
        "meetings:close",
        COORDINATOR,
        _at("meetings:close", "meeting"),
        lambda s: {"version": s.meeting.version},
        "meeting.closed",
    ),
    FormPage(
        "meetings:circulate",
        COORDINATOR,
        _at("meetings:circulate", "held"),
        lambda s: {"version": s.held.version},
        "minutes.circulated",
    ),
    FormPage(
        "meetings:approve",
        PREFECT,
        _at("meetings:approve", "circulated"),
        lambda s: {"version": s.circulated.rewritten},
        "minutes.approved",
    ),
    FormPage(
        "meetings:review",
        COORDINATOR,
        _at("meetings:review", "meeting", decision="decision"),
        lambda s: {"outcome": "goes_on", "note": "Puna vijon."},
        "decision.reviewed",
        ("note",),
    ),
    FormPage(
        "meetings:remark",
        BORDER,
        _at("meetings:remark", "circulated"),
        lambda s: {"text": "Të saktësohet pika e dytë."},
        "minutes.remarked",
        ("text",),
    ),
    FormPage("plan:begin", COORDINATOR, lambda s: url("plan:begin"), lambda s: {"year": 2085}, "plan.begun"),
    FormPage(
        "plan:adopt",
        PREFECT,
        _at("plan:adopt", "draft_plan"),
        lambda s: {"adopted_on": _day(0), "act": s.act.pk},
        "plan.adopted",
    ),
    FormPage(
        "plan:undo_adoption",
        PREFECT,
        _at("plan:undo_adoption", "plan"),
        lambda s: {"reason": "U miratua para konsultimit."},
        "plan.adoption_undone",
        ("reason",),
    ),
    FormPage(
        "plan:close",
        COORDINATOR,
        _at("plan:close", "plan"),
        lambda s: {"version": s.plan.version},
        "plan.closed",
    ),
    FormPage(
        "plan:objective_add",
        COORDINATOR,
        _at("plan:objective_add", "plan"),
        _objective,
        "plan.objective_saved",
        ("title",),
    ),
    FormPage(
        "plan:objective_edit",
        COORDINATOR,
        _at("plan:objective_edit", "objective"),
        _objective,
        "plan.objective_saved",
        ("title",),
    ),
    FormPage(
        "plan:measure_add",
        COORDINATOR,
        _at("plan:measure_add", "objective"),
        _measure,
        "plan.measure_saved",
        ("title", "indicator", "means", "reason"),
    ),
    FormPage(
        "plan:measure_edit",
        COORDINATOR,
        _at("plan:measure_edit", "measure"),
        lambda s: _measure(s) | {"reason": "Numri u ra në konsultim."},
        "plan.measure_saved",
        ("title", "indicator", "means", "reason"),
    ),
    FormPage(
        "plan:measure_report",
        EDUCATION,
        _at("plan:measure_report", "measure"),
        lambda s: {"state": "in_progress", "actual": 4, "note": "Katër nga dhjetë takimet u mbajtën."},
        "plan.measure_reported",
        ("note",),
    ),
    FormPage(
        "plan:measure_task",
        COORDINATOR,
        _at("plan:measure_task", "measure"),
        lambda s: {
            "title": "Të mblidhen listat",
            "details": "Për çdo shkollë.",
            "lead": s.place("ZVA").pk,
            "due_on": _day(20),
            "supporting": [s.place("KUFI").pk],
        },
        "task.given",
        ("title", "details"),
    ),
    FormPage("plan:task_progress", EDUCATION, _at("plan:task_progress", "task"), _note, "task.progressed", ("note",)),
    FormPage("plan:task_done", EDUCATION, _at("plan:task_done", "task"), _note, "task.moved", ("note",)),
    FormPage("plan:task_verify", COORDINATOR, _at("plan:task_verify", "done_task"), _note, "task.moved", ("note",)),
    FormPage("plan:task_return", COORDINATOR, _at("plan:task_return", "done_task"), _note, "task.moved", ("note",)),
    FormPage("plan:task_cancel", COORDINATOR, _at("plan:task_cancel", "task"), _note, "task.moved", ("note",)),
    FormPage(
        "plan:task_edit",
        COORDINATOR,
        _at("plan:task_edit", "task"),
        lambda s: (
            {"title": "Detyra e saktësuar", "details": "", "lead": s.place("KUFI").pk, "due_on": _day(30)}
            | {"supporting": [s.place("ZVA").pk]}
        ),
        "task.changed",
        ("title", "details"),
    ),
    FormPage(
        "plan:activity_add",
        EDUCATION,
        lambda s: url("plan:activity_add"),
        _activity,
        "activity.saved",
        ("title", "place", "summary"),
    ),
    FormPage(
        "plan:activity_edit",
        EDUCATION,
        _at("plan:activity_edit", "activity"),
        _activity,
        "activity.saved",
        ("title", "place", "summary"),
    ),
    FormPage(
        "committee:act_add",
        COORDINATOR,
        lambda s: url("committee:act_add"),
        lambda s: {"kind": "order", "number": "44/2", "dated": _day(-2), "title": "Për përbërjen e komitetit"},
        "act.recorded",
        ("title", "number"),
    ),
    FormPage(
        "committee:bodies_add",
        COORDINATOR,
        lambda s: url("committee:bodies_add"),
        lambda s: {"year": 2085, "act": s.act.pk, "starts_on": "01.01.2085", "ends_on": "31.03.2086"},
        "body.constituted",
    ),
    FormPage(
        "committee:member_add",
        COORDINATOR,
        _at("committee:member_add", "body"),
        lambda s: {"institution": s.newcomer.pk, "office": "member", "act": s.act.pk, "starts_on": _day(0)},
        "member.added",
    ),
    FormPage(
        "committee:member_end",
        COORDINATOR,
        _at("committee:member_end", "membership"),
        lambda s: {"ends_on": _day(2)},
        "member.ended",
    ),
    FormPage(
        "committee:institution_add",
        ADMIN,
        lambda s: url("committee:institution_add"),
        _institution,
        "institution.saved",
    ),
    FormPage(
        "committee:institution_edit",
        ADMIN,
        _at("committee:institution_edit", "newcomer"),
        _institution,
        "institution.saved",
    ),
    FormPage(
        "people:invite",
        ADMIN,
        lambda s: url("people:invite"),
        lambda s: {
            "name": "Shembull Ereja",
            "username": "e.reja.durres",
            "email": "e.reja@example.org",
            "institution": s.place("ZVA").pk,
            "role": "education",
            "starts_on": _day(0),
            "ends_on": _day(300),
        },
        "people.invited",
    ),
    FormPage(
        "cases:add",
        WORKER,
        lambda s: url("cases:add"),
        lambda s: _head(s) | _who(s) | {"kind": "child", "risk": "high", "reference": f"P-{make.number()}"},
        "case.opened",
    ),
    FormPage("cases:identity", WORKER, _at("cases:identity", "case"), _who, "case.identity"),
    FormPage("cases:head", WORKER, _at("cases:head", "case"), _head, "case.changed"),
    FormPage("cases:risk", WORKER, _at("cases:risk", "case"), lambda s: {"risk": "high"}, "case.assessed"),
    FormPage(
        "cases:identify",
        WORKER,
        _at("cases:identify", "case"),
        lambda s: {
            "result": "possible_victim",
            "authority": s.place("POL").pk,
            "decided_on": _day(-2),
            "reference": "Prot. 12/3 (shembull)",
            "why": "Shenja të shfrytëzimit (shembull).",
        },
        "case.identified",
    ),
    FormPage(
        "cases:identify_formally",
        "shssh.durres",
        _at("cases:identify_formally", "possible_victim"),
        lambda s: {
            "result": "not_victim",
            "together_with": s.place("POL").pk,
            "decided_on": _day(-2),
            "reference": "Prot. 45/6 (shembull)",
            "why": "Intervista e përbashkët (shembull).",
        },
        "case.identified",
    ),
    FormPage(
        "cases:move",
        WORKER,
        _at("cases:move", "case"),
        lambda s: {"to": "full_assessment", "note": "Fëmija u pa (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:close",
        UNIT_HEAD,
        _at("cases:close", "case"),
        lambda s: {"closing": make.term("closing", "goals_reached").pk, "note": "U arrit (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:reopen",
        UNIT_HEAD,
        _at("cases:reopen", "closed_case"),
        lambda s: {"note": "Sinjal i ri (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:team",
        UNIT_HEAD,
        _at("cases:team", "case"),
        lambda s: {"seat": s.seat_of("pmf2.durres").pk, "is_manager": "on"},
        "case.assigned",
    ),
    FormPage(
        "cases:handover",
        UNIT_HEAD,
        lambda s: f"{url('cases:handover')}?seat={s.seat_of(WORKER).code}",
        lambda s: {"cases": [str(s.case.code)], "seat": s.seat_of("pmf2.durres").pk},
        "case.assigned",
    ),
    FormPage(
        "cases:notes",
        WORKER,
        _at("cases:notes", "case"),
        lambda s: {"kind": "call", "happened_on": _day(-1), "text": "Thirrje (shembull).", "is_sensitive": "on"},
        "case.noted",
    ),
    FormPage(
        "cases:school",
        WORKER,
        _at("cases:school", "case"),
        lambda s: {
            "state": "dropped_out",
            "school": "Shkolla shembull",
            "grade": "5",
            "dropped_on": _day(-40),
            "reason": "Familja ka ndërruar banesë.",
            "return_plan": "Me shkollën, në janar.",
            "psychologist": "Psikologia e shkollës",
        },
        "part.changed",
    ),
    FormPage(
        "cases:aid",
        WORKER,
        _at("cases:aid", "case"),
        lambda s: {
            "state": "refused",
            "applied_on": _day(-40),
            "basis": "Ligji 57/2019",
            "amount": "9000",
            "reason": "Mungojnë dokumentet.",
            "appeal": "U dërgua.",
        },
        "part.changed",
    ),
    FormPage(
        "cases:signal_add",
        POLICE,
        lambda s: url("cases:signal_add"),
        lambda s: {
            "municipality": make.municipality("AL-02-SHIJAK").pk,
            "kind": "adult",
            "what": "Një grua pa dokumente (shembull).",
            "who": "Rreth 30 vjeç",
            "where": "Sheshi shembull",
            "is_urgent": "on",
        },
        "signal.sent",
    ),
    FormPage(
        "cases:signal_take",
        WORKER,
        _at("cases:signal_take", "signal"),
        lambda s: _head(s) | _who(s) | {"kind": "child", "risk": "high", "reference": f"P-{make.number()}"},
        "case.opened",
    ),
    FormPage(
        "cases:signal_reject",
        WORKER,
        _at("cases:signal_reject", "signal"),
        lambda s: {"why": "Dublim (shembull)."},
        "signal.rejected",
    ),
    FormPage(
        "cases:refer",
        WORKER,
        lambda s: f"{url('cases:refer', s.case)}?purpose=counselling",
        lambda s: {
            "receiver": s.place("OJF").pk,
            "request": "Këshillim (shembull).",
            "consent": "given",
            "safe_contact": "Vetëm telefon (shembull).",
        },
        "referral.sent",
    ),
    FormPage(
        "cases:referral_refuse",
        EDUCATION,
        _at("cases:referral_refuse", "referral"),
        lambda s: {"answer": "Nuk ka vende (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_complete",
        EDUCATION,
        _at("cases:referral_complete", "accepted"),
        lambda s: {"answer": "U regjistrua (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_withdraw",
        WORKER,
        _at("cases:referral_withdraw", "referral"),
        lambda s: {"answer": "Nuk duhet më (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_part",
        EDUCATION,
        _at("cases:referral_part", "accepted"),
        lambda s: {
            "state": "enrolled",
            "school": "Shkolla shembull",
            "grade": "5",
            "dropped_on": _day(-40),
            "reason": "U kthye.",
            "return_plan": "Orë mbështetëse.",
            "psychologist": "Psikologia e shkollës",
        },
        "part.changed",
    ),
    FormPage(
        "cases:obstacle_add",
        WORKER,
        _at("cases:obstacle_add", "case"),
        lambda s: {
            "kind": make.term("obstacle", "school").pk,
            "waits_for": s.place("ZVA").pk,
            "since": _day(-10),
            "asked": "Vend në klasën e pestë.",
            "referral": s.referral.pk,
        },
        "obstacle.marked",
        ("asked",),
    ),
    FormPage(
        "cases:obstacle_gone",
        WORKER,
        _at("cases:obstacle_gone", "obstacle"),
        lambda s: {"how": "U zgjidh (shembull)."},
        "obstacle.gone",
    ),
    FormPage("reference:term_add", ADMIN, lambda s: url("reference:term_add", kind="pillar"), _term, "term.saved"),
    FormPage(
        "reference:term_edit",
        ADMIN,
        lambda s: url("reference:term_edit", kind="pillar", term=s.term.code),
        _term,
        "term.saved",
    ),
    FormPage(
        "reference:deadline_edit",
        ADMIN,
        lambda s: url("reference:deadline_edit", deadline=s.deadline.code),
        lambda s: {"amount": 9, "unit": "days", "legal_reference": "VKM 578/2018"} | _of_a_deadline(),
        "deadline.saved",
    ),
    FormPage(
        "reference:threshold_edit",
        ADMIN,
        lambda s: url("reference:threshold_edit", threshold=s.threshold.code),
        lambda s: {"amount": 9, "legal_reference": "Rregull i zyrës", "verified_on": _day(-1), "verified_by": "Zyra"},
        "threshold.saved",
    ),
    FormPage(
        "reference:holiday_add",
        ADMIN,
        lambda s: url("reference:holiday_add"),
        lambda s: {"day": "28.11.2085", "name_sq": "Dita e Flamurit", "name_en": "Flag Day"},
        "holiday.saved",
    ),
]
FORMS += [form for forms in declared("FORMS") for form in forms]
BY_ROUTE = {one.route: one for one in FORMS}
