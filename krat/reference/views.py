"""Lists, deadlines, holidays: read by the committee, changed by the system administrator."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.requests import SeatRequest
from krat.access.views import needs
from krat.reference import actions
from krat.reference.forms import DeadlineForm, HolidayForm, TermForm, ThresholdForm
from krat.reference.models import Deadline, Holiday, Term, Threshold
from krat.ui.rendering import render_page


@needs("settings.view", methods=("GET",))
def lists(request: SeatRequest) -> HttpResponse:
    """All lists, the deadlines and the coming holidays."""
    context = {
        "lists": [{"code": one.value, "name": one.label} for one in Term.List],
        "deadlines": Deadline.objects.all(),
        "thresholds": Threshold.objects.all(),
        "holidays": Holiday.objects.filter(day__gte=timezone.localdate() - datetime.timedelta(days=31)),
        "may_manage": rights.may(request.seat, "settings.manage"),
    }
    return render_page(request, "reference/lists.html", context)


@needs("settings.view", methods=("GET",))
def term_list(request: SeatRequest, kind: str) -> HttpResponse:
    """One list, its retired rows too."""
    if kind not in Term.List.values:
        raise Http404
    rows = Term.objects.filter(list=kind)
    context = {
        "kind": Term.List(kind),
        "terms": rows,
        "may_manage": rights.may(request.seat, "settings.manage"),
        "today": timezone.localdate(),
    }
    return render_page(request, "reference/term_list.html", context)


@needs("settings.manage")
def term_edit(request: SeatRequest, kind: str, term: str = "") -> HttpResponse:
    """A row of a list: a new one, or one that is there."""
    if kind not in Term.List.values:
        raise Http404
    row = get_object_or_404(Term, list=kind, code=term) if term else None
    form = TermForm.of(request, initial=_initial(row, TermForm))
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            actions.save_term(row, by=request.seat, kind=kind, based_on=words.pop("version"), **words)
            messages.success(request, _("The list was changed."))
            return redirect("reference:terms", kind=kind)
    return render_page(request, "reference/term_form.html", {"form": form, "kind": Term.List(kind), "term": row})


@needs("settings.manage")
def deadline_edit(request: SeatRequest, deadline: str) -> HttpResponse:
    """How long something may take."""
    row = get_object_or_404(Deadline, code=deadline)
    form = DeadlineForm.of(request, initial=_initial(row, DeadlineForm))
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            actions.save_deadline(row, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The deadline was changed."))
            return redirect("reference:lists")
    return render_page(request, "reference/deadline_form.html", {"form": form, "deadline": row})


@needs("settings.manage")
def threshold_edit(request: SeatRequest, threshold: str) -> HttpResponse:
    """From where on something is told."""
    row = get_object_or_404(Threshold, code=threshold)
    form = ThresholdForm.of(request, unit=row.unit, initial=_initial(row, ThresholdForm))
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            actions.save_threshold(row, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The threshold was changed."))
            return redirect("reference:lists")
    return render_page(request, "reference/threshold_form.html", {"form": form, "threshold": row})


@needs("settings.manage")
def holiday_add(request: SeatRequest) -> HttpResponse:
    """A public holiday."""
    form = HolidayForm.of(request)
    if form.is_accepted():
        with form.catching():
            actions.save_holiday(by=request.seat, **form.cleaned_data)
            messages.success(request, _("The holiday was entered."))
            return redirect("reference:lists")
    return render_page(request, "reference/holiday_form.html", {"form": form})


@needs("settings.manage", methods=("POST",))
def holiday_remove(request: SeatRequest, day: datetime.date) -> HttpResponse:
    """Take a holiday away that was entered by mistake."""
    holiday = get_object_or_404(Holiday, day=day)
    actions.remove_holiday(holiday, by=request.seat)
    messages.success(request, _("The holiday was removed."))
    return redirect("reference:lists")


def _initial(row: Any, form: Any) -> dict[str, Any] | None:
    return {name: getattr(row, name) for name in form.base_fields} if row is not None else None
