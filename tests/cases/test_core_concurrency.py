"""What happens at once at one case, by processes of their own: one of two wins, nothing is lost, nothing is half done
(promises 7, 8 and 9). On a database file, or a database of the server, of their own."""

import json
import os
import subprocess
import sys

import pytest

from tests import worlds
from tests.cases.concurrency import ROUNDS
from tests.meetings.test_many_editors import ROOT, said_by

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, django_db_blocker):
    """A database with a unit and its and what the processes need to know of it; each test has its own things
    in it."""
    folder = tmp_path_factory.mktemp("concurrency")
    with worlds.copied(worlds.BARE, folder, django_db_blocker) as address:
        environment = {**os.environ, "DATABASE_URL": address, "KRAT_KEYS": str(folder / "keys.json")}
        environment |= {"KRAT_DEMO": "1", "PLAIN_HTTP": "1"}
        words = said_by(environment, "-m", "tests.cases.concurrency", "prepare")
        yield environment, json.loads(words.partition("PREPARED ")[2])


def concurrently(environment, *tasks) -> list[list[str]]:
    """Run these tasks side by side; what each said."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.cases.concurrency", *map(str, task)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for task in tasks
    ]
    said = [one.communicate(timeout=240) for one in running]
    assert [one.returncode for one in running] == [0] * len(running), [errors[-1500:] for _words, errors in said]
    return [words.splitlines() for words, _errors in said]


def stands(environment, case) -> dict:
    """What stands at the end."""
    return json.loads(said_by(environment, "-m", "tests.cases.concurrency", "look", case).partition("STANDS ")[2])


def test_of_a_worker_and_the_table_one_is_told_that_the_other_was_there(prepared):
    environment, known = prepared
    obstacles = json.dumps(known["obstacles"])
    backwards = json.dumps(known["obstacles"][::-1])

    decided, gone = concurrently(
        environment, ("decide", known["coordinator"], obstacles), ("confirm", known["worker"], backwards)
    )

    acts = sorted(line.split()[1] for line in decided + gone)
    assert acts == sorted(code for code, _version in known["obstacles"])  # each of them by one of the two, none by both
    found = stands(environment, known["case"])
    for line in gone:
        assert found["cards"][line.split()[1]] == "closed"
    for line in decided:
        assert (found["cards"][line.split()[1]], found["obstacles"][line.split()[1]]) == ("decided", "stands")


def test_a_referral_that_two_officers_accept_at_once_is_accepted_once(prepared):
    environment, known = prepared
    referrals = json.dumps(known["referrals"])

    first, second = concurrently(environment, *(("accept", officer, referrals) for officer in known["officers"]))

    assert sorted(first + second) == sorted(f"accepted {code}" for code in known["referrals"])
    found = stands(environment, known["case"])
    assert found["referrals"][:ROUNDS] == ["accepted"] * ROUNDS
    assert found["parts"] == len(found["referrals"])


def test_many_who_change_one_case_lose_nothing(prepared):
    environment, known = prepared

    said = concurrently(environment, *[("change", known["worker"], known["case"], 8)] * 3)

    words = [word for lines in said for word in lines]
    found = stands(environment, known["case"])
    assert sorted(found["address"]) == sorted(words)
    assert found["version"] == 1 + len(words)


def test_cases_that_are_opened_at_once_have_numbers_of_their_own(prepared):
    environment, known = prepared

    said = concurrently(environment, *[("open", known["worker"], 8)] * 3)

    numbers = stands(environment, known["case"])["numbers"]
    assert {number for lines in said for number in lines} <= set(numbers)
    assert len(numbers) == len(set(numbers))
    serials = sorted(int(number.split("-")[2]) for number in numbers)
    assert serials == list(range(1, len(numbers) + 1))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that split")
def test_a_process_that_dies_between_two_statements_leaves_nothing_half_done(prepared):
    environment, known = prepared

    words = said_by(environment, "-m", "tests.cases.concurrency", "kill", known["worker"], known["officers"][0]).split(
        "\n"
    )

    assert [line for line in words if line.startswith(("HALF", "NOTHING"))] == []
    assert [line.split()[:2] for line in words if line] == [["WHOLE", name] for name in ("open", "change", "accept")]
    assert all(int(line.split()[2]) > 12 for line in words if line)
