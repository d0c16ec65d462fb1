"""Pages whose moment has passed: whoever comes to look is led back, whoever has typed loses nothing."""

import pytest

from cases.models import Note, Obstacle, Referral, SchoolPart, Signal
from krat.demo import make
from tests.ui.html_client import again, rows, url

pytestmark = pytest.mark.django_db

OVER = "This case is over"


@pytest.fixture
def head(person):
    """The head of the unit, who still sees a file when its team does not."""
    return person("njmf.durres")


@pytest.fixture
def closed(seat):
    return make.case(manager=seat("pmf.durres"), stage="closed")


@pytest.fixture
def open_case(seat):
    return make.case(manager=seat("pmf.durres"), stage="implementation")


# --- who comes to look is led back ---


@pytest.mark.parametrize("name", ["identity", "head", "risk", "refer", "obstacle_add"])
def test_what_is_done_to_an_open_case_only_leads_back_from_one_that_is_over(head, closed, name):
    back = head.follow(head.get(url(f"cases:{name}", closed)))

    assert back.address == url("cases:case", closed)
    assert OVER in back.text


def test_an_open_case_is_not_reopened(head, open_case):
    assert "This case is open." in head.follow(head.get(url("cases:reopen", open_case))).text


@pytest.mark.parametrize("verb", ["signal_take", "signal_reject"])
def test_an_answered_signal_is_not_answered_again(person, seat, verb):
    signal = make.signal(seat("policia.durres"), receiver=seat("njmf.durres").institution, state="taken")
    colleague = person("pmf2.durres")

    back = colleague.follow(colleague.get(url(f"cases:{verb}", signal)))

    assert back.address == url("cases:signal", signal)
    assert "Somebody has already answered this signal." in back.text


@pytest.mark.parametrize(
    ("verb", "state", "username"),
    [
        ("referral_refuse", "accepted", "zva.durres"),
        ("referral_withdraw", "completed", "njmf.durres"),
    ],
)
def test_a_referral_past_its_moment_leads_back_to_itself(person, seat, open_case, verb, state, username):
    referral = make.referral(open_case, seat("zva.durres").institution, purpose="school", state=state)

    somebody = person(username)

    back = somebody.follow(somebody.get(url(f"cases:{verb}", referral)))

    assert back.address == url("cases:referral", referral)
    assert "there is nothing to write to it any more" in back.text


def test_an_obstacle_that_is_gone_leads_back_to_its_case(head, seat, open_case):
    obstacle = make.obstacle(open_case, seat("zva.durres").institution, state=Obstacle.State.GONE)

    back = head.follow(head.get(url("cases:obstacle_gone", obstacle)))

    assert back.address == url("cases:case", open_case)
    assert "This obstacle is gone already." in back.text


# --- who has typed loses nothing ---


def end(case):
    """Somebody else closes the case meanwhile."""
    rows(type(case)).filter(pk=case.pk).update(stage="closed", closed_on=make.in_days(0))


@pytest.mark.parametrize(
    ("name", "field", "more", "model"),
    [("notes", "text", {}, Note), ("school", "return_plan", {"state": "enrolled"}, SchoolPart)],
)
def test_what_was_typed_into_a_file_that_was_closed_meanwhile_stands_there_still(
    head, open_case, name, field, more, model
):
    address = url(f"cases:{name}", open_case)
    form = head.look(address).form(field)
    end(open_case)

    back = head.post(address, form.sent({field: "Shembull: u bisedua me mësuesen."} | more))

    assert OVER in back.text
    assert back.typed(field) == "Shembull: u bisedua me mësuesen."
    assert not rows(model).filter(case=open_case).exists()


def test_a_referral_typed_while_the_case_was_closed_stands_there_still(head, open_case):
    address = f"{url('cases:refer', open_case)}?purpose=school"
    form = head.look(address).form("request")
    end(open_case)

    back = head.post(address, form.sent({"request": "Regjistrim (shembull)."}))

    assert OVER in back.text
    assert back.typed("request") == "Regjistrim (shembull)."
    assert not rows(Referral).filter(case=open_case).exists()


def test_a_case_typed_from_a_signal_that_a_colleague_took_meanwhile_stands_there_still(person, seat):
    worker = person("pmf.durres")
    signal = make.signal(seat("policia.durres"), receiver=seat("pmf.durres").institution, state="sent")
    address = url("cases:signal_take", signal)
    form = worker.look(address).form("first_name")
    rows(Signal).filter(pk=signal.pk).update(state="taken")

    back = worker.post(address, form.sent({"first_name": "Shembulla", "address": "Rruga e provës 4"}))

    assert back.status == 200
    assert back.typed("first_name") == "Shembulla"
    assert back.typed("address") == "Rruga e provës 4"


def test_a_part_that_is_refused_is_not_begun(head, open_case):
    address = url("cases:school", open_case)
    form = head.look(address).form("return_plan")

    back = head.post(address, form.sent({"version": 7, "state": "enrolled", "return_plan": "Shembull."}))

    assert back.typed("return_plan") == "Shembull."
    assert not rows(SchoolPart).filter(case=open_case).exists()


def test_an_obstacle_that_went_away_meanwhile_keeps_what_was_typed(head, seat, open_case):
    obstacle = make.obstacle(open_case, seat("zva.durres").institution)
    address = url("cases:obstacle_gone", obstacle)
    form = head.look(address).form("how")
    rows(Obstacle).filter(pk=obstacle.pk).update(state=Obstacle.State.GONE)

    back = head.post(address, form.sent({"how": "Shembull: u regjistrua."}))

    assert back.typed("how") == "Shembull: u regjistrua."
    assert again(obstacle).data["how"] == ""
