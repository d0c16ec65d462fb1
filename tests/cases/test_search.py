"""Finding a case: by POST, by words of a name, by personal number, by its own number; within one's own reach only."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions import name_index
from cases.models import Assignment, Identity, KeptSearch, NameToken
from krat.audit.models import Entry
from krat.demo import make
from tests.ui.html_client import WHY, entries, rows

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


@pytest.mark.parametrize("typed", ["cupajj", "upaj", "cu", "gjon", "K50314001B", "DR-2026-9999-F", "9999", "9999-F"])
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


def test_what_holds_no_word_and_no_number_is_asked_for_again(worker, case):
    page = worker.post(SEARCH, {"words": "?! –"})

    assert "Type a name or a number" in page.beside("words")
    assert page.typed("words") == "?! –"
    assert page.response.context["cases"] == []


def test_an_invisible_character_is_refused(worker, case):
    page = worker.post(SEARCH, {"words": "cup\u202eaj"})

    assert page.beside("words")
    assert page.response.context["cases"] == []


def test_what_was_typed_stands_in_no_address_and_in_no_trail(worker, case):
    page = worker.post(SEARCH, {"words": "cupaj"})

    assert "no-store" in page.response["Cache-Control"]
    assert not any("cupaj" in link for link in page.links)
    kept = Entry.objects.unscoped(WHY).values_list("route", "fields", "thing_code", "things", "actor_words")
    assert not any("cupaj" in str(one).lower() for one in kept)


def test_words_in_an_address_are_not_listened_to(worker, case):
    page = worker.look(f"{SEARCH}?words=cupaj")

    assert page.response.context["cases"] == []
    assert page.typed("words") == ""


def test_every_hit_is_in_the_trail(worker, case, seat):
    other = make.case(manager=seat("pmf.durres"), last_name="Provë")

    found_by(worker, "cupaj")

    assert [one.route for one in entries("page.seen", case)] == ["cases:search"]
    assert entries("page.seen", other) == []


# --- names as people here write and read them ---


@pytest.fixture
def named(seat):
    def make_one(first, last, father=""):
        return make.case(manager=seat("pmf.durres"), first_name=first, last_name=last, father_name=father)

    return make_one


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Đorđe", "Đorđević", "djordjevic"),
        ("Đorđe", "Đorđević", "dordevic"),
        ("Đorđe", "Đorđević", "Đorđe Đorđević"),
        ("Đorđe", "Đorđević", "DJORDJE"),
        ("Djordje", "Djordjevic", "Đorđević"),
        ("Ђорђе", "Ђорђевић", "djordjevic"),
        ("Işıl", "Yıldız", "yildiz"),
        ("Işıl", "Yıldız", "YILDIZ"),
        ("Işıl", "Yıldız", "isil"),
        ("İzzet", "Şahin", "izzet sahin"),
        ("Łukasz", "Małecki", "lukasz malecki"),
        ("Ørsted", "Bjørnprova", "orsted bjornprova"),
        ("Ørsted", "Bjørnprova", "bjoernprova"),
        ("Æsa", "Weißprova", "aesa weissprova"),
        ("Jürgen", "Müllerprova", "juergen muellerprova"),
        ("Jürgen", "Müllerprova", "jurgen mullerprova"),
        ("Γιώργος", "Προβα", "giorgos"),
        ("Ana-Maria", "D’Ana", "ana maria"),
        ("Ana-Maria", "D’Ana", "anamaria"),
        ("Ana-Maria", "Dʼprova", "dprova"),
        ("Ana-Maria", "Dʼprova", "d'prova"),
        ("Ea", "Li", "Ea Li"),
        ("Ea", "Li", "li"),
        ("Ea", "Lirimprova", "ea lir"),
        ("Çlirimprova", "Ö", "ö"),
    ],
)
def test_a_name_is_found_however_it_is_written(worker, named, first, last, typed):
    case = named(first, last)

    assert found_by(worker, typed) == [case.pk]


@pytest.mark.parametrize("typed", ["Zamirprova Ndueprova Kolprovaj", "Zamirprova (Ndueprova) Kolprovaj", "ndueprova"])
def test_name_fathers_name_and_surname_find(worker, named, typed):
    case = named("Zamirprova", "Kolprovaj", father="Ndueprova")
    named("Tjetërprova", "Dikushprova")

    assert found_by(worker, typed) == [case.pk]


def test_a_word_that_no_name_bears_hides_no_other(worker, named):
    case = named("Zamirprova", "Kolprovaj")
    half = named("Zamirprova", "Dikushprova")

    page = worker.post(SEARCH, {"words": "Zamirprova Askushprova Kolprovaj"})

    assert [one["case"].pk for one in page.response.context["cases"]] == [case.pk]
    assert "Nobody fits everything" in page.text
    assert set(found_by(worker, "Zamirprova, 14 vjeç")) == {case.pk, half.pk}
    assert "Nobody fits everything" not in worker.post(SEARCH, {"words": "Zamirprova Kolprovaj"}).text


def test_two_letters_are_a_whole_name_and_no_beginning(worker, named):
    short, long = named("Ea", "Liprova"), named("Eaprova", "Li")

    assert set(found_by(worker, "ea")) == {short.pk}
    assert set(found_by(worker, "li")) == {long.pk}


@pytest.mark.parametrize("sign", "'’‘ʼ′´`")
def test_apostrophes_of_phones_and_word_processors_are_taken_and_found(worker, people, sign):
    case = people.open(identity={"first_name": "Ana", "last_name": f"D{sign}provaj"})

    for typed in (f"D{sign}provaj", "d'provaj", "dprovaj", "provaj"):
        assert found_by(worker, typed) == [case.pk], typed


# --- numbers as others print them ---


def test_a_number_is_found_as_others_print_it_and_by_its_end(worker, case):
    county, year, serial, kind = case.number.split("-")

    for typed in (
        f"{county}–{year}–{serial}–{kind}",
        f"{county}/{year}/{serial}",
        f"{county}—{year}—{serial}",
        f"{county}{year}{serial}{kind}",
        serial,
        str(int(serial)),
        f"{int(serial)}-{kind}",
        f"{int(serial)}{kind.lower()}",
        f"{year}/{serial}",
        f"{int(serial)}/{year}",
    ):
        assert case.pk in found_by(worker, typed), typed
    assert case.pk not in found_by(worker, f"{int(serial)}-R")
    assert case.pk not in found_by(worker, f"{int(serial)}/{int(year) - 1}")


@pytest.mark.parametrize("typed", ["K50314001-A", "K 5031 4001 A", "k50314001–a", "K.50314001/A"])
def test_a_personal_number_is_found_as_others_print_it(worker, case, typed):
    assert found_by(worker, typed) == [case.pk]


def test_a_year_is_no_number_of_a_case(worker, case):
    assert found_by(worker, case.number.split("-")[1]) == []


# --- who sees the name, and going back ---


def test_hits_tell_name_and_year_of_birth_and_the_trail_has_each(worker, case):
    page = worker.post(SEARCH, {"words": "cup"})
    who = rows(Identity).get(case=case)

    assert case.number in page.text
    assert "Shembulla Çupaj" in page.text
    assert who.year_of_birth in page.text
    (entry,) = entries("page.seen", who)
    assert (entry.route, entry.fields) == ("cases:search", ["birth_date", "first_name", "last_name"])


def test_what_was_found_stands_under_a_code_for_whoever_goes_back(worker, case, seat):
    page = worker.post(SEARCH, {"words": "cupaj"})
    address = page.response.context["found_url"]

    back = worker.look(address)

    assert "cupaj" not in address.lower()
    assert f'data-found-url="{address}"' in page.html
    assert [one["case"].pk for one in back.response.context["cases"]] == [case.pk]
    assert back.typed("words") == "cupaj"
    assert len(entries("page.seen", rows(Identity).get(case=case))) == 2
    kept = KeptSearch.objects.get()
    assert b"cupaj" not in bytes(kept.ciphertext)


def test_a_code_opens_for_its_own_seat_and_for_ten_minutes_only(worker, case, person, seat):
    address = worker.post(SEARCH, {"words": "cupaj"}).response.context["found_url"]

    for username in ("njmf.durres", "pmf2.durres"):
        other = person(username).look(address)
        assert other.response.context["cases"] == []
        assert "cupaj" not in other.html.lower()
        assert "kept for ten minutes" in other.text
    assert person("zva.durres").get(address).status == 403
    KeptSearch.objects.update(kept_at=timezone.now() - datetime.timedelta(minutes=11))
    late = worker.look(address)
    assert late.response.context["cases"] == []
    assert "kept for ten minutes" in late.text
    person("njmf.durres")  # somebody signs in
    assert KeptSearch.objects.count() == 0


def test_who_has_left_the_team_finds_nothing_by_going_back(worker, case, seat):
    address = worker.post(SEARCH, {"words": "cupaj"}).response.context["found_url"]
    rows(Assignment).filter(case=case).update(ended_at=timezone.now())

    assert worker.look(address).response.context["cases"] == []


@pytest.mark.parametrize("code", ["x", "00000000-0000-0000-0000-000000000000", "' OR 1=1"])
def test_a_code_that_was_never_given_finds_nothing(worker, case, code):
    assert worker.look(f"{SEARCH}?found={code}").response.context["cases"] == []


def test_more_hits_ask_the_database_no_more(worker, case, seat):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            worker.post(SEARCH, {"words": "cupaj"})
        return len(captured)

    def another():
        make.case(manager=seat("pmf.durres"), last_name="Çupaj")

    another()
    queries()
    few = queries()
    for _once in range(10):
        another()

    assert queries() == few


# --- the index follows its rules ---


def test_names_indexed_by_former_rules_are_indexed_anew(worker, case):
    NameToken.objects.filter(case=case).delete()
    rows(Identity).filter(case=case).update(index_version=0)
    assert found_by(worker, "cupaj") == []

    call_command("indexnames", stdout=StringIO())

    assert found_by(worker, "cupaj") == [case.pk]
    assert not name_index.is_due()
    assert name_index.index_anew() == 0
