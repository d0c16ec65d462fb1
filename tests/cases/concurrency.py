"""People at one case, each as a process of their own, for the tests of what happens at once.

``python -m tests.cases.concurrency TASK …``: ``prepare`` makes a unit with its people and prints what the others need;
``decide`` and ``confirm`` race for the same obstacles; ``accept`` for the same referral; ``change`` for the same case;
``open`` for numbers; ``kill`` lets a process die at every statement of a verb and looks at what stands.
Each accepted act is said on standard output and flushed after its transaction has ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

ROUNDS = 12


def say(*words: object) -> None:
    """One line on standard output, flushed."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def seat(code: str) -> Any:
    """A seat as a request has it."""
    from krat.people.models import Seat

    return Seat.objects.unscoped("a test's process").for_request().get(code=code)


def row(model: Any, code: str) -> Any:
    """A row, whoever may see it."""
    return model.objects.unscoped("a test's process").get(code=code)


def open_case(worker: Any) -> Any:
    """The worker opens a case."""
    from django.utils import timezone

    from cases.actions import cases
    from krat.demo import make

    return cases.open_case(
        by=worker,
        kind="child",
        municipality=make.municipality(),
        source=make.term("source", "police"),
        signalled_on=timezone.localdate(),
        identity={"first_name": "Shembulla", "last_name": "Provë"},
    )


def prepare() -> None:
    from django.utils import timezone

    from cases.actions import cards, referrals
    from krat.demo import make

    unit = make.institution("AL-02-NJMF-DURRES", kind="child_protection_unit", territories=["AL-02-DURRES"])
    school = make.institution("AL-02-ZVA", kind="education", territories=["AL-02-DURRES"])
    worker, coordinator = make.seat("child_worker", unit), make.seat("coordinator")
    officers = [make.seat("education", school) for _officer in range(2)]
    worker, coordinator, *officers = [seat(one.code) for one in (worker, coordinator, *officers)]
    case = open_case(worker)
    obstacles, alike = [], []
    for _round in range(ROUNDS):
        obstacle = cards.mark(
            case,
            by=worker,
            kind=make.term("obstacle", "economic_aid"),
            waits_for=school,
            since=timezone.localdate(),
            asked="Vendim për ndihmën ekonomike",
        )
        cards.move(cards.take_to_table(obstacle, by=worker), "on_agenda", by=coordinator)
        obstacle.refresh_from_db()
        obstacles.append([str(obstacle.code), obstacle.version])
        one = open_case(worker)
        asked = referrals.refer(
            one, by=worker, purpose="school", receiver=school, request="Regjistrim", contact_via_unit=True
        )
        alike.append(str(asked.code))
    known = {"worker": worker.code, "coordinator": coordinator.code, "officers": [one.code for one in officers]}
    say("PREPARED", json.dumps(known | {"case": case.code, "obstacles": obstacles, "referrals": alike}, default=str))


def decide(by: str, obstacles: str) -> None:
    """The table decides on each card."""
    from django.core.exceptions import ValidationError

    from cases.actions import cards
    from cases.models import Card, Obstacle

    coordinator = seat(by)
    for code, _version in json.loads(obstacles):
        card = Card.objects.unscoped("a test's process").get(pk=row(Obstacle, code).card_id)
        try:
            cards.move(card, "decided", by=coordinator, decision="1/2026")
        except ValidationError:
            continue
        say("decided", code)


def confirm(by: str, obstacles: str) -> None:
    """The worker, who read every obstacle before, confirms each as gone."""
    from django.core.exceptions import ValidationError

    from cases.actions import cards
    from cases.models import Obstacle

    worker = seat(by)
    for code, version in json.loads(obstacles):
        try:
            cards.confirm_gone(row(Obstacle, code), by=worker, how="U dha.", based_on=version)
        except ValidationError:
            continue
        say("gone", code)


def accept(by: str, referrals_: str) -> None:
    """An officer accepts every referral that is still open."""
    from django.core.exceptions import ValidationError

    from cases.actions import referrals
    from cases.models import Referral

    officer = seat(by)
    for code in json.loads(referrals_):
        try:
            referrals.move(row(Referral, code), "accepted", by=officer)
        except ValidationError:
            continue
        say("accepted", code)


def change(by: str, code: str, times: str) -> None:
    """A worker adds a word to the address until so many were taken; told by what stood, tries again."""
    from cases.actions import cases
    from cases.models import Case, Identity
    from krat.access.scoping import Stale

    worker = seat(by)
    for number in range(int(times)):
        word = f"fjala{os.getpid()}x{number}"
        while True:
            case = Case.objects.visible_to(worker).get(code=code)
            stands = Identity.objects.visible_to(worker).get(case=case).data["address"]
            try:
                cases.change(case, by=worker, based_on=case.version, identity={"address": f"{stands} {word}".strip()})
            except Stale:
                continue
            break
        say(word)


def open_many(by: str, times: str) -> None:
    """A worker opens so many cases."""
    worker = seat(by)
    for _time in range(int(times)):
        say(open_case(worker).number)


def look(code: str) -> None:
    """What stands at the end."""
    from cases.models import Card, Case, Identity, Obstacle, Referral, SchoolPart

    everything = "a test looks at the end"
    case = row(Case, code)
    who = Identity.objects.unscoped(everything).get(case=case)
    obstacles = Obstacle.objects.unscoped(everything).order_by("pk")
    found = {
        "version": case.version,
        "address": who.data["address"].split(),
        "obstacles": {str(one.code): one.state for one in obstacles},
        "cards": {str(one.code): Card.objects.unscoped(everything).get(pk=one.card_id).state for one in obstacles},
        "referrals": list(Referral.objects.unscoped(everything).order_by("pk").values_list("state", flat=True)),
        "parts": SchoolPart.objects.unscoped(everything).count(),
        "numbers": list(Case.objects.unscoped(everything).order_by("pk").values_list("number", flat=True)),
    }
    say("STANDS", json.dumps(found, default=str))


# --- a process that dies ---


def kill(by: str, officer_code: str) -> None:
    """Let a child of this process die at each statement of a verb; what stands then must be what stood before."""
    from django.db import connection

    from cases.actions import cases, referrals
    from tests.meetings.test_all_or_nothing import everything

    worker, officer = seat(by), seat(officer_code)
    case = open_case(worker)
    referral = referrals.refer(
        case, by=worker, purpose="school", receiver=officer.institution, request="Regjistrim", contact_via_unit=True
    )
    verbs: dict[str, Callable[[], Any]] = {
        "open": lambda: open_case(worker),
        "change": lambda: cases.change(
            case, by=worker, based_on=None, head={"risk": "high"}, identity={"address": "Rruga"}
        ),
        "accept": lambda: referrals.move(referral, "accepted", by=officer),
    }
    for name, verb in verbs.items():
        before, statement = everything(), 0
        while True:
            statement += 1
            connection.close()
            child = os.fork()
            if child == 0:
                _die_at(statement, verb)
            _pid, status = os.waitpid(child, 0)
            if os.WIFEXITED(status):
                break  # it got through
            assert os.WTERMSIG(status) == signal.SIGKILL
            if everything() != before:
                say("HALF", name, statement)
        say("WHOLE" if everything() != before else "NOTHING", name, statement)


def _die_at(statement: int, verb: Callable[[], Any]) -> None:
    from django.db import connection

    from krat.audit import checkpoints

    # The trail's checkpoint is taken after the verb is done and said to be: what dies then leaves a whole act.
    checkpoints.take_if_due = lambda: None
    count = 0

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        answer = run(sql, params, many, context)
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    try:
        with connection.execute_wrapper(execute):
            verb()
    except BaseException:
        os._exit(3)
    os._exit(0)


TASKS: dict[str, Callable[..., None]] = {
    "prepare": prepare,
    "decide": decide,
    "confirm": confirm,
    "accept": accept,
    "change": change,
    "open": open_many,
    "look": look,
    "kill": kill,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    TASKS[sys.argv[1]](*sys.argv[2:])
