"""The change feed: a municipal system stays in step, and never misses, doubles or keeps what is no longer its own."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import handover
from cases.actions import cases, inbox, referrals
from cases.models import Case, Identity, Referral, SentChange
from krat.access.roles import Role
from krat.audit.models import Entry
from krat.audit.trail import TrailAccessLogger
from krat.committee.models import Body, Institution, Membership
from krat.demo import make
from krat.feed import actions, triggers
from krat.feed.kinds import TYPES, kinds
from krat.feed.models import Change, Generation, Pending
from krat.plan.actions import tasks
from krat.plan.models import Task
from meetings.models import AgendaItem, Attendance, Decision, Meeting
from tests.api.conftest import problem
from tests.api.test_cases import CASE, put

pytestmark = pytest.mark.django_db

PATHS = {
    "case": "cases",
    "institution": "institutions",
    "meeting": "meetings",
    "referral": "referrals",
    "sent_change": "cases/inbox",
    "task": "tasks",
}
WHY = "tests look"


@pytest.fixture
def unit(machine):
    """The system of Durrës' child protection unit."""
    return machine("AL-02-NJMF-DURRES")


@pytest.fixture
def school(machine):
    """The system of Durrës' education office."""
    return machine("AL-02-ZVA")


@pytest.fixture
def head(seat):
    """The head of Durrës' child protection unit."""
    return seat("njmf.durres")


def page(system, cursor="", limit=1000):
    answer = system.get(f"changes/?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
    assert answer.status_code == 200, answer.json()
    return answer.json()


def everything(system, cursor="", limit=1000):
    """All changes behind a cursor, and the cursor after them."""
    found, has_more = [], True
    while has_more:
        told = page(system, cursor, limit)
        found += told["changes"]
        cursor, has_more = told["cursor"], told["has_more"]
    return found, cursor


def since(system):
    """The cursor of somebody who has read everything."""
    return everything(system)[1]


def listed(system):
    """What GET lists, by type and code."""
    found = set()
    for kind, path in PATHS.items():
        cursor = ""
        while cursor is not None:
            told = system.get(f"{path}/?limit=200" + (f"&cursor={cursor}" if cursor else "")).json()
            found |= {(kind, one["code"]) for one in told["results"]}
            cursor = told["next"]
    return found


def keys(changes):
    return [(one["type"], one["code"], one["action"]) for one in changes]


def row_of(case):
    return Case.objects.unscoped(WHY).get(code=case["code"] if isinstance(case, dict) else case)


def institution(code):
    return Institution.objects.unscoped(WHY).get(code=code)


def test_the_schema_promises_every_kind():
    assert set(kinds()) == set(TYPES)


# --- from the beginning ---


@pytest.mark.parametrize("code", ["AL-02-NJMF-DURRES", "AL-02-ZVA", "AL-02-POL", "AL-05-NJMF-GJIROKASTER"])
def test_without_a_cursor_a_system_gets_all_that_it_sees_and_each_thing_once(machine, code):
    system = machine(code)

    told, _cursor = everything(system, limit=7)

    assert {(one["type"], one["code"]) for one in told} == listed(system)
    assert len(told) == len(listed(system)) > 0
    assert {one["action"] for one in told} == {"upsert"}


@pytest.mark.parametrize("code", ["AL-02-NJMF-DURRES", "AL-02-ZVA"])
def test_what_is_told_is_what_get_gives(machine, code):
    system = machine(code)

    for one in everything(system)[0]:
        answer = system.get(f"{PATHS[one['type']]}/{one['code']}/")
        assert one["data"] == answer.json()
        assert answer["ETag"] == f'"{one["version"]}"'


def test_the_feed_knows_of_each_institution_exactly_what_its_systems_see():
    """The rules of reach have one home: what the triggers enter is held against the door, for every institution."""
    case = make.case(holder=institution("AL-02-NJMF-SHIJAK"))
    assert all([make.task(supporting=[institution("AL-02-OJF")]), make.sent_change(case)])
    for kind in kinds().values():
        with connection.cursor() as cursor:
            cursor.execute(triggers.everything(kind, connection.vendor))
            seen = {(place, uuid.UUID(str(thing))) for _kind, place, thing in cursor.fetchall()}
        assert seen
        name = "pk" if kind.model is Institution else "code"
        for place in Institution.objects.unscoped(WHY):
            machine = SimpleNamespace(
                pk=0, code=uuid.uuid4(), role=Role.SYSTEM, institution_id=place.pk, county_id=place.county_id
            )
            rows = kind.model.objects.permitted(machine, kind.right or kind.model.view_right)
            visible = {uuid.UUID(f"{one:032}") if name == "pk" else one for one in rows.values_list(name, flat=True)}
            assert {thing for one, thing in seen if one == place.pk} == visible, (kind.name, place.code)


def test_what_was_there_before_the_feed_began_is_told(unit):
    before = listed(unit)
    Pending.objects.all().delete()
    Change.objects.all().delete()
    assert everything(unit)[0] == []

    triggers.begin_anew(connection)

    assert {(one["type"], one["code"]) for one in everything(unit)[0]} == before


# --- what changed ---


def test_nothing_new_is_an_empty_page_with_a_cursor(unit):
    cursor = since(unit)

    told = page(unit, cursor)

    assert told["changes"] == []
    assert told["has_more"] is False
    assert page(unit, told["cursor"])["changes"] == []


def test_what_a_person_changes_is_told_to_the_system_of_the_unit_and_to_no_other(unit, machine, head):
    case = make.case(holder=head.institution)
    other, cursor = machine("AL-05-NJMF-GJIROKASTER"), since(unit)
    there = since(other)

    cases.change(case, by=head, based_on=None, head={"risk": "immediate"}, identity={"first_name": "Tjetra"})

    (change,) = page(unit, cursor)["changes"]
    assert (change["type"], change["code"], change["action"]) == ("case", str(case.code), "upsert")
    assert change["version"] == change["data"]["version"] == case.version + 1
    assert change["data"]["identity"]["first_name"] == "Tjetra"
    assert page(other, there)["changes"] == []


def test_what_the_system_sends_itself_comes_back_once_however_often_it_changed(unit):
    cursor = since(unit)
    case = put(unit).json()
    put(unit, CASE | {"risk": "low"})

    told = page(unit, cursor)["changes"]

    assert keys(told) == [("case", case["code"], "upsert")]
    assert told[0]["data"]["risk"] == "low"


def test_a_change_that_is_taken_back_is_not_told(unit, head):
    case, cursor = make.case(holder=head.institution), since(unit)
    cursor = since(unit)

    with transaction.atomic():
        cases.change(case, by=head, based_on=None, head={"risk": "immediate"})
        transaction.set_rollback(True)

    assert page(unit, cursor)["changes"] == []


def test_steps_and_supporters_of_a_task_are_told(school, seat):
    task = make.task(institution("AL-02-ZVA"))
    cursor = since(school)

    tasks.report_progress(task, by=seat("zva.durres"), note="U bë hapi i parë.")
    told, cursor = everything(school, cursor)

    assert keys(told) == [("task", str(task.code), "upsert")]
    assert told[0]["data"]["steps"][0]["note"] == "U bë hapi i parë."
    task.supporting.add(institution("AL-02-OJF"))
    told, _cursor = everything(school, cursor)
    assert told[0]["data"]["supporting"] == ["AL-02-OJF"]


def test_who_supports_a_task_no_more_is_told_that_it_is_gone(machine):
    helper = machine("AL-02-OJF")
    task = make.task(institution("AL-02-ZVA"), supporting=[institution("AL-02-OJF")])
    cursor = since(helper)

    task.supporting.clear()

    assert keys(page(helper, cursor)["changes"]) == [("task", str(task.code), "gone")]


def test_a_case_that_goes_to_another_unit_is_gone_here_and_comes_there_with_its_referrals(machine, seat):
    left, right = machine("AL-02-NJMF-SHIJAK"), machine("AL-02-NJMF-DURRES")
    case = make.case(holder=institution("AL-02-NJMF-SHIJAK"))
    referral = make.referral(case, institution("AL-02-ZVA"))
    here, there = since(left), since(right)

    handover._hand_over_case(case, institution("AL-02-NJMF-DURRES"), by=seat("admin"))

    gone, came = page(left, here)["changes"], page(right, there)["changes"]
    both = {("case", str(case.code)), ("referral", str(referral.code))}
    assert {(one["type"], one["code"]) for one in gone} == {(one["type"], one["code"]) for one in came} == both
    assert {one["action"] for one in gone} == {"gone"}
    assert all(one["data"] is None and one["version"] is None for one in gone)
    assert {one["action"] for one in came} == {"upsert"}


def test_a_referral_tells_what_it_shares_while_it_is_accepted_and_not_after(unit, school, head):
    case = make.case(holder=head.institution, first_name="Shembulla", safe_contact="Te halla, pasdite.")
    referral = make.referral(case, school.seat.institution)
    cursor = since(school)

    assert school.post(f"referrals/{referral.code}/accept/").status_code == 200
    accepted, cursor = everything(school, cursor)
    cases.change(case, by=head, based_on=None, identity={"safe_contact": "Te gjyshja."})
    told, cursor = everything(school, cursor)
    referrals.move(row := Referral.objects.unscoped(WHY).get(pk=referral.pk), "withdrawn", by=head)
    ended, _cursor = everything(school, cursor)

    assert keys(accepted) == keys(told) == keys(ended) == [("referral", str(referral.code), "upsert")]
    assert accepted[0]["data"]["shared"]["safe_contact"].startswith("Te halla, pasdite.")
    assert told[0]["data"]["shared"]["safe_contact"] == "Te gjyshja."
    assert "shared" not in ended[0]["data"]
    assert "request" not in ended[0]["data"]
    assert row.pk == referral.pk


# --- what waits for a person ---


def test_the_sender_of_what_waits_learns_what_a_person_decided(unit, machine, head):
    case = put(unit).json()
    other, cursor = machine("AL-02-NJMF-SHIJAK"), since(unit)
    there = since(other)
    for risk, days in (("low", -5), ("high", -4)):
        cases.change(
            row_of(case), by=head, based_on=None, head={"risk": "immediate", "signalled_on": make.in_days(days)}
        )
        answer = put(unit, CASE | {"risk": risk})
        assert answer.status_code == 202
    waiting, cursor = everything(unit, cursor)
    low, high = SentChange.objects.unscoped(WHY).filter(case=row_of(case)).order_by("pk")
    assert answer.json()["sent_change"] == str(high.code)
    told = {one["code"]: one["data"] for one in waiting if one["type"] == "sent_change"}
    assert {one["state"] for one in told.values()} == {"waits"}

    inbox.drop(low, by=head)
    inbox.take_over(high, by=head)

    decided, cursor = everything(unit, cursor)
    told = {one["code"]: one for one in decided if one["type"] == "sent_change"}
    assert {code: one["data"]["state"] for code, one in told.items()} == {
        str(low.code): "dropped",
        str(high.code): "applied",
    }
    one = told[str(low.code)]
    assert one["version"] == 2
    assert one["data"]["decided_at"] is not None
    assert set(one["data"]) == {"code", "case", "reference", "state", "sent_at", "decided_at"}  # never what, or by whom
    assert (one["data"]["case"], one["data"]["reference"]) == (case["code"], case["reference"])
    assert page(other, there)["changes"] == []
    problem(other.get(f"cases/inbox/{low.code}/"), 404, "not_found")
    assert [one["code"] for one in unit.get("cases/inbox/?state=dropped").json()["results"]] == [str(low.code)]
    entered = Entry.objects.unscoped(WHY).filter(actor=unit.seat.code, event="page.seen", thing_code=str(low.code))
    assert {one.route for one in entered} == {"api:sent_changes"}


def test_what_waits_goes_with_its_case_to_another_unit(unit, machine, head, seat):
    case = put(unit).json()
    cases.change(row_of(case), by=head, based_on=None, head={"risk": "immediate"})
    waits = put(unit, CASE | {"risk": "low"}).json()["sent_change"]
    cursor = since(unit)

    handover._hand_over_case(row_of(case), institution("AL-02-NJMF-SHIJAK"), by=seat("admin"))

    assert ("sent_change", waits, "gone") in keys(page(unit, cursor)["changes"])


# --- meetings, the directory ---


@pytest.fixture
def held():
    """A meeting of Durrës' committee, with a decision and its task for the education office."""
    body = Body.objects.unscoped(WHY).filter(county__code="AL-02", kind="committee").order_by("-year").first()
    item = make.item(make.meeting(body, state="open"))
    return make.decision(item, tasks=[make.task(institution("AL-02-ZVA"))]).item.meeting


@pytest.mark.parametrize(
    "what",
    [
        lambda m: AgendaItem.objects.unscoped(WHY).filter(meeting=m).update(discussion="U tha diçka tjetër."),
        lambda m: Decision.objects.unscoped(WHY).filter(item__meeting=m).update(text="Vendim tjetër."),
        lambda m: Decision.objects.unscoped(WHY).get(item__meeting=m).tasks.add(make.task(institution("AL-02-ZVA"))),
        lambda m: Decision.objects.unscoped(WHY).get(item__meeting=m).tasks.clear(),
        lambda m: Task.objects.unscoped(WHY).get(decisions__item__meeting=m).supporting.add(institution("AL-02-OJF")),
        lambda m: Meeting.objects.unscoped(WHY).filter(pk=m.pk).update(place="Tjetër sallë"),
        lambda m: Attendance(meeting=m, institution=institution("AL-02-ZVA"), status="absent").save(),
    ],
    ids=["item", "decision", "task added", "task taken off", "supporter", "place", "attendance"],
)
def test_a_change_in_a_meeting_is_told_to_who_sits_there_and_to_nobody_else(school, machine, held, what):
    beside, cursor = machine("AL-02-STREHEZ"), since(school)
    there = since(beside)

    what(held)

    (change,) = (one for one in page(school, cursor)["changes"] if one["type"] == "meeting")
    assert (change["code"], change["action"]) == (str(held.code), "upsert")
    assert change["data"] == school.get(f"meetings/{held.code}/").json()
    assert "meeting" not in {one["type"] for one in page(beside, there)["changes"]}


def test_who_comes_to_the_table_is_told_of_its_meetings_and_who_leaves_it_that_they_are_gone(machine, held):
    beside = machine("AL-02-STREHEZ")
    cursor = since(beside)

    place = make.membership(held.body, institution("AL-02-STREHEZ"))
    came, cursor = everything(beside, cursor)
    place.delete()
    left, _cursor = everything(beside, cursor)

    assert ("meeting", str(held.code), "upsert") in keys(came)
    assert ("meeting", str(held.code), "gone") in keys(left)


def test_what_ends_or_begins_by_its_date_alone_is_told_on_that_day(school, machine, held, time_machine):
    """Nobody writes a row when a seat at the table ends on its day: the feed's own calendar does (decision 24)."""
    beside = machine("AL-02-STREHEZ")
    make.membership(held.body, institution("AL-02-STREHEZ"), starts_on=make.in_days(3))
    rows = Membership.objects.unscoped(WHY).filter(institution=institution("AL-02-ZVA"), ends_on=None)
    rows.update(ends_on=make.in_days(2))
    (mine, cursor), (theirs, there) = everything(school), everything(beside)
    assert ("meeting", str(held.code), "upsert") in keys(mine)
    assert ("meeting", str(held.code), "upsert") not in keys(theirs)

    time_machine.move_to(timezone.now() + timedelta(days=2))
    school.with_token(), beside.with_token()
    assert (page(school, cursor)["changes"], page(beside, there)["changes"]) == ([], [])
    time_machine.move_to(timezone.now() + timedelta(days=1))
    school.with_token(), beside.with_token()

    assert ("meeting", str(held.code), "gone") in keys(everything(school, cursor)[0])
    assert ("meeting", str(held.code), "upsert") in keys(everything(beside, there)[0])


def test_the_directory_is_told_by_its_readable_codes(school, machine):
    elsewhere, cursor = machine("AL-05-ZVA"), since(school)
    there = since(elsewhere)
    office = institution("AL-02-OJF")

    Institution.objects.unscoped(WHY).filter(pk=office.pk).update(phone="+355 4 000 0000")

    (change,) = page(school, cursor)["changes"]
    assert (change["type"], change["code"], change["action"]) == ("institution", "AL-02-OJF", "upsert")
    assert change["data"] == school.get("institutions/AL-02-OJF/").json()
    assert page(elsewhere, there)["changes"] == []
    problem(elsewhere.get("institutions/AL-02-OJF/"), 404, "not_found")
    Institution.objects.unscoped(WHY).filter(pk=office.pk).update(county=institution("AL-05-ZVA").county)
    assert ("institution", "AL-02-OJF", "gone") in keys(page(school, cursor)["changes"])
    assert ("institution", "AL-02-OJF", "upsert") in keys(page(elsewhere, there)["changes"])


# --- late commits, pages ---


def test_a_thing_that_changes_while_somebody_reads_is_not_skipped(unit, head):
    made = [make.case(holder=head.institution) for _case in range(6)]
    first = page(unit, limit=5)

    for one in made:
        cases.change(one, by=head, based_on=None, head={"risk": "immediate"})

    told, _cursor = everything(unit, first["cursor"], limit=5)
    risks = {one["code"]: one["data"]["risk"] for one in told if one["type"] == "case"}
    assert {str(one.code) for one in made} <= set(risks)
    assert {risks[str(one.code)] for one in made} == {"immediate"}


def test_what_one_reader_cannot_number_is_not_the_end(unit, monkeypatch):
    cursor = since(unit)
    made = [make.case(holder=unit.seat.institution) for _case in range(5)]
    monkeypatch.setattr(actions, "BATCH", 2)
    monkeypatch.setattr(actions, "AT_ONCE", 1)

    first = page(unit, cursor)
    told, _cursor = everything(unit, cursor)

    assert first["has_more"] is True
    assert {one["code"] for one in told} == {str(one.code) for one in made}


def test_the_queries_of_a_page_do_not_grow(unit, held):
    def readings():
        with CaptureQueriesContext(connection) as seen:
            page(unit)
        return len([one for one in seen if one["sql"].startswith("SELECT")])

    def more():
        make.sent_change(case := make.case(holder=unit.seat.institution))
        make.referral(case)
        make.meeting(held.body)

    more()
    since(unit)

    few = readings()
    for _time in range(10):
        more()
    since(unit)

    assert readings() <= few


def test_whoever_changes_something_says_no_statement_more(unit, head):
    """The database enters the change by itself, in the change's own transaction."""
    case = make.case(holder=head.institution)
    since(unit)

    with CaptureQueriesContext(connection) as seen:
        cases.change(case, by=head, based_on=None, head={"risk": "immediate"})

    assert Pending.objects.filter(thing=case.code).exists()
    assert not [one for one in seen if "feed_" in one["sql"]]


# --- cursors that lead nowhere ---


def test_a_cursor_that_was_changed_or_is_another_clients_begins_again(unit, machine):
    cursor, other = since(unit), machine("AL-02-NJMF-DURRES")

    problem(unit.get(f"changes/?cursor={cursor[:-6]}AAAAAA"), 410, "resync_required")
    problem(unit.get("changes/?cursor=7"), 410, "resync_required")
    problem(unit.get(f"changes/?cursor={'x' * 5000}"), 410, "resync_required")
    problem(other.get(f"changes/?cursor={cursor}"), 410, "resync_required")
    assert page(unit, cursor)["changes"] == []


def test_a_cursor_of_another_generation_begins_again(unit):
    cursor = since(unit)

    Generation.objects.all().delete()  # as after a restored copy

    problem(unit.get(f"changes/?cursor={cursor}"), 410, "resync_required")
    assert {(one["type"], one["code"]) for one in everything(unit)[0]} == listed(unit)


def test_a_cursor_from_the_future_begins_again(unit):
    make.case(holder=unit.seat.institution)
    cursor = since(unit)

    Generation.objects.update(last=0)  # the database went back, unknown to the registry

    problem(unit.get(f"changes/?cursor={cursor}"), 410, "resync_required")


def test_what_left_long_ago_is_forgotten_and_who_has_not_heard_it_begins_again(machine, seat, time_machine):
    left, late = machine("AL-02-NJMF-SHIJAK"), machine("AL-02-NJMF-SHIJAK")
    case, stays = (make.case(holder=institution("AL-02-NJMF-SHIJAK")) for _case in range(2))
    heard, not_heard = since(left), since(late)
    handover._hand_over_case(case, institution("AL-02-NJMF-DURRES"), by=seat("admin"))
    told, heard = everything(left, heard)
    assert keys(told) == [("case", str(case.code), "gone")]

    time_machine.move_to(timezone.now() + timedelta(days=91))
    left.with_token(), late.with_token()

    assert page(left, heard)["changes"] == []
    problem(late.get(f"changes/?cursor={not_heard}"), 410, "resync_required")
    anew, cursor = everything(late, limit=1)
    assert str(case.code) not in {one["code"] for one in anew}
    assert str(stays.code) in {one["code"] for one in anew}
    assert page(late, cursor)["changes"] == []


def test_who_begins_after_something_was_forgotten_reads_to_the_end(machine, seat, time_machine):
    """A cursor in the middle of the beginning has a low number, and misses nothing of what was forgotten before."""
    left = machine("AL-02-NJMF-SHIJAK")
    for _case in range(3):
        make.case(holder=institution("AL-02-NJMF-SHIJAK"))
    gone = make.case(holder=institution("AL-02-NJMF-SHIJAK"))
    since(left)
    handover._hand_over_case(gone, institution("AL-02-NJMF-DURRES"), by=seat("admin"))
    since(left)
    time_machine.move_to(timezone.now() + timedelta(days=91))
    left.with_token()

    assert {(one["type"], one["code"]) for one in everything(left, limit=1)[0]} == listed(left)


@pytest.mark.parametrize("asked", ["limit=0", "limit=many", "since=1", "cursor=a&cursor=b"])
def test_parameters_that_make_no_sense_are_refused(unit, asked):
    problem(unit.get(f"changes/?{asked}"), 400, "invalid")


# --- rights, the trail ---


def test_a_token_that_only_reads_may_follow_and_nobody_may_without_one(machine):
    reads = machine("AL-02-ZVA", write=False)

    assert reads.get("changes/").status_code == 200
    assert reads.browser.get("/api/v1/changes/").status_code == 401
    problem(reads.post("changes/"), 405, "method_not_allowed")


def test_what_is_told_stands_in_the_trail_before(unit, head):
    cursor = since(unit)
    case = make.case(holder=head.institution)
    who = Identity.objects.unscoped(WHY).get(case=case)
    before = Entry.objects.unscoped(WHY).count()

    page(unit, cursor)

    entered = Entry.objects.unscoped(WHY).order_by("pk")[before:]
    assert {(one.thing_type, one.thing_code) for one in entered} == {
        ("cases.case", str(case.code)),
        ("cases.identity", str(who.code)),
    }
    assert {(one.event, one.route, one.actor) for one in entered} == {("page.seen", "api:changes", unit.seat.code)}


def test_where_the_trail_is_silent_nothing_is_told(unit, access_logger_of):
    class Silent(TrailAccessLogger):
        def saw(self, *said):
            raise DatabaseError("no room")

    make.case(holder=unit.seat.institution)
    access_logger_of(Silent())

    problem(unit.get("changes/"), 503, "trail_silent")


def test_what_was_pulled_may_be_sent_again_without_a_version(unit, head):
    """A pull is a look: after it the system's own change lies on top of the person's."""
    case = put(unit).json()
    cases.change(row_of(case), by=head, based_on=None, head={"risk": "immediate"})
    assert put(unit, CASE | {"risk": "low"}).status_code == 202

    since(unit)

    assert put(unit, CASE | {"risk": "low"}).status_code == 200


# --- the triggers ---


def test_a_missing_trigger_is_found_and_made_again_and_everybody_begins_again(unit):
    cursor = since(unit)
    assert triggers.faults(connection) == []
    with connection.cursor() as done:
        on = "" if connection.vendor == "sqlite" else " ON cases_case"
        done.execute(f"DROP TRIGGER feed_case_cases_case_update{on}")

    found = [one.id for one in triggers.changes_are_entered(None, ["default"])]
    case = make.case(holder=unit.seat.institution)
    Case.objects.unscoped(WHY).filter(pk=case.pk).update(risk="low")
    call_command("migrate", verbosity=0)

    assert found == ["krat.E022"]
    assert triggers.faults(connection) == []
    problem(unit.get(f"changes/?cursor={cursor}"), 410, "resync_required")
    told = {one["code"]: one["data"] for one in everything(unit)[0]}
    assert told[str(case.code)]["risk"] == "low"


def test_a_migration_finds_the_triggers_out_of_its_way(unit):
    triggers.before_migrate(None, "default", plan=[("some", False)])
    assert len(triggers.faults(connection)) > 10

    triggers.after_migrate(None, "default")

    assert triggers.faults(connection) == []


def test_rows_written_many_at_once_are_told_too(unit):
    cursor = since(unit)
    made = Task.objects.bulk_create(
        Task(
            lead=unit.seat.institution,
            county=unit.seat.institution.county,
            origin="plan",
            title="Detyrë",
            given_on=make.in_days(-1),
            due_on=make.in_days(1),
        )
        for _task in range(3)
    )

    assert {one["code"] for one in page(unit, cursor)["changes"]} == {str(one.code) for one in made}
