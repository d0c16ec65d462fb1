"""Verbs of meetings: convened, opened, attended, minuted, decided, followed up, approved."""

import datetime
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import cards
from cases.models import Card
from krat.access import crypto
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Body, Institution, Membership
from krat.people.models import Seat
from krat.plan.actions import tasks
from krat.plan.models import Measure, Task
from krat.reference.models import Term
from meetings.models import AgendaItem, Attendance, Decision, Meeting, MinuteDraft, Remark, Review
from meetings.quorum import Quorum, quorum_of

CONVENED = trail.event("meeting.convened", gettext_lazy("convened a meeting"))
CHANGED = trail.event("meeting.changed", gettext_lazy("changed the date or place of a meeting"))
OPENED = trail.event("meeting.opened", gettext_lazy("opened a meeting"))
CLOSED = trail.event("meeting.closed", gettext_lazy("closed a meeting"))
CALLED_OFF = trail.event("meeting.called_off", gettext_lazy("postponed or cancelled a meeting"))
ITEM_SAVED = trail.event("item.saved", gettext_lazy("wrote an agenda item"))
ITEM_WITHDRAWN = trail.event("item.withdrawn", gettext_lazy("withdrew an agenda item"))
ATTENDANCE = trail.event("meeting.attendance", gettext_lazy("recorded who was at the table"))
MINUTED = trail.event("item.minuted", gettext_lazy("wrote the minutes of an item"))
DECIDED = trail.event("decision.taken", gettext_lazy("recorded a decision"))
REVIEWED = trail.event("decision.reviewed", gettext_lazy("recorded what the body found on a decision"))
CIRCULATED = trail.event("minutes.circulated", gettext_lazy("sent the minutes for remarks"))
REMARKED = trail.event("minutes.remarked", gettext_lazy("made a remark on the minutes"))
APPROVED = trail.event("minutes.approved", gettext_lazy("approved the minutes"))

FILE, APPROVE = "meetings.file", "minutes.approve"


# --- before the meeting ---


@transaction.atomic
def convene(
    *,
    by: Seat,
    body: Body,
    kind: Term,
    held_on: datetime.date,
    starts_at: datetime.time | None,
    place: str,
    agenda: Sequence[str],
    predates_registry: bool = False,
) -> Meeting:
    """Enter a meeting with its agenda; the follow-up of open decisions stands on it by itself."""
    refuse_personal({"place": place, "agenda": ".\n".join(agenda)})
    if not body.starts_on <= held_on <= body.ends_on:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    hold(body)  # two meetings entered at once must not take the same number
    rows = Meeting.objects.permitted(by, FILE).filter(body=body)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    meeting = Meeting(
        body=body,
        kind=kind,
        year=body.year,
        number=number,
        held_on=held_on,
        starts_at=starts_at,
        place=place,
        predates_registry=predates_registry,
    )
    settle(meeting, by=by, right=FILE)
    trail.record(by, CONVENED, meeting)
    titles = [title.strip() for title in agenda if title.strip()]
    for title in titles[:1]:
        add_item(meeting, by=by, title=title, rapporteur=None)
    if not predates_registry:
        add_item(meeting, by=by, title="", rapporteur=None, kind=AgendaItem.Kind.FOLLOW_UP)
    for title in titles[1:]:
        add_item(meeting, by=by, title=title, rapporteur=None)
    return meeting


@transaction.atomic
def change(
    meeting: Meeting,
    *,
    by: Seat,
    based_on: int,
    kind: Term,
    held_on: datetime.date,
    starts_at: datetime.time | None,
    place: str,
) -> Meeting:
    """Change the kind, day, hour or place of a meeting whose minutes are not approved yet."""
    refuse_personal({"place": place})
    meeting = hold(meeting, based_on=based_on)
    _not_frozen(meeting)
    if not meeting.body.starts_on <= held_on <= meeting.body.ends_on:
        raise ValidationError({"held_on": _("The body does not stand on that day. Choose the body of that year.")})
    changes = {
        "held_on": (meeting.held_on, held_on),
        "starts_at": (meeting.starts_at, starts_at),
        "place": (meeting.place, place),
    }
    meeting.kind, meeting.held_on, meeting.starts_at, meeting.place = kind, held_on, starts_at, place
    settle(meeting, by=by, right=FILE)
    _rewritten(meeting)
    trail.record(by, CHANGED, meeting, changes=changes)
    return meeting


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
    meeting = hold(meeting)
    _not_frozen(meeting)
    rows = AgendaItem.objects.permitted(by, FILE).filter(meeting=meeting)
    position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
    item = AgendaItem(meeting=meeting, kind=kind, position=position, title=title, rapporteur=rapporteur)
    settle(item, by=by, right=FILE)
    _rewritten(meeting)
    trail.record(by, ITEM_SAVED, item)
    return item


@transaction.atomic
def add_card(meeting: Meeting, *, by: Seat, card: Card) -> AgendaItem:
    """Put a card on the agenda of a meeting of its county: the item bears its alias and its obstacle, nothing more."""
    meeting = hold(meeting)
    _not_frozen(meeting)
    if meeting.is_over:
        raise ValidationError(_("This meeting is over. Put the card on the agenda of the next one."), code="state")
    if meeting.body.county_id != card.county_id:
        raise ValidationError(_("This card is of another county."))
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
    _rewritten(meeting)
    trail.record(by, ITEM_SAVED, item)
    return item


def _return_card(item: AgendaItem, by: Seat) -> None:
    """A card that is not dealt with waits again."""
    if item.card is not None and item.card.state == Card.State.ON_AGENDA:
        cards.move(item.card, Card.State.OPEN, by=by)


def _return_cards(meeting: Meeting, by: Seat) -> None:
    on_it = AgendaItem.objects.permitted(by, FILE).filter(meeting=meeting, withdrawn_at=None)
    for item in on_it.select_related("card"):
        _return_card(item, by)


@transaction.atomic
def change_item(
    item: AgendaItem, *, by: Seat, based_on: int, title: str, rapporteur: Institution | None, position: int
) -> AgendaItem:
    """Change the words, the rapporteur or the place of an item; the others move aside."""
    refuse_personal({"title": title})
    item = hold(item, based_on=based_on)
    _not_frozen(item.meeting)
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
    _rewritten(item.meeting)
    trail.record(by, ITEM_SAVED, item, changes=changes)
    return item


@transaction.atomic
def withdraw_item(item: AgendaItem, *, by: Seat) -> None:
    """Take an item off the agenda; one on which something was said or decided stays."""
    hold(item.meeting)  # before item and card, as whoever adds a card does: nobody waits for the other
    item = hold(item)
    _not_frozen(item.meeting)
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
    _rewritten(item.meeting)
    trail.record(by, ITEM_WITHDRAWN, item)


@transaction.atomic
def call_off(meeting: Meeting, *, by: Seat, to: str) -> Meeting:
    """Postpone or cancel a meeting that has not begun."""
    meeting = hold(meeting)
    if meeting.state != Meeting.State.PLANNED or to not in (Meeting.State.POSTPONED, Meeting.State.CANCELLED):
        raise ValidationError(_("Only a planned meeting can be postponed or cancelled."))
    meeting.state = to
    settle(meeting, by=by, right=FILE)
    _return_cards(meeting, by)
    trail.record(by, CALLED_OFF, meeting, changes={"state": (Meeting.State.PLANNED.value, to)})
    return meeting


# --- at the meeting ---


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Seat) -> Meeting:
    """Open the meeting: from now on it is minuted."""
    meeting = hold(meeting)
    if meeting.state != Meeting.State.PLANNED:
        raise ValidationError(_("Only a planned meeting can be opened."))
    meeting.state = Meeting.State.OPEN
    settle(meeting, by=by, right=FILE)
    trail.record(by, OPENED, meeting)
    return meeting


@transaction.atomic
def record_attendance(
    meeting: Meeting, *, by: Seat, status: Mapping[Institution, str], based_on: Mapping[int, str] | None = None
) -> Quorum:
    """Record who is at the table, by institution; those with no status are not recorded (yet).

    ``based_on`` is what the writer saw, by institution id: where somebody recorded something else meanwhile, nothing is
    overwritten and the sentence says what stands.
    """
    meeting = hold(meeting)
    _not_frozen(meeting)
    places = Membership.objects.permitted(by, FILE).filter(body=meeting.body_id).on(meeting.held_on)
    voting = dict(places.values_list("institution_id", "votes"))
    rows = {row.institution_id: row for row in Attendance.objects.permitted(by, FILE).filter(meeting=meeting)}
    if based_on is not None:
        _refuse_overwriting(rows, status, based_on)
    for institution, value in status.items():
        row = rows.get(institution.pk) or Attendance(meeting=meeting, institution=institution)
        if row.status == value:
            continue
        row.status, row.votes = value, voting.get(institution.pk, False)
        settle(row, by=by, right=FILE)
    _rewritten(meeting)
    trail.record(by, ATTENDANCE, meeting, fields=sorted(institution.code for institution in status))
    return quorum_of(meeting, by)


def _refuse_overwriting(
    rows: Mapping[int, Attendance], status: Mapping[Institution, str], based_on: Mapping[int, str]
) -> None:
    conflicts = {}
    for institution, value in status.items():
        stands = rows[institution.pk].status if institution.pk in rows else ""
        if stands not in (value, based_on.get(institution.pk, "")):
            words = Attendance.Status(stands).label if stands else _("not recorded")
            conflicts[f"institution-{institution.pk}"] = _("Meanwhile somebody recorded “%(words)s”.") % {
                "words": words
            }
    if conflicts:
        raise ValidationError(conflicts)


@transaction.atomic
def minute(item: AgendaItem, *, by: Seat, based_on: int, discussion: str, is_done: bool) -> AgendaItem:
    """Write what was said on an item; the writer's draft is gone with it."""
    refuse_personal({"discussion": discussion})
    item = hold(item, based_on=based_on)
    _not_frozen(item.meeting)
    if not item.meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    changes = {"discussion": (item.discussion, discussion), "is_done": (item.is_done, is_done)}
    item.discussion, item.is_done = discussion, is_done
    settle(item, by=by, right=FILE)
    MinuteDraft.objects.permitted(by, FILE).filter(item=item).delete()
    _rewritten(item.meeting)
    trail.record(by, MINUTED, item, changes=changes)
    return item


@transaction.atomic
def save_draft(item: AgendaItem, *, by: Seat, text: str, based_on: int) -> MinuteDraft:
    """Keep what is being written, sealed: it has not met the identity guard. Leaves no trail entry of its own."""
    _not_frozen(item.meeting)
    rows = MinuteDraft.objects.permitted(by, FILE)
    draft = rows.filter(item=item).first() or MinuteDraft(item=item, seat=by)
    draft.based_on = based_on
    draft.ciphertext = crypto.encrypt(text, place=f"meetings_minutedraft:sealed:{draft.code}")
    return settle(draft, by=by, right=FILE)


def open_draft(item: AgendaItem, *, by: Seat) -> tuple[MinuteDraft, str] | None:
    """The writer's own draft on an item with its text, if there is one (one query)."""
    draft = MinuteDraft.objects.permitted(by, FILE).filter(item=item).first()
    if draft is None:
        return None
    return draft, crypto.decrypt(draft.ciphertext, place=f"meetings_minutedraft:sealed:{draft.code}")


@transaction.atomic
def decide(
    item: AgendaItem,
    *,
    by: Seat,
    text: str,
    lead: Institution | None,
    due_on: datetime.date | None,
    supporting: Sequence[Institution] = (),
    measure: Measure | None = None,
    leads: Sequence[Institution] = (),
) -> Decision:
    """Record a numbered decision; if it charges an institution, the task is live at once (decision 13).

    Without quorum it is a recommendation. ``leads`` charges several institutions, each with a task of its own.
    """
    refuse_personal({"text": text})
    item = hold(item)
    meeting = hold(item.meeting)
    _not_frozen(meeting)
    if item.withdrawn_at is not None:
        raise ValidationError(_("The item is off the agenda."), code="state")
    if not meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    charged = [*([lead] if lead else []), *leads]
    if charged and due_on is None and not meeting.predates_registry:
        raise ValidationError({"due_on": _("Say until when. Without a day nobody is asked for it.")})
    if due_on is not None and not charged:
        raise ValidationError({"lead": _("Say which institution is responsible for it.")})
    if due_on is not None and due_on < meeting.held_on:
        raise ValidationError({"due_on": _("The day lies before the meeting.")})
    hold(meeting.body)
    rows = Decision.objects.permitted(by, FILE).filter(body=meeting.body)
    quorum = quorum_of(meeting, by)
    decision = Decision(
        item=item,
        body=meeting.body,
        year=meeting.year,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        text=text,
        is_recommendation=quorum.is_counted and not quorum.is_reached,
    )
    settle(decision, by=by, right=FILE)
    for one in charged:
        task = tasks.give(
            by=by,
            county=meeting.body.county,
            origin=Task.Origin.MEETING,
            body=meeting.body,
            source=decision.label,
            title=_first_sentence(text),
            details=text,
            lead=one,
            due_on=due_on,
            supporting=[other for other in supporting if other != one],
            measure=measure,
            given_on=meeting.held_on,
            predates_registry=meeting.predates_registry,
        )
        decision.tasks.add(task)
    if item.card is not None:
        given = list(Task.objects.permitted(by, tasks.GIVE).filter(decisions=decision))
        if item.card.state == Card.State.OPEN:  # minuted after the meeting, which gave the card back when it closed
            cards.move(item.card, Card.State.ON_AGENDA, by=by)
        cards.move(item.card, Card.State.DECIDED, by=by, decision=decision.label, tasks=given)
    _rewritten(meeting)
    trail.record(by, DECIDED, decision)
    return decision


def _first_sentence(text: str) -> str:
    first = " ".join(text.split(". ")[0].split())
    return first if len(first) <= 300 else first[:299].rstrip() + "…"


@transaction.atomic
def review(
    decision: Decision, *, meeting: Meeting, by: Seat, outcome: str, note: str, based_on: int | None = None
) -> Review:
    """Record what the meeting found on a returning decision: it goes on, or the body closes it."""
    refuse_personal({"note": note})
    meeting = hold(meeting)
    _not_frozen(meeting)
    if not meeting.was_held:
        raise ValidationError(_("The meeting has not been opened yet."))
    if not Decision.objects.permitted(by, FILE).returning_to(meeting).filter(pk=decision.pk).exists():
        raise ValidationError(_("This decision does not stand on the agenda of this meeting."))
    decision = hold(decision, based_on=based_on)
    unverified = Task.objects.visible_to(by).filter(decisions=decision).exclude(state__in=["verified", "cancelled"])
    if outcome == Review.Outcome.CLOSED and not note.strip() and unverified.exists():
        raise ValidationError({"note": _("A task of this decision is not verified yet. Say why the body closes it.")})
    found = Review.objects.permitted(by, FILE).filter(meeting=meeting, decision=decision).first()
    row = found or Review(meeting=meeting, decision=decision)
    row.outcome, row.note = outcome, note
    settle(row, by=by, right=FILE)
    decision.closed_at = meeting if outcome == Review.Outcome.CLOSED else None
    settle(decision, by=by, right=FILE)
    _rewritten(meeting)
    trail.record(by, REVIEWED, decision, changes={"outcome": (None, outcome)})
    return row


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: Seat) -> Meeting:
    """Close the meeting; whether it had its quorum is written down with it."""
    meeting = hold(meeting)
    if meeting.state != Meeting.State.OPEN:
        raise ValidationError(_("Only a meeting in progress can be closed."))
    quorum = quorum_of(meeting, by)
    if quorum.is_counted and not quorum.recorded:
        raise ValidationError(_("Record first who was at the table."))
    has_quorum = not quorum.is_counted or quorum.is_reached
    meeting.state = Meeting.State.HELD if has_quorum else Meeting.State.NO_QUORUM
    settle(meeting, by=by, right=FILE)
    _return_cards(meeting, by)
    trail.record(by, CLOSED, meeting, changes={"state": (Meeting.State.OPEN.value, meeting.state)})
    return meeting


# --- after the meeting ---


@transaction.atomic
def circulate(meeting: Meeting, *, by: Seat) -> Meeting:
    """Send the minutes to the members for remarks."""
    meeting = hold(meeting)
    if meeting.state not in (Meeting.State.HELD, Meeting.State.NO_QUORUM) or meeting.minutes != Meeting.Minutes.DRAFT:
        raise ValidationError(_("Close the meeting first; then its minutes go out for remarks."))
    meeting.minutes = Meeting.Minutes.CIRCULATED
    settle(meeting, by=by, right=FILE)
    trail.record(by, CIRCULATED, meeting)
    return meeting


@transaction.atomic
def remark(meeting: Meeting, *, by: Seat, text: str) -> Remark:
    """Make a remark on circulated minutes; whoever reads them may."""
    refuse_personal({"text": text})
    meeting = hold(meeting)
    if meeting.minutes != Meeting.Minutes.CIRCULATED:
        raise ValidationError(_("Remarks are made while the minutes are out for remarks."))
    row = Remark(meeting=meeting, seat=by, text=text)
    settle(row, by=by, right="minutes.remark")
    _rewritten(meeting)
    trail.record(by, REMARKED, meeting)
    return row


@transaction.atomic
def approve(meeting: Meeting, *, by: Seat, based_on: int) -> Meeting:
    """Approve the minutes: this freezes the text and nothing else (decision 13). Only what was read is approved."""
    meeting = hold(meeting)
    if meeting.rewritten != based_on:
        raise ValidationError(_("The minutes were changed after you opened them. Read them again, then approve."))
    if meeting.minutes != Meeting.Minutes.CIRCULATED:
        raise ValidationError(_("Minutes are approved after they were sent for remarks."))
    meeting.minutes = Meeting.Minutes.APPROVED
    meeting.approved_on, meeting.approved_by = timezone.localdate(), by
    settle(meeting, by=by, right=APPROVE)
    drafts = MinuteDraft.objects.unscoped("approved minutes leave no draft behind, whoever wrote it")
    drafts.filter(item__meeting=meeting).delete()
    trail.record(by, APPROVED, meeting)
    return meeting


def _rewritten(meeting: Meeting) -> None:
    """The minutes read differently now: whoever has an older page before them must not approve on it."""
    Meeting.objects.unscoped("a meeting already held").filter(pk=meeting.pk).update(rewritten=F("rewritten") + 1)


def _not_frozen(meeting: Meeting) -> None:
    if meeting.is_frozen:
        raise ValidationError(_("These minutes are approved; their text does not change any more."))
