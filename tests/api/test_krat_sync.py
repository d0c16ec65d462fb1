"""The reference client: nothing is lost, doubled or overwritten, wherever it is stopped; its folder tells nothing."""

import json
import shutil
import stat

import httpx
import pytest

from cases import handover
from cases.actions import cases, inbox
from cases.models import Case, SentChange
from krat.api import actions as clients
from krat.committee.models import Institution
from krat.demo import make
from krat.feed.models import Generation
from krat_sync import records
from krat_sync.main import Exit
from krat_sync.mirror import Mirror
from krat_sync.registry import Away, Refused, Registry
from krat_sync.store import Store
from krat_sync.sync import Sync
from tests.api.conftest import make_machine
from tests.api.reference_client import Client, Killed, killed_at
from tests.api.test_cases import CASE

pytestmark = pytest.mark.django_db

WHY = "tests look"
BULK = "/api/v1/cases/bulk/"
PATHS = {
    "case": "cases",
    "institution": "institutions",
    "meeting": "meetings",
    "referral": "referrals",
    "sent_change": "cases/inbox",
    "task": "tasks",
}


@pytest.fixture
def client(world, tmp_path, monkeypatch, settings):
    """The program of Shijak's child protection unit, which has few cases: full pulls are short."""
    monkeypatch.setattr("krat_sync.mirror.os.fsync", lambda handle: None)  # no test cuts the power
    settings.API_REQUESTS_A_MINUTE = settings.TOKEN_REQUESTS_A_MINUTE = 10_000  # a test is quicker than any timer
    return Client(make_machine("AL-02-NJMF-SHIJAK").with_token(), tmp_path / "client")


@pytest.fixture
def head(seat):
    """The head of that unit."""
    return seat("njmf.shijak")


def record(number, **change):
    who = {"first_name": "Shembulla", "last_name": f"Provë {'abcdefghij'[number]}", "birth_date": "2015-03-14"}
    kept = CASE | {"municipality": "AL-02-SHIJAK"}
    return kept | {"reference": f"Nr. {number}/26", "identity": who | change.pop("identity", {})} | change


def at(number) -> Case:
    return Case.objects.unscoped(WHY).get(reference=f"Nr. {number}/26")


def versions(*numbers):
    return [at(number).version for number in numbers]


def sent_in(request: httpx.Request):
    return [json.loads(line) for line in request.content.split(b"\n")]


def seen_by(machine):
    """All that GET gives a machine, by type and code."""
    found = {}
    for kind, path in PATHS.items():
        cursor = ""
        while cursor is not None:
            told = machine.get(f"{path}/?limit=200" + (f"&cursor={cursor}" if cursor else "")).json()
            for one in told["results"]:
                found[kind, one["code"]] = machine.get(f"{path}/{one['code']}/").json()
            cursor = told["next"]
    return found


# --- sending ---


def test_what_was_acknowledged_is_not_sent_again(client):
    assert client.push([record(1), record(2)]) is Exit.DONE
    assert client.said() == {"records": 2, "created": 2}

    assert client.push([record(2), record(1)]) is Exit.DONE

    assert client.said() == {"records": 2, "unchanged": 2}
    assert len(client.line.calls(BULK)) == 1
    assert versions(1, 2) == [1, 1]


def test_only_the_fields_that_changed_here_are_sent_and_what_a_person_changed_stays(client, head):
    client.push([record(1)])
    cases.change(at(1), by=head, based_on=None, head={"risk": "immediate"})
    client.pull()

    assert client.push([record(1, identity={"first_name": "Tjetra"})]) is Exit.DONE

    assert sent_in(client.line.calls(BULK)[-1]) == [{"reference": "Nr. 1/26", "identity": {"first_name": "Tjetra"}}]
    assert at(1).risk == "immediate"
    assert (client.said(), versions(1)) == ({"records": 1, "updated": 1}, [3])


@pytest.mark.parametrize(("decision", "has_pulled"), [("drop", True), ("take_over", False)])
def test_what_changed_on_both_sides_waits_and_the_decision_stands(client, head, decision, has_pulled):
    client.push([record(1)])
    cases.change(at(1), by=head, based_on=None, head={"risk": "immediate"})
    if has_pulled:
        client.pull()

    assert client.push([record(1, risk="low")]) is Exit.WAITING
    assert client.said() == {"records": 1, "quarantined": 1}
    assert client.push([record(1, risk="low")]) is Exit.DONE  # not sent again while it waits
    assert [one["state"] for one in client.status()["to_look_at"]] == ["waits"]
    (waiting,) = SentChange.objects.unscoped(WHY).filter(case=at(1))
    assert at(1).risk == "immediate"

    getattr(inbox, decision)(waiting, by=head)
    client.pull()

    stands = {"drop": "immediate", "take_over": "low"}[decision]
    assert client.status()["sent"] == {{"drop": "dropped", "take_over": "applied"}[decision]: 1}
    assert client.push([record(1, risk="low")]) is Exit.DONE
    assert (at(1).risk, len(client.line.calls(BULK))) == (stands, 2)
    assert client.push([record(1, risk="low", identity={"first_name": "Tjetra"})]) is Exit.DONE
    assert client.said() == {"records": 1, "updated": 1}
    assert at(1).risk == stands


def test_the_plain_way_would_have_overwritten_it(client, head):
    """The negative control: the whole record sent after a pull lies on top of the person's change."""
    client.push([record(1)])
    cases.change(at(1), by=head, based_on=None, head={"risk": "immediate"})
    client.pull()
    registry = Registry(*_signed(client), transport=client.line)

    list(registry.push([record(1, identity={"first_name": "Tjetra"})]))

    assert at(1).risk == "high"


def test_a_state_that_was_lost_overwrites_nothing(client, head, tmp_path):
    client.push([record(1), record(2)])
    cases.change(at(1), by=head, based_on=None, head={"risk": "immediate"})
    anew = Client(client.machine, tmp_path / "anew")

    anew.pull()

    assert anew.push([record(1), record(2)]) is Exit.WAITING
    assert anew.said() == {"records": 2, "quarantined": 1, "unchanged": 1}
    assert at(1).risk == "immediate"


def test_refused_records_are_named_without_what_stood_in_them_and_sent_until_they_are_taken(client):
    bad = record(2, municipality="AL-99-NOWHERE")

    assert client.push([record(1), bad]) is Exit.REFUSED

    assert client.said() == {"records": 2, "created": 1, "refused": 1}
    assert client.err.strip() == "line 2, Nr. 2/26: municipality: unknown_code"
    assert client.status()["to_look_at"][0]["why"] == "municipality: unknown_code"
    assert client.push([record(1), record(2)]) is Exit.DONE
    assert client.said() == {"records": 2, "unchanged": 1, "created": 1}
    assert client.status()["to_look_at"] == []


def test_a_dry_run_changes_nothing_here_or_there(client):
    assert client.push([record(1)], "--dry-run") is Exit.DONE

    assert client.said() == {"records": 1, "created": 1}
    assert not Case.objects.unscoped(WHY).filter(reference="Nr. 1/26").exists()
    assert client.status()["sent"] == {}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"[%s]", {"records": 1, "created": 1}),
        (b"\n \n%s\n\n", {"records": 1, "created": 1}),
        (b"%s\n{\n", {"records": 2, "created": 1, "refused": 1}),
        (b"%s\n[1]\n", {"records": 2, "created": 1, "refused": 1}),
        (b'%s\n{"risk": "low"}\n', {"records": 2, "created": 1, "refused": 1}),
        (b'%s\n{"reference": "nr. 1/26"}\n', {"records": 2, "created": 1, "refused": 1}),
    ],
    ids=["array", "blank lines", "half a line", "no object", "no reference", "twice"],
)
def test_files_as_they_come(client, tmp_path, written, said):
    one = record(1)
    one["identity"]["father_name"] = "Shembull\u0085"[:8]
    file = tmp_path / "some"
    file.write_bytes(written % json.dumps(one, ensure_ascii=False).encode())

    client.run("push", str(file))

    assert client.said() == said


def test_a_sign_that_ends_lines_elsewhere_ends_none_here(tmp_path):
    file = tmp_path / "some.ndjson"
    file.write_bytes('{"reference": "A", "request": "një\u2028dy\u0085tre"}\n{"reference": "B"}'.encode())

    assert [one.reference for one in records.read(file)] == ["A", "B"]


# --- stopped at any point ---


def test_a_push_that_is_killed_at_any_step_and_begun_again_does_each_thing_once(client):
    """Each round changes every record once, and is killed one step later than the round before."""
    client.push([record(number) for number in range(3)])
    steps = number = 0
    was_killed = True
    while was_killed:
        number += 1
        news = [record(one, identity={"first_name": f"Shembulla{'abcdefghijklmnopqrst'[number]}"}) for one in range(3)]
        was_killed = _killed(client, number, lambda sync: sync.push(_file(client, news)))  # noqa: B023
        steps += was_killed
        assert client.push(news) is Exit.DONE
        assert versions(0, 1, 2) == [number + 1] * 3
        assert client.status()["unanswered_calls"] == 0
    assert steps == 10  # two calls of five steps


def test_an_answer_that_was_lost_is_not_a_reason_to_do_it_twice(client):
    def lose_once(request, go):
        answer = go()
        if request.url.path == BULK and len(client.line.calls(BULK)) == 1:
            raise httpx.ReadError("lost", request=request)
        return answer

    client.line.meets = lose_once

    assert client.push([record(1), record(2)]) is Exit.DONE

    assert client.said() == {"records": 2, "created": 2}  # the first answer, once more
    first, second = client.line.calls(BULK)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.content == second.content


def test_an_answer_that_was_lost_with_the_program_is_asked_for_again(client):
    def lose_and_die(request, go):
        answer = go()
        if request.url.path == BULK and len(client.line.calls(BULK)) == 1:
            raise Killed
        return answer

    client.line.meets = lose_and_die
    with pytest.raises(Killed):
        client.push([record(1)])
    assert client.status()["unanswered_calls"] == 1

    assert client.push([record(1)]) is Exit.DONE

    assert client.said() == {"records": 1, "created": 1}
    first, second = client.line.calls(BULK)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_the_same_call_a_second_time_on_purpose_is_a_call_of_its_own(client):
    """A value that comes back is sent again under a key of its own: the answer of before would be a wrong one."""
    for risk in ("low", "medium", "low", "medium"):
        client.push([record(1, risk=risk)])

    assert at(1).risk == "medium"
    assert len({one.headers["Idempotency-Key"] for one in client.line.calls(BULK)}) == 4


def test_a_pull_that_is_killed_at_any_step_and_begun_again_ends_with_what_is_there(client, seat):
    """In each round a case goes and one comes, and the registry was restored from a copy: 410."""
    case = make.case(holder=client.machine.seat.institution)
    client.pull()
    number, was_killed = 0, True
    while was_killed:
        number += 1
        handover._hand_over_case(case, _institution("AL-02-NJMF-DURRES"), by=seat("admin"))
        gone, case = case, make.case(holder=client.machine.seat.institution)
        Generation.objects.all().delete()
        was_killed = _killed(client, number, _pull_in_two_pages)
        assert client.pull() is Exit.DONE
        assert set(client.mirrored()) == set(_listed(client.machine))
        assert ("case", str(case.code)) in client.mirrored()
        assert ("case", str(gone.code)) not in client.mirrored()
    assert number == 13  # two steps until it begins again, four a page, two for the rest that is let go
    assert client.mirrored() == seen_by(client.machine)


def _pull_in_two_pages(sync):
    sync.at_once = sum(sync.store.held_counts().values())  # what is gone makes a second one
    sync.pull(Mirror(sync.store.folder.parent / "mirror"))


def _listed(machine):
    for kind, path in PATHS.items():
        cursor = ""
        while cursor is not None:
            told = machine.get(f"{path}/?limit=200" + (f"&cursor={cursor}" if cursor else "")).json()
            yield from ((kind, one["code"]) for one in told["results"])
            cursor = told["next"]


def _file(client, news):
    file = client.place / "news.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in news))
    return file


def _signed(client):
    names = ("KRAT_ADDRESS", "KRAT_CLIENT_ID", "KRAT_CLIENT_SECRET")
    return [client.environment[name] for name in names]


def _institution(code):
    return Institution.objects.unscoped(WHY).get(code=code)


def _killed(client, number, work):
    """Whether a run, two records a call, was killed at its so many-eth step; else it has ended before."""
    store = Store(client.state)
    try:
        registry = Registry(*_signed(client), transport=client.line, sleep=client.slept.append)
        work(Sync(registry, store, at=killed_at(number), at_once=2))
    except Killed:
        return True
    finally:
        store.close()
    return False


# --- what left the client's sight ---


def test_a_case_that_went_elsewhere_is_deleted_here_and_never_opened_again(client, seat):
    client.push([record(1), record(2)])
    client.pull()
    code = str(at(1).code)
    assert ("case", code) in client.mirrored()
    handover._hand_over_case(at(1), _institution("AL-02-NJMF-DURRES"), by=seat("admin"))

    client.pull()

    assert ("case", code) not in client.mirrored()
    assert client.push([record(1, risk="low"), record(2)]) is Exit.WAITING
    assert client.said() == {"records": 2, "gone": 1, "unchanged": 1}
    assert Case.objects.unscoped(WHY).filter(reference="Nr. 1/26").count() == 1
    assert client.push([record(1), record(2)], "--anew") is Exit.DONE  # somebody has said so
    assert Case.objects.unscoped(WHY).filter(reference="Nr. 1/26").count() == 2


def test_a_case_that_went_elsewhere_unheard_is_not_opened_again_by_what_is_left_of_its_record(client, seat):
    client.push([record(1)])
    handover._hand_over_case(at(1), _institution("AL-02-NJMF-DURRES"), by=seat("admin"))

    assert client.push([record(1, risk="low")]) is Exit.REFUSED
    assert client.push([record(1, risk="low")]) is Exit.WAITING
    assert client.said() == {"records": 1, "gone": 1}
    assert Case.objects.unscoped(WHY).filter(reference="Nr. 1/26").count() == 1


def test_after_410_what_is_not_there_any_more_goes_and_is_not_sent(client, seat):
    client.push([record(1)])
    client.pull()
    code = str(at(1).code)
    handover._hand_over_case(at(1), _institution("AL-02-NJMF-DURRES"), by=seat("admin"))
    Generation.objects.all().delete()

    assert client.pull() is Exit.DONE

    assert client.said()["from_the_beginning"] is True
    assert ("case", code) not in client.mirrored()
    assert client.push([record(1, risk="low")]) is Exit.WAITING
    assert client.said() == {"records": 1, "gone": 1}


def test_a_mirror_that_was_passed_over_or_lost_is_written_anew(client):
    client.pull()
    case = make.case(holder=client.machine.seat.institution)
    client.run("pull")

    client.pull()
    whole = client.mirrored()
    assert ("case", str(case.code)) in whole
    shutil.rmtree(client.mirror)
    client.pull()
    assert client.mirrored() == whole


def test_a_folder_with_something_else_in_it_is_not_touched(client):
    client.mirror.mkdir()
    (client.mirror / "letter.txt").write_text("Shembull")

    assert client.pull() is Exit.FAULT
    assert [one.name for one in client.mirror.iterdir()] == ["letter.txt"]


def test_a_registry_that_names_a_file_elsewhere_writes_none(tmp_path):
    mirror = Mirror(tmp_path / "mirror")

    for kind, code in (("case", "../../x"), ("../case", "x"), ("case", ".krat-sync")):
        with pytest.raises(ValueError, match="cannot be a file"):
            mirror.take([{"type": kind, "code": code, "action": "upsert", "data": {}}])
    assert list(tmp_path.rglob("*.json")) == []


# --- a registry that is busy, away, or closed ---


def busy(status, retry_after=None, times=1):
    """The registry answers so for so many calls of many records."""
    left = [times]

    def meets(request, go):
        if request.url.path == BULK and left[0]:
            left[0] -= 1
            headers = {} if retry_after is None else {"Retry-After": retry_after}
            return httpx.Response(status, headers=headers, request=request)
        return go()

    return meets


@pytest.mark.parametrize(
    ("meets", "seconds"),
    [
        (busy(429, "7"), [7]),
        (busy(503, "3", times=2), [3, 3]),
        (busy(502), None),
        (busy(500, times=3), None),
        (busy(503, "Sun, 06 Nov 2994 08:49:37 GMT"), "away"),
        (busy(429, "99999"), "away"),
        (busy(503, times=99), "away"),
    ],
    ids=["429", "503", "502", "500", "in 970 years", "for a day", "for ever"],
)
def test_a_busy_registry_is_given_the_time_it_asks_for_and_no_more_than_that(client, meets, seconds):
    client.line.meets = meets

    ended = client.push([record(1)])

    if seconds == "away":
        assert ended is Exit.AWAY
        assert sum(client.slept) <= 900
        assert len(client.line.seen) < 12
        client.line.meets = lambda request, go: go()
        assert client.push([record(1)]) is Exit.DONE
    else:
        assert ended is Exit.DONE
        assert seconds is None or client.slept == seconds
    assert versions(1) == [1]


def test_a_token_that_ends_early_is_asked_for_anew_once(client):
    def ends(request, go):
        if request.url.path == BULK and len(client.line.calls(BULK)) == 1:
            return httpx.Response(401, request=request)
        return go()

    client.line.meets = ends

    assert client.push([record(1)]) is Exit.DONE
    assert len(client.line.calls("/identity/o/api/token")) == 2


def test_a_client_that_was_ended_stops_at_once_and_says_so(client):
    client.push([record(1)])
    clients.end(client.machine.client, by=None)
    before = len(client.line.seen)

    assert client.push([record(2)]) is Exit.NO_RIGHT
    assert client.pull() is Exit.NO_RIGHT

    assert len(client.line.seen) - before == 2
    assert client.slept == []
    assert "401" in client.err


def test_a_page_that_is_no_answer_of_the_registry_is_taken_for_none(client):
    client.line.meets = lambda request, go: httpx.Response(200, text="<html>Welcome</html>", request=request)

    assert client.push([record(1)]) is Exit.NO_RIGHT
    assert "does not speak as the registry does" in client.err


def test_watching_goes_on_when_the_registry_was_away(client):
    file = _file(client, [record(1)])
    client.line.meets = busy(503, times=8)

    ended = client.run("watch", str(client.mirror), "--push", str(file), "--times", "2", "--every", "60")

    assert ended is Exit.DONE
    assert client.slept.count(60) == 1
    assert ("case", str(at(1).code)) in client.mirrored()


@pytest.mark.parametrize("address", ["http://krat.example", "http://localhost.example@elsewhere", "ftp://localhost"])
def test_it_speaks_over_https_only(address):
    with pytest.raises(ValueError, match="https"):
        Registry(address, "id", "secret")


def test_a_secret_stands_in_no_message(client):
    registry = Registry(*_signed(client), transport=client.line)

    assert client.machine.secret not in repr(registry)
    client.environment["KRAT_CLIENT_SECRET"] = "wrong-secret"
    assert client.push([record(1)]) is Exit.NO_RIGHT
    assert "wrong-secret" not in client.err + client.out


def test_the_library_says_what_was_refused_and_when_nobody_answers(client):
    registry = Registry(*_signed(client), transport=client.line, sleep=client.slept.append)

    with pytest.raises(Refused) as refused:
        registry.put_case("A 1", {"colour": "red"})
    assert (refused.value.status, refused.value.code, set(refused.value.errors)) == (
        400,
        "invalid",
        {"colour", "municipality", "signalled_on", "source"},
    )
    client.line.meets = busy(503, times=99)
    with pytest.raises(Away):
        registry.push_lines(b"{}")


# --- its folder ---


def test_the_folder_of_the_state_holds_no_word_of_a_case(client, head):
    one = record(1, identity={"father_name": "Kanarinagjysh", "personal_number": "K50314001A"})
    client.push([one, record(2, municipality="AL-99-NOWHERE")])
    cases.change(at(1), by=head, based_on=None, head={"risk": "immediate"})
    client.run("pull")
    client.push([one | {"risk": "low"}])

    kept = b"".join(file.read_bytes() for file in client.state.rglob("*") if file.is_file())

    assert b"Nr. 1/26" in kept  # it looks at what is really there
    for word in ("Kanarinagjysh", "Shembulla", "Prov", "2015-03-14", "K50314001A", "police", "begging", "immediate"):
        assert word.encode() not in kept
        assert word.encode("utf-16-le") not in kept
    assert client.machine.secret.encode() not in kept
    assert client.machine.token.encode() not in kept


def test_marks_cannot_be_tried_out_without_the_secret():
    mine, other = records.Marker("one secret"), records.Marker("another secret")
    marks = mine.marks(record(1)).values()

    assert mine.mark("risk", "high") in marks
    assert other.mark("risk", "high") not in marks


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("risk", None, ""),
        ("concerns", ["a", "b"], ["b", "a"]),
        ("identity.first_name", "Ë", "E\u0308"),
        ("identity.first_name", "Shembulla ", "Shembulla"),
        ("identity.citizenship", "xk", "XK"),
        ("identity.personal_number", "k5 0314 001a", "K50314001A"),
    ],
)
def test_what_the_registry_takes_as_the_same_has_the_same_mark(name, one, other):
    marker = records.Marker("secret")

    assert marker.mark(name, one) == marker.mark(name, other)
    assert marker.mark(name, one) != marker.mark(name, "x")


def test_everything_it_writes_is_for_its_owner_alone(client):
    client.push([record(1)])
    client.pull()

    for one in [client.state, client.mirror, *client.state.rglob("*"), *client.mirror.rglob("*")]:
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600), one


def test_two_runs_do_not_work_with_one_state(client):
    client.push([record(1)])
    store = Store(client.state)
    try:
        assert client.push([record(2)]) is Exit.IN_USE
        assert client.status()["sent"] == {"taken": 1}  # looking is allowed
    finally:
        store.close()
    assert client.push([record(2)]) is Exit.DONE


def test_without_a_secret_or_an_address_it_says_what_is_missing(client, capsys):
    client.environment.pop("KRAT_CLIENT_SECRET")
    assert client.push([record(1)]) is Exit.FAULT
    assert "KRAT_CLIENT_SECRET" in client.err
    client.environment.pop("KRAT_ADDRESS")
    with pytest.raises(SystemExit) as ended:
        client.push([record(1)])
    assert ended.value.code == Exit.USAGE
    assert "--address" in capsys.readouterr().err
