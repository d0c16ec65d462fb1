"""Obstacles in the file, cards for the table: a stuck case is helped, and nobody at the table learns whose it is."""

import datetime

import pytest
from django.utils import timezone

from cases.actions import cards, referrals
from cases.models import Card, Identity, Obstacle
from krat.demo import make
from tests.cases.core import again, rows
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db

ASKED = "Vendim për ndihmën ekonomike"


@pytest.fixture
def case(people):
    return people.open(risk="high")


@pytest.fixture
def worker(person):
    return person("pmf.durres")


def form(people, **more):
    """What a worker fills in."""
    return {
        "kind": make.term("obstacle", "economic_aid").pk,
        "waits_for": people.place("AL-02-BASHKIA-DURRES").pk,
        "since": make.in_days(-12).isoformat(),
        "asked": ASKED,
    } | more


def decided(people, card, *, state="new", due_on=None):
    """The table decided on a card and gave the municipality a task."""
    task = make.task(people.place("AL-02-BASHKIA-DURRES"), state=state, due_on=due_on or make.in_days(14))
    cards.move(card, "on_agenda", by=people.coordinator)
    cards.move(card, "decided", by=people.coordinator, decision="7/2026", tasks=[task])
    return task


# --- marking ---


def test_a_worker_marks_what_holds_the_case_up_and_is_offered_the_table(worker, case, people):
    answer = worker.fill(url("cases:obstacle_add", case), **form(people))

    obstacle = rows(Obstacle).get(case=case)
    assert answer.leads_to == url("cases:obstacle_table", obstacle)
    assert obstacle.data["asked"] == ASKED
    assert obstacle.days == 12
    assert entries("obstacle.marked", obstacle)


def test_from_a_late_referral_the_form_is_filled_already(worker, case, people):
    sent = timezone.now() - datetime.timedelta(days=20)
    referral = make.referral(case, people.place("AL-02-BASHKIA-DURRES"), purpose="economic_aid", sent_at=sent)

    shown = worker.look(f"{url('cases:obstacle_add', case)}?referral={referral.code}")

    assert shown.typed("referral") == str(referral.pk)
    assert shown.typed("waits_for") == str(referral.receiver_id)
    assert shown.typed("since") == f"{timezone.localdate(sent):%d.%m.%Y}"
    assert shown.typed("kind") == str(make.term("obstacle", "no_answer").pk)


@pytest.mark.parametrize("code", ["not-a-code", "", "00000000-0000-0000-0000-000000000000"])
def test_a_code_that_leads_nowhere_fills_nothing(worker, case, code):
    assert worker.look(f"{url('cases:obstacle_add', case)}?referral={code}").typed("referral") == ""


def test_a_name_is_refused_before_it_reaches_the_table(worker, case, people):
    shown = worker.fill(url("cases:obstacle_add", case), **form(people, asked="Vendim për Blerina Hoxha"))

    assert shown.beside("asked")
    assert shown.typed("asked") == "Vendim për Blerina Hoxha"
    assert not rows(Obstacle).filter(case=case).exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"asked": "a" * 301}, "asked"),
        ({"asked": ""}, "asked"),
        ({"since": make.in_days(2).isoformat()}, "since"),
        ({"kind": ""}, "kind"),
        ({"waits_for": "999999"}, "waits_for"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(worker, case, people, wrong, field):
    shown = worker.fill(url("cases:obstacle_add", case), **form(people, **wrong))

    assert shown.beside(field)
    assert not rows(Obstacle).filter(case=case).exists()


def test_a_referral_of_another_case_is_not_offered(worker, case, people):
    foreign = people.refer(people.open())

    shown = worker.fill(url("cases:obstacle_add", case), **form(people, referral=foreign.pk))

    assert shown.beside("referral")


@pytest.mark.parametrize("username", ["pmf2.durres", "zva.durres", "pmf.gjirokaster", "koordinator.durres"])
def test_who_is_not_in_the_team_marks_nothing(person, case, people, username):
    obstacle = people.stuck(case)

    for address in (url("cases:obstacle_add", case), url("cases:obstacle_gone", obstacle)):
        assert person(username).get(address).status in (403, 404)
        assert person(username).post(address, {"how": "U zgjidh.", "version": 1}).status in (403, 404)
    assert person(username).get(url("cases:obstacle_table", obstacle)).status in (403, 404)
    assert person(username).post(url("cases:obstacle_take", obstacle)).status in (403, 404)
    assert again(obstacle).stands
    assert again(obstacle).card_id is None


# --- to the table ---


def test_the_card_is_shown_as_the_table_will_see_it_before_it_goes_there(worker, case, people):
    obstacle = people.stuck(case)

    shown = worker.look(url("cases:obstacle_table", obstacle))

    for word in (ASKED, "10–13", "female", "high", "initial assessment", "Bashkia Durrës"):
        assert word in shown.text
    assert "Shembulla" not in shown.html.partition("<main")[2]  # the band over the file is its team's alone
    seen = entries("page.seen", rows(Identity).get(case=case))[-1].fields
    assert seen == ["birth_date", "first_name", "last_name", "sex"]
    assert not rows(Card).filter(asked=ASKED, pk=obstacle.card_id).exists()


def test_taken_to_the_table_it_is_a_card_with_a_name_of_its_own(worker, case, people):
    obstacle = people.stuck(case)

    pressed = worker.press(url("cases:obstacle_table", obstacle), url("cases:obstacle_take", obstacle))
    leads_on = worker.get(pressed.leads_to)

    card = rows(Card).get(pk=again(obstacle).card_id)
    assert f"Card {card.alias} waits for the table." in worker.follow(leads_on).text
    assert (card.age_band, card.sex, card.risk, card.asked) == ("10-13", "female", "high", ASKED)
    assert entries("obstacle.to_table", card)


def test_pressed_twice_there_is_one_card(worker, case, people):
    obstacle = people.stuck(case)
    address = url("cases:obstacle_take", obstacle)
    before = rows(Card).count()

    worker.post(address)
    answer = worker.post(address)

    assert rows(Card).count() == before + 1
    assert answer.status == 302


def test_an_obstacle_that_is_gone_is_not_taken_to_the_table(worker, case, people):
    obstacle = people.stuck(case)
    cards.confirm_gone(obstacle, by=people.worker, how="U zgjidh.")

    answer = worker.get(url("cases:obstacle_table", obstacle))

    assert answer.leads_to == url("cases:case", case)
    assert worker.post(url("cases:obstacle_take", obstacle)).status == 302
    assert again(obstacle).card_id is None


# --- gone ---


def test_the_worker_confirms_that_it_is_gone_and_the_card_closes(worker, case, people):
    obstacle, card = people.at_the_table(case)

    leads_to = worker.save(url("cases:obstacle_gone", obstacle), how="Ndihma u miratua.")

    assert leads_to == url("cases:case", case)
    assert not again(obstacle).stands
    assert again(card).state == "closed"
    assert entries("obstacle.gone", obstacle)


def test_without_a_word_how_it_stands(worker, case, people):
    obstacle = people.stuck(case)

    shown = worker.fill(url("cases:obstacle_gone", obstacle), how="")

    assert shown.beside("how")
    assert again(obstacle).stands


def test_when_the_table_decided_meanwhile_the_worker_reads_it_and_saves_again(worker, case, people):
    obstacle, card = people.at_the_table(case)
    address = url("cases:obstacle_gone", obstacle)
    before = worker.look(address).form("how")
    decided(people, card)

    shown = worker.post(address, before.sent({"how": "Ndihma u miratua."}))

    assert "The table dealt with the card after you opened this page." in shown.text
    assert "Decision 7/2026" in shown.text
    assert "Bashkia Durrës" in shown.text
    assert shown.typed("how") == "Ndihma u miratua."
    assert again(obstacle).stands
    assert worker.post(address, shown.form("how").sent({})).leads_to == url("cases:case", case)
    assert again(card).state == "closed"


def test_an_obstacle_is_confirmed_as_gone_once(worker, case, people):
    obstacle = people.stuck(case)
    address = url("cases:obstacle_gone", obstacle)
    before = worker.look(address).form("how")
    cards.confirm_gone(obstacle, by=people.worker, how="U zgjidh.")

    shown = worker.post(address, before.sent({"how": "Edhe një herë."}) | {"version": again(obstacle).version})

    assert "already confirmed as gone" in shown.text


# --- cards ---


SEE_IT = {
    "pmf.durres": True,
    "njmf.durres": True,
    "prefekt.durres": True,
    "koordinator.durres": True,
    "drejtor.durres": True,
    "ndihma.durres": True,
    "koordinatori.kombetar": True,
    "pmf2.durres": False,
    "zva.durres": False,
    "prefekt.gjirokaster": False,
    "pmf.gjirokaster": False,
}


@pytest.mark.parametrize(("username", "sees"), SEE_IT.items())
def test_a_card_is_seen_by_the_table_by_whom_it_waits_for_and_by_its_team(person, case, people, username, sees):
    _, card = people.at_the_table(case)
    somebody = person(username)

    assert (url("cases:card", card) in somebody.look(url("cases:cards")).links) is sees
    assert somebody.get(url("cases:card", card)).status == (200 if sees else 404)


@pytest.mark.parametrize("username", ["sekretaria.durres", "dpo", "admin"])
def test_who_sees_no_cards_is_refused_in_a_sentence(person, case, people, username):
    _, card = people.at_the_table(case)

    assert person(username).get(url("cases:cards")).status == 403
    assert person(username).get(url("cases:card", card)).status == 403


def test_no_card_tells_whose_it_is(person, case, people):
    _, card = people.at_the_table(case)

    for username in ("prefekt.durres", "koordinator.durres", "drejtor.durres", "koordinatori.kombetar"):
        for address in (url("cases:card", card), url("cases:cards")):
            html = person(username).look(address).html
            for word in (case.number, str(case.code), "Shembulla", "Çelaj"):
                assert word not in html
        assert url("cases:card_resolve", card) not in html


def test_each_row_and_each_card_that_was_shown_is_noted(person, case, people):
    _, card = people.at_the_table(case)
    prefect = person("prefekt.durres")

    prefect.look(url("cases:cards"))
    prefect.look(url("cases:card", card))

    assert [one.route for one in entries("page.seen", card)] == ["cases:cards", "cases:card"]


def test_the_list_narrows_by_state_institution_and_obstacle(person, case, people):
    _, card = people.at_the_table(case)
    here, prefect = url("cases:card", card), person("prefekt.durres")

    def finds(**wanted):
        asked = "&".join(f"{name}={value}" for name, value in wanted.items())
        return here in prefect.look(f"{url('cases:cards')}?{asked}").links

    assert finds(state="waiting", institution=card.waits_for_id, kind=card.kind_id)
    assert not finds(state="closed")
    assert not finds(institution=people.school.institution_id)
    assert not finds(kind=make.term("obstacle", "transport").pk)
    assert finds(state="nonsense")  # a filter that makes no sense narrows nothing


def test_the_worker_sees_how_the_task_stands_which_is_not_hers(worker, case, people):
    _, card = people.at_the_table(case)
    task = decided(people, card)

    shown = worker.look(url("cases:card", card))

    assert "Decision 7/2026" in shown.text
    assert "Bashkia Durrës" in shown.text
    assert task.title not in shown.html
    assert worker.get(url("plan:task", task)).status == 404


def test_a_card_whose_task_is_late_rises_to_the_committee(worker, person, case, people):
    _, card = people.at_the_table(case)
    other = people.at_the_table(people.open())[1]
    decided(people, card, due_on=make.in_days(-3))
    decided(people, other)

    assert "rises to the committee" in worker.look(url("cases:card", card)).text
    assert "rises to the committee" not in worker.look(url("cases:card", other)).text
    lines = {one.url for one in person("prefekt.durres").look("/").response.context["waiting"]}
    assert url("cases:card", card) in lines
    assert url("cases:card", other) not in lines


def test_when_the_tasks_are_verified_the_worker_is_asked_to_confirm(worker, case, people):
    obstacle, card = people.at_the_table(case)
    decided(people, card, state="verified")

    lines = {one.url: one for one in worker.look("/").response.context["waiting"]}

    assert "The tasks are carried out" in worker.look(url("cases:card", card)).text
    assert case.number in lines[url("cases:obstacle_gone", obstacle)].title


# --- whose card it is ---


def test_the_team_opens_the_case_of_its_card_and_that_is_noted(worker, case, people):
    _, card = people.at_the_table(case)
    address = url("cases:card_resolve", card)

    answer = worker.press(url("cases:card", card), address)

    assert answer.leads_to == url("cases:case", case)
    assert entries("card.resolved", card)
    assert worker.get(address).status == 405


def test_nobody_else_learns_whose_it_is(person, case, people):
    waiting = people.stuck(case, waits_for=people.place("AL-02-NJMF-SHIJAK"))
    card = cards.take_to_table(waiting, by=people.worker)

    expected = {
        "prefekt.durres": 403,
        "koordinator.durres": 403,
        "njmf.shijak": 403,  # the card waits for this unit, and is of another's case
        "pmf2.durres": 404,
        "pmf.gjirokaster": 404,
    }
    for username, status in expected.items():
        assert person(username).post(url("cases:card_resolve", card)).status == status, username
    assert not entries("card.resolved", card)


def test_signed_out_one_is_led_to_sign_in(client, world):
    assert client.get(url("cases:cards"))["Location"].startswith("/account/login/")


def test_a_refused_referral_can_be_named_as_the_obstacle(worker, case, people):
    referral = people.refer(case)
    referrals.move(referral, "refused", by=people.school, answer="Nuk ka vende.")

    worker.save(url("cases:obstacle_add", case), **form(people, referral=referral.pk))

    assert rows(Obstacle).get(case=case).referral_id == referral.pk
