"""The service catalogue: who keeps it, who reads what of it, and how free places are told."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from krat.demo import make
from krat.reference.models import Threshold
from krat.services import actions, handover
from krat.services.models import Places, Service
from tests.api.conftest import make_machine
from tests.services.examples import first, place, service, words
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db

SHELTER_NAME = "Strehëza Shembull"


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


@pytest.fixture
def shelter(world):
    return rows(Service).select_related("provider__kind").get(provider__code="AL-02-STREHEZ")


# --- kept by the county's secretariat ---


def test_the_coordinator_enters_a_service_that_the_county_reads(coordinator, person):
    leads_to = coordinator.save(url("services:add"), **words())

    new = rows(Service).order_by("-pk")[0]
    assert leads_to == url("services:detail", new)
    shown = person("zva.durres").look(leads_to).text
    for said in ("Qendra shembull e re", "Day centre", "VKM nr. 518", "6 to 14 years old", "Durrës, Krujë"):
        assert said in shown
    for said in ("Me referim të njësisë.", "Organizata shembull", "Vendim shembull nr. 5", "01.09.2021"):
        assert said in shown
    assert leads_to in person("zva.durres").look(url("services:list")).links


def test_what_was_changed_stands_in_the_trail(coordinator, examples):
    one = service()

    coordinator.save(url("services:edit", one), **words(age_to="12"))

    [entry] = entries("service.saved", one)
    assert {"name", "age_to", "kinds", "municipalities", "partners"} <= set(entry.fields)
    assert again(one).age_to == 12


def test_a_stale_edit_shows_both_texts(coordinator, examples):
    one = service()
    form = coordinator.look(url("services:edit", one)).form("name")
    coordinator.save(url("services:edit", one), name="Emri i parë", provider=one.provider_id)

    shown = coordinator.post(url("services:edit", one), form.sent({"name": "Emri i dytë"}))

    assert "Emri i parë" in shown.text
    assert "Emri i dytë" in shown.text
    assert again(one).name == "Emri i parë"


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"age_from": "15", "age_to": "6"}, "", "lies below"),
        ({"municipalities": []}, "municipalities", "Tick the municipalities"),
        ({"hours": ""}, "hours", "which days"),
        ({"name": " "}, "name", "what it is called"),
        ({"name": "Qendra e Arben Hoxhës"}, "name", "private person"),
        ({"how_to_refer": "Rruga Adem Jashari, pallati 14, kati 3"}, "how_to_refer", "private person"),
        ({"capacity": "-1"}, "capacity", ""),
        ({"kinds": []}, "kinds", ""),
    ],
)
def test_what_makes_no_sense_is_refused_beside_what_was_typed(coordinator, wrong, field, sentence):
    shown = coordinator.fill(url("services:add"), **words(**wrong))

    assert shown.status == 200
    assert sentence in (shown.beside(field) if field else shown.text)
    assert not field or shown.beside(field)
    assert shown.typed("partners") == "Bashkia Durrës\nOrganizata shembull"
    assert not rows(Service).filter(hours="e hënë–e premte, 9:00–17:00").exists()


def test_another_county_keeps_its_own(coordinator, person, world):
    theirs = service("AL-05")

    assert coordinator.get(url("services:edit", theirs)).status == 404
    assert person("koordinator.gjirokaster").get(url("services:edit", theirs)).status == 200


def test_what_serves_us_from_elsewhere_is_read_but_not_changed(coordinator, world):
    country = service("AL-05", territory="country")
    ours = service("AL-05", municipalities=("AL-02-KRUJE",))
    theirs = service("AL-05", municipalities=("AL-05-PERMET",))

    for one in (country, ours):
        assert coordinator.get(url("services:detail", one)).status == 200
        assert coordinator.get(url("services:edit", one)).status == 403
        assert url("services:edit", one) not in coordinator.look(url("services:detail", one)).links
    assert coordinator.get(url("services:detail", theirs)).status == 404


@pytest.mark.parametrize("who", ["zva.durres", "pmf.durres", "prefekt.durres", "ojf.durres"])
def test_nobody_else_keeps_the_catalogue(person, world, who):
    assert person(who).get(url("services:add")).status == 403
    assert url("services:add") not in person(who).look(url("services:list")).links


def test_whoever_has_no_right_reads_nothing(person, world):
    assert person("admin").get(url("services:list")).status == 403
    assert person("dpo").get(url("services:detail", first(None))).status == 403


def test_signed_out_it_leads_to_the_sign_in(world):
    answer = Client().get(url("services:list"))

    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


# --- free places ---


def test_the_centre_tells_its_free_places_on_a_phone_in_one_number(person, world):
    one = first(None)

    leads_to = person("ojf.durres").save(url("services:places", one), free="7")

    told = rows(Places).filter(service=one).select_related("told_by__user").order_by("-pk")[0]
    assert (told.free, told.capacity, told.told_by.user.username) == (7, 20, "ojf.durres")
    shown = person("pmf.durres").look(leads_to).text
    assert "7 free of 20" in shown
    assert "Qendra e Shërbimeve Durrës" in shown
    assert timezone.localdate().strftime("%d.%m.%Y") in shown
    [entry] = entries("service.places", one)[-1:]
    assert list(entry.fields) == ["free"]


def test_what_was_told_before_stays_readable(person, world):
    one = first(None)
    before = list(rows(Places).filter(service=one).values_list("free", flat=True))

    person("ojf.durres").save(url("services:places", one), free="0")

    assert [*sorted([*before, 0])] == sorted(rows(Places).filter(service=one).values_list("free", flat=True))
    assert len(before) == 3


def test_the_same_number_again_counts_as_told_today(person, world):
    one = first(None)
    Service.objects.unscoped("a test turns the clock back").filter(pk=one.pk).update(
        told_at=timezone.now() - datetime.timedelta(days=30)
    )
    assert again(one).is_stale(14)

    person("ojf.durres").save(url("services:places", one), free=str(one.free))

    assert not again(one).is_stale(14)
    assert again(one).free == one.free


def test_more_free_places_than_there_are_is_refused(person, world):
    shown = person("ojf.durres").fill(url("services:places", first(None)), free="21")

    assert "20 places in all" in shown.beside("free")
    assert shown.typed("free") == "21"


def test_fewer_places_than_are_free_is_refused(seat, world):
    one = first(None)
    with translation.override("en"), pytest.raises(ValidationError, match="tell first how many are free"):
        actions.save(
            one,
            by=seat("koordinator.durres"),
            county=one.county,
            based_on=one.version,
            kinds=list(one.kinds.all()),
            needs=[],
            municipalities=list(one.municipalities.all()),
            provider=one.provider,
            **(make.SERVICE | {"name": one.name, "territory": one.territory, "capacity": 1}),
        )


def test_only_the_provider_and_the_secretariat_tell(person, world):
    one = first(None)

    assert person("zva.durres").get(url("services:places", one)).status == 403
    assert person("strehez.durres").get(url("services:places", one)).status == 403
    assert person("sekretaria.durres").get(url("services:places", one)).status == 200
    assert person("ojf.gjirokaster").get(url("services:places", one)).status == 404


def test_telling_does_not_disturb_whoever_edits(coordinator, person, world):
    one = first(None)
    form = coordinator.look(url("services:edit", one)).form("name")
    person("ojf.durres").save(url("services:places", one), free="3")

    assert coordinator.post(url("services:edit", one), form.sent({"licence": "Licencë e re"})).leads_to
    assert (again(one).licence, again(one).free) == ("Licencë e re", 3)


def test_old_numbers_are_marked_and_the_provider_is_asked(person, world):
    one = first(None)
    line = "Tell how many places are free"
    assert line not in person("ojf.durres").look("/").text

    Threshold.objects.filter(code="services_places_told_days").update(amount=1)

    assert line in person("ojf.durres").look("/").text
    assert line not in person("pmf.durres").look("/").text
    assert "old" in person("pmf.durres").look(url("services:detail", one)).text


# --- shelters ---


def test_a_shelter_is_told_by_its_code_alone(person, shelter):
    for who in ("pmf.durres", "zva.durres", "koordinator.durres"):
        for address in (url("services:list"), url("services:detail", shelter)):
            shown = person(who).look(address).html
            assert "AL-02-STREHEZ" in shown
            assert SHELTER_NAME not in shown
            assert "al-02-strehez@" not in shown.lower()


def test_how_many_places_a_shelter_has_is_for_those_who_place_somebody(person, shelter):
    assert "3 free of 12" in person("pmf.durres").look(url("services:detail", shelter)).text
    for who in ("zva.durres", "prefekt.durres", "ojf.durres"):
        shown = person(who).look(url("services:detail", shelter)).text
        assert "not told here" in shown
        assert "of 12" not in shown
        assert "Free places, as they were told" not in shown


def test_looking_for_room_does_not_give_a_shelter_away(person, shelter):
    address = url("services:list") + "?room=on"

    assert url("services:detail", shelter) in person("pmf.durres").look(address).links
    assert url("services:detail", shelter) not in person("zva.durres").look(address).links


def test_a_shelter_tells_no_municipality(coordinator, world):
    shown = coordinator.fill(url("services:add"), **words(provider=place("AL-02-STREHEZ").pk))

    assert "told nowhere" in shown.beside("territory")


# --- finding ---


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("age=6", True),
        ("age=14", True),
        ("age=5", False),
        ("age=15", False),
        ("sex=female", True),
        ("sex=male", False),
        ("sector=public", True),
        ("sector=ngo", False),
        ("room=on", True),
        ("state=withdrawn", False),
    ],
)
def test_the_catalogue_is_looked_through_by_whom_it_serves(person, world, asked, is_found):
    one = service(age_from=6, age_to=14, sex="female", sector="public")
    make.places(one, make.seat("ngo", one.provider), 1)

    assert (
        url("services:detail", one) in person("pmf.durres").look(f"{url('services:list')}?{asked}").links
    ) is is_found


def test_a_service_is_found_by_kind_and_by_the_municipality_it_serves(person, world):
    one = service(kinds=("translation",), municipalities=("AL-02-KRUJE",))
    krujë, shijak = make.municipality("AL-02-KRUJE"), make.municipality("AL-02-SHIJAK")
    kind = make.term("service", "translation")

    def finds(asked: str) -> bool:
        return url("services:detail", one) in person("pmf.durres").look(f"{url('services:list')}?{asked}").links

    assert finds(f"municipality={krujë.pk}")
    assert finds(f"kind={kind.pk}")
    assert not finds(f"municipality={shijak.pk}")
    assert not finds(f"kind={make.term('service', 'court').pk}")


# --- withdrawn ---


def test_a_withdrawn_service_stays_readable_with_its_reason(coordinator, person, world):
    one = service()

    leads_to = coordinator.save(url("services:withdraw", one), why="Financimi përfundoi.")

    assert "Financimi përfundoi." in person("pmf.durres").look(leads_to).text
    assert leads_to not in person("pmf.durres").look(url("services:list")).links
    assert leads_to in person("pmf.durres").look(url("services:list") + "?state=all").links
    assert person("ojf.durres").get(url("services:places", one)).status == 302
    assert entries("service.withdrawn", one)


def test_it_comes_back(coordinator, world):
    one = service()
    coordinator.save(url("services:withdraw", one), why="Gabim.")

    coordinator.press(url("services:detail", one), url("services:restore", one))

    assert again(one).is_offered
    assert entries("service.restored", one)
    assert coordinator.get(url("services:restore", one)).status == 405


def test_what_an_institution_offered_goes_to_its_successor(seat, world):
    old, new = make.institution(kind="ngo"), make.institution(kind="ngo")
    one = service()
    Service.objects.unscoped("a test").filter(pk=one.pk).update(provider=old)

    with translation.override("en"):
        assert handover.open_work(old) == ["1 service"]
    handover.hand_over(old, new, by=seat("admin"))

    assert again(one).provider_id == new.pk
    assert entries("service.handed_over", one)
    shelter = place("AL-02-STREHEZ")
    assert not handover.fits(shelter, new)


# --- for machines ---


def test_a_machine_reads_the_catalogue_page_by_page(world):
    machine = make_machine("AL-02-NJMF-DURRES").with_token()
    page = machine.get("services/?limit=2").json()
    told = page["results"]
    while page["next"]:
        page = machine.get(f"services/?limit=2&cursor={page['next']}").json()
        told += page["results"]

    by_provider = {one["provider"]: one for one in told}
    centre = by_provider["AL-02-OJF"]
    assert (centre["capacity"], centre["free"], centre["opening"], centre["is_stale"]) == (20, 4, "always", False)
    assert centre["partners"] == [
        "World Vision Albania",
        "Bashkia Durrës",
        "Ministria e Shëndetësisë dhe Mbrojtjes Sociale",
    ]
    assert centre["municipalities"] == ["AL-02-DURRES", "AL-02-SHIJAK"]
    assert "day_centre" in centre["kinds"]
    assert by_provider["AL-02-STREHEZ"]["name"] == "AL-02-STREHEZ"
    assert SHELTER_NAME not in str(told)
    assert not [one for one in told if one["provider"] == "AL-05-OJF"]


def test_a_machine_looks_for_a_kind_and_a_municipality(world):
    machine = make_machine("AL-02-NJMF-DURRES").with_token()

    def found(asked: str) -> set[str]:
        return {one["provider"] for one in machine.get(f"services/?{asked}").json()["results"]}

    assert found("kind=economic_aid") == {"AL-02-BASHKIA-DURRES"}
    assert "AL-02-BASHKIA-DURRES" in found("municipality=AL-02-DURRES")
    assert "AL-02-BASHKIA-DURRES" not in found("municipality=AL-02-KRUJE")
    assert found("municipality=AL-99-NOWHERE") == set()
    assert machine.get("services/?name=x").status_code == 400


def test_without_a_token_a_machine_reads_nothing(world):
    assert Client().get("/api/v1/services/").status_code == 401
