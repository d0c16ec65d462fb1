"""Pages of indicators: who has reported, the sums, entering a sheet, its acceptance; the catalogue."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.rights import Reach
from krat.access.views import door, needs
from krat.audit import trail
from krat.committee.models import Institution
from krat.indicators import actions, counted, telling
from krat.indicators.forms import FiguresForm, IndicatorForm, ReturnForm, in_words
from krat.indicators.models import Figure, FigureSheet, FigureSheetQuerySet, Indicator
from krat.indicators.owed import VIEW, Clock, Owed, Standing, owed
from krat.indicators.periods import Length, Period, ended
from krat.people.models import Seat
from krat.people.requests import SignedIn
from krat.reference.models import County, Municipality
from krat.ui.due import due_of
from krat.ui.forms import ConfirmForm
from krat.ui.rendering import comes_too_late, render_page

_OFFERED = {Length.QUARTER: 6, Length.HALF: 2, Length.YEAR: 2}


# --- who has reported, and the sums ---


@needs("indicators.view", methods=("GET",))
def overview(request: SignedIn) -> HttpResponse:
    """One period: of one's own institution, of the county, or of the twelve counties."""
    offered = [one for length, amount in _OFFERED.items() for one in ended(length, timezone.localdate(), amount)]
    period = _period(request.GET.get("period", ""), offered)
    reach = rights.reach(request.seat, VIEW)
    context: dict[str, Any] = {
        "period": period,
        "periods": offered,
        "clock": (clock := Clock.of(period)),
        "due": due_of(clock.due_on),
        "may_enter": rights.may(request.seat, actions.ENTER),
        "sees_settings": rights.may(request.seat, "settings.view"),
    }
    if reach is Reach.OWN:
        return _show(request, context | {"lines": owed(request.seat, period)})
    if reach is Reach.COUNTRY and "county" not in request.GET:
        return render_page(request, "indicators/counties.html", context | {"counties": _counties(request, period)})
    county = _county(request, reach)
    if county is None:
        return _show(request, context | {"lines": []})
    lines = owed(request.seat, period, county)
    context |= {
        "county": county,
        "lines": lines,
        "standing": Standing.of(lines),
        "sums": telling.sums(request.seat, county, period),
        "counted": counted.counted(request.seat, county, period),
        "limit": settings.KRAT_SMALL_CELL,
        "sees_all": reach is Reach.COUNTRY,
    }
    return _show(request, context)


def _show(request: SignedIn, context: dict[str, Any]) -> HttpResponse:
    opens = rights.may(request.seat, "figures.view")
    return render_page(request, "indicators/overview.html", {"county": None, "opens": opens} | context)


def _period(asked: str, offered: list[Period]) -> Period:
    """The period that is asked for, the last quarter without; 404 for one that is not offered."""
    found = [one for one in offered if not asked or one.code == asked]
    if not found:
        raise Http404
    return found[0]


def _county(request: SignedIn, reach: Reach) -> County | None:
    if reach is Reach.COUNTRY:
        return get_object_or_404(County, code=request.GET["county"][:5])
    return request.seat.institution.county


def _counties(request: SignedIn, period: Period) -> list[tuple[County, Standing]]:
    by_county: dict[int, list[Owed]] = {}
    for one in owed(request.seat, period):
        if one.institution.county_id is not None:
            by_county.setdefault(one.institution.county_id, []).append(one)
    return [(one, Standing.of(by_county.get(one.pk, []))) for one in County.objects.all()]


# --- entering ---


@needs("figures.enter")
def enter(request: SignedIn, code: str, place: str, period: str) -> HttpResponse:
    """The figures of an institution for a municipality and period, in one short form."""
    institution, municipality, span = _what_is_entered(request, code, place, period)
    indicators = list(Indicator.objects.owed_by(institution, span))
    sheets = FigureSheet.objects.permitted(request.seat, actions.ENTER).filter(
        institution=institution, municipality=municipality
    )
    sheet = sheets.of(span).first()
    standing, before, year_before = _known(request.seat, sheets, _spans(span))
    form = FiguresForm.of(
        request,
        seat=request.seat,
        indicators=indicators,
        standing=standing,
        before=before,
        year_before=year_before,
        corrects=sheet is not None and sheet.is_reported,
        initial={"version": sheet.version if sheet is not None else 0},
    )
    if form.is_accepted():
        with form.catching():
            saved = actions.enter(
                by=request.seat,
                institution=institution,
                municipality=municipality,
                period=span,
                figures=form.figures(),
                based_on=form.cleaned_data["version"],
                sends="send" in request.POST,
                reason=form.cleaned_data.get("reason", ""),
            )
            said = _("The figures were sent.") if saved.is_reported else _("The draft was kept. It is not sent yet.")
            messages.success(request, said)
            return redirect("indicators:sheet", code=saved.code)
    clock = Clock.of(span)
    context = {
        "form": form,
        "institution": institution,
        "municipality": municipality,
        "period": span,
        "sheet": sheet,
        "clock": clock,
        "due": due_of(clock.due_on),
        "is_closed": clock.is_closed and (sheet is None or sheet.state != FigureSheet.State.RETURNED),
        "is_over": span.ends_on < timezone.localdate(),
    }
    return render_page(request, "indicators/enter.html", context)


def _what_is_entered(request: SignedIn, code: str, place: str, period: str) -> tuple[Institution, Municipality, Period]:
    """404 where the seat does not see the institution or nothing is owed there; 403 where others report for it."""
    institution = (
        Institution.objects.visible_to(request.seat).select_related("county").filter(code=code, county__isnull=False)
    ).first()
    if institution is None or not _is_within_county(request, institution):
        raise Http404
    reach = rights.reach(request.seat, actions.ENTER)
    if reach is Reach.OWN and institution.pk != request.seat.institution_id:
        raise PermissionDenied(_("These figures are reported by another institution."))
    municipality = institution.territories.filter(code=place).first()
    try:
        span = Period.read(period)
    except ValueError:
        raise Http404 from None
    if municipality is None or not Indicator.objects.owed_by(institution, span).exists():
        raise Http404
    return institution, municipality, span


def _is_within_county(request: SignedIn, institution: Institution) -> bool:
    return institution.county_id == request.seat.county_id


def _known(seat: Seat, sheets: FigureSheetQuerySet, spans: list[Period]) -> list[dict[str, int | None]]:
    """The figures of one institution and municipality for each of several periods, by the codes of their indicators;
    None is "not known" (one query)."""
    found: dict[str, dict[str, int | None]] = {one.code: {} for one in spans}
    rows = Figure.objects.permitted(seat, "figures.view").filter(sheet__in=sheets.order_by().values("pk"))
    for year, part, code, value in rows.values_list("sheet__year", "sheet__part", "indicator__code", "value"):
        found.get(f"{year}-{part}", {})[code] = value
    return [found[one.code] for one in spans]


def _spans(period: Period) -> list[Period]:
    """A period, the one before it, and the same a year before."""
    return [period, period.before(), period.a_year_before()]


# --- one sheet ---


@needs("figures.view", methods=("GET",))
def sheet(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """What was reported, beside the last period and last year; who sent and accepted it; how it was corrected."""
    one = door(request, FigureSheet.objects.for_list().select_related("submitted_by", "decided_by"), code)
    return render_page(request, "indicators/sheet.html", _of_a_sheet(request, one))


def _of_a_sheet(request: SignedIn, one: FigureSheet) -> dict[str, Any]:
    span = one.span
    others = FigureSheet.objects.visible_to(request.seat).filter(
        institution=one.institution, municipality=one.municipality
    )
    now, before, year_before = _known(request.seat, others, _spans(span))
    named = {each.code: each for each in Indicator.objects.filter(code__in={*now})}
    clock = Clock.of(span)
    may_enter = FigureSheet.objects.permitted(request.seat, actions.ENTER).filter(pk=one.pk).exists()
    may_accept = FigureSheet.objects.permitted(request.seat, actions.ACCEPT).filter(pk=one.pk).exists()
    return {
        "sheet": one,
        "period": span,
        "rows": [
            {
                "indicator": named[key],
                "now": in_words(now[key]),
                "before": in_words(before[key]) if key in before else "",
                "year_before": in_words(year_before[key]) if key in year_before else "",
            }
            for key in sorted(named)
        ],
        "history": _history(one),
        "may_enter": may_enter and (not clock.is_closed or one.state == FigureSheet.State.RETURNED),
        "may_accept": may_accept and one.state == FigureSheet.State.SUBMITTED,
        "may_return": may_accept and one.is_reported,
        "clock": clock,
        "due": None if one.is_reported else due_of(clock.due_on),
    }


def _history(one: FigureSheet) -> list[dict[str, str]]:
    """What was entered, corrected and decided, the latest first, in words (one query)."""
    found = []
    for change in trail.history(one):
        if change.at is None:
            continue
        said: list[str] = []
        for name, (old, new) in sorted(change.values.items()):
            if name == "state":
                said.insert(0, str(FigureSheet.State(new).label).capitalize())
            elif name == "reason":
                said.append(f"“{new}”")
            else:
                said.append(f"{name}: {old or '–'} → {new or '–'}")
        when = formats.date_format(timezone.localtime(change.at), "SHORT_DATETIME_FORMAT")
        found.append({"when": when, "text": "; ".join(said), "by": change.by})
    return found


@needs("figures.accept")
def accept(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Accept what an institution reported."""
    one = door(request, FigureSheet.objects.for_list(), code)
    form = ConfirmForm.of(request, initial={"version": one.version})
    if form.is_accepted():
        with form.catching():
            actions.accept(one, by=request.seat, based_on=form.cleaned_data["version"])
            messages.success(request, _("The figures were accepted."))
            return redirect("indicators:sheet", code=one.code)
    if one.state != FigureSheet.State.SUBMITTED and comes_too_late(
        request, _("Only figures that were sent can be accepted.")
    ):
        return redirect("indicators:sheet", code=one.code)
    return render_page(request, "indicators/accept.html", {"form": form} | _of_a_sheet(request, one))


@needs("figures.accept")
def give_back(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Return figures with a reason."""
    one = door(request, FigureSheet.objects.for_list(), code)
    form = ReturnForm.of(request, initial={"version": one.version})
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data
            actions.give_back(one, by=request.seat, based_on=words["version"], reason=words["reason"])
            messages.success(request, _("The figures were returned."))
            return redirect("indicators:sheet", code=one.code)
    if not one.is_reported and comes_too_late(request, _("Only figures that were sent can be returned.")):
        return redirect("indicators:sheet", code=one.code)
    return render_page(request, "indicators/return.html", {"form": form, "sheet": one, "period": one.span})


# --- the catalogue ---


@needs("settings.view", methods=("GET",))
def catalogue(request: SignedIn) -> HttpResponse:
    """Every indicator with its definition, who supplies it and how sure that is."""
    context = {
        "indicators": Indicator.objects.prefetch_related("suppliers"),
        "may_manage": rights.may(request.seat, "settings.manage"),
        "today": timezone.localdate(),
    }
    return render_page(request, "indicators/catalogue.html", context)


@needs("settings.manage")
def indicator_edit(request: SignedIn, indicator: str = "") -> HttpResponse:
    """A row of the catalogue: a new one, or one that is there."""
    row = get_object_or_404(Indicator, code=indicator) if indicator else None
    form = IndicatorForm.of(request, indicator=row, initial=_initial(row))
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            suppliers = list(words.pop("suppliers", []))
            based_on = words.pop("version")
            actions.save_indicator(row, by=request.seat, suppliers=suppliers, based_on=based_on, **words)
            messages.success(request, _("The catalogue was changed."))
            return redirect("indicators:catalogue")
    return render_page(request, "indicators/indicator_form.html", {"form": form, "indicator": row})


def _initial(row: Indicator | None) -> dict[str, Any] | None:
    if row is None:
        return None
    words = {name: getattr(row, name) for name in IndicatorForm.base_fields if name != "suppliers"}
    return words | {"suppliers": list(row.suppliers.all())}
