"""Verbs of obstacles and cards: marked, taken to the table, confirmed gone by the worker (decisions 11, 13).

Nobody at the table learns whose card it is; the team finds its card from the obstacle.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import names, notices
from cases.models import Card, Case, Identity, Obstacle, Referral, Series
from cases.models.card import MOVES, CardState
from cases.models.keys import lend_key
from cases.models.stages import Risk
from krat.access.roles import Role
from krat.access.scoping import hold, hold_by_id, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Institution
from krat.notify.telling import at, in_county, tell
from krat.people.models import Seat
from krat.plan.models import Task
from krat.reference.folding import words_of
from krat.reference.models import Term

MARKED = trail.event("obstacle.marked", gettext_lazy("marked what holds a case up"))
TO_TABLE = trail.event("obstacle.to_table", gettext_lazy("took an obstacle to the table as a card"))
GONE = trail.event("obstacle.gone", gettext_lazy("confirmed that an obstacle is gone"))
RESOLVED = trail.event("card.resolved", gettext_lazy("opened the case of a card"))
CARD_MOVED = trail.event("card.moved", gettext_lazy("put a card on an agenda, decided on it or closed it"))

MARK, RESOLVE, TABLE = "obstacles.mark", "cards.resolve", "cards.table"
ASKED_AT_MOST = 300
_ENDINGS = ("i", "it", "in", "u", "ut", "un", "s", "es", "en")  # of Albanian names, folded


@transaction.atomic
def mark(
    case: Case,
    *,
    by: Seat,
    kind: Term,
    waits_for: Institution,
    since: datetime.date,
    asked: str,
    referral: Referral | None = None,
) -> Obstacle:
    """Mark what holds a case up and for whom it waits. What is asked may go to the table: it names nobody."""
    refuse_personal({"asked": asked})
    case = hold(case)
    if not case.is_open:
        raise ValidationError(_("This case is over; nothing holds it up."), code="state")
    if since > timezone.localdate():
        raise ValidationError({"since": _("The day lies in the future.")})
    if len(asked) > ASKED_AT_MOST:
        raise ValidationError({"asked": _("Say it in at most %(signs)s signs.") % {"signs": ASKED_AT_MOST}})
    if referral is not None and referral.case_id != case.pk:
        raise ValidationError({"referral": _("This referral is of another case.")})
    obstacle = Obstacle(case=case, kind=kind, waits_for=waits_for, since=since, referral=referral, marked_by=by)
    obstacle.data = {"asked": asked}
    settle(obstacle, by=by, right=MARK)
    _refuse_own(asked, case, Identity.objects.permitted(by, "identity.view").get(case=case))
    trail.record(by, MARKED, obstacle)
    return obstacle


@transaction.atomic
def take_to_table(obstacle: Obstacle, *, by: Seat) -> Card:
    """Make the card of an obstacle: age band, sex, stage, risk, whom it waits for; an alias, never the case's number.

    Locks the case, the obstacle, and the county's running number.
    """
    hold_by_id(Case, obstacle.case_id)  # of which the card tells stage and risk
    obstacle = hold(obstacle)
    if not obstacle.stands:
        raise ValidationError(_("This obstacle is gone; there is nothing to take to the table."), code="state")
    if obstacle.card_id is not None:
        raise ValidationError(_("This obstacle has its card already."), code="state")
    refuse_personal({"asked": obstacle.data["asked"]})  # the guard may have learned since it was marked
    card, identity = as_card(obstacle, by=by)
    _refuse_own(card.asked, Case.objects.permitted(by, MARK).get(pk=obstacle.case_id), identity)
    card.number = Series.next(Series.Of.CARDS, card.county, card.year)
    card.full_clean()
    card.save()
    obstacle.card = card
    settle(obstacle, by=by, right=MARK)
    trail.record(by, TO_TABLE, card)
    # Those who make the agenda see the risk, and hear at once where it is immediate. Whom it waits for does not see it,
    # and must not learn it by when a mail comes (decision 12).
    table = in_county(card.county_id, Role.COORDINATOR)
    tell(notices.CARD, card, to=table, by=by, is_urgent=card.risk == Risk.IMMEDIATE)
    tell(notices.CARD, card, to=at(card.waits_for_id).exclude(pk__in=table.values("pk")), by=by)
    return card


def _refuse_own(asked: str, case: Case, identity: Identity) -> None:
    """What is asked does not tell whom it is about. The guard lets pass a first name alone and names in small letters;
    here the names are known, and whoever writes may know them (no query with the key at hand).
    """
    said = set(words_of(asked))
    own = {word for name in Identity.NAMES for word in words_of(identity.data[name]) if len(word) >= names.SHORTEST}
    tells_who = any(form in said for word in own for form in _inflected(word))
    tells_reference = len(case.reference) > names.SHORTEST and case.reference.casefold() in asked.casefold()
    if tells_who or tells_reference:
        raise ValidationError(
            {"asked": _("One sentence. It may go to the table: no name, no case number, no address.")}
        )


def _inflected(word: str) -> set[str]:
    stem = word[:-1] if word[-1] in "ae" else word
    return {word, *(stem + ending for ending in _ENDINGS)}


def as_card(obstacle: Obstacle, *, by: Seat) -> tuple[Card, Identity]:
    """The card of an obstacle as the table will see it, unsaved and unnumbered; and of whom its age and sex are told.

    Three queries. Whoever shows it notes for the trail that these two fields of the identity were shown.
    """
    case = Case.objects.permitted(by, MARK).select_related("municipality__county").get(pk=obstacle.case_id)
    identity = Identity.objects.permitted(by, "identity.view").get(case=case)
    lend_key(obstacle, identity)
    today = timezone.localdate()
    card = Card(
        county=case.municipality.county,
        year=today.year,
        kind=obstacle.kind,
        waits_for=obstacle.waits_for,
        since=obstacle.since,
        asked=obstacle.data["asked"],
        age_band=identity.age_band(today),
        sex=identity.data["sex"],
        stage=case.stage,
        risk=case.risk,
    )
    return card, identity


@transaction.atomic
def confirm_gone(obstacle: Obstacle, *, by: Seat, how: str, based_on: int | None = None) -> Obstacle:
    """The worker confirms that the obstacle is gone; its card closes with it (decision 13).

    Whoever had not seen that the table decided in the meantime is told so first (``based_on`` is the obstacle's
    version, which the table's decision raises). Locks obstacle and card, in this order everywhere.
    """
    if not how.strip():
        raise ValidationError({"how": _("Say in a sentence how it went away.")})
    obstacle = hold(obstacle, based_on=based_on)
    if not obstacle.stands:
        raise ValidationError(_("This obstacle was already confirmed as gone."), code="state")
    obstacle.state, obstacle.gone_on, obstacle.gone_by = Obstacle.State.GONE, timezone.localdate(), by
    obstacle.data = obstacle.data | {"how": how}
    settle(obstacle, by=by, right=MARK)
    if obstacle.card is not None:
        card = hold(obstacle.card)
        if card.is_open:
            before = card.state
            card.state, card.closed_on = CardState.CLOSED, obstacle.gone_on
            settle(card, by=by, right="cards.view")
            trail.record(by, CARD_MOVED, card, changes={"state": (before, card.state)})
    trail.record(by, GONE, obstacle)
    return obstacle


def resolve(card: Card, *, by: Seat) -> Case:
    """The case of a card, for its team alone; that somebody asked is in the trail. Raises `Case.DoesNotExist`."""
    rows = Obstacle.objects.permitted(by, RESOLVE).filter(card=card).values("case_id")
    case = Case.objects.visible_to(by).get(pk__in=rows)
    trail.record(by, RESOLVED, card)
    return case


# --- what the table does; called by meetings ---


def hold_card(card: Card) -> Card:
    """Hold a card for the table, its obstacle before it (two row locks)."""
    return _hold_with_obstacle(card)[0]


def _hold_with_obstacle(card: Card) -> tuple[Card, Obstacle | None]:
    of = Obstacle.objects.unscoped("the table moves a card: its case's team must not decide on an older state")
    obstacle = of.select_for_update(of=("self",), no_key=True).filter(card=card).order_by("pk").first()
    return hold(card), obstacle


@transaction.atomic
def move(card: Card, to: str, *, by: Seat, decision: str = "", tasks: Sequence[Task] = ()) -> Card:
    """Put a card on an agenda, take it off, or note what was decided. Raises `ValidationError` for one that is closed.

    Locks the obstacle before the card, as `confirm_gone` does, so that neither waits for the other.
    """
    card, obstacle = _hold_with_obstacle(card)
    before = CardState(card.state)
    if before is CardState.CLOSED:
        raise ValidationError(
            _("The obstacle of card %(alias)s is gone; the card is closed."), params={"alias": card.alias}, code="state"
        )
    # Of its moves those that are the table's: that its obstacle is gone is for the worker to say.
    if before != to and MOVES.get((before, CardState(to))) != TABLE:
        raise ValidationError(
            _("Card %(alias)s is “%(state)s”; that cannot be done with it now."),
            params={"alias": card.alias, "state": before.label},
            code="state",
        )
    card.state = to
    card.decision = decision or card.decision
    settle(card, by=by, right=TABLE)
    card.tasks.add(*tasks)
    if obstacle is not None:
        raised = Obstacle.objects.unscoped("the table moved its card").filter(pk=obstacle.pk)
        raised.update(version=obstacle.version + 1)
    trail.record(by, CARD_MOVED, card, changes={"state": (before.value, card.state)})
    return card
