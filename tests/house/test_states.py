"""The tables of moves make sense: every state can be reached, what has ended stays, and the right people end things.

They are printed on the page of states.
"""

import pytest

from cases.models import Obstacle, Signal, card, case, referral
from krat.access import rights
from krat.plan.models import task
from krat.plan.models.task import MOVES, State


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
