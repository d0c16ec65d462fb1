"""What is late in cases rises: a case to the head of its unit, a card to the Prefect (docs/domain.md 17.1)."""

import datetime

from django.db.models import Min, Q
from django.utils import timezone

from cases.models import Card, Case
from cases.notices import LATE, RISEN
from krat.access.roles import Role
from krat.notify.telling import at, in_county, tell
from krat.notify.timer import span
from krat.plan.models.task import OPEN


def escalate(last: datetime.date, today: datetime.date) -> None:
    """Tell of the cases whose clock ran out so long ago since ``last``, and of the cards whose task is past its day.

    Of a case nobody is told but the head of its unit: above the unit it is a card or a number.
    """
    after, until = span("escalation_superior", last, today)
    cases = Case.objects.unscoped("late cases are told to the heads of their units, by the door of each")
    for case in cases.late().filter(due_at__date__gt=after, due_at__date__lte=until).order_by("pk"):
        day = timezone.localdate(case.due_at)
        tell(LATE, case, to=at(case.holder_id).filter(role=Role.UNIT_HEAD), day=day, once=True)
    cards = Card.objects.unscoped("cards that rise are told to the Prefect, by the door of each").risen()
    first = Min("tasks__due_on", filter=Q(tasks__state__in=OPEN, tasks__due_on__lt=today))
    since = dict(cards.annotate(first=first).values_list("pk", "first"))
    for card in cards.order_by("pk"):
        tell(RISEN, card, to=in_county(card.county_id, Role.PREFECT), day=since[card.pk], once=True)
