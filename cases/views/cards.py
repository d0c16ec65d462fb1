"""Pages of obstacles and cards: obstacles in the file of a case, and cards without a name."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import cards
from cases.forms.cards import CardFilter, GoneForm, ObstacleForm
from cases.models import Card, Case, Obstacle, Referral
from cases.models.card import CardState
from cases.views.layout import layout
from krat.access import rights
from krat.access.requests import Shown
from krat.access.views import door, needs
from krat.people.requests import SignedIn
from krat.reference.models import Term
from krat.ui.listing import listing
from krat.ui.rendering import comes_too_late, render_page, telling

_OF_THE_TEAM = "obstacles.mark"

# --- obstacles, in the file of a case ---


@needs("obstacles.mark")
def obstacle_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Mark what holds a case up; its card is offered next."""
    case = door(request, Case.objects.for_list(), code)
    if not case.is_open and comes_too_late(request, _("This case is over; nothing holds it up.")):
        return redirect("cases:case", code=case.code)
    initial = _initial(request, case)
    form = ObstacleForm.of(request, case=case, seat=request.seat, initial=initial)
    if form.is_accepted():
        with form.catching():
            obstacle = cards.mark(case, by=request.seat, **form.cleaned_data)
            messages.success(request, _("The obstacle is marked. You can take it to the table now, or later."))
            return redirect("cases:obstacle_table", code=obstacle.code)
    context = layout(request, case, here="obstacles") | {"form": form}
    return render_page(request, "cases/obstacle_form.html", context, shown=list(form.referrals))


def _initial(request: SignedIn, case: Case) -> dict[str, Any]:
    """From a referral that has no answer, what the obstacle is stands there already (two queries)."""
    code = request.GET.get("referral", "")
    sent = Referral.objects.permitted(request.seat, _OF_THE_TEAM).filter(case=case) if _is_code(code) else None
    referral = sent.filter(code=code).first() if sent is not None else None
    if referral is None:
        return {"since": timezone.localdate()}
    kind = Term.objects.of(Term.List.OBSTACLE).filter(code="no_answer").first()
    return {
        "kind": kind.pk if kind else None,
        "waits_for": referral.receiver_id,
        "since": timezone.localdate(referral.sent_at),
        "referral": referral.pk,
    }


def _is_code(words: str) -> bool:
    try:
        uuid.UUID(words)
    except ValueError:
        return False
    return True


def _obstacles() -> Any:
    return Obstacle.objects.select_related("kind", "waits_for")


def _case_of(request: SignedIn, obstacle: Obstacle) -> Case:
    """The case of an obstacle that came through the door."""
    return Case.objects.visible_to(request.seat).for_list().get(pk=obstacle.case_id)


@needs("obstacles.mark", methods=("GET",))
def obstacle_table(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The card as the table will see it, before it goes there; afterwards it leads on to the card."""
    obstacle = door(request, _obstacles(), code)
    case = _case_of(request, obstacle)
    made = Card.objects.visible_to(request.seat).filter(pk=obstacle.card_id).first()
    if made is not None:
        return redirect("cases:card", code=made.code)
    if not obstacle.stands:
        messages.info(request, _("This obstacle is gone; there is nothing to take to the table."))
        return redirect("cases:case", code=case.code)
    card, identity = cards.as_card(obstacle, by=request.seat)
    context = layout(request, case, here="obstacles") | {"obstacle": obstacle, "card": card, "case": case}
    shown: list[Shown] = [case, (identity, ["birth_date", "sex"])]
    return render_page(request, "cases/obstacle_table.html", context, shown=shown)


@needs("obstacles.mark", methods=("POST",))
def obstacle_take(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take the obstacle to the table."""
    obstacle = door(request, _obstacles(), code)
    with telling(request):
        card = cards.take_to_table(obstacle, by=request.seat)
        messages.success(request, _("Card %(alias)s waits for the table.") % {"alias": card.alias})
    return redirect("cases:obstacle_table", code=obstacle.code)


@needs("obstacles.mark")
def obstacle_gone(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The worker confirms that the obstacle is gone; with it closes its card."""
    obstacle = door(request, _obstacles(), code)
    case = _case_of(request, obstacle)
    if not obstacle.stands and comes_too_late(request, _("This obstacle is gone already.")):
        return redirect("cases:case", code=case.code)
    form = GoneForm.of(request, initial={"version": obstacle.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            cards.confirm_gone(obstacle, by=request.seat, how=words["how"], based_on=words["version"])
            messages.success(request, _("The obstacle is gone. The case goes on."))
            return redirect("cases:case", code=case.code)
    obstacle.refresh_from_db(fields=["card"])
    card = Card.objects.visible_to(request.seat).filter(pk=obstacle.card_id).for_list().first()
    asked = obstacle.data["asked"]
    context = layout(request, case, here="obstacles") | {
        "form": form,
        "obstacle": obstacle,
        "asked": asked,
        "card": card,
        "given": card.given() if card is not None else [],
    }
    shown: list[Shown] = [case, (obstacle, ["asked"]), *([card] if card is not None else [])]
    return render_page(request, "cases/obstacle_gone.html", context, shown=shown)


# --- cards, for the table ---


@needs("cards.view", methods=("GET",))
def card_list(request: SignedIn) -> HttpResponse:
    """Stuck cases without a name, the longest wait first."""
    seat = request.seat
    found = listing(request, Card.objects.visible_to(seat).for_list(), CardFilter)
    Card.as_known(found.rows, seat)
    context = {"found": found, "is_national": seat.county_id is None}
    return render_page(request, "cases/cards.html", context, shown=found.rows)


@needs("cards.view", methods=("GET",))
def card_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One card: what the table may know, what it decided, and how that stands."""
    card = door(request, Card.objects.for_list(), code)
    obstacles = Obstacle.objects.permitted(request.seat, cards.RESOLVE).filter(card=card)
    own = obstacles.first()
    given = card.given()
    Card.as_known([card], request.seat)
    context = {
        "card": card,
        "given": given,
        "is_risen": card.state == CardState.DECIDED and any(one.is_late for one in given),
        "is_carried_out": card.state == CardState.DECIDED and given and all(one.is_over for one in given),
        "own": own,
        "may_table": Card.objects.permitted(request.seat, "cards.table").waiting().filter(pk=card.pk).exists(),
        "may_confirm": own is not None and own.stands and rights.may(request.seat, _OF_THE_TEAM),
    }
    return render_page(request, "cases/card.html", context, shown=[own] if own is not None else ())


@needs("cards.resolve", methods=("POST",))
def card_resolve(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Open the case of a card, for its team alone; that somebody asked stands in the trail."""
    card = door(request, Card, code)
    try:
        case = cards.resolve(card, by=request.seat)
    except Case.DoesNotExist:
        raise PermissionDenied(_("Only the team of its case sees whose card this is.")) from None
    return redirect("cases:case", code=case.code)
