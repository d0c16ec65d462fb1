"""The trail page, as the data protection officer reads it: people, roles and pages by name; how it is asked."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.models import Case, Note
from krat.audit import trail
from krat.audit.models import Entry
from krat.people.models import Seat

pytestmark = pytest.mark.django_db
WHY = "a test looks at what the page shows"
TRAIL = "/trail/"


def rows_of(answer):
    """The rows of the table, as words."""
    body = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>") if "<td" in row]


def test_the_officer_reads_who_as_what_and_which_page(as_):
    as_("zva.durres").get("/tasks/")

    first = next(one for one in rows_of(as_("dpo").get(TRAIL)) if "ZVA" in one)

    seat = Seat.objects.unscoped(WHY).for_request().get(user__username="zva.durres")
    with translation.override("sq"):
        assert str(seat.user) in first
        assert seat.get_role_display() in first
    assert seat.institution.short_name in first
    assert "plan:tasks" not in first
    assert "education" not in first


def test_of_somebody_whose_seat_is_not_known_the_words_of_that_day_stand(as_):
    class Gone:
        code, county_code, trail_words = None, "", "iku.provash, education, AL-02-ZVA"

    trail.record(Gone(), trail.NO_SEAT)

    first = next(one for one in rows_of(as_("dpo").get(TRAIL)) if "iku.provash" in one)

    assert "education" not in first
    assert "AL-02-ZVA" in first


def test_it_is_found_by_person(as_):
    as_("zva.durres").get("/tasks/")
    as_("shendeti.durres").get("/tasks/")
    seat = Seat.objects.unscoped(WHY).for_request().get(user__username="zva.durres")
    officer = as_("dpo")

    page = officer.get(TRAIL, {"actor": str(seat.code)})

    found = rows_of(page)
    assert found
    assert all(str(seat.user) in one for one in found)
    assert f'value="{seat.code}" selected' in page.content.decode()


def test_it_is_found_by_the_number_of_a_case_with_all_that_belongs_to_it(as_):
    case = Case.objects.unscoped(WHY).filter(pk__in=Note.objects.unscoped(WHY).values("case")).first()
    note = Note.objects.unscoped(WHY).filter(case=case).first()
    other = Case.objects.unscoped(WHY).exclude(pk=case.pk).first()
    for thing in (case, note, other):
        trail.record(None, trail.SEEN, thing)

    as_("dpo").get(TRAIL, {"thing": case.number})
    shown = as_("dpo").get(TRAIL, {"thing": case.number.lower()}).content.decode()

    assert str(case.code) in shown
    assert str(note.code) in shown
    assert str(other.code) not in shown


@pytest.mark.parametrize("number", ["DR-2099-9999-F", "x"])
def test_a_number_that_nobody_has_finds_nothing(number, as_):
    assert rows_of(as_("dpo").get(TRAIL, {"thing": number})) == []


def test_a_code_finds_its_own_thing_as_before(as_):
    entry = Entry.objects.unscoped(WHY).exclude(thing_code="").order_by("-pk").first()

    assert len(rows_of(as_("dpo").get(TRAIL, {"thing": entry.thing_code}))) >= 1


@pytest.mark.parametrize("username", ["admin", "prefekt.durres", "njmf.durres"])
def test_nobody_else_reads_it(username, as_):
    assert as_(username).get(TRAIL).status_code == 403


def test_signed_out_it_leads_to_the_sign_in(client, world):
    assert client.get(TRAIL)["Location"].startswith(reverse("account_login"))


def test_its_queries_do_not_grow_with_the_rows(as_):
    officer = as_("dpo")
    officer.get(TRAIL)
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            officer.get(TRAIL)
        counts.append(len(queries))
        for _number in range(30):
            trail.record(None, trail.SEEN)

    assert counts[0] == counts[1]
