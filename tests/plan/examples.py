"""What the tests ask of the plan, tasks and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from krat.committee.models import Institution
from krat.demo import make
from krat.plan.models import Activity, Measure, Objective, Plan, Task
from krat.reference.models import Municipality, Term
from tests.committee.examples import more_institutions
from tests.declaring import (
    BORDER,
    COORDINATOR,
    DECISIONS,
    EDUCATION,
    HERE,
    PREFECT,
    THERE,
    WHY,
    FormPage,
    Shows,
    at,
    day,
    newest,
)
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def _objective(_examples: Examples) -> dict[str, Any]:
    return {"pillar": make.term("pillar", "prevention").pk, "number": "7.7", "title": "Rritja e ndërgjegjësimit"}


def _measure(s: Examples) -> dict[str, Any]:
    return {
        "number": "7.7.1",
        "title": "Takime informuese në shkolla",
        "lead": s.place("ZVA").pk,
        "supporting": [s.place("KUFI").pk, s.place("POL").pk],
        "municipalities": [make.municipality("AL-02-DURRES").pk, make.municipality("AL-02-SHIJAK").pk],
        "due_on": day(40),
        "indicator": "Numri i takimeve",
        "baseline": 3,
        "target": 12,
        "means": "Listat e takimeve",
        "resource": Term.objects.filter(list="resource")[0].pk,
    }


def _activity(s: Examples) -> dict[str, Any]:
    return {
        "title": "Takim me nxënësit",
        "kind": make.term("activity", "school").pk,
        "audience": make.term("audience", "pupils_primary").pk,
        "held_on": day(5),
        "municipality": Municipality.objects.get(code="AL-02-SHIJAK").pk,
        "place": "Shkolla e mesme",
        "organiser": s.place("ZVA").pk,
        "measure": s.measure.pk,
        "state": "planned",
        "summary": "Do të flitet për numrat e ndihmës.",
    }


def _note(_examples: Examples) -> dict[str, Any]:
    return {"note": "U zhvillua takimi i parë."}


def more_tasks(s: Examples) -> None:
    task = make.task(make.institution(), supporting=[s.place("ZVA"), make.institution()], measure=s.measure)
    make.decision(s.item, number=DECISIONS + make.number(), tasks=[task])


def more_steps(s: Examples) -> None:
    make.step(s.task, make.seat("ngo"))
    s.task.supporting.add(make.institution())
    make.decision(s.item, number=DECISIONS + make.number(), tasks=[s.task])


def more_measures(s: Examples) -> None:
    objective = make.objective(s.plan)
    for lead in (s.place("ZVA"), make.institution()):
        make.measure(objective, lead=lead, supporting=[make.institution()])


def more_of_a_measure(s: Examples) -> None:
    s.measure.supporting.add(make.institution())
    make.task(make.institution(), measure=s.measure)
    make.activity(organiser=make.institution(), measure=s.measure)


def more_activities(s: Examples) -> None:
    make.activity(organiser=make.institution(), measure=s.measure)


def _task_of_the_unit(code: str) -> Task:
    """One that the unit leads, whose machines ask: made, because the world gives units tasks of their own or not."""
    unit = {HERE: "AL-02-NJMF-DURRES", THERE: "AL-05-NJMF-GJIROKASTER"}[code]
    return make.task(Institution.objects.unscoped(WHY).get(code=unit))


PICKERS = {
    ("plan/", "code"): (Plan, newest(Plan, "county__code")),
    ("plan/objectives/", "code"): (Objective, newest(Objective, "plan__county__code")),
    ("plan/measures/", "code"): (Measure, newest(Measure, "objective__plan__county__code")),
    ("tasks/", "code"): (Task, newest(Task, "county__code")),
    ("activities/", "code"): (Activity, newest(Activity, "county__code")),
    ("api/v1/tasks/", "code"): (Task, _task_of_the_unit),
}

FORMS = [
    FormPage("plan:begin", COORDINATOR, lambda s: url("plan:begin"), lambda s: {"year": 2085}, "plan.begun"),
    FormPage(
        "plan:adopt",
        PREFECT,
        at("plan:adopt", "draft_plan"),
        lambda s: {"adopted_on": day(0), "act": s.act.pk},
        "plan.adopted",
    ),
    FormPage(
        "plan:undo_adoption",
        PREFECT,
        at("plan:undo_adoption", "plan"),
        lambda s: {"reason": "U miratua para konsultimit."},
        "plan.adoption_undone",
        ("reason",),
    ),
    FormPage(
        "plan:close",
        COORDINATOR,
        at("plan:close", "plan"),
        lambda s: {"version": s.plan.version},
        "plan.closed",
    ),
    FormPage(
        "plan:objective_add",
        COORDINATOR,
        at("plan:objective_add", "plan"),
        _objective,
        "plan.objective_saved",
        ("title",),
    ),
    FormPage(
        "plan:objective_edit",
        COORDINATOR,
        at("plan:objective_edit", "objective"),
        _objective,
        "plan.objective_saved",
        ("title",),
    ),
    FormPage(
        "plan:measure_add",
        COORDINATOR,
        at("plan:measure_add", "objective"),
        _measure,
        "plan.measure_saved",
        ("title", "indicator", "means", "reason"),
    ),
    FormPage(
        "plan:measure_edit",
        COORDINATOR,
        at("plan:measure_edit", "measure"),
        lambda s: _measure(s) | {"reason": "Numri u ra në konsultim."},
        "plan.measure_saved",
        ("title", "indicator", "means", "reason"),
    ),
    FormPage(
        "plan:measure_report",
        EDUCATION,
        at("plan:measure_report", "measure"),
        lambda s: {"state": "in_progress", "actual": 4, "note": "Katër nga dhjetë takimet u mbajtën."},
        "plan.measure_reported",
        ("note",),
    ),
    FormPage(
        "plan:measure_task",
        COORDINATOR,
        at("plan:measure_task", "measure"),
        lambda s: {
            "title": "Të mblidhen listat",
            "details": "Për çdo shkollë.",
            "lead": s.place("ZVA").pk,
            "due_on": day(20),
            "supporting": [s.place("KUFI").pk],
        },
        "task.given",
        ("title", "details"),
    ),
    FormPage("plan:task_progress", EDUCATION, at("plan:task_progress", "task"), _note, "task.progressed", ("note",)),
    FormPage("plan:task_done", EDUCATION, at("plan:task_done", "task"), _note, "task.moved", ("note",)),
    FormPage("plan:task_verify", COORDINATOR, at("plan:task_verify", "done_task"), _note, "task.moved", ("note",)),
    FormPage(
        "plan:tasks_verify",
        COORDINATOR,
        lambda s: (s.done_task, url("plan:tasks_verify"))[1],
        lambda s: {"tasks": [s.done_task.pk], "note": "U pa lista."},
        "task.moved",
        ("note",),
    ),
    FormPage("plan:task_return", COORDINATOR, at("plan:task_return", "done_task"), _note, "task.moved", ("note",)),
    FormPage("plan:task_cancel", COORDINATOR, at("plan:task_cancel", "task"), _note, "task.moved", ("note",)),
    FormPage(
        "plan:task_edit",
        COORDINATOR,
        at("plan:task_edit", "task"),
        lambda s: (
            {"title": "Detyra e saktësuar", "details": "", "lead": s.place("KUFI").pk, "due_on": day(30)}
            | {"supporting": [s.place("ZVA").pk]}
        ),
        "task.changed",
        ("title", "details"),
    ),
    FormPage(
        "plan:activity_add",
        EDUCATION,
        lambda s: url("plan:activity_add"),
        _activity,
        "activity.saved",
        ("title", "place", "summary"),
    ),
    FormPage(
        "plan:activity_edit",
        EDUCATION,
        at("plan:activity_edit", "activity"),
        _activity,
        "activity.saved",
        ("title", "place", "summary"),
    ),
]

PAGES = [
    Shows("plan:detail", BORDER, at("plan:detail", "plan"), more_measures),
    Shows("plan:close", COORDINATOR, at("plan:close", "plan"), more_measures),
    Shows("plan:measure", EDUCATION, at("plan:measure", "measure"), more_of_a_measure),
    Shows("plan:tasks", COORDINATOR, at("plan:tasks"), more_tasks),
    Shows("plan:tasks", EDUCATION, at("plan:tasks"), more_tasks),
    Shows("plan:task", COORDINATOR, at("plan:task", "task"), more_steps),
    Shows("plan:activities", BORDER, at("plan:activities"), more_activities),
    Shows("plan:activity", BORDER, at("plan:activity", "activity"), more_activities),
    Shows("plan:activity_add", EDUCATION, at("plan:activity_add"), more_measures),
    Shows("plan:measure_edit", COORDINATOR, at("plan:measure_edit", "measure"), more_institutions),
]

WITHOUT_ROWS = {
    "plan:current",  # the page of plan:detail
}
