"""Signals: sent, followed, and read by the unit that answers them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.actions import cases, signals
from cases.forms.cases import CaseForm
from cases.forms.signals import RejectForm, SignalFilter, SignalForm
from cases.models import Case, Signal, SignalWords
from krat.access import rights
from krat.access.requests import Shown
from krat.access.views import door, needs
from krat.people.requests import SignedIn
from krat.ui.due import due_by
from krat.ui.listing import listing
from krat.ui.rendering import comes_too_late, render_page

_IN_DANGER = ("129", "116006")


@needs("signals.view", methods=("GET",))
def signal_list(request: SignedIn) -> HttpResponse:
    """What one's institution sent, and for a unit what it received: how it stands, never what it tells."""
    seat = request.seat
    found = listing(request, Signal.objects.visible_to(seat).for_list(), SignalFilter)
    context = {
        "found": found,
        "signals": [(one, due_by(one.due_at) if one.is_open else None) for one in found.rows],
        "may_send": rights.may(seat, "signals.send"),
        "receives": rights.may(seat, "signals.take"),
    }
    return render_page(request, "cases/signals.html", context, shown=found.rows)


@needs("signals.send")
def signal_add(request: SignedIn) -> HttpResponse:
    """Tell a unit about a child or a possible victim."""
    form = SignalForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            signal = signals.send(by=request.seat, **form.cleaned_data)
            messages.success(request, _sent(signal))
            return redirect("cases:signal", code=signal.code)
    context = {"form": form, "danger_lines": _danger_lines(request)}
    return render_page(request, "cases/signal_form.html", context, shown=())


def _sent(signal: Signal) -> str:
    if signal.is_urgent:
        return _("The signal went to %(unit)s as urgent. Call 129 as well, and the unit.") % {"unit": signal.receiver}
    until = formats.date_format(timezone.localtime(signal.due_at), "SHORT_DATETIME_FORMAT")
    return _("The signal went to %(unit)s. An answer is due by %(until)s.") % {
        "unit": signal.receiver,
        "until": until,
    }


@needs("signals.view", methods=("GET",))
def signal_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One signal: to whom it went and how it stands; its words for the unit that received it."""
    seat = request.seat
    signal = door(request, _signals(), code)
    words, shown = _words(request, signal)
    found = list(Case.objects.visible_to(seat).filter(signal=signal).for_list().order_by("pk"))
    shown += found
    may_take = signal.is_open and Signal.objects.permitted(seat, "signals.take").filter(pk=signal.pk).exists()
    context = {
        "signal": signal,
        "due": due_by(signal.due_at) if signal.is_open else None,
        "words": words,
        "cases": found,
        "may_take": may_take,
        "may_take_again": signals.may_take_again(signal, seat),
        "is_received": signal.receiver_id == seat.institution_id,
        "danger_lines": _danger_lines(request),
        "opened_at": timezone.localtime(),
    }
    return render_page(request, "cases/signal.html", context, shown=shown)


def _danger_lines(request: SignedIn) -> list[dict[str, str]]:
    """Whom to call when a child is in danger, of the helplines that stand under every page."""
    lines = {line["number"]: line for line in request.helplines}
    return [lines[number] for number in _IN_DANGER if number in lines] or request.helplines


def _signals() -> Any:
    return Signal.objects.for_list().select_related("sender", "receiver__county", "municipality__county", "source")


def _words(request: SignedIn, signal: Signal) -> tuple[dict[str, str] | None, list[Shown]]:
    """What a signal tells, where the seat may read it, and what is shown with it (two queries)."""
    row = SignalWords.objects.visible_to(request.seat).filter(signal=signal).first()
    if row is None:
        return None, []
    words: dict[str, str] = row.data
    return words, [(row, [name for name, value in words.items() if value])]


@needs("signals.take")
def signal_reject(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Do not take a signal as a case, with a reason."""
    signal = door(request, _signals(), code)
    if not signal.is_open and comes_too_late(request, _("Somebody has already answered this signal.")):
        return redirect("cases:signal", code=signal.code)
    form = RejectForm.of(request)
    if form.is_accepted():
        with form.catching():
            signals.reject(signal, by=request.seat, why=form.cleaned_data["why"])
            messages.success(request, _("The signal is answered: it does not become a case."))
            return redirect("cases:signal", code=signal.code)
    words, shown = _words(request, signal)
    context = {"form": form, "signal": signal, "words": words, "opened_at": timezone.localtime()}
    return render_page(request, "cases/signal_reject.html", context, shown=shown)


@needs("signals.take")
def signal_take(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Open the case of a signal: what the signal says of the head stands in the form already.

    A signal about five children becomes five cases; from the second on the form asks whether that is meant.
    """
    signal = door(request, _signals(), code)
    is_another = signals.may_take_again(signal, request.seat)
    if not (signal.is_open or is_another) and comes_too_late(request, _("Somebody has already answered this signal.")):
        return redirect("cases:signal", code=signal.code)
    initial = {
        "kind": signal.kind,
        "municipality": signal.municipality_id,
        "source": signal.source_id,
        "signalled_on": timezone.localdate(signal.sent_at),
    }
    form = CaseForm.of(request, seat=request.seat, is_another=is_another, initial=initial)
    if form.is_accepted():
        with form.catching():
            case = cases.open_case(by=request.seat, signal=signal, **form.words())
            messages.success(request, _("The signal is now case %(number)s.") % {"number": case.number})
            return redirect("cases:case", code=case.code)
    words, shown = _words(request, signal)
    there = list(Case.objects.visible_to(request.seat).filter(signal=signal).for_list().order_by("pk"))
    shown += there
    context = {"form": form, "signal": signal, "cases": there, "words": words, "opened_at": timezone.localtime()}
    return render_page(request, "cases/signal_take.html", context, shown=shown)
