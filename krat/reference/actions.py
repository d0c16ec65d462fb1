"""Verbs that change lists, deadlines and holidays."""

import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy

from krat.access.rights import Subject
from krat.access.scoping import Stale
from krat.audit import trail
from krat.reference.models import Deadline, Holiday, Term, Threshold

TERM_SAVED = trail.event("term.saved", gettext_lazy("changed a row of a list"))
DEADLINE_SAVED = trail.event("deadline.saved", gettext_lazy("changed a deadline"))
THRESHOLD_SAVED = trail.event("threshold.saved", gettext_lazy("changed a threshold"))
HOLIDAY_SAVED = trail.event("holiday.saved", gettext_lazy("entered a holiday"))
HOLIDAY_REMOVED = trail.event("holiday.removed", gettext_lazy("removed a holiday"))


@transaction.atomic
def save_term(term: Term | None, *, by: Subject, kind: str, based_on: int | None = None, **words: Any) -> Term:
    """Enter a row of a list, or change one; a row is retired, never removed."""
    term = _held(term, based_on) if term is not None else Term(list=kind)
    _save(term, TERM_SAVED, by, words)
    return term


@transaction.atomic
def save_deadline(deadline: Deadline, *, by: Subject, based_on: int | None, **words: Any) -> Deadline:
    """Change how long something may take, with its legal reference and whether it was verified."""
    deadline = _held(deadline, based_on)
    _save(deadline, DEADLINE_SAVED, by, words)
    return deadline


@transaction.atomic
def save_threshold(threshold: Threshold, *, by: Subject, based_on: int | None, **words: Any) -> Threshold:
    """Change from where on something is told, with its reference and whether it was verified."""
    threshold = _held(threshold, based_on)
    _save(threshold, THRESHOLD_SAVED, by, words)
    return threshold


@transaction.atomic
def save_holiday(*, by: Subject, day: datetime.date, name_sq: str, name_en: str) -> Holiday:
    """Enter a public holiday."""
    holiday = Holiday()
    _save(holiday, HOLIDAY_SAVED, by, {"day": day, "name_sq": name_sq, "name_en": name_en})
    return holiday


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: Subject) -> None:
    """Remove a holiday that was entered by mistake; deadlines already counted stay as they are."""
    trail.record(by, HOLIDAY_REMOVED, holiday)
    holiday.delete()


R = TypeVar("R", Term, Deadline, Threshold)


def _held(row: R, based_on: int | None) -> R:
    current = type(row).objects.select_for_update(no_key=True).get(pk=row.pk)
    if current.version != based_on:
        raise Stale(current)
    current.version += 1
    return current


def _save(row: Any, event: str, by: Subject, words: dict[str, Any]) -> None:
    changed = [name for name, value in words.items() if getattr(row, name, None) != value]
    for name, value in words.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    trail.record(by, event, row, fields=changed)
