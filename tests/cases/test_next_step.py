"""The one next step: what is most urgent stands on the page, with the verbs of whoever reads it."""

import datetime

import pytest
from django.utils import timezone, translation

from cases.models import Obstacle, Referral, StageDeadline
from cases.models.stages import Stage
from cases.next_step import STEPS, Standing, cards_done, next_step
from cases.views.layout import may_here
from krat.demo import make
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db

LATER = datetime.timedelta(days=60)


@pytest.fixture
def worker(seat):
    return seat("pmf.durres")


@pytest.fixture
def head(seat):
    return seat("njmf.durres")


@pytest.fixture
def case(worker):
    """A case on which nothing presses: the plan is being carried out, and its review is far away."""
    return make.case(manager=worker, stage="implementation", risk="high", due_at=timezone.now() + LATER)


def step_for(seat, case, **more):
    """The step a seat reads, and its name in the table."""
    standing = Standing(
        case=case,
        may=lambda right: may_here(seat, right),
        referrals=list(rows(Referral).filter(case=case).select_related("receiver").order_by("pk")),
        obstacles=list(rows(Obstacle).filter(case=case).select_related("kind", "waits_for", "card")),
        **more,
    )
    standing.done_cards = cards_done(standing.obstacles)
    name = next((one.name for one in STEPS if standing.may(one.right) and one.find(standing)), "")
    return name, next_step(standing)


def test_where_nothing_presses_the_stage_itself_says_what_comes_next(case, worker):
    name, step = step_for(worker, case)

    assert name == "stage"
    assert step.tone == "brand"
    assert [verb.url for verb in step.verbs] == [f"/cases/{case.code}/move/", f"/cases/{case.code}/notes/"]


def test_a_case_that_nobody_has_assessed_is_assessed_first(worker):
    case = make.case(manager=worker, risk="")
    make.referral(case, due_at=timezone.now() - LATER)

    name, step = step_for(worker, case)

    assert name == "risk"
    assert step.verbs[0].url == f"/cases/{case.code}/risk/"


def test_a_case_without_a_manager_waits_for_the_head_of_the_unit_alone(case, worker, head):
    for_head, step = step_for(head, case, has_manager=False)
    for_worker, _other = step_for(worker, case, has_manager=False)

    assert for_head == "manager"
    assert step.verbs[0].url == f"/cases/{case.code}/team/"
    assert for_worker != "manager"


def test_a_change_that_a_system_sent_waits_for_a_decision(case, worker):
    name, step = step_for(worker, case, sent=[make.sent_change(case)])

    assert name == "inbox"
    assert step.verbs[0].url == f"/cases/{case.code}/inbox/"


def test_a_late_referral_is_reminded_of_with_one_button(case, worker):
    referral = make.referral(case, due_at=timezone.now() - datetime.timedelta(days=3))

    name, step = step_for(worker, case)

    assert name == "late_referral"
    assert step.tone == "late"
    assert step.due.tone == "late"
    assert (step.verbs[0].url, step.verbs[0].is_button) == (f"/referrals/{referral.code}/remind/", True)


def test_after_a_reminder_the_obstacle_comes_first(case, worker):
    late = timezone.now() - datetime.timedelta(days=3)
    referral = make.referral(case, due_at=late, reminded_at=timezone.now())

    _name, step = step_for(worker, case)

    assert step.verbs[0].url == f"/cases/{case.code}/obstacles/new/?referral={referral.code}"


def test_a_referral_in_its_time_presses_nobody(case, worker):
    make.referral(case, due_at=timezone.now() + datetime.timedelta(days=3))

    assert step_for(worker, case)[0] == "stage"


def test_a_late_referral_that_is_marked_as_an_obstacle_is_taken_to_the_table(case, worker):
    referral = make.referral(case, due_at=timezone.now() - datetime.timedelta(days=3))
    obstacle = make.obstacle(case, referral=referral)

    name, step = step_for(worker, case)

    assert name == "obstacle"
    assert step.verbs[0].url == f"/obstacles/{obstacle.code}/table/"


@pytest.mark.parametrize("state", ["open", "on_agenda"])
def test_while_the_card_lies_on_the_table_the_worker_waits(case, worker, state):
    card = make.card(make.obstacle(case), state=state)

    name, step = step_for(worker, case)

    assert name == "table"
    assert [verb.url for verb in step.verbs] == [f"/cards/{card.code}/"]


@pytest.mark.parametrize(
    ("state", "expected"), [("in_progress", "table"), ("done", "table"), ("verified", "tasks_done")]
)
def test_the_worker_confirms_when_the_tables_task_is_verified_and_not_before(case, worker, seat, state, expected):
    obstacle = make.obstacle(case)
    card = make.card(obstacle, state="decided", decision="3/2026")
    task = make.task(obstacle.waits_for)
    task.state = state
    if state == "verified":
        task.verified_on, task.verified_by = timezone.localdate(), seat("koordinator.durres")
    task.save()
    card.tasks.add(task)

    name, step = step_for(worker, case)

    assert name == expected
    if expected == "tasks_done":
        assert step.verbs[0].url == f"/obstacles/{obstacle.code}/gone/"


def test_a_refused_referral_asks_to_refer_elsewhere_until_somebody_did(case, worker):
    make.referral(case, state="refused", sent_at=timezone.now() - datetime.timedelta(days=9))
    before = step_for(worker, case)[0]
    make.referral(case, sent_at=timezone.now())

    after = step_for(worker, case)[0]

    assert (before, after) == ("refused", "stage")


@pytest.mark.parametrize(("days", "expected", "tone"), [(-2, "late_stage", "late"), (3, "near_stage", "soon")])
def test_a_clock_that_runs_out_says_what_its_stage_asks_for(worker, days, expected, tone):
    due = timezone.now() + datetime.timedelta(days=days)
    case = make.case(manager=worker, stage="full_assessment", risk="high", due_at=due)

    with translation.override("en"):
        name, step = step_for(worker, case)

    assert (name, step.tone) == (expected, tone)
    assert "assessment" in step.title


@pytest.mark.parametrize("stage", [Stage.CLOSED])
def test_a_closed_case_is_reopened_by_the_head_and_by_nobody_else(seat, worker, head, stage):
    case = make.case(manager=worker, stage=stage, risk="low")

    name, step = step_for(head, case)

    assert name == "closed"
    assert step.verbs[0].url == f"/cases/{case.code}/reopen/"
    assert step_for(worker, case)[1] is None


def test_the_social_service_is_asked_for_nothing(case, seat):
    make.referral(case, due_at=timezone.now() - datetime.timedelta(days=3))

    assert step_for(seat("shssh.durres"), case)[1] is None


@pytest.mark.parametrize("stage", [one for one in Stage if one not in ("closed", "transferred", "rejected")])
def test_every_open_stage_has_a_step(worker, stage):
    case = make.case(manager=worker, stage=stage, risk="high", due_at=timezone.now() + LATER)

    assert step_for(worker, case)[1] is not None
    assert rows(StageDeadline).filter(case=case).exists()
