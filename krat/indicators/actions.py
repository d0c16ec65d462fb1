"""What people do with figures: enter, send, correct, return, accept; and how the catalogue is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.rights import Subject
from krat.access.scoping import Stale, hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Institution
from krat.indicators.models import Figure, FigureSheet, Indicator
from krat.indicators.owed import Clock
from krat.indicators.periods import Period
from krat.people.models import Seat
from krat.reference.models import Municipality, Term

SAVED = trail.event("figures.saved", gettext_lazy("kept figures as a draft"))
SENT = trail.event("figures.sent", gettext_lazy("sent figures"))
CORRECTED = trail.event("figures.corrected", gettext_lazy("corrected figures that were sent"))
RETURNED = trail.event("figures.returned", gettext_lazy("returned figures"))
ACCEPTED = trail.event("figures.accepted", gettext_lazy("accepted figures"))
INDICATOR_SAVED = trail.event("indicator.saved", gettext_lazy("changed the catalogue of indicators"))

ENTER, ACCEPT = "figures.enter", "figures.accept"
State = FigureSheet.State


def field_of(indicator: Indicator) -> str:
    """The name under which a form asks for a figure, and a refusal speaks of it."""
    return f"figure-{indicator.code}"


@transaction.atomic
def enter(
    *,
    by: Seat,
    institution: Institution,
    municipality: Municipality,
    period: Period,
    figures: Mapping[str, int | None],
    based_on: int = 0,
    sends: bool = False,
    reason: str = "",
) -> FigureSheet:
    """Keep what an institution reports for a municipality and period, by the codes of its indicators, or send it.

    None is "not known"; a code that is missing was not answered, which only a draft may leave so. What was sent already
    is corrected, with a reason, and is then accepted anew; the old values stay in the history. ``based_on`` is the
    version of the sheet that the writer had before them, 0 for none: raises `Stale` where somebody else entered
    something meanwhile. One lock, on the sheet.
    """
    refuse_personal({"reason": reason})
    asked = list(Indicator.objects.owed_by(institution, period))
    if not asked or not institution.territories.filter(pk=municipality.pk).exists():
        raise ValidationError(_("This institution reports no figures for this municipality and period."))
    if period.ends_on >= timezone.localdate():
        raise ValidationError(
            _("%(period)s is not over yet. Its figures can be entered from the day after it ends.")
            % {"period": str(period).capitalize()}
        )
    sheet = _held_sheet(by, institution, municipality, period, based_on)
    was_sent = sheet.is_reported
    _refuse_closed(sheet, period)
    if was_sent and not reason.strip():
        raise ValidationError({"reason": _("These figures were sent already. Say why they are corrected.")})
    sends = sends or was_sent
    if sends:
        _refuse_unanswered(asked, figures)
    standing = {one.indicator.code: one for one in _figures(sheet, by)}
    changes: dict[str, tuple[Any, Any]] = {
        one.code: (_told(standing, one.code), _word(figures, one.code)) for one in asked
    }
    if was_sent and all(old == new for old, new in changes.values()):
        raise ValidationError(_("Nothing was changed: these figures stand already."))
    if sends:
        sheet.state, sheet.submitted_by, sheet.submitted_at = State.SUBMITTED, by, timezone.now()
        sheet.decided_by = sheet.decided_at = None
        sheet.reason = reason
    settle(sheet, by=by, right=ENTER)
    _write(sheet, asked, figures, standing, by)
    event = CORRECTED if was_sent else SENT if sends else SAVED
    trail.record(by, event, sheet, changes=changes | ({"reason": (None, reason)} if reason else {}))
    return sheet


def _held_sheet(
    by: Seat, institution: Institution, municipality: Municipality, period: Period, based_on: int
) -> FigureSheet:
    rows = FigureSheet.objects.permitted(by, ENTER).of(period)
    found = rows.filter(institution=institution, municipality=municipality).first()
    if found is not None:
        return hold(found, based_on=based_on)
    if based_on:
        raise ValidationError(_("This form cannot be sent any more. Copy your text before you leave this page."))
    return FigureSheet(
        county=institution.own_county,
        institution=institution,
        municipality=municipality,
        year=period.year,
        part=period.part,
    )


def _refuse_closed(sheet: FigureSheet, period: Period) -> None:
    """A closed period takes nothing more, but for what the secretariat itself gave back."""
    clock = Clock.of(period)
    if clock.is_closed and sheet.state != State.RETURNED:
        raise ValidationError(
            _("The period was closed on %(day)s. Ask the secretariat: it can return the sheet for a correction.")
            % {"day": formats.date_format(clock.closes_on, "SHORT_DATE_FORMAT")}
        )


def _refuse_unanswered(asked: Sequence[Indicator], figures: Mapping[str, int | None]) -> None:
    missing = [one for one in asked if one.code not in figures]
    if missing:
        sentence = _("Write the number, or tick that it is not known. Zero is a number.")
        raise ValidationError({field_of(one): sentence for one in missing})


def _figures(sheet: FigureSheet, by: Seat) -> list[Figure]:
    if sheet._state.adding:
        return []
    rows = Figure.objects.permitted(by, ENTER)
    return list(rows.filter(sheet=sheet).select_related("indicator"))


def _told(standing: Mapping[str, Figure], code: str) -> str | None:
    """What stands, as the history keeps it: a number, a question mark for "not known", nothing for no answer."""
    if code not in standing:
        return None
    value = standing[code].value
    return "?" if value is None else str(value)


def _word(figures: Mapping[str, int | None], code: str) -> str | None:
    if code not in figures:
        return None
    return "?" if figures[code] is None else str(figures[code])


def _write(
    sheet: FigureSheet,
    asked: Sequence[Indicator],
    figures: Mapping[str, int | None],
    standing: Mapping[str, Figure],
    by: Seat,
) -> None:
    for one in asked:
        row = standing.get(one.code)
        if one.code not in figures:
            if row is not None:
                Figure.objects.permitted(by, ENTER).filter(pk=row.pk).delete()
            continue
        value = figures[one.code]
        if row is None:
            settle(Figure(sheet=sheet, indicator=one, value=value, entered_by=by), by=by, right=ENTER)
        elif row.value != value:
            row.value, row.entered_by = value, by
            settle(row, by=by, right=ENTER, changed=["value", "entered_by"])


@transaction.atomic
def accept(sheet: FigureSheet, *, by: Seat, based_on: int) -> FigureSheet:
    """Accept what others reported; nobody accepts what they entered or sent themselves. One lock, on the sheet."""
    sheet = hold(sheet, based_on=based_on)
    if sheet.state != State.SUBMITTED:
        raise ValidationError(_("Only figures that were sent can be accepted."))
    own = Figure.objects.permitted(by, ACCEPT).filter(sheet=sheet, entered_by__user=by.user_id)
    sent_by = sheet.submitted_by
    if (sent_by is not None and sent_by.user_id == by.user_id) or own.exists():
        raise ValidationError(_("You entered or sent these figures yourself. Somebody else accepts them."))
    return _decide(sheet, by, State.ACCEPTED, ACCEPTED, "")


@transaction.atomic
def give_back(sheet: FigureSheet, *, by: Seat, based_on: int, reason: str) -> FigureSheet:
    """Return figures that were sent or accepted, with a reason: the institution corrects them, even where the period is
    closed. One lock, on the sheet."""
    refuse_personal({"reason": reason})
    sheet = hold(sheet, based_on=based_on)
    if not sheet.is_reported:
        raise ValidationError(_("Only figures that were sent can be returned."))
    return _decide(sheet, by, State.RETURNED, RETURNED, reason)


def _decide(sheet: FigureSheet, by: Seat, state: FigureSheet.State, event: str, reason: str) -> FigureSheet:
    before = sheet.state
    sheet.state, sheet.reason = state, reason
    sheet.decided_by, sheet.decided_at = by, timezone.now()
    settle(sheet, by=by, right=ACCEPT)
    trail.record(by, event, sheet, changes={"state": (before, state)} | ({"reason": (None, reason)} if reason else {}))
    return sheet


@transaction.atomic
def save_indicator(
    indicator: Indicator | None, *, by: Subject, suppliers: Sequence[Term], based_on: int | None = None, **words: Any
) -> Indicator:
    """Enter a row of the catalogue, or change one; a row is retired, never removed. Old figures keep it."""
    if indicator is not None:
        indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator.pk)
        if indicator.version != based_on:
            raise Stale(indicator)
        indicator.version += 1
        before = set(indicator.suppliers.values_list("pk", flat=True))
    else:
        indicator, before = Indicator(), set()
    changed = [name for name, value in words.items() if getattr(indicator, name) != value]
    for name, value in words.items():
        setattr(indicator, name, value)
    indicator.full_clean()
    indicator.save()
    if before != {one.pk for one in suppliers}:
        indicator.suppliers.set(suppliers)
        changed.append("suppliers")
    trail.record(by, INDICATOR_SAVED, indicator, fields=changed)
    return indicator
