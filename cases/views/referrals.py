"""Referrals: a case asks one institution for one thing; the team and that institution see each their side of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases import names
from cases.actions import needs as needs_of_cases
from cases.actions import referrals
from cases.forms.parts import FORM_OF_PART, facts_of, initial_of
from cases.forms.referrals import (
    AnswerForm,
    NeedForm,
    ReferForm,
    ReferralFilter,
    ReferralSearchForm,
    WithdrawForm,
    label_of,
    told,
)
from cases.identity_facts import people_of, shown_of
from cases.models import Case, Identity, KeptSearch, Obstacle, Referral, UnmetNeed
from cases.models.referral import OPEN, ReferralState
from cases.sharing import (
    KIND_OF_PURPOSE,
    PURPOSES,
    USE,
    Named,
    Purpose,
    Shared,
    fields_of,
    found_by_name,
    named_in_lists,
    no_contact,
    receivers,
    share,
)
from cases.views.layout import layout
from cases.views.lists import with_names
from krat.access import rights
from krat.access.requests import Shown
from krat.access.views import door, needs
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.reference.models import Term
from krat.services.matching import Fit, fitting
from krat.ui.due import Due, due_by
from krat.ui.forms import BaseForm
from krat.ui.listing import listing
from krat.ui.rendering import comes_too_late, render_page, telling

_SEARCH = "cases:referrals"
_SENT_NAMES = "cases:referral_names"

# What one side of a referral sees, and what of it the trail is told.
Side = tuple[dict[str, Any], list[Shown]]

# --- reading ---


@needs("referrals.view", methods=("GET",))
def referral_list(request: SignedIn) -> HttpResponse:
    """Referrals that came in, or that one's cases sent: number, purpose, institution, day and state.

    First name and year of birth only of those that the seat works with now, each noted (decision 37). ``?found=`` and a
    code narrow it to what was searched for.
    """
    seat = request.seat
    rows = _by_what_waits(Referral.objects.visible_to(seat).for_list())
    code = request.GET.get("found", "")
    words = KeptSearch.words_of(code, seat, _SEARCH) if code else None
    if words is not None:
        rows = rows.filter(_fits(words, seat))
    elif code:
        messages.info(request, _("What was found is kept for ten minutes. Please search again."))
    asked = request.GET.get("names", "")
    shows_names = bool(asked) and KeptSearch.words_of(asked, seat, _SENT_NAMES) is not None
    searched = {"found": code} if words is not None else {}
    found = listing(request, rows, ReferralFilter, kept=searched | ({"names": asked} if shows_names else {}))
    people = named_in_lists(found.rows, seat)
    cases = {}
    if rights.may(seat, "referrals.send"):
        sent = Case.objects.visible_to(seat).filter(pk__in=[one.case_id for one in found.rows])
        cases = {case.pk: case for case in sent}
    of_cases = people_of(seat, cases.values()) if shows_names else {}
    here = found.here(without="names")
    context = {
        "found": found,
        "referrals": [
            _line(one, cases.get(one.case_id), people.get(one.pk)) | {"person": of_cases.get(one.case_id)}
            for one in found.rows
        ],
        "may_name": bool(cases) and rights.may(seat, "identity.view"),
        "shows_names": shows_names,
        "names_url": reverse("cases:referral_names") + here,
        "without_names": here,
        "search": ReferralSearchForm(initial={"words": words or ""}),
        "is_narrowed": words is not None,
        "sends": rights.may(seat, "referrals.send"),
        "receives": rights.may(seat, "referrals.answer"),
    }
    shown: list[Shown] = [*found.rows, *cases.values(), *(one.shown for one in people.values())]
    shown += [shown_of(one) for one in of_cases.values()]
    return render_page(request, "cases/referrals.html", context, shown=shown)


@needs("identity.view", methods=("POST",))
def referral_names(request: SignedIn) -> HttpResponse:
    """Show in the list of what one's cases sent whom each is about, for ten minutes; noted row by row."""
    stays = (*ReferralFilter.base_filters, "page", "found")
    return with_names(request, _SENT_NAMES, reverse("cases:referrals"), stays)


@needs("referrals.view", methods=("POST",))
def referral_search(request: SignedIn) -> HttpResponse:
    """Find a referral by its number, or by the name of whom an accepted one is about; the words stand in no address."""
    form = ReferralSearchForm.of(request)
    if not form.is_accepted():
        messages.error(request, _("Type a name or a number."))
        return redirect("cases:referrals")
    code = KeptSearch.keep(request.seat, _SEARCH, form.cleaned_data["words"])
    return HttpResponseRedirect(f"{reverse('cases:referrals')}?found={code}")


def _fits(words: str, seat: Seat) -> models.Q:
    """Which referrals fit what was typed: by their number, or by a name that the seat may know."""
    number = names.referral_number(words)
    if number is not None:
        serial, year = number
        return models.Q(number=serial, year=year) if year else models.Q(number=serial)
    return models.Q(pk__in=found_by_name(words, seat).order_by().values("pk"))


def _by_what_waits(rows: Any) -> Any:
    """What one was reminded of stands on top, then what waits for an answer, then what is being worked on."""
    unanswered = models.Q(state=ReferralState.SENT)
    rank = models.Case(
        models.When(unanswered & models.Q(reminded_at__isnull=False), then=0),
        models.When(unanswered, then=1),
        models.When(state=ReferralState.ACCEPTED, then=2),
        default=3,
    )
    expected = models.Case(models.When(state__in=OPEN, then="due_at"))
    return rows.order_by(rank, expected, "-sent_at", "-pk")


def _line(referral: Referral, case: Case | None, named: Named | None) -> dict[str, Any]:
    return {
        "referral": referral,
        "named": named.words if named is not None else "",
        "purpose": PURPOSES[referral.purpose].label,
        "case": case,
        "due": due_of_answer(referral),
    }


def due_of_answer(referral: Referral) -> Due | None:
    """The chip of the answer that is expected; None once it has come."""
    return due_by(referral.due_at) if referral.state == ReferralState.SENT else None


@needs("referrals.view", methods=("GET",))
def referral_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One referral: for its sender state, clock and answer; for its receiver the request and what it shares."""
    referral = door(request, _referrals(), code)
    context = {
        "referral": referral,
        "purpose": PURPOSES[referral.purpose],
        "due": due_of_answer(referral),
        "labels": _labels(PURPOSES[referral.purpose]),
    }
    if referral.receiver_id == request.seat.institution_id:
        side, shown = _receivers_side(request, referral)
        return render_page(request, "cases/referral.html", context | side, shown=shown)
    side, shown = _senders_side(request, referral)
    return render_page(request, "cases/referral_sent.html", context | side, shown=shown)


def _referrals() -> Any:
    return Referral.objects.for_list().select_related(
        "sender__county", "receiver__county", "accepted_by__user", "service"
    )


def _senders_side(request: SignedIn, referral: Referral) -> Side:
    """What the sender sees: the request as it was written, and the obstacle that came of it."""
    case = Case.objects.visible_to(request.seat).for_list().get(pk=referral.case_id)
    words = referral.data
    shown: list[Shown] = [case, (referral, [name for name, value in words.items() if value])]
    may_send = (
        case.is_open and Referral.objects.permitted(request.seat, "referrals.send").filter(pk=referral.pk).exists()
    )
    obstacles = Obstacle.objects.visible_to(request.seat).filter(referral=referral, state=Obstacle.State.STANDS)
    obstacle = obstacles.select_related("kind", "card").first()
    shown += [obstacle] if obstacle is not None else []
    failed = referral.is_late or referral.state == ReferralState.REFUSED
    side = layout(request, case, here="referrals") | {
        "words": words,
        "obstacle": obstacle,
        "may_remind": may_send and referral.state == ReferralState.SENT,
        "may_withdraw": may_send and referral.is_open,
        "may_note_missing": may_send and failed and case.is_open,
        "may_mark": may_send and failed and obstacle is None and rights.may(request.seat, "obstacles.mark"),
    }
    return side, shown


def _receivers_side(request: SignedIn, referral: Referral) -> Side:
    """What the receiver sees: the request while it is theirs to answer, and what it shares once they accepted."""
    shared = share(referral, request.seat)
    shown: list[Shown] = list(shared.seen)
    is_ours = referral.state == ReferralState.SENT or _may_use(referral, request.seat)
    words = referral.data if is_ours else None
    if words is not None:
        shown.append((referral, ["request"]))
    may_answer = Referral.objects.permitted(request.seat, "referrals.answer").filter(pk=referral.pk).exists()
    side = {
        "opened_at": timezone.localtime(),
        "words": words,
        "identity": told({name: word for name, word in shared.identity.items() if name != "safe_contact"}),
        "safe_contact": shared.identity.get("safe_contact", "") or no_contact(),
        "contact_via_unit": shared.contact_via_unit,
        "part": facts_of(shared.part) if shared.part is not None else None,
        "part_name": shared.part._meta.verbose_name if shared.part is not None else "",
        "may_accept": may_answer and referral.state == ReferralState.SENT,
        "may_complete": may_answer and _may_use(referral, request.seat),
    }
    return side, shown


def _may_use(referral: Referral, seat: Seat) -> bool:
    """Whether this seat works with an accepted referral: of the police only the officer who accepted it."""
    if referral.state != ReferralState.ACCEPTED:
        return False
    return Referral.objects.permitted(seat, USE).filter(pk=referral.pk).exists()


def _labels(purpose: Purpose) -> list[str]:
    """What a receiver is shown, in words."""
    shown = [label_of(name) for name in purpose.identity if name != "birth_year"]
    return [*shown, str(purpose.part._meta.verbose_name)] if purpose.part is not None else shown


# --- the sender's verbs ---


@needs("referrals.send")
def case_refer(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Refer a case: first for what, then to whom, with what exactly the institution will see."""
    case = door(request, Case.objects.for_list(), code)
    if not case.is_open and comes_too_late(request, _("This case is over; reopen it before you refer it.")):
        return redirect("cases:case", code=case.code)
    purpose = _chosen_purpose(request)
    if purpose not in PURPOSES:
        may_note = rights.may(request.seat, "missing.note")
        offers = [_offer(name, case, request.seat) for name in PURPOSES]
        context = layout(request, case, here="referrals") | {"offers": offers, "may_note": may_note}
        return render_page(request, "cases/referral_purpose.html", context, shown=())
    identity = Identity.objects.permitted(request.seat, "identity.view").get(case=case)
    asked = receivers(purpose, case, request.seat)
    fits = _services_of(case, identity, asked, request.seat)
    form = ReferForm.of(
        request,
        decides_for_themselves=referrals.decides_for_themselves(case, request.seat),
        purpose=purpose,
        receivers=asked,
        fits=fits,
        initial={"safe_contact": identity.data["safe_contact"]},
    )
    if form.is_accepted():
        with form.catching():
            referral = referrals.refer(case, by=request.seat, purpose=purpose, **form.cleaned_data)
            messages.success(request, _sent(referral))
            return redirect("cases:referral", code=referral.code)
    fields, part = fields_of(PURPOSES[purpose], identity), PURPOSES[purpose].part
    context = layout(request, case, here="referrals", identity=identity) | {
        "form": form,
        "purpose": PURPOSES[purpose],
        "purpose_code": purpose,
        "none_has_room": not any(fit.serves and fit.has_room for fit in fits),
        "will_see": told({name: identity.data[name] for name in fields if name != "safe_contact"}),
        "part_name": part._meta.verbose_name if part is not None else "",
    }
    # Which services take somebody tells of their age and sex.
    by_whom = [name for name in ("birth_date", "birth_year", "sex") if identity.data[name]] if fits else []
    seen = list(dict.fromkeys([*fields, *by_whom]))
    return render_page(request, "cases/referral_form.html", context, shown=[(identity, seen)])


def _services_of(case: Case, identity: Identity, providers: Any, seat: Seat) -> list[Fit]:
    """The services of these institutions that serve the case's municipality, those that take this child first."""
    return fitting(
        seat,
        providers=[one.pk for one in providers],
        municipality=case.municipality,
        age=identity.age_on(timezone.localdate()),
        sex=identity.data["sex"],
        needs=case.concerns,
    )


def _chosen_purpose(request: SignedIn) -> str:
    """The form carries it along, because an address that is kept for later keeps no parameters."""
    for words in (request.POST, getattr(request, "recovered", None) or {}, request.GET):
        if words.get("purpose"):
            return str(words["purpose"])
    return ""


def _offer(name: str, case: Case, seat: Seat) -> dict[str, Any]:
    purpose = PURPOSES[name]
    return {
        "name": name,
        "purpose": purpose,
        "receivers": list(receivers(name, case, seat)),
        "labels": _labels(purpose),
    }


def _sent(referral: Referral) -> str:
    until = formats.date_format(timezone.localtime(referral.due_at), "SHORT_DATE_FORMAT")
    return _("The case was referred to %(institution)s. An answer is due by %(until)s.") % {
        "institution": referral.receiver,
        "until": until,
    }


@needs("referrals.send")
def need_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Note that what the case needs is missing in its municipality: one press, from a referral that came to nothing or
    that nobody could be asked for."""
    case = door(request, Case.objects.for_list(), code)
    if not case.is_open and comes_too_late(request, _("This case is over; reopen it before you change it.")):
        return redirect("cases:case", code=case.code)
    referral = _referral_of(request, case)
    purpose = referral.purpose if referral is not None else _chosen_purpose(request)
    form = NeedForm.of(request, initial={"kind": _kind_of(referral, purpose)})
    if form.is_accepted():
        with form.catching():
            need = needs_of_cases.note(case, by=request.seat, referral=referral, **form.cleaned_data)
            messages.success(request, _("It is noted as missing. The committee sees what and where, never for whom."))
            return redirect("services:missing", code=need.missing.code)
    noted = UnmetNeed.objects.visible_to(request.seat).filter(case=case)
    context = layout(request, case, here="referrals") | {
        "form": form,
        "referral": referral,
        "purpose_code": purpose,
        "noted": list(noted.select_related("missing__kind", "missing__municipality")),
    }
    return render_page(request, "cases/need_form.html", context, shown=[referral] if referral is not None else ())


def _referral_of(request: SignedIn, case: Case) -> Referral | None:
    """The referral that came to nothing; the form carries it along."""
    for words in (request.POST, getattr(request, "recovered", None) or {}, request.GET):
        if words.get("referral"):
            try:
                code = uuid.UUID(str(words["referral"]))
            except ValueError:
                return None
            rows = Referral.objects.permitted(request.seat, "referrals.send").filter(case=case, code=code)
            found: Referral | None = rows.select_related("service").first()
            return found
    return None


def _kind_of(referral: Referral | None, purpose: str) -> int | None:
    """The kind that is likely missing: the first of the service that was asked for, else what the purpose is about."""
    if referral is not None and referral.service is not None:
        first = referral.service.kinds.order_by("position").first()
        return first.pk if first is not None else None
    found = Term.objects.of(Term.List.SERVICE).filter(code=KIND_OF_PURPOSE.get(purpose, "")).first()
    return found.pk if found is not None else None


@needs("referrals.send", methods=("POST",))
def referral_remind(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Remind the receiver: the referral stands on top of what waits for it."""
    referral = door(request, _referrals(), code)
    with telling(request):
        referrals.remind(referral, by=request.seat)
        messages.success(
            request, _("%(institution)s was reminded of the referral.") % {"institution": referral.receiver}
        )
    return redirect("cases:referral", code=referral.code)


@needs("referrals.send")
def referral_withdraw(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Withdraw a referral: what it shared is closed to the receiver from now on."""
    referral = door(request, _referrals(), code)
    said = _("The referral is withdrawn. The institution no longer sees anything of it.")
    return _move(
        request, referral, ReferralState.WITHDRAWN, WithdrawForm.of(request), "cases/referral_withdraw.html", said
    )


# --- the receiver's verbs ---


@needs("referrals.answer", methods=("POST",))
def referral_accept(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Accept a referral: from now on its fields are open to whoever accepted it."""
    referral = door(request, _referrals(), code)
    with telling(request):
        referrals.move(referral, ReferralState.ACCEPTED, by=request.seat)
        messages.success(request, _("You accepted the referral. Below stands what is shared with you for it."))
    return redirect("cases:referral", code=referral.code)


@needs("referrals.answer")
def referral_refuse(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Refuse a referral, with the reason."""
    referral = door(request, _referrals(), code)
    said = _("The referral is refused. The case's team reads the reason.")
    return _move(request, referral, ReferralState.REFUSED, AnswerForm.of(request), "cases/referral_refuse.html", said)


@needs("referrals.use")
def referral_complete(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Complete an accepted referral: what was done. What it shared is closed from now on."""
    referral = door(request, _referrals(), code)
    said = _("The referral is completed. What it shared is closed to you from now on.")
    return _move(
        request, referral, ReferralState.COMPLETED, AnswerForm.of(request), "cases/referral_complete.html", said
    )


def _move(
    request: SignedIn, referral: Referral, to: ReferralState, form: BaseForm, template: str, said: str
) -> HttpResponse:
    if not referral.may_become(to) and comes_too_late(request, _said_of(referral)):
        return redirect("cases:referral", code=referral.code)
    if form.is_accepted():
        with form.catching():
            referrals.move(referral, to, by=request.seat, answer=form.cleaned_data["answer"])
            messages.success(request, said)
            return redirect("cases:referral", code=referral.code)
    context = {
        "referral": referral,
        "purpose": PURPOSES[referral.purpose],
        "due": due_of_answer(referral),
        "form": form,
    }
    return render_page(request, template, context, shown=())


def _said_of(referral: Referral) -> str:
    return _("The referral is “%(state)s”; there is nothing to write to it any more.") % {
        "state": referral.get_state_display()
    }


@needs("referrals.use")
def referral_part(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The receiver's own part: the school, the economic aid, the counselling of this child."""
    referral = door(request, _referrals(), code)
    shared: Shared = share(referral, request.seat)
    if shared.part is None:
        raise Http404
    form = FORM_OF_PART[type(shared.part)].of(request, initial=initial_of(shared.part))
    if form.is_accepted():
        with form.catching():
            referrals.write_part(
                shared.part,
                by=request.seat,
                right=USE,
                based_on=form.cleaned_data["version"],
                state=form.cleaned_data["state"],
                **form.in_words(),
            )
            messages.success(request, _("The part was saved. The case's team sees it."))
            return redirect("cases:referral", code=referral.code)
    context = {
        "referral": referral,
        "purpose": PURPOSES[referral.purpose],
        "form": form,
        "opened_at": timezone.localtime(),
        "part_name": shared.part._meta.verbose_name,
    }
    return render_page(request, "cases/referral_part.html", context, shown=shared.seen[1:])
