"""What waits in cases: the number of the case for its team, the referral for an office, the alias for the table."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Subquery
from django.db.models.functions import Cast, Coalesce, Least
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Assignment, Card, Case, Obstacle, Referral, SentChange, Signal
from cases.models.case import Turn
from cases.models.stages import Risk, Stage
from cases.sharing import PURPOSES, named_in_lists
from krat.access import rights
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.counts import declared
from krat.counts.models import KeptCount
from krat.people.models import Seat
from krat.ui.due import SOON_DAYS
from krat.ui.waiting import MOST, Lines, Waiting


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
            clock=one.due_at - one.sent_at,
            is_first=one.is_urgent,
            thing=one,
        )
        for one in rows[:MOST]
    ]


def _cases(seat: Seat) -> list[Waiting]:
    """The cases of one's own team whose clock has run out or soon will."""
    if not rights.may(seat, "cases.change"):
        return []
    soon = timezone.now() + datetime.timedelta(days=SOON_DAYS)
    rows = Case.objects.permitted(seat, "cases.change").filter(pk__in=Assignment.cases_of(seat)).open()
    return [
        Waiting(
            title=_verb_of(one) % {"number": one.number},
            why=_("Case of your team · risk: %(risk)s") % {"risk": one.risk_words},
            url=_case(one),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            clock=datetime.timedelta(minutes=one.clock_minutes),
            is_first=one.risk == Risk.IMMEDIATE,
            thing=one,
        )
        for one in rows.filter(due_at__lt=soon).for_list()[:MOST]
    ]


def _verb_of(case: Case) -> str:
    """What the stage of a case asks for, as a sentence."""
    return {
        Stage.SIGNAL: _("Begin the initial assessment · %(number)s"),
        Stage.INITIAL_ASSESSMENT: _("Complete the initial assessment · %(number)s"),
        Stage.FULL_ASSESSMENT: _("Complete the full assessment · %(number)s"),
        Stage.CONFERENCE: _("Hold the cross-sector group · %(number)s"),
        Stage.PROTECTION_PLAN: _("Complete the protection plan · %(number)s"),
        Stage.IMPLEMENTATION: _("Review the protection plan · %(number)s"),
    }.get(Stage(case.stage), _("Follow the case up · %(number)s"))


def _late_in_unit(seat: Seat) -> list[Waiting]:
    """How many cases of the unit are late, for its head: one line, however many (one query)."""
    if rights.reach(seat, "cases.assign") is not Reach.INSTITUTION:
        return []  # counts are kept by whose cases they are
    late = Case.objects.permitted(seat, "cases.assign").late().order_by()
    danger, calm = late.filter(turn=Turn.DANGER), late.filter(turn=Turn.OPEN)
    kept = KeptCount.objects.filter(first=seat.institution_id, word__lt=declared.today()).order_by().values("first")

    def before(series: str) -> Any:
        return Coalesce(Subquery(kept.filter(series=series).annotate(n=models.Sum("n")).values("n")), 0)

    def today(rows: Any) -> Any:
        rows = rows.filter(due_at__gte=declared.midnight()).values("holder")
        return Coalesce(Subquery(rows.annotate(n=models.Count("pk")).values("n")), 0)

    def first(rows: Any) -> Subquery:
        return Subquery(rows.order_by("due_at").values("due_at")[:1])

    # What ran out before today is kept; what ran out today is counted (decision 41).
    found = (
        late.filter(turn__lt=Turn.OVER)
        .annotate(
            late=before("due") + today(danger) + today(calm),
            danger=before("due_in_danger") + today(danger),
            first=Least(Coalesce(first(danger), first(calm)), Coalesce(first(calm), first(danger))),
        )
        .order_by("turn", "due_at")
        .values("first", "late", "danger")
        .first()
    )
    if found is None:
        return []
    title = ngettext("%(late)s case of the unit is late", "%(late)s cases of the unit are late", found["late"])
    if found["danger"]:
        title = _("%(late)s, %(danger)s with immediate risk") % {"late": title, "danger": found["danger"]}
    return [
        Waiting(
            title=title % found,
            why=_("The most urgent stand first; ask their workers, or name others"),
            url=reverse("cases:list") + "?late=on",
            day=timezone.localdate(found["first"]),
            at=found["first"],
            is_first=bool(found["danger"]),
        )
    ]


def _without_manager(seat: Seat) -> list[Waiting]:
    """The cases of the unit that nobody manages, for whoever names teams: those whose manager's seat is no longer
    somebody's among them (two queries, one where there are none)."""
    if not rights.may(seat, "cases.assign"):
        return []
    named = Assignment.objects.permitted(seat, "cases.view").filter(is_manager=True, ended_at=None).order_by()
    left = named.filter(seat__in=Assignment.seats_left(seat.institution_id))
    found = set(_unmanaged(seat).union(left.values_list("case_id"), all=True))
    if not found:
        return []
    rows = Case.objects.permitted(seat, "cases.assign").open().filter(pk__in=[pk for (pk,) in found])
    return [
        Waiting(
            title=_("Name who manages %(number)s") % {"number": one.number},
            why=_("Nobody manages this case · %(stage)s") % {"stage": one.get_stage_display()},
            url=reverse("cases:team", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at) if one.expected_by else None,
            at=one.expected_by,
            clock=datetime.timedelta(minutes=one.clock_minutes),
            is_first=one.risk == Risk.IMMEDIATE,
            thing=one,
        )
        for one in rows.for_list()[:MOST]
    ]


def _unmanaged(seat: Seat) -> Any:
    """The ids of the unit's open cases for which no manager is named: kept, for among all of them they are few."""
    kept = KeptCount.objects.filter(first=seat.institution_id, series="unmanaged").order_by()
    some = kept.values("word").annotate(total=models.Sum("n")).filter(total__gt=0)
    return some.annotate(case=Cast("word", models.BigIntegerField())).values_list("case")


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
        for one in rows.select_related("case")[:MOST]
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
            title=(
                _("Mark that no answer came to referral %(referral)s for %(purpose)s")
                if one.reminded_at
                else _("Remind of referral %(referral)s for %(purpose)s")
            )
            % {"referral": one, "purpose": PURPOSES[one.purpose].label},
            why=_("%(number)s · %(receiver)s · sent on %(day)s, no answer came")
            % {"number": one.case.number, "receiver": one.receiver, "day": _day_of(one.sent_at)},
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            clock=one.due_at - one.sent_at,
            thing=one,
        )
        for one in rows[:MOST]
    ]


def _gone_perhaps(seat: Seat) -> list[Waiting]:
    """Obstacles whose card's tasks are carried out: the worker says whether they are gone (decision 13)."""
    if not rights.may(seat, "obstacles.mark"):
        return []
    done = Card.done().values("pk")  # of which only the seat's own are told
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
        for one in rows[:MOST]
    ]


def _to_answer(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "referrals.answer"):
        return []
    rows = Referral.objects.permitted(seat, "referrals.answer").unanswered().for_list()
    return [
        Waiting(
            title=_("Answer referral %(referral)s for %(purpose)s")
            % {"referral": one, "purpose": PURPOSES[one.purpose].label},
            why=_("%(sender)s · sent on %(day)s") % {"sender": one.sender, "day": _day_of(one.sent_at)}
            + (" · " + _("they reminded you") if one.reminded_at else ""),
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=timezone.localdate(one.due_at),
            at=one.due_at,
            clock=one.due_at - one.sent_at,
            is_first=one.reminded_at is not None,
            thing=one,
        )
        for one in rows[:MOST]
    ]


def _in_hand(seat: Seat) -> list[Waiting]:
    """What was accepted and is not completed; of the police by the officer who accepted it."""
    if not rights.may(seat, "referrals.use"):
        return []
    rows = Referral.objects.permitted(seat, "referrals.use").filter(state=Referral.State.ACCEPTED).for_list()
    found = list(rows[:MOST])
    people = named_in_lists(found, seat)
    return [
        Waiting(
            title=_("Complete referral %(referral)s for %(purpose)s when it is done")
            % {"referral": one, "purpose": PURPOSES[one.purpose].label},
            why=" · ".join(
                [
                    *([people[one.pk].words] if one.pk in people else []),
                    _("%(sender)s · accepted on %(day)s") % {"sender": one.sender, "day": _day_of(one.accepted_at)},
                ]
            ),
            url=reverse("cases:referral", kwargs={"code": one.code}),
            day=None,
            thing=one,
            shown=(people[one.pk].shown,) if one.pk in people else (),
        )
        for one in found
    ]


def _for_us(seat: Seat) -> list[Waiting]:
    """Cards that wait for one's own institution: whose office it is, can free the case."""
    if not rights.may(seat, "cards.view"):
        return []
    rows = Card.objects.visible_to(seat).open().filter(waits_for=seat.institution_id).for_list()
    return [
        Waiting(
            title=_("Do what card %(alias)s waits for: %(obstacle)s") % {"alias": one.alias, "obstacle": one.kind},
            why=_("A case waits for your institution · %(asked)s") % {"asked": one.asked},
            url=reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            since=one.since,
            thing=one,
        )
        for one in rows[:MOST]
    ]


def _risen(seat: Seat) -> list[Waiting]:
    """Cards of which a task is past its day, for the Prefect (docs/domain.md 17.1)."""
    if seat.role != Role.PREFECT:
        return []
    rows = Card.objects.visible_to(seat).risen().for_list()
    return [
        Waiting(
            title=_("Take card %(alias)s up: its task is past its day") % {"alias": one.alias},
            why=_("%(obstacle)s · waits for %(institution)s since %(days)s days")
            % {"obstacle": one.kind, "institution": one.waits_for, "days": one.days},
            url=reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            since=one.since,
            is_first=True,
            thing=one,
        )
        for one in rows[:MOST]
    ]


def _case(case: Case) -> str:
    return reverse("cases:case", kwargs={"code": case.code})


def _day_of(moment: datetime.datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


LINES: list[Lines] = [
    (80, _signals),
    (90, _cases),
    (95, _late_in_unit),
    (100, _without_manager),
    (110, _sent_changes),
    (120, _unanswered),
    (130, _gone_perhaps),
    (140, _to_answer),
    (150, _in_hand),
    (160, _for_us),
    (170, _risen),
]
