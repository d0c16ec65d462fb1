"""Figures of the invented world: past periods of two counties, one sheet returned, some missing. All invented."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping

from krat.committee.models import Institution
from krat.demo import make
from krat.indicators import actions
from krat.indicators.models import Indicator
from krat.indicators.periods import Length, Period, ended
from krat.people.models import Seat

# Who enters at an institution, and for which municipalities it has reported the last quarter.
_REPORTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "AL-02": {
        "AL-02-ZVA": ("zva.durres", "AL-02-DURRES", "AL-02-KRUJE"),  # Shijak is missing
        "AL-02-SHSSH": ("shssh.durres", "AL-02-DURRES", "AL-02-KRUJE", "AL-02-SHIJAK"),
        "AL-02-BASHKIA-DURRES": ("drejtor.durres", "AL-02-DURRES"),
        "AL-02-NJMF-DURRES": ("njmf.durres", "AL-02-DURRES"),
        "AL-02-KUFI": ("kufi.durres", "AL-02-DURRES"),
    },
    "AL-05": {
        "AL-05-ZVA": ("zva.gjirokaster", "AL-05-GJIROKASTER", "AL-05-PERMET"),
        "AL-05-POL": ("policia.gjirokaster", "AL-05-GJIROKASTER"),
        "AL-05-NJMF-GJIROKASTER": ("njmf.gjirokaster", "AL-05-GJIROKASTER"),
    },
}
_COORDINATORS = {"AL-02": "koordinator.durres", "AL-05": "koordinator.gjirokaster"}
# The one that was returned: who reported it, and what the coordinator asks.
_RETURNED = ("AL-02-ZVA", "AL-02-KRUJE")
_ASKS = "Braktisja është dyfishuar nga tremujori i kaluar. Ju lutemi ta shihni edhe një herë."
_WAITING = ("AL-02-SHSSH", "AL-05-ZVA")  # sent, and nobody has looked at them yet
_QUARTERS = 5  # so that the last one stands beside the one before and a year before


def tell(institutions: Mapping[str, Institution], seats: Mapping[str, Seat], today: datetime.date, seed: int) -> None:
    """Let the institutions of both counties report; the last quarter through the registry's own verbs."""
    dice = random.Random(seed)
    last, *earlier = ended(Length.QUARTER, today, _QUARTERS)
    for county, reporters in _REPORTERS.items():
        coordinator = seats[_COORDINATORS[county]]
        for code, (username, *places) in reporters.items():
            institution, seat = institutions[code], seats[username]
            for place in places:
                _report(institution, place, seat, coordinator, last, earlier, dice)


def _report(
    institution: Institution,
    place: str,
    seat: Seat,
    coordinator: Seat,
    last: Period,
    earlier: list[Period],
    dice: random.Random,
) -> None:
    asked = list(Indicator.objects.owed_by(institution, last))
    usual = {one.code: dice.choice((0, 2, 3, 6, 9, 14, 22)) for one in asked}
    for period in earlier:
        figures: dict[str, int | None] = {code: max(0, n + dice.choice((-1, 0, 0, 1, 2))) for code, n in usual.items()}
        make.figure_sheet(
            institution,
            place,
            period,
            figures=figures,
            by=seat,
            decided_by=coordinator,
        )
    figures = {code: max(0, n + dice.choice((-1, 0, 1, 3))) for code, n in usual.items()}
    if (institution.code, place) == _RETURNED:
        figures["I09a"] = (usual["I09a"] + 4) * 2
    if len(figures) > 3:
        figures[asked[-1].code] = None  # nobody counted it
    sheet = actions.enter(
        by=seat,
        institution=institution,
        municipality=make.municipality(place),
        period=last,
        figures=figures,
        sends=True,
    )
    if (institution.code, place) == _RETURNED:
        actions.give_back(sheet, by=coordinator, based_on=sheet.version, reason=_ASKS)
    elif institution.code not in _WAITING:
        actions.accept(sheet, by=coordinator, based_on=sheet.version)
