"""Verbs of the agenda: items and cards added, moved, changed, withdrawn."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import cards
from cases.models import Card
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.services.models import Missing
from meetings.actions.held import FILE, hold_item, hold_meeting, rewritten
from meetings.models import AgendaItem, Decision, Meeting

ITEM_SAVED = trail.event("item.saved", gettext_lazy("wrote an agenda item"))
ITEM_RESTORED = trail.event("item.restored", gettext_lazy("put an item back on the agenda"))
ITEM_WITHDRAWN = trail.event("item.withdrawn", gettext_lazy("withdrew an agenda item"))


@transaction.atomic
def add_item(
    meeting: Meeting,
    *,
    by: Seat,
    title: str,
    rapporteur: Institution | None,
    kind: str = AgendaItem.Kind.ORDINARY,
) -> AgendaItem:
    """Add an item at the end of the agenda."""
    refuse_personal({"title": title})
    meeting = hold_meeting(meeting)
    rows = AgendaItem.objects.permitted(by, FILE).filter(meeting=meeting)
    position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
    item = AgendaItem(meeting=meeting, kind=kind, position=position, title=title, rapporteur=rapporteur)
    settle(item, by=by, right=FILE)
    rewritten(meeting)
    trail.record(by, ITEM_SAVED, item)
    return item


@transaction.atomic
def add_card(meeting: Meeting, *, by: Seat, card: Card) -> AgendaItem:
    """Put a card on the agenda of a meeting of its county: the item bears its alias and its obstacle, nothing more."""
    meeting = hold_meeting(meeting)
    if meeting.is_over:
        raise ValidationError(_("This meeting is over. Put the card on the agenda of the next one."), code="state")
    if meeting.body.county_id != card.county_id:
        raise ValidationError(_("This card is of another county."))
    card = cards.hold_card(card)  # before looking for it: two meetings must not take it at once
    rows = AgendaItem.objects.permitted(by, FILE).filter(withdrawn_at=None)
    coming = [Meeting.State.PLANNED, Meeting.State.OPEN]
    there = rows.filter(card=card, meeting__state__in=coming).select_related("meeting__body").first()
    if there is not None:
        raise ValidationError(_("The card is on an agenda already: %(meeting)s."), params={"meeting": there.meeting})
    item = AgendaItem(
        meeting=meeting,
        position=(rows.filter(meeting=meeting).aggregate(last=Max("position"))["last"] or 0) + 1,
        title=f"{card.alias} · {card.kind.name_sq}",
        card=card,
    )
    settle(item, by=by, right=FILE)
    cards.move(card, Card.State.ON_AGENDA, by=by)
    rewritten(meeting)
    trail.record(by, ITEM_SAVED, item)
    return item


@transaction.atomic
def add_missing(meeting: Meeting, *, by: Seat, missing: Missing) -> AgendaItem:
    """Put a missing service on the agenda of a meeting of its county: what and where, and no number of cases."""
    meeting = hold_meeting(meeting)
    if meeting.is_over:
        raise ValidationError(_("This meeting is over. Put it on the agenda of the next one."), code="state")
    if meeting.body.county_id != missing.county_id:
        raise ValidationError(_("This missing service is of another county."))
    missing = hold(missing)  # before looking for it: two meetings must not take it at once
    if not missing.is_missed:
        raise ValidationError(_("This service is not missing any more."), code="state")
    rows = AgendaItem.objects.permitted(by, FILE).filter(withdrawn_at=None)
    coming = [Meeting.State.PLANNED, Meeting.State.OPEN]
    there = rows.filter(missing=missing, meeting__state__in=coming).select_related("meeting__body").first()
    if there is not None:
        raise ValidationError(_("It is on an agenda already: %(meeting)s."), params={"meeting": there.meeting})
    item = AgendaItem(
        meeting=meeting,
        position=(rows.filter(meeting=meeting).aggregate(last=Max("position"))["last"] or 0) + 1,
        title=f"Shërbim i munguar: {missing.kind.name_sq}, {missing.municipality.name}",
        missing=missing,
    )
    settle(item, by=by, right=FILE)
    rewritten(meeting)
    trail.record(by, ITEM_SAVED, item)
    return item


def return_cards(meeting: Meeting, by: Seat) -> None:
    on_it = AgendaItem.objects.permitted(by, FILE).filter(meeting=meeting, withdrawn_at=None)
    for item in on_it.select_related("card").order_by("card"):  # two meetings give theirs back in one order
        _return_card(item, by)


def _return_card(item: AgendaItem, by: Seat) -> None:
    """A card that is not dealt with waits again."""
    card = cards.hold_card(item.card) if item.card is not None else None
    if card is not None and card.state == Card.State.ON_AGENDA:
        cards.move(card, Card.State.OPEN, by=by)


def take_cards_again(meeting: Meeting, by: Seat) -> None:
    """Put the cards of a meeting that goes on after all on its agenda again, but those that went on another's."""
    on_it = AgendaItem.objects.permitted(by, FILE).filter(meeting=meeting, withdrawn_at=None).exclude(card=None)
    coming = [Meeting.State.PLANNED, Meeting.State.OPEN]
    for item in on_it.select_related("card").order_by("card"):
        card = cards.hold_card(item.card) if item.card is not None else None
        others = AgendaItem.objects.permitted(by, FILE).filter(card=card, withdrawn_at=None).exclude(pk=item.pk)
        if card is None or card.state != Card.State.OPEN or others.filter(meeting__state__in=coming).exists():
            continue
        cards.move(card, Card.State.ON_AGENDA, by=by)


@transaction.atomic
def change_item(
    item: AgendaItem, *, by: Seat, based_on: int, title: str, rapporteur: Institution | None, position: int
) -> AgendaItem:
    """Change the words, the rapporteur or the place of an item; the others move aside."""
    refuse_personal({"title": title})
    item = hold_item(item, based_on=based_on)
    changes = {"title": (item.title, title), "position": (item.position, position)}
    rows = AgendaItem.objects.permitted(by, FILE).filter(meeting=item.meeting_id, withdrawn_at=None).exclude(pk=item.pk)
    others = list(rows.order_by("position", "pk"))
    others.insert(max(0, min(position - 1, len(others))), item)
    for place, one in enumerate(others, start=1):
        if one is not item and one.position != place:
            rows.filter(pk=one.pk).update(position=place)
        elif one is item:
            item.position = place
    item.title, item.rapporteur = title, rapporteur
    settle(item, by=by, right=FILE)
    rewritten(item.meeting)
    trail.record(by, ITEM_SAVED, item, changes=changes)
    return item


@transaction.atomic
def withdraw_item(item: AgendaItem, *, by: Seat) -> None:
    """Take an item off the agenda; one on which something was said or decided stays."""
    item = hold_item(item)
    if item.kind == AgendaItem.Kind.FOLLOW_UP:
        raise ValidationError(_("The follow-up of decisions stands on every agenda."))
    if item.discussion.strip() or Decision.objects.permitted(by, FILE).filter(item=item).exists():
        raise ValidationError(_("Something was said or decided on this item; it stays in the minutes."))
    item.withdrawn_at = timezone.now()
    settle(item, by=by, right=FILE)
    rows = AgendaItem.objects.permitted(by, FILE).filter(meeting=item.meeting_id, withdrawn_at=None)
    for place, one in enumerate(rows.order_by("position", "pk"), start=1):
        if one.position != place:
            rows.filter(pk=one.pk).update(position=place)
    _return_card(item, by)
    rewritten(item.meeting)
    trail.record(by, ITEM_WITHDRAWN, item)


@transaction.atomic
def restore_item(item: AgendaItem, *, by: Seat) -> AgendaItem:
    """Put an item back on the agenda where it stood, until the meeting is over; its card comes along, if it waits."""
    item = hold_item(item)
    if item.withdrawn_at is None:
        raise ValidationError(_("The item is on the agenda."), code="state")
    if item.meeting.is_over:
        raise ValidationError(_("This meeting is over; its agenda stays as it is."), code="state")
    if item.card is not None:
        card = cards.hold_card(item.card)
        if card.state != Card.State.OPEN:
            raise ValidationError(_("The card does not wait for the table any more; the item stays off."), code="state")
        cards.move(card, Card.State.ON_AGENDA, by=by)
    rows = AgendaItem.objects.permitted(by, FILE).filter(meeting=item.meeting_id, withdrawn_at=None)
    others = list(rows.order_by("position", "pk"))
    item.position = max(1, min(item.position, len(others) + 1))
    for place, one in enumerate(others, start=1):
        wanted = place if place < item.position else place + 1
        if one.position != wanted:
            rows.filter(pk=one.pk).update(position=wanted)
    item.withdrawn_at = None
    settle(item, by=by, right=FILE)
    rewritten(item.meeting)
    trail.record(by, ITEM_RESTORED, item)
    return item
