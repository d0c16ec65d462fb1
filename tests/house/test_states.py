"""The table of moves of a task, printed and compared with the file that the committee reads.

``KRAT_UPDATE_STATES=1`` writes the file anew.
"""

import os
from pathlib import Path

from django.conf import settings
from django.utils import translation

from krat.access import rights
from krat.plan.models.task import MOVES, OPEN, State

FILE = Path(settings.BASE_DIR) / "docs" / "task-states.txt"


def printed() -> str:
    """The table in words."""
    with translation.override("en"):
        lines = ["Where a task may go from where it stands, and by which right.", ""]
        for state in State:
            moves = [(after, right) for (before, after), right in MOVES.items() if before == state]
            still = "the responsible institution works on it" if state in OPEN else ""
            lines.append(f"{state.label}{f'  ({still})' if still else ''}")
            lines += [f"    -> {after.label:24} {right}" for after, right in moves] or ["    ends here"]
            lines.append("")
        lines += ["Who has the right, and how far it goes:", ""]
        for name in sorted(set(MOVES.values())):
            lines.append(f"{name}  {rights.right(name).label}")
            for role, reach in rights.right(name).reaches.items():
                lines.append(f"    {role.label:44} {reach.label}")
            lines.append("")
    return "\n".join(lines)


def test_the_file_tells_the_moves_as_they_are():
    if os.environ.get("KRAT_UPDATE_STATES") == "1":
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(printed())

    assert FILE.read_text() == printed()


def test_every_state_can_be_reached():
    assert {after for _before, after in MOVES} | {State.NEW} == set(State)


def test_nothing_leaves_an_ended_task():
    assert not [before for before, _after in MOVES if before in (State.VERIFIED, State.CANCELLED)]


def test_the_lead_never_verifies():
    assert {right for (_before, after), right in MOVES.items() if after is State.VERIFIED} == {"tasks.verify"}
    assert {right for (before, _after), right in MOVES.items() if before is State.DONE} == {"tasks.verify"}
