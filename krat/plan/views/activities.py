"""Activities: the calendar, one activity, recording."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.views import door, needs
from krat.people.requests import SignedIn
from krat.plan.actions import activities
from krat.plan.forms.activities import ActivityFilter, ActivityForm
from krat.plan.models import Activity
from krat.ui.listing import listing
from krat.ui.rendering import render_page


@needs("activities.view", methods=("GET",))
def activity_list(request: SignedIn) -> HttpResponse:
    """The calendar of activities, the latest first."""
    rows = Activity.objects.visible_to(request.seat).for_list().order_by("-held_on", "-pk")
    found = listing(request, rows, ActivityFilter)
    context = {"found": found, "may_record": rights.may(request.seat, "activities.record")}
    return render_page(request, "plan/activities.html", context)


@needs("activities.view", methods=("GET",))
def activity_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One activity: where, when, for whom, how many."""
    activity = door(request, Activity.objects.for_list(), code)
    may_record = Activity.objects.permitted(request.seat, "activities.record").filter(pk=activity.pk).exists()
    return render_page(request, "plan/activity.html", {"activity": activity, "may_record": may_record})


@needs("activities.record")
def activity_add(request: SignedIn) -> HttpResponse:
    """A new activity."""
    return _activity_form(request, None)


@needs("activities.record")
def activity_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """An activity as it was planned or held."""
    return _activity_form(request, door(request, Activity.objects.for_list(), code))


def _activity_form(request: SignedIn, activity: Activity | None) -> HttpResponse:
    initial = {name: getattr(activity, name) for name in ActivityForm.base_fields} if activity else None
    form = ActivityForm.of(request, seat=request.seat, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            county = activity.county if activity else request.seat.institution.own_county
            based_on = words.pop("version")
            saved = activities.record(activity, by=request.seat, county=county, based_on=based_on, **words)
            messages.success(request, _("The activity was saved."))
            return redirect("plan:activity", code=saved.code)
    return render_page(request, "plan/activity_form.html", {"form": form, "activity": activity})
