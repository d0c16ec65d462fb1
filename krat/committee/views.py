"""The directory of institutions, the bodies of the county, their members and acts."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access.views import door, needs
from krat.committee import actions
from krat.committee.forms import (
    ActForm,
    BodiesForm,
    EndMemberForm,
    InstitutionFilter,
    InstitutionForm,
    MemberForm,
)
from krat.committee.models import Act, Body, Institution, Membership
from krat.committee.requests import CommitteeRequest
from krat.reference.models import Municipality
from krat.ui.listing import listing
from krat.ui.rendering import render_page


@needs("institutions.view", methods=("GET",))
def institution_list(request: CommitteeRequest) -> HttpResponse:
    """The directory."""
    rows = Institution.objects.visible_to(request.seat).working().select_related("kind", "county", "parent")
    found = listing(request, rows, InstitutionFilter, per_page=50)
    return render_page(request, "committee/institutions.html", {"found": found})


@needs("institutions.view", methods=("GET",))
def institution_detail(request: CommitteeRequest, code: str) -> HttpResponse:
    """One institution: what it is, whom it serves, where it sits."""
    institution = door(request, Institution.objects.select_related("kind", "county", "parent", "successor"), code)
    places = Membership.objects.visible_to(request.seat).filter(institution=institution)
    context = {
        "institution": institution,
        "territories": list(institution.territories.select_related("county")),
        "places": places.select_related("body__county").order_by("-starts_on"),
    }
    return render_page(request, "committee/institution.html", context)


@needs("institutions.manage")
def institution_edit(request: CommitteeRequest, code: str = "") -> HttpResponse:
    """An institution: a new one, or one that is there."""
    rows = Institution.objects.select_related("kind", "county", "parent", "successor")
    institution = door(request, rows, code) if code else None
    form = InstitutionForm.of(request, seat=request.seat, initial=_initial(institution))
    if form.is_accepted():
        with form.catching():
            words = form.cleaned_data | {"territories": list(form.cleaned_data["territories"])}
            saved = actions.save_institution(institution, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The institution was saved."))
            return redirect("committee:institution", code=saved.code)
    return render_page(request, "committee/institution_form.html", {"form": form, "institution": institution})


def _initial(institution: Institution | None) -> dict[str, Any] | None:
    if institution is None:
        return None
    simple = {name: getattr(institution, name) for name in InstitutionForm.base_fields if name != "territories"}
    return simple | {"territories": list(Municipality.objects.filter(pk__in=institution.territories.all()))}


@needs("committee.view", methods=("GET",))
def bodies(request: CommitteeRequest) -> HttpResponse:
    """The committee and its technical table, the newest first, and the acts they stand on."""
    context = {
        "bodies": Body.objects.visible_to(request.seat).for_list(),
        "acts": Act.objects.visible_to(request.seat).select_related("county")[:50],
    }
    return render_page(request, "committee/bodies.html", context)


@needs("committee.view", methods=("GET",))
def body_detail(request: CommitteeRequest, code: uuid.UUID) -> HttpResponse:
    """One body: its act, its days, who sits in it."""
    body = door(request, Body.objects.for_list(), code)
    places = Membership.objects.visible_to(request.seat).filter(body=body)
    members = list(places.select_related("institution", "act").order_by("ends_on", "institution__sort_key"))
    today = timezone.localdate()
    context: dict[str, Any] = {
        "body": body,
        "members": [one for one in members if one.ends_on is None or one.ends_on >= today],
        "former": [one for one in members if one.ends_on is not None and one.ends_on < today],
        "voting": sum(1 for one in members if one.votes and one.ends_on is None),
    }
    context["needed"] = body.needed_for_quorum(context["voting"])
    return render_page(request, "committee/body.html", context)


@needs("committee.manage")
def act_add(request: CommitteeRequest) -> HttpResponse:
    """An order, regulation or protocol."""
    form = ActForm.of(request)
    if form.is_accepted():
        with form.catching():
            actions.record_act(by=request.seat, county=request.seat.institution.own_county, **form.cleaned_data)
            messages.success(request, _("The act was recorded."))
            return redirect("committee:bodies")
    return render_page(request, "committee/act_form.html", {"form": form})


@needs("committee.manage")
def bodies_add(request: CommitteeRequest) -> HttpResponse:
    """The committee and its technical table of a new year."""
    form = BodiesForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            actions.constitute(by=request.seat, county=request.seat.institution.own_county, **form.cleaned_data)
            messages.success(request, _("The committee and its technical table stand for the year."))
            return redirect("committee:bodies")
    return render_page(request, "committee/bodies_form.html", {"form": form})


@needs("committee.manage")
def member_add(request: CommitteeRequest, code: uuid.UUID) -> HttpResponse:
    """A place for an institution in a body."""
    body = door(request, Body.objects.for_list(), code)
    form = MemberForm.of(request, seat=request.seat, initial={"starts_on": timezone.localdate()})
    if form.is_accepted():
        with form.catching():
            actions.add_member(body, by=request.seat, **form.cleaned_data)
            messages.success(request, _("The institution has its place."))
            return redirect("committee:body", code=body.code)
    return render_page(request, "committee/member_form.html", {"form": form, "body": body})


@needs("committee.manage")
def member_end(request: CommitteeRequest, code: uuid.UUID) -> HttpResponse:
    """The end of an institution's place in a body."""
    place = door(request, Membership.objects.select_related("body", "institution"), code)
    form = EndMemberForm.of(request, initial={"ends_on": timezone.localdate()})
    if form.is_accepted():
        with form.catching():
            actions.end_member(place, by=request.seat, **form.cleaned_data)
            messages.success(request, _("The place ends on that day."))
            return redirect("committee:body", code=place.body.code)
    return render_page(request, "committee/member_end.html", {"form": form, "place": place})
