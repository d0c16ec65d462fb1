"""What the tests ask of indicators: sheets of each county, forms as they are filled, pages that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from krat.committee.models import Institution
from krat.demo import make
from krat.indicators.models import FigureSheet, Indicator
from krat.indicators.periods import Length, Period, ended
from tests.declaring import ADMIN, COORDINATOR, EDUCATION, HERE, THERE, WHY, FormPage, Shows, newest
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples

SCHOOLS = ("I08b", "I09a", "I09b")  # what an education office is asked for each quarter
PLACE = {HERE: "AL-02-DURRES", THERE: "AL-05-GJIROKASTER"}


def quarter() -> Period:
    """The last quarter that is over."""
    return ended(Length.QUARTER, timezone.localdate(), 1)[0]


def office(county: str = HERE) -> Institution:
    """The education office of a county."""
    return Institution.objects.unscoped(WHY).get(code=f"{county}-ZVA")


def sheet(county: str = HERE, *, state: str = "submitted", place: str = "", **more: Any) -> FigureSheet:
    """A sheet of the county's education office, of a year that nothing else is told of."""
    years = FigureSheet.objects.unscoped(WHY).filter(institution=office(county), year__lt=2020).count()
    more.setdefault("year", 2019 - years)
    return make.figure_sheet(
        office(county), place or PLACE[county], Period(more.pop("year"), quarter().part), state=state, **more
    )


def _enter(period: Period, county: str = HERE) -> str:
    return url("indicators:enter", code=f"{county}-ZVA", place="AL-02-SHIJAK", period=period.code)


def figures(_examples: Any = None, **more: Any) -> dict[str, Any]:
    """What the education office types."""
    return {f"figure-{code}": str(at + 3) for at, code in enumerate(SCHOOLS)} | more


def _indicator(_examples: Any = None) -> dict[str, Any]:
    return {
        "code": "I19",
        "name_sq": "Psikologë në shkolla",
        "name_en": "Psychologists in schools",
        "definition_sq": "Psikologë që punojnë në fund të periudhës.",
        "definition_en": "Psychologists at work at the end of the period.",
        "unit": "persons",
        "period": "quarter",
        "suppliers": [make.term("institution", "education").pk],
        "certainty": "proposal",
        "retired_on": "",
        "legal_reference": "",
        "verified_on": "",
        "verified_by": "",
    }


def _changed() -> dict[str, Any]:
    kept = {name: value for name, value in _indicator().items() if name not in ("code", "unit", "period")}
    return kept | {"legal_reference": "Urdhri 139/2006"}


def more_sheets(s: Examples) -> None:
    """One more office of the kind, with a sheet of the last quarter."""
    place = make.institution(kind="education", territories=["AL-02-DURRES"])
    make.figure_sheet(place, "AL-02-DURRES", quarter(), figures={"I09a": 7})


def more_of_a_sheet(s: Examples) -> None:
    """One more figure of the sheet."""
    number = make.number()
    row = Indicator(
        code=f"X{number % 100:02}{'abcdefghij'[number // 100 % 10]}", name_sq="Tregues", name_en="Indicator"
    )
    row.definition_sq = row.definition_en = "Shembull."
    row.unit = Indicator.Unit.CALLS
    row.save()
    make.figure(the_sheet(s), row, 3)


def the_sheet(s: Examples) -> FigureSheet:
    """One sheet, the same for one set of examples."""
    if not hasattr(s, "figure_sheet"):
        s.figure_sheet = sheet()
    found: FigureSheet = s.figure_sheet
    return found


PICKERS = {
    ("indicators/enter/", "code"): (Institution, office),
    ("indicators/sheets/", "code"): (
        FigureSheet,
        newest(FigureSheet, "county__code", institution__kind__code="education"),
    ),
}
OPEN_ARGUMENTS = {
    ("indicators/enter/", "place"): lambda: "AL-02-SHIJAK",
    ("indicators/enter/", "period"): lambda: quarter().code,
    ("indicators/catalogue/", "indicator"): lambda: "I09a",
}

FORMS = [
    FormPage("indicators:enter", EDUCATION, lambda s: _enter(quarter()), figures, "figures.saved"),
    FormPage(
        "indicators:accept",
        COORDINATOR,
        lambda s: url("indicators:accept", the_sheet(s)),
        lambda s: {"version": the_sheet(s).version},
        "figures.accepted",
    ),
    FormPage(
        "indicators:return",
        COORDINATOR,
        lambda s: url("indicators:return", the_sheet(s)),
        lambda s: {"reason": "Shifra e braktisjes është më e lartë se zakonisht."},
        "figures.returned",
        ("reason",),
    ),
    FormPage(
        "indicators:indicator_add", ADMIN, lambda s: url("indicators:indicator_add"), _indicator, "indicator.saved"
    ),
    FormPage(
        "indicators:indicator_edit",
        ADMIN,
        lambda s: url("indicators:indicator_edit", indicator="I09a"),
        lambda s: _changed(),
        "indicator.saved",
    ),
]
PAGES = [
    Shows("indicators:list", COORDINATOR, lambda s: url("indicators:list"), more_sheets),
    Shows("indicators:list", EDUCATION, lambda s: url("indicators:list"), more_sheets),
    Shows("indicators:list", "koordinatori.kombetar", lambda s: url("indicators:list"), more_sheets),
    Shows("indicators:sheet", EDUCATION, lambda s: url("indicators:sheet", the_sheet(s)), more_of_a_sheet),
    Shows("indicators:catalogue", ADMIN, lambda s: url("indicators:catalogue"), more_of_a_sheet),
]
