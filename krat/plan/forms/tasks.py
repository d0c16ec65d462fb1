"""Forms of tasks."""

import datetime
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from krat.committee.models import Institution
from krat.people.models import Seat
from krat.plan.models import Step, Task
from krat.plan.models.task import OPEN, State
from krat.reference import calendar
from krat.ui.filters import Column, DayFilter, Filters, RowFilter, SortFilter, StandingFilter, by_choices
from krat.ui.forms import BaseForm, DateField, SeveralField, VersionedForm, Words
from krat.ui.waiting import MOST

_STANDS = [
    ("open", _("to be done")),
    ("late", _("late")),
    *State.choices,
]


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "running":  # its own lead may be done with it, the registry is not
        return rows.filter(state__in=(*OPEN, State.DONE))
    if value == "open":
        return rows.filter(state__in=OPEN)
    if value == "late":
        return rows.filter(state__in=OPEN, due_on__lt=timezone.localdate())
    return rows.filter(state=value)


def _as_they_are(rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
    """Whose tasks they are, the view has seen to: it knows who has tasks of their own."""
    return rows


class TaskFilter(Filters):
    """What to look for among the tasks. Those who have tasks of their own see these first."""

    whose = ChoiceFilter(
        label=_("Whose"), choices=[("own", _("ours")), ("all", _("all"))], empty_label=None, method=_as_they_are
    )
    state = StandingFilter(narrow=_by_standing, choices=_STANDS, open_as="running")
    institution = RowFilter(
        "lead", label=_("Institution"), queryset=lambda request: Institution.objects.visible_to(request.seat)
    )
    until = DayFilter("due_on", "lte", label=_("Due until"))
    sort = SortFilter(
        {
            "task": Column(_("Task"), "title"),
            "lead": Column(_("Responsible institution"), "lead__sort_key"),
            "standing": Column(_("State"), by_choices("state", State.choices)),
            "until": Column(_("Until"), "due_on"),
        }
    )


class NoteForm(BaseForm):
    """How the work goes, or what was done."""

    note = Words(label=_("Note"), rows=4, max_length=4000, help_text=_("Do not write names of persons here."))


class OptionalNoteForm(BaseForm):
    """A verb with a word to go with it."""

    note = Words(
        label=_("Note"), rows=3, max_length=4000, required=False, help_text=_("Do not write names of persons here.")
    )


class SeveralTasksForm(BaseForm):
    """The tasks reported done that are found done; each is ticked by itself."""

    tasks = SeveralField(
        label=_("Found done"),
        queryset=Task.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick the tasks that you found done."),
            "invalid_choice": _("One of these tasks does not wait any more. Look at the list again."),
        },
    )
    note = Words(
        label=_("Note for each of them"),
        rows=2,
        max_length=4000,
        required=False,
        help_text=_("Do not write names of persons here."),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Task.objects.waiting_for(seat).order_by("done_on", "pk").values_list("pk", flat=True)[:MOST]
        told = Step.objects.visible_to(seat).filter(state=State.DONE).order_by("-pk")
        rows = Task.objects.permitted(seat, "tasks.verify").filter(pk__in=list(waiting)).select_related("lead")
        self.offer("tasks", rows.order_by("done_on", "pk").prefetch_related(Prefetch("steps", told, to_attr="told")))


def tell_rest_days(form: BaseForm, name: str = "due_on") -> None:
    """Let a field of a day know the public holidays of two years (one query): on a day of rest it says so, and offers
    the next working day."""
    today = timezone.localdate()
    holidays = calendar.holidays_between(today, today + datetime.timedelta(days=2 * 366))
    form.fields[name].widget.attrs["data-rests"] = " ".join(f"{day:%d.%m.%Y}" for day in sorted(holidays))


def supporting_field() -> SeveralField:
    """The institutions that help the lead."""
    return SeveralField(
        label=_("Supporting institutions"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class TaskForm(VersionedForm):
    """The words, the lead and the day of a task."""

    title = forms.CharField(label=_("Task"), max_length=300)
    details = Words(
        label=_("Details"), required=False, max_length=4000, help_text=_("Do not write names of persons here.")
    )
    lead = forms.ModelChoiceField(label=_("Responsible institution"), queryset=Institution.objects.none())
    due_on = DateField(label=_("Until"), required=False)
    supporting = supporting_field()

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_institutions(self, seat)


class MeasureTaskForm(BaseForm):
    """A task that comes from a measure of the plan."""

    title = forms.CharField(label=_("Task"), max_length=300)
    details = Words(
        label=_("Details"), required=False, max_length=4000, help_text=_("Do not write names of persons here.")
    )
    lead = forms.ModelChoiceField(label=_("Responsible institution"), queryset=Institution.objects.none())
    due_on = DateField(label=_("Until"))
    supporting = supporting_field()

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_institutions(self, seat)


def _offer_institutions(form: BaseForm, seat: Seat) -> None:
    rows = Institution.objects.visible_to(seat).working()
    form.offer("lead", rows)
    form.offer("supporting", rows.all())
    tell_rest_days(form)


TASK_FIELDS = [name for name in TaskForm.base_fields if name not in ("version", "supporting")]


def initial_of(task: Task) -> dict[str, Any]:
    """What the form of a task starts with."""
    return {name: getattr(task, name) for name in TASK_FIELDS} | {"version": task.version}
