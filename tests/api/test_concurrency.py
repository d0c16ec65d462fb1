"""Several machines send the same key at once: one acts, and all get its answer. Each is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meetings.test_many_editors import place, said_by  # noqa: F401  a fixture

ROOT = Path(__file__).resolve().parent.parent.parent

_PREPARE = """
from krat.api import actions
from krat.committee.models import Institution
from krat.demo import make
place = make.institution("AL-02-ZVA", kind="education")
task = make.task(place)
client, secret = actions.create(by=None, institution=place, name="Sistemi", may_write=True)
print("PREPARED", task.code, client.client_id, secret)
"""
_LOOK = """
from krat.plan.models import Step
print("STANDS", Step.objects.unscoped("a test looks at the end").count())
"""


@pytest.mark.slow
def test_of_many_who_send_the_same_key_at_once_one_acts(place):  # noqa: F811  the fixture
    words = said_by(place, "manage.py", "shell", "--verbosity", "0", "-c", _PREPARE).split()
    prepared = words[words.index("PREPARED") + 1 :][:3]
    command = [sys.executable, "-m", "tests.api.senders", *prepared]
    senders = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **place}, stdout=subprocess.PIPE, text=True)
        for _number in range(4)
    ]

    said = [one.communicate(timeout=240)[0].split() for one in senders]

    stands = said_by(place, "manage.py", "shell", "--verbosity", "0", "-c", _LOOK).partition("STANDS ")[2]
    assert int(stands) == 5  # five keys, each sent by four
    assert {status for one in said for status in one} == {"200"}
    assert sum(len(one) for one in said) == 20
