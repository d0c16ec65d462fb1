"""All or nothing (promise 9): whichever statement of a verb fails, everything stands as before."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from krat.committee import actions as committee
from krat.demo import make
from krat.plan.actions import plans
from meetings import actions
from meetings.models import Decision
from tests.ui.html_client import rows, url

pytestmark = pytest.mark.django_db

Verb = Callable[[], Any]


class Cut(OperationalError):
    """The database went away."""


@contextmanager
def cut_at(statement: int) -> Iterator[None]:
    """Let one statement fail, the n-th; those before and after it pass."""
    count = itertools.count(1)

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(count) == statement:
            raise Cut(sql[:80])
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table's own name
            found[table] = sorted(repr([_plain(value) for value in row]) for row in cursor.fetchall())
    return found


def _plain(value: Any) -> Any:
    """PostgreSQL hands out encrypted bytes as a view, whose name is another every time."""
    return bytes(value) if isinstance(value, memoryview) else value


def half_done(verb: Verb) -> list[int]:
    """Let each statement of a verb fail in turn; the numbers of those after which something had changed."""
    before = everything()
    broken = []
    for statement in itertools.count(1):
        with transaction.atomic():
            try:
                with cut_at(statement):
                    verb()
            except Cut:
                transaction.set_rollback(False)  # so that one can look, also where nobody undid what was done
                is_whole = everything() == before
            else:
                assert everything() != before, "The verb did nothing: this proves nothing."
                assert statement > 5
                transaction.set_rollback(True)
                return broken
            transaction.set_rollback(True)
        if not is_whole:
            broken.append(statement)
    raise AssertionError


@pytest.fixture
def coordinator(seat):
    return seat("koordinator.durres")


def decide(examples, by) -> Verb:
    leads = [examples.place("ZVA"), examples.place("KUFI")]
    item = examples.item
    return lambda: actions.decide(
        item, by=by, text="Të hapet regjistri.", lead=None, leads=leads, due_on=make.in_days(9), supporting=leads
    )


def convene(examples, by) -> Verb:
    words = {"kind": make.term("meeting", "ordinary"), "held_on": make.in_days(0), "starts_at": None, "place": "Salla"}
    body = examples.body
    return lambda: actions.convene(by=by, body=body, agenda=["Hapja", "Të ndryshme"], **words)


def constitute(examples, by) -> Verb:
    words = {"starts_on": make.in_days(300), "ends_on": make.in_days(600)}
    county, act = make.county("AL-02"), examples.act
    return lambda: committee.constitute(by=by, county=county, year=2085, act=act, **words)


def review(examples, by) -> Verb:
    decision, meeting = examples.decision, examples.meeting
    return lambda: actions.review(decision, meeting=meeting, by=by, outcome="closed", note="Mjafton.")


def change_item(examples, by) -> Verb:
    make.item(examples.meeting)
    item = examples.item
    return lambda: actions.change_item(item, by=by, based_on=item.version, title="E dyta", rapporteur=None, position=1)


def write_measure(examples, by) -> Verb:
    measure = examples.measure
    words = {name: getattr(measure, name) for name in ("number", "lead", "due_on", "indicator", "means")}
    supporting = [examples.place("KUFI")]
    return lambda: plans.write_measure(
        measure,
        objective=measure.objective,
        by=by,
        based_on=measure.version,
        supporting=supporting,
        title="Tjetër",
        **words,
    )


@pytest.mark.parametrize(
    "verb", [decide, convene, constitute, review, change_item, write_measure], ids=lambda verb: verb.__name__
)
def test_whichever_statement_fails_nothing_was_done(verb, examples, coordinator):
    assert half_done(verb(examples, coordinator)) == []


def test_without_its_transaction_a_verb_would_be_found_half_done(examples, coordinator, monkeypatch):
    monkeypatch.setattr(actions, "decide", actions.decide.__wrapped__)

    assert half_done(decide(examples, coordinator))


def test_a_verb_that_does_nothing_would_be_found(world):
    with pytest.raises(AssertionError, match="did nothing"):
        half_done(lambda: rows(Decision).count())


@pytest.mark.parametrize("back_from_the_end", [1, 2, 5, 9])
def test_on_the_page_a_failing_database_shows_an_incident_and_nothing_was_done(
    person, examples, settings, back_from_the_end
):
    someone = person("koordinator.durres")
    address = url("meetings:item", examples.item)
    someone.browser.raise_request_exception = False
    sent = someone.look(address).form("text").sent({"text": "Komiteti merr shënim për raportin."})
    before = rows(Decision).count()
    with transaction.atomic():
        with connection.execute_wrapper(_Counter()) as _nothing:
            counter = connection.execute_wrappers[-1]
            someone.post(address, sent)
        transaction.set_rollback(True)

    with cut_at(counter.count - back_from_the_end):
        shown = someone.post(address, sent)

    assert shown.status in (500, 503)
    assert "Komiteti merr shënim" in shown.html, "what was typed stands on the page that says so"
    assert rows(Decision).count() == before


class _Counter:
    """Counts the statements of a request."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return run(sql, params, many, context)
