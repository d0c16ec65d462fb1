"""The search over the committee's texts: who finds what, how it is typed, and where nothing of it is left."""

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import KeptSearch
from krat.access.roles import Role
from krat.audit.models import Entry
from krat.committee.models import Institution, Membership
from krat.demo import make
from krat.plan.models import Activity, Measure, Task
from krat.search import index, triggers
from krat.search.kinds import kinds
from krat.search.models import Indexed, Unindexed
from meetings.models import AgendaItem, Decision, Meeting
from tests.ui.html_client import WHY, entries, rows

pytestmark = pytest.mark.django_db

SEARCH = "/search/"


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def decision(examples):
    item = make.item(examples.meeting, title="Qerratë e strehëzës", discussion="U fol gjatë.\nZyra kërkoi ngrohje.")
    return make.decision(item, number=4077, text="Kompeticioni i çelsave. Njësia ngre brezoren e njësisë deri në mars.")


def answer(person, typed, **more):
    page = person.post(SEARCH, {"words": typed, **more})
    assert page.status == 200, page.text[:300]
    return page


def found_by(person, typed):
    """The addresses of the hits, by kind."""
    groups = answer(person, typed).response.context.get("groups") or []
    return {group.kind.name: [hit.url for hit in group.hits] for group in groups}


def url_of(decision):
    return f"/meetings/decisions/{decision.code}/"


# --- how it is typed ---


@pytest.mark.parametrize(
    "typed",
    [
        "brezoren",
        "BREZOREN",
        "brez",
        "celsa",
        "çels kompet",
        "kompeticioni njesise mars",
        " brezoren, ",
        "njësi brezor",
    ],
)
def test_a_decision_is_found_by_its_words(coordinator, decision, typed):
    assert url_of(decision) in found_by(coordinator, typed)["decision"]


@pytest.mark.parametrize("typed", ["rezoren", "brezorenn", "brezoren shkurt", "b"])
def test_what_does_not_fit_finds_nothing(coordinator, decision, typed):
    assert found_by(coordinator, typed).get("decision", []) == []


def test_a_decision_is_found_by_its_number_before_those_that_name_it(coordinator, decision):
    label = decision.label
    named = make.decision(decision.item, number=4078, text=f"Të zbatohet vendimi {label}.")

    for typed in (label, label.lower(), f"4077/{decision.year}", f"krat 4077 {decision.year}", f"{label}."):
        assert found_by(coordinator, typed)["decision"] == [url_of(decision), url_of(named)], typed
    assert "decision" not in found_by(coordinator, f"{decision.year}/4077")
    assert "decision" not in found_by(coordinator, f"407/{decision.year}")


def test_each_kind_is_found_where_it_is_read(coordinator, examples, seat):
    meeting = examples.another_meeting(place="Pallati Zambakstan", held_on=datetime.date(2027, 10, 27))
    task = make.task(seat("zva.durres").institution, title="Zambakstan", details="Shkollat e zambakstanit.")
    measure = make.measure(examples.objective, title="Zambakstani i gjelbër", number="9.9.1")
    activity = make.activity(title="Dita e zambakstanit")
    item = make.item(examples.meeting, title="Zambakstan në tryezë")
    place = make.institution(name="Qendra Zambakstan", short_name="Zambakstan")

    assert found_by(coordinator, "zambaks") == {
        "task": [f"/tasks/{task.code}/"],
        "item": [f"/meetings/{examples.meeting.code}/#{item.code}"],
        "meeting": [f"/meetings/{meeting.code}/"],
        "measure": [f"/plan/measures/{measure.code}/"],
        "activity": [f"/activities/{activity.code}/"],
        "institution": [f"/institutions/{place.code}/"],
    }
    assert found_by(coordinator, "27.10.2027")["meeting"] == [f"/meetings/{meeting.code}/"]
    assert found_by(coordinator, "27 tetor 2027")["meeting"] == [f"/meetings/{meeting.code}/"]
    assert found_by(coordinator, "9.9.1")["measure"] == [f"/plan/measures/{measure.code}/"]
    assert found_by(coordinator, place.code)["institution"] == [f"/institutions/{place.code}/"]


def test_a_hit_stands_in_its_sentence(coordinator, decision):
    html = answer(coordinator, "brezor").html

    assert "Njësia ngre <mark>brezoren</mark> e njësisë deri në mars." in html
    assert "Kompeticioni" not in html.split("<mark>")[1]


def test_what_is_typed_stays_words(coordinator, decision):
    page = answer(coordinator, '<b>brezoren</b> "x"')

    assert page.typed("words") == '<b>brezoren</b> "x"'
    assert "<b>brezoren</b>" not in page.html


@pytest.mark.parametrize("typed", ["brezoren OR x", 'NEAR("a")', "brezoren* -x", "':* | 'a", "words:brezoren"])
def test_signs_of_the_databases_are_signs(coordinator, decision, typed):
    answer(coordinator, typed)


@pytest.mark.parametrize("typed", ["", "  ", "…", "x" * 121, "brez‮oren"])
def test_what_makes_no_search_is_said_beside_the_field(coordinator, typed):
    page = answer(coordinator, typed)

    assert page.beside("words")
    assert page.response.context.get("groups") is None
    assert not KeptSearch.objects.filter(page="search:search").exists()


# --- who finds what ---


@pytest.mark.parametrize("username", ["koordinator.durres", "zva.durres", "ojf.durres", "koordinatori.kombetar"])
def test_whoever_reads_the_papers_finds_them(person, decision, username):
    assert url_of(decision) in found_by(person(username), "brezoren").get("decision", [])


@pytest.mark.parametrize("username", ["koordinator.gjirokaster", "zva.gjirokaster", "pmf.durres", "ndihma.durres"])
def test_others_find_nothing_and_are_answered_as_if_it_were_not_there(person, decision, username):
    other = person(username)
    answer(other, "asgjesendi")  # what was written is indexed now

    with CaptureQueriesContext(connection) as on_a_hit:
        hit = answer(other, "brezoren")
    with CaptureQueriesContext(connection) as on_a_miss:
        miss = answer(other, "asgjesend")

    assert hit.text.replace("brezoren", "") == miss.text.replace("asgjesend", "")
    assert len(on_a_hit) == len(on_a_miss)


def test_an_organisation_finds_its_own_tasks_and_no_others(person, seat):
    own = make.task(seat("ojf.durres").institution, title="Zambakstan i vet")
    make.task(seat("zva.durres").institution, title="Zambakstan i huaj")

    assert found_by(person("ojf.durres"), "zambakstan") == {"task": [f"/tasks/{own.code}/"]}
    assert len(found_by(person("koordinator.durres"), "zambakstan")["task"]) == 2


LISTS = {
    "decision": "/meetings/decisions/?state=all",
    "meeting": "/meetings/?state=all",
    "task": "/tasks/?whose=all&state=all",
    "activity": "/activities/",
    "institution": "/institutions/",
}


@pytest.mark.parametrize("username", ["prefekt.durres", "zva.gjirokaster", "ojf.durres", "pmf.durres"])
def test_everybody_finds_as_many_as_their_lists_show(person, seat, username):
    """Asked for what every text of a kind holds."""
    make.task(seat(username).institution)
    index.catch_up()
    Indexed.objects.update(words="gjithcka")
    reader = person(username)

    totals = {group.kind.name: group.total for group in answer(reader, "gjithcka").response.context["groups"]}

    for kind, address in LISTS.items():
        page = reader.get(address)
        if page.status == 200:
            assert totals.get(kind, 0) == page.response.context["found"].total, kind
        else:
            assert kind not in totals, kind


@pytest.mark.parametrize("username", ["dpo", "admin"])
def test_whoever_reads_no_text_of_the_committee_has_no_search(person, username):
    someone = person(username)

    assert someone.post(SEARCH, {"words": "vendim"}).status == 403
    assert 'action="/search/"' not in someone.look("/institutions/").html


def test_the_search_stands_in_the_head_of_every_page(coordinator, person):
    for reader, address in ((coordinator, "/"), (coordinator, "/tasks/"), (person("pmf.durres"), "/cases/")):
        page = reader.look(address)
        assert any(form.action == SEARCH and form.names >= {"words"} for form in page.forms), address


def test_signed_out_it_leads_to_the_sign_in(as_, client):
    assert client.post(SEARCH, {"words": "vendim"}).status_code == 302


def test_a_retired_institution_and_a_withdrawn_item_are_not_found(coordinator, decision):
    place = make.institution(name="Qendra Zambakstan", retired_on=timezone.localdate())
    assert found_by(coordinator, "qerrate")["item"]

    rows(AgendaItem).filter(pk=decision.item_id).update(withdrawn_at=timezone.now())

    assert "item" not in found_by(coordinator, "qerrate")
    assert "institution" not in found_by(coordinator, place.code)


# --- nothing of it is left ---


def test_what_was_typed_stands_in_no_address_and_no_line_of_the_trail(coordinator, decision):
    answer(coordinator, "brezoren")

    seen = entries("page.seen")[-1]
    assert (seen.route, seen.fields) == ("search:search", [])
    assert "brezoren" not in " ".join(str(vars(one)) for one in Entry.objects.unscoped(WHY).order_by("-pk")[:3])
    kept = KeptSearch.objects.get(page="search:search")
    assert b"brezoren" not in bytes(kept.ciphertext)


def test_going_back_finds_the_same_for_ten_minutes(coordinator, person, decision):
    there = answer(coordinator, "brezoren").response.context["found_url"]

    again = coordinator.look(there)
    assert again.typed("words") == "brezoren"
    assert url_of(decision) in again.links

    assert url_of(decision) not in person("prefekt.durres").look(there).links
    KeptSearch.objects.update(kept_at=timezone.now() - datetime.timedelta(minutes=11))
    late = coordinator.look(there)
    assert "ten minutes" in late.text
    assert url_of(decision) not in late.links
    assert coordinator.look(f"{SEARCH}?found=abc").status == 200


def test_what_left_the_reach_meanwhile_is_not_found_again(person, decision, seat):
    reader = person("zva.durres")
    there = answer(reader, "brezoren").response.context["found_url"]

    for place in rows(Membership).filter(institution=seat("zva.durres").institution):
        place.starts_on, place.ends_on = make.in_days(-9), make.in_days(-1)
        place.save()

    assert url_of(decision) not in reader.look(there).links


def test_words_about_a_person_are_refused_where_they_find_nothing_and_kept_nowhere(coordinator, person):
    for typed in ("Shembulla Çupaj", "068 234 5678"):
        page = answer(coordinator, typed)
        assert page.beside("words")
        assert page.typed("words") == typed
    assert not KeptSearch.objects.filter(page="search:search").exists()
    make.case(first_name="Shembulla", last_name="Çupaj")
    known, unknown = (answer(coordinator, typed).beside("words") for typed in ("Shembulla Çupaj", "Arben Marku"))
    assert known == unknown


def test_a_worker_is_led_to_the_search_of_persons_and_the_prefect_is_not(person):
    assert "/cases/search/" in answer(person("pmf.durres"), "asgjesend").links
    assert "/cases/search/" not in answer(person("prefekt.durres"), "asgjesend").links


# --- many ---


def test_many_hits_are_paged_by_kind(coordinator, decision):
    for number in range(29):
        make.decision(decision.item, number=5000 + number, text=f"Zambakstan {number}.")

    page = answer(coordinator, "zambakstan")
    (group,) = page.response.context["groups"]
    assert (group.total, len(group.hits)) == (29, 5)
    there = page.response.context["found_url"]
    assert f"{there}&kind=decision" in page.links

    first, second = coordinator.look(f"{there}&kind=decision"), coordinator.look(f"{there}&kind=decision&page=2")
    assert [len(one.response.context["groups"][0].hits) for one in (first, second)] == [25, 4]
    assert "26–29 of 29" in second.text
    assert coordinator.look(f"{there}&kind=nonsense&page=x").response.context["total"] == 29


def test_its_queries_do_not_grow(coordinator, decision):
    def asked():
        index.catch_up()
        with CaptureQueriesContext(connection) as captured:
            answer(coordinator, "zambakstan")
        return len(captured)

    make.decision(decision.item, number=4999, text="Zambakstan.")
    asked()
    few = asked()
    for number in range(20):
        make.decision(decision.item, number=5000 + number, text=f"Zambakstan {number}.")
    assert asked() == few


# --- the index is right, whoever writes ---


def test_what_is_rewritten_is_found_by_its_new_words_alone(coordinator, decision):
    assert found_by(coordinator, "brezoren")

    rows(Decision).filter(pk=decision.pk).update(text="Tashti tjetër tekst: Zambakstan.")

    assert found_by(coordinator, "brezoren") == {}
    assert found_by(coordinator, "zambakstan") == {"decision": [url_of(decision)]}


def test_what_is_undone_leaves_no_mark(world):
    index.catch_up()
    with transaction.atomic():
        make.task(title="Zambakstan")
        assert Unindexed.objects.exists()
        transaction.set_rollback(True)

    assert not Unindexed.objects.exists()


def test_a_task_that_moves_is_not_indexed_anew(world):
    task = make.task()
    index.catch_up()

    task.state = "accepted"
    task.save()

    assert not Unindexed.objects.exists()


def test_all_is_indexed_in_batches_and_what_is_gone_goes(world):
    triggers.name_everything(connection)
    assert index.catch_up(3) is False
    Indexed.objects.create(kind="task", thing=10**9, words="fantazma")
    Unindexed.objects.create(kind="task", thing=10**9)
    Unindexed.objects.create(kind="of-a-former-release", thing=1)

    index.catch_up_with_all()

    assert not Unindexed.objects.exists()
    assert not Indexed.objects.filter(thing=10**9).exists()
    for model in (Decision, AgendaItem, Meeting, Task, Measure, Activity, Institution):
        kind = next(one for one in kinds().values() if one.model is model)
        assert Indexed.objects.filter(kind=kind.name).count() == kind.listed(rows(model)).count()


def test_a_missing_trigger_is_said(world):
    connection.check_constraints()  # what is still to be checked would hold the triggers
    assert triggers.faults(connection) == []

    triggers.remove(connection)  # they come back with the rollback of the test

    assert len(triggers.faults(connection)) == 3 * len(kinds())
    assert {one.id for one in triggers.writes_are_named(None, ["default"])} == {"krat.E024"}
    triggers.after_migrate(None, "default")
    assert triggers.faults(connection) == []


def test_every_role_that_may_ask_may_see_something():
    from krat.access import rights

    asking = {role for role, reach in rights.right("search.view").reaches.items() if reach != "none"}
    reading = {
        role
        for kind in kinds().values()
        for role in rights.right(kind.model.view_right).reaches
        if role not in (Role.ADMIN, Role.DATA_PROTECTION, Role.SYSTEM)
    }
    assert asking == reading
