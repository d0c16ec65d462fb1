"""Finding a case: by POST, by words of a name, by personal number, by its own number; within one's own reach only."""

import pytest

from krat.audit.models import Entry
from krat.demo import make
from tests.ui.html_client import WHY, entries

pytestmark = pytest.mark.django_db

SEARCH = "/cases/search/"


@pytest.fixture
def worker(person):
    return person("pmf.durres")


@pytest.fixture
def case(seat):
    return make.case(
        manager=seat("pmf.durres"), first_name="Shembulla", last_name="Çupaj", personal_number="K50314001A"
    )


def found_by(person, typed):
    page = person.post(SEARCH, {"words": typed})
    assert page.status == 200, page.text[:200]
    return [one["case"].pk for one in page.response.context["cases"]]


@pytest.mark.parametrize(
    "typed", ["Çupaj", "cupaj", "CUPAJ", "cup", "shembulla cupaj", "cupaj shem", " K50314001A ", "k50314001a"]
)
def test_a_worker_finds_their_case(worker, case, typed):
    assert found_by(worker, typed) == [case.pk]


def test_by_its_own_number_however_it_is_typed(worker, case):
    county, year, serial, _kind = case.number.split("-")

    for typed in (case.number, case.number.lower(), f"{county}-{year}-{int(serial)}", f"{county} {year} {serial}"):
        assert found_by(worker, typed) == [case.pk], typed


@pytest.mark.parametrize("typed", ["cupajj", "upaj", "cupaj gjon", "K50314001B", "DR-2026-9999-F"])
def test_what_does_not_fit_finds_nothing(worker, case, typed):
    assert found_by(worker, typed) == []


@pytest.mark.parametrize(
    "username", ["pmf2.durres", "njmf.shijak", "pmf.gjirokaster", "njmf.gjirokaster", "shssh.durres"]
)
def test_others_find_nothing_and_are_answered_as_if_nobody_were_there(person, case, username):
    other = person(username)

    for typed in ("cupaj", "K50314001A", case.number):
        assert found_by(other, typed) == []
        hit, miss = (other.post(SEARCH, {"words": words}) for words in (typed, "asnjeri"))
        assert hit.text.replace(typed, "") == miss.text.replace("asnjeri", "")


@pytest.mark.parametrize("username", ["prefekt.durres", "zva.durres", "policia.durres", "dpo", "admin"])
def test_whoever_may_know_nobody_has_no_search(person, case, username):
    assert person(username).post(SEARCH, {"words": "cupaj"}).status == 403


def test_the_social_service_finds_a_possible_victim(person, seat):
    case = make.case(manager=seat("pmf.durres"), last_name="Çupaj", victim_status="possible_victim")

    assert found_by(person("shssh.durres"), "cupaj") == [case.pk]


def test_two_letters_are_too_few(worker, case):
    page = worker.post(SEARCH, {"words": "cu"})

    assert "three letters" in page.beside("words")
    assert page.typed("words") == "cu"
    assert page.response.context["cases"] == []


def test_an_invisible_character_is_refused(worker, case):
    page = worker.post(SEARCH, {"words": "cup\u202eaj"})

    assert page.beside("words")
    assert page.response.context["cases"] == []


def test_what_was_typed_stands_in_no_address_and_in_no_trail(worker, case):
    page = worker.post(SEARCH, {"words": "cupaj"})

    assert "no-store" in page.response["Cache-Control"]
    assert not any("cupaj" in link for link in page.links)
    kept = Entry.objects.unscoped(WHY).values_list("route", "fields", "thing_code", "actor_words")
    assert not any("cupaj" in str(one).lower() for one in kept)


def test_it_is_never_asked_by_an_address(worker, case):
    assert worker.get(f"{SEARCH}?words=cupaj").status == 405


def test_every_hit_is_in_the_trail(worker, case, seat):
    other = make.case(manager=seat("pmf.durres"), last_name="Provë")

    found_by(worker, "cupaj")

    assert [one.route for one in entries("page.seen", case)] == ["cases:search"]
    assert entries("page.seen", other) == []


def test_hits_are_heads_without_a_name(worker, case):
    page = worker.post(SEARCH, {"words": "cup"})

    assert case.number in page.text
    assert "Çupaj" not in page.html
    assert "Shembulla" not in page.html.replace("Shembulli", "")
