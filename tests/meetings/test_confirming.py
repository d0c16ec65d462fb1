"""Closing, sending and approving ask once, and say what will be final."""

import pytest

from krat.demo import make
from krat.reference import calendar
from tests.ui.html_client import again, entries, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def test_closing_says_the_quorum_the_decisions_and_what_is_left(coordinator, examples):
    decided = make.item(examples.meeting, is_done=True)
    make.decision(decided, number=900)
    make.item(examples.meeting)
    address = url("meetings:close", examples.meeting)

    shown = coordinator.look(address)

    assert "The quorum is reached" in shown.text
    assert "1 decision was taken. 1 item is not dealt with." in shown.text
    assert again(examples.meeting).state == "open"  # asking does nothing
    coordinator.save(address, version=examples.meeting.version)
    assert again(examples.meeting).state == "held"


def test_the_question_opens_on_the_page_and_stands_on_its_own_page_without_script(coordinator, examples):
    detail, screen = coordinator.look(url("meetings:detail", examples.meeting)), url("meetings:item", examples.item)

    for shown in (detail, coordinator.look(screen)):
        assert '<dialog class="confirm" id="confirm-close"' in shown.html
        assert 'data-confirm="confirm-close"' in shown.html
        assert url("meetings:close", examples.meeting) in shown.links
    assert "Close the meeting?" in coordinator.look(url("meetings:close", examples.meeting)).text


def test_sending_says_until_when_remarks_run(coordinator, examples):
    until = calendar.due("minutes_remarks", make.in_days(0)).strftime("%d.%m.%Y")

    assert f"remarks until {until}" in coordinator.look(url("meetings:circulate", examples.held)).text
    coordinator.save(url("meetings:circulate", examples.held), version=examples.held.version)
    assert again(examples.held).circulated_on == make.in_days(0)


def test_approving_says_how_many_remarks_came_and_until_when_more_may_come(person, examples, seat):
    meeting = examples.another_meeting(state="held", minutes="circulated", circulated_on=make.in_days(-1))
    make.remark(meeting, seat("kufi.durres"))
    until = calendar.due("minutes_remarks", make.in_days(-1)).strftime("%d.%m.%Y")

    for address in (url("meetings:detail", meeting), url("meetings:approve", meeting)):
        text = person("prefekt.durres").look(address).text
        assert "1 remark was made" in text
        assert f"Remarks may still come until {until}" in text


def test_when_the_time_for_remarks_is_over_nothing_is_said_of_it(person, examples):
    meeting = examples.another_meeting(state="held", minutes="circulated", circulated_on=make.in_days(-60))

    assert "may still come" not in person("prefekt.durres").look(url("meetings:approve", meeting)).text


def test_who_may_not_do_it_is_not_asked_either(person, examples):
    held, circulated = examples.held, examples.circulated

    for name, meeting in (("meetings:close", held), ("meetings:circulate", held), ("meetings:approve", circulated)):
        assert person("kufi.durres").get(url(name, meeting)).status == 403
        assert person("koordinator.gjirokaster").get(url(name, meeting)).status in (403, 404)
    assert not entries("minutes.approved", circulated)


def test_what_can_no_longer_be_done_is_said_on_the_page_that_asks(coordinator, examples):
    shown = coordinator.post(url("meetings:circulate", examples.circulated), {"version": 1})

    assert shown.status == 200
    assert "Close the meeting first" in shown.text
