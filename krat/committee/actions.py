"""Verbs of the committee: acts are recorded, bodies constituted, institutions given a place or relieved."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access import areas
from krat.access.rights import Subject
from krat.access.scoping import hold, hold_by_id, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Act, Body, Institution, Membership
from krat.reference.models import County, Municipality, Term

ACT_RECORDED = trail.event("act.recorded", gettext_lazy("recorded an act"))
BODY_CONSTITUTED = trail.event("body.constituted", gettext_lazy("constituted a body for a year"))
MEMBER_ADDED = trail.event("member.added", gettext_lazy("gave an institution a place"))
MEMBER_ENDED = trail.event("member.ended", gettext_lazy("ended an institution's place"))
INSTITUTION_SAVED = trail.event("institution.saved", gettext_lazy("entered or changed an institution"))

MANAGE = "committee.manage"


@transaction.atomic
def record_act(*, by: Subject, county: County, kind: str, number: str, dated: datetime.date, title: str) -> Act:
    """Record an order, regulation or protocol."""
    refuse_personal({"title": title, "number": number})
    act = Act(county=county, kind=kind, number=number, dated=dated, title=title)
    settle(act, by=by, right=MANAGE)
    trail.record(by, ACT_RECORDED, act)
    return act


@transaction.atomic
def constitute(
    *, by: Subject, county: County, year: int, act: Act, starts_on: datetime.date, ends_on: datetime.date
) -> list[Body]:
    """Constitute the committee and its technical table for a year, with the places of the year before."""
    bodies = []
    for kind in Body.Kind:
        body = Body(county=county, kind=kind, year=year, act=act, starts_on=starts_on, ends_on=ends_on)
        settle(body, by=by, right=MANAGE)
        trail.record(by, BODY_CONSTITUTED, body)
        bodies.append(body)
        before = Body.objects.permitted(by, MANAGE).filter(county=county, kind=kind, year__lt=year).first()
        if before is not None:
            hold(before)
            _take_over_places(before, body, by)
    return bodies


def _take_over_places(before: Body, body: Body, by: Subject) -> None:
    places = Membership.objects.permitted(by, MANAGE).filter(body=before, ends_on=None)
    for place in places.select_related("institution"):
        add_member(
            body,
            by=by,
            institution=place.institution,
            office=place.office,
            votes=place.votes,
            act=body.act,
            starts_on=body.starts_on,
        )


@transaction.atomic
def add_member(
    body: Body,
    *,
    by: Subject,
    institution: Institution,
    office: str,
    votes: bool,
    act: Act | None,
    starts_on: datetime.date,
) -> Membership:
    """Give an institution a place in a body, by an act (one row lock, on the body)."""
    body = hold(body)  # two who give places at once must not give one twice
    if starts_on > body.ends_on:
        raise ValidationError({"starts_on": _("The body does not stand any more on that day.")})
    places = Membership.objects.permitted(by, MANAGE).filter(body=body, institution=institution)
    ending = places.filter(ends_on__gte=starts_on).order_by("-ends_on").first()
    if ending is not None:
        words = _("This institution already sits in the body until %(day)s. Begin the day after.")
        raise ValidationError({"starts_on": words % {"day": f"{ending.ends_on:%d.%m.%Y}"}})
    place = Membership(body=body, institution=institution, office=office, votes=votes, act=act, starts_on=starts_on)
    settle(place, by=by, right=MANAGE)
    trail.record(by, MEMBER_ADDED, place)
    return place


@transaction.atomic
def end_member(place: Membership, *, by: Subject, ends_on: datetime.date) -> Membership:
    """End a place: from the day after, the institution finds none of the body's papers."""
    hold_by_id(Body, place.body_id)
    place = hold(place)
    if place.ends_on is not None:
        raise ValidationError(_("This place has already ended."))
    place.ends_on = ends_on
    settle(place, by=by, right=MANAGE)
    trail.record(by, MEMBER_ENDED, place)
    return place


@transaction.atomic
def save_institution(
    institution: Institution | None,
    *,
    by: Subject,
    based_on: int | None = None,
    code: str,
    name: str,
    short_name: str,
    kind: Term,
    county: County | None,
    parent: Institution | None,
    territories: list[Municipality],
    email: str,
    phone: str,
    retired_on: datetime.date | None,
    successor: Institution | None = None,
) -> Institution:
    """Enter an institution, or change one.

    Where one is retired, its places in bodies end, and what is open there goes to its successor; without one it is
    refused, with what is open as numbers.
    """
    institution = hold(institution, based_on=based_on or 0) if institution is not None else Institution()
    if (
        institution.pk
        and (institution.code, institution.county) != (code, county)
        and institution.seats.unscoped("whether anybody sits there: their reach would move with it").exists()
    ):
        raise ValidationError(_("People sit at this institution: its code and county do not change. Enter a new one."))
    institution.code, institution.name, institution.short_name = code, name, short_name
    institution.kind, institution.county, institution.parent = kind, county, parent
    institution.email, institution.phone, institution.retired_on = email, phone, retired_on
    institution.successor = successor if retired_on is not None else None
    is_there = institution.pk is not None
    settle(institution, by=by, right="institutions.manage")
    institution.territories.set(territories)
    trail.record(by, INSTITUTION_SAVED, institution)
    if is_there and retired_on is not None:
        _retire(institution, retired_on, by=by)
    return institution


def _retire(institution: Institution, retired_on: datetime.date, *, by: Subject) -> None:
    """End its places, and hand over what is open, in every area that has some."""
    areas_with_work = list(areas.modules("handover"))
    found = [one for area in areas_with_work for one in area.open_work(institution)]
    successor = institution.successor
    if found and successor is None:
        sentence = _("Still open there: %(work)s. Choose a successor who takes it over.")
        raise ValidationError({"successor": sentence % {"work": ", ".join(found)}})
    if successor is not None:
        if successor.pk == institution.pk or successor.retired_on is not None:
            raise ValidationError({"successor": _("Choose another institution, which works.")})
        if not all(area.fits(institution, successor) for area in areas_with_work):
            sentence = _("Cases and signals are there: only a child protection unit can take them over.")
            raise ValidationError({"successor": sentence})
        if successor.kind_id == institution.kind_id:
            successor.territories.add(*institution.territories.all())
        for area in areas_with_work:
            area.hand_over(institution, successor, by=by)
    last = retired_on - datetime.timedelta(days=1)
    places = Membership.objects.unscoped("the places of an institution that is retired by whoever may")
    for place in places.filter(institution=institution.pk, ends_on=None).select_for_update(of=("self",)):
        place.ends_on = max(place.starts_on, last)
        place.save(update_fields=["ends_on"])
        trail.record(by, MEMBER_ENDED, place)
