"""Cards on an agenda: the coordinator puts them there, the table decides, and nobody learns whose case it is."""

import pytest

from krat.demo import make
from krat.plan.models import Task
from meetings.models import AgendaItem, Decision
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def secretary(person):
    return person("sekretaria.durres")


@pytest.fixture
def card(examples, seat):
    """Of a case of the worker of Durrës, waiting for the municipality."""
    case = make.case(manager=seat("pmf.durres"), first_name="Shembulla", last_name="Çelaj")
    return make.card(make.obstacle(case, examples.place("BASHKIA-DURRES")), asked="Vendim brenda javës për ndihmën")


def put(somebody, meeting, card):
    return somebody.press(url("meetings:cards", meeting), url("meetings:card_add", meeting, card=card.code))


def item_of(card):
    return rows(AgendaItem).get(card=card, withdrawn_at=None)


def test_the_coordinator_sees_what_waits_and_puts_it_on_the_agenda(coordinator, examples, card):
    shown = coordinator.look(url("meetings:cards", examples.planned))

    answer = put(coordinator, examples.planned, card)

    assert card.asked in shown.text
    assert f"Card {card.alias} is on the agenda." in coordinator.follow(answer).text
    assert item_of(card).meeting_id == examples.planned.pk
    assert again(card).state == "on_agenda"
    assert entries("card.moved", card)


def test_it_leaves_the_page_once_it_is_on_an_agenda(coordinator, examples, card):
    put(coordinator, examples.planned, card)

    assert card.asked not in coordinator.look(url("meetings:cards", examples.planned)).text


def test_a_card_is_on_one_agenda(coordinator, examples, card):
    put(coordinator, examples.planned, card)

    answer = coordinator.post(url("meetings:card_add", examples.another_meeting(), card=card.code))

    assert "on an agenda already" in coordinator.follow(answer).text
    assert rows(AgendaItem).filter(card=card).count() == 1


def test_a_meeting_that_is_over_takes_no_card(coordinator, examples, card):
    answer = coordinator.post(url("meetings:card_add", examples.circulated, card=card.code))

    assert "This meeting is over" in coordinator.follow(answer).text
    assert again(card).state == "open"


def test_the_secretariat_puts_it_there_by_its_alias_and_sees_no_more_of_it(secretary, examples, card):
    shown = secretary.look(url("meetings:cards", examples.planned))
    put(secretary, examples.planned, card)

    pages = [
        shown,
        secretary.look(url("meetings:detail", examples.planned)),
        secretary.look(url("meetings:item", item_of(card))),
    ]

    for one in pages:
        assert card.alias in one.text
        assert card.asked not in one.html
    assert again(card).state == "on_agenda"


def test_a_card_of_the_other_county_is_not_there(person, examples, card):
    foreign = make.card(county="AL-05")

    assert (
        person("koordinator.durres").post(url("meetings:card_add", examples.planned, card=foreign.code)).status == 404
    )
    assert (
        person("koordinator.gjirokaster").post(url("meetings:card_add", examples.planned, card=card.code)).status == 404
    )


@pytest.mark.parametrize("username", ["prefekt.durres", "zva.durres", "pmf.durres", "koordinatori.kombetar"])
def test_who_makes_no_agendas_is_refused(person, examples, card, username):
    assert person(username).get(url("meetings:cards", examples.planned)).status == 403
    assert person(username).post(url("meetings:card_add", examples.planned, card=card.code)).status == 403


def test_a_button_is_needed_a_link_is_not_enough(coordinator, examples, card):
    assert coordinator.get(url("meetings:card_add", examples.planned, card=card.code)).status == 405


def test_on_the_page_those_who_see_the_card_read_it_and_others_its_alias(coordinator, person, examples, card):
    put(coordinator, examples.meeting, card)
    address = url("meetings:detail", examples.meeting)

    for username in ("koordinator.durres", "prefekt.durres"):
        assert card.asked in person(username).look(address).text
    reader = person("zva.durres").look(address)
    assert card.alias in reader.text
    assert card.asked not in reader.html
    assert [one for one in entries("page.seen", card) if one.route == "meetings:detail"]


def test_the_paper_tells_the_alias_of_a_card_and_no_more_to_anybody(coordinator, person, examples, card):
    """One paper for all who get the minutes: what only some may read of a card does not stand on it."""
    put(coordinator, examples.meeting, card)

    for username in ("koordinator.durres", "prefekt.durres", "zva.durres"):
        shown = person(username).look(url("meetings:minutes", examples.meeting))
        assert card.alias in shown.text
        assert card.asked not in shown.html


def test_nobody_at_the_table_learns_whose_it_is(coordinator, examples, card):
    put(coordinator, examples.meeting, card)

    for address in (
        url("meetings:cards", examples.meeting),
        url("meetings:detail", examples.meeting),
        url("meetings:item", item_of(card)),
    ):
        html = coordinator.look(address).html
        assert not [word for word in ("Shembulla", "Çelaj", "DR-2026") if word in html]


def test_deciding_charges_first_the_institution_it_waits_for(coordinator, examples, card):
    put(coordinator, examples.meeting, card)
    item = item_of(card)

    day = coordinator.look(url("meetings:item", item))
    coordinator.save(
        url("meetings:item", item), text="Bashkia merr vendim.", due_on=make.in_days(10).strftime("%d.%m.%Y")
    )

    decision = rows(Decision).select_related("body").get(item=item)
    task = rows(Task).get(decisions=decision)
    assert day.form("text", "lead").values["lead"] == [str(card.waits_for_id)]
    assert task.lead_id == card.waits_for_id
    assert again(card).state == "decided"
    assert again(card).decision == decision.label
    assert f"Decision {decision.label}" in coordinator.look(url("cases:card", card)).text


def test_who_does_not_see_the_card_is_not_told_for_whom_it_waits(secretary, examples, card):
    put(secretary, examples.meeting, card)

    form = secretary.look(url("meetings:item", item_of(card))).form("text", "lead")

    assert form.values["lead"] in ([], [""])


def test_taken_off_the_agenda_it_waits_again(coordinator, examples, card):
    put(coordinator, examples.planned, card)
    item = item_of(card)

    coordinator.press(url("meetings:item_edit", item), url("meetings:item_withdraw", item))

    assert again(card).state == "open"


def test_the_way_there_stands_on_the_meeting_and_on_the_first_page(coordinator, person, examples, card):
    meeting = examples.planned

    assert url("meetings:cards", meeting) in coordinator.look(url("meetings:detail", meeting)).links
    assert url("meetings:cards", meeting) not in person("prefekt.durres").look(url("meetings:detail", meeting)).links
    titles = [one.title for one in coordinator.look("/").response.context["waiting"]]
    assert f"Put card {card.alias} on an agenda" in titles


# --- from the card itself ---


def test_from_the_page_of_a_card_the_coordinator_puts_it_on_an_agenda(coordinator, examples, card):
    meeting = examples.planned
    page = coordinator.look(url("cases:card", card))
    assert url("meetings:card_agenda", card) in page.links

    answer = coordinator.press(url("meetings:card_agenda", card), url("meetings:card_add", meeting, card=card.code))

    assert f"Card {card.alias} is on the agenda." in coordinator.follow(answer).text
    assert item_of(card).meeting_id == meeting.pk


def test_the_secretariat_finds_the_way_by_the_alias_alone(secretary, examples, card):
    shown = secretary.look(url("meetings:card_agenda", card))

    assert card.alias in shown.text
    assert card.asked not in shown.html
    assert url("meetings:card_add", examples.planned, card=card.code) in [
        form.action for form in secretary.look(url("meetings:card_agenda", card)).forms
    ]


@pytest.mark.parametrize("username", ["prefekt.durres", "njmf.durres", "pmf.durres"])
def test_who_makes_no_agendas_has_no_such_button(person, card, username):
    somebody = person(username)

    assert url("meetings:card_agenda", card) not in somebody.look(url("cases:card", card)).links
    assert somebody.get(url("meetings:card_agenda", card)).status == 403


def test_the_coordinator_of_another_county_finds_no_such_card(person, card):
    assert person("koordinator.gjirokaster").get(url("meetings:card_agenda", card)).status == 404


def test_a_card_that_does_not_wait_offers_no_agenda(coordinator, examples, card):
    put(coordinator, examples.planned, card)

    assert url("meetings:card_agenda", card) not in coordinator.look(url("cases:card", card)).links
    shown = coordinator.look(url("meetings:card_agenda", card))
    assert "does not wait for an agenda" in shown.text
    assert not [form for form in shown.forms if "cards" in form.action]


def test_meetings_that_are_over_are_not_offered(coordinator, examples, card):
    over, coming = examples.another_meeting(state="held"), examples.planned

    forms = [form.action for form in coordinator.look(url("meetings:card_agenda", card)).forms]

    assert url("meetings:card_add", coming, card=card.code) in forms
    assert url("meetings:card_add", over, card=card.code) not in forms
