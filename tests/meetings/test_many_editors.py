"""Many people write on one item at once, one of them on a machine that dies: nothing acknowledged is lost, nothing is
overwritten, nothing is half done (promises 7 and 8). Processes of their own, on a database file or server of their own.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from krat.demo import make
from meetings import actions
from meetings.models import AgendaItem
from tests import worlds

ROOT = Path(__file__).resolve().parent.parent.parent
EDITORS = 4
EDITS = 12

PREPARE = """
from krat.demo import make
from krat.people.models import Seat
meeting = make.meeting(make.body("table", county="AL-02"), state="open")
item = make.item(meeting, title="Gjendja")
seat = make.seat("coordinator", county="AL-02")
print("PREPARED", item.code, seat.code)
"""
LOOK = """
from meetings.models import AgendaItem
item = AgendaItem.objects.unscoped("a test looks at the end").get()
print("STANDS", item.version, item.discussion)
"""


@pytest.fixture
def place(tmp_path, django_db_blocker):
    """A database of its own beside the tests' one, in the environment of the processes."""
    with worlds.copied(worlds.BARE, tmp_path, django_db_blocker) as address:
        yield {**os.environ, "DATABASE_URL": address} | {
            "KRAT_KEYS": str(tmp_path / "keys.json"),
            "KRAT_DEMO": "1",
            "PLAIN_HTTP": "1",
        }


def said_by(environment, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def editor(environment, item, seat, name):
    command = [sys.executable, "-m", "tests.meetings.editors", item, seat, name, str(EDITS)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_editors_of_one_item_lose_nothing_though_one_of_them_is_killed(place):
    words = said_by(place, "manage.py", "shell", "--verbosity", "0", "-c", PREPARE).split()
    item, seat = words[words.index("PREPARED") + 1 :][:2]

    editors = [editor(place, item, seat, f"e{number}") for number in range(EDITORS)]
    doomed = editors[0]
    acknowledged = [doomed.stdout.readline().strip() for _edit in range(3)]
    time.sleep(0.05)  # somewhere within the next edit
    doomed.send_signal(signal.SIGKILL)
    for one in editors:
        acknowledged += one.communicate(timeout=240)[0].split()

    version, *text = (
        said_by(place, "manage.py", "shell", "--verbosity", "0", "-c", LOOK).partition("STANDS ")[2].split()
    )
    assert [one.returncode for one in editors[1:]] == [0] * (EDITORS - 1)
    assert len(acknowledged) >= (EDITORS - 1) * EDITS + 3
    assert set(acknowledged) <= set(text)  # nothing acknowledged is lost
    assert len(text) == len(set(text))  # nothing stands twice
    assert int(version) == 1 + len(text)  # every saved edit is one version: nobody overwrote anybody
    # The killed editor may have saved one word that it could not say any more; nobody else may.
    assert len(set(text) - set(acknowledged)) <= 1


def test_an_editor_who_does_not_say_what_they_read_overwrites_the_other(seat):
    """The negative control: the version alone keeps the words; with the newest one claimed unread, a word is lost."""
    by = seat("koordinator.durres")
    item = make.item(make.meeting(make.body("table", county="AL-02", year=2031), state="open"), title="Gjendja")
    rows = AgendaItem.objects.visible_to(by)
    read_by_one, read_by_other = (rows.get(pk=item.pk).discussion for _editor in range(2))

    for read, word in ((read_by_one, "nga njëri"), (read_by_other, "nga tjetri")):
        now = rows.get(pk=item.pk).version
        actions.minute(item, by=by, based_on=now, discussion=f"{read} {word}".strip(), is_done=False)

    assert "nga njëri" not in rows.get(pk=item.pk).discussion
