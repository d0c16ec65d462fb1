"""What is told of a case: notes, and the parts for school, economic aid and counselling."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.actions import cases, referrals
from cases.forms.notes import NoteForm
from cases.forms.parts import FORM_OF_PART, facts_of, initial_of
from cases.models import AidPart, Case, CounsellingPart, Note, SchoolPart
from cases.models.keys import lend_key
from cases.views.layout import layout, may_here
from krat.access.views import door, needs
from krat.people.requests import SignedIn
from krat.ui.listing import listing
from krat.ui.rendering import render_page

_NOTES_A_PAGE = 20


@needs("notes.view")
def case_notes(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The notes of a case, the latest first, and the form for the next one."""
    seat = request.seat
    right = "notes.write" if request.method == "POST" else ""
    case = door(request, Case.objects.for_list(), code, right=right)
    form = NoteForm.of(request)
    may_write = may_here(seat, "notes.write") and (case.is_open or form.is_bound)
    if may_write and form.is_accepted():
        with form.catching():
            cases.note(case, by=seat, **form.cleaned_data)
            messages.success(request, _("The note is kept."))
            return redirect("cases:notes", code=case.code)
    rows = Note.objects.visible_to(seat).filter(case=case).select_related("seat__user")
    found = listing(request, rows, per_page=_NOTES_A_PAGE)
    notes = found.rows
    if notes:
        lend_key(notes[0], *notes)
    context = {
        **layout(request, case, here="notes"),
        "form": form if may_write else None,
        "found": found,
        "notes": [(one, one.data["text"]) for one in notes],
    }
    return render_page(request, "cases/case_notes.html", context, shown=notes)


@needs("parts.view")
def case_school(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The school part, written by the team."""
    return _part(request, code, SchoolPart, _("School"), "school")


@needs("parts.view")
def case_aid(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The economic-aid part, written by the team."""
    return _part(request, code, AidPart, _("Economic aid"), "aid")


def _part(
    request: SignedIn, code: uuid.UUID, kind: type[SchoolPart] | type[AidPart], heading: str, here: str
) -> HttpResponse:
    """A part that is begun with its first saving; until then it stands as version 1 with nothing in it."""
    seat = request.seat
    right = "parts.change" if request.method == "POST" else ""
    case = door(request, Case.objects.for_list(), code, right=right)
    part = kind.objects.visible_to(seat).filter(case=case).first()
    initial = initial_of(part) if part is not None else {"version": 1}
    form_of_part: Any = FORM_OF_PART[kind]
    form = form_of_part.of(request, initial=initial)
    may_write = may_here(seat, "parts.change") and (case.is_open or form.is_bound)
    if may_write and form.is_accepted():
        with form.catching():
            data = form.in_words() | {"state": form.cleaned_data["state"]}
            referrals.write_part_of(case, kind, by=seat, based_on=form.cleaned_data["version"], **data)
            messages.success(request, _("Saved."))
            return redirect("cases:case", code=case.code)
    context = {
        **layout(request, case, here=here),
        "form": form if may_write else None,
        "heading": heading,
        "facts": facts_of(part) if part is not None else [],
    }
    return render_page(request, "cases/case_part.html", context, shown=[part] if part is not None else ())


@needs("parts.view", methods=("GET",))
def case_counselling(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """What each provider of counselling wrote; they write it themselves, through their referral."""
    case = door(request, Case.objects.for_list(), code)
    rows = CounsellingPart.objects.visible_to(request.seat).filter(case=case).select_related("provider")
    parts = list(rows.order_by("pk"))
    if parts:
        lend_key(parts[0], *parts)
    context = {
        **layout(request, case, here="counselling"),
        "parts_told": [(one, facts_of(one)) for one in parts],
        "may_refer": may_here(request.seat, "referrals.send") and case.is_open,
    }
    return render_page(request, "cases/case_counselling.html", context, shown=parts)
