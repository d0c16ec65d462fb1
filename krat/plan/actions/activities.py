"""Verbs of activities: planned, held, told."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.people.models import Seat
from krat.plan.models import Activity
from krat.reference.models import County

SAVED = trail.event("activity.saved", gettext_lazy("recorded or changed an activity"))

RECORD = "activities.record"


@transaction.atomic
def record(
    activity: Activity | None, *, by: Seat, county: County, based_on: int | None = None, **words: Any
) -> Activity:
    """Record an activity, or change what was recorded."""
    refuse_personal({"title": words["title"], "place": words["place"], "summary": words["summary"]})
    activity = hold(activity, based_on=based_on or 0) if activity is not None else Activity(county=county)
    if words["state"] == Activity.State.HELD and words["held_on"] > timezone.localdate():
        raise ValidationError({"held_on": _("An activity that was held cannot lie in the future.")})
    if words["municipality"].county_id != activity.county_id:
        raise ValidationError({"municipality": _("Choose a municipality of the county.")})
    changes = {field: (getattr(activity, field, None) if activity.pk else None, new) for field, new in words.items()}
    for field, value in words.items():
        setattr(activity, field, value)
    settle(activity, by=by, right=RECORD)
    trail.record(by, SAVED, activity, changes=changes)
    return activity
