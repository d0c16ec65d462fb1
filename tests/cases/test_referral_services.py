"""Which services serve a child: offered where a referral is written, by age, sex, need and municipality."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from cases.actions import referrals
from cases.models import Identity, Referral
from krat.demo import make
from krat.services import actions as services
from krat.services.models import Service
from tests.services.examples import place
from tests.ui.form_examples import Examples
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db

NGO = "AL-02-OJF"


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def case(world):
    return Examples().case  # of a girl in Durrës


def asked(case):
    return f"{url('cases:refer', case)}?purpose=counselling"


def offered(worker, case) -> list[str]:
    """The codes of the services that can be chosen, in order."""
    inputs = [one for one in worker.look(asked(case)).html.split("<input") if 'name="service"' in one]
    return [one.split('value="')[1].split('"')[0] for one in inputs]


def make_service(free=None, **more) -> Service:
    one = make.service(place(NGO), municipalities=("AL-02-DURRES",), capacity=9, **more)
    if free is not None:
        make.places(one, make.seat("ngo", one.provider), free)
    return one


def test_services_that_take_the_child_are_offered_those_with_room_first(worker, case):
    full, room, untold = make_service(free=0), make_service(free=2), make_service()
    too_old, for_boys = make_service(age_from=19), make_service(sex="male")
    elsewhere = make.service(place(NGO), municipalities=("AL-02-KRUJE",))

    found = offered(worker, case)

    order = [found.index(str(one.code)) for one in (room, untold, full)]
    assert order == sorted(order)
    for one in (too_old, for_boys, elsewhere):
        assert str(one.code) not in found
    assert url("services:detail", too_old) in worker.look(asked(case)).links
    assert url("services:detail", elsewhere) not in worker.look(asked(case)).links


def test_choosing_a_service_says_to_whom_the_referral_goes(worker, case, person):
    one = make_service(free=2, name="Grupi shembull")

    leads_to = worker.save(
        asked(case),
        service=str(one.code),
        request="Dy takime në javë.",
        consent="given",
        receiver="",
        contact_via_unit="on",
    )

    sent = rows(Referral).order_by("-pk")[0]
    assert (sent.receiver_id, sent.service_id) == (one.provider_id, one.pk)
    for who in (worker, person("ojf.durres")):
        assert "Grupi shembull" in who.look(leads_to).text
        assert url("services:detail", one) in who.look(leads_to).links


def test_without_service_and_institution_it_is_refused(worker, case):
    make_service()

    shown = worker.fill(asked(case), request="Dy takime.", consent="given", receiver="", service="")

    assert shown.beside("receiver")
    assert shown.typed("request") == "Dy takime."


def test_age_and_sex_stand_in_the_trail_where_services_were_matched(worker, case):
    who = rows(Identity).get(case=case)
    make_service()

    worker.look(asked(case))

    assert {"birth_date", "sex"} <= set(entries("page.seen", who)[-1].fields)


def test_a_service_of_another_institution_is_refused(case, seat):
    one = make.service(make.institution(kind="ngo", territories=("AL-02-DURRES",)))
    with translation.override("en"), pytest.raises(ValidationError, match="another institution"):
        referrals.refer(
            case,
            by=seat("pmf.durres"),
            purpose="counselling",
            receiver=place(NGO),
            request="x",
            consent="given",
            contact_via_unit=True,
            service=one,
        )


def test_a_service_that_was_withdrawn_meanwhile_is_refused(case, seat):
    one = make_service()
    services.withdraw(one, by=seat("koordinator.durres"), why="Gabim.")
    with translation.override("en"), pytest.raises(ValidationError, match="was withdrawn"):
        referrals.refer(
            case,
            by=seat("pmf.durres"),
            purpose="counselling",
            receiver=place(NGO),
            request="x",
            consent="given",
            contact_via_unit=True,
            service=one,
        )


def test_withdrawing_a_service_where_a_referral_waits_asks_back_and_keeps_it(worker, case, person):
    one = make_service(name="Grupi shembull")
    leads_to = worker.save(
        asked(case), service=str(one.code), request="Dy takime.", consent="given", receiver="", contact_via_unit="on"
    )
    sent = rows(Referral).order_by("-pk")[0]
    coordinator = person("koordinator.durres")

    shown = coordinator.fill(url("services:withdraw", one), why="Projekti përfundoi.")
    assert "Referrals wait" in shown.beside("sure")
    assert again(one).is_offered
    assert coordinator.post(shown.address, shown.form("why").sent({"sure": "on"})).leads_to

    assert not again(one).is_offered
    assert again(sent).state == "sent"
    assert "withdrawn on" in worker.look(leads_to).text
