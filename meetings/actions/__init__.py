"""Verbs of meetings: convened, opened, attended, minuted, decided, followed up, approved."""

from meetings.actions.agenda import add_card, add_item, add_missing, change_item, restore_item, withdraw_item
from meetings.actions.attendance import record_attendance
from meetings.actions.corrections import correct, withdraw
from meetings.actions.decisions import decide, review
from meetings.actions.meetings import (
    CHANGED,
    call_off,
    change,
    close_meeting,
    convene,
    is_empty,
    open_meeting,
    step_back,
)
from meetings.actions.minutes import approve, circulate, minute, minute_and_decide, remark, remarks_until

__all__ = [
    "CHANGED",
    "add_card",
    "add_item",
    "add_missing",
    "approve",
    "call_off",
    "change",
    "change_item",
    "circulate",
    "close_meeting",
    "convene",
    "correct",
    "decide",
    "is_empty",
    "minute",
    "minute_and_decide",
    "open_meeting",
    "record_attendance",
    "remark",
    "remarks_until",
    "restore_item",
    "review",
    "step_back",
    "withdraw",
    "withdraw_item",
]
