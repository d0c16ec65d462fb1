"""Addresses for tests: for every argument of a route, an object of the one county and one of the other.

A page with a new kind of object needs a line in `PICKERS`, here or in its area's `examples.py`; the matrix says so.
"""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    Signal,
)
from krat.access.census import Route
from krat.access.scoping import ScopedModel
from krat.committee.models import Body, Institution, Membership
from krat.demo import make
from krat.people.models import Invitation, Seat
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.reference.models import Deadline, Holiday, Term, Threshold
from meetings.models import AgendaItem, Decision, Meeting
from tests.declaring import HERE, THERE, WHY, declared, newest


def _invitation(code: str) -> Invitation:
    """The world invites nobody: one is made."""
    host = Seat.objects.unscoped(WHY).get(user__username="admin")
    return Invitation.objects.create(
        token_hash=uuid.uuid4().hex,
        username=f"i.ftuar.{code.lower()}",
        name="Shembull Iftuar",
        email="i.ftuar@example.org",
        institution=Institution.objects.unscoped(WHY).get(code=f"{code}-PREF"),
        role="secretariat",
        starts_on=timezone.localdate(),
        invited_by=host,
        expires_at=timezone.now() + timedelta(days=7),
    )


_meeting = newest(Meeting, "body__county__code", body__kind=Body.Kind.COMMITTEE)


def _item(code: str) -> AgendaItem:
    return newest(AgendaItem, "meeting__body__county__code", meeting__body__kind="committee", withdrawn_at=None)(code)


def _task_of_the_unit(code: str) -> Task:
    """One that the unit leads, whose machines ask: made, because the world gives units tasks of their own or not."""
    unit = {HERE: "AL-02-NJMF-DURRES", THERE: "AL-05-NJMF-GJIROKASTER"}[code]
    return make.task(Institution.objects.unscoped(WHY).get(code=unit))


_WORKER = {HERE: "pmf.durres", THERE: "pmf.gjirokaster"}


def _of_case(
    model: type[ScopedModel], way: str = "case", **more: Any
) -> tuple[type[ScopedModel], Callable[[str], Any]]:
    """The newest row of an open case that the county's worker manages; ``way`` leads from the row to the case."""

    def pick(code: str) -> Any:
        managed = Assignment.objects.unscoped(WHY).filter(
            seat__user__username=_WORKER[code], is_manager=True, ended_at=None
        )
        rows = model.objects.unscoped(WHY).filter(**{f"{way}__in": managed.values("case")}, **more)
        found = rows.order_by("-pk").first()
        assert found is not None, f"{_WORKER[code]} manages no case with a {model.__name__}: the matrix needs one."
        return found

    return model, pick


def _card(code: str) -> Card:
    obstacle = _of_case(Obstacle, card__isnull=False)[1](code)
    return Card.objects.unscoped(WHY).get(pk=obstacle.card_id)


# The beginning of an address and the name of its argument: the model and how one of a county is found.
PICKERS: dict[tuple[str, str], tuple[type[ScopedModel], Callable[[str], Any]]] = {
    ("meetings/", "code"): (Meeting, _meeting),
    ("meetings/", "decision"): (Decision, newest(Decision, "body__county__code", body__kind="committee")),
    ("meetings/items/", "code"): (AgendaItem, _item),
    ("meetings/decisions/", "code"): (Decision, newest(Decision, "body__county__code", body__kind="committee")),
    ("plan/", "code"): (Plan, newest(Plan, "county__code")),
    ("plan/objectives/", "code"): (Objective, newest(Objective, "plan__county__code")),
    ("plan/measures/", "code"): (Measure, newest(Measure, "objective__plan__county__code")),
    ("tasks/", "code"): (Task, newest(Task, "county__code")),
    ("activities/", "code"): (Activity, newest(Activity, "county__code")),
    ("institutions/", "code"): (Institution, newest(Institution, "county__code")),
    ("committee/", "code"): (Body, newest(Body, "county__code", kind="committee")),
    ("committee/members/", "code"): (Membership, newest(Membership, "body__county__code", body__kind="committee")),
    ("people/", "code"): (Seat, newest(Seat, "institution__county__code", role="police")),
    ("people/invitations/", "code"): (Invitation, _invitation),
    ("cases/", "code"): _of_case(Case, "pk"),
    ("cases/team/", "code"): _of_case(Assignment, is_manager=True, ended_at=None),
    ("cases/notes/", "code"): _of_case(Note, is_sensitive=False),
    ("cases/school/", "code"): _of_case(SchoolPart),
    ("cases/aid/", "code"): _of_case(AidPart),
    ("cases/counselling/", "code"): _of_case(CounsellingPart),
    ("cases/referrals/", "code"): _of_case(Referral),
    ("cases/obstacles/", "code"): _of_case(Obstacle, card__isnull=False),
    ("obstacles/", "code"): _of_case(Obstacle, card__isnull=False),
    ("cases/inbox/", "code"): _of_case(SentChange, state="waits"),
    ("cases/cards/", "code"): (Card, _card),
    ("cases/signals/", "code"): (Signal, newest(Signal, "receiver__county__code", state="sent")),
    ("cards/", "code"): (Card, _card),
    ("meetings/cards/", "code"): (Card, _card),
    ("meetings/", "card"): (Card, _card),
    ("referrals/", "code"): _of_case(Referral),
    ("signals/", "code"): (Signal, newest(Signal, "receiver__county__code", state="sent")),
    ("api/v1/cases/", "code"): _of_case(Case, "pk"),
    ("api/v1/referrals/", "code"): _of_case(Referral),
    ("api/v1/tasks/", "code"): (Task, _task_of_the_unit),
    ("api/v1/meetings/", "code"): (Meeting, _meeting),
}
for more in declared("PICKERS"):
    PICKERS |= more

# Arguments that lie in no county: lists are everybody's, links hold their own secret.
OPEN_ARGUMENTS: dict[tuple[str, str], Callable[[], Any]] = {
    ("settings/lists/", "kind"): lambda: Term.List.PILLAR.value,
    ("settings/lists/", "term"): lambda: Term.objects.filter(list=Term.List.PILLAR)[0].code,
    ("settings/deadlines/", "deadline"): lambda: Deadline.objects.all()[0].code,
    ("settings/thresholds/", "threshold"): lambda: Threshold.objects.all()[0].code,
    ("settings/holidays/", "day"): lambda: Holiday.objects.all()[0].day,
    ("account/sessions/", "session"): lambda: 0,  # nobody's
    ("api/v1/cases/by-reference/", "reference"): lambda: "SHEMBULL-1",
    ("people/welcome/", "token"): lambda: "nobody-was-sent-this-link",
    ("account/password/reset/", "uidb36"): lambda: "1",
    ("account/password/reset/", "key"): lambda: "nobody-was-sent-this-link",
}
for more_open in declared("OPEN_ARGUMENTS"):
    OPEN_ARGUMENTS |= more_open


def arguments_of(route: Route) -> dict[str, str]:
    """The names of a route's arguments, each with its converter."""
    if "(?P<" in route.pattern:
        return dict.fromkeys(re.findall(r"\(\?P<(\w+)>", route.pattern), "str")
    return {name: converter or "str" for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", route.pattern)}


def _best(table: dict[tuple[str, str], Any], route: Route, argument: str) -> Any:
    """The entry with the longest beginning that fits."""
    fitting = [key for key in table if key[1] == argument and route.pattern.replace("^", "").startswith(key[0])]
    return table[max(fitting, key=lambda key: len(key[0]))] if fitting else None


def model_of(route: Route) -> type[ScopedModel] | None:
    """The kind of object a route is about; None where it is about none."""
    found = _best(PICKERS, route, "code")
    return found[0] if found and "code" in arguments_of(route) else None


def address_of(route: Route, county: str = HERE, *, missing: bool = False) -> str:
    """The address of a route for an object of a county, or for one that does not exist at all."""
    values: dict[str, Any] = {}
    for argument, converter in arguments_of(route).items():
        picker, opened = _best(PICKERS, route, argument), _best(OPEN_ARGUMENTS, route, argument)
        if missing and picker:
            values[argument] = uuid.uuid4() if converter == "uuid" else "AL-02-NUK-EKZISTON"
        elif picker:
            values[argument] = picker[1](county).code
        elif opened:
            values[argument] = opened()
        else:
            raise AssertionError(
                f"/{route.pattern} has an argument {argument!r} that no picker knows: add one to `PICKERS`."
            )
    return reverse(route.name, kwargs=values)
