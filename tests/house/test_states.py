"""The tables of moves, printed and compared with the files that the committee and the units read.

``KRAT_UPDATE_STATES=1`` writes the files anew.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from cases.models import Obstacle, Signal, card, case, referral
from krat.access import rights
from krat.plan.models import task
from krat.plan.models.task import MOVES, OPEN, State

DOCS = Path(settings.BASE_DIR) / "docs"


def moves_of(states: Any, moves: dict[Any, str], still: Callable[[Any], str]) -> list[str]:
    """A table of moves in words; ``still`` says who works on what stands there."""
    lines = []
    for state in states:
        beside = still(state)
        lines.append(f"{state.label}{f'  ({beside})' if beside else ''}")
        onward = [(after, right) for (before, after), right in moves.items() if before == state]
        lines += [f"    -> {after.label:24} {right}" for after, right in onward] or ["    ends here"]
        lines.append("")
    return lines


def who_may(*tables: dict[Any, str]) -> list[str]:
    """Who has the rights that stand in some tables."""
    lines = ["Who has the right, and how far it goes:", ""]
    for name in sorted({right for moves in tables for right in moves.values()}):
        lines.append(f"{name}  {rights.right(name).label}")
        for role, reach in rights.right(name).reaches.items():
            lines.append(f"    {role.label:44} {reach.label}")
        lines.append("")
    return lines


def of_tasks() -> list[str]:
    """How a task goes."""
    return [
        "Where a task may go from where it stands, and by which right.",
        "",
        *moves_of(State, MOVES, lambda one: "the responsible institution works on it" if one in OPEN else ""),
        *who_may(MOVES),
    ]


def of_cases() -> list[str]:
    """How a case goes, its referrals and its cards."""
    return [
        "Where a case may go from where it stands, and by which right.",
        "",
        *moves_of(case.Stage, case.MOVES, lambda one: "" if one in case.OVER else "its team works on it"),
        "Where a referral may go.",
        "",
        *moves_of(
            referral.ReferralState,
            referral.MOVES,
            lambda one: {"sent": "waits for an answer", "accepted": "shows the fields of its purpose"}.get(one, ""),
        ),
        "Where a card may go. The table moves it; only the worker closes it, when the obstacle is gone.",
        "",
        *moves_of(card.CardState, card.MOVES, lambda one: ""),
        *who_may(case.MOVES, referral.MOVES, card.MOVES),
    ]


FILES = {"task-states.txt": of_tasks, "case-states.txt": of_cases}


@pytest.mark.parametrize("name", FILES)
def test_the_file_tells_the_moves_as_they_are(name):
    with translation.override("en"):
        printed = "\n".join(FILES[name]())
    file = DOCS / name
    if os.environ.get("KRAT_UPDATE_STATES") == "1":
        file.write_text(printed)

    assert file.read_text() == printed


@pytest.mark.parametrize(
    ("states", "moves", "begins"),
    [
        (task.State, task.MOVES, {State.NEW}),
        # A case begins as a signal or with the initial assessment; transferring it to another unit is not built yet.
        (case.Stage, case.MOVES, {case.Stage.SIGNAL, case.Stage.TRANSFERRED}),
        (referral.ReferralState, referral.MOVES, {referral.ReferralState.SENT}),
        (card.CardState, card.MOVES, {card.CardState.OPEN}),
    ],
    ids=["task", "case", "referral", "card"],
)
def test_every_state_can_be_reached(states, moves, begins):
    assert {after for _before, after in moves} | begins == set(states)


@pytest.mark.parametrize(
    ("moves", "ends"),
    [
        (task.MOVES, {State.VERIFIED, State.CANCELLED}),
        (case.MOVES, {case.Stage.TRANSFERRED, case.Stage.REJECTED}),
        (referral.MOVES, {"refused", "withdrawn", "completed"}),
        (card.MOVES, {"closed"}),
    ],
    ids=["task", "case", "referral", "card"],
)
def test_nothing_leaves_what_has_ended(moves, ends):
    assert not [before for before, _after in moves if before in ends]


def test_the_lead_never_verifies():
    assert {right for (_before, after), right in MOVES.items() if after is State.VERIFIED} == {"tasks.verify"}
    assert {right for (before, _after), right in MOVES.items() if before is State.DONE} == {"tasks.verify"}


def test_a_case_is_ended_and_reopened_by_the_head_of_the_unit_alone():
    over = case.OVER
    ending = {right for (before, after), right in case.MOVES.items() if after in over or before in over}

    assert ending == {"cases.close"}
    assert set(rights.right("cases.close").reaches) == {"unit_head"}


def test_a_card_is_closed_by_the_team_of_its_case_alone():
    assert {right for (_before, after), right in card.MOVES.items() if after == "closed"} == {"obstacles.mark"}


def test_signals_and_obstacles_have_one_move_each():
    """They need no table: a signal is answered once, an obstacle goes once."""
    assert set(Signal.State.values) == {"sent", "taken", "rejected"}
    assert set(Obstacle.State.values) == {"stands", "gone"}
