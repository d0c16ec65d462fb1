"""What the change feed tells of tasks, and which rows make them change (decision 24).

Machines see the tasks that their institution leads or supports (`krat.plan.access`, SYS).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from krat.api.requests import ApiRequest
from krat.feed.kinds import Kind, Sight, Told, Watched
from krat.plan.api import in_full, shown_in_full
from krat.plan.models import Task


def _tasks(request: ApiRequest, codes: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Told]:
    """Tasks with their steps (three queries)."""
    rows = list(shown_in_full(request.seat).filter(code__in=codes))
    return {row.code: Told(row.version, data) for row, data in zip(rows, in_full(rows, request), strict=True)}


def _of(where: str) -> tuple[Sight, Sight]:
    """Everybody who leads or supports the task that a row belongs to."""
    supports = "plan_task t, plan_task_supporting s"
    return (
        Sight("t.lead_id", "t.code", "plan_task t", where),
        Sight("s.institution_id", "t.code", supports, f"{where} AND s.task_id = t.id"),
    )


KINDS = [
    Kind(
        "task",
        Task,
        Watched(
            "plan_task",
            (
                Sight("{row}.lead_id", "{row}.code"),
                Sight("s.institution_id", "{row}.code", "plan_task_supporting s", "s.task_id = {row}.id"),
            ),
        ),
        (
            Watched(
                "plan_task_supporting",
                (
                    Sight("{row}.institution_id", "t.code", "plan_task t", "t.id = {row}.task_id"),
                    *_of("t.id = {row}.task_id"),
                ),
            ),
            Watched("plan_step", _of("t.id = {row}.task_id"), verbs=("INSERT",)),
        ),
        _tasks,
    ),
]
