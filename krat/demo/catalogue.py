"""The service catalogue of the invented world: the centre of the founding text, and others that nobody runs."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from krat.demo.accounts import CENTRE
from krat.services.models import ForWhom, Opening, Sector, Territory


@dataclass(frozen=True)
class Offer:
    """A service: who keeps it in the catalogue, what it is, and when who told how many places were free."""

    by: str  # account of the secretariat
    provider: str
    words: dict[str, Any]
    kinds: tuple[str, ...]
    needs: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    told: tuple[tuple[int, str, int], ...] = ()  # days from today, account, free places
    withdrawn: tuple[int, str] | None = None  # days from today, why
    licence_ends_in: int | None = None  # days from today


_HOURS = "e hënë–e premte, 8:00–16:00"

OFFERS = (
    Offer(
        by="koordinator.durres",
        provider="AL-02-OJF",
        words={
            "name": CENTRE,
            "sector": Sector.TOGETHER,
            "age_to": 17,
            "territory": Territory.MUNICIPALITIES,
            "opening": Opening.ALWAYS,
            "hours": "Puna me familjet: e hënë–e premte, 8:00–16:00",
            "is_emergency": True,
            "capacity": 20,
            "how_to_refer": "Me referim nga njësia për mbrojtjen e fëmijës, me pëlqimin e prindit ose të kujdestarit."
            " Në rast emergjence fëmija pritet menjëherë dhe referimi shkruhet po atë ditë.",
            "partners": "World Vision Albania\nBashkia Durrës\nMinistria e Shëndetësisë dhe Mbrojtjes Sociale",
            "founded_by": "Partneritet i tri institucioneve, i paraqitur në takimin e KRAT-it më 27.10.2020",
            "opened_on": datetime.date(2020, 10, 27),
            "licence": "Licencë shembull nr. 1",
        },
        kinds=("emergency_72h", "counselling", "family_counselling", "day_centre", "learning"),
        municipalities=("AL-02-DURRES", "AL-02-SHIJAK"),
        told=((-41, "ojf.durres", 6), (-19, "ojf.durres", 2), (-3, "ojf.durres", 4)),
        licence_ends_in=200,
    ),
    Offer(
        by="koordinator.durres",
        provider="AL-02-STREHEZ",
        words={
            "name": "",
            "sector": Sector.NGO,
            "sex": ForWhom.FEMALE,
            "territory": Territory.COUNTRY,
            "opening": Opening.ALWAYS,
            "is_emergency": True,
            "capacity": 12,
            "how_to_refer": "Me referim dhe me pëlqim. Vendtakimi caktohet nga strehëza pas pranimit të referimit.",
        },
        kinds=("emergency_shelter", "long_shelter", "counselling", "reintegration"),
        needs=("suspected_trafficking", "sexual_exploitation", "domestic_violence"),
        told=((-33, "strehez.durres", 3),),
    ),
    Offer(
        by="sekretaria.durres",
        provider="AL-02-BASHKIA-DURRES",
        words={
            "name": "Zyra e ndihmës ekonomike, Bashkia Durrës",
            "sector": Sector.PUBLIC,
            "territory": Territory.MUNICIPALITIES,
            "hours": _HOURS,
            "how_to_refer": "Aplikimi bëhet nga kryefamiljari; për viktimat e trafikimit mjafton vendimi i"
            " identifikimit.",
        },
        kinds=("economic_aid", "rent", "packs"),
        municipalities=("AL-02-DURRES",),
    ),
    Offer(
        by="sekretaria.durres",
        provider="AL-02-NJVKSH",
        words={
            "name": "Shërbimi shëndetësor për fëmijë pa libreze",
            "sector": Sector.PUBLIC,
            "age_to": 17,
            "territory": Territory.COUNTY,
            "hours": _HOURS,
            "how_to_refer": "Fëmija pritet edhe pa dokumente. Librezja plotësohet në vizitën e parë.",
        },
        kinds=("health", "age_test"),
    ),
    Offer(
        by="sekretaria.durres",
        provider="AL-02-OJF-WV",
        words={
            "name": "Klubi shembull i pasdites",
            "sector": Sector.NGO,
            "age_from": 6,
            "age_to": 14,
            "territory": Territory.MUNICIPALITIES,
            "hours": "e hënë–e premte, 14:00–18:00",
            "capacity": 15,
        },
        kinds=("learning", "packs"),
        needs=("school_dropout", "street_situation", "child_labour"),
        municipalities=("AL-02-DURRES",),
        told=((-5, "sekretaria.durres", 0),),
    ),
    Offer(
        by="koordinator.gjirokaster",
        provider="AL-05-OJF",
        words={
            "name": "Këshillim dhe ndihmë juridike, Organizata Shembull Gjirokastër",
            "sector": Sector.NGO,
            "territory": Territory.COUNTY,
            "hours": "e martë dhe e enjte, 9:00–15:00",
            "how_to_refer": "Me referim; takimi i parë caktohet brenda tri ditësh.",
        },
        kinds=("counselling", "legal_aid"),
    ),
    Offer(
        by="koordinator.gjirokaster",
        provider="AL-05-OJF",
        words={
            "name": "Qendra ditore shembull Gjirokastër",
            "sector": Sector.NGO,
            "age_from": 6,
            "age_to": 14,
            "territory": Territory.MUNICIPALITIES,
            "hours": _HOURS,
            "capacity": 10,
        },
        kinds=("day_centre",),
        municipalities=("AL-05-GJIROKASTER",),
        told=((-120, "ojf.gjirokaster", 1),),
        withdrawn=(-60, "Financimi i projektit shembull përfundoi."),
    ),
)


@dataclass(frozen=True)
class Gap:
    """A service that is missing: who noted it, which and where; and the founding decision by which it was filled."""

    by: str  # account
    kind: str
    municipality: str
    since: datetime.date
    what: str
    filled_by: str = ""  # provider of the service that fills it, by the decision of the county's founding text


GAPS = (
    # As the text of 27.10.2020 tells it: asked for during years, and filled by the centre.
    Gap(
        by="koordinator.durres",
        kind="emergency_72h",
        municipality="AL-02-DURRES",
        since=datetime.date(2015, 1, 1),
        what="Shërbimi emergjent për mbrojtjen e fëmijëve dhe familjeve në nevojë, i kërkuar prej vitesh.",
        filled_by="AL-02-OJF",
    ),
    Gap(
        by="njmf.shijak",
        kind="day_centre",
        municipality="AL-02-SHIJAK",
        since=datetime.date(2025, 9, 1),
        what="Vend ku fëmijët në situatë rruge kalojnë ditën, mësojnë dhe hanë. Qendra më e afërt është në Durrës.",
    ),
    Gap(
        by="njmf.gjirokaster",
        kind="emergency_shelter",
        municipality="AL-05-GJIROKASTER",
        since=datetime.date(2024, 1, 1),
        what="Strehim për një natë, derisa të gjendet një zgjidhje e qëndrueshme. Më e afërta është në qark tjetër.",
    ),
)
