"""Activities: planned, held, told in numbers."""

import pytest

from krat.demo import make
from krat.plan.models import Activity
from krat.reference.models import Municipality
from tests.ui.form_examples import BY_ROUTE
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db

ADD = BY_ROUTE["plan:activity_add"]


@pytest.fixture
def education(person):
    return person("zva.durres")


def test_the_education_office_plans_an_activity_that_the_border_police_reads(education, person, examples):
    answer = education.fill(ADD.address(examples), **ADD.data(examples))

    activity = rows(Activity).order_by("-pk")[0]
    assert answer.leads_to == url("plan:activity", activity)
    assert "Takim me nxënësit" in person("kufi.durres").look(url("plan:activity", activity)).text
    assert url("plan:activity", activity) in person("kufi.durres").look(url("plan:activities")).links
    assert entries("activity.saved", activity)


def test_one_that_was_held_says_how_many_it_reached(education, examples):
    words = ADD.data(examples) | {"state": "held", "held_on": make.in_days(-1).isoformat()}

    refused = education.fill(ADD.address(examples), **words)
    assert "zero is a number" in refused.text
    education.save(ADD.address(examples), **(words | {"women": 0, "men": 12}))

    assert rows(Activity).order_by("-pk")[0].reached == 12


def test_one_that_was_held_does_not_lie_in_the_future(education, examples):
    words = ADD.data(examples) | {"state": "held", "women": 1, "men": 1}

    assert "cannot lie in the future" in education.fill(ADD.address(examples), **words).beside("held_on")


def test_a_member_records_its_own_activities_only(education, person, examples):
    others = make.activity(organiser=examples.place("KUFI"))
    words = ADD.data(examples) | {"organiser": examples.place("KUFI").pk}

    assert education.fill(ADD.address(examples), **words).beside("organiser")
    assert education.get(url("plan:activity_edit", others)).status == 403
    assert url("plan:activity_edit", others) not in education.look(url("plan:activity", others)).links
    assert person("koordinator.durres").get(url("plan:activity_edit", others)).status == 200


def test_the_secretariat_records_for_others(person, examples):
    words = ADD.data(examples) | {"organiser": examples.place("KUFI").pk}

    person("sekretaria.durres").save(ADD.address(examples), **words)

    assert rows(Activity).order_by("-pk")[0].organiser_id == examples.place("KUFI").pk


def test_a_municipality_of_another_county_is_refused(education, examples):
    words = ADD.data(examples) | {"municipality": Municipality.objects.get(code="AL-05-PERMET").pk}

    assert education.fill(ADD.address(examples), **words).beside("municipality")


def test_a_change_is_kept_and_told(education, examples):
    education.save(url("plan:activity_edit", examples.activity), title="Titull tjetër", state="cancelled")

    assert (again(examples.activity).title, again(examples.activity).state) == ("Titull tjetër", "cancelled")
    assert entries("activity.saved", examples.activity)[-1].fields == ["state", "title"]


def test_one_of_another_county_is_not_there(person, examples):
    foreign = person("koordinator.gjirokaster")

    assert foreign.get(url("plan:activity", examples.activity)).status == 404
    assert foreign.post(url("plan:activity_edit", examples.activity), {}).status == 404
    assert url("plan:activity", examples.activity) not in foreign.look(url("plan:activities")).links


def test_the_calendar_is_narrowed_by_days(education, examples):
    near, far = make.activity(held_on=make.in_days(2)), make.activity(held_on=make.in_days(300))

    links = education.look(url("plan:activities") + f"?since={make.in_days(290)}&until={make.in_days(310)}").links

    assert url("plan:activity", far) in links
    assert url("plan:activity", near) not in links
