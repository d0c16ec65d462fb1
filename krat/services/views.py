"""Pages of the service catalogue: the list, a service, keeping it, its free places; and what is missing."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access import areas, rights
from krat.access.views import door, needs
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.plan.models import Task
from krat.services import actions
from krat.services.forms import (
    DropForm,
    FillForm,
    MissingFilter,
    MissingForm,
    MissingTaskForm,
    PlacesForm,
    ServiceFilter,
    ServiceForm,
    WithdrawForm,
)
from krat.services.models import Missing, Places, Service, told_days
from krat.ui.forms import BaseForm
from krat.ui.listing import listing
from krat.ui.rendering import render_page, telling

_HISTORY = 12  # times that free places were told, on the page of a service


@needs("services.view", methods=("GET",))
def service_list(request: SignedIn) -> HttpResponse:
    """The catalogue: what is offered in the county, and to it from elsewhere."""
    found = listing(request, Service.objects.visible_to(request.seat).for_list(), ServiceFilter)
    days = told_days()
    rows = Service.as_known(found.rows, request.seat)
    context = {
        "found": found,
        "lines": [{"service": one, "is_stale": one.is_stale(days)} for one in rows],
        "may_manage": rights.may(request.seat, "services.manage"),
    }
    return render_page(request, "services/list.html", context)


@needs("services.view", methods=("GET",))
def service_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One service: what, for whom, where, when, how one is referred to it, and its free places with their history."""
    service = door(request, Service.objects.for_list(), code)
    [service] = Service.as_known([service], request.seat)
    days = told_days()
    history = Places.objects.visible_to(request.seat).filter(service=service)
    told = list(history.select_related("told_by__institution")[:_HISTORY]) if service.is_told_in_full else []
    context = {
        "service": service,
        "needs": list(service.needs.all()),
        "days": days,
        "is_stale": service.is_stale(days),
        "licence_ended": service.licence_until is not None and service.licence_until < timezone.localdate(),
        "told": [{"places": one, "by": _teller(service, one)} for one in told],
        "may_manage": _may(request, service, "services.manage"),
        "may_tell": service.is_offered and _may(request, service, "services.tell"),
    }
    return render_page(request, "services/detail.html", context)


def _may(request: SignedIn, service: Service, right: str) -> bool:
    return Service.objects.permitted(request.seat, right).filter(pk=service.pk).exists()


def _teller(service: Service, told: Places) -> str:
    """Who told it: the institution; of a shelter its code."""
    if told.told_by.institution_id == service.provider_id:
        return service.provider_label
    return told.told_by.institution.short_name


@needs("services.manage")
def service_add(request: SignedIn) -> HttpResponse:
    """A new service of the county's catalogue."""
    return _service_form(request, None)


@needs("services.manage")
def service_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A service, changing."""
    return _service_form(request, door(request, Service.objects.for_list(), code))


def _service_form(request: SignedIn, service: Service | None) -> HttpResponse:
    initial = ServiceForm.of_service(service) if service is not None else None
    form = ServiceForm.of(request, seat=request.seat, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            county = service.county if service is not None else request.seat.institution.own_county
            based_on = words.pop("version")
            saved = actions.save(service, by=request.seat, county=county, based_on=based_on, **words)
            messages.success(request, _("The service was saved."))
            return redirect("services:detail", code=saved.code)
    return render_page(request, "services/form.html", {"form": form, "service": service})


@needs("services.tell")
def service_places(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """How many places are free now: one number, the last one beside it."""
    service = door(request, Service.objects.for_list(), code)
    if not service.is_offered:
        messages.warning(request, _("This service was withdrawn; it has no places any more."))
        return redirect("services:detail", code=service.code)
    form = PlacesForm.of(request, initial={"free": service.free})
    if form.is_accepted():
        with form.catching():
            actions.tell_places(service, by=request.seat, free=form.cleaned_data["free"])
            messages.success(request, _("Thank you. Whoever looks for a place sees this number with today's date."))
            return redirect("services:detail", code=service.code)
    return render_page(request, "services/places.html", {"form": form, "service": service})


@needs("services.manage")
def service_withdraw(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A service leaves the catalogue; what was referred to it stays."""
    service = door(request, Service.objects.for_list(), code)
    if not service.is_offered:
        messages.warning(request, _("This service was withdrawn already."))
        return redirect("services:detail", code=service.code)
    form = WithdrawForm.of(request, initial={"version": service.version})
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            actions.withdraw(service, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The service was withdrawn."))
            return redirect("services:detail", code=service.code)
    return render_page(request, "services/withdraw.html", {"form": form, "service": service})


@needs("services.manage", methods=("POST",))
def service_restore(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A withdrawn service comes back."""
    service = door(request, Service.objects.for_list(), code)
    with telling(request):
        actions.restore(service, by=request.seat)
        messages.success(request, _("The service is in the catalogue again. Its free places are to be told anew."))
    return redirect("services:detail", code=service.code)


# --- what is missing ---


@needs("missing.view", methods=("GET",))
def missing_list(request: SignedIn) -> HttpResponse:
    """The services that are missing, those missing longest first."""
    found = listing(request, Missing.objects.visible_to(request.seat).for_list(), MissingFilter)
    numbers = _by_how_many(found.rows, request.seat)
    context = {
        "found": found,
        "lines": [{"missing": one, "cases": numbers.get(one.pk)} for one in found.rows],
        "limit": settings.KRAT_SMALL_CELL,
        "may_note": rights.may(request.seat, "missing.note"),
    }
    return render_page(request, "services/missing_list.html", context)


@needs("missing.view", methods=("GET",))
def missing_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One missing service: where, since when, by how many cases, and what is to fill it."""
    missing = door(request, Missing.objects.for_list().select_related("noted_by__institution"), code)
    may_settle = Missing.objects.permitted(request.seat, "missing.settle").filter(pk=missing.pk).exists()
    given = Task.objects.visible_to(request.seat).filter(missing_services=missing)
    context = {
        "missing": missing,
        "tasks": list(given.for_list()),
        "cases": _by_how_many([missing], request.seat).get(missing.pk),
        "limit": settings.KRAT_SMALL_CELL,
        "may_settle": may_settle and missing.is_missed,
    }
    return render_page(request, "services/missing.html", context)


def _by_how_many(rows: Sequence[Missing], seat: Seat) -> dict[int, Any]:
    """By how many cases each is needed, as the counting layer tells it; nothing where nobody counts."""
    told: dict[int, Any] = {}
    for area in areas.modules("service_needs"):
        told |= area.by_how_many([one.pk for one in rows], seat)
    return told


@needs("missing.note")
def missing_add(request: SignedIn) -> HttpResponse:
    """Note that a service is missing."""
    form = MissingForm.of(request, seat=request.seat, initial={"since": timezone.localdate()})
    if form.is_accepted():
        with form.catching():
            county = request.seat.institution.own_county
            noted = actions.note_missing(by=request.seat, county=county, **form.cleaned_data)
            messages.success(request, _("It is noted as missing. The committee sees it."))
            return redirect("services:missing", code=noted.code)
    return render_page(request, "services/missing_form.html", {"form": form})


@needs("missing.settle")
def missing_task(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Which task is to fill it."""
    missing = door(request, Missing.objects.for_list(), code)
    form = MissingTaskForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            task = form.cleaned_data["task"]
            number = task.source if task.origin == Task.Origin.MEETING else ""
            actions.give_missing(missing, by=request.seat, tasks=[task], decision=number)
            messages.success(request, _("The task is tied to what is missing."))
            return redirect("services:missing", code=missing.code)
    return _missing_verb(request, missing, form, "services/missing_task.html")


@needs("missing.settle")
def missing_fill(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """What was missing is there now."""
    missing = door(request, Missing.objects.for_list(), code)
    form = FillForm.of(request, seat=request.seat, missing=missing)
    if form.is_accepted():
        with form.catching():
            actions.fill_missing(missing, by=request.seat, **form.cleaned_data)
            messages.success(request, _("It is filled."))
            return redirect("services:missing", code=missing.code)
    return _missing_verb(request, missing, form, "services/missing_fill.html")


@needs("missing.settle")
def missing_drop(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """It is not needed any more."""
    missing = door(request, Missing.objects.for_list(), code)
    form = DropForm.of(request)
    if form.is_accepted():
        with form.catching():
            actions.drop_missing(missing, by=request.seat, **form.cleaned_data)
            messages.success(request, _("It is noted as not needed any more."))
            return redirect("services:missing", code=missing.code)
    return _missing_verb(request, missing, form, "services/missing_drop.html")


def _missing_verb(request: SignedIn, missing: Missing, form: BaseForm, template: str) -> HttpResponse:
    return render_page(request, template, {"form": form, "missing": missing})
