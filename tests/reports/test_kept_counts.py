"""The figures that each seat reads are those of the rows: its own apart, all the others as others (decision 41).

A seat's own rows that were counted among the others would give the others away; so every role that reads figures is
asked here for every table, against the rows themselves.
"""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import AidPart, Case, Referral, SchoolPart, Signal
from cases.models.stages import OVER
from krat.access import rights
from krat.access.roles import Role
from krat.counts import triggers
from krat.demo import make
from krat.reports import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

WHY = "tests count the rows themselves"
READERS = {
    "prefekt.durres": Role.PREFECT,
    "koordinator.durres": Role.COORDINATOR,
    "sekretaria.durres": Role.SECRETARIAT,
    "njmf.durres": Role.UNIT_HEAD,
    "policia.durres": Role.POLICE,
    "kufi.durres": Role.BORDER_POLICE,
    "shssh.durres": Role.SOCIAL_SERVICE,
    "zva.durres": Role.EDUCATION,
    "shendeti.durres": Role.HEALTH,
    "ojf.durres": Role.NGO,
    "koordinatori.kombetar": Role.NATIONAL,
}


@pytest.fixture
def read(monkeypatch):
    """``read(seat, county)``: each table as it is before anything is hidden, by its title's population and its word."""
    drafts = {}
    told = queries._told

    def remembered(title, some):
        drafts.update({(str(title), one.word): one for one in some})
        return told(title, some)

    monkeypatch.setattr(queries, "_told", remembered)

    def everything(seat, county):
        drafts.clear()
        for table in (queries.open_cases, queries.by_quarter, queries.signals, queries.referrals):
            table(seat, county)
        return drafts

    return everything


def split(rows, seat, seen_by, word) -> tuple[Counter, Counter]:
    """The seat's own and the others', by a word of each row."""
    mine = set()
    for name in seen_by:
        if rights.may(seat, name):
            mine |= set(rows.model.objects.permitted(seat, name).values_list("pk", flat=True))
    found = Counter(), Counter()
    for row in rows:
        found[row.pk not in mine][word(row)] += 1
    return found


@pytest.fixture
def busy(world, seat):
    """Durrës with something of everything, some of it with each of its institutions."""
    schools = seat("zva.durres").institution
    for at, status in enumerate(("at_risk", "possible_victim", "victim", "not_victim")):
        hours = datetime.timedelta(hours=(-1, 1, -70, 400)[at])
        case = make.case(victim_status=status, risk=("", "high", "immediate", "low")[at])
        Case.objects.unscoped(WHY).filter(pk=case.pk).update(due_at=timezone.now() + hours)
        make.school_part(case, state="enrolled")
        make.aid_part(case, state="applied")
        make.referral(case, schools, state=("sent", "accepted", "refused", "completed")[at])
        make.signal(seat("policia.durres"))
    make.case(stage="closed", closed_on=timezone.localdate())
    return make.county()


def test_every_role_that_reads_figures_is_asked():
    reading = {role for role in Role if rights.right("reports.view").reaches.get(role)}

    assert reading == set(READERS.values())


@pytest.mark.parametrize("username", READERS)
def test_each_seat_reads_its_own_rows_apart_from_the_others(seat, busy, read, username):
    who, year, now = seat(username), timezone.localdate().year, timezone.now()
    tables = read(who, busy)

    cases = Case.objects.unscoped(WHY).filter(municipality__county=busy)
    current = cases.exclude(stage__in=OVER)
    expected = {
        ("Open cases", word): split(current, who, ["cases.view"], lambda row, word=word: getattr(row, word))
        for word in ("stage", "municipality_id", "risk", "victim_status", "kind")
    }
    expected["Open cases", "late"] = split(current, who, ["cases.view"], lambda row: row.due_at < now)
    for part in (SchoolPart, AidPart):
        rows = part.objects.unscoped(WHY).filter(case__municipality__county=busy).exclude(case__stage__in=OVER)
        found = split(rows, who, ["parts.view", "referrals.use"], lambda row: row.state)
        expected["Open cases", part.purpose] = found
    for day, title in (("signalled_on", "Cases signalled in {}"), ("closed_on", "Cases closed in {}")):
        for each in (year, year - 1):
            rows = cases.filter(**{f"{day}__year": each})
            found = split(rows, who, ["cases.view"], lambda row, day=day: (getattr(row, day).month + 2) // 3)
            expected[title.format(each), "quarter"] = found
    rows = Signal.objects.unscoped(WHY).filter(municipality__county=busy, sent_at__year=year)
    expected[f"Signals of {year}", "state"] = split(rows, who, ["signals.view"], lambda row: row.state)
    rows = Referral.objects.unscoped(WHY).filter(case__municipality__county=busy, sent_at__year=year)
    for word in ("purpose", "state"):
        found = split(rows, who, ["referrals.view"], lambda row, word=word: getattr(row, word))
        expected[f"Referrals of {year}", word] = found

    for key, (own, others) in expected.items():
        assert (+tables[key].own, +tables[key].others) == (own, others), key


def test_rows_that_nobody_counted_would_be_seen_here(seat, busy, read):
    """The negative control."""
    connection.check_constraints()
    triggers.remove(connection)
    make.case(stage="conference")

    tables = read(seat("koordinator.durres"), busy)

    there = Case.objects.unscoped(WHY).filter(municipality__county=busy).exclude(stage__in=OVER)
    assert tables["Open cases", "stage"].others.total() == len(there) - 1


def test_a_reach_without_cells_is_an_error_and_not_one_of_the_others(seat, busy, monkeypatch):
    monkeypatch.setattr(queries, "_OF_CASES", {})

    with pytest.raises(KeyError):
        queries.open_cases(seat("njmf.durres"), busy)


def test_no_statement_of_the_figures_reads_the_rows_of_cases_but_those_that_run_out_today(seat, busy):
    head = seat("njmf.durres")

    with CaptureQueriesContext(connection) as captured:
        for table in (queries.open_cases, queries.by_quarter, queries.signals, queries.referrals):
            table(head, busy)

    assert len(captured) == 6
    of_rows = [one["sql"] for one in captured if 'FROM "cases_' in one["sql"]]
    assert len(of_rows) == 1
    assert '"due_at" >=' in of_rows[0]
