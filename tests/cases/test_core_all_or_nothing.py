"""All or nothing (promise 9): whichever statement of a verb of cases fails, everything stands as before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from cases.actions import cards, cases, referrals, signals
from cases.models import AidPart, Assignment, SchoolPart
from krat.demo import make
from meetings import actions as meetings
from tests.cases.core import TODAY, People, again, rows
from tests.meetings.test_all_or_nothing import Cut, cut_at, everything

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Verb = Callable[[], Any]


def statements_of(verb: Verb) -> int:
    """How many statements a verb runs; it is undone afterwards."""
    count = 0

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return run(sql, params, many, context)

    before = everything()
    with transaction.atomic():
        with connection.execute_wrapper(execute):
            verb()
        assert everything() != before, "The verb did nothing: this proves nothing."
        transaction.set_rollback(True)
    return count


def half_done(verb: Verb) -> list[int]:
    """Let each statement of a verb fail in turn; the numbers of those after which something had changed.

    Django takes a failed look for an equal row for a found one, so that a verb may also refuse.
    """
    before, broken = everything(), []
    for statement in range(1, statements_of(verb) + 1):
        with transaction.atomic():
            try:
                with cut_at(statement):
                    verb()
            except (Cut, ValidationError):
                transaction.set_rollback(False)  # so that one can look, also where nobody undid what was done
                if everything() != before:
                    broken.append(statement)
            transaction.set_rollback(True)
    return broken


def send(people: People) -> Verb:
    return lambda: people.tell(who="Një vajzë")


def reject(people: People) -> Verb:
    signal = people.tell()
    return lambda: signals.reject(signal, by=people.worker, why="Rast i njohur.")


def open_case(people: People) -> Verb:
    signal = people.tell()
    return lambda: people.open(signal=signal, identity={"personal_number": "P50314001A"})


def change(people: People) -> Verb:
    case = people.open()
    return lambda: cases.change(
        case, by=people.worker, based_on=1, head={"risk": "high"}, identity={"last_name": "Gjoka"}
    )


def move(people: People) -> Verb:
    case = cases.assess(people.open(), by=people.worker, risk="low")
    return lambda: cases.move(case, "full_assessment", by=people.worker, note="Vlerësimi filloi.")


def close(people: People) -> Verb:
    case = cases.assess(people.open(), by=people.worker, risk="low")
    closing = make.term("closing", "goals_reached")
    return lambda: cases.move(case, "closed", by=people.head, note="U krye.", closing=closing)


def assign(people: People) -> Verb:
    case = people.open()
    return lambda: cases.assign(case, by=people.head, seat=people.colleague, is_manager=True)


def release(people: People) -> Verb:
    place = rows(Assignment).get(case=people.open())
    return lambda: cases.release(place, by=people.head)


def note(people: People) -> Verb:
    case = people.open()
    return lambda: cases.note(case, by=people.worker, kind="visit", happened_on=TODAY(), text="Vizitë.")


def refer(people: People) -> Verb:
    case = people.open()
    return lambda: people.refer(case)


def accept(people: People) -> Verb:
    referral = people.refer(people.open())
    return lambda: referrals.move(referral, "accepted", by=people.school)


def complete(people: People) -> Verb:
    referral = people.referred(people.open())
    return lambda: referrals.move(referral, "completed", by=people.school, answer="U regjistrua.")


def remind(people: People) -> Verb:
    referral = people.refer(people.open())
    return lambda: referrals.remind(referral, by=people.worker)


def write_part(people: People) -> Verb:
    case = people.open()
    part = referrals.begin_part(case, SchoolPart, by=people.worker)
    return lambda: referrals.write_part(
        part, by=people.worker, right="parts.change", based_on=1, state="enrolled", school="Shkolla"
    )


def begin_part(people: People) -> Verb:
    case = people.open()
    return lambda: referrals.begin_part(case, AidPart, by=people.worker)


def mark(people: People) -> Verb:
    case = people.open()
    referral = people.refer(case)
    return lambda: people.stuck(case, referral=referral)


def take_to_table(people: People) -> Verb:
    obstacle = people.stuck(people.open())
    return lambda: cards.take_to_table(obstacle, by=people.worker)


def confirm_gone(people: People) -> Verb:
    obstacle, _card = people.at_the_table(people.open())
    return lambda: cards.confirm_gone(obstacle, by=people.worker, how="U dha.", based_on=again(obstacle).version)


def put_on_agenda(people: People) -> Verb:
    _obstacle, card = people.at_the_table(people.open())
    meeting = make.meeting(make.body("table", county="AL-02", year=2081))
    return lambda: meetings.add_card(meeting, by=people.coordinator, card=card)


VERBS = [send, reject, open_case, change, move, close, assign, release, note, refer, accept, complete, remind]


def write_part_of(people: People) -> Verb:
    case = people.open()
    return lambda: referrals.write_part_of(
        case, AidPart, by=people.worker, based_on=1, state=AidPart.State.APPLIED, basis="VKM 597 (shembull)"
    )


VERBS += [write_part, begin_part, write_part_of, mark, take_to_table, confirm_gone, put_on_agenda]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_whichever_statement_fails_nothing_was_done(verb, people):
    assert half_done(verb(people)) == []


@pytest.mark.parametrize(
    ("module", "verb", "tried"),
    [(cases, "open_case", open_case), (referrals, "move", accept), (cards, "confirm_gone", confirm_gone)],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_without_its_transaction_a_verb_would_be_found_half_done(module, verb, tried, people, monkeypatch):
    """The negative control."""
    do = tried(people)
    monkeypatch.setattr(module, verb, getattr(module, verb).__wrapped__)

    assert half_done(do)
