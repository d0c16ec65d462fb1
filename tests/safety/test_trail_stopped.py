"""Log first, then show (promise 4): while the trail cannot be written nothing of a case is shown, on any page.

The database itself refuses the line, so that no way of writing it is left out.
"""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.urls import reverse

from cases.models import Case, Identity, Referral
from krat.committee.models import Institution
from tests.api.conftest import machine  # noqa: F401  a fixture
from tests.safety import canaries
from tests.safety.oracle import ORACLE

pytestmark = pytest.mark.django_db
_WHY = "the test looks for what was planted"


@contextmanager
def no_room_for_the_trail():
    """The trail's table takes no line, as on a full disk."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER no_room BEFORE INSERT ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER no_room BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        yield
        transaction.set_rollback(True)


def planted_in_durres() -> tuple[Case, Referral]:
    """The child in the middle of everything in Durrës, and its referral to the education office."""
    code = next(one.code for one in canaries.places() if one.model == "cases.Case")
    case = Case.objects.unscoped(_WHY).get(code=code)
    return case, Referral.objects.unscoped(_WHY).get(case=case, purpose="school")


def name_of(case: Case) -> str:
    """A planted word of the name."""
    who = Identity.objects.unscoped(_WHY).get(case=case)
    return next(iter(canaries.words_in(who.data["first_name"].lower())))


PAGES = {
    "list": ("pmf.durres", lambda case, referral: (reverse("cases:list"), None)),
    "search": ("pmf.durres", lambda case, referral: (reverse("cases:search"), {"words": name_of(case)})),
    "case": ("pmf.durres", lambda case, referral: (reverse("cases:case", kwargs={"code": case.code}), None)),
    "who it is": ("pmf.durres", lambda case, referral: (reverse("cases:identity", kwargs={"code": case.code}), None)),
    "notes": ("njmf.durres", lambda case, referral: (reverse("cases:notes", kwargs={"code": case.code}), None)),
    "what is wrong in a form": (
        "pmf.durres",
        lambda case, referral: (reverse("cases:identity", kwargs={"code": case.code}), {"first_name": "1"}),
    ),
    "referral": (
        "zva.durres",
        lambda case, referral: (reverse("cases:referral", kwargs={"code": referral.code}), None),
    ),
    "referrals": ("zva.durres", lambda case, referral: (reverse("cases:referrals"), None)),
    "cards": ("prefekt.durres", lambda case, referral: (reverse("cases:cards"), None)),
}


def ask(browser, address, words):
    return browser.post(address, words) if words else browser.get(address)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_nothing_while_the_trail_cannot_be_written(page, as_):
    username, where = PAGES[page]
    address, words = where(*planted_in_durres())
    browser = as_(username, raise_request_exception=False)
    assert ask(browser, address, words).status_code == 200
    assert ORACLE.last or page == "cards"  # there is something to show

    with no_room_for_the_trail():
        answer = ask(browser, address, words)

    assert answer.status_code == 503
    assert canaries.met_in(answer.content.decode().lower()) == []
    assert canaries.numbers_in(answer.content.decode().lower()) == set()
    assert b"disk full" not in answer.content


@pytest.mark.parametrize("way", ["cases", "case", "referrals", "referral"])
def test_a_machine_is_told_nothing_while_the_trail_cannot_be_written(way, machine):  # noqa: F811  the fixture
    case, referral = planted_in_durres()
    at = {
        "cases": "cases/",
        "case": f"cases/{case.code}/",
        "referrals": "referrals/",
        "referral": f"referrals/{referral.code}/",
    }
    holder = Institution.objects.unscoped(_WHY).get(pk=case.holder_id)
    unit = machine(holder.code).with_token()
    assert unit.get(at[way]).status_code == 200
    assert ORACLE.last  # there is something to show

    with no_room_for_the_trail():
        answer = unit.get(at[way])

    assert answer.status_code == 503
    assert canaries.met_in(answer.content.decode().lower()) == []
    assert b"disk full" not in answer.content


@pytest.mark.parametrize(
    "where", ["AL-02-NJMF-DURRES", "AL-05-NJMF-GJIROKASTER", "AL-02-ZVA", "AL-02-OJF", "AL-02-POL"]
)
def test_a_machine_walks_through_all_that_is_planted(where, machine):  # noqa: F811  the fixture
    """Each of its answers is judged by the oracle."""
    walker = machine(where).with_token()
    met = ORACLE.met

    for way in ("cases/", "referrals/"):
        walker.get(way)
    for place in list(dict.fromkeys(canaries.places())):
        if place.field == "code" and place.model in ("cases.Case", "cases.Referral"):
            walker.get(f"{'cases' if place.model == 'cases.Case' else 'referrals'}/{place.code}/")

    assert ORACLE.met > met
