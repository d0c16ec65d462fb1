"""The first page: what waits for me, the most urgent first."""

import pytest

from krat.demo import make
from krat.plan.models import Task
from tests.ui.html_client import entries, rows, url

pytestmark = pytest.mark.django_db


def lines_of(shown) -> list[str]:
    return [one["title"] if isinstance(one, dict) else one.title for one in shown.response.context["waiting"]]


def test_everybody_with_a_seat_has_a_first_page(person, world):
    for username in ("prefekt.durres", "kufi.durres", "pmf.durres", "koordinatori.kombetar", "dpo", "admin"):
        assert person(username).get("/").status == 200


def test_signed_out_one_is_led_to_sign_in(client, world):
    answer = client.get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_most_urgent_task_of_the_education_office_stands_first(person, seat):
    zva = seat("zva.durres").institution
    make.task(zva, title="Detyra më urgjente", due_on=make.in_days(-400), given_on=make.in_days(-500))

    shown = person("zva.durres").look("/")

    assert lines_of(shown)[0] == "Detyra më urgjente"
    assert "400 days late" in shown.text


def test_what_is_late_follows_by_how_late_it_is_for_the_time_there_was(person, seat):
    zva = seat("zva.durres").institution
    make.task(zva, title="Njëmbëdhjetë ditë nga një vit", due_on=make.in_days(-11), given_on=make.in_days(-376))
    make.task(zva, title="Dhjetë ditë nga tri", due_on=make.in_days(-10), given_on=make.in_days(-13))

    shown = lines_of(person("zva.durres").look("/"))

    assert shown.index("Dhjetë ditë nga tri") < shown.index("Njëmbëdhjetë ditë nga një vit")


def test_nobody_sees_what_waits_for_another_institution(person, seat):
    make.task(seat("zva.durres").institution, title="Vetëm për arsimin")

    assert "Vetëm për arsimin" not in lines_of(person("kufi.durres").look("/"))
    assert "Vetëm për arsimin" not in lines_of(person("zva.gjirokaster").look("/"))


def test_a_task_reported_done_waits_for_the_coordinator_and_not_for_its_lead(person, seat):
    zva = seat("zva.durres")
    make.task(zva.institution, title="U krye dje", state="done", done_by=zva)

    waits = [one for one in lines_of(person("koordinator.durres").look("/")) if "U krye dje" in one]

    assert waits == ["Verify the task reported done: U krye dje"]
    assert not [one for one in lines_of(person("zva.durres").look("/")) if "U krye dje" in one]


def test_a_draft_plan_waits_for_the_prefect(person, world):
    plan = make.plan(year=2090)

    assert "Adopt the action plan 2090" in lines_of(person("prefekt.durres").look("/"))
    assert url("plan:detail", plan) in person("prefekt.durres").look("/").links
    assert "Adopt the action plan 2090" not in lines_of(person("koordinator.durres").look("/"))


def test_circulated_minutes_wait_for_whoever_approves_them(person, world):
    def waits(username):
        return [one for one in lines_of(person(username).look("/")) if "77/" in one]

    meeting = make.meeting(make.body(year=2031, starts_on=make.in_days(-9)), state="held", number=77)
    meeting.minutes = "circulated"
    meeting.save()

    assert len(waits("prefekt.durres")) == 1
    assert waits("koordinator.durres") == []
    assert waits("prefekt.gjirokaster") == []


def test_a_measure_that_ends_soon_waits_for_its_lead(person, seat):
    plan = make.plan(year=2089, state="adopted")
    make.measure(make.objective(plan), lead=seat("kufi.durres").institution, title="Kontrolli i pikës kufitare")

    assert any("Kontrolli i pikës kufitare" in one for one in lines_of(person("kufi.durres").look("/")))


def test_opening_it_leaves_an_entry(person, world):
    before = len(entries("page.seen"))

    person("kufi.durres").look("/")

    assert [one.route for one in entries("page.seen")[before:]] == ["home:today"]


def test_it_shows_nothing_of_the_other_county(person, world):
    foreign = (
        rows(Task)
        .filter(county__code="AL-05")
        .exclude(title__in=rows(Task).filter(county__code="AL-02").values("title"))
    )

    words = person("koordinator.durres").look("/").text

    assert not [task.title for task in foreign if task.title in words]
