"""The pages of one case: who sees which part of it, what is recorded, and its forms."""

import re

import pytest
from django.utils import timezone

from cases.models import Assignment, Case, Identity, Note, SchoolPart, SentChange, StageDeadline
from krat.audit import checkpoints
from krat.audit.models import Entry
from krat.demo import make
from tests.ui.html_client import WHY, again, entries, queries_of, rows, url

pytestmark = pytest.mark.django_db

PAGES = (
    "case",
    "identity",
    "head",
    "risk",
    "move",
    "team",
    "notes",
    "school",
    "aid",
    "counselling",
    "viewers",
    "inbox",
)


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def head(person):
    return person("njmf.durres")


@pytest.fixture
def case(seat):
    return make.case(
        manager=seat("pmf.durres"),
        first_name="Shembulla",
        last_name="Çupaj",
        safe_contact="Vetëm telefon (shembull).",
        risk="high",
        stage="implementation",
    )


def page_of(name, case):
    return url(f"cases:{name}", case)


# --- the door ---


@pytest.mark.parametrize("name", PAGES)
def test_the_manager_and_the_head_of_the_unit_open_every_page(worker, head, case, name):
    assert worker.get(page_of(name, case)).status == 200
    assert head.get(page_of(name, case)).status == 200


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("username", ["pmf2.durres", "njmf.shijak", "pmf.gjirokaster"])
def test_for_other_workers_it_is_not_there(person, case, username, name):
    other = person(username)

    missing = other.get(page_of(name, case).replace(str(case.code), "00000000-0000-4000-8000-000000000000"))
    foreign = other.get(page_of(name, case))

    assert foreign.status == missing.status == 404
    assert foreign.text == missing.text


@pytest.mark.parametrize("name", [*PAGES, "close", "reopen"])
@pytest.mark.parametrize(
    "username", ["prefekt.durres", "koordinator.durres", "zva.durres", "ojf.durres", "dpo", "admin"]
)
def test_whoever_has_no_right_to_cases_is_refused(person, case, username, name):
    assert person(username).get(page_of(name, case)).status == 403


@pytest.mark.parametrize("name", ["close", "reopen"])
def test_ends_are_for_the_head_alone(worker, head, seat, case, name):
    if name == "reopen":
        case = make.case(manager=seat("pmf.durres"), stage="closed")

    assert worker.get(page_of(name, case)).status == 403
    assert head.get(page_of(name, case)).status == 200


def test_signed_out_one_is_led_to_the_entrance(client, case):
    assert client.get(page_of("case", case)).status_code == 302


@pytest.mark.parametrize("name", ["case", "viewers", "inbox", "counselling"])
def test_what_is_only_read_is_not_sent_to(worker, case, name):
    assert worker.post(page_of(name, case)).status == 405


# --- what is shown, and what is recorded ---


def test_the_page_says_why_one_sees_it_and_that_it_was_recorded(worker, head, case):
    mine, heads = worker.look(page_of("case", case)), head.look(page_of("case", case))

    assert "You see it as manager of the case" in mine.text
    assert "You see it as head of the unit that holds the case" in heads.text
    assert "The opening was recorded at" in mine.text
    assert page_of("viewers", case) in mine.links


def test_a_name_stands_on_the_page_and_neither_in_its_title_nor_in_an_address(worker, case):
    page = worker.look(page_of("case", case))

    assert "Shembulla Çupaj" in page.text
    assert f"<title>{case.number}" in page.html.replace("\n", "")
    assert not any("upaj" in link for link in page.links)


def test_whose_file_it_is_stands_over_each_of_its_pages_and_in_the_trail(worker, case):
    who = rows(Identity).get(case=case)
    for name in ("case", "notes", "school", "team", "viewers", "refer", "move", "risk"):
        before = len(entries("page.seen", who))

        page = worker.look(page_of(name, case))

        band = page.html.partition("case-band")[2].partition("</aside>")[0]
        assert who.full_name in band, name
        assert who.year_of_birth in band, name
        seen = entries("page.seen", who)[before:]
        assert {"first_name", "last_name", "birth_date"} <= set(seen[-1].fields), name


@pytest.mark.parametrize("stage", ["signal", "initial_assessment", "implementation", "follow_up"])
@pytest.mark.parametrize("risk", ["", "high"])
def test_each_verb_stands_once_on_the_page_of_a_case(worker, head, seat, stage, risk):
    one = make.case(manager=seat("pmf.durres"), stage=stage, risk=risk)
    verbs = [page_of(name, one) for name in ("notes", "refer", "risk", "move", "close")]

    for somebody in (worker, head):
        page = somebody.look(page_of("case", one))
        main = page.html.partition("<main")[2]
        agenda = main.partition('class="column-agenda"')
        links = re.findall('href="([^"#]*)"', agenda[0] + agenda[2].partition("</nav>")[2])

        assert not [verb for verb in verbs if links.count(verb) > 1], (stage, risk)


def test_everything_that_is_shown_is_in_the_trail_and_nothing_else(worker, case, seat):
    mine = [
        make.school_part(case),
        make.aid_part(case),
        make.counselling_part(case),
        make.referral(case),
        make.note(case, seat("pmf.durres")),
        make.sent_change(case),
        rows(Identity).get(case=case),
        case,
    ]
    obstacle = make.obstacle(case)
    mine += [obstacle, make.card(obstacle)]
    others = make.case(manager=seat("pmf.durres"))
    foreign = [others, make.note(others), rows(Identity).get(case=others)]
    before = Entry.objects.unscoped(WHY).count()

    page = worker.look(page_of("case", case))

    written = Entry.objects.unscoped(WHY).order_by("pk")[before:]
    seen = {code for one in written if one.event == "page.seen" for code in one.codes}
    assert {str(one.code) for one in mine} <= seen
    assert not {str(one.code) for one in foreign} & seen
    assert {one.route for one in written} == {"cases:case"}
    assert "Shembulla Çupaj" in page.text


def test_the_trail_names_the_fields_of_the_identity_that_were_shown(worker, case):
    worker.look(page_of("case", case))

    [entry] = entries("page.seen", rows(Identity).get(case=case))
    assert {"first_name", "last_name", "safe_contact"} <= set(entry.fields)
    assert "personal_number" not in entry.fields


def test_the_social_service_sees_who_a_possible_victim_is_and_no_more(person, case, seat):
    rows(Case).filter(pk=case.pk).update(victim_status="possible_victim")
    note = make.note(case, seat("pmf.durres"), text="Shënim vetëm për ekipin.")
    part, referral = make.school_part(case, school="Shkolla e fshehtë shembull"), make.referral(case)
    social = person("shssh.durres")

    page = social.look(page_of("case", case))

    assert "Shembulla Çupaj" in page.text
    assert "You see the head of the case and who it is" in page.text
    assert "Shënim" not in page.text
    assert "Shkolla e fshehtë" not in page.text
    for hidden in (note, part, referral):
        assert entries("page.seen", hidden) == []
    for name in ("notes", "school", "aid", "counselling", "viewers", "inbox", "identity", "head", "move"):
        assert social.get(page_of(name, case)).status == 403, name
        assert page_of(name, case) not in page.links, name


def test_before_it_is_a_possible_victim_the_social_service_finds_nothing(person, case):
    """The negative control."""
    assert person("shssh.durres").get(page_of("case", case)).status == 404


@pytest.mark.parametrize("name", ["notes", "team"])
def test_its_pages_with_a_form_ask_no_more_questions_when_the_case_grows(worker, case, seat, name):
    """Pages that are only read are measured with all others."""

    def grow():
        make.note(case, seat("pmf.durres"))
        make.assignment(case, make.seat("child_worker", case.holder))

    for _once in range(2):
        grow()
    address = page_of(name, case)
    queries_of(worker, address)
    few = queries_of(worker, address)
    for _once in range(8):
        grow()

    assert queries_of(worker, address) == few


# --- who looked ---


def test_the_worker_reads_who_looked_at_the_file(worker, head, case, seat):
    chief = seat("njmf.durres")
    head.look(page_of("case", case))

    page = worker.look(page_of("viewers", case))

    [line] = page.response.context["lines"].object_list
    assert line.who == str(chief.user)
    assert line.office == f"Head of the child protection unit, {chief.institution.short_name}"
    assert "identity" in line.saw
    assert entries("page.seen", case)[-1].route == "cases:viewers"


def test_who_looked_at_a_hidden_note_counts_too(worker, case, person, seat):
    """The list is of the whole file, and tells nothing of what stands in it."""
    colleague = seat("pmf2.durres")
    make.assignment(case, colleague)
    make.note(case, seat("pmf.durres"), is_sensitive=True, text="Fjalët e fëmijës (shembull).")
    worker.look(page_of("notes", case))

    page = person("pmf2.durres").look(page_of("viewers", case))

    assert "Fjalët e fëmijës" not in page.text
    assert any("note" in line.saw for line in page.response.context["lines"].object_list)


# --- sensitive notes ---


def test_an_entry_from_when_a_deadline_was_called_a_clock_is_still_told(worker, case):
    """The trail keeps the names of its day; what stands on every page tells nothing of what somebody looked for."""
    deadline = rows(StageDeadline).get(case=case)
    entry = Entry(
        at=timezone.now(),
        actor_words="Shembull Dikur",
        event="page.seen",
        thing_type="cases.clock",
        thing_code=str(deadline.code),
    )
    entry.mac = checkpoints.mac(entry)
    entry.save(force_insert=True)

    page = worker.look(page_of("viewers", case))

    assert "Shembull Dikur" in page.text


def test_a_sensitive_note_is_for_the_manager_and_its_writer(worker, head, person, case, seat):
    make.assignment(case, seat("pmf2.durres"))
    colleague = person("pmf2.durres")
    mine = make.note(case, seat("pmf.durres"), is_sensitive=True, text="Fjalët e fëmijës (shembull).")
    theirs = make.note(case, seat("pmf2.durres"), is_sensitive=True, text="Dëgjuar nga kolegia (shembull).")

    shown = {one: one.look(page_of("notes", case)).text for one in (worker, head, colleague)}

    assert "Fjalët e fëmijës" in shown[worker]
    assert "Dëgjuar nga kolegia" in shown[worker]
    assert "Dëgjuar nga kolegia" in shown[colleague]
    assert "Fjalët e fëmijës" not in shown[colleague]
    assert "Fjalët e fëmijës" not in shown[head]
    assert "Fjalët e fëmijës" not in colleague.look(page_of("case", case)).text
    assert {one.actor_words.split(",")[0] for one in entries("page.seen", mine)} == {"pmf.durres"}
    assert {one.actor_words.split(",")[0] for one in entries("page.seen", theirs)} == {"pmf.durres", "pmf2.durres"}


def test_a_note_is_kept(worker, case):
    worker.save(page_of("notes", case), kind="call", text="Thirrje me nënën (shembull).", is_sensitive="on")

    note = rows(Note).get(case=case)
    assert (note.kind, note.is_sensitive, note.data["text"]) == ("call", True, "Thirrje me nënën (shembull).")
    assert "Thirrje me nënën" in worker.look(page_of("notes", case)).text


def test_a_note_of_tomorrow_keeps_what_was_typed(worker, case):
    page = worker.fill(
        page_of("notes", case), text="Vizitë (shembull).", happened_on=make.in_days(1).strftime("%d.%m.%Y")
    )

    assert "future" in page.beside("happened_on")
    assert page.typed("text") == "Vizitë (shembull)."
    assert not rows(Note).filter(case=case).exists()


# --- changing ---


def test_the_identity_is_changed_and_found_under_its_new_name(worker, case):
    worker.save(page_of("identity", case), last_name="Gjurgjokaj", birth_date="01.02.2016", safe_contact="Vetëm nëna.")

    who = rows(Identity).get(case=case)
    assert (who.data["last_name"], who.data["birth_date"]) == ("Gjurgjokaj", "2016-02-01")
    assert who.data["first_name"] == "Shembulla"
    assert [
        one["case"].pk for one in worker.post("/cases/search/", {"words": "gjurgjokaj"}).response.context["cases"]
    ] == [case.pk]
    assert worker.post("/cases/search/", {"words": "cupaj"}).response.context["cases"] == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", "A1"),
        ("last_name", "Çe\u202elaj"),
        ("last_name", "Сelaj"),
        ("birth_date", "31.02.2015"),
        ("birth_date", "01.01.1850"),
        ("birth_year", "abcd"),
        ("birth_year", "1990"),
        ("personal_number", "K-5031/4"),
        ("safe_contact", "x" * 501),
        ("care", "nowhere"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(worker, case, field, typed):
    words = {"birth_date": ""} if field == "birth_year" else {}

    page = worker.fill(page_of("identity", case), **({field: typed} | words | {"father_name": "Shembull"}))

    assert page.status == 200
    assert field in page.complaints
    assert page.typed("father_name") == "Shembull"
    assert rows(Identity).get(case=case).data["father_name"] == ""


def test_two_people_at_the_identity_see_both_texts(worker, head, case):
    address = page_of("identity", case)
    form = worker.look(address).form("last_name")
    head.save(address, last_name="Hoxhaj", language="en")

    page = worker.post(address, form.sent({"last_name": "Gjokaj", "language": "rom"}))

    assert page.status == 200
    assert "Hoxhaj" in page.text
    assert {(one.label, one.theirs, one.yours) for one in page.response.context["form"].conflict} >= {
        ("Surname", "Hoxhaj", "Gjokaj"),
        ("Language", "English", "Romani"),
    }
    assert page.typed("last_name") == "Gjokaj"
    assert rows(Identity).get(case=case).data["last_name"] == "Hoxhaj"
    assert worker.post(address, page.form("last_name").sent({})).status == 302
    assert rows(Identity).get(case=case).data["last_name"] == "Gjokaj"


def test_two_people_at_the_head_see_both_texts(worker, head, case):
    address = page_of("head", case)
    form = worker.look(address).form("concerns")
    head.save(address, concerns=["begging"])

    page = worker.post(address, form.sent({"concerns": ["neglect"], "signalled_on": "01.11.2026"}))

    labels = {one.label for one in page.response.context["form"].conflict}
    assert labels == {"Concerns", "Day of the signal"}
    assert again(case).concerns == ["begging"]


def test_an_edit_without_a_version_is_not_made(worker, case):
    page = worker.post(page_of("identity", case), {"first_name": "Shembulla", "last_name": "Gjokaj"})

    assert page.status == 200
    assert rows(Identity).get(case=case).data["last_name"] == "Çupaj"


def test_the_risk_is_assessed(worker, case):
    worker.save(page_of("risk", case), risk="low")

    assert again(case).risk == "low"
    assert entries("case.assessed", case)


def test_a_case_is_led_on_and_the_note_stands_in_its_course(worker, case):
    worker.save(page_of("move", case), to="follow_up", note="Objektivat u arritën (shembull).")

    page = worker.look(page_of("case", case))
    assert again(case).stage == "follow_up"
    assert "Objektivat u arritën" in page.text
    assert "Stage: follow-up" in page.text


def test_a_case_does_not_jump(worker, case):
    form = worker.look(page_of("move", case)).form("to")

    for to in ("closed", "full_assessment", "nowhere"):
        page = worker.post(page_of("move", case), form.sent({"to": to}))
        assert page.status == 200
        assert again(case).stage == "implementation"


def test_before_the_risk_is_assessed_no_stage_follows(worker, seat):
    case = make.case(manager=seat("pmf.durres"), risk="")

    page = worker.look(page_of("move", case))
    sent = worker.post(page_of("move", case), {"to": "full_assessment", "note": "", "version": case.version})

    assert "Assess the risk first" in page.text
    assert page_of("risk", case) in page.links
    assert "Assess the risk first" in sent.text
    assert again(case).stage == "initial_assessment"


def test_a_case_with_an_open_referral_is_not_closed(head, case):
    form = head.look(page_of("close", case)).form("note")
    make.referral(case)

    words = {"closing": make.term("closing", "goals_reached").pk, "note": "U arrit."}
    page = head.post(page_of("close", case), form.sent(words))

    assert "A referral is still open" in page.text
    assert page.typed("note") == "U arrit."
    assert again(case).stage == "implementation"


def test_a_closed_case_leaves_its_team_and_comes_back_by_the_head(worker, head, case):
    head.save(page_of("close", case), closing=make.term("closing", "goals_reached").pk, note="U arrit (shembull).")
    gone = worker.get(page_of("case", case)).status
    kept = head.look(page_of("case", case))

    head.save(page_of("reopen", case), note="Sinjal i ri (shembull).")

    assert gone == 404
    assert page_of("reopen", case) in kept.links
    assert page_of("identity", case) not in kept.links
    assert again(case).stage == "initial_assessment"
    assert worker.get(page_of("case", case)).status == 404


def test_an_old_page_does_not_close_a_case_that_has_changed(head, worker, case):
    form = head.look(page_of("close", case)).form("note")
    worker.save(page_of("risk", case), risk="immediate")

    closing = make.term("closing", "goals_reached").pk
    page = head.post(page_of("close", case), form.sent({"closing": closing, "note": "U arrit."}))

    assert page.status == 200
    assert again(case).stage == "implementation"


# --- the team ---


def test_the_head_names_a_colleague_who_sees_the_file_from_then_on(head, person, case, seat):
    colleague = person("pmf2.durres")
    before = colleague.get(page_of("case", case)).status

    head.save(page_of("team", case), seat=seat("pmf2.durres").pk)

    assert (before, colleague.get(page_of("case", case)).status) == (404, 200)
    assert "member of the case's team" in colleague.look(page_of("case", case)).text


def test_a_worker_names_nobody(worker, case, seat):
    assert worker.post(page_of("team", case), {"seat": seat("pmf2.durres").pk}).status == 403
    assert rows(Assignment).filter(case=case).count() == 1


def test_nobody_of_another_unit_is_named(head, case, seat):
    page = head.fill(page_of("team", case), seat=seat("pmf.gjirokaster").pk)

    assert page.beside("seat")
    assert rows(Assignment).filter(case=case).count() == 1


def test_a_place_ends_by_one_button_and_the_file_is_closed_to_them(head, worker, person, case):
    place = rows(Assignment).get(case=case)

    refused = worker.post(url("cases:release", place)).status
    foreign = person("njmf.gjirokaster").post(url("cases:release", place)).status
    head.press(page_of("team", case), url("cases:release", place))

    assert (refused, foreign) == (403, 404)
    assert worker.get(page_of("case", case)).status == 404
    assert again(place).ended_at is not None


# --- parts ---


def test_the_school_part_is_begun_with_its_first_saving(worker, case):
    worker.save(page_of("school", case), state="enrolled", school="Shkolla shembull", grade="5")

    part = rows(SchoolPart).get(case=case)
    assert (part.state, part.data["school"]) == ("enrolled", "Shkolla shembull")
    assert "Shkolla shembull" in worker.look(page_of("case", case)).text


def test_two_people_who_begin_the_school_part_see_both_texts(worker, head, case):
    address = page_of("school", case)
    form = worker.look(address).form("school")
    head.save(address, state="enrolled", school="Shkolla A shembull")

    page = worker.post(address, form.sent({"state": "enrolled", "school": "Shkolla B shembull"}))

    assert page.response.context["form"].conflict
    assert rows(SchoolPart).get(case=case).data["school"] == "Shkolla A shembull"


def test_the_aid_part_is_written(worker, case):
    worker.save(page_of("aid", case), state="applied", applied_on="01.10.2026", amount="9000")

    assert "01.10.2026" in worker.look(page_of("case", case)).text


def test_counselling_is_read_by_the_team(worker, case):
    make.counselling_part(case, summary="Takime çdo javë (shembull).")

    assert "Takime çdo javë" in worker.look(page_of("counselling", case)).text


# --- a new case ---


def test_a_worker_opens_a_case_and_manages_it(worker, seat):
    number = worker.save(
        "/cases/new/",
        source=make.term("source", "police").pk,
        concerns=["neglect", "begging"],
        first_name="Shembull",
        last_name="Provë",
        birth_year="2014",
    )

    case = rows(Case).order_by("-pk")[0]
    assert number == page_of("case", case)
    assert set(case.concerns) == {"neglect", "begging"}
    assert rows(Assignment).get(case=case).seat_id == seat("pmf.durres").pk
    assert "2014" in worker.look(number).text


def test_a_case_can_be_opened_without_a_name(worker):
    worker.save("/cases/new/", source=make.term("source", "police").pk)

    assert "not known" in worker.look(page_of("case", rows(Case).order_by("-pk")[0])).text


def test_an_adult_is_not_opened_as_a_child(worker):
    before = rows(Case).count()

    page = worker.fill("/cases/new/", source=make.term("source", "police").pk, birth_year="1990", last_name="Provë")

    assert "of age" in page.beside("birth_year")
    assert page.typed("last_name") == "Provë"
    assert rows(Case).count() == before


def test_the_social_service_opens_no_case(person, world):
    assert person("shssh.durres").get("/cases/new/").status == 403


# --- what a system sent ---


@pytest.fixture
def sent(case):
    return make.sent_change(
        case, sent={"head": {"risk": "low"}, "identity": {"safe_contact": "Përmes shkollës (shembull)."}, "stage": ""}
    )


def test_both_texts_stand_side_by_side(worker, case, sent):
    page = worker.look(page_of("inbox", case))

    for words in ("Vetëm telefon", "Përmes shkollës", "high", "low"):
        assert words in page.text
    assert entries("page.seen", sent)


def test_the_trail_says_which_fields_were_compared_and_no_other(worker, case, sent):
    who = rows(Identity).get(case=case)

    worker.look(page_of("inbox", case))
    in_the_band = {"first_name", "last_name", "birth_date"}
    assert set(entries("page.seen", who)[-1].fields) - in_the_band == {"safe_contact"}
    worker.press(page_of("inbox", case), url("cases:inbox_drop", sent))
    worker.look(page_of("inbox", case))

    assert set(entries("page.seen", who)[-1].fields) == in_the_band


def test_a_sent_change_is_taken_over_by_a_person(worker, case, sent):
    worker.press(page_of("inbox", case), url("cases:inbox_apply", sent))

    assert again(case).risk == "low"
    assert rows(Identity).get(case=case).data["safe_contact"] == "Përmes shkollës (shembull)."
    assert again(sent).state == SentChange.State.APPLIED
    assert entries("case.taken_over", sent)


def test_or_it_is_not(worker, case, sent):
    worker.press(page_of("inbox", case), url("cases:inbox_drop", sent))

    assert again(case).risk == "high"
    assert again(sent).state == SentChange.State.DROPPED


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999999"])
def test_without_having_compared_nothing_is_taken_over(worker, case, sent, version):
    worker.post(url("cases:inbox_apply", sent), {"version": version})

    assert again(case).risk == "high"
    assert again(sent).state == SentChange.State.WAITS


def test_nobody_else_decides_about_it(person, case, sent):
    for username, status in (("pmf2.durres", 404), ("njmf.gjirokaster", 404), ("shssh.durres", 403)):
        assert person(username).post(url("cases:inbox_apply", sent), {"version": case.version}).status == status
    assert again(sent).state == SentChange.State.WAITS


# --- the cross-sector group ---


def test_the_group_ends_with_its_day_and_who_took_part(worker, seat, person):
    case = make.case(manager=seat("pmf.durres"), stage="conference", risk="low")
    address = page_of("move", case)

    without = worker.fill(address, to="protection_plan", note="U ra dakord (shembull).")
    tomorrow = worker.fill(address, to="protection_plan", met_on=f"{make.in_days(1):%d.%m.%Y}")
    office = seat("zva.durres").institution
    worker.save(address, to="protection_plan", met_on=f"{make.in_days(-1):%d.%m.%Y}", members=[str(office.pk)])

    assert {"met_on", "members"} <= set(without.complaints)
    assert without.typed("note") == "U ra dakord (shembull)."
    assert "met_on" in tomorrow.complaints
    assert again(case).stage == "protection_plan"
    assert f"{make.in_days(-1):%d.%m.%Y}: {office}." in worker.look(page_of("notes", case)).text


def test_other_stages_are_not_asked_for_it(worker, case):
    assert "met_on" not in worker.look(page_of("move", case)).form("to").names
