"""Signals on their pages: sent in a minute, followed without a word of them, answered by the unit."""

import pytest
from django.core.exceptions import ValidationError

from cases.models import Case, Signal, SignalWords
from krat.demo import make
from tests.cases.core import again, rows
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db

WORDS = {"what": "Fëmijë që punon natën te semaforët", "who": "Rreth dhjetë vjeç", "where": "Sheshi Liria"}


def send(somebody, **more):
    """Fill the form as somebody in a hurry would."""
    words = {"municipality": make.municipality().pk, "kind": "child", **WORDS} | more
    return somebody.fill(url("cases:signal_add"), **words)


def newest():
    return rows(Signal).order_by("-pk")[0]


# --- sending ---


def test_the_police_sends_a_signal_and_reads_to_whom_it_went_and_until_when(person):
    police = person("policia.durres")

    shown = police.follow(send(police))

    assert "The signal went to NJMF Durrës. An answer is due by" in shown.text
    assert "116006" in shown.text
    assert "129" in shown.text
    assert newest().source.code == "police"
    assert len(entries("signal.sent", newest())) == 1


@pytest.mark.parametrize(
    ("username", "source"),
    [
        ("policia.durres", "police"),
        ("kufi.durres", "border"),
        ("zva.durres", "school"),
        ("shendeti.durres", "health_centre"),
        ("ojf.durres", "ngo"),
        ("strehez.durres", "ngo"),
    ],
)
def test_where_a_signal_comes_from_follows_from_who_sends_it(person, seat, username, source):
    send(person(username))

    assert newest().source.code == source
    assert newest().sender_id == seat(username).institution_id


def test_the_unit_says_who_told_it_because_it_takes_calls(person):
    line = make.term("source", "116006")

    send(person("pmf.durres"), source=line.pk)

    assert newest().source == line
    assert person("pmf.durres").look(url("cases:signal_add")).typed("source") == str(
        make.term("source", "municipality").pk
    )


def test_an_urgent_signal_says_to_call_as_well(person):
    police = person("policia.durres")

    shown = police.follow(send(police, is_urgent="on"))

    assert "as urgent. Call 129 as well" in shown.text


def test_a_signal_without_what_was_seen_is_not_sent_and_keeps_what_was_typed(person):
    before = rows(Signal).count()

    shown = send(person("policia.durres"), what="", who="Vajzë me çantë të kuqe")

    assert shown.status == 200
    assert shown.beside("what")
    assert shown.typed("who") == "Vajzë me çantë të kuqe"
    assert rows(Signal).count() == before


def test_a_municipality_of_another_county_is_not_offered(person):
    foreign = make.municipality("AL-05-PERMET")

    shown = send(person("policia.durres"), municipality=foreign.pk)

    assert shown.beside("municipality")


def test_a_municipality_without_a_unit_is_refused_with_whom_to_call(person, monkeypatch):
    monkeypatch.setattr("cases.actions.signals.unit_of", lambda municipality: None)

    shown = send(person("policia.durres"))

    assert "116 006" in shown.beside("municipality")
    assert shown.typed("what") == WORDS["what"]


def test_the_same_form_sent_twice_sends_one_signal(person):
    police = person("policia.durres")
    address = url("cases:signal_add")
    form = police.look(address).form("what").sent({"municipality": make.municipality().pk, "kind": "child", **WORDS})
    before = rows(Signal).count()

    police.post(address, form)
    again = police.post(address, form)

    assert again.status == 302
    assert rows(Signal).count() == before + 1


@pytest.mark.parametrize("username", ["prefekt.durres", "koordinator.durres", "ndihma.durres", "drejtor.durres", "dpo"])
def test_who_sends_no_signals_is_refused_in_a_sentence(person, username):
    assert person(username).get(url("cases:signal_add")).status == 403


def test_signed_out_one_is_led_to_sign_in(client, world):
    assert client.get(url("cases:signal_add"))["Location"].startswith("/account/login/")
    assert client.get(url("cases:signals"))["Location"].startswith("/account/login/")


# --- following ---


def test_whoever_sent_it_sees_how_it_stands_and_never_a_word_of_it(person, people):
    signal = people.tell(**WORDS)
    police = person("policia.durres")

    pages = [police.look(url("cases:signal", signal)), police.look(url("cases:signals"))]

    for shown in pages:
        assert "NJMF Durrës" in shown.text
        assert not [word for word in WORDS.values() if word in shown.html]
    assert "sent" in pages[0].text
    assert police.get(url("cases:signal_take", signal)).status == 403


def test_the_sender_sees_that_it_was_taken_and_not_whose_case_it_is(person, people):
    signal = people.tell(**WORDS)
    case = people.open(signal=signal)

    shown = person("policia.durres").look(url("cases:signal", signal))

    assert "taken as a case" in shown.text
    assert case.number not in shown.html
    assert str(case.code) not in shown.html


@pytest.mark.parametrize("username", ["zva.durres", "pmf.gjirokaster", "njmf.gjirokaster", "njmf.shijak"])
def test_a_signal_of_others_is_not_there(person, people, username):
    signal = people.tell(**WORDS)

    for route in ("cases:signal", "cases:signal_take", "cases:signal_reject"):
        assert person(username).get(url(route, signal)).status in (403, 404)
    assert person(username).get(url("cases:signal", signal)).status == 404


def test_each_list_shows_its_own_and_is_noted_row_by_row(person, people):
    signal = people.tell(**WORDS)

    person("pmf.durres").look(url("cases:signals"))

    assert [one.route for one in entries("page.seen", signal)] == ["cases:signals"]
    assert url("cases:signal", signal) not in person("zva.durres").look(url("cases:signals")).links


def test_the_list_narrows_by_state(person, people):
    signal = people.tell(**WORDS)
    worker = person("pmf.durres")

    assert url("cases:signal", signal) in worker.look(url("cases:signals") + "?state=sent").links
    assert url("cases:signal", signal) not in worker.look(url("cases:signals") + "?state=rejected").links


# --- answering ---


def test_the_unit_reads_what_was_told_and_that_is_noted_by_field(person, people):
    signal = people.tell(**WORDS)

    shown = person("pmf.durres").look(url("cases:signal", signal))

    words = rows(SignalWords).get(signal=signal)
    assert all(word in shown.text for word in WORDS.values())
    assert entries("page.seen", words)[-1].fields == ["what", "where", "who"]
    assert "Confidential signal" in shown.text


def test_a_worker_takes_it_as_a_case_whose_form_is_filled_from_the_signal(person, people):
    signal = people.tell(**WORDS)
    worker = person("pmf.durres")
    address = url("cases:signal_take", signal)

    shown = worker.look(address)
    leads_to = worker.save(address, first_name="Shembulla", birth_year="2016")

    case = rows(Case).get(signal=signal)
    assert shown.typed("source") == str(signal.source_id)
    assert shown.typed("municipality") == str(signal.municipality_id)
    assert leads_to == url("cases:case", case)
    assert again(signal).state == "taken"
    assert entries("signal.taken", signal)
    assert entries("case.opened", case)


def test_after_it_is_taken_only_the_team_and_the_head_read_it(person, people):
    signal = people.tell(**WORDS)
    people.open(signal=signal)

    assert WORDS["what"] in person("pmf.durres").look(url("cases:signal", signal)).text
    assert WORDS["what"] in person("njmf.durres").look(url("cases:signal", signal)).text
    colleague = person("pmf2.durres").look(url("cases:signal", signal))
    assert WORDS["what"] not in colleague.html
    assert "It is a case now" in colleague.text


def test_what_makes_no_sense_opens_no_case_and_stays_in_the_form(person, people):
    signal = people.tell(**WORDS)

    shown = person("pmf.durres").fill(url("cases:signal_take", signal), first_name="Sh3mbulla", last_name="Provë")

    assert shown.beside("first_name")
    assert shown.typed("last_name") == "Provë"
    assert again(signal).state == "sent"
    assert not rows(Case).filter(signal=signal).exists()


def test_a_signal_is_not_taken_without_a_reason(person, people):
    signal = people.tell(**WORDS)
    address = url("cases:signal_reject", signal)

    empty = person("pmf.durres").fill(address, why="")
    leads_to = person("pmf.durres").save(address, why="Fëmija është me prindërit.")

    assert empty.beside("why")
    assert leads_to == url("cases:signal", signal)
    assert again(signal).state == "rejected"
    assert entries("signal.rejected", signal)
    assert "Fëmija është me prindërit." in person("njmf.durres").look(url("cases:signal", signal)).text
    assert "Fëmija është me prindërit." not in person("policia.durres").look(url("cases:signal", signal)).html


def test_two_people_answer_the_second_reads_a_sentence(person, people):
    signal = people.tell(**WORDS)
    address = url("cases:signal_reject", signal)
    second = person("pmf2.durres")
    form = second.look(address).form("why")
    people.open(signal=signal)

    shown = second.post(address, form.sent({"why": "Dublim."}))
    late = second.get(url("cases:signal_take", signal))

    assert "Somebody has already answered this signal." in shown.text
    assert shown.typed("why") == "Dublim."
    assert late.status == 302
    assert again(signal).state == "taken"


def test_nobody_takes_a_signal_of_another_unit(people):
    signal = people.tell(**WORDS)

    with pytest.raises(ValidationError, match="does not serve"):
        people.open(people.far_worker, signal=signal, municipality=signal.municipality)


def test_every_role_that_sends_has_a_way_to_the_form_from_its_first_page(person):
    for username in ("policia.durres", "kufi.durres", "zva.durres", "pmf.durres", "shssh.durres"):
        assert url("cases:signal_add") in person(username).look("/").links
    assert url("cases:signal_add") not in person("prefekt.durres").look("/").links
