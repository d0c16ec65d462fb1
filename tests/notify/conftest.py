"""People at their browsers, an outbox that is empty, and a clock."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from krat.access.scoping import validation
from krat.notify import addresses, outbox
from krat.notify.models import Mail, Mailbox, Notice
from krat.reference import calendar
from tests.ui.html_client import (
    person,  # noqa: F401  a fixture
    rows,
)


@pytest.fixture
def quiet(world) -> None:
    """Nobody was told anything yet, and everybody's address is confirmed."""
    rows(Mail).delete()
    with validation():
        rows(Notice).delete()
    addresses.open_mailboxes()
    for box in Mailbox.objects.select_related("user"):
        box.confirmed = box.user.email
        box.save()


@pytest.fixture
def clock(quiet):
    """``clock(0)``: ten o'clock of a working day to come that begins its week; ``clock(1)`` the day after it."""
    begin = timezone.localdate() + datetime.timedelta(days=1)
    week = (begin + datetime.timedelta(days=n) for n in range(60))
    monday = next(
        one
        for one in week
        if one.weekday() == 0
        and not any(calendar.is_day_of_rest(one + datetime.timedelta(days=n)) for n in (-3, 0, 1, 2, 3, 4))
    )
    traveller = None

    def at(days: int = 0, hour: int = 10, minute: int = 0) -> datetime.datetime:
        nonlocal traveller
        if traveller is not None:
            traveller.stop()
        day = monday + datetime.timedelta(days=days)
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))
        traveller = time_machine.travel(moment, tick=False)
        traveller.start()
        return moment

    at()
    yield at
    if traveller is not None:
        traveller.stop()


@pytest.fixture
def told(quiet):
    """``told("zva.durres")``: the kinds of what that person was told, the first one first."""

    def of(username: str) -> list[str]:
        found = rows(Notice).filter(seat__user__username=username).order_by("pk")
        return list(found.values_list("kind", flat=True))

    return of


@pytest.fixture
def mailed():
    """``mailed("zva.durres")``: the states of the mails in the outbox for that person, the first one first."""

    def of(username: str) -> list[str]:
        return list(rows(Mail).filter(user__username=username).order_by("pk").values_list("state", flat=True))

    return of


@pytest.fixture
def cadence(quiet):
    """``cadence("zva.durres", "daily")``: how often that person wants mails; those who were not asked get none."""
    Mailbox.objects.update(confirmed="")

    def choose(username: str, how_often: str) -> Mailbox:
        box = Mailbox.objects.select_related("user").get(user__username=username)
        box.cadence, box.confirmed = how_often, box.user.email
        box.save()
        return box

    return choose


@pytest.fixture
def send():
    """Send what is due."""
    return outbox.send_due
