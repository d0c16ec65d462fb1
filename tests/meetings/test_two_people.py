"""Two people at one thing: the second sees both texts, nothing is overwritten, and then it can be saved."""

import pytest

from krat.demo import make
from tests.ui.form_examples import BY_ROUTE
from tests.ui.html_client import again, url

pytestmark = pytest.mark.django_db

# What is edited, which field, and how its page shows the older text of the other.
EDITS = [
    ("meetings:edit", "planned", "place"),
    ("meetings:item_edit", "item", "title"),
    ("meetings:item", "item", "discussion"),
    ("plan:task_edit", "task", "title"),
    ("plan:objective_edit", "objective", "title"),
    ("plan:measure_edit", "measure", "title"),
    ("plan:measure_report", "measure", "note"),
    ("plan:activity_edit", "activity", "summary"),
]
FIRST, SECOND, BOTH = "Teksti i parë", "Teksti i dytë", "Teksti i parë dhe i dytë"


@pytest.fixture
def complete(examples):
    """The same things with every reference they can have."""
    zva, border = examples.place("ZVA"), examples.place("KUFI")
    examples.item.rapporteur = border
    examples.item.save()
    examples.activity.measure = make.measure(examples.objective)
    examples.activity.save()
    examples.task.measure = examples.measure
    examples.task.save()
    examples.measure.supporting.add(border)
    assert zva != border
    return examples


@pytest.mark.parametrize(("route", "thing", "field"), EDITS)
def test_the_second_sees_both_texts_and_then_saves(person, complete, route, thing, field):
    page, thing = BY_ROUTE[route], getattr(complete, thing)
    address = page.address(complete)
    first, second = person(page.who), person(page.who)
    firsts = first.look(address).form(field)
    seconds = second.look(address).form(field)

    good = {name: value for name, value in page.data(complete).items() if name != field}
    assert first.post(address, firsts.sent(good | {field: FIRST})).leads_to
    refused = second.post(address, seconds.sent(good | {field: SECOND}))

    assert refused.status == 200
    assert getattr(again(thing), field) == FIRST
    assert refused.typed(field) == SECOND
    assert [(one.theirs, one.yours) for one in refused.response.context["form"].conflict or []] == [(FIRST, SECOND)]
    assert FIRST in refused.text
    assert "Someone else saved in the meantime" in refused.text

    assert second.post(address, refused.form(field).sent({field: BOTH})).leads_to
    assert getattr(again(thing), field) == BOTH


@pytest.mark.parametrize(("route", "thing", "field"), EDITS)
def test_a_thing_can_be_edited_again_whatever_it_points_to(person, complete, route, thing, field):
    page = BY_ROUTE[route]
    address = page.address(complete)
    someone = person(page.who)

    for text in (FIRST, SECOND):
        someone.save(address, **{field: text})

    assert getattr(again(getattr(complete, thing)), field) == SECOND


def test_a_button_pressed_on_an_older_page_does_nothing_and_says_so(person, examples):
    prefect, meeting = person("prefekt.durres"), examples.circulated
    button = next(form for form in prefect.look(url("meetings:detail", meeting)).forms if "/approve/" in form.action)
    person("koordinator.durres").save(url("meetings:edit", meeting), place="Salla tjetër")

    answer = prefect.post(button.action, button.sent({}))

    assert "The minutes were changed after you opened them" in answer.text
    assert again(meeting).minutes == "circulated"


def test_the_adoption_of_a_plan_that_changed_shows_it_again(person, examples):
    prefect = person("prefekt.durres")
    address = url("plan:adopt", examples.draft_plan)
    form = prefect.look(address).form("adopted_on")
    examples.draft_plan.version += 1
    examples.draft_plan.save()

    refused = prefect.post(address, form.sent({}))

    assert refused.status == 200
    assert again(examples.draft_plan).state == "draft"
    assert prefect.post(address, refused.form("adopted_on").sent({})).leads_to
    assert again(examples.draft_plan).state == "adopted"
