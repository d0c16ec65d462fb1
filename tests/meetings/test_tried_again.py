"""Whoever loses against another request is tried anew, thrice at most, and nothing is done or said twice."""

import itertools
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection

from krat.access import transactions
from krat.access.transactions import AGAIN_AT_MOST, in_one_transaction
from krat.audit.models import Entry
from meetings.models import Decision
from tests.ui.html_client import rows, url

pytestmark = pytest.mark.django_db


class Deadlock(OperationalError):
    """What PostgreSQL says to the one of two that it ends."""

    pgcode = "40P01"


class TakenMeanwhile(IntegrityError):
    """What PostgreSQL says where another transaction entered the same key."""

    pgcode = "23505"


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch):
    monkeypatch.setattr(transactions, "_PAUSE", 0)


@contextmanager
def failing(times, statement, mistake=Deadlock):
    """The first so many statements that begin so are ended by the database."""
    count = itertools.count(1)

    def execute(run, sql, params, many, context):
        if sql.startswith(statement) and next(count) <= times:
            raise mistake(sql[:40])
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield count


DECIDED = {"text": "Komiteti merr shënim për raportin."}


@pytest.mark.parametrize("mistake", [Deadlock, TakenMeanwhile])
@pytest.mark.parametrize("times", [1, AGAIN_AT_MOST])
def test_anas_decision_stands_once_though_the_database_ended_her_request(person, examples, times, mistake):
    ana, before = person("koordinator.durres"), rows(Decision).count()
    address = url("meetings:item", examples.item)
    form = ana.look(address).form("text").sent(DECIDED)
    entries = rows(Entry).filter(event="decision.taken").count()

    with failing(times, 'INSERT INTO "meetings_decision"', mistake):
        answer = ana.post(address, form)

    assert answer.leads_to
    assert rows(Decision).count() == before + 1
    assert rows(Entry).filter(event="decision.taken").count() == entries + 1
    assert ana.follow(answer).text.count("was recorded") == 1


def test_a_message_of_the_try_that_was_undone_is_not_said(person, examples):
    """The last statement fails, after the page had said that it was done."""
    ana = person("koordinator.durres")
    address = url("meetings:item", examples.item)
    form = ana.look(address).form("text").sent(DECIDED)

    with failing(1, 'UPDATE "access_submission"'):
        answer = ana.post(address, form)

    assert ana.follow(answer).text.count("was recorded") == 1


def test_it_is_tried_thrice_and_then_said_to_have_failed(person, examples):
    ana, before = person("koordinator.durres"), rows(Decision).count()
    ana.browser.raise_request_exception = False
    address = url("meetings:item", examples.item)
    form = ana.look(address).form("text").sent(DECIDED)

    with failing(AGAIN_AT_MOST + 1, 'INSERT INTO "meetings_decision"') as count:
        answer = ana.post(address, form)

    assert answer.status in (500, 503)
    assert rows(Decision).count() == before
    assert next(count) == AGAIN_AT_MOST + 2


@pytest.mark.parametrize("mistake", [OperationalError, IntegrityError, ValueError])
def test_any_other_mistake_is_not_tried_again(mistake):
    tries = []

    def work():
        tries.append(1)
        raise mistake

    with pytest.raises(mistake):
        in_one_transaction(work)
    assert len(tries) == 1
