"""Meetings: the list, the paper, the meeting day, and the verbs before and after it."""

from __future__ import annotations

import base64
import datetime
import secrets
import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Card
from krat.access import drafts, rights
from krat.access.requests import Shown
from krat.access.scoping import hold
from krat.access.views import door, needs
from krat.committee.models import Institution
from krat.export import pdf
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.plan.forms.tasks import tell_rest_days
from krat.plan.models import Task
from krat.plan.models.task import State as TaskState
from krat.reference import calendar
from krat.services.models import Missing
from krat.ui.due import due_of
from krat.ui.forms import ConfirmForm
from krat.ui.listing import listing
from krat.ui.rendering import FileKind, comes_too_late, file, render_page, telling
from meetings import actions, printing
from meetings.forms import (
    AttendanceForm,
    CorrectionForm,
    DecisionFilter,
    ItemChangeForm,
    ItemDayForm,
    ItemForm,
    LedgerFilter,
    MeetingChangeForm,
    MeetingFilter,
    MeetingForm,
    RemarkForm,
    ReviewForm,
    WithdrawalForm,
    as_seen,
)
from meetings.ledger import asked_of, lines_of, sums_of, with_their_course
from meetings.models import AgendaItem, Attendance, Decision, Meeting, Remark, Review
from meetings.pack import pack_of
from meetings.paper import paper_of
from meetings.quorum import quorum_of, voting_places

_DRAFT_KEY = "draft_key"
_LEDGER = 100  # lines on a page of it, and of its print

# --- reading ---


@needs("meetings.view", methods=("GET",))
def meeting_list(request: SignedIn) -> HttpResponse:
    """Meetings, the latest first."""
    rows = Meeting.objects.visible_to(request.seat).for_list()
    found = listing(request, rows, MeetingFilter)
    context = {"found": found, "may_file": rights.may(request.seat, "meetings.file")}
    return render_page(request, "meetings/list.html", context)


@needs("meetings.view", methods=("GET",))
def meeting_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One meeting: agenda, what was said and decided, who was there, and what comes next."""
    meeting = door(request, Meeting.objects.for_list(), code)
    context, cards = _paper(meeting, request)
    if context["may_file"] and not meeting.is_over:
        context["off_the_agenda"] = AgendaItem.objects.visible_to(request.seat).filter(
            meeting=meeting, withdrawn_at__isnull=False
        )
    paper = paper_of(meeting, request.seat) if meeting.is_frozen else None
    context |= {"paper": paper} | ({"quorum": paper.content["quorum"]} if paper else {})
    return render_page(request, "meetings/detail.html", context, shown=cards)


@needs("meetings.view", methods=("GET",))
def minutes_print(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The minutes as a paper: letterhead, numbers, signatures. Approved ones as they were approved."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if not meeting.was_held:
        return redirect("meetings:invitation", code=meeting.code)
    is_circulated = meeting.minutes == Meeting.Minutes.CIRCULATED
    context = {"meeting": meeting, "paper": paper_of(meeting, request.seat), "printed_at": timezone.now()}
    return render_page(request, "meetings/minutes.html", context | {"is_circulated": is_circulated})


@needs("meetings.view", methods=("GET",))
def invitation(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """What a meeting prints before it is held: when, where, what about, and who is invited."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if meeting.was_held:
        return redirect("meetings:minutes", code=meeting.code)
    context = {"meeting": meeting, "paper": paper_of(meeting, request.seat), "printed_at": timezone.now()}
    return render_page(request, "meetings/invitation.html", context)


@needs("meetings.view", methods=("GET",))
def pack(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Everything one should have read before the meeting, on one page."""
    meeting = door(request, Meeting.objects.for_list(), code)
    found = pack_of(meeting, request.seat)
    context = {"meeting": meeting, "pack": found, "today": timezone.localdate(), "printed_at": timezone.now()}
    return render_page(request, "meetings/pack.html", context, shown=found.cards)


# --- the same as files ---


@needs("meetings.view", methods=("GET",))
def minutes_pdf(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The minutes as PDF; before the meeting its invitation is the paper."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if not meeting.was_held:
        return redirect("meetings:invitation_pdf", code=meeting.code)
    paper = paper_of(meeting, request.seat)
    write = partial(printing.minutes_pdf, meeting, paper)
    return _cannot_draw(request, meeting) or file(request, write, FileKind.PDF, "procesverbal", _number(meeting))


@needs("meetings.view", methods=("GET",))
def minutes_docx(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The minutes as a Word file."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if not meeting.was_held:
        return redirect("meetings:invitation_pdf", code=meeting.code)
    paper, now = paper_of(meeting, request.seat), timezone.localtime()
    write = partial(printing.minutes_docx, meeting, paper, now)
    return file(request, write, FileKind.DOCX, "procesverbal", _number(meeting))


@needs("meetings.view", methods=("GET",))
def invitation_pdf(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The invitation as PDF; of a meeting that was held its minutes are the paper."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if meeting.was_held:
        return redirect("meetings:minutes_pdf", code=meeting.code)
    paper, today = paper_of(meeting, request.seat), timezone.localdate()
    write = partial(printing.invitation_pdf, meeting, paper, today)
    return _cannot_draw(request, meeting) or file(request, write, FileKind.PDF, "ftese", _number(meeting))


@needs("meetings.view", methods=("GET",))
def invitation_ics(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The meeting as an entry for a calendar."""
    meeting = door(request, Meeting.objects.for_list(), code)
    link = request.build_absolute_uri(reverse("meetings:detail", kwargs={"code": meeting.code}))
    write = partial(printing.invitation_ics, meeting, link=link, now=timezone.now())
    return file(request, write, FileKind.ICS, "ftese", _number(meeting))


@needs("meetings.view", methods=("GET",))
def pack_pdf(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The pack as one PDF."""
    meeting = door(request, Meeting.objects.for_list(), code)
    found, today = pack_of(meeting, request.seat), timezone.localdate()
    write = partial(printing.pack_pdf, meeting, found, today)
    number = _number(meeting)
    return _cannot_draw(request, meeting) or file(request, write, FileKind.PDF, "materiale", number, shown=found.cards)


def _cannot_draw(request: SignedIn, meeting: Meeting) -> HttpResponse | None:
    """Back to the meeting with a sentence, where the machine cannot draw a PDF."""
    if pdf.is_available():
        return None
    messages.error(request, _("A PDF cannot be made here. Print the page, or take the Word file."))
    return redirect("meetings:detail", code=meeting.code)


def _number(meeting: Meeting) -> str:
    return f"{meeting.number}-{meeting.year}"


def _paper(meeting: Meeting, request: SignedIn) -> tuple[dict[str, Any], list[Card]]:
    """Everything the paper of a meeting shows, and the cards among it (ten queries, however long it is)."""
    seat = request.seat
    decisions = Decision.objects.visible_to(seat).select_related("body").order_by("number")
    decisions = decisions.prefetch_related(_tasks_for(seat))
    items = (
        AgendaItem.objects.visible_to(seat)
        .filter(meeting=meeting, withdrawn_at=None)
        .select_related("rapporteur")
        .prefetch_related(Prefetch("decisions", queryset=decisions))
    )
    listed = list(items)
    cards = _with_cards(listed, request)
    attendance = Attendance.objects.visible_to(seat).filter(meeting=meeting).select_related("institution")
    files = rights.may(seat, "meetings.file")
    approves = (
        meeting.minutes == Meeting.Minutes.CIRCULATED
        and Meeting.objects.permitted(seat, "minutes.approve").filter(pk=meeting.pk).exists()
    )
    until = None
    if meeting.minutes == Meeting.Minutes.CIRCULATED or (files and meeting.is_over and not meeting.is_frozen):
        until = actions.remarks_until(meeting)
    context = {
        "meeting": meeting,
        "is_forgotten": meeting.state == Meeting.State.PLANNED and meeting.held_on < timezone.localdate(),
        "is_early": meeting.state == Meeting.State.PLANNED and meeting.held_on > timezone.localdate(),
        "items": listed,
        "decisions": sum(1 for item in listed for one in item.decisions.all() if not one.is_withdrawn),
        "left": sum(1 for item in listed if not item.is_done),
        "until": until,
        "attendance": list(attendance.order_by("institution__sort_key")),
        "returning": _returning(meeting, seat),
        "quorum": quorum_of(meeting, seat),
        "remarks": list(Remark.objects.visible_to(seat).filter(meeting=meeting).select_related("seat__institution")),
        "due": due_of(meeting.held_on) if meeting.state == Meeting.State.PLANNED else None,
        "unsaved": _unsaved(listed) if (files or approves) and meeting.was_held and not meeting.is_frozen else [],
        "may_file": files and not meeting.is_frozen,
        "may_step_back": files and _may_step_back(meeting, request),
        "may_add_cards": files and not meeting.is_over and rights.may(seat, "cards.table"),
        "may_remark": meeting.minutes == Meeting.Minutes.CIRCULATED and rights.may(seat, "minutes.remark"),
        "may_approve": approves,
    }
    return context, cards


def _unsaved(items: list[AgendaItem]) -> list[AgendaItem]:
    """The items on which somebody has written what is not saved yet, and so stands in no minutes (one query)."""
    drafted = drafts.unsent_about([one.code for one in items])
    return [one for one in items if one.code in drafted]


def _may_step_back(meeting: Meeting, request: SignedIn) -> bool:
    """Whether the verb that takes back the last step would not refuse (four queries at most)."""
    if meeting.minutes == Meeting.Minutes.CIRCULATED:
        return not Remark.objects.visible_to(request.seat).filter(meeting=meeting).exists()
    if meeting.state == Meeting.State.OPEN:
        return actions.is_empty(meeting, request.seat)
    return not meeting.is_frozen and meeting.state != Meeting.State.PLANNED


def _with_cards(items: list[AgendaItem], request: SignedIn) -> list[Card]:
    """Give each item what its card tells, where the seat sees it; others have its alias (one query). The seen cards."""
    asked = [item.card_id for item in items if item.card_id is not None]
    rows = list(Card.objects.visible_to(request.seat).filter(pk__in=asked).for_list()) if asked else []
    for item in items:
        item.seen_card = next((card for card in rows if card.pk == item.card_id), None)  # type: ignore[attr-defined]
    Card.as_known(rows, request.seat)
    _with_missing(items, request)
    return rows


def _with_missing(items: list[AgendaItem], request: SignedIn) -> None:
    """Give each item the missing service that it is about (one query where there is one)."""
    asked = [item.missing_id for item in items if item.missing_id is not None]
    rows = list(Missing.objects.visible_to(request.seat).filter(pk__in=asked).for_list()) if asked else []
    for item in items:
        item.seen_missing = next(  # type: ignore[attr-defined]
            (one for one in rows if one.pk == item.missing_id), None
        )


def _tasks_for(seat: Seat) -> Prefetch[str]:
    return Prefetch("tasks", queryset=Task.objects.visible_to(seat).for_list())


def _returning(meeting: Meeting, seat: Seat) -> list[dict[str, Any]]:
    """The decisions that stand on this meeting's agenda by themselves, or stood there, with what it found on them."""
    reviews = {one.decision_id: one for one in Review.objects.visible_to(seat).filter(meeting=meeting)}
    rows = Decision.objects.visible_to(seat)
    rows = rows.stood_before(meeting) if meeting.is_over else rows.returning_to(meeting)
    decisions = rows.for_list().prefetch_related(_tasks_for(seat))
    found = []
    for decision in decisions:
        tasks = [(task, due_of(task.due_on) if task.is_open else None) for task in decision.tasks.all()]
        found.append({"decision": decision, "review": reviews.get(decision.pk), "tasks": tasks})
    return found


@needs("meetings.view", methods=("GET",))
def decision_list(request: SignedIn) -> HttpResponse:
    """The ledger of decisions."""
    rows = Decision.objects.visible_to(request.seat).for_list()
    found = listing(request, rows.prefetch_related(_tasks_for(request.seat)), DecisionFilter)
    return render_page(request, "meetings/decisions.html", {"found": found})


@needs("meetings.view", methods=("GET",))
def decision_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One decision: its words, its tasks, and what later meetings found."""
    decision = door(request, Decision.objects.for_list().prefetch_related(_tasks_for(request.seat)), code)
    reviews = Review.objects.visible_to(request.seat).filter(decision=decision)
    context = {
        "decision": decision,
        "may_correct": rights.may(request.seat, "meetings.file")
        and not decision.item.meeting.is_frozen
        and not decision.is_withdrawn,
        "tasks": [(task, due_of(task.due_on) if task.is_open else None) for task in decision.tasks.all()],
        "reviews": reviews.select_related("meeting__body__county").order_by("-meeting__held_on", "-meeting__pk"),
    }
    return render_page(request, "meetings/decision.html", context)


@needs("tasks.view", methods=("GET",))
def ledger(request: SignedIn, code: str) -> HttpResponse:
    """What was asked of an institution: what is done and what shows it, what is late, what was given back."""
    rows = Institution.objects.select_related("kind", "county")
    institution = door(request, rows, code, right="institutions.view")
    asked = asked_of(institution, request.seat)
    found = listing(request, with_their_course(asked, request.seat), LedgerFilter, per_page=_LEDGER)
    context = {
        "institution": institution,
        "found": found,
        "lines": lines_of(found.rows),
        "sums": sums_of(asked),
        "printed_at": timezone.now(),
    }
    return render_page(request, "meetings/ledger.html", context)


@needs("meetings.file")
def decision_correct(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A decision as it should have been recorded; its task follows."""
    decision, tasks = _decision_with_tasks(request, code)
    live = [task for task in tasks if task.state != TaskState.CANCELLED]
    initial = {"text": decision.text, "version": decision.version}
    task = live[0] if len(live) == 1 else None
    if task is not None:
        supporting = list(task.supporting.visible_to(request.seat))
        initial |= {"lead": task.lead_id, "due_on": task.due_on, "measure": task.measure_id, "supporting": supporting}
    form = CorrectionForm.of(
        request,
        seat=request.seat,
        meeting=decision.item.meeting,
        several=len(live) > 1,
        task=task,
        initial=initial,
    )
    if task is not None or not live:
        tell_rest_days(form)
    if form.is_accepted():
        with form.catching():
            data = form.cleaned_data
            more = {}
            if len(live) < 2:
                more = {"supporting": list(data["supporting"]), "measure": data["measure"]}
            actions.correct(
                decision,
                by=request.seat,
                based_on=data["version"],
                text=data["text"],
                lead=data.get("lead"),
                due_on=data.get("due_on"),
                reason=data["reason"],
                **more,
            )
            messages.success(request, _("The decision was corrected."))
            _say_if_day_of_rest(request, data.get("due_on"))
            return redirect("meetings:decision", code=decision.code)
    context = {"form": form, "decision": decision, "tasks": live, "what": "correct"}
    return render_page(request, "meetings/decision_form.html", context)


@needs("meetings.file")
def decision_withdraw(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Withdraw a decision: asks once, and for the reason."""
    decision, tasks = _decision_with_tasks(request, code)
    form = WithdrawalForm.of(request, initial={"version": decision.version})
    if form.is_accepted():
        with form.catching():
            data = form.cleaned_data
            actions.withdraw(decision, by=request.seat, based_on=data["version"], reason=data["reason"])
            messages.success(request, _("The decision is withdrawn."))
            return redirect("meetings:decision", code=decision.code)
    live = [task for task in tasks if task.state != TaskState.CANCELLED]
    context = {"form": form, "decision": decision, "tasks": live, "what": "withdraw"}
    return render_page(request, "meetings/decision_form.html", context)


def _decision_with_tasks(request: SignedIn, code: uuid.UUID) -> tuple[Decision, list[Task]]:
    rows = Decision.objects.for_list().select_related("item__card").prefetch_related(_tasks_for(request.seat))
    decision = door(request, rows, code)
    return decision, list(decision.tasks.all())


# --- before the meeting ---


@needs("meetings.file")
def meeting_add(request: SignedIn) -> HttpResponse:
    """A new meeting with its agenda."""
    form = MeetingForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            meeting = actions.convene(by=request.seat, **form.cleaned_data)
            messages.success(request, _("The meeting was filed."))
            return redirect("meetings:detail", code=meeting.code)
    return render_page(request, "meetings/form.html", {"form": form, "meeting": None})


@needs("meetings.file")
def meeting_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The kind, day, hour and place of a meeting."""
    meeting = door(request, Meeting.objects.for_list(), code)
    initial = {name: getattr(meeting, name) for name in ("kind", "held_on", "starts_at", "ends_at", "place", "version")}
    form = MeetingChangeForm.of(request, initial=initial)
    if form.is_accepted():
        with form.catching():
            data = dict(form.cleaned_data)
            actions.change(meeting, by=request.seat, based_on=data.pop("version"), **data)
            messages.success(request, _("The meeting was changed."))
            return redirect("meetings:detail", code=meeting.code)
    return render_page(request, "meetings/form.html", {"form": form, "meeting": meeting})


@needs("meetings.file")
def item_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A new item of the agenda."""
    meeting = door(request, Meeting.objects.for_list(), code)
    form = ItemForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            actions.add_item(meeting, by=request.seat, **form.cleaned_data)
            messages.success(request, _("The item is on the agenda."))
            return redirect("meetings:detail", code=meeting.code)
    return render_page(request, "meetings/item_form.html", {"form": form, "meeting": meeting, "item": None})


@needs("cards.table", methods=("GET",))
def meeting_cards(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The cards of the county that wait for the table; the secretariat, which does not see them, finds aliases."""
    meeting = door(request, Meeting.objects.for_list(), code, right="meetings.file")
    rows = Card.objects.permitted(request.seat, "cards.table").filter(county=meeting.body.county_id)
    waiting = list(rows.waiting().for_list())
    sees_cards = rights.may(request.seat, "cards.view")
    shown: list[Shown] = [card if sees_cards else (card, ["number", "kind"]) for card in waiting]
    context = {
        "meeting": meeting,
        "cards": waiting,
        "sees_cards": sees_cards,
        "missing": _missing_to_table(meeting, request.seat),
        "may_add": not meeting.is_over and not meeting.is_frozen,
    }
    return render_page(request, "meetings/cards.html", context, shown=shown)


def _missing_to_table(meeting: Meeting, seat: Seat) -> list[Missing]:
    """The missing services of the county that nobody is to fill yet and that stand on no coming agenda (one query)."""
    coming = AgendaItem.objects.permitted(seat, "meetings.file").filter(
        withdrawn_at=None, meeting__state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], missing__isnull=False
    )
    rows = Missing.objects.permitted(seat, "missing.settle").filter(
        county=meeting.body.county_id, state=Missing.State.NEEDED
    )
    return list(rows.exclude(pk__in=coming.order_by().values("missing")).for_list())


@needs("missing.settle", methods=("POST",))
def missing_add(request: SignedIn, code: uuid.UUID, missing: uuid.UUID) -> HttpResponse:
    """Put a missing service on the agenda."""
    meeting = door(request, Meeting.objects.for_list(), code, right="meetings.file")
    found = door(request, Missing.objects.for_list(), missing)
    with telling(request):
        actions.add_missing(meeting, by=request.seat, missing=found)
        messages.success(request, _("The missing service is on the agenda."))
    return redirect("meetings:cards", code=meeting.code)


@needs("cards.table", methods=("POST",))
def card_add(request: SignedIn, code: uuid.UUID, card: uuid.UUID) -> HttpResponse:
    """Put a card on the agenda."""
    meeting = door(request, Meeting.objects.for_list(), code, right="meetings.file")
    found = door(request, Card.objects.for_list(), card)
    with telling(request):
        actions.add_card(meeting, by=request.seat, card=found)
        messages.success(request, _("Card %(alias)s is on the agenda.") % {"alias": found.alias})
    return redirect("meetings:cards", code=meeting.code)


@needs("cards.table", methods=("GET",))
def card_agenda(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """On which agenda a card is put: the meetings of its county that are still to be held."""
    card = door(request, Card.objects.for_list(), code)
    coming = Meeting.objects.permitted(request.seat, "meetings.file").filter(
        body__county=card.county_id, state__in=[Meeting.State.PLANNED, Meeting.State.OPEN]
    )
    context = {
        "card": card,
        "meetings": coming.for_list().order_by("held_on", "pk"),
        "is_waiting": Card.objects.permitted(request.seat, "cards.table").waiting().filter(pk=card.pk).exists(),
        "sees_card": rights.may(request.seat, "cards.view"),
    }
    return render_page(request, "meetings/card_agenda.html", context, shown=())


@needs("meetings.file")
def item_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The words, the rapporteur and the place of an item."""
    item = door(request, _items(), code)
    initial = {name: getattr(item, name) for name in ItemChangeForm.base_fields}
    form = ItemChangeForm.of(request, seat=request.seat, initial=initial)
    form.fields["title"].required = item.kind != AgendaItem.Kind.FOLLOW_UP  # which names itself
    if form.is_accepted():
        with form.catching():
            data = dict(form.cleaned_data)
            actions.change_item(item, by=request.seat, based_on=data.pop("version"), **data)
            messages.success(request, _("The item was changed."))
            return redirect("meetings:detail", code=item.meeting.code)
    return render_page(request, "meetings/item_form.html", {"form": form, "meeting": item.meeting, "item": item})


@needs("meetings.file", methods=("POST",))
def item_withdraw(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take an item off the agenda."""
    item = door(request, _items(), code)
    with telling(request):
        actions.withdraw_item(item, by=request.seat)
        messages.success(request, _("The item is off the agenda."))
    return redirect("meetings:detail", code=item.meeting.code)


@needs("meetings.file", methods=("POST",))
def item_restore(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Put an item back on the agenda."""
    item = door(request, _items(), code)
    with telling(request):
        actions.restore_item(item, by=request.seat)
        messages.success(request, _("The item is on the agenda."))
    return redirect("meetings:detail", code=item.meeting.code)


@needs("meetings.file", methods=("POST",))
def meeting_call_off(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Postpone or cancel a planned meeting."""
    meeting = door(request, Meeting, code)
    with telling(request):
        actions.call_off(meeting, by=request.seat, to=request.POST.get("to", ""))
        messages.success(request, _("The meeting was called off."))
    return redirect("meetings:detail", code=meeting.code)


def _version(request: SignedIn) -> int:
    """The version a button was based on; none fits 0."""
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0


def _items() -> Any:
    return AgendaItem.objects.select_related("meeting__body__county", "meeting__kind", "rapporteur", "card__kind")


# --- the meeting day ---


@needs("meetings.file")
def meeting_open(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Open the meeting and go to its first item; before its day it asks back."""
    meeting = door(request, Meeting.objects.for_list(), code)
    form = ConfirmForm.of(request, initial={"version": meeting.version})
    if form.is_accepted():
        with form.catching():
            actions.open_meeting(
                meeting, by=request.seat, based_on=form.cleaned_data["version"], early="early" in request.POST
            )
            first = AgendaItem.objects.visible_to(request.seat).filter(meeting=meeting, withdrawn_at=None).first()
            if first is not None:
                return redirect("meetings:item", code=first.code)
            return redirect("meetings:detail", code=meeting.code)
    return _asks(request, meeting, form, "open")


@needs("meetings.file", methods=("POST",))
def meeting_step_back(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take back the meeting's last step, as long as nobody has built on it."""
    meeting = door(request, Meeting, code)
    with telling(request):
        actions.step_back(meeting, by=request.seat, based_on=_version(request))
        messages.success(request, _("The step was taken back."))
    return redirect("meetings:detail", code=meeting.code)


def _is_frozen(request: SignedIn, meeting: Meeting) -> bool:
    """Whether the minutes are approved. Whoever keeps a draft holds the meeting, so that none outlives an approval."""
    return (hold(meeting) if drafts.is_kept(request) else meeting).is_frozen


def _is_too_late(request: SignedIn, meeting: Meeting) -> bool:
    """Whether nothing can be written to a meeting any more, and nothing was sent that would be lost."""
    sentence = _("These minutes are approved; their text does not change any more.")
    return _is_frozen(request, meeting) and comes_too_late(request, sentence)


@needs("meetings.file")
def item_day(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The meeting day on one screen: agenda left, the item and its new decision in the middle, attendance right.

    The other items stand in the page as well, out of sight: the agenda switches among them without a connection.
    """
    item = door(request, _items(), code)
    meeting = item.meeting
    if _is_too_late(request, meeting):
        return redirect("meetings:detail", code=meeting.code)
    is_written = meeting.was_held and not meeting.is_frozen
    initial = {"discussion": item.discussion, "is_done": item.is_done, "version": item.version}
    _with_cards([item], request)
    form = ItemDayForm.of(request, seat=request.seat, meeting=meeting, initial=initial | _charged(item))
    if form.is_accepted():
        goes_on = request.POST.get("then") == "next"
        with form.catching():
            data = form.cleaned_data
            decision = actions.minute_and_decide(
                item,
                by=request.seat,
                based_on=data["version"],
                discussion=data["discussion"],
                is_done=data["is_done"] or goes_on,
                decision=form.decision(),
            )
            if decision is not None:
                messages.success(request, _("Decision %(number)s was recorded.") % {"number": decision.label})
                _say_if_day_of_rest(request, data["due_on"])
            else:
                messages.success(request, _("Item %(number)s was saved.") % {"number": item.position})
            following = _next_after(item, request.seat) if goes_on else None
            return redirect("meetings:item", code=(following or item).code)
    if drafts.is_kept(request):
        return render_page(request, "meetings/day.html", {"form": form if is_written else None})
    context, cards = _day(request, item, form if is_written or form.is_sent else None)
    return render_page(request, "meetings/day.html", context, shown=[meeting, *cards])


def _say_if_day_of_rest(request: SignedIn, day: datetime.date | None) -> None:
    """Where offices rest on the day until which something is asked, name the next on which they do (two queries)."""
    if day is not None and calendar.is_day_of_rest(day):
        following = calendar.add_working_days(day, 1)
        sentence = _(
            "%(day)s is a day of rest; the next working day is %(next)s. Correct the decision if that is meant."
        )
        days = {"day": day, "next": following}
        messages.info(request, sentence % {name: date_format(one, "SHORT_DATE_FORMAT") for name, one in days.items()})


def _next_after(item: AgendaItem, seat: Seat) -> AgendaItem | None:
    """The item of the agenda behind this one; behind the last, the first that nobody has dealt with."""
    rows = AgendaItem.objects.visible_to(seat).filter(meeting=item.meeting_id, withdrawn_at=None)
    return rows.filter(position__gt=item.position).first() or rows.filter(is_done=False).first()


def _day(request: SignedIn, item: AgendaItem, form: ItemDayForm | None) -> tuple[dict[str, Any], list[Card]]:
    paper, cards = _paper(item.meeting, request)
    current = next((one for one in paper["items"] if one.pk == item.pk), item)
    body = item.meeting.body
    decisions = Decision.objects.visible_to(request.seat).filter(
        body__kind=body.kind, body__county=body.county_id, year=item.meeting.year
    )
    last = decisions.order_by("-number").first()
    if form is not None:
        tell_rest_days(form)
    screens = [{"item": current, "form": form}, *_other_screens(request, paper["items"], item, form)]
    day = paper | {
        "item": current,
        "form": form,
        "screens": screens,
        "agenda": sorted(screens, key=lambda one: one["item"].position),
        "attendance_form": _attendance_form(request, item.meeting, initial={"item": item.code}),
        "next_number": item.meeting.body.numbered((last.number if last else 0) + 1, item.meeting.year),
    }
    return day, cards


def _other_screens(
    request: SignedIn, items: list[AgendaItem], current: AgendaItem, form: ItemDayForm | None
) -> list[dict[str, Any]]:
    """The other items of the agenda, each with its form and what was kept of it where the meeting is minuted.

    One query for all drafts, however many; the choices are those that the current item's form has fetched.
    """
    others = [one for one in items if one.pk != current.pk]
    if form is None:
        return [{"item": one, "form": None} for one in others]
    form.fetch_choices()
    addresses = {one.pk: reverse("meetings:item", kwargs={"code": one.code}) for one in others}
    kept = drafts.take_all(request, [(address, "") for address in addresses.values()])
    screens = []
    for one in others:
        initial = {"discussion": one.discussion, "is_done": one.is_done, "version": one.version} | _charged(one)
        its = ItemDayForm(
            seat=request.seat, meeting=current.meeting, initial=initial, auto_id=f"item-{one.position}-%s"
        )
        its.choose_as(form)
        its.sent_to = addresses[one.pk]
        its.take_up(kept.get((its.sent_to, "")))
        screens.append({"item": one, "form": its})
    return screens


@needs("meetings.file", methods=("GET",))
def draft_key(request: SignedIn) -> HttpResponse:
    """The key of this session's local drafts: made once a session, gone at sign-out (decision 18). Answers JSON."""
    if _DRAFT_KEY not in request.session:
        request.session[_DRAFT_KEY] = base64.b64encode(secrets.token_bytes(32)).decode()
    return JsonResponse({"key": request.session[_DRAFT_KEY]})


@needs("meetings.file")
def attendance(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Who is at the table, by institution, as the act in force that day names them.

    Asked for JSON, as the meeting's own screen does for each choice, it answers what stands and the quorum.
    """
    meeting = door(request, Meeting.objects.for_list(), code)
    form = _attendance_form(request, meeting)
    is_script = "application/json" in request.headers.get("Accept", "")
    if form.is_accepted():
        with form.catching():
            actions.record_attendance(
                meeting,
                by=request.seat,
                status=form.by_institution(),
                offices=form.offices(),
                based_on=form.based_on(),
            )
            if is_script:
                return _attendance_as_json(request, meeting)
            messages.success(request, _("The attendance was recorded."))
            came_from = form.cleaned_data["item"]
            rows = AgendaItem.objects.visible_to(request.seat).filter(meeting=meeting)
            if came_from and rows.filter(code=came_from).exists():
                return redirect("meetings:item", code=came_from)
            return redirect("meetings:detail", code=meeting.code)
    if is_script and form.is_sent:
        return _attendance_as_json(request, meeting, refused=form)
    if form.is_sent:
        form.show_what_stands()
    context = {"form": form, "meeting": meeting, "quorum": quorum_of(meeting, request.seat)}
    return render_page(request, "meetings/attendance.html", context)


def _attendance_form(request: SignedIn, meeting: Meeting, **more: Any) -> AttendanceForm:
    """The form of a meeting's attendance (three queries); filled from the request where that is its own page."""
    rows = Attendance.objects.visible_to(request.seat).filter(meeting=meeting)
    recorded = {row.institution_id: row for row in rows}
    named = [*voting_places(meeting), *recorded]
    institutions = Institution.objects.visible_to(request.seat).filter(pk__in=named)
    form = AttendanceForm if more else AttendanceForm.of
    args = () if more else (request,)
    return form(*args, institutions=institutions, recorded=recorded, **more)


def _attendance_as_json(request: SignedIn, meeting: Meeting, refused: AttendanceForm | None = None) -> JsonResponse:
    """What stands now, so that the screen shows it whoever recorded it; and the quorum as the page draws it."""
    rows = Attendance.objects.visible_to(request.seat).filter(meeting=meeting)
    stands = {row.institution_id: row for row in rows}
    quorum = quorum_of(meeting, request.seat)
    answer = {
        "status": {f"institution-{key}": row.status for key, row in stands.items()},
        "seen": as_seen({key: row.status for key, row in stands.items()}),
        "quorum": render_to_string("meetings/_quorum.html", {"quorum": quorum}),
        "final": render_to_string("meetings/_final_quorum.html", {"quorum": quorum}),
        "errors": {name: list(sentences) for name, sentences in refused.errors.items()} if refused else {},
    }
    return JsonResponse(answer, status=422 if refused else 200)


def _charged(item: AgendaItem) -> dict[str, Any]:
    """A decision on a card most often charges the institution for which its case waits."""
    card = getattr(item, "seen_card", None)
    return {"lead": card.waits_for_id} if card is not None else {}


@needs("meetings.file")
def review(request: SignedIn, code: uuid.UUID, decision: uuid.UUID) -> HttpResponse:
    """What the meeting found on a decision that returned to its agenda."""
    meeting = door(request, Meeting.objects.for_list(), code)
    found = door(request, Decision.objects.for_list().prefetch_related(_tasks_for(request.seat)), decision)
    if _is_too_late(request, meeting):
        return redirect("meetings:detail", code=meeting.code)
    before = Review.objects.visible_to(request.seat).filter(meeting=meeting, decision=found).first()
    initial = {"version": found.version, "outcome": before.outcome, "note": before.note} if before else {}
    form = ReviewForm.of(request, initial={"version": found.version} | initial)
    if form.is_accepted():
        with form.catching():
            data = dict(form.cleaned_data)
            actions.review(found, meeting=meeting, by=request.seat, based_on=data.pop("version"), **data)
            messages.success(request, _("What the meeting found was recorded."))
            items = AgendaItem.objects.visible_to(request.seat).filter(meeting=meeting, withdrawn_at=None)
            follow_up = items.filter(kind=AgendaItem.Kind.FOLLOW_UP).first()
            if follow_up is not None:
                return redirect("meetings:item", code=follow_up.code)
            return redirect("meetings:detail", code=meeting.code)
    tasks = [(task, due_of(task.due_on) if task.is_open else None) for task in found.tasks.all()]
    context = {"form": form, "meeting": meeting, "decision": found, "tasks": tasks}
    return render_page(request, "meetings/review.html", context)


@needs("meetings.file")
def meeting_close(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Close the meeting; asks once."""
    meeting = door(request, Meeting.objects.for_list(), code)
    form = ConfirmForm.of(request, initial={"version": meeting.version})
    if form.is_accepted():
        with form.catching():
            actions.close_meeting(meeting, by=request.seat, based_on=form.cleaned_data["version"])
            messages.success(request, _("The meeting is closed."))
            return redirect("meetings:detail", code=meeting.code)
    return _asks(request, meeting, form, "close")


# --- after the meeting ---


@needs("meetings.file")
def minutes_circulate(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Send the minutes for remarks; asks once."""
    meeting = door(request, Meeting.objects.for_list(), code)
    form = ConfirmForm.of(request, initial={"version": meeting.version})
    if form.is_accepted():
        with form.catching():
            actions.circulate(meeting, by=request.seat, based_on=form.cleaned_data["version"])
            messages.success(request, _("The minutes are out for remarks."))
            return redirect("meetings:detail", code=meeting.code)
    return _asks(request, meeting, form, "circulate")


@needs("minutes.remark")
def remark_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A remark on circulated minutes."""
    meeting = door(request, Meeting.objects.for_list(), code)
    if _is_too_late(request, meeting):
        return redirect("meetings:detail", code=meeting.code)
    form = RemarkForm.of(request)
    if form.is_accepted():
        with form.catching():
            actions.remark(meeting, by=request.seat, **form.cleaned_data)
            messages.success(request, _("Your remark was recorded."))
            return redirect("meetings:detail", code=meeting.code)
    return render_page(request, "meetings/remark.html", {"form": form, "meeting": meeting})


@needs("minutes.approve")
def minutes_approve(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Approve the minutes; asks once, for their text is frozen then."""
    meeting = door(request, Meeting.objects.for_list(), code)
    form = ConfirmForm.of(request, initial={"version": meeting.rewritten})
    if form.is_accepted():
        with form.catching():
            actions.approve(meeting, by=request.seat, based_on=form.cleaned_data["version"])
            messages.success(request, _("The minutes are approved. Their text does not change any more."))
            return redirect("meetings:detail", code=meeting.code)
    return _asks(request, meeting, form, "approve")


def _asks(request: SignedIn, meeting: Meeting, form: ConfirmForm, what: str) -> HttpResponse:
    """The page of a verb that asks once: what will be final, and its button."""
    paper, cards = _paper(meeting, request)
    return render_page(request, "meetings/ask.html", paper | {"form": form, "what": what}, shown=cards)
