"""Identification: the acts of a case, and the two ways in which one is recorded."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.actions import identification
from cases.forms.identification import IdentificationForm
from cases.models import Case, Identification
from cases.models.identification import FIRST, FORMAL
from cases.models.keys import lend_key
from cases.models.stages import OF_VICTIMS
from cases.views.layout import case_at, layout, may_here
from krat.access.views import needs
from krat.people.requests import SignedIn
from krat.ui.rendering import comes_too_late, render_page


@needs("cases.view", methods=("GET",))
def case_identification(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The acts of identification, the latest first: who decided what, when, under which number."""
    seat = request.seat
    case = case_at(request, code)
    rows = Identification.objects.visible_to(seat).filter(case=case)
    acts = list(rows.select_related("authority", "together_with", "seat__user"))
    if acts and may_here(seat, "identity.view"):
        lend_key(acts[0], *acts)
    context = {
        **layout(request, case, here="identification"),
        "acts": [(one, one.data) for one in acts],
        "may_identify": case.is_open and may_here(seat, FIRST) and bool(identification.results(case, FIRST)),
        "may_identify_formally": case.is_open and may_here(seat, FORMAL) and bool(identification.results(case, FORMAL)),
    }
    return render_page(request, "cases/case_identification.html", context, shown=acts)


@needs(FIRST)
def case_identify(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Record a first identification, by any body of first contact."""
    case = case_at(request, code)
    sentence = _("Who is identified formally stays so until the State Social Service and the police decide otherwise.")
    return _act(
        request,
        case,
        heading=_("First identification"),
        nothing=sentence,
        authorities=identification.authorities(case, request.seat),
        initial={"authority": request.seat.institution_id},
    )


@needs(FORMAL)
def case_identify_formally(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Record the formal identification, by the State Social Service together with the police."""
    case = case_at(request, code)
    sentence = _("Nothing is left to decide formally from where the case stands.")
    return _act(
        request,
        case,
        heading=_("Formal identification"),
        nothing=sentence,
        police=identification.police(case, request.seat),
        initial={},
    )


def _act(
    request: SignedIn, case: Case, *, heading: str, nothing: str, initial: dict[str, Any], **rows: Any
) -> HttpResponse:
    results = identification.results(case, request.right)
    if not case.is_open and comes_too_late(request, _("This case is over; reopen it before you change it.")):
        return redirect("cases:case", code=case.code)
    if not results and comes_too_late(request, nothing):
        return redirect("cases:identification", code=case.code)
    form = IdentificationForm.of(request, results=results, initial={"version": case.version, **initial}, **rows)
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            act = identification.record(case, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The act is recorded: %(result)s.") % {"result": act.get_result_display()})
            if request.right == FORMAL and act.result not in OF_VICTIMS:
                return redirect("cases:list")  # its reach ends with it
            return redirect("cases:identification", code=case.code)
    context = {**layout(request, case, here="identification"), "form": form, "heading": heading}
    return render_page(request, "cases/case_identify.html", context, shown=())
