"""Watches verbs while they run: which rows they test, which they write, whether these are held, in which order.

A read of a tested field counts where the verb (or a property or helper it asks) reads it from a row of the database. It
is held if the very object was read with the row's lock, or after it: an object from before tells how the row *was*. A
row that the verb itself made is nobody else's yet.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet
from django.db.models.signals import post_save, pre_save

ROOT = Path(__file__).resolve().parent.parent.parent

# The one order (decision 32). What stands in one group is locked by the order of its own keys, one after the other.
ORDER: list[list[str]] = [
    ["plan.Plan"],
    ["plan.Objective", "plan.Measure"],
    ["plan.Activity"],
    ["meetings.Meeting"],
    ["meetings.AgendaItem"],
    ["committee.Body"],
    ["committee.Membership"],
    ["meetings.Decision"],
    ["cases.Signal"],
    ["cases.Case"],
    ["cases.SchoolPart", "cases.AidPart", "cases.CounsellingPart", "cases.SentChange", "cases.Referral"],
    ["services.Service"],
    ["services.Missing"],
    ["cases.Obstacle", "cases.Card"],
    ["cases.Series"],
    ["plan.Task"],
    ["indicators.FigureSheet"],
    ["committee.Institution"],
    ["people.Invitation", "people.User", "api.ApiClient"],
    ["reference.Term", "reference.Deadline", "reference.Threshold", "indicators.Indicator"],
    ["notify.Notice", "notify.Mail"],
    ["cases.Assignment", "people.Seat"],
]
RANK = {label: rank for rank, group in enumerate(ORDER) for label in group}

# What says how a thing stands, and what is set once and then tested.
TESTED: dict[str, set[str]] = {
    "plan.Plan": {"state", "version"},
    "plan.Objective": {"version"},
    "plan.Measure": {"state", "version", "actual", "note", "target", "lead_id"},
    "plan.Activity": {"state", "version"},
    "plan.Task": {"state", "version", "lead_id", "due_on", "done_by_id", "done_on"},
    "meetings.Meeting": {"state", "minutes", "rewritten", "version", "held_on", "starts_at"},
    "meetings.AgendaItem": {"position", "discussion", "is_done", "withdrawn_at", "version"},
    "meetings.Decision": {"closed_at_id", "withdrawn_at", "version", "text"},
    "committee.Membership": {"ends_on"},
    "committee.Institution": {"version"},
    "cases.Signal": {"state"},
    "cases.Case": {"stage", "risk", "version", "victim_status"},
    "cases.SchoolPart": {"state", "version"},
    "cases.AidPart": {"state", "version"},
    "cases.CounsellingPart": {"state", "version"},
    "cases.Referral": {"state", "version"},
    "cases.Obstacle": {"state", "card_id", "version"},
    "cases.Card": {"state", "decision", "version"},
    "cases.SentChange": {"state"},
    "cases.Assignment": {"ended_at"},
    "services.Service": {"withdrawn_on", "free", "version"},
    "services.Missing": {"state", "since", "what", "version"},
    "people.Invitation": {"withdrawn_at", "accepted_at"},
    "people.Seat": {"ended_at"},
    "notify.Notice": {"read_at"},
    "notify.Mail": {"state"},
    "api.ApiClient": {"ended_at"},
    "reference.Term": {"version"},
    "reference.Deadline": {"version"},
    "reference.Threshold": {"version"},
    "indicators.FigureSheet": {"state", "version", "submitted_by_id"},
    "indicators.Indicator": {"version"},
}

# Under whose lock a row is written: itself, or what it belongs to. A row made anew needs what it belongs to.
BELONGS: dict[str, str] = {
    "plan.Objective": "plan",
    "plan.Measure": "objective__plan",
    "plan.Step": "task",
    "indicators.Figure": "sheet",
    "meetings.Meeting": "body",
    "meetings.AgendaItem": "meeting",
    "meetings.Attendance": "meeting",
    "meetings.Decision": "item__meeting",
    "meetings.Review": "meeting",
    "meetings.Remark": "meeting",
    "meetings.ApprovedMinutes": "meeting",
    "committee.Membership": "body",
    "cases.SignalWords": "signal",
    "cases.Identity": "case",
    "cases.NameToken": "case",
    "cases.Note": "case",
    "cases.Identification": "case",
    "cases.StageDeadline": "case",
    "cases.Assignment": "case",
    "cases.SchoolPart": "case",
    "cases.AidPart": "case",
    "cases.CounsellingPart": "case",
    "cases.Referral": "case",
    "cases.Obstacle": "case",
    "cases.SentChange": "case",
    "cases.UnmetNeed": "case",
    "services.Places": "service",
}
# What is only ever added: nobody can meet another there. Each with its reason.
ADDED_ONLY = {
    "audit.Entry": "the trail; a shared lock of its own",
    "audit.Version": "one row a change",
    "committee.Act": "an order stays as it was recorded",
    "reference.Holiday": "entered or removed, never changed",
    "cases.DataKey": "made with the case or signal that it opens",
}


class Watch:
    """What verbs did while it looked."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.tested: dict[str, set[str]] = defaultdict(set)  # by verb: "Meeting.state"
        self.locked: dict[str, list[str]] = defaultdict(list)  # by verb: models in the order in which they were locked
        self.ran: set[str] = set()
        self._verbs: list[str] = []
        self._clock = itertools.count(1)
        self._held: dict[tuple[str, Any], int] = {}
        self._made: set[tuple[str, Any]] = set()
        self._asking = False

    # --- verbs ---

    def _run(self, name: str, verb: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if not self._verbs:
            self._held, self._made = {}, set()
        self._verbs.append(name)
        self.ran.add(name)
        try:
            return verb(*args, **kwargs)
        finally:
            self._verbs.pop()

    def _say(self, what: str) -> None:
        sentence = f"{' < '.join(reversed(self._verbs))} {what}"
        if sentence not in self.wrong:
            self.wrong.append(sentence)

    # --- locks ---

    def _lock(self, rows: list[Any], at: int) -> None:
        for row in rows:
            if not isinstance(row, Model) or _key(row) in self._held:
                continue
            if not self._verbs:
                continue
            label = row._meta.label
            if _key(row) not in self._made:
                highest = max((RANK.get(one, -1) for one, _pk in self._held), default=-1)
                if label not in RANK:
                    self._say(f"locks a {label}, which stands nowhere in the order")
                elif RANK[label] < highest:
                    later = max(self._held, key=lambda one: RANK.get(one[0], -1))[0]
                    self._say(f"locks {label} after {later}")
            self._held[_key(row)] = at
            for verb in self._verbs:
                if row._meta.object_name not in self.locked[verb]:
                    self.locked[verb].append(row._meta.object_name)

    def _is_held(self, key: tuple[str, Any]) -> bool:
        return key in self._held or key in self._made

    # --- reading ---

    def _read(self, row: Model, name: str) -> None:
        if not self._verbs or self._asking or row.pk is None or not _is_asked_by_a_verb(sys._getframe(2)):
            return
        key = _key(row)
        for verb in self._verbs:
            self.tested[verb].add(f"{row._meta.object_name}.{name}")
        if key in self._made:
            return
        read_at = row.__dict__.get("_read_at", 0)
        if key not in self._held:
            self._say(f"tests {row._meta.label}.{name} of a row that is not held")
        elif read_at < self._held[key]:
            self._say(f"tests {row._meta.label}.{name} as it was before the row was held")

    # --- writing ---

    def _saving(self, sender: type[Model], instance: Model, **_more: Any) -> None:
        if not self._verbs or not sender._meta.label.startswith(tuple(_OWN)):
            return
        self._written(instance, is_new=instance._state.adding)

    def _saved(self, sender: type[Model], instance: Model, created: bool, **_more: Any) -> None:
        if created:
            self._made.add(_key(instance))

    def _written(self, row: Model, *, is_new: bool) -> None:
        label = row._meta.label
        if label in ADDED_ONLY:
            return
        if (of := row._meta.auto_created) and isinstance(of, type):  # which rows belong to which others
            owner = next(one for one in row._meta.fields if one.related_model is of)
            if not self._is_held((of._meta.label, getattr(row, owner.attname))):
                self._say(f"changes what belongs to a {of._meta.label} that is not held")
            return
        if label not in BELONGS and label not in RANK:
            self._say(f"writes a {label}, of which nobody said under whose lock")
            return
        if not is_new and self._is_held(_key(row)):
            return
        if label in BELONGS:
            self._asking = True
            try:
                owner: Any = row
                for step in BELONGS[label].split("__"):
                    field = owner._meta.get_field(step)
                    pk = getattr(owner, field.attname)
                    model = field.related_model
                    rows = getattr(model.objects, "unscoped", lambda _why, model=model: model.objects.all())
                    owner = rows("the watch looks under whose lock").get(pk=pk)
            finally:
                self._asking = False
            if not self._is_held(_key(owner)):
                self._say(f"{'adds' if is_new else 'changes'} a {label} while its {owner._meta.label} is not held")
        elif not is_new:
            self._say(f"changes a {label} that is not held")

    def _changing_rows(self, rows: Any) -> None:
        if not self._verbs or self._asking or not rows.model._meta.label.startswith(tuple(_OWN)):
            return
        self._asking = True
        try:
            found = list(rows._chain())
        finally:
            self._asking = False
        for row in found:
            self._written(row, is_new=False)


_OWN = ("access.", "api.", "audit.", "cases.", "committee.", "meetings.", "people.", "plan.", "reference.")
# What reads for a page, a paper or the trail, and decides nothing.
_TRANSPARENT = ("krat/access/", "krat/audit/", "krat/ui/", "meetings/paper.py", "tests/")


def _key(row: Model) -> tuple[str, Any]:
    return row._meta.label, row.pk


@functools.cache
def _place_of(file: str) -> str:
    """ "verb" for a module of verbs, "helper" for what verbs ask (models, counts), "" for all else."""
    if not file.startswith(f"{ROOT}/") or "/.venv/" in file:
        return ""
    inside = file.removeprefix(f"{ROOT}/")
    if inside.startswith(_TRANSPARENT):
        return ""
    return "verb" if "/actions/" in inside or inside.endswith("/actions.py") else "helper"


def _is_asked_by_a_verb(frame: FrameType | None) -> bool:
    while frame is not None:
        place = _place_of(frame.f_code.co_filename)
        if place != "helper":
            return place == "verb"
        frame = frame.f_back
    return False


class _Spy:
    """A field that says when it is read."""

    def __init__(self, watch: Watch, name: str, before: Any) -> None:
        self.watch, self.name, self.before = watch, name, before

    def __get__(self, row: Any, owner: Any) -> Any:
        if row is None:
            return self.before
        if self.name not in row.__dict__:
            return self.before.__get__(row, owner)
        self.watch._read(row, self.name)
        return row.__dict__[self.name]

    def __set__(self, row: Any, value: Any) -> None:
        if hasattr(type(self.before), "__set__"):
            self.before.__set__(row, value)
        else:
            row.__dict__[self.name] = value


def modules() -> list[ModuleType]:
    """Every module of verbs that is loaded."""
    return [
        one
        for name, one in sorted(sys.modules.items())
        if one is not None and getattr(one, "__file__", None) and _place_of(str(one.__file__)) == "verb"
    ]


def verbs() -> dict[str, Callable[..., Any]]:
    """Every verb: a public function of such a module that says by whom it is done."""
    return {
        f"{module.__name__}.{name}": one
        for module in modules()
        for name, one in vars(module).items()
        if inspect.isfunction(one)
        and one.__module__ == module.__name__
        and not name.startswith("_")
        and "by" in inspect.signature(one).parameters
    }


@contextmanager
def watching() -> Iterator[Watch]:
    """Look at every verb that runs in this block."""
    import_module(settings.ROOT_URLCONF)  # and with it every page's verbs
    watch = Watch()
    with ExitStack() as stack:
        for name, verb in verbs().items():
            watched = functools.wraps(verb)(functools.partial(watch._run, name, verb))
            for module in [one for one in sys.modules.values() if one is not None and _is_ours(one)]:
                for attribute, value in list(vars(module).items()):
                    if value is verb:
                        stack.enter_context(mock.patch.object(module, attribute, watched))
        for label, names in TESTED.items():
            model = apps.get_model(label)
            for name in names:
                before = inspect.getattr_static(model, name)
                field_owner = next(one for one in model.__mro__ if name in vars(one))
                spy = _Spy(watch, name, before)
                setattr(model, name, spy)
                stack.callback(_put_back, model, name, before, field_owner)
        _hook(watch, stack)
        yield watch


def _is_ours(module: ModuleType) -> bool:
    name = getattr(module, "__name__", "")
    return isinstance(name, str) and name.partition(".")[0] in ("krat", "cases", "meetings", "tests")


def _put_back(model: type[Model], name: str, before: Any, owner: type) -> None:
    if owner is model:
        setattr(model, name, before)
    else:
        delattr(model, name)


def _hook(watch: Watch, stack: ExitStack) -> None:
    fetch, update, delete = QuerySet._fetch_all, QuerySet.update, QuerySet.delete
    from_db = Model.from_db.__func__

    def fetching(rows: Any) -> None:
        is_new = rows._result_cache is None and rows.query.select_for_update
        at = next(watch._clock)
        fetch(rows)
        if is_new:
            watch._lock(rows._result_cache, at)

    def reading(cls: Any, *args: Any, **kwargs: Any) -> Any:
        row = from_db(cls, *args, **kwargs)
        row.__dict__["_read_at"] = next(watch._clock)
        return row

    def updating(rows: Any, **values: Any) -> Any:
        watch._changing_rows(rows)
        return update(rows, **values)

    def deleting(rows: Any) -> Any:
        watch._changing_rows(rows)
        return delete(rows)

    stack.enter_context(mock.patch.object(QuerySet, "_fetch_all", fetching))
    stack.enter_context(mock.patch.object(QuerySet, "update", updating))
    stack.enter_context(mock.patch.object(QuerySet, "delete", deleting))
    stack.enter_context(mock.patch.object(Model, "from_db", classmethod(reading)))
    for signal, receiver in ((pre_save, watch._saving), (post_save, watch._saved)):
        signal.connect(receiver)
        stack.callback(signal.disconnect, receiver)
