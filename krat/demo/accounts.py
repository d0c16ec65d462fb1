"""Who is in the invented world: its institutions and its accounts. Nobody here exists.

The institutions are of kinds that every county has; persons are called Shembulli, "of the example".
"""

from dataclasses import dataclass

from krat.access.roles import Role

PASSWORD = "krat-demo-2026"
COUNTRYWIDE = "AL-KOORD"
COUNTIES = ("AL-02", "AL-05")
_DURRES = ("AL-02-DURRES", "AL-02-KRUJE", "AL-02-SHIJAK")
_GJIROKASTER = (
    "AL-05-DROPULL",
    "AL-05-GJIROKASTER",
    "AL-05-KELCYRE",
    "AL-05-LIBOHOVE",
    "AL-05-MEMALIAJ",
    "AL-05-PERMET",
    "AL-05-TEPELENE",
)


@dataclass(frozen=True)
class Place:
    """An institution of the invented world."""

    code: str
    kind: str
    name: str
    short_name: str
    territories: tuple[str, ...] = ()
    parent: str = ""

    @property
    def county(self) -> str | None:
        """The code of its county; None for one that serves the whole country."""
        return None if self.code == COUNTRYWIDE else self.code[:5]


def _unit(municipality: str, name: str, parent: str = "") -> Place:
    code = f"{municipality[:5]}-NJMF-{municipality[6:]}"
    full = f"Njësia për Mbrojtjen e Fëmijës, Bashkia {name}"
    return Place(code, "child_protection_unit", full, f"NJMF {name}", (municipality,), parent)


CENTRE = "Qendra për Shërbime Mbrojtëse, Fuqizuese dhe Emergjente për Fëmijën dhe Familjen"

INSTITUTIONS = [
    Place(COUNTRYWIDE, "national_office", "Zyra e Koordinatorit Kombëtar (shembull)", "Koordinatori Kombëtar"),
    Place("AL-02-PREF", "prefecture", "Institucioni i Prefektit të Qarkut Durrës", "Prefektura Durrës", _DURRES),
    Place("AL-02-BASHKIA-DURRES", "municipality", "Bashkia Durrës", "Bashkia Durrës", _DURRES[:1]),
    _unit("AL-02-DURRES", "Durrës", "AL-02-BASHKIA-DURRES"),
    _unit("AL-02-KRUJE", "Krujë"),
    _unit("AL-02-SHIJAK", "Shijak"),
    # Since 2023 the station of Kavajë belongs to Durrës police, that of Krujë to Tirana's (docs/domain.md 19.2).
    Place(
        "AL-02-POL",
        "local_police",
        "Drejtoria Vendore e Policisë Durrës, seksioni i trafiqeve",
        "Policia Durrës",
        ("AL-02-DURRES", "AL-02-SHIJAK", "AL-11-KAVAJE"),
    ),
    Place(
        "AL-02-KUFI", "border_police", "Policia Kufitare dhe e Migracionit Durrës", "Policia Kufitare Durrës", _DURRES
    ),
    Place(
        "AL-02-SHSSH",
        "social_service",
        "Drejtoria Rajonale e Shërbimit Social Shtetëror Durrës",
        "SHSSH Durrës",
        _DURRES,
    ),
    Place("AL-02-ZVA", "education", "Zyra Vendore e Arsimit Parauniversitar Durrës", "ZVA Durrës", _DURRES),
    Place("AL-02-NJVKSH", "health", "Njësia Vendore e Kujdesit Shëndetësor Durrës", "NJVKSH Durrës", _DURRES),
    Place("AL-02-OJF", "ngo", CENTRE, "Qendra e Shërbimeve Durrës", ("AL-02-DURRES", "AL-02-SHIJAK")),
    # Named in the founding text; has no account.
    Place("AL-02-OJF-WV", "ngo", "World Vision Albania", "World Vision", ("AL-02-DURRES",)),
    # No address, here or anywhere (decision 10).
    Place("AL-02-STREHEZ", "shelter", "Strehëza Shembull", "Strehëza Shembull", _DURRES),
    Place(
        "AL-05-PREF",
        "prefecture",
        "Institucioni i Prefektit të Qarkut Gjirokastër",
        "Prefektura Gjirokastër",
        _GJIROKASTER,
    ),
    Place("AL-05-BASHKIA-GJIROKASTER", "municipality", "Bashkia Gjirokastër", "Bashkia Gjirokastër", _GJIROKASTER[1:2]),
    _unit("AL-05-DROPULL", "Dropull"),
    _unit("AL-05-GJIROKASTER", "Gjirokastër", "AL-05-BASHKIA-GJIROKASTER"),
    _unit("AL-05-KELCYRE", "Këlcyrë"),
    _unit("AL-05-LIBOHOVE", "Libohovë"),
    _unit("AL-05-MEMALIAJ", "Memaliaj"),
    _unit("AL-05-PERMET", "Përmet"),
    _unit("AL-05-TEPELENE", "Tepelenë"),
    Place(
        "AL-05-POL",
        "local_police",
        "Drejtoria Vendore e Policisë Gjirokastër, seksioni i trafiqeve",
        "Policia Gjirokastër",
        _GJIROKASTER,
    ),
    Place(
        "AL-05-KUFI",
        "border_police",
        "Policia Kufitare dhe e Migracionit Gjirokastër",
        "Policia Kufitare Gjirokastër",
        _GJIROKASTER,
    ),
    Place(
        "AL-05-SHSSH",
        "social_service",
        "Drejtoria Rajonale e Shërbimit Social Shtetëror Gjirokastër",
        "SHSSH Gjirokastër",
        _GJIROKASTER,
    ),
    Place(
        "AL-05-ZVA", "education", "Zyra Vendore e Arsimit Parauniversitar Gjirokastër", "ZVA Gjirokastër", _GJIROKASTER
    ),
    Place(
        "AL-05-NJVKSH",
        "health",
        "Njësia Vendore e Kujdesit Shëndetësor Gjirokastër",
        "NJVKSH Gjirokastër",
        _GJIROKASTER,
    ),
    Place("AL-05-OJF", "ngo", "Organizata Shembull Gjirokastër", "Organizata Shembull Gjirokastër", _GJIROKASTER),
]

# User name, first name, role, institution. The family name is the same for all: Shembulli.
ACCOUNTS = [
    ("prefekt.durres", "Agim", Role.PREFECT, "AL-02-PREF"),
    ("koordinator.durres", "Arta", Role.COORDINATOR, "AL-02-PREF"),
    ("sekretaria.durres", "Albana", Role.SECRETARIAT, "AL-02-PREF"),
    ("njmf.durres", "Drita", Role.UNIT_HEAD, "AL-02-NJMF-DURRES"),
    ("njmf.shijak", "Edlira", Role.UNIT_HEAD, "AL-02-NJMF-SHIJAK"),
    ("pmf.durres", "Elira", Role.CHILD_WORKER, "AL-02-NJMF-DURRES"),
    ("pmf2.durres", "Fatos", Role.CHILD_WORKER, "AL-02-NJMF-DURRES"),
    ("policia.durres", "Genti", Role.POLICE, "AL-02-POL"),
    ("kufi.durres", "Ilir", Role.BORDER_POLICE, "AL-02-KUFI"),
    ("shssh.durres", "Jonida", Role.SOCIAL_SERVICE, "AL-02-SHSSH"),
    ("zva.durres", "Klea", Role.EDUCATION, "AL-02-ZVA"),
    ("shendeti.durres", "Luljeta", Role.HEALTH, "AL-02-NJVKSH"),
    ("drejtor.durres", "Mimoza", Role.SOCIAL_DIRECTOR, "AL-02-BASHKIA-DURRES"),
    ("ndihma.durres", "Nora", Role.ECONOMIC_AID, "AL-02-BASHKIA-DURRES"),
    ("ojf.durres", "Olta", Role.NGO, "AL-02-OJF"),
    ("strehez.durres", "Rezarta", Role.SHELTER, "AL-02-STREHEZ"),
    ("prefekt.gjirokaster", "Petrit", Role.PREFECT, "AL-05-PREF"),
    ("koordinator.gjirokaster", "Sokol", Role.COORDINATOR, "AL-05-PREF"),
    ("njmf.gjirokaster", "Teuta", Role.UNIT_HEAD, "AL-05-NJMF-GJIROKASTER"),
    ("pmf.gjirokaster", "Valbona", Role.CHILD_WORKER, "AL-05-NJMF-GJIROKASTER"),
    ("policia.gjirokaster", "Ylli", Role.POLICE, "AL-05-POL"),
    ("zva.gjirokaster", "Zana", Role.EDUCATION, "AL-05-ZVA"),
    ("shssh.gjirokaster", "Besnik", Role.SOCIAL_SERVICE, "AL-05-SHSSH"),
    ("ojf.gjirokaster", "Blerta", Role.NGO, "AL-05-OJF"),
    ("koordinatori.kombetar", "Dritan", Role.NATIONAL, COUNTRYWIDE),
    ("dpo", "Eda", Role.DATA_PROTECTION, COUNTRYWIDE),
    ("admin", "Flora", Role.ADMIN, COUNTRYWIDE),
]
FAMILY_NAME = "Shembulli"
