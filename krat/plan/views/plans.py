"""The action plan: one page a year, with its objectives and measures."""

import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.views import door, needs
from krat.audit import trail
from krat.people.requests import SignedIn
from krat.plan.actions import plans, tasks
from krat.plan.forms.plans import (
    AdoptForm,
    MeasureForm,
    MeasureReportForm,
    ObjectiveForm,
    PlanForm,
    UndoAdoptionForm,
)
from krat.plan.forms.tasks import MeasureTaskForm
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.plan.views.tasks import with_due
from krat.ui.due import due_of
from krat.ui.forms import ConfirmForm
from krat.ui.rendering import render_page


@needs("plan.view", methods=("GET",))
def plan_current(request: SignedIn) -> HttpResponse:
    """The plan of this year, or the latest there is; for who sees several counties, the list of plans."""
    rows = Plan.objects.visible_to(request.seat).select_related("county").order_by("-year", "county__sort_key")
    plans_there = list(rows[:60])
    if request.seat.county_id is None:
        return render_page(request, "plan/plans.html", {"plans": plans_there})
    year = timezone.localdate().year
    current = next((one for one in plans_there if one.year <= year), plans_there[0] if plans_there else None)
    if current is None:
        return render_page(request, "plan/plans.html", {"plans": []})
    return _plan_page(request, door(request, Plan.objects.select_related("county", "act"), current.code))


@needs("plan.view", methods=("GET",))
def plan_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One plan: measures by pillar and objective, with where they stand."""
    return _plan_page(request, door(request, Plan.objects.select_related("county", "act"), code))


def _plan_page(request: SignedIn, plan: Plan) -> HttpResponse:
    seat = request.seat
    objectives = Objective.objects.visible_to(seat).filter(plan=plan).select_related("pillar")
    measures = list(Measure.objects.visible_to(seat).filter(objective__plan=plan).for_list())
    today = timezone.localdate()
    for measure in measures:
        measure.due = due_of(measure.due_on, today) if measure.is_open else None  # type: ignore[attr-defined]
    tree: dict[str, dict[str, Any]] = {}
    for objective in sorted(objectives, key=lambda one: (one.pillar.position, _by_number(one.number))):
        mine = sorted((one for one in measures if one.objective_id == objective.pk), key=lambda m: _by_number(m.number))
        pillar = tree.setdefault(objective.pillar.code, {"name": str(objective.pillar), "objectives": []})
        pillar["objectives"].append({"objective": objective, "measures": mine})
    context = {
        "plan": plan,
        "pillars": [_counted(pillar) for pillar in tree.values()],
        "others": Plan.objects.visible_to(seat).filter(county=plan.county).exclude(pk=plan.pk).select_related("county"),
        "total": len(measures),
        "late": sum(1 for one in measures if one.is_late(today)),
        "may_manage": rights.may(seat, "plan.manage") and plan.may_still_change,
        "may_adopt": rights.may(seat, "plan.adopt") and plan.state in (Plan.State.DRAFT, Plan.State.CONSULTED),
        "may_close": rights.may(seat, "plan.manage") and plan.state == Plan.State.ADOPTED,
        "may_undo": rights.may(seat, "plan.adopt")
        and plan.state == Plan.State.ADOPTED
        and not plans.is_built_on(plan, seat),
    }
    return render_page(request, "plan/detail.html", context)


def _by_number(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def _counted(pillar: dict[str, Any]) -> dict[str, Any]:
    states = Counter(one.state for group in pillar["objectives"] for one in group["measures"])
    return pillar | {"done": states["done"], "total": sum(states.values()) - states["cancelled"]}


@needs("plan.manage")
def plan_begin(request: SignedIn) -> HttpResponse:
    """The plan of a new year."""
    form = PlanForm.of(request)
    if form.is_accepted():
        with form.catching():
            plan = plans.begin(by=request.seat, county=request.seat.institution.own_county, **form.cleaned_data)
            messages.success(request, _("The plan was begun. Write its objectives and measures."))
            return redirect("plan:detail", code=plan.code)
    return render_page(request, "plan/begin.html", {"form": form})


@needs("plan.adopt")
def plan_adopt(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The adoption of the plan."""
    plan = door(request, Plan.objects.select_related("county"), code)
    initial = {"adopted_on": timezone.localdate(), "version": plan.version}
    form = AdoptForm.of(request, seat=request.seat, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            plans.adopt(plan, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The plan is adopted."))
            return redirect("plan:detail", code=plan.code)
    return render_page(request, "plan/adopt.html", {"form": form, "plan": plan, "final": _final(plan, request)})


@needs("plan.adopt")
def plan_undo_adoption(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The adoption taken back, as long as nobody has built on it: asks once, and for the reason."""
    plan = door(request, Plan.objects.select_related("county"), code)
    form = UndoAdoptionForm.of(request, initial={"version": plan.version})
    if form.is_accepted():
        with form.catching():
            data = form.cleaned_data
            plans.undo_adoption(plan, by=request.seat, based_on=data["version"], reason=data["reason"])
            messages.success(request, _("The plan is a draft again."))
            return redirect("plan:detail", code=plan.code)
    return render_page(request, "plan/undo_adoption.html", {"form": form, "plan": plan})


@needs("plan.manage")
def plan_close(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The end of the plan's year; asks once, for it does not change after that."""
    plan = door(request, Plan.objects.select_related("county"), code)
    form = ConfirmForm.of(request, initial={"version": plan.version})
    if form.is_accepted():
        with form.catching():
            plans.close(plan, by=request.seat, based_on=form.cleaned_data["version"])
            messages.success(request, _("The plan is closed."))
            return redirect("plan:detail", code=plan.code)
    return render_page(request, "plan/close.html", {"form": form, "plan": plan, "final": _final(plan, request)})


def _final(plan: Plan, request: SignedIn) -> list[tuple[str, int]]:
    """What a verb on the whole plan makes final, in numbers (two queries)."""
    measures = Measure.objects.visible_to(request.seat).filter(objective__plan=plan)
    states = Counter(measures.values_list("state", flat=True))
    return [
        (_("Objectives"), Objective.objects.visible_to(request.seat).filter(plan=plan).count()),
        (_("Measures"), sum(states.values())),
        (_("of these done"), states["done"]),
    ]


@needs("plan.manage")
def objective_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A new objective of a plan."""
    plan = door(request, Plan.objects.select_related("county"), code)
    return _objective_form(request, plan, None)


@needs("plan.manage")
def objective_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """An objective's words."""
    objective = door(request, Objective.objects.select_related("plan__county", "pillar"), code)
    return _objective_form(request, objective.plan, objective)


def _objective_form(request: SignedIn, plan: Plan, objective: Objective | None) -> HttpResponse:
    initial = {name: getattr(objective, name) for name in ObjectiveForm.base_fields} if objective else None
    form = ObjectiveForm.of(request, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            plans.write_objective(objective, plan=plan, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The objective was saved."))
            return redirect("plan:detail", code=plan.code)
    return render_page(request, "plan/objective_form.html", {"form": form, "plan": plan, "objective": objective})


@needs("plan.view", methods=("GET",))
def measure_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One measure: its words, its indicator, the tasks that come from it."""
    measure = door(request, Measure.objects.for_list(), code)
    seat = request.seat
    own = Measure.objects.permitted(seat, "measures.report").filter(pk=measure.pk).exists()
    context = {
        "measure": measure,
        "due": due_of(measure.due_on) if measure.is_open else None,
        "supporting": measure.supporting.visible_to(seat),
        "municipalities": measure.municipalities.all(),
        "activities": Activity.objects.visible_to(seat).filter(measure=measure).for_list(),
        "targets": _targets(measure),
        "tasks": with_due(list(Task.objects.visible_to(seat).filter(measure=measure).for_list())),
        "may_report": own and measure.objective.plan.state in (Plan.State.ADOPTED, Plan.State.CONSULTED),
        "may_manage": rights.may(seat, "plan.manage") and measure.objective.plan.may_still_change,
    }
    return render_page(request, "plan/measure.html", context)


def _targets(measure: Measure) -> list[dict[str, Any]]:
    """How the measure's target changed: when, by whom, from what to what, and why (one query)."""
    return [
        {"at": one.at, "by": one.by, "before": old, "after": new, "why": one.values.get("reason", ["", ""])[1]}
        for one in trail.history(measure)
        for old, new in [one.values.get("target", (None, None))]
        if "target" in one.values and (old is not None or "reason" in one.values)  # not the first one
    ]


@needs("plan.manage")
def measure_add(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A new measure under an objective."""
    objective = door(request, Objective.objects.select_related("plan__county", "pillar"), code)
    return _measure_form(request, objective, None)


@needs("plan.manage")
def measure_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A measure's words."""
    measure = door(request, Measure.objects.for_list(), code)
    return _measure_form(request, measure.objective, measure)


def _measure_form(request: SignedIn, objective: Objective, measure: Measure | None) -> HttpResponse:
    initial: dict[str, Any] = {}
    if measure is not None:
        initial = {
            name: getattr(measure, name)
            for name in MeasureForm.base_fields
            if name not in ("supporting", "municipalities", "reason")
        }
        initial["municipalities"] = list(measure.municipalities.all())
        initial["supporting"] = list(measure.supporting.visible_to(request.seat))
    form = MeasureForm.of(request, seat=request.seat, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            saved = plans.write_measure(
                measure,
                objective=objective,
                by=request.seat,
                based_on=words.pop("version"),
                supporting=list(words.pop("supporting")),
                municipalities=list(words.pop("municipalities")),
                **words,
            )
            messages.success(request, _("The measure was saved."))
            return redirect("plan:measure", code=saved.code)
    return render_page(request, "plan/measure_form.html", {"form": form, "objective": objective, "measure": measure})


@needs("measures.report")
def measure_report(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Where a measure stands."""
    measure = door(request, Measure.objects.for_list(), code)
    initial = {name: getattr(measure, name) for name in MeasureReportForm.base_fields}
    form = MeasureReportForm.of(request, initial=initial)
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            plans.report_measure(measure, by=request.seat, based_on=words.pop("version"), **words)
            messages.success(request, _("The report on the measure was saved."))
            return redirect("plan:measure", code=measure.code)
    return render_page(request, "plan/measure_report.html", {"form": form, "measure": measure})


@needs("tasks.give")
def measure_task(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A task for one institution that comes from a measure."""
    measure = door(request, Measure.objects.for_list(), code)
    form = MeasureTaskForm.of(request, seat=request.seat, initial={"lead": measure.lead_id, "title": measure.title})
    if form.is_accepted():
        with form.catching():
            task = tasks.give(
                by=request.seat,
                county=measure.objective.plan.county,
                origin=Task.Origin.PLAN,
                source=measure.number,
                measure=measure,
                **form.cleaned_data | {"supporting": list(form.cleaned_data["supporting"])},
            )
            messages.success(request, _("The task was given."))
            return redirect("plan:task", code=task.code)
    return render_page(request, "plan/measure_task.html", {"form": form, "measure": measure})
