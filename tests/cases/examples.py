"""What the tests ask of cases, signals, referrals and cards."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    Signal,
)
from krat.access.roles import Role
from krat.access.scoping import ScopedModel
from krat.demo import make
from tests.declaring import (
    EDUCATION,
    HERE,
    POLICE,
    PREFECT,
    THERE,
    UNIT_HEAD,
    WHY,
    WORKER,
    FormPage,
    Shows,
    at,
    day,
    newest,
)
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


WORKERS = {HERE: "pmf.durres", THERE: "pmf.gjirokaster"}


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
        "signalled_on": day(-9),
        "concerns": ["neglect", "begging"],
    }


def more_cases(s: Examples) -> None:
    make.case(manager=s.seat_of(WORKER))


def more_asked_for_a_case(s: Examples) -> None:
    obstacle = make.obstacle(s.case)
    make.card(obstacle, state="decided").tasks.add(make.task(make.institution()))
    make.referral(s.case)


def more_told_in_a_case(s: Examples) -> None:
    make.counselling_part(s.case)
    make.note(s.case, s.seat_of(WORKER))
    make.sent_change(s.case)
    make.assignment(s.case, make.seat(Role.CHILD_WORKER, s.case.holder))


def more_signals(s: Examples) -> None:
    make.signal(s.seat_of(POLICE))


def more_referrals(s: Examples) -> None:
    case = make.case(manager=s.seat_of(WORKER))
    make.referral(case, s.place("ZVA"), sent_at=timezone.now() - datetime.timedelta(days=30))
    make.referral(case, purpose="health", state="accepted")
    make.obstacle(s.case, referral=s.referral)


def more_at_the_table(s: Examples) -> None:
    card = make.card(make.obstacle(make.case(manager=s.seat_of(WORKER))))
    make.item(s.meeting, card=card)
    s.card.tasks.add(make.task(make.institution()), make.task(s.place("ZVA")))


def _of_case(
    model: type[ScopedModel], way: str = "case", **more: Any
) -> tuple[type[ScopedModel], Callable[[str], Any]]:
    """The newest row of an open case that the county's worker manages; ``way`` leads from the row to the case."""

    def pick(code: str) -> Any:
        managed = Assignment.objects.unscoped(WHY).filter(
            seat__user__username=WORKERS[code], is_manager=True, ended_at=None
        )
        rows = model.objects.unscoped(WHY).filter(**{f"{way}__in": managed.values("case")}, **more)
        found = rows.order_by("-pk").first()
        assert found is not None, f"{WORKERS[code]} manages no case with a {model.__name__}: the matrix needs one."
        return found

    return model, pick


def card_of(code: str) -> Card:
    obstacle = _of_case(Obstacle, card__isnull=False)[1](code)
    return Card.objects.unscoped(WHY).get(pk=obstacle.card_id)


PICKERS = {
    ("cases/", "code"): _of_case(Case, "pk"),
    ("cases/team/", "code"): _of_case(Assignment, is_manager=True, ended_at=None),
    ("cases/notes/", "code"): _of_case(Note, is_sensitive=False),
    ("cases/school/", "code"): _of_case(SchoolPart),
    ("cases/aid/", "code"): _of_case(AidPart),
    ("cases/counselling/", "code"): _of_case(CounsellingPart),
    ("cases/referrals/", "code"): _of_case(Referral),
    ("cases/obstacles/", "code"): _of_case(Obstacle, card__isnull=False),
    ("obstacles/", "code"): _of_case(Obstacle, card__isnull=False),
    ("cases/inbox/", "code"): _of_case(SentChange, state="waits"),
    ("cases/cards/", "code"): (Card, card_of),
    ("cases/signals/", "code"): (Signal, newest(Signal, "receiver__county__code", state="sent")),
    ("cards/", "code"): (Card, card_of),
    ("referrals/", "code"): _of_case(Referral),
    ("signals/", "code"): (Signal, newest(Signal, "receiver__county__code", state="sent")),
    ("api/v1/cases/", "code"): _of_case(Case, "pk"),
    ("api/v1/cases/inbox/", "code"): _of_case(SentChange),
    ("api/v1/referrals/", "code"): _of_case(Referral),
}

OPEN_ARGUMENTS = {
    ("api/v1/cases/by-reference/", "reference"): lambda: "SHEMBULL-1",
}

FORMS = [
    FormPage(
        "cases:add",
        WORKER,
        lambda s: url("cases:add"),
        lambda s: _head(s) | _who(s) | {"kind": "child", "risk": "high", "reference": f"P-{make.number()}"},
        "case.opened",
    ),
    FormPage("cases:identity", WORKER, at("cases:identity", "case"), _who, "case.identity"),
    FormPage("cases:head", WORKER, at("cases:head", "case"), _head, "case.changed"),
    FormPage("cases:risk", WORKER, at("cases:risk", "case"), lambda s: {"risk": "high"}, "case.assessed"),
    FormPage(
        "cases:identify",
        WORKER,
        at("cases:identify", "case"),
        lambda s: {
            "result": "possible_victim",
            "authority": s.place("POL").pk,
            "decided_on": day(-2),
            "reference": "Prot. 12/3 (shembull)",
            "why": "Shenja të shfrytëzimit (shembull).",
        },
        "case.identified",
    ),
    FormPage(
        "cases:identify_formally",
        "shssh.durres",
        at("cases:identify_formally", "possible_victim"),
        lambda s: {
            "result": "not_victim",
            "together_with": s.place("POL").pk,
            "decided_on": day(-2),
            "reference": "Prot. 45/6 (shembull)",
            "why": "Intervista e përbashkët (shembull).",
        },
        "case.identified",
    ),
    FormPage(
        "cases:move",
        WORKER,
        at("cases:move", "case"),
        lambda s: {"to": "full_assessment", "note": "Fëmija u pa (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:close",
        UNIT_HEAD,
        at("cases:close", "case"),
        lambda s: {"closing": make.term("closing", "goals_reached").pk, "note": "U arrit (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:reopen",
        UNIT_HEAD,
        at("cases:reopen", "closed_case"),
        lambda s: {"note": "Sinjal i ri (shembull)."},
        "case.moved",
    ),
    FormPage(
        "cases:team",
        UNIT_HEAD,
        at("cases:team", "case"),
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
        at("cases:notes", "case"),
        lambda s: {"kind": "call", "happened_on": day(-1), "text": "Thirrje (shembull).", "is_sensitive": "on"},
        "case.noted",
    ),
    FormPage(
        "cases:school",
        WORKER,
        at("cases:school", "case"),
        lambda s: {
            "state": "dropped_out",
            "school": "Shkolla shembull",
            "grade": "5",
            "dropped_on": day(-40),
            "reason": "Familja ka ndërruar banesë.",
            "return_plan": "Me shkollën, në janar.",
            "psychologist": "Psikologia e shkollës",
        },
        "part.changed",
    ),
    FormPage(
        "cases:aid",
        WORKER,
        at("cases:aid", "case"),
        lambda s: {
            "state": "refused",
            "applied_on": day(-40),
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
        at("cases:signal_take", "signal"),
        lambda s: _head(s) | _who(s) | {"kind": "child", "risk": "high", "reference": f"P-{make.number()}"},
        "case.opened",
    ),
    FormPage(
        "cases:signal_reject",
        WORKER,
        at("cases:signal_reject", "signal"),
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
        at("cases:referral_refuse", "referral"),
        lambda s: {"answer": "Nuk ka vende (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_complete",
        EDUCATION,
        at("cases:referral_complete", "accepted"),
        lambda s: {"answer": "U regjistrua (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_withdraw",
        WORKER,
        at("cases:referral_withdraw", "referral"),
        lambda s: {"answer": "Nuk duhet më (shembull)."},
        "referral.moved",
    ),
    FormPage(
        "cases:referral_part",
        EDUCATION,
        at("cases:referral_part", "accepted"),
        lambda s: {
            "state": "enrolled",
            "school": "Shkolla shembull",
            "grade": "5",
            "dropped_on": day(-40),
            "reason": "U kthye.",
            "return_plan": "Orë mbështetëse.",
            "psychologist": "Psikologia e shkollës",
        },
        "part.changed",
    ),
    FormPage(
        "cases:obstacle_add",
        WORKER,
        at("cases:obstacle_add", "case"),
        lambda s: {
            "kind": make.term("obstacle", "school").pk,
            "waits_for": s.place("ZVA").pk,
            "since": day(-10),
            "asked": "Vend në klasën e pestë.",
            "referral": s.referral.pk,
        },
        "obstacle.marked",
        ("asked",),
    ),
    FormPage(
        "cases:obstacle_gone",
        WORKER,
        at("cases:obstacle_gone", "obstacle"),
        lambda s: {"how": "U zgjidh (shembull)."},
        "obstacle.gone",
    ),
]

PAGES = [
    Shows("cases:signals", WORKER, at("cases:signals"), more_signals),
    Shows("cases:signals", POLICE, at("cases:signals"), more_signals),
    Shows("cases:referrals", WORKER, at("cases:referrals"), more_referrals),
    Shows("cases:referrals", EDUCATION, at("cases:referrals"), more_referrals),
    Shows("cases:referral", WORKER, at("cases:referral", "referral"), more_referrals),
    Shows("cases:referral", EDUCATION, at("cases:referral", "accepted"), more_referrals),
    Shows("cases:obstacle_add", WORKER, at("cases:obstacle_add", "case"), more_referrals),
    Shows("cases:cards", PREFECT, at("cases:cards"), more_at_the_table),
    Shows("cases:cards", WORKER, at("cases:cards"), more_at_the_table),
    Shows("cases:card", WORKER, at("cases:card", "card"), more_at_the_table),
    Shows("cases:list", WORKER, at("cases:list"), more_cases),
    Shows("cases:list", UNIT_HEAD, at("cases:list"), more_cases),
    Shows("cases:case", WORKER, at("cases:case", "case"), more_asked_for_a_case),
    Shows("cases:case", WORKER, at("cases:case", "case"), more_told_in_a_case),
    Shows("cases:counselling", WORKER, at("cases:counselling", "case"), more_told_in_a_case),
    Shows("cases:identification", UNIT_HEAD, at("cases:identification", "case"), lambda s: make.identification(s.case)),
    Shows("cases:viewers", UNIT_HEAD, at("cases:viewers", "case"), more_told_in_a_case),
    Shows("cases:inbox", WORKER, at("cases:inbox", "case"), more_told_in_a_case),
]

WITHOUT_ROWS = {
    "cases:signal",
    "cases:obstacle_table",
}
