"""Tasks: the list, one task, and the verbs that move it."""

import datetime
import uuid
from typing import Any, cast

from django.contrib import messages
from django.db.models import Field
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.access.rights import Reach
from krat.access.views import door, needs
from krat.audit import trail
from krat.people.requests import SignedIn
from krat.plan.actions import tasks
from krat.plan.forms.tasks import (
    NoteForm,
    OptionalNoteForm,
    SeveralTasksForm,
    TaskFilter,
    TaskForm,
    initial_of,
)
from krat.plan.models import Step, Task
from krat.plan.models.task import State
from krat.reference import calendar
from krat.ui.due import due_of
from krat.ui.forms import BaseForm
from krat.ui.listing import listing
from krat.ui.rendering import render_page, telling

_OTHERS_TOO = (Reach.BODY, Reach.COUNTY, Reach.COUNTRY)


@needs("tasks.view", methods=("GET",))
def task_list(request: SignedIn) -> HttpResponse:
    """Tasks, the most urgent first; for a member institution its own first, the others at a click."""
    seat = request.seat
    rows = Task.objects.visible_to(seat).for_list()
    is_member = rights.reach(seat, "tasks.report") is Reach.OWN and not rights.may(seat, "tasks.verify")
    whose = request.GET.get("whose") or ("own" if is_member else "all")
    if whose == "own":
        rows = rows.of(seat.institution_id)
    found = listing(request, rows, TaskFilter, unless_said={"whose": "own" if is_member else "all"})
    if found.filters is not None and rights.reach(seat, "tasks.view") not in _OTHERS_TOO:
        del found.filters.fields["whose"]
    context = {"found": found, "tasks": with_due(found.rows)}
    return render_page(request, "plan/tasks.html", context)


def with_due(tasks_there: list[Task]) -> list[Task]:
    """Give each task its due chip."""
    today = timezone.localdate()
    for task in tasks_there:
        task.due = due_of(task.due_on, today) if task.is_open else None  # type: ignore[attr-defined]
    return tasks_there


@needs("tasks.view", methods=("GET",))
def task_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One task: what is asked, of whom, until when; its steps; what comes next."""
    task = door(request, Task.objects.for_list(), code)
    seat = request.seat
    leads = Task.objects.permitted(seat, "tasks.report").filter(pk=task.pk).exists()
    context = {
        "task": task,
        "due": due_of(task.due_on) if task.is_open else None,
        "ends_on_day_of_rest": task.is_open and task.due_on is not None and calendar.is_day_of_rest(task.due_on),
        # What lies above looks back through the relation, scoped.
        "decisions": task.decisions.visible_to(seat).select_related("body"),
        "supporting": task.supporting.visible_to(seat),
        "steps": Step.objects.visible_to(seat).filter(task=task).select_related("seat__institution", "seat__user"),
        "changes": _changes(task) if rights.may(seat, "tasks.give") else [],
        "may_report": leads and task.is_open,
        "may_accept": leads and task.may_become(State.ACCEPTED),
        "may_verify": rights.may(seat, "tasks.verify")
        and task.state == State.DONE
        and not tasks.was_done_by(task, seat)
        and Task.objects.permitted(seat, "tasks.verify").filter(pk=task.pk).exists(),
        "may_change": rights.may(seat, "tasks.give") and task.is_open,
    }
    return render_page(request, "plan/task.html", context)


def _changes(task: Task) -> list[dict[str, Any]]:
    """What was changed of a task, in people's words."""
    return [
        {
            "at": one.at,
            "by": one.by,
            "is_genuine": one.is_genuine,
            "values": [
                (_label(field), _in_words(field, old), _in_words(field, new))
                for field, (old, new) in one.values.items()
            ],
        }
        for one in trail.history(task)
    ]


def _label(field: str) -> str:
    return str(cast("Field[Any, Any]", Task._meta.get_field(field)).verbose_name)


def _in_words(field: str, value: Any) -> Any:
    """A kept value as the page says it: the label of a state, a day as people write it."""
    if field == "state":
        return State(value).label
    if field == "due_on" and value:
        return formats.date_format(datetime.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return value


@needs("tasks.report", methods=("POST",))
def task_accept(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The lead takes the task on."""
    task = door(request, Task, code)
    with telling(request):
        tasks.move(task, State.ACCEPTED, by=request.seat)
        messages.success(request, _("You have accepted the task."))
    return redirect("plan:task", code=task.code)


@needs("tasks.report")
def task_progress(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """A note on how the work goes."""
    task = door(request, Task.objects.for_list(), code)
    form = NoteForm.of(request)
    if form.is_accepted():
        with form.catching():
            tasks.report_progress(task, by=request.seat, note=form.cleaned_data["note"])
            messages.success(request, _("Your progress was reported."))
            return redirect("plan:task", code=task.code)
    return _verb_page(request, task, form, _("Report progress"), _("Report progress"))


@needs("tasks.report")
def task_done(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The lead says that the task is done."""
    said = _("The task is reported done. The coordinator verifies it.")
    return _move(request, code, State.DONE, NoteForm, _("Report as done"), _("Say done"), said)


@needs("tasks.verify")
def task_verify(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The coordinator finds that the task is done indeed."""
    said = _("The task is verified. The body closes its decision at the next meeting.")
    return _move(request, code, State.VERIFIED, OptionalNoteForm, _("Verify the task"), _("Verify"), said)


@needs("tasks.verify")
def tasks_verify(request: SignedIn) -> HttpResponse:
    """Several tasks verified at once, each ticked by itself beside what shows that it is done."""
    form = SeveralTasksForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            several = list(form.cleaned_data["tasks"])
            tasks.verify_several(several, by=request.seat, note=form.cleaned_data["note"])
            said = ngettext("%(count)s task is verified.", "%(count)s tasks are verified.", len(several))
            messages.success(request, said % {"count": len(several)})
            return redirect("plan:tasks")
    return render_page(request, "plan/tasks_verify.html", {"form": form})


@needs("tasks.verify")
def task_return(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The coordinator gives the task back, with a reason."""
    said = _("The task went back to the responsible institution.")
    return _move(request, code, State.IN_PROGRESS, NoteForm, _("Return the task"), _("Return"), said)


@needs("tasks.give")
def task_cancel(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The task is no longer wanted, with a reason."""
    said = _("The task is cancelled.")
    return _move(request, code, State.CANCELLED, NoteForm, _("Cancel the task"), _("Cancel the task"), said)


def _move(
    request: SignedIn, code: uuid.UUID, to: State, form_class: type[BaseForm], heading: str, verb: str, said: str
) -> HttpResponse:
    task = door(request, Task.objects.for_list(), code)
    form = form_class.of(request)
    if form.is_accepted():
        with form.catching():
            tasks.move(task, to, by=request.seat, note=form.cleaned_data["note"])
            messages.success(request, said)
            return redirect("plan:task", code=task.code)
    return _verb_page(request, task, form, heading, verb)


def _verb_page(request: SignedIn, task: Task, form: BaseForm, heading: str, verb: str) -> HttpResponse:
    context = {
        "task": task,
        "due": due_of(task.due_on) if task.is_open else None,
        "form": form,
        "heading": heading,
        "verb": verb,
    }
    return render_page(request, "plan/task_verb.html", context)


@needs("tasks.give")
def task_edit(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """The words, the lead and the day of a task."""
    task = door(request, Task.objects.for_list(), code)
    supporting = list(task.supporting.visible_to(request.seat))
    form = TaskForm.of(request, seat=request.seat, initial=initial_of(task) | {"supporting": supporting})
    if form.is_accepted():
        with form.catching():
            words = dict(form.cleaned_data)
            supporting = list(words.pop("supporting"))
            tasks.change(task, by=request.seat, based_on=words.pop("version"), supporting=supporting, **words)
            messages.success(request, _("The task was changed."))
            return redirect("plan:task", code=task.code)
    return render_page(request, "plan/task_form.html", {"form": form, "task": task})
