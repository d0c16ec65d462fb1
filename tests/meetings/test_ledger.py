"""The ledger of an institution: what was asked of it, what is done and what shows it, what is late, what came back."""

import pytest

from krat.demo import make
from tests.declaring import DECISIONS
from tests.ui.html_client import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """An institution of Durrës of which nothing was asked yet."""
    return make.institution(short_name="Zyra e provës", name="Zyra e provës së regjistrit")


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def sums(page):
    return page.response.context["sums"]


def lines(page):
    return {line.task.title: line for line in page.response.context["lines"]}


def test_it_tells_what_was_asked_by_whom_and_what_shows_that_it_is_done(coordinator, examples, office, seat):
    task = make.task(
        office, title="Hartohet lista", state="verified", due_on=make.in_days(-9), done_on=make.in_days(-6)
    )
    decision = make.decision(make.item(examples.meeting), number=DECISIONS + 7, tasks=[task])
    make.step(task, seat("zva.durres"), "Lista u dorëzua në protokoll.", state="done")
    make.step(task, seat("koordinator.durres"), "Lista u pa.", state="verified")

    page = coordinator.look(url("meetings:ledger", office))

    line = lines(page)["Hartohet lista"]
    assert [one.label for one in line.decisions] == [decision.label]
    assert line.days_late == 3
    for words in (decision.label, "3 days late", "Lista u dorëzua në protokoll.", "Lista u pa."):
        assert words in page.text
    assert url("plan:task", task) in page.links


def test_what_was_given_back_stands_with_its_day_and_reason(coordinator, office, seat):
    task, other = make.task(office, title="Kthehet", state="done"), make.task(office, title="Ecën", state="done")
    for state, note in (("in_progress", "Nisi."), ("done", "U bë."), ("in_progress", "Mungon lista."), ("done", "Ja.")):
        make.step(task, seat("koordinator.durres"), note, state=state)
    for state in ("in_progress", "done"):
        make.step(other, seat("koordinator.durres"), state=state)

    page = coordinator.look(url("meetings:ledger", office))

    assert [one.note for one in lines(page)["Kthehet"].given_back] == ["Mungon lista."]
    assert lines(page)["Kthehet"].told.note == "Ja."
    assert lines(page)["Ecën"].given_back == []
    assert sums(page).given_back == 1
    assert list(lines(coordinator.look(url("meetings:ledger", office) + "?standing=given_back"))) == ["Kthehet"]


def test_it_counts_how_tasks_stand_and_narrows_to_each(coordinator, office):
    make.task(office, title="E re")
    make.task(office, title="Me vonesë", due_on=make.in_days(-2))
    make.task(office, title="E kryer", state="done")
    make.task(office, title="E verifikuar", state="verified")
    make.task(office, title="E anuluar", state="cancelled")
    address = url("meetings:ledger", office)

    told = sums(coordinator.look(address))

    assert (told.asked, told.open, told.late, told.to_verify, told.verified, told.cancelled) == (5, 2, 1, 1, 1, 1)
    for standing, titles in (
        ("open", {"E re", "Me vonesë"}),
        ("late", {"Me vonesë"}),
        ("done", {"E kryer"}),
        ("verified", {"E verifikuar"}),
        ("cancelled", {"E anuluar"}),
        ("given_back", set()),
    ):
        assert set(lines(coordinator.look(f"{address}?standing={standing}"))) == titles, standing
    assert lines(coordinator.look(f"{address}?year={make.in_days(-7).year - 1}")) == {}


def test_an_organisation_sees_what_was_asked_of_itself_and_not_of_others(person, seat, office):
    make.task(office, title="E huaj")
    own = make.task(seat("ojf.durres").institution, title="E vetja")
    reader = person("ojf.durres")

    assert "E vetja" in lines(reader.look(url("meetings:ledger", own.lead)))
    page = reader.look(url("meetings:ledger", office))
    assert (lines(page), sums(page).asked) == ({}, 0)


def test_the_page_of_an_institution_leads_there_whoever_may_see_tasks(coordinator, person, office):
    address = url("meetings:ledger", office)

    assert address in coordinator.look(url("committee:institution", office)).links
    assert address not in person("admin").look(url("committee:institution", office)).links
