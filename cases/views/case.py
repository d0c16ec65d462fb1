"""One case: opened, its page, and the verbs that change its head, who it is about and where it stands."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import cases
from cases.forms.cases import (
    HEAD,
    WHO,
    CaseForm,
    CloseForm,
    HeadForm,
    IdentityForm,
    MoveForm,
    ReopenForm,
    RiskForm,
    head_of,
    identity_of,
)
from cases.forms.parts import facts_of as facts_of_part
from cases.identity_facts import facts_of, fields_shown
from cases.models import Case, Identity, Referral, StageDeadline
from cases.models.stages import MOVES, OVER, Stage
from cases.next_step import Standing, cards_done, next_step
from cases.sharing import PURPOSES
from cases.timeline import path_of, timeline_of
from cases.views.layout import case_at, due_of_case, layout, may_here
from cases.views.whole import read_whole
from krat.access.requests import Shown
from krat.access.views import needs
from krat.committee.models import Institution
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.reference import calendar
from krat.ui.due import due_by
from krat.ui.forms import BaseForm
from krat.ui.rendering import comes_too_late, render_page


@needs("cases.open")
def case_add(request: SignedIn) -> HttpResponse:
    """Open a case that did not come as a signal of another institution."""
    form = CaseForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            case = cases.open_case(by=request.seat, **form.words())
            messages.success(request, _("The case is open. Its number is %(number)s.") % {"number": case})
            return redirect("cases:case", code=case.code)
    return render_page(request, "cases/case_new.html", {"form": form}, shown=())


@needs("cases.view", methods=("GET",))
def case_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One case: what comes next, its path, who it is, what is referred, what holds it up, and its timeline.

    All that belongs to it is read by one statement (`cases.views.whole`), the history of its risk by another.
    """
    seat = request.seat
    case = case_at(request, code)
    whole = read_whole(seat, case)
    identity, signal_words = whole.identity, whole.signal_words
    shown: list[Shown] = [
        *([(identity, fields_shown(identity))] if identity is not None else []),
        *whole.deadlines,
        *([whole.manager] if whole.manager is not None else []),
        *whole.parts,
        *whole.referrals,
        *whole.obstacles,
        *whole.cards,
        *whole.notes,
        *whole.sent[:1],
        *whole.siblings,
        *([(signal_words, [name for name, value in signal_words.data.items() if value])] if signal_words else []),
    ]
    standing = Standing(
        case=case,
        may=lambda right: may_here(seat, right),
        has_manager=whole.manager is not None,
        referrals=whole.referrals,
        obstacles=whole.obstacles,
        sent=whole.sent,
        ends_on_day_of_rest=lambda: _is_day_of_rest(case.expected_by),
        done_cards=cards_done(whole.obstacles),
    )
    step = next_step(standing)
    context = {
        **layout(request, case, identity=identity, place=whole.own_place, inbox_waits=bool(whole.sent)),
        "due": due_of_case(case),
        "step": step,
        "offered": {verb.url for verb in step.verbs} if step is not None else set(),  # each verb stands once
        "path": path_of(case, whole.deadlines),
        "identity_facts": facts_of(identity, whole.terms) if identity is not None else None,
        "manager": whole.manager,
        "signal": whole.signal,
        "signal_words": signal_words.data if signal_words is not None else None,
        "siblings": whole.siblings,
        "entered": _entered(case, whole.deadlines),
        "concerns": [whole.terms.get(("concern", one), one) for one in case.concerns],
        "school": _summary(whole.school),
        "aid": _summary(whole.aid),
        "counselling": [(one, _summary(one)) for one in whole.counselling],
        "referrals": [
            {
                "referral": one,
                "purpose": PURPOSES[one.purpose].label,
                "due": due_by(one.due_at) if one.state == Referral.State.SENT else None,
            }
            for one in whole.referrals
        ],
        "obstacles": [(one, one.data["asked"]) for one in whole.obstacles],
        "timeline": timeline_of(
            case,
            deadlines=whole.deadlines,
            referrals=whole.referrals,
            obstacles=whole.obstacles,
            notes=whole.notes,
        ),
        "may": _may(seat, case),
    }
    return render_page(request, "cases/case.html", context, shown=shown)


def _is_day_of_rest(due: datetime.datetime | None) -> bool:
    return due is not None and calendar.is_day_of_rest(timezone.localdate(due))


def _entered(case: Case, deadlines: list[StageDeadline]) -> dict[str, Any] | None:
    """When the case was entered, and how many days after its signal: the deadline counts from one of the two."""
    if not deadlines:
        return None
    day = timezone.localdate(deadlines[0].starts_at)
    return {"day": day, "after": (day - case.signalled_on).days}


def _summary(part: Any) -> dict[str, Any] | None:
    """A part in one line: its state, and what its words say first."""
    if part is None:
        return None
    told = [words for _label, words in facts_of_part(part)[1:]]
    return {"state": part.get_state_display(), "words": " · ".join(told[:2])}


def _may(seat: Seat, case: Case) -> dict[str, bool]:
    """Which verbs the page offers."""
    here = {
        "see_parts": "parts.view",
        "see_referrals": "referrals.view",
        "see_obstacles": "obstacles.view",
        "change": "cases.change",
        "identity": "identity.change",
        "close": "cases.close",
        "refer": "referrals.send",
        "note": "notes.write",
        "mark": "obstacles.mark",
    }
    may = {name: may_here(seat, right) for name, right in here.items()}
    if not case.is_open:
        may |= dict.fromkeys(("change", "identity", "close", "refer", "note", "mark"), False)
    return may


def _is_over(request: SignedIn, case: Case) -> bool:
    return not case.is_open and comes_too_late(request, _("This case is over; reopen it before you change it."))


@needs("identity.change")
def case_identity(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Change who the case is about; based on the version of the case."""
    case = case_at(request, code)
    if _is_over(request, case):
        return redirect("cases:case", code=case.code)
    identity = Identity.objects.permitted(request.seat, request.right).get(case=case)
    form = IdentityForm.of(request, identity=identity, initial=identity_of(identity, case))
    if form.is_accepted():
        with form.catching():
            version = form.cleaned_data["version"]
            cases.change(
                case,
                by=request.seat,
                based_on=version,
                head={"kind": form.cleaned_data["kind"]},
                identity=form.identity(),
                despite_doubt=form.cleaned_data["number_stands"],
            )
            messages.success(request, _("Who the case is about was changed."))
            return redirect("cases:case", code=case.code)
    context = {"form": form, **layout(request, case, here="identity", identity=identity)}
    return render_page(request, "cases/case_identity.html", context, shown=[(identity, WHO)])


@needs("cases.change")
def case_head(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Change the head of a case."""
    case = case_at(request, code)
    if _is_over(request, case):
        return redirect("cases:case", code=case.code)
    form = HeadForm.of(request, seat=request.seat, initial=head_of(case))
    if form.is_accepted():
        with form.catching():
            head = {name: form.cleaned_data[name] for name in HEAD}
            cases.change(case, by=request.seat, based_on=form.cleaned_data["version"], head=head)
            messages.success(request, _("The head of the case was changed."))
            return redirect("cases:case", code=case.code)
    return _verb_page(request, case, form, _("Head of the case"), _("Save"))


@needs("cases.change")
def case_risk(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Assess the risk."""
    case = case_at(request, code)
    if _is_over(request, case):
        return redirect("cases:case", code=case.code)
    form = RiskForm.of(request, initial={"risk": case.risk, "version": case.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            cases.assess(case, by=request.seat, risk=words["risk"], based_on=words["version"])
            messages.success(request, _("The risk was assessed; the clock runs by it."))
            return redirect("cases:case", code=case.code)
    why = _("In the initial assessment the clock runs by it, from the moment the stage began.")
    return _verb_page(request, case, form, _("Assess the risk"), _("Save the risk"), why=why)


@needs("cases.change")
def case_move(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Lead the case to its next stage; ends have a page of their own."""
    case = case_at(request, code)
    stages = [
        after
        for (before, after), right in MOVES.items()
        if before == case.stage and after not in OVER and right == request.right
    ]
    members = None
    if case.stage == Stage.CONFERENCE:
        members = Institution.objects.visible_to(request.seat).working().filter(territories=case.municipality_id)
    form = MoveForm.of(request, stages=stages, members=members, initial={"version": case.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            case = cases.move(case, words["to"], by=request.seat, note=form.whole_note(), based_on=words["version"])
            messages.success(request, _("The case stands at “%(stage)s” now.") % {"stage": case.get_stage_display()})
            return redirect("cases:case", code=case.code)
    why = "" if stages else _("From this stage the case can only be closed, or reopened, by the head of the unit.")
    against = cases.risk_is_missing(case) if stages else []
    shown = form if (stages and not against) or form.is_bound else None
    return _verb_page(request, case, shown, _("Lead to the next stage"), _("Lead on"), why=why, against=against)


@needs("cases.close")
def case_close(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Close the case, or reject one that is still a signal; with a reason."""
    case = case_at(request, code)
    if _is_over(request, case):
        return redirect("cases:case", code=case.code)
    is_signal = case.stage == Stage.SIGNAL
    to = Stage.REJECTED if is_signal else Stage.CLOSED
    form = CloseForm.of(request, needs_reason=not is_signal, initial={"version": case.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            cases.move(
                case,
                to,
                by=request.seat,
                note=words["note"],
                closing=words.get("closing"),
                based_on=words["version"],
            )
            messages.success(request, _("The case is closed. Its team no longer sees it."))
            return redirect("cases:case", code=case.code)
    why = _("Everybody's place in the team ends with it. The file stays, and the case can be reopened.")
    heading, verb = (_("Reject the signal"), _("Reject")) if is_signal else (_("Close the case"), _("Close the case"))
    against = cases.obstacles_to_ending(case)
    shown = form if form.is_bound or not against else None
    return _verb_page(request, case, shown, heading, verb, why=why, against=against, tone="late")


@needs("cases.close")
def case_reopen(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take a closed case up again."""
    case = case_at(request, code)
    if case.is_open and comes_too_late(request, _("This case is open.")):
        return redirect("cases:case", code=case.code)
    if not case.may_become(Stage.INITIAL_ASSESSMENT) and comes_too_late(request, _("Only a closed case is reopened.")):
        return redirect("cases:case", code=case.code)
    form = ReopenForm.of(request, initial={"version": case.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            cases.move(case, Stage.INITIAL_ASSESSMENT, by=request.seat, note=words["note"], based_on=words["version"])
            messages.success(request, _("The case is open again. Name its manager."))
            return redirect("cases:team", code=case.code)
    why = _("It begins again with the initial assessment. Its number and its file stay; its team is named anew.")
    return _verb_page(request, case, form, _("Reopen the case"), _("Reopen the case"), why=why)


def _verb_page(
    request: SignedIn,
    case: Case,
    form: BaseForm | None,
    heading: str,
    verb: str,
    *,
    why: str = "",
    against: Sequence[cases.Hindrance] = (),
    tone: str = "",
) -> HttpResponse:
    context = {
        **layout(request, case, here=""),
        "form": form,
        "heading": heading,
        "verb": verb,
        "reason": why,
        "against": [(one, reverse(one.page, kwargs={"code": one.code})) for one in against],
        "tone": tone,
    }
    return render_page(request, "cases/case_verb.html", context, shown=())
