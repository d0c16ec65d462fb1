"""Telling seats of something: the notice and its mail are rows of the transaction of the verb that causes them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from krat.access import rights
from krat.access.rights import Reach
from krat.access.roles import COMMITTEE, Role
from krat.access.scoping import ScopedModel
from krat.committee.models import Body, Membership
from krat.notify.addresses import of_people
from krat.notify.kinds import Kind
from krat.notify.models import Mail, Notice
from krat.people.models import Seat, SeatQuerySet
from krat.reference import calendar


def at(*institutions: int) -> SeatQuerySet:
    """The seats in force at these institutions, by their ids."""
    return _in_force().filter(institution__in=institutions)


def in_county(county_id: int, *roles: Role) -> SeatQuerySet:
    """The seats in force in a county, in one of these roles where some are named."""
    seats = _in_force().filter(institution__county=county_id)
    return seats.filter(role__in=roles) if roles else seats


def of_body(body: Body, day: datetime.date) -> SeatQuerySet:
    """The seats in force at the institutions that sit in a body on a day, and those that lead the county's bodies."""
    places = Membership.objects.unscoped("to whom a body's papers go").filter(body=body)
    sit = Q(institution__in=places.on(day).values("institution_id"))
    return _in_force().filter(sit | Q(institution__county=body.county_id, role__in=COMMITTEE))


def _in_force() -> SeatQuerySet:
    return of_people(Seat.objects.unscoped("whom a verb tells of what it did; the door of the thing narrows it"))


def tell(
    kind: Kind,
    thing: ScopedModel,
    *,
    to: SeatQuerySet,
    by: Seat | None = None,
    day: datetime.date | None = None,
    is_urgent: bool = False,
    once: bool = False,
) -> int:
    """Tell these seats of a thing, each that has the kind's right on it; returns how many were told.

    Whoever did it (``by``) is not told. ``day``: until when something is to be done. An urgent one is mailed at once,
    a mailed kind on the next working day, and so is what falls due before anybody could be reminded; the others come
    with the person's summary. ``once``: whoever was told of it for that day is not told again. Three to six statements,
    whatever the number of seats.
    """
    allowed = [role for role, reach in rights.right(kind.right).reaches.items() if reach is not Reach.NONE]
    seats = to.filter(role__in=allowed).select_related("institution").order_by("user", "pk")
    if by is not None:
        seats = seats.exclude(user=by.user_id)
    told = _who_may(kind, thing, list(seats))
    rows = Notice.objects.unscoped("a notice is written by the verb that tells of it")
    if told and once:
        before = rows.filter(seat__in=[seat.pk for seat in told], kind=kind.name, thing=thing.code, day=day)
        known = set(before.order_by().values_list("seat_id", flat=True))
        told = [seat for seat in told if seat.pk not in known]
    if not told:
        return 0
    now = timezone.now()
    notices = [Notice(seat=seat, kind=kind.name, thing=thing.code, day=day, at=now) for seat in told]
    if not is_urgent and not kind.is_mailed and not _is_near(day):
        rows.bulk_create(notices)
        return len(told)
    rows.bulk_create(notices)
    mails: dict[int, Mail] = {}  # one for each person, about the notice of their first seat
    for one in notices:
        person = one.seat.user_id
        about, occasion = Mail.About.NOTICE, f"notice:{one.code}"
        mails.setdefault(person, new_mail(person, about, occasion, day=day, notice=one, is_urgent=is_urgent))
    put(mails.values())
    return len(told)


def _is_near(day: datetime.date | None) -> bool:
    """Whether what was just told is due before anybody could be reminded of it (two queries, none beyond a week)."""
    today = timezone.localdate()
    if day is None or day > today + datetime.timedelta(days=7):
        return False
    return day <= calendar.due("notice_before", today)


def _who_may(kind: Kind, thing: ScopedModel, seats: Sequence[Seat]) -> list[Seat]:
    """Those of these seats that have the kind's right on the thing (one statement)."""
    found: set[int] = set()
    for start in range(0, len(seats), 50):
        asked = [
            kind.model.objects.permitted(seat, kind.right)
            .filter(pk=thing.pk)
            .order_by()
            .values_list(models.Value(seat.pk, output_field=models.IntegerField()))
            for seat in seats[start : start + 50]
        ]
        rows: Any = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
        found |= {pk for (pk,) in rows}
    return [seat for seat in seats if seat.pk in found]


def new_mail(
    user_id: int,
    about: str,
    occasion: str,
    *,
    day: datetime.date | None,
    notice: Notice | None = None,
    is_urgent: bool = False,
) -> Mail:
    """A mail, unsaved; its number is fixed now, so that whatever happens on the way it is one and the same."""
    code, now = uuid.uuid4(), timezone.now()
    return Mail(
        code=code,
        user_id=user_id,
        about=about,
        occasion=occasion,
        day=day,
        notice=notice,
        is_urgent=is_urgent,
        made_at=now,
        next_at=now,
        message_id=f"<{code}@{urlsplit(settings.KRAT_ADDRESS).hostname or 'localhost'}>",
    )


def put(mails: Iterable[Mail]) -> None:
    """Put mails into the outbox; one that is there for the same person and occasion stays as it is (one statement)."""
    rows = Mail.objects.unscoped("a mail is written by the verb that tells of something")
    rows.bulk_create(sorted(mails, key=lambda one: one.user_id), ignore_conflicts=True)
