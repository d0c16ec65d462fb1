"""Pret nga ju: what waits for a seat, as sentences, the most urgent first."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.models import Assignment, Card, Case, Obstacle, Referral, SentChange, Signal
from cases.sharing import PURPOSES
from krat.access import rights
from krat.access.roles import Role
from krat.access.scoping import ScopedModel
from krat.people.models import Invitation, Seat
from krat.plan.models import Measure, Plan, Task
from krat.plan.models.task import State
from krat.reference import calendar
from krat.ui.due import SOON_DAYS, Due, due_by, due_of
from meetings.models import Meeting

_MOST = 50
_LATER = datetime.date.max


@dataclass(frozen=True)
class Waiting:
    """One line: what to do, why it came, until when, and where to do it. Never a name of a person of a case."""

    title: str
    why: str
    url: str
    day: datetime.date | None
    at: datetime.datetime | None = None  # where the clock runs by the hour
    is_first: bool = False  # somebody reminded of it, or there is danger
    thing: ScopedModel | None = None  # what belongs to a case: that its line was shown stands in the trail

    @property
    def due(self) -> Due | None:
        """The chip of the line."""
        return due_by(self.at) if self.at else due_of(self.day)


def waiting_for(seat: Seat) -> list[Waiting]:
    """What waits for this seat (at most twenty queries, whatever there is; each only where its right is)."""
    lines = [
        *_own_tasks(seat),
        *_to_verify(seat),
        *_minutes(seat),
        *_remarks(seat),
        *_measures(seat),
        *_plans(seat),
        *_new_seats(seat),
        *_signals(seat),
        *_cases(seat),
        *_without_team(seat),
        *_sent_changes(seat),
        *_unanswered(seat),
        *_gone_perhaps(seat),
        *_to_answer(seat),
        *_in_hand(seat),
        *_cards(seat),
        *_risen(seat),
    ]
    return sorted(lines, key=lambda line: (not line.is_first, line.day or _LATER))


def _own_tasks(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.report").filter(lead=seat.institution_id).open().for_list()[:_MOST]
    return [
        Waiting(
            title=task.title,
            why=_("Task of your institution · %(source)s · %(state)s")
            % {"source": task.comes_from, "state": task.get_state_display()},
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=task.due_on,
        )
        for task in rows
    ]


def _to_verify(seat: Seat) -> list[Waiting]:
    rows = Task.objects.permitted(seat, "tasks.verify").filter(state=State.DONE).exclude(done_by=seat.pk)
    if not rights.may(seat, "meetings.file"):
        # The Prefect verifies what the prefecture itself reported; the rest is the coordinator's.
        rows = rows.filter(lead=seat.institution_id)
    found = list(rows.for_list()[:_MOST])
    until = calendar.after_working_days([task.done_on for task in found if task.done_on], 5)
    return [
        Waiting(
            title=_("Verify the task reported done: %(task)s") % {"task": task.title},
            why=f"{task.lead} · {task.comes_from}",
            url=reverse("plan:task", kwargs={"code": task.code}),
            day=until[task.done_on] if task.done_on else None,
        )
        for task in found
    ]


def _minutes(seat: Seat) -> list[Waiting]:
    approve = Meeting.objects.permitted(seat, "minutes.approve").filter(minutes=Meeting.Minutes.CIRCULATED)
    file = Meeting.objects.permitted(seat, "meetings.file").filter(predates_registry=False)
    unfinished = Q(state=Meeting.State.OPEN) | Q(
        state__in=[Meeting.State.HELD, Meeting.State.NO_QUORUM], minutes=Meeting.Minutes.DRAFT
    )
    return [
        *_minutes_lines(approve.for_list()[:_MOST], _("Approve the minutes: %(meeting)s"), "minutes_remarks"),
        *_minutes_lines(
            file.filter(unfinished).for_list()[:_MOST], _("Finish the minutes: %(meeting)s"), "minutes_draft"
        ),
    ]


def _minutes_lines(meetings: Iterable[Meeting], title: str, deadline: str) -> list[Waiting]:
    found = list(meetings)
    until = calendar.dues(deadline, [meeting.held_on for meeting in found])
    return [
        Waiting(
            title=title % {"meeting": meeting},
            why=_("Meeting of %(day)s · minutes: %(state)s")
            % {
                "day": formats.date_format(meeting.held_on, "SHORT_DATE_FORMAT"),
                "state": meeting.get_minutes_display(),
            },
            url=reverse("meetings:detail", kwargs={"code": meeting.code}),
            day=until[meeting.held_on],
        )
        for meeting in found
    ]


def _remarks(seat: Seat) -> list[Waiting]:
    """Members read circulated minutes; those who file or approve them have their own lines."""
    if rights.may(seat, "minutes.approve") or rights.may(seat, "meetings.file") or seat.county_id is None:
        return []
    rows = Meeting.objects.visible_to(seat).filter(minutes=Meeting.Minutes.CIRCULATED).exclude(remarks__seat=seat.pk)
    title = _("Read the minutes and make your remarks: %(meeting)s")
    return _minutes_lines(rows.for_list()[:5], title, "minutes_remarks")


def _measures(seat: Seat) -> list[Waiting]:
    soon = timezone.localdate() + datetime.timedelta(days=30)
    rows = Measure.objects.permitted(seat, "measures.report").filter(
        lead=seat.institution_id,
        state__in=[Measure.State.PLANNED, Measure.State.IN_PROGRESS],
        objective__plan__state=Plan.State.ADOPTED,
        due_on__lte=soon,
    )
    return [
        Waiting(
            title=_("Report on measure %(number)s: %(measure)s") % {"number": one.number, "measure": one.title},
            why=_("Your institution leads this measure of the plan"),
            url=reverse("plan:measure", kwargs={"code": one.code}),
            day=one.due_on,
        )
        for one in rows.for_list().order_by("due_on")[:_MOST]
    ]


def _plans(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "plan.adopt"):
        return []
    rows = Plan.objects.permitted(seat, "plan.adopt").filter(state__in=[Plan.State.DRAFT, Plan.State.CONSULTED])
    return [
        Waiting(
            title=_("Adopt the action plan %(year)s") % {"year": one.year},
            why=_("The plan waits for the committee"),
            url=reverse("plan:detail", kwargs={"code": one.code}),
            day=datetime.date(one.year, 3, 31),
        )
        for one in rows.select_related("county")[:5]
    ]


def _new_seats(seat: Seat) -> list[Waiting]:
    """The data protection officer looks at every seat that an administrator has given in the last fortnight."""
    if not rights.may(seat, "trail.view"):
        return []
    since = timezone.now() - datetime.timedelta(days=14)
    rows = Invitation.objects.visible_to(seat).filter(accepted_at__gte=since).select_related("institution")
    return [
        Waiting(
            title=_("Look at the seat that was given: %(role)s") % {"role": one.get_role_display()},
            why=f"{one.institution} · {formats.date_format(timezone.localtime(one.accepted_at), 'SHORT_DATE_FORMAT')}",
            url=reverse("people:list") + f"?role={one.role}",
            day=None,
        )
        for one in rows.order_by("-accepted_at")[:_MOST]
    ]


# --- what waits in cases: the number of the case for its team, the referral for an office, the alias for the table ---


def _signals(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "signals.take"):
        return []
    rows = Signal.objects.permitted(seat, "signals.take").filter(state=Signal.State.SENT).for_list()
    return [
        Waiting(
            title=_("Answer the signal of %(day)s from %(sender)s")
            % {"day": _day_of(one.sent_at), "sender": one.sender},
            why=" · ".join(
                [one.get_kind_display(), str(one.municipality), *([_("in immediate danger")] if one.is_urgent else [])]
            ),
            url=reverse("cases:signal", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            is_first=one.is_urgent,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _cases(seat: Seat) -> list[Waiting]:
    """The cases of one's own team whose clock has run out or soon will."""
    if not rights.may(seat, "cases.change"):
        return []
    soon = timezone.now() + datetime.timedelta(days=SOON_DAYS)
    rows = Case.objects.permitted(seat, "cases.change").filter(pk__in=Assignment.cases_of(seat)).open()
    return [
        Waiting(
            title=_("%(number)s: %(stage)s") % {"number": one.number, "stage": one.get_stage_display()},
            why=_("Case of your team · risk: %(risk)s") % {"risk": one.risk_words},
            url=_case(one),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            thing=one,
        )
        for one in rows.filter(due_at__lt=soon).for_list()[:_MOST]
    ]


def _without_team(seat: Seat) -> list[Waiting]:
    """The cases of the unit in whose team nobody is, for whoever names teams."""
    if not rights.may(seat, "cases.assign"):
        return []
    named = Assignment.objects.permitted(seat, "cases.view").filter(ended_at=None).values("case_id")
    rows = Case.objects.permitted(seat, "cases.assign").open().exclude(pk__in=named)
    return [
        Waiting(
            title=_("Name who works on %(number)s") % {"number": one.number},
            why=_("Nobody is in the team of this case · %(stage)s") % {"stage": one.get_stage_display()},
            url=_case(one),
            day=timezone.localdate(one.due_at) if one.expected_by else None,
            at=one.expected_by,
            thing=one,
        )
        for one in rows.for_list()[:_MOST]
    ]


def _sent_changes(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "cases.inbox"):
        return []
    rows = SentChange.objects.permitted(seat, "cases.inbox").filter(state=SentChange.State.WAITS)
    return [
        Waiting(
            title=_("Decide about a sent change of %(number)s") % {"number": one.case.number},
            why=_("A municipal system sent it on %(day)s") % {"day": _day_of(one.at)},
            url=reverse("cases:inbox", kwargs={"code": one.case.code}),
            day=None,
            thing=one.case,
        )
        for one in rows.select_related("case")[:_MOST]
    ]


def _unanswered(seat: Seat) -> list[Waiting]:
    """Referrals of one's own team to which no answer came in time, and which no obstacle names yet."""
    if not rights.may(seat, "referrals.send"):
        return []
    rows = Referral.objects.permitted(seat, "referrals.send").unanswered().filter(due_at__lt=timezone.now())
    marked = Obstacle.objects.permitted(seat, "referrals.send").filter(state=Obstacle.State.STANDS)
    rows = rows.exclude(pk__in=marked.exclude(referral=None).values("referral_id"))
    rows = rows.filter(case__in=Assignment.cases_of(seat)).select_related("case", "receiver").order_by("due_at")
    return [
        Waiting(
            title=_("No answer to the referral of %(day)s for %(purpose)s")
            % {"day": _day_of(one.sent_at), "purpose": PURPOSES[one.purpose].label},
            why=f"{one.case.number} · {one.receiver} · "
            + (_("reminded; you can mark an obstacle") if one.reminded_at else _("you can remind")),
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _gone_perhaps(seat: Seat) -> list[Waiting]:
    """Obstacles whose card's tasks are carried out: the worker says whether they are gone (decision 13)."""
    if not rights.may(seat, "obstacles.mark"):
        return []
    done = Card.objects.visible_to(seat).to_confirm().values("pk")
    rows = Obstacle.objects.permitted(seat, "obstacles.mark").filter(state=Obstacle.State.STANDS, card__in=done)
    rows = rows.filter(case__in=Assignment.cases_of(seat)).select_related("case", "card", "kind")
    return [
        Waiting(
            title=_("Confirm that the obstacle is gone: %(number)s") % {"number": one.case.number},
            why=_("Card %(alias)s · %(obstacle)s · its tasks are carried out")
            % {"alias": one.card, "obstacle": one.kind},
            url=reverse("cases:obstacle_gone", kwargs={"code": one.code}),
            day=None,
            is_first=True,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _to_answer(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "referrals.answer"):
        return []
    rows = Referral.objects.permitted(seat, "referrals.answer").unanswered().for_list()
    return [
        Waiting(
            title=_("Answer the referral of %(day)s for %(purpose)s")
            % {"day": _day_of(one.sent_at), "purpose": PURPOSES[one.purpose].label},
            why=str(one.sender) + (" · " + _("they reminded you") if one.reminded_at else ""),
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            is_first=one.reminded_at is not None,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _in_hand(seat: Seat) -> list[Waiting]:
    """What was accepted and is not completed; of the police by the officer who accepted it."""
    if not rights.may(seat, "referrals.use"):
        return []
    rows = Referral.objects.permitted(seat, "referrals.use").filter(state=Referral.State.ACCEPTED).for_list()
    return [
        Waiting(
            title=_("Referral of %(day)s for %(purpose)s: complete it when it is done")
            % {"day": _day_of(one.sent_at), "purpose": PURPOSES[one.purpose].label},
            why=_("%(sender)s · accepted on %(day)s") % {"sender": one.sender, "day": _day_of(one.accepted_at)},
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=None,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _cards(seat: Seat) -> list[Waiting]:
    """Cards that wait for the table, for whoever sees cards and makes agendas: in the next meeting's own page."""
    if not rights.may(seat, "cards.table") or not rights.may(seat, "cards.view"):
        return []
    rows = list(Card.objects.permitted(seat, "cards.table").waiting().for_list()[:_MOST])
    meeting = next_meeting(seat) if rows else None
    return [
        Waiting(
            title=_("Put card %(alias)s on an agenda") % {"alias": one.alias},
            why=_("%(obstacle)s · waits for %(institution)s since %(days)s days")
            % {"obstacle": one.kind, "institution": one.waits_for, "days": one.days},
            url=reverse("meetings:cards", kwargs={"code": meeting.code})
            if meeting
            else reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            thing=one,
        )
        for one in rows
    ]


def _risen(seat: Seat) -> list[Waiting]:
    """Cards of which a task is past its day, for the Prefect (docs/domain.md 17.1)."""
    if seat.role != Role.PREFECT:
        return []
    rows = Card.objects.visible_to(seat).risen().for_list()
    return [
        Waiting(
            title=_("Card %(alias)s: the task is past its day") % {"alias": one.alias},
            why=_("%(obstacle)s · waits for %(institution)s since %(days)s days")
            % {"obstacle": one.kind, "institution": one.waits_for, "days": one.days},
            url=reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            is_first=True,
            thing=one,
        )
        for one in rows[:_MOST]
    ]


def _case(case: Case) -> str:
    return reverse("cases:case", kwargs={"code": case.code})


def _day_of(moment: datetime.datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def next_meeting(seat: Seat) -> Meeting | None:
    """The next meeting this seat reads of (one query)."""
    rows = Meeting.objects.visible_to(seat).filter(
        state__in=[Meeting.State.PLANNED, Meeting.State.OPEN], held_on__gte=timezone.localdate()
    )
    return rows.for_list().order_by("held_on", "pk").first()
