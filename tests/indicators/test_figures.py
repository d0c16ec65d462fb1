"""Figures: the education office enters them on a phone, the coordinator accepts or returns them, others see sums."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from krat.committee.models import Institution
from krat.demo import make
from krat.indicators import actions
from krat.indicators.models import Figure, FigureSheet, Indicator
from krat.indicators.periods import Length, Part, Period, ended
from krat.people.models import Seat
from tests.indicators.examples import SCHOOLS, figures, office, quarter, sheet
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db
SHIJAK = "AL-02-SHIJAK"


def address(period: Period | None = None, *, code: str = "AL-02-ZVA", place: str = SHIJAK) -> str:
    return url("indicators:enter", code=code, place=place, period=(period or quarter()).code)


def the_sheet() -> FigureSheet:
    return rows(FigureSheet).get(institution=office(), municipality__code=SHIJAK, part=quarter().part)


def stand(one: FigureSheet) -> dict[str, int | None]:
    return dict(rows(Figure).filter(sheet=one).values_list("indicator__code", "value"))


def send(somebody, where: str, **data):
    """Press the button that sends the figures; what comes back."""
    form = somebody.look(where).form("figure-I09a")
    return somebody.post(where, form.sent(data | {"send": "1"}))


def sent(somebody, where: str, **data) -> str:
    """Send the figures and see them taken; where it leads to."""
    return send(somebody, where, **data).leads_to


def free() -> Period:
    """A period of which the invented world tells nothing."""
    return ended(Length.QUARTER, timezone.localdate(), 6)[-1]


def overview_of(somebody, name: str):
    """What the overview of that period says, by code."""
    shown = somebody.look(f"{url('indicators:list')}?period={free().code}")
    return {one.indicator.code: one for one in shown.response.context[name]}


@pytest.fixture
def schools(person):
    return person("zva.durres")


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


# --- entering ---


def test_the_education_office_sends_its_quarter_and_the_coordinator_accepts_it(schools, coordinator):
    leads_to = send(schools, address(), **figures()).leads_to

    one = the_sheet()
    assert leads_to == url("indicators:sheet", one)
    assert one.state == FigureSheet.State.SUBMITTED
    assert stand(one) == {"I08b": 3, "I09a": 4, "I09b": 5}
    [entry] = entries("figures.sent", one)
    assert set(entry.fields) == set(SCHOOLS)
    coordinator.save(url("indicators:accept", one), version=again(one).version)
    assert again(one).state == FigureSheet.State.ACCEPTED
    assert entries("figures.accepted", one)


def test_a_draft_may_be_unfinished_and_is_not_sent(schools):
    schools.save(address(), **{"figure-I09a": "6"})

    assert the_sheet().state == FigureSheet.State.DRAFT
    assert stand(the_sheet()) == {"I09a": 6}


def test_zero_is_told_apart_from_not_known_and_no_change_takes_the_last_figure(schools):
    make.figure_sheet(office(), SHIJAK, quarter().before(), figures={"I08b": 11, "I09a": 2})
    shown = schools.look(address())
    assert "Last period: 11." in shown.text

    send(schools, address(), **{"same-I08b": "on", "figure-I09a": "0", "unknown-I09b": "on"})

    assert stand(the_sheet()) == {"I08b": 11, "I09a": 0, "I09b": None}
    told = schools.look(url("indicators:sheet", the_sheet())).text
    assert "not known" in told


def test_what_is_missing_is_said_at_the_figure_and_what_was_typed_is_kept(schools):
    shown = send(schools, address(), **{"figure-I09a": "8"})

    assert shown.status == 200
    assert "Zero is a number" in shown.beside("figure-I08b")
    assert not shown.beside("figure-I09a")
    assert shown.typed("figure-I09a") == "8"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-1", "never below zero"),
        ("12.5", "without decimals"),
        ("1000001", "too large"),
        ("shumë", "without decimals"),
        ("9999999999999999999999", "without decimals"),
    ],
)
def test_what_is_no_figure_is_refused_at_its_cell(schools, typed, said):
    shown = send(schools, address(), **figures(**{"figure-I09a": typed}))

    assert said in shown.beside("figure-I09a")
    assert shown.typed("figure-I09a") == typed
    assert not rows(FigureSheet).filter(municipality__code=SHIJAK, institution=office(), part=quarter().part).exists()


def test_a_number_and_not_known_cannot_both_be_so(schools):
    shown = send(schools, address(), **figures(), **{"unknown-I09a": "on"})

    assert "not both" in shown.beside("figure-I09a")


def test_the_second_of_two_writers_is_told_and_keeps_what_was_typed(person, schools):
    second = person("koordinator.durres")
    form = second.look(address()).form("figure-I09a")
    sent(schools, address(), **figures())

    shown = second.post(address(), form.sent(figures(**{"figure-I09a": "40"})))

    assert shown.status == 200
    assert "Someone else saved in the meantime" in shown.text
    assert shown.typed("figure-I09a") == "40"
    assert stand(the_sheet())["I09a"] == 4
    assert entries("figures.saved", the_sheet()) == []


def test_a_closed_period_refuses_with_the_day_on_which_it_was_closed(schools):
    long_ago = Period(2019, Part.Q1)

    shown = send(schools, address(long_ago), **figures())

    assert "The period was closed on" in shown.text
    assert not rows(FigureSheet).filter(year=2019).exists()


def test_a_period_that_is_not_over_refuses(schools):
    running = ended(Length.QUARTER, timezone.localdate() + datetime.timedelta(days=100), 1)[0]

    assert "is not over yet" in send(schools, address(running), **figures()).text


# --- correcting, returning, accepting ---


def test_a_correction_needs_a_reason_and_leaves_both_values_in_the_history(schools):
    sent(schools, address(), **figures())
    assert send(schools, address(), **figures(**{"figure-I09a": "9"}), reason="").beside("reason")

    sent(schools, address(), **figures(**{"figure-I09a": "9"}), reason="U gjetën edhe pesë fëmijë.")

    assert stand(the_sheet())["I09a"] == 9
    assert entries("figures.corrected", the_sheet())
    history = schools.look(url("indicators:sheet", the_sheet())).text
    assert "I09a: 4 → 9" in history
    assert "U gjetën edhe pesë fëmijë." in history


def test_a_correction_is_accepted_anew(schools, coordinator):
    sent(schools, address(), **figures())
    coordinator.save(url("indicators:accept", the_sheet()), version=the_sheet().version)

    sent(schools, address(), **figures(**{"figure-I09a": "9"}), reason="U numërua sërish.")

    assert the_sheet().state == FigureSheet.State.SUBMITTED
    assert the_sheet().decided_by is None


def test_names_of_persons_are_refused_in_a_reason(schools, coordinator):
    sent(schools, address(), **figures())

    shown = coordinator.fill(url("indicators:return", the_sheet()), reason="Pyetni Arben Hoxha.")

    assert "private person" in shown.beside("reason")
    assert the_sheet().state == FigureSheet.State.SUBMITTED


def test_what_was_returned_is_corrected_even_where_the_period_is_closed(schools, coordinator):
    one = sheet(place=SHIJAK)
    period = one.span
    coordinator.save(url("indicators:return", one), reason="Shifra duhet parë sërish.")
    assert "Shifra duhet parë sërish." in schools.look(address(period)).text

    sent(schools, address(period), **figures())

    assert again(one).state == FigureSheet.State.SUBMITTED


def test_nobody_accepts_what_they_entered_themselves(coordinator, person):
    sent(coordinator, address(), **figures())

    shown = coordinator.fill(url("indicators:accept", the_sheet()), version=the_sheet().version)

    assert "Somebody else accepts them" in shown.text
    assert the_sheet().state == FigureSheet.State.SUBMITTED
    person("sekretaria.durres").save(url("indicators:accept", the_sheet()), version=the_sheet().version)
    assert the_sheet().state == FigureSheet.State.ACCEPTED


def test_nor_what_they_entered_and_somebody_else_sent(coordinator, schools):
    coordinator.save(address(), **figures())
    send(schools, address())

    assert (
        "Somebody else accepts them"
        in coordinator.fill(url("indicators:accept", the_sheet()), version=the_sheet().version).text
    )


def test_figures_that_changed_since_they_were_read_are_not_accepted(schools, coordinator):
    sent(schools, address(), **figures())
    seen = coordinator.look(url("indicators:accept", the_sheet())).form("version")
    sent(schools, address(), **figures(**{"figure-I09a": "9"}), reason="U numërua sërish.")

    shown = coordinator.post(url("indicators:accept", the_sheet()), seen.sent({}))

    assert shown.status == 200
    assert the_sheet().state == FigureSheet.State.SUBMITTED


# --- who may ---


def test_another_institution_does_not_enter_or_open_them(person, schools):
    sent(schools, address(), **figures())
    police = person("policia.durres")

    assert police.get(address()).status == 403
    assert police.get(url("indicators:sheet", the_sheet())).status == 404
    assert person("zva.gjirokaster").get(address()).status == 404
    assert person("koordinator.gjirokaster").get(url("indicators:sheet", the_sheet())).status == 404
    assert schools.get(url("indicators:accept", the_sheet())).status == 403


def test_the_prefect_sees_who_reported_and_opens_no_sheet(person, schools):
    sent(schools, address(), **figures())
    prefect = person("prefekt.durres")

    assert prefect.get(url("indicators:sheet", the_sheet())).status == 403
    assert "Who has reported" in prefect.look(url("indicators:list")).text


def test_signed_out_it_leads_to_the_sign_in(world):
    answer = Client().get(url("indicators:list"))

    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
    assert Client().get(address()).status_code == 302


def test_what_is_not_owed_is_not_there(schools):
    assert schools.get(address(place="AL-02-NUK-EKZISTON")).status == 404
    assert schools.get(url("indicators:enter", code="AL-02-ZVA", place=SHIJAK, period="2026-q9")).status == 404
    assert schools.get(f"{url('indicators:list')}?period=1999-q1").status == 404
    assert schools.post(url("indicators:list")).status == 405


# --- the overview ---


def test_small_numbers_of_persons_are_hidden_from_the_prefect_and_large_ones_rounded(person):
    make.figure_sheet(office(), "AL-02-DURRES", free(), figures={"I09a": 23, "I09b": 3})
    make.figure_sheet(office(), "AL-02-KRUJE", free(), figures={"I09a": 31})

    found = overview_of(person("prefekt.durres"), "sums")

    assert found["I09a"].now.value == 55
    assert [one.told.value for one in found["I09a"].places] == [25, 30]
    assert found["I09b"].now.value is None
    assert found["I08b"].now is None, "nobody reported it: that is not zero"


def test_figures_of_no_persons_are_told_as_they_are(person):
    """The negative control: it is the unit that hides."""
    make.figure_sheet(office(), "AL-02-DURRES", free(), figures={"I09b": 3})
    Indicator.objects.filter(code="I09b").update(unit=Indicator.Unit.CALLS)

    assert overview_of(person("prefekt.durres"), "sums")["I09b"].now.value == 3


def test_a_draft_and_a_returned_sheet_count_nowhere(person):
    for place, state in (("AL-02-DURRES", "draft"), ("AL-02-KRUJE", "returned")):
        make.figure_sheet(office(), place, free(), state=state, figures={"I09a": 40})

    assert overview_of(person("prefekt.durres"), "sums")["I09a"].now is None


def test_what_the_registry_counts_is_never_typed(schools, person):
    asked = schools.look(address()).response.context["form"].fields

    assert [name for name in asked if name.startswith("figure-")] == [f"figure-{code}" for code in SCHOOLS]
    counted = overview_of(person("prefekt.durres"), "counted")
    assert set(counted) >= {"I05a", "I05b", "I05c", "I06", "I07", "I13a", "I14a", "I14b", "I15", "I16a"}
    assert counted["I06"].now is None
    assert counted["I14a"].now is not None


def test_the_national_office_sees_all_twelve_counties_and_the_sums_of_each(person):
    national = person("koordinatori.kombetar")
    shown = national.look(url("indicators:list"))

    assert len(shown.response.context["counties"]) == 12
    one = national.look(f"{url('indicators:list')}?county=AL-02&period={quarter().code}")
    assert one.response.context["sums"]
    assert one.response.context["lines"]


def test_a_member_sees_their_own_institution_alone(schools):
    lines = schools.look(url("indicators:list")).response.context["lines"]

    assert {one.institution.code for one in lines} == {"AL-02-ZVA"}
    assert len(lines) == 3


def test_the_coordinator_sees_who_is_missing_first(coordinator):
    lines = coordinator.look(url("indicators:list")).response.context["lines"]

    assert [one.is_reported for one in lines] == sorted(one.is_reported for one in lines)
    assert ("AL-02-ZVA", SHIJAK) in {(one.institution.code, one.municipality.code) for one in lines if not one.sheet}


# --- the catalogue ---


def test_the_administrator_retires_a_figure_and_it_is_asked_no_more(person, schools):
    admin = person("admin")
    admin.save(url("indicators:indicator_edit", indicator="I09b"), retired_on="01.01.2020")

    assert "figure-I09b" not in schools.look(address()).response.context["form"].fields
    assert entries("indicator.saved")
    assert person("koordinator.durres").get(url("indicators:indicator_edit", indicator="I09b")).status == 403


def test_a_code_that_is_taken_is_refused(person):
    shown = person("admin").fill(
        url("indicators:indicator_add"),
        code="I04a",
        name_sq="Emër",
        name_en="Name",
        definition_sq="Përkufizim",
        definition_en="Definition",
    )

    assert "stands already" in shown.beside("code")


def test_the_unit_of_a_figure_that_stands_cannot_be_changed(person):
    """Else a small number of persons could be shown as one of calls."""
    shown = person("admin").fill(url("indicators:indicator_edit", indicator="I09a"), unit="calls", name_en="Dropouts")

    assert "Stays as it is" in shown.beside("unit")
    assert shown.typed("name_en") == "Dropouts"
    assert Indicator.objects.get(code="I09a").unit == Indicator.Unit.CHILDREN


# --- periods ---


@pytest.mark.parametrize(
    ("code", "starts", "ends", "before"),
    [
        ("2026-q1", (2026, 1, 1), (2026, 3, 31), "2025-q4"),
        ("2026-q4", (2026, 10, 1), (2026, 12, 31), "2026-q3"),
        ("2024-h1", (2024, 1, 1), (2024, 6, 30), "2023-h2"),
        ("2026-y", (2026, 1, 1), (2026, 12, 31), "2025-y"),
    ],
)
def test_periods_know_their_days_and_what_was_before(code, starts, ends, before):
    period = Period.read(code)

    assert (period.starts_on, period.ends_on) == (datetime.date(*starts), datetime.date(*ends))
    assert period.before().code == before
    assert period.a_year_before().code == code.replace(str(period.year), str(period.year - 1))


@pytest.mark.parametrize("code", ["2026-q5", "2026", "1999-q1", "q1-2026", "2026-q1 ", "２０２６-q1"])
def test_no_other_code_is_a_period(code):
    with pytest.raises(ValueError, match="period"):
        Period.read(code)


def test_a_period_ends_before_the_day_on_which_it_is_offered():
    assert [one.code for one in ended(Length.QUARTER, datetime.date(2026, 3, 31), 2)] == ["2025-q4", "2025-q3"]
    assert [one.code for one in ended(Length.QUARTER, datetime.date(2026, 4, 1), 1)] == ["2026-q1"]
    assert [one.code for one in ended(Length.YEAR, datetime.date(2026, 12, 31), 1)] == ["2025-y"]


def test_an_institution_that_reports_nothing_there_is_refused_by_the_verb(world):
    seat = rows(Seat).select_related("institution__county", "user").get(user__username="zva.durres")

    with translation.override("en"), pytest.raises(ValidationError, match="reports no figures"):
        actions.enter(
            by=seat,
            institution=rows(Institution).get(code="AL-02-ZVA"),
            municipality=make.municipality("AL-05-PERMET"),
            period=quarter(),
            figures={},
        )
