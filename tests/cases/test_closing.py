"""A case can be closed from every stage, with a reason; where it cannot, the page says why and leads there."""

import pytest

from cases.actions import cases
from cases.models.stages import MOVES, OVER, Stage
from krat.demo import make
from tests.cases.core import again
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(person):
    return person("njmf.durres")


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in (*OVER, Stage.SIGNAL)])
def test_the_head_closes_a_case_from_every_stage_with_a_reason(head, seat, stage):
    case = make.case(manager=seat("pmf.durres"), stage=stage.value, risk="low")
    address = url("cases:close", case)

    without = head.fill(address, note="Familja u largua (shembull).")
    assert without.beside("closing")
    head.save(address, closing=make.term("closing", "goals_reached").pk, note="U arrit (shembull).")

    assert again(case).stage == Stage.CLOSED


def test_every_open_stage_has_an_end():
    ends = {before for before, after in MOVES if after in OVER}
    assert ends == {stage for stage in Stage if stage not in OVER}


@pytest.mark.parametrize("name", ["close", "move"])
def test_a_case_whose_risk_nobody_assessed_is_led_there_first(head, seat, name):
    case = make.case(manager=seat("pmf.durres"))

    shown = head.look(url(f"cases:{name}", case))

    assert "Assess the risk first." in shown.text
    assert url("cases:risk", case) in shown.links
    assert not [form for form in shown.forms if "note" in form.names]


def test_what_still_runs_is_named_with_its_way_and_no_form(head, seat):
    case = make.case(manager=seat("pmf.durres"), stage="implementation", risk="low")
    referral, obstacle = make.referral(case), make.obstacle(case)

    shown = head.look(url("cases:close", case))

    assert "A referral is still open" in shown.text
    assert "An obstacle still stands" in shown.text
    assert {url("cases:referral", referral), url("cases:obstacle_gone", obstacle)} <= set(shown.links)
    assert not [form for form in shown.forms if "note" in form.names]


def test_what_was_typed_before_a_referral_was_sent_is_not_lost(head, seat, people):
    case = make.case(manager=seat("pmf.durres"), stage="implementation", risk="low")
    address = url("cases:close", case)
    form = head.look(address).form("note")
    make.referral(case)

    shown = head.post(address, form.sent({"closing": make.term("closing", "goals_reached").pk, "note": "U arrit."}))

    assert shown.typed("note") == "U arrit."
    assert "A referral is still open" in shown.text
    assert again(case).is_open


@pytest.mark.parametrize(("name", "stage"), [("close", "closed"), ("reopen", "rejected"), ("close", "rejected")])
def test_a_page_that_leads_nowhere_leads_back(head, seat, name, stage):
    case = make.case(manager=seat("pmf.durres"), stage=stage)

    back = head.follow(head.get(url(f"cases:{name}", case)))

    assert back.address == url("cases:case", case)


def test_without_a_hindrance_none_is_told(seat):
    assert cases.obstacles_to_ending(make.case(manager=seat("pmf.durres"), risk="low")) == []
