"""A signal about several children becomes as many cases, each tied to it; and every case tells what its signal told."""

import pytest
from django.core.exceptions import ValidationError

from cases.models import Case, Signal, SignalWords
from krat.demo import make
from tests.cases.core import again, rows
from tests.ui.html_client import entries, url

pytestmark = pytest.mark.django_db

WORDS = {"what": "Pesë motra e vëllezër mbledhin kanaçe", "who": "Nga 4 deri në 14 vjeç", "where": "Lagjja shembull"}


@pytest.fixture
def signal(people):
    return people.tell(**WORDS)


def test_five_siblings_become_five_cases_of_one_signal(person, signal):
    worker = person("pmf.durres")
    address = url("cases:signal_take", signal)
    worker.save(address, first_name="Shembulla", birth_year="2016")

    for name in ("Shembullor", "Provëza", "Provor", "Shembullina"):
        worker.save(address, first_name=name, birth_year="2018", is_another="on")

    found = rows(Case).filter(signal=signal)
    assert found.count() == 5
    assert len(entries("signal.taken", signal)) == 5
    shown = worker.look(url("cases:signal", signal))
    assert all(url("cases:case", case) in shown.links for case in found)
    assert again(signal).state == "taken"


def test_one_more_case_is_asked_about_and_nothing_typed_is_lost(person, people, signal):
    people.open(signal=signal)

    shown = person("pmf.durres").fill(url("cases:signal_take", signal), first_name="Provëza")

    assert shown.beside("is_another")
    assert shown.typed("first_name") == "Provëza"
    assert rows(Case).filter(signal=signal).count() == 1


def test_the_first_case_asks_nothing_about_another_child(person, signal):
    assert "is_another" not in person("pmf.durres").look(url("cases:signal_take", signal)).form("first_name").names


def test_a_colleague_who_does_not_read_the_signal_opens_no_case_of_it(person, people, signal):
    people.open(signal=signal)

    with pytest.raises(ValidationError, match="already answered"):
        people.open(people.colleague, signal=signal, is_another=True)
    assert person("pmf2.durres").get(url("cases:signal_take", signal)).status == 302
    assert "Another child of this signal" not in person("pmf2.durres").look(url("cases:signal", signal)).text


def test_a_rejected_signal_becomes_no_case(people, signal):
    from cases.actions import signals

    signals.reject(signal, by=people.worker, why="Dublim.")

    with pytest.raises(ValidationError, match="already answered"):
        people.open(signal=signal, is_another=True)


def test_each_team_finds_its_own_case_on_the_page_of_the_signal_and_no_other(person, people, signal):
    first = people.open(signal=signal)
    second = people.open(people.head, signal=signal, is_another=True)

    mine = person("pmf.durres").look(url("cases:signal", signal))

    assert url("cases:case", first) in mine.links
    assert url("cases:case", second) not in mine.links
    heads = person("njmf.durres").look(url("cases:signal", signal))
    assert {url("cases:case", first), url("cases:case", second)} <= set(heads.links)
    assert second.number not in person("policia.durres").look(url("cases:signal", signal)).html


def test_the_page_of_a_case_tells_and_links_what_its_signal_told_and_enters_it(person, people, signal):
    case = people.open(signal=signal)
    sibling = people.open(signal=signal, is_another=True)

    shown = person("pmf.durres").look(url("cases:case", case))

    assert all(word in shown.text for word in WORDS.values())
    assert url("cases:signal", signal) in shown.links
    assert url("cases:case", sibling) in shown.links
    words = rows(SignalWords).get(signal=signal)
    assert entries("page.seen", words)[-1].fields == ["what", "where", "who"]
    assert entries("page.seen", sibling)


def test_who_sees_the_head_and_not_the_signal_is_told_no_word_of_it(person, people, signal):
    case = people.open(signal=signal)
    rows(Case).filter(pk=case.pk).update(victim_status="possible_victim")

    shown = person("shssh.durres").look(url("cases:case", case))

    assert not [word for word in WORDS.values() if word in shown.html]
    assert url("cases:signal", signal) not in shown.links


# --- the signal's form asks first what was missing last ---


def test_the_municipality_is_asked_first_and_remembered(person, seat):
    police, border = person("policia.durres"), person("kufi.durres")
    rows(Signal).filter(sent_by__in=[seat("policia.durres"), seat("kufi.durres")]).update(sent_by=seat("zva.durres"))
    address = url("cases:signal_add")
    first = police.look(address)
    assert first.typed("municipality") == ""
    assert first.html.index('name="municipality"') < first.html.index('name="what"')

    shijak = str(make.municipality("AL-02-SHIJAK").pk)
    police.save(address, municipality=shijak, what="Fëmijë në rrugë.")

    assert police.look(address).typed("municipality") == shijak
    assert "as in your last signal" in police.look(address).text
    assert border.look(address).typed("municipality") == ""  # what another seat sent is no hint for this one
