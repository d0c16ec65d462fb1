"""Who reads unusually, as the data protection officer sees it: far more than usual, at odd hours, outside the team."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cases.models import Case
from krat.access.roles import Role
from krat.audit import checkpoints, trail
from krat.audit.models import Entry
from krat.demo import make
from krat.oversight import reading
from krat.reference.models import Holiday, Threshold
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db

WHY = "a test plants what somebody read"
PAGE = "/oversight/reading/"
TODAY = timezone.localdate()
# The last weekday before today; no feast falls on it, as long as a test does not say so.
WORKDAY = next(day for day in (TODAY - datetime.timedelta(days=back) for back in range(1, 6)) if day.weekday() < 5)
SUNDAY = next(day for day in (TODAY - datetime.timedelta(days=back) for back in range(7)) if day.weekday() == 6)


def read(seat, cases, day=WORKDAY, hour=10, route="cases:case"):
    """Let a seat have opened the files of these cases."""
    at = timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))
    for case in cases:
        entry = Entry(
            at=at,
            actor=seat.code,
            actor_words=seat.trail_words,
            event=trail.SEEN,
            thing_type=case._meta.label_lower,
            thing_code=str(case.code),
            route=route,
        )
        entry.mac = checkpoints.mac(entry)
        Entry.objects.bulk_create([entry])


@pytest.fixture(autouse=True)
def _no_feasts(world):
    Holiday.objects.filter(day__gte=TODAY - datetime.timedelta(days=7), day__lte=TODAY).delete()


@pytest.fixture
def worker(seat):
    return seat("pmf.durres")


@pytest.fixture
def officer(seat):
    return seat("dpo")


@pytest.fixture
def files(worker):
    """Twenty cases of the worker's own."""
    return [make.case(manager=worker) for _number in range(20)]


@pytest.fixture
def usual(worker, files):
    """In the weeks before, the worker opened two files a day, and so did a colleague."""
    colleague = make.seat(Role.CHILD_WORKER, worker.institution)
    for back in range(10, 20):
        read(worker, files[:2], TODAY - datetime.timedelta(days=back))
        read(colleague, files[:2], TODAY - datetime.timedelta(days=back))
    return colleague


def found(officer):
    return {one.seat.pk: one for one in reading.unusual(officer, reading.limits())}


def test_whoever_opened_far_more_than_usual_on_a_day_stands_out(officer, worker, files, usual):
    read(worker, files[:16])

    line = found(officer)[worker.pk]

    assert [(one.on, one.files, one.own, one.peers) for one in line.days] == [(WORKDAY, 16, 2.0, 2.0)]
    assert (line.at_night, line.outside) == (0, 0)


def test_a_day_of_few_files_or_of_as_many_as_always_does_not(officer, worker, files, usual):
    read(worker, files[:14])  # many times the usual, and yet few
    assert worker.pk not in found(officer)

    for back in range(20, 40):
        read(worker, files, TODAY - datetime.timedelta(days=back))
        read(usual, files, TODAY - datetime.timedelta(days=back))
    read(worker, files)  # as on most days, and as others do
    assert worker.pk not in found(officer)


def test_a_file_opened_ten_times_is_one_file(officer, worker, files, usual):
    for _turn in range(10):
        read(worker, files[:3])

    assert worker.pk not in found(officer)


def test_rows_of_a_list_are_no_files_that_were_opened(officer, worker, files, usual):
    read(worker, files, route="cases:list")

    assert worker.pk not in found(officer)


def test_a_newcomer_is_compared_with_the_others_in_the_role(officer, worker, files, usual):
    newcomer = make.seat(Role.CHILD_WORKER, worker.institution)
    for case in files:
        make.assignment(case, newcomer)
    read(newcomer, files)

    line = found(officer)[newcomer.pk]

    assert [(one.own, one.peers) for one in line.days] == [(None, 2.0)]


@pytest.mark.parametrize(("day", "hour"), [(WORKDAY, 23), (WORKDAY, 3), (SUNDAY, 11)])
def test_files_opened_at_night_and_on_days_of_rest_stand_out(officer, worker, files, day, hour):
    read(worker, files[:5], day, hour)

    assert found(officer)[worker.pk].at_night == 5


def test_a_holiday_is_a_day_of_rest(officer, worker, files):
    read(worker, files[:5])
    assert worker.pk not in found(officer)

    Holiday.objects.get_or_create(day=WORKDAY, defaults={"name_sq": "Festë", "name_en": "Feast"})

    assert found(officer)[worker.pk].at_night == 5


def test_fewer_files_at_night_than_the_setting_says_do_not_stand_out(officer, worker, files):
    read(worker, files[:4], hour=23)
    assert worker.pk not in found(officer)

    Threshold.objects.filter(code="reading_night_files").update(amount=4)
    assert found(officer)[worker.pk].at_night == 4

    Threshold.objects.filter(code="reading_night_from").update(amount=0)
    Threshold.objects.filter(code="reading_night_until").update(amount=4)  # the night is from midnight to four
    assert worker.pk not in found(officer)


def test_files_outside_ones_own_team_stand_out(officer, seat, files):
    head = seat("njmf.durres")  # she may open them all: her unit holds them
    read(head, files[:5])

    assert found(officer)[head.pk].outside == 5


def test_files_of_ones_own_team_do_not_even_when_the_place_ended_in_these_days(officer, worker, files):
    for one in files[:6]:
        make.assignment(one, make.seat(Role.CHILD_WORKER, worker.institution))
    read(worker, files[:6])

    assert worker.pk not in found(officer)


def test_where_everybody_in_the_role_reads_outside_the_team_nobody_stands_out(officer, seat, files):
    heads = [seat("njmf.durres"), make.seat(Role.UNIT_HEAD, seat("njmf.durres").institution)]
    for head in heads:
        read(head, files[:6])

    assert not set(found(officer)) & {head.pk for head in heads}


def test_what_lies_back_longer_than_the_span_is_not_told(officer, worker, files, usual):
    read(worker, files, TODAY - datetime.timedelta(days=8))

    assert worker.pk not in found(officer)


def test_machines_do_not_read(officer, files, seat):
    machine = make.seat(Role.SYSTEM, seat("njmf.durres").institution)
    read(machine, files, hour=23)

    assert machine.pk not in found(officer)


# --- the page ---


def test_the_officer_reads_who_what_and_by_which_thresholds(person, worker, files, usual):
    read(worker, files[:16])
    shown = person("dpo").look(PAGE)

    assert str(worker.user) in shown.text
    assert "16" in shown.text
    assert f"/trail/?actor={worker.code}&since=" in shown.html.replace("&amp;", "&")
    with translation.override("en"):
        assert all(one.in_words in shown.text for one in Threshold.objects.filter(code__startswith="reading_"))
    assert not {str(case.number) for case in files} & set(shown.text.split())


def test_where_nobody_stands_out_it_says_so(person, world):
    Threshold.objects.filter(unit="files").update(amount=999)
    shown = person("dpo").look(PAGE)

    assert shown.response.context["readers"] == []
    assert 'class="state"' in shown.html


def test_the_page_of_the_trail_leads_there_and_that_it_was_looked_at_is_noted(person, world):
    officer = person("dpo")
    assert PAGE in officer.look("/trail/").links

    officer.look(PAGE)

    assert entries("page.seen")[-1].route == "oversight:unusual"


def test_it_waits_on_the_officers_first_page_without_a_name_and_on_nobody_elses(person, worker, files, usual):
    officer = person("dpo")
    Threshold.objects.filter(unit="files").exclude(code="reading_files").update(amount=999)
    assert PAGE not in officer.look("/").links

    read(worker, files[:16])

    assert PAGE in officer.look("/").links
    assert str(worker.user) not in officer.look("/").text
    assert PAGE not in person("admin").look("/").links


@pytest.mark.parametrize("username", ["admin", "prefekt.durres", "njmf.durres", "koordinatori.kombetar"])
def test_nobody_else_reads_it(person, username, world):
    assert person(username).get(PAGE).status == 403


def test_signed_out_it_leads_to_the_sign_in_and_it_takes_no_post(client, person, world):
    assert client.get(PAGE)["Location"].startswith("/account/login/")
    assert person("dpo").post(PAGE).status == 405


def test_more_readers_ask_the_database_no_more(as_, worker, files, usual):
    officer = as_("dpo")
    read(worker, files[:16])
    counts = []
    for _turn in range(2):
        officer.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            officer.get(PAGE)
        counts.append(len(queries))
        for _number in range(5):
            another = make.seat(Role.CHILD_WORKER, worker.institution)
            read(another, [*files, *Case.objects.unscoped(WHY)[:5]], hour=23)

    assert counts[0] == counts[1]
    assert url("oversight:unusual") == PAGE
