"""How many statements each call takes, with sign-in, seat, limit, right, door, trail and everything it shows.

A budget is an upper bound that holds on both databases. Whoever needs one statement more has to raise it here, and say
why. BEGIN and COMMIT do not count.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from krat.committee.models import Institution
from krat.demo import make
from tests.api.test_cases import CASE, patch, put

pytestmark = pytest.mark.django_db

# Call: statements. On SQLite what names several things, or keeps values, takes one more (`krat.audit.rows`).
OF_SEVERAL = {
    "GET cases/",
    "GET cases/, again",
    "GET cases/, filtered",
    "GET referrals/",
    "PUT cases/by-reference/, its risk",
    "PUT cases/by-reference/, its name",
    "PATCH cases/<code>/, its risk",
    "POST referrals/<code>/accept/",
    "POST referrals/<code>/complete/",
}
BUDGETS = {
    "GET cases/": 6,
    "GET cases/, again": 5,
    "GET cases/, filtered": 5,
    "GET cases/<code>/": 5,
    "POST cases/": 21,
    "PUT cases/by-reference/, a new one": 24,
    "PUT cases/by-reference/, its risk": 12,
    "PUT cases/by-reference/, its name": 14,
    "PUT cases/by-reference/, nothing new": 5,
    "PATCH cases/<code>/, its risk": 13,
    "GET referrals/": 8,
    "GET referrals/<code>/": 8,
    "POST referrals/<code>/accept/": 41,
    "POST referrals/<code>/complete/": 30,
    "GET tasks/": 5,
    "GET tasks/<code>/": 6,
    "POST tasks/<code>/progress/": 30,
    "GET meetings/": 4,
    "GET institutions/": 5,
    "GET reference/": 9,
}


@pytest.fixture
def calls(machine, seat):
    """Each call by its name, as a function, in an order in which one prepares the next."""
    unit, office = machine("AL-02-NJMF-DURRES"), machine("AL-02-ZVA")
    place = Institution.objects.unscoped("a test refers to it").get(code="AL-02-ZVA")
    for number in range(3):
        put(unit, reference=f"KARTELA-{number}")
    case, other = put(unit).json(), put(unit, reference="KARTELA-3").json()
    low, renamed = CASE | {"risk": "low"}, {"identity": {**CASE["identity"], "first_name": "Prova"}}
    referral = make.referral(make.case(manager=seat("pmf.durres")), place)
    task = make.task(place, title="Detyrë shembull")
    return {
        "GET cases/": lambda: unit.get("cases/?limit=50"),
        "GET cases/, again": lambda: unit.get("cases/?limit=50"),
        "GET cases/, filtered": lambda: unit.get("cases/?risk=high"),
        "GET cases/<code>/": lambda: unit.get(f"cases/{case['code']}/"),
        "POST cases/": lambda: unit.post("cases/", CASE | {"reference": "KARTELA-9"}),
        "PUT cases/by-reference/, a new one": lambda: put(unit, reference="KARTELA-10"),
        "PUT cases/by-reference/, its risk": lambda: put(unit, low),
        "PUT cases/by-reference/, its name": lambda: put(unit, low | renamed),
        "PUT cases/by-reference/, nothing new": lambda: put(unit, low | renamed),
        "PATCH cases/<code>/, its risk": lambda: patch(unit, other, {"risk": "medium"}),
        "GET referrals/": lambda: office.get("referrals/"),
        "GET referrals/<code>/": lambda: office.get(f"referrals/{referral.code}/"),
        "POST referrals/<code>/accept/": lambda: office.post(f"referrals/{referral.code}/accept/"),
        "POST referrals/<code>/complete/": lambda: office.post(
            f"referrals/{referral.code}/complete/", {"answer": "U krye."}
        ),
        "GET tasks/": lambda: office.get("tasks/"),
        "GET tasks/<code>/": lambda: office.get(f"tasks/{task.code}/"),
        "POST tasks/<code>/progress/": lambda: office.post(f"tasks/{task.code}/progress/", {"note": "Puna filloi."}),
        "GET meetings/": lambda: unit.get("meetings/"),
        "GET institutions/": lambda: unit.get("institutions/"),
        "GET reference/": lambda: unit.get("reference/"),
    }


def statements_of(call) -> int:
    """The statements of a call; its own transaction is a savepoint of the test's, which is taken off."""
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    assert answer.status_code in (200, 201), answer.content
    return len(queries) - 2


def test_no_call_takes_more_statements_than_it_may(calls):
    taken = {name: statements_of(call) for name, call in calls.items()}

    of_several = 0 if connection.vendor == "postgresql" else 1
    allowed = {name: budget + of_several * (name in OF_SEVERAL) for name, budget in BUDGETS.items()}
    assert set(taken) == set(BUDGETS)
    assert {name: many for name, many in taken.items() if many > allowed[name]} == {}


def test_a_list_takes_as_many_however_long_it_is(machine):
    unit = machine("AL-02-NJMF-DURRES")
    for number in range(2):
        put(unit, reference=f"KARTELA-A-{number}")
    unit.get("cases/?limit=200")
    few = statements_of(lambda: unit.get("cases/?limit=200"))
    for number in range(6):
        put(unit, reference=f"KARTELA-B-{number}")
    unit.get("cases/?limit=200")

    assert statements_of(lambda: unit.get("cases/?limit=200")) == few
