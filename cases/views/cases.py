"""The pages of a case: the list, the search, one case, and the verbs that change it."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import names
from cases.actions import cases, inbox
from cases.forms.cases import (
    CITIZENSHIPS,
    HEAD,
    LANGUAGES,
    WHO,
    CaseFilter,
    CaseForm,
    CloseForm,
    HeadForm,
    IdentityForm,
    MoveForm,
    ReopenForm,
    RiskForm,
    SearchForm,
    TeamForm,
    head_of,
    identity_of,
)
from cases.forms.parts import facts_of as facts_of_part
from cases.identity_facts import facts_of, fields_shown, terms_of
from cases.models import (
    AidPart,
    Assignment,
    Case,
    CounsellingPart,
    Identity,
    NameToken,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    StageDeadline,
)
from cases.models.case import MOVES, OVER, Risk, Stage, VictimStatus
from cases.models.encryption import lend_key
from cases.models.identity import Sex
from cases.models.signal import Kind
from cases.next_step import Standing, cards_done, next_step
from cases.sharing import PURPOSES
from cases.timeline import path_of, timeline_of
from cases.viewers import viewers_of
from cases.views.layout import layout, may_here
from krat.access import rights
from krat.access.views import door, needs
from krat.reference.models import Municipality, Term
from krat.ui.due import due_by
from krat.ui.forms import BaseForm
from krat.ui.listing import listing
from krat.ui.rendering import comes_too_late, render_page, telling

Words = dict[str, dict[str, Any]]

_NUMBER = re.compile(r"([A-Z]{2})[- ]?(\d{4})[- ]?(\d{1,5})(?:[- ]?[FR])?", re.IGNORECASE)
_MOST_FOUND = 50
_NOTES_OF_COURSE = 10
_LINES = 50
_LONGEST_VERSION = 10
_LABELS = {**{name: field.label for name, field in CaseForm.base_fields.items()}, "stage": gettext_lazy("Stage")}

# --- lists and finding ---


@needs("cases.view", methods=("GET",))
def case_list(request: Any) -> HttpResponse:
    """Heads of cases, what is expected first on top; never a name."""
    seat = request.seat
    rows = Case.objects.visible_to(seat).for_list()
    found = listing(request, rows, CaseFilter)
    context = {
        "found": found,
        "cases": _heads(request, found.rows),
        "search": SearchForm(),
        "may_open": rights.may(seat, "cases.open"),
        "may_search": rights.may(seat, "identity.view"),
    }
    return render_page(request, "cases/list.html", context)


def _heads(request: Any, rows: list[Case]) -> list[dict[str, Any]]:
    """Heads with their managers and chips, noted for the trail (one query)."""
    places = Assignment.objects.visible_to(request.seat).filter(case__in=rows, is_manager=True, ended_at=None)
    managers = {one.case_id: one for one in places.select_related("seat__user")}
    request.shown += [*rows, *managers.values()]
    return [{"case": one, "manager": managers.get(one.pk), "due": _due(one)} for one in rows]


def _due(case: Case) -> Any:
    return due_by(case.expected_by) if case.is_open else None


@needs("identity.view", methods=("POST",))
def case_search(request: Any) -> HttpResponse:
    """Find a case by words of a name, by personal number or by its own number; the form answers with a page."""
    form = SearchForm.of(request)
    found: list[Case] = []
    is_answered = form.is_accepted()
    if is_answered:
        rows = _search(request.seat, form.cleaned_data["words"])
        if rows is None:
            form.add_error("words", _("Type at least three letters of a name."))
            is_answered = False
        else:
            found = list(rows.for_list()[: _MOST_FOUND + 1])
    context = {
        "form": form,
        "cases": _heads(request, found[:_MOST_FOUND]),
        "is_answered": is_answered,
        "there_are_more": len(found) > _MOST_FOUND,
    }
    return render_page(request, "cases/search.html", context)


def _search(seat: Any, typed: str) -> Any:
    """The cases that fit what was typed, among those whose person this seat may know; None for words too short."""
    rows = Case.objects.permitted(seat, "identity.view")
    number = _NUMBER.fullmatch(typed.strip())
    if number:
        county, year, serial = number.groups()
        return rows.filter(number__startswith=f"{county.upper()}-{year}-{int(serial):04}-")
    if any(sign.isdigit() for sign in typed):
        people = Identity.objects.permitted(seat, "identity.view")
        return rows.filter(pk__in=people.filter(number_token=names.number_token(typed)).values("case_id"))
    tokens = names.tokens_to_find(typed)
    for token in tokens:
        rows = rows.filter(pk__in=NameToken.objects.filter(token=token).values("case_id"))
    return rows if tokens else None


@needs("cases.open")
def case_add(request: Any) -> HttpResponse:
    """Open a case that did not come as a signal of another institution."""
    form = CaseForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            case = cases.open_case(by=request.seat, **form.words())
            messages.success(request, _("The case is open. Its number is %(number)s.") % {"number": case})
            return redirect("cases:case", code=case.code)
    return render_page(request, "cases/case_new.html", {"form": form})


# --- one case ---


@needs("cases.view", methods=("GET",))
def case_detail(request: Any, code: uuid.UUID) -> HttpResponse:
    """One case: what comes next, its path, who it is, what is referred, what holds it up, and its timeline.

    Two dozen queries, whatever the case holds.
    """
    seat = request.seat
    case = _case(request, code)

    def of(model: Any) -> Any:
        return model.objects.visible_to(seat).filter(case=case)

    identity = of(Identity).first()
    manager = of(Assignment).filter(ended_at=None, is_manager=True).select_related("seat__user").first()
    deadlines = list(of(StageDeadline))
    school, aid = of(SchoolPart).first(), of(AidPart).first()
    counselling = list(of(CounsellingPart).select_related("provider"))
    referrals = list(of(Referral).for_list())
    obstacles = list(of(Obstacle).select_related("kind", "waits_for", "card"))
    notes = list(of(Note).select_related("seat__user")[:_NOTES_OF_COURSE])
    sent = list(of(SentChange).filter(state=SentChange.State.WAITS)[:1])
    parts = [one for one in (school, aid, *counselling) if one is not None]
    if identity is not None:
        lend_key(identity, *parts, *notes, *obstacles)
        request.shown.append((identity, fields_shown(identity)))
    terms = terms_of(case, identity)
    cards = [one.card for one in obstacles if one.card is not None]
    request.shown += [
        *deadlines,
        *([manager] if manager is not None else []),
        *parts,
        *referrals,
        *obstacles,
        *cards,
        *notes,
        *sent,
    ]
    standing = Standing(
        case=case,
        may=lambda right: may_here(seat, right),
        has_manager=manager is not None,
        referrals=referrals,
        obstacles=obstacles,
        sent=sent,
        done_cards=cards_done(obstacles),
    )
    context = {
        **layout(request, case),
        "due": _due(case),
        "step": next_step(standing),
        "path": path_of(case, deadlines),
        "identity_facts": facts_of(identity, terms) if identity is not None else None,
        "manager": manager,
        "concerns": [terms.get(("concern", one), one) for one in case.concerns],
        "school": _summary(school),
        "aid": _summary(aid),
        "counselling": [(one, _summary(one)) for one in counselling],
        "referrals": [
            {
                "referral": one,
                "purpose": PURPOSES[one.purpose].label,
                "due": due_by(one.due_at) if one.state == Referral.State.SENT else None,
            }
            for one in referrals
        ],
        "obstacles": [(one, one.data["asked"]) for one in obstacles],
        "timeline": timeline_of(case, deadlines=deadlines, referrals=referrals, obstacles=obstacles, notes=notes),
        "may": _may(seat, case),
    }
    return render_page(request, "cases/case.html", context)


def _case(request: Any, code: uuid.UUID, *, right: str = "") -> Case:
    return door(request, Case.objects.for_list().select_related("closing"), code, right=right)


def _summary(part: Any) -> dict[str, Any] | None:
    """A part in one line: its state, and what its words say first."""
    if part is None:
        return None
    told = [words for _label, words in facts_of_part(part)[1:]]
    return {"state": part.get_state_display(), "words": " · ".join(told[:2])}


def _may(seat: Any, case: Case) -> dict[str, bool]:
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


def _is_over(request: Any, case: Case) -> bool:
    return not case.is_open and comes_too_late(request, _("This case is over; reopen it before you change it."))


@needs("identity.change")
def case_identity(request: Any, code: uuid.UUID) -> HttpResponse:
    """Change who the case is about; based on the version of the case."""
    case = _case(request, code)
    if _is_over(request, case):
        return redirect("cases:case", code=case.code)
    identity = Identity.objects.permitted(request.seat, request.right).get(case=case)
    form = IdentityForm.of(request, identity=identity, initial=identity_of(identity, case))
    if form.is_accepted():
        with form.catching():
            version = form.cleaned_data["version"]
            cases.change(case, by=request.seat, based_on=version, identity=form.identity())
            messages.success(request, _("Who the case is about was changed."))
            return redirect("cases:case", code=case.code)
    request.shown.append((identity, WHO))
    context = {"form": form, **layout(request, case, here="identity")}
    return render_page(request, "cases/case_identity.html", context)


@needs("cases.change")
def case_head(request: Any, code: uuid.UUID) -> HttpResponse:
    """Change the head of a case."""
    case = _case(request, code)
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
def case_risk(request: Any, code: uuid.UUID) -> HttpResponse:
    """Assess the risk."""
    case = _case(request, code)
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
def case_move(request: Any, code: uuid.UUID) -> HttpResponse:
    """Lead the case to its next stage; ends have a page of their own."""
    case = _case(request, code)
    stages = [
        after
        for (before, after), right in MOVES.items()
        if before == case.stage and after not in OVER and right == request.right
    ]
    form = MoveForm.of(request, stages=stages, initial={"version": case.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            case = cases.move(case, words["to"], by=request.seat, note=words["note"], based_on=words["version"])
            messages.success(request, _("The case stands at “%(stage)s” now.") % {"stage": case.get_stage_display()})
            return redirect("cases:case", code=case.code)
    why = "" if stages else _("From this stage the case can only be closed, or reopened, by the head of the unit.")
    shown = form if stages or form.is_bound else None
    return _verb_page(request, case, shown, _("Lead to the next stage"), _("Lead on"), why=why)


@needs("cases.close")
def case_close(request: Any, code: uuid.UUID) -> HttpResponse:
    """Close the case, or reject one that is still a signal; with a reason."""
    case = _case(request, code)
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
    against = cases.obstacles_to_ending(case) if case.may_become(to) else [_("The case cannot end from this stage.")]
    return _verb_page(request, case, form, heading, verb, why=why, against=against, tone="late")


@needs("cases.close")
def case_reopen(request: Any, code: uuid.UUID) -> HttpResponse:
    """Take a closed case up again."""
    case = _case(request, code)
    if case.is_open and comes_too_late(request, _("This case is open.")):
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
    request: Any,
    case: Case,
    form: BaseForm | None,
    heading: str,
    verb: str,
    *,
    why: str = "",
    against: list[str] | None = None,
    tone: str = "",
) -> HttpResponse:
    context = {
        **layout(request, case, here=""),
        "form": form,
        "heading": heading,
        "verb": verb,
        "reason": why,
        "against": " ".join(against or []),
        "tone": tone,
    }
    return render_page(request, "cases/case_verb.html", context)


# --- the team ---


@needs("cases.view")
def case_team(request: Any, code: uuid.UUID) -> HttpResponse:
    """Who works on the case, since when; the head of the unit names them."""
    seat = request.seat
    case = _case(request, code, right="cases.assign" if request.method == "POST" else "")
    may_assign = may_here(seat, "cases.assign") and case.is_open
    form = TeamForm.of(request, colleagues=cases.colleagues(seat)) if may_assign else None
    if form is not None and form.is_accepted():
        with form.catching():
            cases.assign(case, by=seat, **form.cleaned_data)
            messages.success(request, _("The team was named. Who is in it sees the file from now on."))
            return redirect("cases:team", code=case.code)
    places: QuerySet[Assignment] = Assignment.objects.visible_to(seat).filter(case=case)
    team = list(places.select_related("seat__user", "seat__institution", "by__user"))
    request.shown += team
    context = {
        **layout(request, case, here="team"),
        "form": form,
        "now": [one for one in team if one.ended_at is None],
        "before": [one for one in team if one.ended_at is not None],
    }
    return render_page(request, "cases/case_team.html", context)


@needs("cases.assign", methods=("POST",))
def team_release(request: Any, code: uuid.UUID) -> HttpResponse:
    """End somebody's place in a team."""
    place = door(request, Assignment.objects.select_related("case"), code)
    with telling(request):
        cases.release(place, by=request.seat)
        messages.success(request, _("The place in the team has ended. The file is closed to them from now on."))
    return redirect("cases:team", code=_code_of(request, place.case_id))


def _code_of(request: Any, case_id: int) -> uuid.UUID:
    found: uuid.UUID = Case.objects.visible_to(request.seat).values_list("code", flat=True).get(pk=case_id)
    return found


# --- who looked ---


@needs("cases.viewers", methods=("GET",))
def case_viewers(request: Any, code: uuid.UUID) -> HttpResponse:
    """Who looked at this file, a line for each person and day."""
    case = _case(request, code)
    lines = Paginator(viewers_of(case), _LINES).get_page(request.GET.get("page"))
    return render_page(request, "cases/case_viewers.html", {"lines": lines, **layout(request, case, here="viewers")})


# --- what a system sent ---


@needs("cases.inbox", methods=("GET",))
def case_inbox(request: Any, code: uuid.UUID) -> HttpResponse:
    """Changes that a municipal system sent: what stands, beside what was sent."""
    case = _case(request, code)
    rows = SentChange.objects.visible_to(request.seat).filter(case=case).order_by("-at")
    sent = list(rows.select_related("seat__user", "seat__institution", "decided_by__user"))
    identity = Identity.objects.visible_to(request.seat).get(case=case)
    lend_key(identity, *sent)
    words = _words()
    waiting = [(one, _compared(case, identity, one, words)) for one in sent if one.state == SentChange.State.WAITS]
    told = sorted({field["name"] for _one, fields in waiting for field in fields} & identity.data.keys())
    request.shown += [*sent, *([(identity, told)] if told else [])]
    context = {
        **layout(request, case, here="inbox"),
        "waiting": waiting,
        "decided": [one for one in sent if one.state != SentChange.State.WAITS],
    }
    return render_page(request, "cases/case_inbox.html", context)


def _compared(case: Case, identity: Identity, sent: SentChange, words: Words) -> list[dict[str, str]]:
    """Each field that was sent and differs: what stands now, and what was sent."""
    told = json.loads(sent.data["sent"])
    wanted = told.get("head", {}) | told.get("identity", {}) | {"stage": told.get("stage") or case.stage}
    stands = {name: getattr(case, name) for name in (*cases.HEAD, "stage")} | identity.data
    stands |= {"municipality": case.municipality.code, "source": case.source.code}
    stands |= {"signalled_on": case.signalled_on.isoformat()}
    return [
        {
            "name": name,
            "label": str(_LABELS[name]),
            "now": _readable(name, stands[name], words),
            "sent": _readable(name, value, words),
        }
        for name, value in wanted.items()
        if stands[name] != value
    ]


def _words() -> Words:
    """The words for every code that a system may send (two queries)."""
    lists = {"concerns": Term.List.CONCERN, "source": Term.List.SOURCE, "care": Term.List.CARE}
    words: Words = {
        "kind": dict(Kind.choices),
        "stage": dict(Stage.choices),
        "risk": dict(Risk.choices),
        "victim_status": dict(VictimStatus.choices),
        "sex": dict(Sex.choices),
        "citizenship": dict(CITIZENSHIPS),
        "language": dict(LANGUAGES),
        "municipality": {one.code: str(one) for one in Municipality.objects.all()},
    }
    terms = list(Term.objects.filter(list__in=lists.values()))
    return words | {name: {one.code: str(one) for one in terms if one.list == kind} for name, kind in lists.items()}


def _readable(name: str, value: Any, words: Words) -> str:
    """A value in people's words."""
    if isinstance(value, list):
        return ", ".join(_readable(name, one, words) for one in value)
    if name in ("signalled_on", "birth_date") and value:
        return formats.date_format(datetime.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(words.get(name, {}).get(value, value))


@needs("cases.inbox", methods=("POST",))
def inbox_apply(request: Any, code: uuid.UUID) -> HttpResponse:
    """Take a sent change over, as it was compared."""
    sent = door(request, SentChange, code)
    version = request.POST.get("version", "")
    with telling(request):
        known = int(version) if version.isdecimal() and len(version) < _LONGEST_VERSION else 0
        inbox.take_over(sent, by=request.seat, based_on=known)
        messages.success(request, _("The change was taken over."))
    return redirect("cases:inbox", code=_code_of(request, sent.case_id))


@needs("cases.inbox", methods=("POST",))
def inbox_drop(request: Any, code: uuid.UUID) -> HttpResponse:
    """Leave the case as it stands."""
    sent = door(request, SentChange, code)
    with telling(request):
        inbox.drop(sent, by=request.seat)
        messages.success(request, _("The case stays as it stood. What was sent stays in the file."))
    return redirect("cases:inbox", code=_code_of(request, sent.case_id))
