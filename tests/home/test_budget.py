"""How many statements first pages and the figures ask of the database, whatever there is."""

import datetime

import pytest
from django.utils import timezone

from cases.models import Case
from krat.demo import make
from krat.people.models import Seat
from tests.ui.html_client import person, url  # noqa: F401  a fixture
from tests.ui.test_budgets import statements

pytestmark = pytest.mark.django_db

# The most that a page may ask, by its address and who reads it. Fewer is better: then write the new number here.
BUDGETS = {
    ("home:today", "njmf.durres"): 7,
    ("home:today", "pmf.durres"): 5,
    ("home:today", "zva.durres"): 9,
    ("home:today", "koordinator.durres"): 8,
    ("home:today", "prefekt.durres"): 7,
    ("reports:numbers", "njmf.durres"): 9,
    ("reports:numbers", "koordinator.durres"): 11,
}


@pytest.fixture
def busy(world, seat):
    """A late case, one that nobody manages, one whose manager's seat has ended, and what belongs to them."""
    worker = make.seat("child_worker", seat("njmf.durres").institution)
    late, _nobodys = make.case(manager=worker), make.case()
    past = timezone.now() - datetime.timedelta(days=3)
    Case.objects.unscoped("the test").filter(pk=late.pk).update(due_at=past, risk="immediate")
    Seat.objects.unscoped("the test").filter(pk=worker.pk).update(ends_on=make.in_days(-1), starts_on=make.in_days(-9))
    make.referral(late)
    make.signal(seat("policia.durres"))
    make.card(make.obstacle(late), state="decided")
    return late


@pytest.mark.parametrize(("page", "who"), BUDGETS, ids=lambda value: str(value))
def test_a_page_keeps_its_budget_of_statements(person, busy, page, who):  # noqa: F811
    reader = person(who)
    reader.look(url(page))  # what is remembered for the process is remembered now

    asked = statements(lambda: reader.look(url(page)))

    assert len(asked) <= BUDGETS[page, who], "\n".join(one[:160] for one in asked)


def test_the_head_is_told_of_the_late_the_first_of_them_and_of_those_that_nobody_manages(person, busy):  # noqa: F811
    shown = person("njmf.durres").look("/")

    lines = {line.title: line for line in shown.response.context["waiting"]}
    [late] = [line for title, line in lines.items() if title.endswith("with immediate risk")]
    assert late.at <= busy.due_at or late.at <= timezone.now() - datetime.timedelta(days=2)
    assert f"Name who manages {busy.number}" in lines
