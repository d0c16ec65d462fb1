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
from krat.access.together import Rows
from krat.counts import declared
from krat.counts.models import KeptCount
from krat.people.models import Seat
from krat.ui.waiting import MOST, Lines, Moments, Waiting

_OFFICE = ("short_name",)
_TERM = ("name_sq", "name_en")
_CARD = {"kind": _TERM, "waits_for": _OFFICE}
_OF_CASE = ("code", "number")


def sent_signals(seat: Seat, _at: Moments) -> Rows:
    """Signals that the seat's unit has to answer."""
    rows = Signal.objects.permitted(seat, "signals.take").filter(state=Signal.State.SENT)
    return Rows(rows.for_list()[:MOST], {"sender": _OFFICE, "municipality": ("name",)})


def _signals(_seat: Seat, signals: list[Signal]) -> list[Waiting]:
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
        for one in signals
    ]


def urgent_cases(seat: Seat, at: Moments) -> Rows:
    """The cases of one's own team whose clock has run out or soon will."""
    rows = Case.objects.permitted(seat, "cases.change").filter(pk__in=Assignment.cases_of(seat)).open()
    return Rows(rows.filter(due_at__lt=at.soon).by_urgency(at.now)[:MOST])


def _cases(_seat: Seat, cases: list[Case]) -> list[Waiting]:
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
        for one in cases
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


def cases_without_manager(seat: Seat, at: Moments) -> Rows | None:
    """The cases of the unit that nobody manages, for whoever names teams: those whose manager's seat is no longer
    somebody's among them."""
    if not rights.may(seat, "cases.assign"):
        return None
    named = Assignment.objects.permitted(seat, "cases.view").filter(is_manager=True, ended_at=None).order_by()
    left = named.filter(seat__in=Assignment.seats_left(seat.institution_id))
    rows = Case.objects.permitted(seat, "cases.assign").open()
    # One list of ids, and not one or the other: they are found by their ids, among all of the unit's.
    alone = _unmanaged(seat).union(left.values_list("case_id"), all=True)
    return Rows(rows.filter(pk__in=alone).by_urgency(at.now)[:MOST])


def _unmanaged(seat: Seat) -> Any:
    """The ids of the unit's open cases for which no manager is named: kept, for among all of them they are few."""
    kept = KeptCount.objects.filter(first=seat.institution_id, series="unmanaged").order_by()
    some = kept.values("word").annotate(total=models.Sum("n")).filter(total__gt=0)
    return some.annotate(case=Cast("word", models.BigIntegerField())).values_list("case")


def _without_manager(_seat: Seat, cases: list[Case]) -> list[Waiting]:
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
        for one in cases
    ]


def sent_changes(seat: Seat, _at: Moments) -> Rows:
    """Changes of machines that wait to be decided about."""
    rows = SentChange.objects.permitted(seat, "cases.inbox").filter(state=SentChange.State.WAITS)
    return Rows(rows[:MOST], {"case": _OF_CASE})


def _sent_changes(_seat: Seat, changes: list[SentChange]) -> list[Waiting]:
    return [
        Waiting(
            title=_("Decide about a sent change of %(number)s") % {"number": one.case.number},
            why=_("A municipal system sent it on %(day)s") % {"day": _day_of(one.at)},
            url=reverse("cases:inbox", kwargs={"code": one.case.code}),
            day=None,
            thing=one.case,
        )
        for one in changes
    ]


def unanswered_referrals(seat: Seat, at: Moments) -> Rows:
    """Referrals of one's own team to which no answer came in time, and which no obstacle names yet."""
    rows = Referral.objects.permitted(seat, "referrals.send").unanswered().filter(due_at__lt=at.now)
    marked = Obstacle.objects.permitted(seat, "referrals.send").filter(state=Obstacle.State.STANDS)
    rows = rows.exclude(pk__in=marked.exclude(referral=None).values("referral_id"))
    rows = rows.filter(case__in=Assignment.cases_of(seat)).order_by("due_at", "pk")
    return Rows(rows[:MOST], {"case": _OF_CASE, "receiver": _OFFICE})


def _unanswered(_seat: Seat, referrals: list[Referral]) -> list[Waiting]:
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
        for one in referrals
    ]


def obstacles_to_confirm(seat: Seat, _at: Moments) -> Rows:
    """Obstacles whose card's tasks are carried out: the worker says whether they are gone (decision 13)."""
    done = Card.done().values("pk")  # of which only the seat's own are told
    rows = Obstacle.objects.permitted(seat, "obstacles.mark").filter(state=Obstacle.State.STANDS, card__in=done)
    rows = rows.filter(case__in=Assignment.cases_of(seat))
    return Rows(rows[:MOST], {"case": _OF_CASE, "card": ("number", "year"), "kind": _TERM})


def _gone_perhaps(_seat: Seat, obstacles: list[Obstacle]) -> list[Waiting]:
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
        for one in obstacles
    ]


def asked_referrals(seat: Seat, _at: Moments) -> Rows:
    """Referrals that the seat's institution has to answer."""
    rows = Referral.objects.permitted(seat, "referrals.answer").unanswered()
    return Rows(rows.for_list()[:MOST], {"sender": _OFFICE})


def _to_answer(_seat: Seat, referrals: list[Referral]) -> list[Waiting]:
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
        for one in referrals
    ]


def accepted_referrals(seat: Seat, _at: Moments) -> Rows:
    """What was accepted and is not completed; of the police by the officer who accepted it."""
    rows = Referral.objects.permitted(seat, "referrals.use").filter(state=Referral.State.ACCEPTED)
    return Rows(rows.for_list()[:MOST], {"sender": _OFFICE})


def _in_hand(seat: Seat, referrals: list[Referral]) -> list[Waiting]:
    """Whom they are about is told (three queries, where there are any)."""
    people = named_in_lists(referrals, seat)
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
        for one in referrals
    ]


def cards_for_us(seat: Seat, _at: Moments) -> Rows:
    """Cards that wait for one's own institution: whose office it is, can free the case."""
    rows = Card.objects.visible_to(seat).open().filter(waits_for=seat.institution_id)
    return Rows(rows.for_list()[:MOST], _CARD)


def _for_us(_seat: Seat, cards: list[Card]) -> list[Waiting]:
    return [
        Waiting(
            title=_("Do what card %(alias)s waits for: %(obstacle)s") % {"alias": one.alias, "obstacle": one.kind},
            why=_("A case waits for your institution · %(asked)s") % {"asked": one.asked},
            url=reverse("cases:card", kwargs={"code": one.code}),
            day=None,
            since=one.since,
            thing=one,
        )
        for one in cards
    ]


def risen_cards(seat: Seat, _at: Moments) -> Rows | None:
    """Cards of which a task is past its day, for the Prefect (docs/domain.md 17.1)."""
    if seat.role != Role.PREFECT:
        return None
    return Rows(Card.objects.visible_to(seat).risen().for_list()[:MOST], _CARD)


def _risen(_seat: Seat, cards: list[Card]) -> list[Waiting]:
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
        for one in cards
    ]


def _case(case: Case) -> str:
    return reverse("cases:case", kwargs={"code": case.code})


def _day_of(moment: datetime.datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


LINES: list[Lines] = [
    (80, _signals, (sent_signals,)),
    (90, _cases, (urgent_cases,)),
    (95, _late_in_unit),
    (100, _without_manager, (cases_without_manager,)),
    (110, _sent_changes, (sent_changes,)),
    (120, _unanswered, (unanswered_referrals,)),
    (130, _gone_perhaps, (obstacles_to_confirm,)),
    (140, _to_answer, (asked_referrals,)),
    (150, _in_hand, (accepted_referrals,)),
    (160, _for_us, (cards_for_us,)),
    (170, _risen, (risen_cards,)),
]
