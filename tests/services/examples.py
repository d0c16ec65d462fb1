"""Examples of the service catalogue: a service of each county, the forms as they are filled, the pages that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.models import Case, UnmetNeed
from krat.committee.models import Institution
from krat.demo import make
from krat.reference.models import Term
from krat.services.models import Missing, Service
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
        "kinds": [make.term("service", "counselling").pk, make.term("service", "day_centre").pk],
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


def missing(county: str = HERE, **more: Any) -> Missing:
    """A service that is missing in the county; each time another kind, for one is noted once in a place."""
    there = Missing.objects.unscoped(WHY).filter(county__code=county).values("kind")
    kinds = Term.objects.filter(list=Term.List.SERVICE).exclude(pk__in=there)
    places = {HERE: "AL-02-KRUJE", "AL-05": "AL-05-PERMET"}
    return make.missing(kinds[0], municipality=places[county], **more)


def gap(_examples: Examples) -> Missing:
    """What is missing in Shijak in the invented world."""
    found: Missing = Missing.objects.unscoped(WHY).get(municipality__code="AL-02-SHIJAK", kind__code="day_centre")
    return found


def more_missing(s: Examples) -> None:
    """Another missing service, needed by a case."""
    needed(s.case, missing())


def needed(case: Case, one: Missing) -> UnmetNeed:
    """That a case needs it."""
    return make.need(case, one)


def tied_again(s: Examples) -> None:
    """Another task that is to fill what is missing in Shijak, and another case that needs it."""
    gap(s).tasks.add(make.task(make.institution()))
    make.need(make.case(), gap(s))


PICKERS = {
    ("services/", "code"): (Service, service),
    ("missing-services/", "code"): (Missing, missing),
    ("meetings/", "missing"): (Missing, missing),
}
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
FORMS += [
    FormPage(
        "services:missing_add",
        "pmf.durres",
        at("services:missing_add"),
        lambda s: {
            "kind": make.term("service", "translation").pk,
            "municipality": make.municipality("AL-02-KRUJE").pk,
            "since": "01.01.2024",
            "what": "Përkthim nga gjuha angleze.",
        },
        "missing.noted",
        ("what",),
    ),
    FormPage(
        "services:missing_task",
        COORDINATOR,
        lambda s: url("services:missing_task", gap(s)),
        lambda s: {"task": s.task.pk},
        "missing.settled",
    ),
    FormPage(
        "services:missing_fill",
        COORDINATOR,
        lambda s: url("services:missing_fill", gap(s)),
        lambda s: {"how": "Qendra e Durrësit hapi një grup në Shijak."},
        "missing.settled",
        ("how",),
    ),
    FormPage(
        "services:missing_drop",
        COORDINATOR,
        lambda s: url("services:missing_drop", gap(s)),
        lambda s: {"how": "Fëmijët shkojnë në qendrën e Durrësit."},
        "missing.settled",
        ("how",),
    ),
    FormPage(
        "cases:need_add",
        "pmf.durres",
        lambda s: url("cases:need_add", s.case),
        lambda s: {"kind": make.term("service", "nursery").pk},
        "need.noted",
    ),
]
PAGES = [
    Shows("services:list", "pmf.durres", at("services:list"), more_services),
    Shows("services:detail", "pmf.durres", lambda s: url("services:detail", first(s)), told_again),
    Shows("services:missing_list", COORDINATOR, at("services:missing_list"), more_missing),
    Shows("services:missing_list", "pmf.durres", at("services:missing_list"), more_missing),
    Shows("services:missing", COORDINATOR, lambda s: url("services:missing", gap(s)), tied_again),
]
