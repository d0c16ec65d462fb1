"""An item taken off the agenda can be put back where it stood, until the meeting is over; its card comes along."""

import pytest

from cases.models import Card
from krat.demo import make
from meetings.models import AgendaItem
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def items(examples) -> list[AgendaItem]:
    """Four items of a planned meeting."""
    return [make.item(examples.planned, title=title) for title in ("Hapja", "Raportet", "Shkollat", "Të ndryshme")]


def agenda(meeting) -> list[str]:
    found = rows(AgendaItem).filter(meeting=meeting, withdrawn_at=None).order_by("position")
    assert [one.position for one in found] == list(range(1, len(found) + 1))
    return [one.title for one in found]


def take_off(coordinator, item):
    assert coordinator.post(url("meetings:item_withdraw", item)).status == 302
    assert again(item).withdrawn_at is not None


def test_it_is_put_back_where_it_stood(coordinator, items, examples):
    take_off(coordinator, items[1])
    assert agenda(examples.planned) == ["Hapja", "Shkollat", "Të ndryshme"]
    page = url("meetings:detail", examples.planned)
    assert "Off the agenda" in coordinator.look(page).text

    assert coordinator.press(page, url("meetings:item_restore", items[1])).leads_to == page

    assert agenda(examples.planned) == ["Hapja", "Raportet", "Shkollat", "Të ndryshme"]
    assert entries("item.restored", items[1])
    shown = coordinator.look(page)
    assert "The item is on the agenda." in shown.text
    assert "Off the agenda" not in shown.text


def test_it_finds_its_place_on_an_agenda_that_became_shorter(coordinator, items, examples):
    for item in (items[3], items[2], items[1]):
        take_off(coordinator, item)

    coordinator.post(url("meetings:item_restore", items[3]))

    assert agenda(examples.planned) == ["Hapja", "Të ndryshme"]


def test_while_the_meeting_goes_on_too(coordinator, examples):
    item = make.item(examples.meeting, title="Harruar")
    take_off(coordinator, item)

    coordinator.post(url("meetings:item_restore", item))

    assert again(item).withdrawn_at is None


@pytest.mark.parametrize("state", ["held", "postponed", "cancelled"])
def test_when_the_meeting_is_over_it_stays_off(coordinator, examples, items, state):
    take_off(coordinator, items[1])
    rows(type(examples.planned)).filter(pk=examples.planned.pk).update(state=state)

    answer = coordinator.post(url("meetings:item_restore", items[1]))

    assert "its agenda stays as it is" in coordinator.follow(answer).text
    assert again(items[1]).withdrawn_at is not None
    assert "Off the agenda" not in coordinator.look(url("meetings:detail", examples.planned)).text


def test_one_that_stands_there_is_not_put_back_twice(coordinator, items, examples):
    coordinator.post(url("meetings:item_restore", items[1]))

    assert agenda(examples.planned) == ["Hapja", "Raportet", "Shkollat", "Të ndryshme"]
    assert not entries("item.restored", items[1])


def test_its_card_comes_along_while_it_waits(coordinator, examples):
    coordinator.post(url("meetings:card_add", examples.planned, card=examples.card.code))
    item = rows(AgendaItem).get(meeting=examples.planned, card=examples.card)
    take_off(coordinator, item)
    assert again(examples.card).state == Card.State.OPEN

    coordinator.post(url("meetings:item_restore", item))

    assert again(examples.card).state == Card.State.ON_AGENDA
    assert again(item).withdrawn_at is None


def test_a_card_that_went_on_another_agenda_stays_there(coordinator, examples):
    coordinator.post(url("meetings:card_add", examples.planned, card=examples.card.code))
    item = rows(AgendaItem).get(meeting=examples.planned, card=examples.card)
    take_off(coordinator, item)
    other = examples.another_meeting(held_on=make.in_days(5))
    coordinator.post(url("meetings:card_add", other, card=examples.card.code))

    answer = coordinator.post(url("meetings:item_restore", item))

    assert "does not wait for the table any more" in coordinator.follow(answer).text
    assert again(item).withdrawn_at is not None
    assert rows(AgendaItem).filter(card=examples.card, withdrawn_at=None).count() == 1


@pytest.mark.parametrize(
    ("username", "status"), [("prefekt.durres", 403), ("kufi.durres", 403), ("koordinator.gjirokaster", 404)]
)
def test_only_whoever_files_the_meeting_puts_it_back(person, coordinator, items, username, status):
    take_off(coordinator, items[1])

    assert person(username).post(url("meetings:item_restore", items[1])).status == status
    assert again(items[1]).withdrawn_at is not None


def test_whoever_only_reads_is_not_offered_what_was_taken_off(person, coordinator, items, examples):
    take_off(coordinator, items[1])

    assert items[1].title not in person("kufi.durres").look(url("meetings:detail", examples.planned)).text
    assert coordinator.get(url("meetings:item_restore", items[1])).status == 405


# --- all items in one page ---


def test_the_day_holds_every_item_with_its_own_form(coordinator, examples):
    """So the agenda turns without a connection; each form is sent to its own item."""
    first = examples.item
    others = [make.item(examples.meeting, discussion=f"U tha {number}.") for number in range(2)]

    shown = coordinator.look(url("meetings:item", first))

    sent = {form.action: form.values["discussion"] for form in shown.forms if "discussion" in form.names}
    assert sent == {
        url("meetings:item", first): [""],
        url("meetings:item", others[0]): ["U tha 0."],
        url("meetings:item", others[1]): ["U tha 1."],
    }
    assert next(iter(sent)) == url("meetings:item", first)
    ids = [part.split('"')[0] for part in shown.html.split(' id="')[1:]]
    assert sorted(ids) == sorted(set(ids)), "an id stands twice"


def test_another_items_form_is_sent_from_the_same_page(coordinator, examples):
    other = make.item(examples.meeting)
    shown = coordinator.look(url("meetings:item", examples.item))
    form = next(one for one in shown.forms if one.action == url("meetings:item", other))

    assert coordinator.post(form.action, form.sent({"discussion": "U tha."})).leads_to == url("meetings:item", other)

    assert again(other).discussion == "U tha."
    assert again(examples.item).discussion == ""


def test_a_draft_of_another_item_stands_in_its_form_and_on_the_agenda(coordinator, examples):
    other = make.item(examples.meeting)
    before = coordinator.look(url("meetings:item", examples.item))
    assert before.html.count("data-unsaved hidden") == 2
    coordinator.post(url("meetings:item", other), {"discussion": "Gjysmë", "version": other.version, "_draft": "keep"})

    shown = coordinator.look(url("meetings:item", examples.item))

    form = next(one for one in shown.forms if one.action == url("meetings:item", other) and one.names > {"_once"})
    assert form.values["discussion"] == ["Gjysmë"]
    assert shown.html.count("data-unsaved hidden") == 1
    assert shown.typed("discussion") == ""


def test_approved_or_not_yet_opened_no_item_has_a_form(coordinator, items):
    shown = coordinator.look(url("meetings:item", items[0]))

    assert not [form for form in shown.forms if "discussion" in form.names]
    assert "Open the meeting to write its minutes." in shown.text


def test_what_the_page_shows_stands_in_the_trail(coordinator, examples):
    """The whole meeting is shown: its entry names it beside the item."""
    make.item(examples.meeting, discussion="U tha.")

    coordinator.look(url("meetings:item", examples.item))

    assert [one for one in entries("page.seen", examples.meeting) if one.route == "meetings:item"]
