"""Examples of the service catalogue: a service of each county, the forms as they are filled, the pages that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from krat.committee.models import Institution
from krat.demo import make
from krat.services.models import Service
from tests.declaring import COORDINATOR, HERE, WHY, FormPage, Shows, at
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def place(code: str) -> Institution:
    """An institution of the invented world."""
    found: Institution = Institution.objects.unscoped(WHY).select_related("kind").get(code=code)
    return found


def service(county: str = HERE, **more: Any) -> Service:
    """A service of the county's organisation, with places."""
    return make.service(place(f"{county}-OJF"), county=county, **({"capacity": 10} | more))


def words(**more: Any) -> dict[str, Any]:
    """What the secretariat writes into the form."""
    return {
        "provider": place("AL-02-OJF").pk,
        "name": "Qendra shembull e re",
        "kinds": [make.term("service", "day_centre").pk, make.term("service", "counselling").pk],
        "sector": "ngo",
        "age_from": "6",
        "age_to": "14",
        "sex": "everybody",
        "needs": [make.term("concern", "street_situation").pk],
        "territory": "by_municipality",
        "municipalities": [make.municipality("AL-02-DURRES").pk, make.municipality("AL-02-KRUJE").pk],
        "opening": "hours",
        "hours": "e hënë–e premte, 9:00–17:00",
        "capacity": "12",
        "how_to_refer": "Me referim të njësisë.",
        "partners": "Bashkia Durrës\nOrganizata shembull",
        "founded_by": "Vendim shembull nr. 5",
        "opened_on": "01.09.2021",
        "licence": "Licencë shembull",
        "licence_until": "01.09.2031",
    } | more


def more_services(_examples: Examples) -> None:
    """Another service, with everything that a list shows."""
    provider = make.institution(kind="shelter" if make.number() % 2 else "ngo")
    one = make.service(
        provider,
        kinds=("day_centre", "health"),
        needs=("neglect", "begging"),
        municipalities=("AL-02-DURRES", "AL-02-SHIJAK"),
        capacity=9,
    )
    make.places(one, make.seat("ngo", provider), 2)


def told_again(_examples: Examples) -> None:
    """Free places of the first service are told once more."""
    rows = Service.objects.unscoped(WHY).filter(provider__code="AL-02-OJF").order_by("pk")
    make.places(rows[0], make.seat("ngo", make.institution()), 1)


def first(_examples: Examples | None, provider: str = "AL-02-OJF") -> Service:
    """The service of the centre of Durrës, or of another provider."""
    rows = Service.objects.unscoped(WHY).select_related("county", "provider__kind").order_by("pk")
    found: Service = rows.filter(provider__code=provider)[0]
    return found


PICKERS = {("services/", "code"): (Service, service)}
FORMS = [
    FormPage(
        "services:add",
        COORDINATOR,
        at("services:add"),
        lambda s: words(),
        "service.saved",
        ("name", "hours", "how_to_refer", "partners", "founded_by", "licence"),
    ),
    FormPage(
        "services:edit",
        COORDINATOR,
        lambda s: url("services:edit", first(s)),
        lambda s: words(),
        "service.saved",
        ("name", "hours", "how_to_refer", "partners", "founded_by", "licence"),
    ),
    FormPage(
        "services:places",
        "ojf.durres",
        lambda s: url("services:places", first(s)),
        lambda s: {"free": "2"},
        "service.places",
    ),
    FormPage(
        "services:withdraw",
        COORDINATOR,
        lambda s: url("services:withdraw", first(s, "AL-02-OJF-WV")),
        lambda s: {"why": "Projekti shembull përfundoi."},
        "service.withdrawn",
        ("why",),
    ),
]
PAGES = [
    Shows("services:list", "pmf.durres", at("services:list"), more_services),
    Shows("services:detail", "pmf.durres", lambda s: url("services:detail", first(s)), told_again),
]
