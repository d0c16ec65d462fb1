"""A personal number tells day of birth and sex: what contradicts the rest is doubted, once, and never refused."""

import pytest

from cases.actions import cases
from cases.models import Case, Identity
from cases.personal_number import doubts, told_by
from krat.demo import make
from tests.cases.core import again, rows, who_is
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db

FITS = {"birth_date": "2012-05-14", "birth_year": "", "sex": "male", "citizenship": "AL"}
FITS["personal_number"] = "L20514001A"


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        ({}, 0),
        ({"sex": "", "birth_date": ""}, 0),
        ({"personal_number": "L25514001A"}, 1),  # month + 50 is a woman's
        ({"personal_number": "L21314001A"}, 1),  # there is no month 13
        ({"personal_number": "L20231001A", "sex": ""}, 1),  # nor 31 February
        ({"birth_date": "2012-05-15"}, 1),
        ({"birth_date": "2013-05-14", "sex": "female"}, 2),
        ({"birth_date": "", "birth_year": "2011"}, 1),
        ({"birth_date": "", "birth_year": "2012"}, 0),
        ({"personal_number": "L23514001A"}, 0),  # a foreigner's, man
        ({"personal_number": "L28514001A", "sex": "female"}, 0),  # a foreigner's, woman
        ({"personal_number": "L25514001A", "citizenship": "XK"}, 0),  # another country's: nothing is known of it
        ({"personal_number": "1234567890", "sex": "female"}, 0),
        ({"personal_number": "P25514001A"}, 0),  # the decade has not come: no number of ours
        ({"personal_number": ""}, 0),
    ],
)
def test_what_contradicts_is_told_and_nothing_else(more, sentences, world):
    assert len(doubts(FITS | more)) == sentences


def test_what_a_number_tells():
    told = told_by("L25514001A")
    assert (told.born_on.isoformat(), told.sex) == ("2012-05-14", "female")


def test_a_doubted_number_asks_once_and_is_kept_by_a_tick(person, seat):
    case = make.case(manager=seat("pmf.durres"), birth_date="2012-05-14", sex="male")
    worker, address = person("pmf.durres"), url("cases:identity", case)
    assert "number_stands" not in worker.look(address).form("personal_number").names

    shown = worker.fill(address, personal_number="l2 5514 001 a")

    assert "a woman's" in shown.beside("personal_number")
    assert "number_stands" in shown.form("personal_number").names
    assert not rows(Identity).get(case=case).data["personal_number"]
    sent = shown.form("personal_number").sent({"number_stands": "on"})
    assert worker.post(address, sent).leads_to == url("cases:case", case)
    assert rows(Identity).get(case=case).data["personal_number"] == "L25514001A"
    assert "a woman's" in worker.look(url("cases:case", case)).text  # it stays told


def test_the_same_when_a_case_is_opened(person):
    before = rows(Case).count()
    worker = person("pmf.durres")
    words = {"first_name": "Shembull", "birth_date": "14.05.2012", "sex": "male", "personal_number": "L21314001A"}

    shown = worker.fill(url("cases:add"), source=make.term("source", "police").pk, **words)

    assert "does not exist" in shown.beside("personal_number")
    assert rows(Case).count() == before
    worker.post(url("cases:add"), shown.form("personal_number").sent({"number_stands": "on"}))
    assert rows(Case).count() == before + 1


def test_a_number_that_was_kept_is_not_doubted_again_by_another_change(people):
    case = people.open(identity=FITS | {"personal_number": "L25514001A"}, despite_doubt=True)

    cases.change(case, by=people.worker, based_on=case.version, identity={"father_name": "Provëz"})

    assert who_is(case).data["father_name"] == "Provëz"
    assert again(case).version == case.version + 1
