"""Child or adult by the day of the signal, in both directions; who has come of age since decides for themselves."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.actions import cases, referrals
from cases.models import Identity
from krat.demo import make
from tests.cases.core import TODAY, again, rows, who_is
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db


def born(years: int, days: int = 0) -> str:
    """Whoever was born then had their birthday so many days ago."""
    today = TODAY() - datetime.timedelta(days=days)
    return today.replace(year=today.year - years, day=min(today.day, 28)).isoformat()


def test_a_child_is_not_opened_as_an_adult(people):
    with pytest.raises(ValidationError) as refusal:
        people.open(kind="adult", identity={"birth_date": born(11)})
    assert "child" in refusal.value.message_dict["birth_date"][0]


def test_in_doubt_it_is_a_child(people):
    year = str(TODAY().year - 18)
    with pytest.raises(ValidationError) as refusal:
        people.open(kind="adult", identity={"birth_date": "", "birth_year": year})
    assert "birth_year" in refusal.value.message_dict
    assert people.open(identity={"birth_date": "", "birth_year": year}).kind == "child"
    assert people.open(kind="adult", identity={"birth_date": "", "birth_year": str(TODAY().year - 19)})


@pytest.mark.parametrize("kind", ["child", "adult"])
def test_without_an_age_whoever_opens_it_says_which(people, kind):
    assert people.open(kind=kind, identity={"birth_date": ""}).kind == kind


def test_a_child_does_not_become_an_adult_by_a_change_of_the_head(people):
    case = people.open()
    with pytest.raises(ValidationError) as refusal:
        cases.change(case, by=people.worker, based_on=None, head={"kind": "adult"})
    assert "kind" in refusal.value.message_dict
    assert again(case).kind == "child"


def test_kind_and_day_of_birth_are_mended_together_on_one_page(person, people):
    case = people.open()
    worker, address = person("pmf.durres"), url("cases:identity", case)

    shown = worker.fill(address, kind="adult")
    leads_to = worker.save(address, kind="adult", birth_date=born(31))

    assert shown.beside("kind")
    assert leads_to == url("cases:case", case)
    assert again(case).kind == "adult"


def test_the_form_refuses_a_grown_child_and_keeps_what_was_typed(person, people):
    shown = person("pmf.durres").fill(
        url("cases:add"),
        kind="adult",
        source=make.term("source", "police").pk,
        first_name="Shembulla",
        birth_date="01.03.2015",
    )
    assert "Choose “child”" in shown.beside("birth_date")
    assert shown.typed("first_name") == "Shembulla"


# --- who has come of age since ---


@pytest.fixture
def grown(people):
    """A child when the signal came, of age since eight days."""
    with time_machine.travel(timezone.now() - datetime.timedelta(days=30)):
        return people.open(identity={"birth_date": born(18, days=-22)})


def test_the_page_says_since_when(person, grown):
    since = datetime.date.fromisoformat(who_is(grown).data["birth_date"])
    since = since.replace(year=since.year + 18)

    shown = person("pmf.durres").look(url("cases:case", grown))

    assert f"Of age since {since:%d.%m.%Y}. Consent is asked of the person." in shown.text


def test_of_a_child_the_page_says_nothing_of_it(person, people):
    assert "Of age since" not in person("pmf.durres").look(url("cases:case", people.open())).text


def test_from_the_year_alone_it_is_said_when_it_is_certain(person, seat):
    case = make.case(manager=seat("pmf.durres"), birth_year=str(TODAY().year - 19))
    assert "at the latest" in person("pmf.durres").look(url("cases:case", case)).text
    doubt = make.case(manager=seat("pmf.durres"), birth_year=str(TODAY().year - 18))
    assert "Of age since" not in person("pmf.durres").look(url("cases:case", doubt)).text


def test_on_29_february_one_comes_of_age_on_1_march(world):
    who = Identity()
    who._data_key = b""
    who.data = {"birth_date": "2008-02-29"}
    assert who.of_age_since == datetime.date(2026, 3, 1)
    assert who.is_of_age(datetime.date(2026, 3, 1))
    assert not who.is_of_age(datetime.date(2026, 2, 28))


def test_consent_is_asked_of_the_person_and_of_a_child_as_before(person, people, grown):
    worker = person("pmf.durres")

    def offered(case):
        shown = worker.look(f"{url('cases:refer', case)}?purpose=counselling")
        return shown, "best_interest" in shown.html

    mine, is_offered = offered(grown)
    assert not is_offered
    assert "given by the person " in mine.text + " "
    assert "parent" not in mine.text
    assert offered(people.open())[1]


def test_the_verb_refuses_it_too(people, grown):
    with pytest.raises(ValidationError) as refusal:
        people.refer(grown, "counselling", "AL-02-OJF", consent="best_interest")
    assert "of age" in refusal.value.message_dict["consent"][0]
    assert referrals.decides_for_themselves(grown, people.worker)
    child = people.open()
    assert people.refer(child, "counselling", "AL-02-OJF", consent="best_interest")
    assert rows(type(child)).filter(pk=child.pk).exists()
