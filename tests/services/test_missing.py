"""Services that are missing: noted in one step from a referral, told to the committee without a case, and filled."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from cases.actions import needs
from cases.models import UnmetNeed
from krat.demo import make
from krat.reports import queries
from krat.services import actions
from krat.services.models import Missing
from meetings import actions as meetings
from meetings.models import AgendaItem, Meeting
from tests.services.examples import first, gap, missing, place
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(examples):
    return examples.case


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


# --- noted ---


def test_from_a_refused_referral_it_is_one_press(worker, case, coordinator, person):
    one = make.service(place("AL-02-OJF"), kinds=("translation",), municipalities=("AL-02-DURRES",))
    refused = make.referral(
        case, place("AL-02-OJF"), purpose="counselling", state="refused", service=one, answer="Nuk kemi përkthyes."
    )
    address = f"{url('cases:need_add', case)}?referral={refused.code}"
    assert address in worker.look(url("cases:referral", refused)).links

    leads_to = worker.save(address, kind=worker.look(address).typed("kind"))

    [need] = rows(UnmetNeed).filter(case=case).select_related("missing__kind", "missing__municipality")
    assert (need.missing.kind.code, need.missing.municipality_id) == ("translation", case.municipality_id)
    assert (need.referral_id, need.missing.since) == (refused.pk, timezone.localdate())
    assert entries("need.noted", need)
    assert entries("missing.noted", need.missing)
    shown = coordinator.look(leads_to).html
    assert "Translation" in shown
    for secret in (case.number, str(case.code), "Nuk kemi përkthyes", refused.alias):
        assert secret not in shown


def test_where_nobody_can_be_asked_the_purpose_leads_there(worker, case):
    place("AL-02-STREHEZ").territories.remove(case.municipality)

    assert f"{url('cases:need_add', case)}?purpose=shelter" in worker.look(url("cases:refer", case)).links


def test_where_no_service_has_room_the_form_leads_there(worker, case):
    one = make.service(place("AL-02-OJF"), municipalities=("AL-02-DURRES",), capacity=3)
    make.places(one, make.seat("ngo", one.provider), 0)
    for other in rows(type(one)).filter(provider=one.provider).exclude(pk=one.pk):
        make.places(other, make.seat("ngo", one.provider), 0)

    shown = worker.look(f"{url('cases:refer', case)}?purpose=counselling")

    assert f"{url('cases:need_add', case)}?purpose=counselling" in shown.links


def test_the_same_need_of_one_case_counts_once(case, seat):
    kind, by = make.term("service", "nursery"), seat("pmf.durres")

    assert needs.note(case, by=by, kind=kind).pk == needs.note(case, by=by, kind=kind).pk
    assert rows(Missing).filter(kind=kind, municipality=case.municipality).count() == 1


def test_what_stands_is_joined_with_the_earlier_day(seat, world):
    by, kind = seat("njmf.durres"), make.term("service", "nursery")
    words = {"by": by, "county": by.institution.county, "kind": kind, "municipality": make.municipality("AL-02-KRUJE")}
    earlier = make.in_days(-400)

    one = actions.note_missing(since=make.in_days(-3), what="", **words)
    two = actions.note_missing(since=earlier, what="Çerdhe për fëmijët nën tre vjeç.", **words)

    assert (two.pk, two.since, two.what) == (one.pk, earlier, "Çerdhe për fëmijët nën tre vjeç.")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"since": "01.01.2099"}, "since"),
        ({"what": "Për Arben Hoxhën nga Kruja"}, "what"),
        ({"kind": ""}, "kind"),
        ({"municipality": ""}, "municipality"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_what_was_typed(worker, world, wrong, field):
    words = {
        "kind": make.term("service", "nursery").pk,
        "municipality": make.municipality("AL-02-KRUJE").pk,
        "since": "01.01.2024",
        "what": "Çerdhe.",
    }

    shown = worker.fill(url("services:missing_add"), **(words | wrong))

    assert shown.beside(field)
    assert shown.typed("what") == (words | wrong)["what"]


def test_a_case_of_another_unit_is_not_there(person, case):
    assert person("pmf.gjirokaster").get(url("cases:need_add", case)).status == 404
    assert person("koordinator.durres").get(url("cases:need_add", case)).status == 403


# --- by how many cases ---


def test_small_numbers_of_cases_are_hidden_and_own_ones_told(case, coordinator, person, seat):
    one = missing()
    make.need(case, one)
    for _more in range(3):
        make.need(make.case(), one)

    assert "< 5" in coordinator.look(url("services:missing", one)).text
    told = queries.needs(seat("koordinator.durres"), [one.pk])[one.pk]
    assert (told.told.value, told.own) == (None, 0)
    theirs = queries.needs(seat("pmf.durres"), [one.pk])[one.pk]
    assert (theirs.told.is_hidden, theirs.own) == (True, 1)
    assert "and 1 of yours" in person("pmf.durres").look(url("services:missing", one)).text


def test_others_are_rounded(seat, world):
    one = missing()
    for _more in range(8):
        make.need(make.case(), one)

    assert queries.needs(seat("prefekt.durres"), [one.pk])[one.pk].told.value == 10


def test_none_and_few_look_the_same(coordinator, world):
    none, few = missing(), missing()
    make.need(make.case(), few)

    def told(one):
        return coordinator.look(url("services:missing", one)).text.split("Cases that need it")[1][:30]

    assert told(none) == told(few)


# --- what is done about it ---


def test_what_is_decided_on_the_agenda_is_to_fill_it(coordinator, seat, world):
    one, by = gap(None), seat("koordinator.durres")
    meeting = (
        rows(Meeting).filter(state="planned", body__county__code="AL-02").select_related("body").order_by("held_on")[0]
    )
    add = url("meetings:missing_add", meeting, missing=one.code)

    coordinator.press(url("meetings:cards", meeting), add)

    item = rows(AgendaItem).filter(missing=one).order_by("-pk")[0]
    assert item.title == "Shërbim i munguar: Qendër ditore, Shijak"
    assert add not in [form.action for form in coordinator.look(url("meetings:cards", meeting)).forms]
    assert url("services:missing", one) in coordinator.look(url("meetings:detail", meeting)).links
    with translation.override("en"), pytest.raises(ValidationError, match="on an agenda already"):
        meetings.add_missing(meeting, by=by, missing=one)

    open_meeting = make.meeting(meeting.body, state="open")
    make.attendance(open_meeting, place("AL-02-PREF"))
    on_it = make.item(open_meeting, missing=one)
    decision = meetings.decide(
        on_it, by=by, text="Të hapet një qendër ditore.", lead=place("AL-02-PREF"), due_on=make.in_days(60)
    )

    one = again(one)
    assert (one.state, one.decision) == ("given", decision.label)
    shown = coordinator.look(url("services:missing", one)).text
    assert "hapet një qendër ditore" in shown
    assert decision.label in shown


def test_it_waits_for_the_secretariat_until_it_stands_on_an_agenda(coordinator, person, world):
    line = "Put the missing service on an agenda: Day centre, Shijak"

    assert line in coordinator.look("/").text
    assert line not in person("njmf.durres").look("/").text
    meeting = rows(Meeting).filter(state="planned", body__county__code="AL-02").order_by("held_on")[0]
    coordinator.press(url("meetings:cards", meeting), url("meetings:missing_add", meeting, missing=gap(None).code))
    assert line not in coordinator.look("/").text


def test_a_service_of_the_catalogue_fills_it(coordinator, person, world):
    one = missing()
    service = make.service(place("AL-02-OJF"), kinds=(one.kind,), municipalities=(one.municipality,))

    leads_to = coordinator.save(url("services:missing_fill", one), service=service.pk, how="")

    assert (again(one).state, again(one).filled_by_id, again(one).over_on) == (
        "filled",
        service.pk,
        timezone.localdate(),
    )
    assert url("services:detail", service) in person("pmf.durres").look(leads_to).links
    assert entries("missing.settled", one)
    assert coordinator.fill(url("services:missing_drop", one), how="Gabim.").text.count("already")


def test_nobody_but_the_secretariat_settles(person, world):
    for verb in ("missing_task", "missing_fill", "missing_drop"):
        assert person("njmf.durres").get(url(f"services:{verb}", gap(None))).status == 403
        assert person("koordinator.gjirokaster").get(url(f"services:{verb}", gap(None))).status == 404
    assert person("admin").get(url("services:missing_list")).status == 403


def test_the_founding_text_stands_there_filled_by_its_decision(coordinator, world):
    one = rows(Missing).get(kind__code="emergency_72h", municipality__code="AL-02-DURRES")

    shown = coordinator.look(url("services:missing", one))

    assert (one.state, one.since) == ("filled", datetime.date(2015, 1, 1))
    assert url("services:detail", first(None)) in shown.links
    assert one.decision in shown.text
    assert one.decision.startswith("KRAT ")
