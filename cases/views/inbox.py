"""What a municipal system sent while somebody else had changed the case: compared, taken over or left."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import cases, inbox
from cases.forms.cases import CaseForm
from cases.models import Case, Identity, SentChange
from cases.models.codes import CITIZENSHIPS, LANGUAGES
from cases.models.identity import Sex
from cases.models.keys import lend_key
from cases.models.signal import Kind
from cases.models.stages import Risk, Stage
from cases.views.layout import case_at, code_of, layout
from krat.access.requests import Shown
from krat.access.views import door, needs
from krat.people.requests import SignedIn
from krat.reference.models import Municipality, Term
from krat.ui.rendering import render_page, telling

Words = dict[str, dict[str, Any]]

_LONGEST_VERSION = 10
_LABELS = {**{name: field.label for name, field in CaseForm.base_fields.items()}, "stage": gettext_lazy("Stage")}


@needs("cases.inbox", methods=("GET",))
def case_inbox(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Changes that a municipal system sent: what stands, beside what was sent."""
    case = case_at(request, code)
    rows = SentChange.objects.visible_to(request.seat).filter(case=case).order_by("-at")
    sent = list(rows.select_related("seat__user", "seat__institution", "decided_by__user"))
    identity = Identity.objects.visible_to(request.seat).get(case=case)
    lend_key(identity, *sent)
    words = _words()
    waiting = [(one, _compared(case, identity, one, words)) for one in sent if one.state == SentChange.State.WAITS]
    told = sorted({field["name"] for _one, fields in waiting for field in fields} & identity.data.keys())
    context = {
        **layout(request, case, here="inbox"),
        "waiting": waiting,
        "decided": [one for one in sent if one.state != SentChange.State.WAITS],
    }
    shown: list[Shown] = [*sent, *([(identity, told)] if told else [])]
    return render_page(request, "cases/case_inbox.html", context, shown=shown)


def _compared(case: Case, identity: Identity, sent: SentChange, words: Words) -> list[dict[str, str]]:
    """Each field that was sent and differs: what stands now, and what was sent."""
    told = json.loads(sent.data["sent"])
    # What was sent before identification became an act.
    told.get("head", {}).pop("victim_status", None)
    wanted = told.get("head", {}) | told.get("identity", {}) | {"stage": told.get("stage") or case.stage}
    stands = {name: getattr(case, name) for name in (*cases.HEAD, "stage")} | identity.data
    stands |= {"municipality": case.municipality.code, "source": case.source.code}
    stands |= {"signalled_on": case.signalled_on.isoformat()}
    return [
        {
            "name": name,
            "label": str(_LABELS[name]),
            "now": _readable(name, stands[name], words),
            "sent": _readable(name, value, words),
        }
        for name, value in wanted.items()
        if stands[name] != value
    ]


def _words() -> Words:
    """The words for every code that a system may send (two queries)."""
    lists = {"concerns": Term.List.CONCERN, "source": Term.List.SOURCE, "care": Term.List.CARE}
    words: Words = {
        "kind": dict(Kind.choices),
        "stage": dict(Stage.choices),
        "risk": dict(Risk.choices),
        "sex": dict(Sex.choices),
        "citizenship": dict(CITIZENSHIPS),
        "language": dict(LANGUAGES),
        "municipality": {one.code: str(one) for one in Municipality.objects.all()},
    }
    terms = list(Term.objects.filter(list__in=lists.values()))
    return words | {name: {one.code: str(one) for one in terms if one.list == kind} for name, kind in lists.items()}


def _readable(name: str, value: Any, words: Words) -> str:
    """A value in people's words."""
    if isinstance(value, list):
        return ", ".join(_readable(name, one, words) for one in value)
    if name in ("signalled_on", "birth_date") and value:
        return formats.date_format(datetime.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(words.get(name, {}).get(value, value))


@needs("cases.inbox", methods=("POST",))
def inbox_apply(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take a sent change over, as it was compared."""
    sent = door(request, SentChange, code)
    version = request.POST.get("version", "")
    with telling(request):
        known = int(version) if version.isdecimal() and len(version) < _LONGEST_VERSION else 0
        inbox.take_over(sent, by=request.seat, based_on=known)
        messages.success(request, _("The change was taken over."))
    return redirect("cases:inbox", code=code_of(request, sent.case_id))


@needs("cases.inbox", methods=("POST",))
def inbox_drop(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Leave the case as it stands."""
    sent = door(request, SentChange, code)
    with telling(request):
        inbox.drop(sent, by=request.seat)
        messages.success(request, _("The case stays as it stood. What was sent stays in the file."))
    return redirect("cases:inbox", code=code_of(request, sent.case_id))
